//! The token service of IAM Identity Center: a program registers itself, a person signs in by a code or a device, and
//! tokens are issued and renewed.
//! <https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/Welcome.html>

use serde::Deserialize;

use super::Unreadable;
use super::form;
use super::json::{self, Json};
use super::message::{Method, Request};
use crate::credentials::Timestamp;
use crate::secret::Secret;

/// Where the browser brings the code: as it is registered, because a program may listen on any port of it.
pub const REDIRECT: &str = "http://127.0.0.1/oauth/callback";

/// The path of [`REDIRECT`].
pub const CALLBACK: &str = "/oauth/callback";

/// What the grants of tokens are called.
pub(crate) const CODE: &str = "authorization_code";
const REFRESH: &str = "refresh_token";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// How a person signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// In a browser of this machine, which brings a code back.
    Code,
    /// In any browser, by a code that is shown here.
    Device,
}

impl Flow {
    /// The grants that a program registers for it; none are sent for a device.
    pub fn grants(self) -> Option<Vec<String>> {
        match self {
            Flow::Code => Some(vec![CODE.to_owned(), REFRESH.to_owned()]),
            Flow::Device => None,
        }
    }
}

/// What a program is to be registered as.
#[derive(Clone, Copy, Debug)]
pub struct Register<'a> {
    pub client_name: &'a str,
    /// None are sent without.
    pub scopes: Option<&'a [String]>,
    pub flow: Flow,
    /// As it is configured.
    pub start_url: &'a str,
}

/// The answer to [`Register`].
#[derive(Debug)]
pub struct Registered {
    pub client_id: String,
    pub client_secret: Secret<String>,
    pub expires: Timestamp,
}

/// How a person can sign in at any browser.
#[derive(Debug)]
pub struct Device {
    pub device_code: Secret<String>,
    /// What the person types there.
    pub user_code: Secret<String>,
    pub verification_uri: String,
    /// The same, with the code in it.
    pub verification_uri_complete: Option<Secret<String>>,
    /// In seconds.
    pub expires_in: i64,
    /// In seconds: between two questions whether the person has signed in.
    pub interval: Option<i64>,
}

/// What a token is asked for with.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    Code {
        code: &'a Secret<String>,
        verifier: &'a Secret<String>,
        /// [`REDIRECT`] with the port.
        redirect_uri: &'a str,
    },
    Device(&'a Secret<String>),
    Refresh(&'a Secret<String>),
}

/// A new token.
#[derive(Debug)]
pub struct Issued {
    pub access_token: Secret<String>,
    /// In seconds.
    pub expires_in: i64,
    pub refresh_token: Option<Secret<String>>,
}

/// The page on which a person signs in.
#[derive(Clone, Copy, Debug)]
pub struct Authorize<'a> {
    pub client_id: &'a str,
    /// [`REDIRECT`] with the port.
    pub redirect_uri: &'a str,
    pub state: &'a Secret<String>,
    pub scopes: &'a [String],
    /// The verifier's SHA-256, in base64url.
    pub challenge: &'a str,
}

impl Register<'_> {
    /// `url` is that of the service.
    pub fn request(&self, url: &str) -> Request {
        let grants = self.flow.grants();
        let redirect = [REDIRECT.to_owned()];
        let mut fields = vec![
            ("clientName", Json::Text(self.client_name)),
            ("clientType", Json::Text("public")),
        ];
        if let Some(grants) = &grants {
            fields.extend([
                ("grantTypes", Json::Texts(grants)),
                ("redirectUris", Json::Texts(&redirect)),
                ("issuerUrl", Json::Text(self.start_url)),
            ]);
        }
        fields.extend(self.scopes.map(|scopes| ("scopes", Json::Texts(scopes))));
        post(url, "/client/register", &fields)
    }
}

/// Asks for a code that a person types at any browser.
pub fn start_device(url: &str, client_id: &str, client_secret: &Secret<String>, start_url: &str) -> Request {
    let fields = [
        ("clientId", Json::Text(client_id)),
        ("clientSecret", Json::Text(client_secret.expose())),
        ("startUrl", Json::Text(start_url)),
    ];
    post(url, "/device_authorization", &fields)
}

/// Asks for a token.
pub fn create_token(url: &str, client_id: &str, client_secret: &Secret<String>, grant: Grant<'_>) -> Request {
    let kind = match grant {
        Grant::Code { .. } => CODE,
        Grant::Device(_) => DEVICE,
        Grant::Refresh(_) => REFRESH,
    };
    let mut fields = vec![
        ("grantType", Json::Text(kind)),
        ("clientId", Json::Text(client_id)),
        ("clientSecret", Json::Text(client_secret.expose())),
    ];
    match grant {
        Grant::Code {
            code,
            verifier,
            redirect_uri,
        } => fields.extend([
            ("redirectUri", Json::Text(redirect_uri)),
            ("codeVerifier", Json::Text(verifier.expose())),
            ("code", Json::Text(code.expose())),
        ]),
        Grant::Device(code) => fields.push(("deviceCode", Json::Text(code.expose()))),
        Grant::Refresh(token) => fields.push(("refreshToken", Json::Text(token.expose()))),
    }
    post(url, "/token", &fields)
}

