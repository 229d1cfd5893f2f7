//! AWS STS: who keys are, and the keys of roles and of users' sessions.

use std::ops::RangeInclusive;

use super::document::{self, Unreadable};
use super::fault::Fault;
use super::form;
use super::message::{Method, Request};
use super::sign::{self, Scope};
use crate::credentials::{Credentials, Timestamp, pair};
use crate::secret::Secret;

/// In seconds: what STS accepts as the duration of a role.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
pub const DURATION: RangeInclusive<u32> = 900..=43_200;

/// In seconds: what STS accepts as the duration of a user's session.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub const SESSION_DURATION: RangeInclusive<u32> = 900..=129_600;

/// In seconds: what a user's session lasts if nothing is asked for.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub const SESSION_UNASKED: u32 = 43_200;

/// In characters: what STS accepts as the name of an MFA device.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub const SERIAL: RangeInclusive<usize> = 9..=256;

/// Whether an MFA device is a security key (FIDO), of which STS takes no codes.
pub fn is_security_key(serial: &str) -> bool {
    serial.contains(":u2f/")
}

/// The usual ARN of a user's MFA device, where that of the user is written in its place.
pub fn device_of_user(serial: &str) -> Option<String> {
    let (start, name) = serial.split_once(":user/")?;
    Some(format!("{start}:mfa/{name}"))
}

/// In characters: what STS accepts as the name of a session; names of roles are made of the same characters.
pub const NAME: RangeInclusive<usize> = 2..=64;

/// Whether the name of a session, or of a role, may have the character.
pub fn is_in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

/// Where STS is called.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    pub url: &'a str,
    /// That the request is signed for.
    pub region: &'a str,
}

/// What is asked for by AssumeRole.
#[derive(Clone, Copy, Debug, Default)]
pub struct AssumeRole<'a> {
    pub role_arn: &'a str,
    pub session_name: &'a str,
    pub external_id: Option<&'a str>,
    /// In seconds; without it STS decides.
    pub duration: Option<u32>,
    pub mfa: Option<Mfa<'a>>,
}

#[derive(Clone, Copy, Debug)]
pub struct Mfa<'a> {
    /// The device's ARN or serial number.
    pub serial: &'a str,
    pub code: &'a Secret<String>,
}

/// The answer to AssumeRole.
#[derive(Debug)]
pub struct AssumedRole {
    /// With their end and the role's account.
    pub credentials: Credentials,
    /// The session's ARN, such as `arn:aws:sts::123456789012:assumed-role/Ops/me`.
    pub arn: String,
    /// The session's unique id, such as `AROAEXAMPLE:me`.
    pub id: String,
}

/// The answer to GetCallerIdentity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    pub arn: String,
    pub user_id: String,
}

impl AssumeRole<'_> {
    /// The request, signed with the caller's credentials.
    ///
    /// # Errors
    /// As [`sign::sign`].
    pub fn request(&self, target: Target<'_>, credentials: &Credentials, at: Timestamp) -> Result<Request, Fault> {
        let duration = self.duration.map(|seconds| seconds.to_string());
        // botocore's order.
        let fields = [
            ("ExternalId", self.external_id),
            ("SerialNumber", self.mfa.map(|mfa| mfa.serial)),
            ("DurationSeconds", duration.as_deref()),
            ("RoleArn", Some(self.role_arn)),
            ("RoleSessionName", Some(self.session_name)),
            ("TokenCode", self.mfa.map(|mfa| mfa.code.expose().as_str())),
        ];
        request("AssumeRole", &fields, target, credentials, at)
    }
}

/// Asks for a session of the user whose keys these are, `duration` in seconds long; without it STS decides.
///
/// # Errors
/// As [`sign::sign`].
pub fn get_session_token(
    target: Target<'_>,
    credentials: &Credentials,
    duration: Option<u32>,
    mfa: Mfa<'_>,
    at: Timestamp,
) -> Result<Request, Fault> {
    let duration = duration.map(|seconds| seconds.to_string());
    let fields = [
        ("DurationSeconds", duration.as_deref()),
        ("SerialNumber", Some(mfa.serial)),
        ("TokenCode", Some(mfa.code.expose().as_str())),
    ];
    request("GetSessionToken", &fields, target, credentials, at)
}

/// Asks who the credentials are. STS answers anybody with valid ones, whatever they may do otherwise.
///
/// # Errors
/// As [`sign::sign`].
pub fn get_caller_identity(target: Target<'_>, credentials: &Credentials, at: Timestamp) -> Result<Request, Fault> {
    request("GetCallerIdentity", &[], target, credentials, at)
}

