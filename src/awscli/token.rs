//! The token file of an SSO session.
//!
//! Programs that share it do not know each other's fields, so those of others go back as they were.

use super::fields::{self, Fields};
use super::{Client, time};
use crate::aws::json::quoted;
use crate::credentials::Timestamp;
use crate::secret::Secret;

/// What a person has signed in for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub start_url: Option<String>,
    pub region: Option<String>,
    pub access_token: Secret<String>,
    pub expires: Timestamp,
    /// Whom it was issued to, and who alone can renew it.
    pub client: Option<Client>,
    pub refresh_token: Option<Secret<String>>,
    /// What other programs have added: names, and values as JSON.
    pub others: Vec<(String, Secret<String>)>,
}

impl Token {
    /// `None` for what botocore cannot use either.
    pub fn parse(json: &[u8]) -> Option<Self> {
        let mut fields = Fields::parse(json)?;
        Some(Self {
            access_token: fields.secret("accessToken")?,
            expires: fields.moment("expiresAt")?,
            start_url: fields.text("startUrl"),
            region: fields.text("region"),
            client: client(&mut fields),
            refresh_token: fields.secret("refreshToken"),
            others: fields.rest(),
        })
    }

    /// The file as the AWS CLI writes it, byte for byte, and what others have added.
    pub fn render(&self) -> Secret<String> {
        let text = |text: &String| Secret::new(quoted(text));
        let client = self.client.as_ref();
        let own = [
            ("startUrl", self.start_url.as_ref().map(text)),
            ("region", self.region.as_ref().map(text)),
            ("accessToken", Some(text(self.access_token.expose()))),
            ("expiresAt", Some(text(&time(self.expires)))),
            ("clientId", client.map(|client| text(&client.id))),
            ("clientSecret", client.map(|client| text(client.secret.expose()))),
            (
                "registrationExpiresAt",
                client.map(|client| text(&time(client.expires))),
            ),
            (
                "refreshToken",
                self.refresh_token.as_ref().map(|token| text(token.expose())),
            ),
        ];
        let own = own.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let mut fields: Vec<(&str, Secret<String>)> = own.collect();
        for (name, value) in &self.others {
            // Half a registration has no place of its own.
            if !fields.iter().any(|(known, _)| known == name) {
                fields.push((name, value.clone()));
            }
        }
        fields::object(&fields)
    }

    /// Whether it can be renewed without a person.
    pub fn is_renewable(&self, now: Timestamp) -> bool {
        let is_registered = self.client.as_ref().is_some_and(|client| client.expires > now);
        is_registered && self.refresh_token.is_some()
    }
}