impl Authorize<'_> {
    /// `url` is that of the service.
    pub fn page(&self, url: &str) -> Secret<String> {
        let scopes = self.scopes.join(" ");
        let query = form::body(&[
            ("response_type", Some("code")),
            ("client_id", Some(self.client_id)),
            ("redirect_uri", Some(self.redirect_uri)),
            ("state", Some(self.state.expose())),
            ("code_challenge_method", Some("S256")),
            ("scopes", Some(&scopes)),
            ("code_challenge", Some(self.challenge)),
        ]);
        Secret::new(format!("{}/authorize?{}", url.trim_end_matches('/'), query.expose()))
    }
}

/// Reads the answer to [`Register`].
///
/// # Errors
/// A part is missing.
pub fn registered(body: &[u8]) -> Result<Registered, Unreadable> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Document {
        client_id: String,
        client_secret: Secret<String>,
        client_secret_expires_at: i64,
    }
    let read: Document = json::read(body, "a registration")?;
    Ok(Registered {
        client_id: read.client_id,
        client_secret: read.client_secret,
        expires: Timestamp(read.client_secret_expires_at),
    })
}

/// Reads the answer to [`start_device`].
///
/// # Errors
/// A part is missing.
pub fn device(body: &[u8]) -> Result<Device, Unreadable> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Document {
        device_code: Secret<String>,
        user_code: Secret<String>,
        verification_uri: String,
        verification_uri_complete: Option<Secret<String>>,
        expires_in: i64,
        interval: Option<i64>,
    }
    let read: Document = json::read(body, "a device code")?;
    Ok(Device {
        device_code: read.device_code,
        user_code: read.user_code,
        verification_uri: read.verification_uri,
        verification_uri_complete: read.verification_uri_complete,
        expires_in: read.expires_in,
        interval: read.interval,
    })
}

/// Reads the answer to [`create_token`].
///
/// # Errors
/// A part is missing.
pub fn issued(body: &[u8]) -> Result<Issued, Unreadable> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Document {
        access_token: Secret<String>,
        expires_in: i64,
        refresh_token: Option<Secret<String>>,
    }
    let read: Document = json::read(body, "a token")?;
    Ok(Issued {
        access_token: read.access_token,
        expires_in: read.expires_in,
        refresh_token: read.refresh_token,
    })
}

