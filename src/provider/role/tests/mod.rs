//! Chains of roles: which calls they take, with whose keys, and what is kept.

mod callers;
mod calls;
mod codes;
mod kept;
mod mfa;
mod stale;

use std::path::Path;
use std::time::Duration;

use super::Chain;
use crate::aws::{Answer, Fault, Stage};
use crate::config::Place;
use crate::credentials::{Credentials, Timestamp};
use crate::provider::fake::Fake;
use crate::provider::{Error, Failure, Fresh, Got, Mfa, NoTurn, Notice, Wants, credentials};
use crate::resolve::{
    AssumeRole, BaseSource, Calls, CredentialPlan, CredentialProcess, Device, KeySource, Keys, Sso, SsoSession,
};
use crate::secret::Secret;
use crate::session::{Key, Session};

/// By this machine's clock.
const NOW: i64 = 1_800_000_000;

fn place() -> Option<Place> {
    Some(Place {
        file: Path::new("config").into(),
        line: 7,
    })
}

fn role(name: &str) -> AssumeRole {
    AssumeRole {
        profile: name.to_lowercase(),
        role_arn: format!("arn:aws:iam::123456789012:role/{name}"),
        role_session_name: None,
        external_id: None,
        mfa: None,
        duration_seconds: None,
        place: place(),
    }
}

const SERIAL: &str = "arn:aws:iam::123456789012:mfa/me";

fn device(serial: &str) -> Device {
    Device {
        profile: "base".to_owned(),
        serial: serial.to_owned(),
        place: place().unwrap(),
        process: None,
    }
}

/// A role whose profile names the device of its user.
fn guarded(name: &str) -> AssumeRole {
    AssumeRole {
        mfa: Some(device(SERIAL)),
        ..role(name)
    }
}

fn keys(token: Option<&str>) -> BaseSource {
    BaseSource::StaticKeys(Keys {
        source: KeySource::SharedCredentialsFile,
        access_key_id: "AKIABASE".to_owned(),
        secret_access_key: Secret::new("s".to_owned()),
        session_token: token.map(|token| Secret::new(token.to_owned())),
        account_id: None,
        expiration: None,
        place: place(),
    })
}

fn process() -> BaseSource {
    BaseSource::CredentialProcess(CredentialProcess {
        argv: vec!["get".to_owned()],
        command: "get".to_owned(),
        keychain: None,
        account_id: None,
        place: place().unwrap(),
    })
}

fn plan(base: BaseSource, roles: &[AssumeRole]) -> CredentialPlan {
    CredentialPlan {
        base: Some(base),
        base_of: Some("base".to_owned()),
        roles: roles.to_vec(),
        region: None,
        calls: Calls::default(),
        device: None,
        asks_metadata: false,
    }
}

fn user() -> CredentialPlan {
    CredentialPlan {
        device: Some(device(SERIAL)),
        ..plan(keys(None), &[])
    }
}

fn sso() -> Sso {
    Sso {
        profile: "sso".to_owned(),
        session: SsoSession {
            name: Some("corp".to_owned()),
            start_url: "https://corp.awsapps.com/start".to_owned(),
            region: "eu-west-1".to_owned(),
            region_place: place().unwrap(),
            scopes: None,
        },
        account_id: "123456789012".to_owned(),
        role_name: "Admin".to_owned(),
        place: place().unwrap(),
    }
}

fn lasting(seconds: u32) -> Wants {
    Wants {
        duration: Some(seconds),
        ..Wants::default()
    }
}

fn apart() -> Wants {
    Wants {
        mfa: Mfa {
            is_shared: false,
            ..Mfa::default()
        },
        ..Wants::default()
    }
}

fn fake() -> Fake {
    let mut fake = Fake::default();
    fake.clock.now = Timestamp(NOW);
    fake.run.prints = Ok(r#"{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"S"}"#);
    fake
}

/// Keys with this id that last for `lifetime` seconds, by a server whose clock says `date`.
fn answer(id: &str, lifetime: i64, date: i64) -> Answer {
    let end = Timestamp(date + lifetime).to_rfc3339().unwrap();
    let body = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId>\
         <Arn>arn:aws:sts::123456789012:assumed-role/One/x</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>{end}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    );
    Answer {
        status: 200,
        date: Some(Timestamp(date)),
        retry_after: None,
        body: Secret::new(body.into_bytes()),
        ..Answer::default()
    }
}

