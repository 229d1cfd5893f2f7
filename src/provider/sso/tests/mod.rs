//! Who is signed in, and the keys that they get: which calls that takes, what is kept, and what others do meanwhile.

mod keys;
mod portal;
mod token;

use std::collections::VecDeque;
use std::path::Path;

use crate::aws::{Answer, Fault, Stage};
use crate::awscli::Client;
use crate::awscli::token::Token;
use crate::config::Place;
use crate::credentials::Timestamp;
use crate::provider::fake::Fake;
use crate::resolve::{BaseSource, Calls, CredentialPlan, Sso, SsoSession};
use crate::secret::Secret;

/// By this machine's clock.
const NOW: i64 = 1_800_000_000;

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn place() -> Place {
    Place {
        file: Path::new("config").into(),
        line: 7,
    }
}

fn session() -> SsoSession {
    SsoSession {
        name: Some("corp".to_owned()),
        start_url: "https://corp.awsapps.com/start".to_owned(),
        region: "eu-west-1".to_owned(),
        region_place: place(),
        scopes: None,
    }
}

fn sso() -> Sso {
    Sso {
        profile: "dev".to_owned(),
        session: session(),
        account_id: "123456789011".to_owned(),
        role_name: "readOnly".to_owned(),
        place: place(),
    }
}

fn plan() -> CredentialPlan {
    CredentialPlan {
        base: Some(BaseSource::Sso(sso())),
        base_of: None,
        roles: Vec::new(),
        region: None,
        calls: Calls::default(),
        device: None,
        asks_metadata: false,
    }
}

/// One that can be renewed, with so many seconds left.
fn token(access: &str, left: i64) -> Token {
    Token {
        start_url: Some("https://corp.awsapps.com/start".to_owned()),
        region: Some("eu-west-1".to_owned()),
        access_token: secret(access),
        expires: Timestamp(NOW + left),
        client: Some(Client {
            id: "CID".to_owned(),
            secret: secret("CSECRET"),
            expires: Timestamp(NOW + 90 * 86_400),
        }),
        refresh_token: Some(secret(&format!("refresh-{access}"))),
        others: vec![("extra".to_owned(), secret("[1,  2]"))],
    }
}

/// One that nothing renews.
fn bare(access: &str, left: i64) -> Token {
    Token {
        refresh_token: None,
        ..token(access, left)
    }
}

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        date: Some(Timestamp(NOW)),
        body: Secret::new(body.as_bytes().to_vec()),
        ..Answer::default()
    }
}

fn error(status: u16, code: &str) -> Answer {
    Answer {
        error_type: Some(code.to_owned()),
        ..answer(status, "{\"message\": \"no\"}")
    }
}

/// A new token for an hour.
fn issued(access: &str, refresh: Option<&str>) -> Answer {
    let refresh = refresh.map_or(String::new(), |token| format!(", \"refreshToken\": \"{token}\""));
    answer(
        200,
        &format!("{{\"accessToken\": \"{access}\", \"expiresIn\": 3600, \"tokenType\": \"Bearer\"{refresh}}}"),
    )
}

/// Keys with this id that last for so many seconds.
fn keys(id: &str, lifetime: i64) -> Answer {
    let end = (NOW + lifetime) * 1000;
    answer(
        200,
        &format!(
            "{{\"roleCredentials\": {{\"accessKeyId\": \"{id}\", \"secretAccessKey\": \"s\", \"sessionToken\": \"t\", \"expiration\": {end}}}}}"
        ),
    )
}

fn lost() -> Fault {
    Fault::Broken(Stage::Sent, "reset".to_owned())
}

fn fake(found: impl IntoIterator<Item = Option<Token>>) -> Fake {
    let mut fake = Fake::default();
    fake.clock.now = Timestamp(NOW);
    fake.tokens.found.replace(found.into_iter().collect::<VecDeque<_>>());
    fake
}

impl Fake {
    fn answers(self, answers: impl IntoIterator<Item = Result<Answer, Fault>>) -> Self {
        self.http.answers.borrow_mut().extend(answers);
        self
    }

    /// The path and the body of each call, without its host.
    fn asked(&self) -> Vec<String> {
        let asked = self.http.asked.borrow();
        let calls = asked.iter().map(|request| {
            let path = request.url.split_once(".amazonaws.com").unwrap().1;
            format!("{path} {}", request.body.expose()).trim().to_owned()
        });
        calls.collect()
    }

    /// The token that each call of the portal had.
    fn bearers(&self) -> Vec<String> {
        let asked = self.http.asked.borrow();
        let tokens = asked
            .iter()
            .filter_map(|request| request.header("x-amz-sso_bearer_token"));
        tokens.map(str::to_owned).collect()
    }
}

fn renewal(refresh: &str) -> String {
    format!(
        "/token {{\"grantType\": \"refresh_token\", \"clientId\": \"CID\", \"clientSecret\": \"CSECRET\", \"refreshToken\": \"{refresh}\"}}"
    )
}