fn post(url: &str, path: &str, fields: &[(&str, Json<'_>)]) -> Request {
    Request {
        method: Method::Post,
        url: format!("{}{path}", url.trim_end_matches('/')),
        headers: vec![("content-type", Secret::new("application/json".to_owned()))],
        body: json::body(fields),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::{Answer, Class, ServiceError};

    const URL: &str = "https://oidc.us-east-1.amazonaws.com/";
    const START: &str = "https://my-sso.awsapps.com/start";

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    fn check(request: &Request, path: &str, body: &str) {
        assert_eq!(request.method, Method::Post);
        assert_eq!(request.url, format!("https://oidc.us-east-1.amazonaws.com{path}"));
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.headers.len(), 1);
        assert_eq!(request.body.expose(), body);
    }

    /// The bodies that the AWS CLI 2.36 was recorded to send.
    #[test]
    fn requests_are_those_of_the_aws_cli() {
        let scopes = ["sso:account:access".to_owned()];
        let register = Register {
            client_name: "botocore-client-my-sso",
            scopes: Some(&scopes),
            flow: Flow::Code,
            start_url: START,
        };
        check(
            &register.request(URL),
            "/client/register",
            r#"{"clientName": "botocore-client-my-sso", "clientType": "public", "grantTypes": ["authorization_code", "refresh_token"], "redirectUris": ["http://127.0.0.1/oauth/callback"], "issuerUrl": "https://my-sso.awsapps.com/start", "scopes": ["sso:account:access"]}"#,
        );
        let device = Register {
            flow: Flow::Device,
            ..register
        };
        check(
            &device.request(URL),
            "/client/register",
            r#"{"clientName": "botocore-client-my-sso", "clientType": "public", "scopes": ["sso:account:access"]}"#,
        );
        let legacy = Register {
            client_name: "botocore-client-1795228635",
            scopes: None,
            ..device
        };
        check(
            &legacy.request(URL),
            "/client/register",
            r#"{"clientName": "botocore-client-1795228635", "clientType": "public"}"#,
        );
        check(
            &start_device(URL, "CID", &secret("CSECRET"), START),
            "/device_authorization",
            r#"{"clientId": "CID", "clientSecret": "CSECRET", "startUrl": "https://my-sso.awsapps.com/start"}"#,
        );
        let create = |grant| create_token(URL, "CID", &secret("CSECRET"), grant);
        let (code, verifier) = (secret("AUTHCODE"), secret("fVripvaTfTW_~.-"));
        let (device_code, refresh_token) = (secret("DEV"), secret("RT16"));
        let of_code = Grant::Code {
            code: &code,
            verifier: &verifier,
            redirect_uri: "http://127.0.0.1:33567/oauth/callback",
        };
        check(
            &create(of_code),
            "/token",
            r#"{"grantType": "authorization_code", "clientId": "CID", "clientSecret": "CSECRET", "redirectUri": "http://127.0.0.1:33567/oauth/callback", "codeVerifier": "fVripvaTfTW_~.-", "code": "AUTHCODE"}"#,
        );
        check(
            &create(Grant::Device(&device_code)),
            "/token",
            r#"{"grantType": "urn:ietf:params:oauth:grant-type:device_code", "clientId": "CID", "clientSecret": "CSECRET", "deviceCode": "DEV"}"#,
        );
        check(
            &create(Grant::Refresh(&refresh_token)),
            "/token",
            r#"{"grantType": "refresh_token", "clientId": "CID", "clientSecret": "CSECRET", "refreshToken": "RT16"}"#,
        );
    }

    #[test]
    fn the_page_has_the_parameters_of_the_aws_cli_in_their_order() {
        let scopes = ["sso:account:access".to_owned(), "codewhisperer:completions".to_owned()];
        let page = Authorize {
            client_id: "CID",
            redirect_uri: "http://127.0.0.1:33567/oauth/callback",
            state: &secret("4711-0815"),
            scopes: &scopes,
            challenge: "a_b-c",
        };
        assert_eq!(
            page.page(URL).expose(),
            "https://oidc.us-east-1.amazonaws.com/authorize?response_type=code&client_id=CID\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A33567%2Foauth%2Fcallback&state=4711-0815&code_challenge_method=S256\
             &scopes=sso%3Aaccount%3Aaccess+codewhisperer%3Acompletions&code_challenge=a_b-c"
        );
    }

    #[test]
    fn answers_are_read() {
        let client = registered(
            br#"{"clientId": "CID", "clientIdIssuedAt": 1, "clientSecret": "CSECRET", "clientSecretExpiresAt": 4070908800, "new": null}"#,
        );
        let client = client.unwrap();
        assert_eq!(
            (client.client_id.as_str(), client.expires),
            ("CID", Timestamp(4_070_908_800))
        );
        assert_eq!(client.client_secret, secret("CSECRET"));

        let asked = device(
            br#"{"deviceCode": "DEV", "userCode": "ABCD-EFGH", "verificationUri": "https://d.x/", "expiresIn": 600}"#,
        );
        let asked = asked.unwrap();
        assert_eq!((asked.expires_in, asked.interval), (600, None));
        assert_eq!(asked.verification_uri_complete, None);

        let token = issued(br#"{"accessToken": "AT", "tokenType": "Bearer", "expiresIn": 3600, "idToken": null}"#);
        let token = token.unwrap();
        assert_eq!((token.access_token, token.expires_in), (secret("AT"), 3600));
        assert_eq!(token.refresh_token, None);

        for body in [
            &b""[..],
            b"{}",
            b"<html>",
            br#"{"accessToken": "hush", "expiresIn": "soon"}"#,
        ] {
            let Unreadable(why) = issued(body).unwrap_err();
            assert_eq!(why, "is not a token");
            assert!(registered(body).is_err() && device(body).is_err());
        }
    }

    /// None of these is asked again by itself: the person is not done, or has to begin anew.
    #[test]
    fn what_a_person_has_to_do_is_no_passing_error() {
        for (header, body, code) in [
            (
                Some("AuthorizationPendingException"),
                "{}",
                "AuthorizationPendingException",
            ),
            (
                None,
                r#"{"error": "authorization_pending", "error_description": null}"#,
                "authorization_pending",
            ),
            (
                Some("SlowDownException"),
                r#"{"error": "slow_down"}"#,
                "SlowDownException",
            ),
            (Some("InvalidGrantException"), "{}", "InvalidGrantException"),
        ] {
            let answer = Answer {
                status: 400,
                error_type: header.map(str::to_owned),
                body: Secret::new(body.as_bytes().to_vec()),
                ..Answer::default()
            };
            let error = ServiceError::of(&answer).unwrap();
            assert_eq!((error.code.as_deref(), error.class), (Some(code), Class::Invalid));
            assert!(!error.is_passing());
        }
    }
}