fn request(
    action: &str,
    fields: &[(&str, Option<&str>)],
    target: Target<'_>,
    credentials: &Credentials,
    at: Timestamp,
) -> Result<Request, Fault> {
    const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
    let start = [("Action", Some(action)), ("Version", Some("2011-06-15"))];
    let mut request = Request {
        method: Method::Post,
        url: target.url.to_owned(),
        headers: vec![("content-type", Secret::new(FORM.to_owned()))],
        body: form::body(&[&start, fields].concat()),
    };
    let scope = Scope {
        service: "sts",
        region: target.region,
    };
    sign::sign(&mut request, credentials, scope, at)?;
    Ok(request)
}

/// Reads the answer to AssumeRole.
///
/// # Errors
/// It has no keys, no end of them, or no name of whom they are.
pub fn assumed_role(body: &[u8]) -> Result<AssumedRole, Unreadable> {
    let document = document::parse(body)?;
    let result = result(&document, "AssumeRoleResult")?;
    let user = document::child(result, "AssumedRoleUser").ok_or_else(|| missing("AssumedRoleUser"))?;
    let arn = text(user, "Arn")?;
    Ok(AssumedRole {
        credentials: Credentials {
            account_id: account(&arn),
            ..keys(result)?
        },
        id: text(user, "AssumedRoleId")?,
        arn,
    })
}

/// Reads the answer to GetSessionToken. The account is that of the device.
///
/// # Errors
/// It has no keys, or no end of them.
pub fn session(body: &[u8], serial: &str) -> Result<Credentials, Unreadable> {
    let document = document::parse(body)?;
    Ok(Credentials {
        account_id: account(serial),
        ..keys(result(&document, "GetSessionTokenResult")?)?
    })
}

/// The keys of a session, whose account is not known yet.
fn keys(result: roxmltree::Node<'_, '_>) -> Result<Credentials, Unreadable> {
    let keys = document::child(result, "Credentials").ok_or_else(|| missing("Credentials"))?;
    let expiration = Timestamp::parse(&text(keys, "Expiration")?);
    let credentials = Credentials {
        access_key_id: text(keys, "AccessKeyId")?,
        secret_access_key: Secret::new(text(keys, "SecretAccessKey")?),
        session_token: Some(Secret::new(text(keys, "SessionToken")?)),
        expires: Some(expiration.ok_or_else(|| Unreadable("has an `Expiration` that is no time".to_owned()))?),
        account_id: None,
    };
    let token = credentials.session_token.as_ref().map(|token| token.expose().as_str());
    pair::check_answer(
        &credentials.access_key_id,
        credentials.secret_access_key.expose(),
        token,
    )
    .map_err(|flaw| Unreadable(format!("cannot be used: {flaw}")))?;
    Ok(credentials)
}

/// Reads the answer to GetCallerIdentity.
///
/// # Errors
/// A part is missing.
pub fn caller_identity(body: &[u8]) -> Result<Identity, Unreadable> {
    let document = document::parse(body)?;
    let result = result(&document, "GetCallerIdentityResult")?;
    Ok(Identity {
        account: text(result, "Account")?,
        arn: text(result, "Arn")?,
        user_id: text(result, "UserId")?,
    })
}

fn result<'a, 'input>(
    document: &'a roxmltree::Document<'input>,
    name: &str,
) -> Result<roxmltree::Node<'a, 'input>, Unreadable> {
    document::child(document.root_element(), name).ok_or_else(|| missing(name))
}

fn text(parent: roxmltree::Node<'_, '_>, name: &str) -> Result<String, Unreadable> {
    let text = document::text(parent, name).ok_or_else(|| missing(name))?;
    Ok(text.to_owned())
}

fn missing(name: &str) -> Unreadable {
    Unreadable(format!("has no `{name}`"))
}

