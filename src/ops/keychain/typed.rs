//! A key as the user gives it: typed at the questions of `key add` and `configure`, which check each answer at once, or
//! piped in.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::credentials::pair::{self, Flaw, ODD_SECRET, Part};
use crate::error::{Error, Kind};
use crate::keychain::layout;
use crate::ops::ask::Questions;
use crate::ops::keychain::pair::{refused, temporary};
use crate::redact::visible;
use crate::secret::Secret;
use crate::sys;

#[derive(Debug)]
pub struct Typed {
    pub id: String,
    pub secret: Secret<String>,
}

/// The key that the profile has, which an empty answer keeps.
#[derive(Debug, Default)]
pub struct Present {
    /// What the questions show of it; empty if there is no key.
    pub shown: String,
    /// The id that a secret typed alone belongs to.
    pub id: Option<String>,
}

const ID: &str = "AWS Access Key ID";
const SECRET: &str = "AWS Secret Access Key";

/// Asks for a key; `None` if both answers are empty, which only `present` allows.
///
/// # Errors
/// The user cancels.
pub fn asked(
    questions: &mut Questions<'_>,
    present: Option<&Present>,
    any_shape: bool,
) -> Result<Option<Typed>, Error> {
    let none = |text: &str| {
        if text.is_empty() {
            "None".to_owned()
        } else {
            text.to_owned()
        }
    };
    let (ask_id, ask_secret) = match present {
        Some(present) => {
            let mask = if present.shown.is_empty() { "None" } else { "****" };
            (
                format!("{ID} [{}]:", none(&present.shown)),
                format!("{SECRET} [{mask}]:"),
            )
        }
        None => (format!("{ID}:"), format!("{SECRET} (not shown):")),
    };
    let present_id = present.and_then(|present| present.id.as_deref());
    let may_show = |text: &str| {
        let is_of_ids = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        text.bytes().all(is_of_ids)
    };
    loop {
        let is_shown = |id: &str| visible(layout::ID, id).is_some();
        let id = questions.line(&ask_id, may_show, is_shown, |id| match id {
            "" if present.is_some() => Ok(()),
            id => pair::check_id(id, any_shape).map_err(|flaw| refused("", flaw)),
        })?;
        let own = if id.is_empty() { present_id } else { Some(id.as_str()) };
        let keeps = id.is_empty() || present_id == Some(id.as_str());
        let secret = questions.secret(&ask_secret, |questions, secret| {
            if secret.is_empty() && keeps && present.is_some() {
                return Ok(());
            }
            pair::check_secret(own.unwrap_or_default(), secret).map_err(|flaw| refused("", flaw))?;
            let question = format!("{} {ODD_SECRET}: keep it anyway", Part::Secret);
            if any_shape || !pair::is_odd(secret) || questions.yes(&question)? {
                Ok(())
            } else {
                Err(Error::new(Kind::Failed, "type the secret access key again"))
            }
        })?;
        if secret.expose().is_empty() {
            return Ok(None);
        }
        if let Some(id) = own {
            let id = id.to_owned();
            return Ok(Some(Typed { id, secret }));
        }
        questions.again(&refused("", Flaw::Empty(Part::Id)));
    }
}

/// Two lines, or JSON.
///
/// # Errors
/// What is wrong with it; never a part of it.
pub fn piped() -> Result<Typed, Error> {
    let bytes = sys::stdin::read().map_err(|error| unreadable(&error.to_string()))?;
    let text = str::from_utf8(&bytes).map_err(|_| unreadable("it is not UTF-8"))?;
    parse(text)
}

fn unreadable(why: &str) -> Error {
    Error::new(Kind::Failed, format!("stdin: {why}")).hint(
        "write two lines, the id and the secret, or JSON with `AccessKeyId` and `SecretAccessKey`, such as the output \
         of `aws iam create-access-key`",
    )
}

/// A key, alone or in the output of a command of the AWS CLI.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Json {
    /// `aws iam create-access-key`.
    access_key: Option<Box<Json>>,
    /// `aws sts assume-role` and the like, whose keys never last.
    #[serde(alias = "roleCredentials")]
    credentials: Option<Box<Json>>,
    #[serde(alias = "accessKeyId")]
    access_key_id: Option<String>,
    #[serde(alias = "secretAccessKey")]
    secret_access_key: Option<Secret<String>>,
    /// `Token` is what an instance's metadata calls it.
    #[serde(
        alias = "sessionToken",
        alias = "session_token",
        alias = "Token",
        alias = "token",
        alias = "SecurityToken",
        alias = "securityToken"
    )]
    session_token: Option<Secret<String>>,
    /// Only a key that does not last has one.
    #[serde(alias = "expiration", alias = "Expires", alias = "expires")]
    expiration: Option<IgnoredAny>,
    status: Option<String>,
}