/// `None` unless it is complete; then nothing of it is taken.
fn client(fields: &mut Fields<'_>) -> Option<Client> {
    let mut tried = fields.clone();
    let client = Client {
        id: tried.text("clientId")?,
        secret: tried.secret("clientSecret")?,
        expires: tried.moment("registrationExpiresAt")?,
    };
    *fields = tried;
    Some(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the AWS CLI 2.36 wrote it, after a login by code.
    const WRITTEN: &str = r#"{"startUrl": "https://my-sso.awsapps.com/start", "region": "us-east-1", "accessToken": "AT16", "expiresAt": "2026-11-21T03:37:13Z", "clientId": "CID", "clientSecret": "CSECRET", "registrationExpiresAt": "2099-01-01T00:00:00Z", "refreshToken": "RT16"}"#;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn the_file_of_the_aws_cli_is_read_and_written() {
        let token = Token::parse(WRITTEN.as_bytes()).unwrap();
        assert_eq!(
            token,
            Token {
                start_url: Some("https://my-sso.awsapps.com/start".to_owned()),
                region: Some("us-east-1".to_owned()),
                access_token: secret("AT16"),
                expires: Timestamp(1_795_232_233),
                client: Some(Client {
                    id: "CID".to_owned(),
                    secret: secret("CSECRET"),
                    expires: Timestamp(4_070_908_800),
                }),
                refresh_token: Some(secret("RT16")),
                others: Vec::new(),
            }
        );
        assert_eq!(token.render().expose(), WRITTEN);
        for other in [
            r#"{"startUrl": "https://my-sso.awsapps.com/start", "region": "us-east-1", "accessToken": "AT14", "expiresAt": "2026-11-21T03:37:12Z", "clientId": "CID", "clientSecret": "CSECRET", "registrationExpiresAt": "2099-01-01T00:00:00Z", "refreshToken": "RT14"}"#,
            r#"{"startUrl": "https://d-1234567890.awsapps.com/start", "region": "us-east-1", "accessToken": "AT22", "expiresAt": "2026-11-21T03:37:15Z", "clientId": "CID", "clientSecret": "CSECRET", "registrationExpiresAt": "2099-01-01T00:00:00Z", "refreshToken": "RT22"}"#,
            r#"{"accessToken": "\u00fc", "expiresAt": "2026-11-21T03:37:15Z"}"#,
        ] {
            assert_eq!(Token::parse(other.as_bytes()).unwrap().render().expose(), other);
        }
    }

    #[test]
    fn what_others_have_added_survives() {
        let json = r#"{"accessToken": "a", "ssoTool": {"x":[1,  2]}, "expiresAt": "2026-11-21T03:37:12Z", "clientId": "half", "registrationExpiresAt": null, "nothing": null}"#;
        let token = Token::parse(json.as_bytes()).unwrap();
        assert_eq!(token.client, None);
        assert_eq!(
            token.render().expose(),
            r#"{"accessToken": "a", "expiresAt": "2026-11-21T03:37:12Z", "ssoTool": {"x":[1,  2]}, "clientId": "half", "registrationExpiresAt": null, "nothing": null}"#
        );
        let client = Client {
            id: "new".to_owned(),
            secret: secret("s"),
            expires: Timestamp(4_070_908_800),
        };
        let token = Token {
            client: Some(client),
            ..token
        };
        assert_eq!(
            token.render().expose(),
            r#"{"accessToken": "a", "expiresAt": "2026-11-21T03:37:12Z", "clientId": "new", "clientSecret": "s", "registrationExpiresAt": "2099-01-01T00:00:00Z", "ssoTool": {"x":[1,  2]}, "nothing": null}"#
        );
    }

    #[test]
    fn names_may_have_other_capitals() {
        let json =
            r#"{"AccessToken": "a", "expiresat": "2026-11-21T03:37:12UTC", "REFRESHTOKEN": "r", "refreshToken": 5}"#;
        let token = Token::parse(json.as_bytes()).unwrap();
        assert_eq!(token.access_token, secret("a"));
        // The exact name counts, though its value is of no use.
        assert_eq!(token.refresh_token, None);
    }

    #[test]
    fn what_botocore_cannot_use_is_none() {
        for json in [
            "",
            "{}",
            "[]",
            r#"{"accessToken": "a"}"#,
            r#"{"expiresAt": "2026-11-21T03:37:12Z"}"#,
            r#"{"accessToken": null, "expiresAt": "2026-11-21T03:37:12Z"}"#,
            r#"{"accessToken": "", "expiresAt": "2026-11-21T03:37:12Z"}"#,
            r#"{"accessToken": "a", "expiresAt": "2026-11-21T03:37:12"}"#,
            r#"{"accessToken": "a", "expiresAt": 1795232233}"#,
            r#"{"accessToken": "a", "expiresAt": "2026-11-21T03:37:12Z""#,
        ] {
            assert_eq!(Token::parse(json.as_bytes()), None, "{json}");
        }
    }

    #[test]
    fn it_takes_a_live_registration_to_renew_it() {
        let token = Token::parse(WRITTEN.as_bytes()).unwrap();
        assert!(token.is_renewable(Timestamp(4_070_908_799)));
        assert!(!token.is_renewable(Timestamp(4_070_908_800)));
        let without = Token {
            refresh_token: None,
            ..token.clone()
        };
        assert!(!without.is_renewable(Timestamp(0)));
        assert!(!Token { client: None, ..token }.is_renewable(Timestamp(0)));
    }

    #[test]
    fn no_secret_is_shown() {
        let token = format!("{:?}", Token::parse(WRITTEN.as_bytes()).unwrap());
        for secret in ["AT16", "CSECRET", "RT16"] {
            assert!(!token.contains(secret), "{token}");
        }
    }
}