/// As [`answer`], for a session of a user.
fn session_answer(id: &str, lifetime: i64) -> Answer {
    let end = Timestamp(NOW + lifetime).to_rfc3339().unwrap();
    let body = format!(
        "<GetSessionTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetSessionTokenResult>\
         <Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>{end}</Expiration></Credentials>\
         </GetSessionTokenResult></GetSessionTokenResponse>"
    );
    Answer {
        body: Secret::new(body.into_bytes()),
        ..answer("", 0, NOW)
    }
}

fn refusal(code: &str, message: &str) -> Answer {
    let body = format!("<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>");
    Answer {
        status: 403,
        body: Secret::new(body.into_bytes()),
        ..answer("", 0, NOW)
    }
}

fn denial() -> Answer {
    refusal("AccessDenied", "no")
}

impl Fake {
    fn answering(self, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.http.answers.borrow_mut().extend(answers.into_iter().map(Ok));
        self
    }

    fn get(&self, plan: &CredentialPlan, wants: &Wants) -> Result<Got, Error> {
        credentials(plan, wants, self.ports())
    }

    fn id(&self, plan: &CredentialPlan, wants: &Wants) -> String {
        self.get(plan, wants).unwrap().credentials.access_key_id
    }

    /// Of each call: the key that it is signed with, and its form.
    fn calls(&self) -> Vec<(String, String)> {
        let asked = self.http.asked.borrow();
        let calls = asked.iter().map(|request| {
            let header = |name| request.headers.iter().find(|(header, _)| *header == name);
            let (_, signature) = header("authorization").expect("a signature");
            let (_, id) = signature.expose().split_once("Credential=").expect("a key");
            let id = id.split('/').next().unwrap().to_owned();
            (id, request.body.expose().clone())
        });
        calls.collect()
    }

    /// A person who types these codes.
    fn typing(self, codes: impl IntoIterator<Item = &'static str>) -> Self {
        let codes = codes.into_iter().map(Ok);
        self.devices.codes.borrow_mut().extend(codes);
        self
    }

    /// Of each call: the key that it is signed with, the action or the role's name, and the code.
    fn said(&self) -> Vec<String> {
        let calls = self.calls().into_iter().map(|(id, form)| {
            let field = |name: &str| {
                let (_, rest) = form.split_once(&format!("{name}="))?;
                rest.split('&').next().map(str::to_owned)
            };
            let role = field("RoleArn").and_then(|arn| arn.rsplit("role%2F").next().map(str::to_owned));
            let words = [Some(id), role.or(field("Action")), field("TokenCode")];
            words.into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        calls.collect()
    }

    /// Whose keys each call was signed with, and which role it was for.
    fn roles(&self) -> Vec<(String, String)> {
        let name = |body: &str| {
            body.split("role%2F")
                .nth(1)
                .unwrap()
                .split('&')
                .next()
                .unwrap()
                .to_owned()
        };
        self.calls().into_iter().map(|(id, body)| (id, name(&body))).collect()
    }

    /// Keeps a session for a hop, by the key under which the last run looked for it.
    fn put(&self, key: &Key, id: &str, obtained: i64, lifetime: i64) {
        let credentials = Credentials {
            access_key_id: id.to_owned(),
            secret_access_key: Secret::new("s".to_owned()),
            session_token: Some(Secret::new("t".to_owned())),
            expires: Some(Timestamp(obtained + lifetime)),
            account_id: None,
        };
        let session = Session {
            kind: crate::session::Kind::Role,
            profile: "p".to_owned(),
            role_arn: None,
            arn: None,
            credentials,
            obtained: Timestamp(obtained),
            lifetime,
        };
        self.sessions.kept.borrow_mut().insert(key.clone(), session);
    }

    /// The keys of the hops of a plan, innermost first.
    fn session_keys(plan: &CredentialPlan) -> Vec<Key> {
        let (fake, wants) = (fake(), Wants::default());
        let hops = Chain::new(plan, &wants, fake.ports()).unwrap().hops().unwrap();
        hops.into_iter().map(|hop| hop.key).collect()
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = expected.iter().map(|(id, role)| ((*id).to_owned(), (*role).to_owned()));
    owned.collect()
}