fn parse(text: &str) -> Result<Typed, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        // serde_json's message would quote the key.
        let json: Option<Json> = serde_json::from_str(text).ok();
        let key = json.and_then(|mut json| {
            let of_sts = json.credentials.take();
            let is_of_sts = of_sts.is_some();
            let inner = json.access_key.take().or(of_sts);
            let key = inner.map_or(json, |inner| *inner);
            let has_token = key.session_token.is_some_and(|token| !token.expose().is_empty());
            Some((
                key.access_key_id?,
                key.secret_access_key?,
                is_of_sts || has_token || key.expiration.is_some(),
                key.status,
            ))
        });
        let (id, secret, is_temporary, status) = key.ok_or_else(|| unreadable("it is not JSON with an access key"))?;
        if is_temporary {
            return Err(temporary("stdin: the key"));
        }
        if status.is_some_and(|status| status.eq_ignore_ascii_case("inactive")) {
            return Err(Error::new(Kind::Failed, "stdin: the key is inactive")
                .hint("activate it in IAM, or create another one"));
        }
        return Ok(Typed { id, secret });
    }
    let mut lines = text.lines().map(str::trim);
    let (Some(id), Some(secret)) = (lines.next(), lines.next()) else {
        return Err(unreadable("expected two lines"));
    };
    if lines.any(|line| !line.is_empty()) {
        return Err(unreadable("expected only two lines"));
    }
    Ok(Typed {
        id: id.to_owned(),
        secret: Secret::new(secret.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, String), String> {
        parse(text)
            .map(|typed| (typed.id, typed.secret.expose().clone()))
            .map_err(|error| error.message)
    }

    #[test]
    fn every_form_of_stdin() {
        let key = Ok(("AKIA1".to_owned(), "a/b+c".to_owned()));
        assert_eq!(read("AKIA1\na/b+c\n"), key);
        assert_eq!(read("\u{feff}AKIA1\r\n a/b+c \r\n\r\n"), key);
        for json in [
            r#" {"AccessKeyId":"AKIA1","SecretAccessKey":"a/b+c","More":1}"#,
            r#"{"AccessKey":{"UserName":"ada","AccessKeyId":"AKIA1","Status":"Active","SecretAccessKey":"a/b+c","CreateDate":"2030-01-01T00:00:00+00:00"}}"#,
            r#"{"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"a/b+c","SessionToken":null,"Expiration":null}"#,
        ] {
            assert_eq!(read(json), key, "{json}");
        }
        for bad in [
            "",
            "AKIA1",
            "AKIA1\nx\ny\n",
            "{\"AccessKeyId\":\"hunter2\"}",
            "{\"AccessKey\":{\"AccessKeyId\":\"hunter2\"}}",
            "{\"AccessKeyMetadata\":[{\"AccessKeyId\":\"hunter2\"}]}",
            "{\"hunter2",
        ] {
            assert!(!read(bad).unwrap_err().contains("hunter2"));
        }
    }

    #[test]
    fn a_key_that_does_not_last_is_refused_with_the_reason() {
        for token in [
            r#"{"AccessKeyId":"A","SecretAccessKey":"B","SessionToken":"C"}"#,
            r#"{"AccessKeyId":"A","SecretAccessKey":"B","Expiration":"2030-01-01T00:00:00Z"}"#,
            r#"{"Credentials":{"AccessKeyId":"A","SecretAccessKey":"B","SessionToken":"","Expiration":1893456000}}"#,
            r#"{"Credentials":{"AccessKeyId":"A","SecretAccessKey":"B","SessionToken":"C","Expiration":"2030-01-01T00:00:00+00:00"},"AssumedRoleUser":{"Arn":"x"}}"#,
            r#"{"Credentials":{"AccessKeyId":"A","SecretAccessKey":"B"}}"#,
            r#"{"AccessKeyId":"A","SecretAccessKey":"B","expiration":"2030-01-01T00:00:00Z"}"#,
            r#"{"AccessKeyId":"A","SecretAccessKey":"B","Token":"abc"}"#,
            r#"{"Code":"Success","LastUpdated":"2030-01-01T00:00:00Z","Type":"AWS-HMAC","AccessKeyId":"A","SecretAccessKey":"B","Token":"C","Expiration":"2030-01-01T00:00:00Z"}"#,
            r#"{"roleCredentials":{"accessKeyId":"A","secretAccessKey":"B","sessionToken":"C","expiration":1893456000000}}"#,
        ] {
            assert!(read(token).unwrap_err().contains("temporary"), "{token}");
        }
        let inactive = r#"{"AccessKey":{"AccessKeyId":"A","SecretAccessKey":"B","Status":"Inactive"}}"#;
        assert!(read(inactive).unwrap_err().contains("inactive"));
    }
}
