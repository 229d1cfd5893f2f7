//! The document of a `credential_process`, read as botocore reads it.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

use std::io::ErrorKind;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::credentials::{Credentials, Timestamp, pair};
use crate::provider::{Error, Run};
use crate::redact::said;
use crate::resolve::CredentialProcess;
use crate::secret::Secret;

/// The document. Keys in exact case; `null` is as absent.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: serde_json::Value,
    access_key_id: Option<String>,
    secret_access_key: Option<Secret<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<Secret<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
}

/// Writes what [`parse`] reads. `Expiration` only if there is one: an SDK treats keys without it as lasting.
pub(super) fn render(credentials: &Credentials) -> Secret<String> {
    let document = Document {
        version: 1.into(),
        access_key_id: Some(credentials.access_key_id.clone()),
        secret_access_key: Some(credentials.secret_access_key.clone()),
        session_token: credentials.session_token.clone(),
        expiration: credentials.expires.and_then(Timestamp::to_rfc3339),
        account_id: credentials.account_id.clone(),
    };
    // Reserves enough for all of it: growing would leave copies behind. Writing the document cannot fail.
    let mut json = Vec::with_capacity(8 * 1024);
    let _ = serde_json::to_writer(&mut json, &document);
    json.push(b'\n');
    Secret::new(String::from_utf8(json).unwrap_or_default())
}

/// Runs the process and reads what it prints.
///
/// # Errors
/// The process's own failure, or what is wrong with its answer.
pub(super) fn run(process: &CredentialProcess, port: &dyn Run, limit: Option<Duration>) -> Result<Credentials, Error> {
    let place = || process.place.clone();
    let captured = port.run(&process.argv, limit).map_err(|error| match error.kind() {
        ErrorKind::FileTooLarge | ErrorKind::TimedOut => Error::ProcessUnread {
            place: place(),
            why: error.to_string(),
        },
        _ => Error::ProcessMissing {
            place: place(),
            program: process.argv.first().cloned().unwrap_or_default(),
            why: error.to_string(),
        },
    })?;
    if let Some(status) = captured.failure {
        return Err(Error::ProcessFailed {
            place: place(),
            status,
            said: said(&captured.stderr),
        });
    }
    let mut credentials = parse(&captured.stdout).map_err(|why| Error::ProcessAnswer { place: place(), why })?;
    credentials.account_id = credentials.account_id.or_else(|| process.account_id.clone());
    Ok(credentials)
}

fn parse(answer: &[u8]) -> Result<Credentials, String> {
    // serde_json's message would quote the answer.
    let document: Document = serde_json::from_slice(answer).map_err(|error| {
        format!(
            "it is not the expected JSON (line {}, column {})",
            error.line(),
            error.column()
        )
    })?;
    if document.version != serde_json::json!(1) {
        return Err("`Version` must be the number 1".to_owned());
    }
    let expires = match document.expiration.as_deref() {
        None => None,
        Some(text) => Some(Timestamp::parse(text).ok_or("`Expiration` must be an RFC 3339 time with an offset")?),
    };
    let access_key_id = document.access_key_id.ok_or("`AccessKeyId` is missing")?;
    let secret_access_key = document.secret_access_key.ok_or("`SecretAccessKey` is missing")?;
    let session_token = document.session_token.filter(|token| !token.expose().is_empty());
    let token = session_token.as_ref().map(|token| token.expose().as_str());
    pair::check_answer(&access_key_id, secret_access_key.expose(), token).map_err(|flaw| flaw.to_string())?;
    Ok(Credentials {
        access_key_id,
        secret_access_key,
        session_token,
        expires,
        account_id: document.account_id,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_read() {
        let text = br#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":null,"Expiration":"2030-01-01T00:00:00Z"}"#;
        let credentials = parse(text).unwrap();
        assert_eq!(credentials.access_key_id, "A");
        assert_eq!(credentials.expires, Some(Timestamp(1_893_456_000)));
        assert!(credentials.session_token.is_none());
    }

    #[test]
    fn the_document_that_is_written_is_read_back() {
        let credentials = |token: Option<&str>, expires, account: Option<&str>| Credentials {
            access_key_id: "A".into(),
            secret_access_key: Secret::new("S\"ü".into()),
            session_token: token.map(|token| Secret::new(token.into())),
            expires,
            account_id: account.map(Into::into),
        };
        let keys = credentials(None, None, None);
        assert_eq!(
            render(&keys).expose(),
            "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"S\\\"ü\"}\n"
        );
        let session = credentials(Some("T"), Some(Timestamp(1_893_456_000)), Some("123456789012"));
        let back = parse(render(&session).expose().as_bytes()).unwrap();
        assert_eq!((back.expires, back.account_id), (session.expires, session.account_id));
        assert_eq!(back.session_token, session.session_token);
    }

    #[test]
    fn what_botocore_refuses_is_refused_without_a_word_of_it() {
        for bad in [
            r#"{"Version":"1","AccessKeyId":"A","SecretAccessKey":"hidden"}"#,
            r#"{"Version":1,"AccessKeyId":"A"}"#,
            r#"{"Version":1,"SecretAccessKey":"hidden"}"#,
            r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"hidden","Expiration":"2030-01-01T00:00:00"}"#,
            r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"hidden"} hidden"#,
            r#"{"Version":1,"AccessKeyId":"","SecretAccessKey":"hidden"}"#,
            r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":""}"#,
            r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"hidden\n"}"#,
            r#"{"Version":1,"AccessKeyId":"A\u0000","SecretAccessKey":"hidden"}"#,
            r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"hidden\r"}"#,
            "hidden",
        ] {
            let why = parse(bad.as_bytes()).unwrap_err();
            assert!(!why.contains("hidden"), "{why}");
        }
    }
}
