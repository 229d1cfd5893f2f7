//! The file of a program's registration at IAM Identity Center.

use super::fields::{self, Fields};
use super::{Client, time};
use crate::aws::json::{self, quoted};
use crate::aws::oidc::{CODE, Flow};
use crate::credentials::Timestamp;
use crate::secret::Secret;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub client: Client,
    pub scopes: Option<Vec<String>>,
    /// `None` for a device.
    pub grants: Option<Vec<String>>,
}

/// What a registration is for; its file is named by this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose<'a> {
    /// `None` for the legacy form.
    pub session: Option<&'a str>,
    pub start_url: &'a str,
    pub region: &'a str,
    /// `None` if none are configured.
    pub scopes: Option<&'a [String]>,
}

/// In seconds: a login may take a while, and the token is renewed by the same registration.
const LEAST: i64 = 15 * 60;

impl Purpose<'_> {
    /// The text that its file is named after.
    pub fn name(&self) -> String {
        let null = || "null".to_owned();
        let parts = [
            ("region", quoted(self.region)),
            ("scopes", self.scopes.map_or_else(null, json::texts)),
            ("session_name", self.session.map_or_else(null, quoted)),
            ("startUrl", quoted(self.start_url)),
            ("tool", quoted("botocore")),
        ];
        json::object(", ", ": ", &parts)
    }
}

impl Registration {
    /// `None` for what the AWS CLI cannot use either.
    pub fn parse(json: &[u8]) -> Option<Self> {
        let mut fields = Fields::parse(json)?;
        Some(Self {
            client: Client {
                id: fields.text("clientId")?,
                secret: fields.secret("clientSecret")?,
                expires: fields.moment("expiresAt")?,
            },
            scopes: fields.texts("scopes"),
            grants: fields.texts("grantTypes"),
        })
    }

    /// The file as the AWS CLI writes it, byte for byte.
    pub fn render(&self) -> Secret<String> {
        let text = |text: &str| Secret::new(quoted(text));
        let list = |list: &Option<Vec<String>>| Some(Secret::new(json::texts(list.as_ref()?)));
        let fields = [
            ("clientId", Some(text(&self.client.id))),
            ("clientSecret", Some(text(self.client.secret.expose()))),
            ("expiresAt", Some(text(&time(self.client.expires)))),
            ("scopes", list(&self.scopes)),
            ("grantTypes", list(&self.grants)),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        fields::object(&fields.collect::<Vec<_>>())
    }

    /// Whether a person can sign in by it: it lasts for a while, and was made for this way to sign in.
    pub fn serves(&self, flow: Flow, now: Timestamp) -> bool {
        let grants = self.grants.as_deref().unwrap_or_default();
        let is_for_code = grants.iter().any(|grant| grant == CODE);
        is_for_code == (flow == Flow::Code) && self.client.expires.seconds_from(now) > LEAST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::awscli::file_name;

    fn scopes(all: &[&str]) -> Vec<String> {
        all.iter().map(|scope| (*scope).to_owned()).collect()
    }

    /// The names that the AWS CLI 2.36 gave.
    #[test]
    fn files_are_named_as_the_aws_cli_names_them() {
        let scopes = scopes(&["sso:account:access"]);
        let session = Purpose {
            session: Some("my-sso"),
            start_url: "https://my-sso.awsapps.com/start",
            region: "us-east-1",
            scopes: Some(&scopes),
        };
        assert_eq!(
            file_name(&session.name()),
            "64cef7a979e6a09d90c6ca3e025f0f20c8aa20d9.json"
        );
        let legacy = Purpose {
            session: None,
            start_url: "https://d-1234567890.awsapps.com/start",
            region: "us-east-1",
            scopes: None,
        };
        assert_eq!(
            file_name(&legacy.name()),
            "365414a68be7c9bfc776c660981dbdbd942acea4.json"
        );
        let empty = Purpose {
            session: Some("ü"),
            scopes: Some(&[]),
            ..legacy
        };
        assert_eq!(
            empty.name(),
            r#"{"region": "us-east-1", "scopes": [], "session_name": "\u00fc", "startUrl": "https://d-1234567890.awsapps.com/start", "tool": "botocore"}"#
        );
    }

    #[test]
    fn the_files_of_the_aws_cli_are_read_and_written() {
        for json in [
            r#"{"clientId": "CID", "clientSecret": "CSECRET", "expiresAt": "2099-01-01T00:00:00Z", "scopes": ["sso:account:access"], "grantTypes": ["authorization_code", "refresh_token"]}"#,
            r#"{"clientId": "CID", "clientSecret": "CSECRET", "expiresAt": "2099-01-01T00:00:00Z", "scopes": ["sso:account:access"]}"#,
            r#"{"clientId": "CID", "clientSecret": "CSECRET", "expiresAt": "2099-01-01T00:00:00Z"}"#,
        ] {
            assert_eq!(Registration::parse(json.as_bytes()).unwrap().render().expose(), json);
        }
        for json in [
            "{}",
            r#"{"clientId": "CID", "clientSecret": "CSECRET", "expiresAt": "2099-01-01T00:00:00"}"#,
            r#"{"clientId": "CID", "clientSecret": null, "expiresAt": "2099-01-01T00:00:00Z"}"#,
        ] {
            assert_eq!(Registration::parse(json.as_bytes()), None, "{json}");
        }
    }

    #[test]
    fn it_serves_while_it_lasts_for_the_way_to_sign_in_that_it_was_made_for() {
        let registration = |grants: Option<&[&str]>| Registration {
            client: Client {
                id: String::new(),
                secret: Secret::default(),
                expires: Timestamp(10_000),
            },
            scopes: None,
            grants: grants.map(scopes),
        };
        let code = registration(Some(&["authorization_code", "refresh_token"]));
        let device = registration(None);
        let now = Timestamp(10_000 - 901);
        assert!(code.serves(Flow::Code, now) && !code.serves(Flow::Device, now));
        assert!(device.serves(Flow::Device, now) && !device.serves(Flow::Code, now));
        let late = Timestamp(10_000 - 900);
        assert!(!code.serves(Flow::Code, late) && !device.serves(Flow::Device, late));
        assert!(registration(Some(&["refresh_token"])).serves(Flow::Device, now));
    }
}