/// Twelve digits out of an ARN.
fn account(arn: &str) -> Option<String> {
    let account = arn.split(':').nth(4)?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    is_account.then(|| account.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: Target<'_> = Target {
        url: "http://127.0.0.1:18089/",
        region: "eu-west-1",
    };

    const OPS: AssumeRole<'_> = AssumeRole {
        role_arn: "arn:aws:iam::123456789012:role/Ops",
        session_name: "botocore-session-1795228628",
        external_id: Some("ext 1"),
        duration: Some(1800),
        mfa: None,
    };

    fn base() -> Credentials {
        Credentials {
            access_key_id: "AKIDBASE".to_owned(),
            secret_access_key: Secret::new("SECRETBASE".to_owned()),
            session_token: None,
            expires: None,
            account_id: None,
        }
    }

    fn body(role: &AssumeRole<'_>) -> String {
        let request = role
            .request(TARGET, &base(), Timestamp(1_795_228_628))
            .expect("a request");
        request.body.expose().clone()
    }

    /// Recorded from AWS CLI 2.36, with its signature.
    #[test]
    fn assume_role_is_asked_as_by_the_aws_cli() {
        let request = OPS
            .request(TARGET, &base(), Timestamp(1_795_228_628))
            .expect("a request");
        assert_eq!((request.method, request.url.as_str()), (Method::Post, TARGET.url));
        assert_eq!(
            request.body.expose(),
            "Action=AssumeRole&Version=2011-06-15&ExternalId=ext+1&DurationSeconds=1800\
             &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FOps&RoleSessionName=botocore-session-1795228628"
        );
        let headers: Vec<_> = request
            .headers
            .iter()
            .map(|(name, value)| (*name, value.expose().as_str()))
            .collect();
        assert_eq!(
            headers,
            [
                ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
                ("host", "127.0.0.1:18089"),
                ("x-amz-date", "20261121T023708Z"),
                (
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDBASE/20261121/eu-west-1/sts/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-date, \
                     Signature=0b5703de09f7e485da24a1ff8d85e02caf2a2c6c162c0ad747974e9698615256"
                ),
            ]
        );
        let code = Secret::new("123456".to_owned());
        let mfa = AssumeRole {
            role_arn: "arn:aws:iam::123456789012:role/Mfa",
            session_name: "botocore-session-1795228631",
            mfa: Some(Mfa {
                serial: "arn:aws:iam::123456789012:mfa/me",
                code: &code,
            }),
            ..AssumeRole::default()
        };
        assert_eq!(
            body(&mfa),
            "Action=AssumeRole&Version=2011-06-15&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme\
             &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FMfa&RoleSessionName=botocore-session-1795228631\
             &TokenCode=123456"
        );
        assert!(!format!("{request:?}{mfa:?}").contains("123456&") && !format!("{mfa:?}").contains("\"123456\""));
    }

    /// As botocore does it.
    #[test]
    fn a_session_of_a_user_is_asked_for() {
        let code = Secret::new("123456".to_owned());
        let mfa = Mfa {
            serial: "arn:aws:iam::123456789012:mfa/me",
            code: &code,
        };
        let ask = |duration| get_session_token(TARGET, &base(), duration, mfa, Timestamp(0)).expect("a request");
        let rest = "&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme&TokenCode=123456";
        assert_eq!(
            ask(None).body.expose(),
            &format!("Action=GetSessionToken&Version=2011-06-15{rest}")
        );
        assert_eq!(
            ask(Some(129_600)).body.expose(),
            &format!("Action=GetSessionToken&Version=2011-06-15&DurationSeconds=129600{rest}")
        );
        let shown = format!("{:?}", ask(None));
        assert!(!shown.contains("123456&") && !shown.contains("=123456"), "{shown}");
    }

    const SESSION: &str = "<GetSessionTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">
  <GetSessionTokenResult>
    <Credentials>
      <SessionToken>token3</SessionToken>
      <SecretAccessKey>secret3</SecretAccessKey>
      <Expiration>2099-01-01T00:00:00Z</Expiration>
      <AccessKeyId>ASIA3</AccessKeyId>
    </Credentials>
  </GetSessionTokenResult>
  <ResponseMetadata><RequestId>58c5dbae</RequestId></ResponseMetadata>
</GetSessionTokenResponse>";

    #[test]
    fn keys_of_a_users_session_are_read() {
        let account = |serial| session(SESSION.as_bytes(), serial).expect("an answer").account_id;
        assert_eq!(
            account("arn:aws-us-gov:iam::123456789012:mfa/me").as_deref(),
            Some("123456789012")
        );
        assert_eq!(account("GAHT12345678"), None);
        let keys = session(SESSION.as_bytes(), "GAHT12345678").expect("an answer");
        assert_eq!(
            (keys.access_key_id.as_str(), keys.expires),
            ("ASIA3", Some(Timestamp(4_070_908_800)))
        );
        assert_eq!(keys.secret_access_key.expose(), "secret3");
        assert_eq!(
            keys.session_token.as_ref().map(|token| token.expose().as_str()),
            Some("token3")
        );
        for name in [
            "AccessKeyId",
            "SecretAccessKey",
            "SessionToken",
            "Expiration",
            "GetSessionTokenResult",
        ] {
            let answer = SESSION.replace(&format!("<{name}>"), "<Other>");
            let answer = answer.replace(&format!("</{name}>"), "</Other>");
            let error = session(answer.as_bytes(), "GAHT12345678").expect_err(name);
            assert_eq!(error.0, format!("has no `{name}`"));
        }
        assert_eq!(
            session(ANSWER.as_bytes(), "GAHT12345678").expect_err("a role's").0,
            "has no `GetSessionTokenResult`"
        );
    }

    #[test]
    fn caller_identity_is_asked_for() {
        let request = get_caller_identity(TARGET, &base(), Timestamp(0)).expect("a request");
        assert_eq!(request.body.expose(), "Action=GetCallerIdentity&Version=2011-06-15");
    }

    const ANSWER: &str = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROAEXAMPLE:me</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/Ops/me</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIA2</AccessKeyId>
      <SecretAccessKey>secret2</SecretAccessKey>
      <SessionToken>
        token2//
      </SessionToken>
      <Expiration>2099-01-01T00:00:00Z</Expiration>
    </Credentials>
    <PackedPolicySize>6</PackedPolicySize>
  </AssumeRoleResult>
  <ResponseMetadata><RequestId>c6104cbe</RequestId></ResponseMetadata>
</AssumeRoleResponse>";

    #[test]
    fn keys_of_a_role_are_read() {
        let role = assumed_role(ANSWER.as_bytes()).expect("an answer");
        assert_eq!(role.arn, "arn:aws:sts::123456789012:assumed-role/Ops/me");
        assert_eq!(role.id, "AROAEXAMPLE:me");
        let keys = &role.credentials;
        assert_eq!(keys.access_key_id, "ASIA2");
        assert_eq!(keys.secret_access_key.expose(), "secret2");
        assert_eq!(
            keys.session_token.as_ref().map(|token| token.expose().as_str()),
            Some("token2//")
        );
        assert_eq!(keys.expires, Some(Timestamp(4_070_908_800)));
        assert_eq!(keys.account_id.as_deref(), Some("123456789012"));
        assert!(!format!("{role:?}").contains("secret2") && !format!("{role:?}").contains("token2"));
    }

    #[test]
    fn an_incomplete_answer_is_refused_by_name() {
        for name in [
            "AccessKeyId",
            "SecretAccessKey",
            "SessionToken",
            "Expiration",
            "Arn",
            "AssumedRoleId",
            "Credentials",
            "AssumedRoleUser",
            "AssumeRoleResult",
        ] {
            let answer = ANSWER
                .replace(&format!("<{name}>"), "<Other>")
                .replace(&format!("</{name}>"), "</Other>");
            let error = assumed_role(answer.as_bytes()).expect_err(name);
            assert_eq!(error.0, format!("has no `{name}`"));
        }
        let empty = ANSWER.replace("<SecretAccessKey>secret2<", "<SecretAccessKey><");
        assert_eq!(
            assumed_role(empty.as_bytes()).expect_err("empty").0,
            "has no `SecretAccessKey`"
        );
        // What shells and headers cannot hold, and what a terminal takes as a command.
        for odd in ["a&#10;b", "a&#13;b", "a&#155;31mb"] {
            for part in ["ASIA2", "secret2", "token2"] {
                let error = assumed_role(ANSWER.replace(part, odd).as_bytes()).expect_err(odd).0;
                assert!(
                    error.starts_with("cannot be used: ") && error.ends_with(" contains control characters"),
                    "{error}"
                );
            }
        }
        let endless = ANSWER.replace("2099-01-01T00:00:00Z", "soon");
        assert_eq!(
            assumed_role(endless.as_bytes()).expect_err("no time").0,
            "has an `Expiration` that is no time"
        );
    }

    #[test]
    fn an_identity_is_read() {
        let answer = b"<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">
            <GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>AIDAEXAMPLE</UserId>
            <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
        let identity = Identity {
            account: "123456789012".to_owned(),
            arn: "arn:aws:iam::123456789012:user/me".to_owned(),
            user_id: "AIDAEXAMPLE".to_owned(),
        };
        assert_eq!(caller_identity(answer), Ok(identity));
        assert_eq!(caller_identity(b"<html/>"), Err(missing("GetCallerIdentityResult")));
    }
}
