//! A session -> one line of JSON, and back.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Key, Kind, Session};
use crate::credentials::{Credentials, Timestamp};
use crate::secret::Secret;

#[derive(Deserialize, Serialize)]
struct Document {
    #[serde(rename = "v")]
    version: u32,
    key: String,
    kind: String,
    profile: String,
    role_arn: Option<String>,
    access_key_id: String,
    secret_access_key: Secret<String>,
    session_token: Option<Secret<String>>,
    expiration: Option<String>,
    account_id: Option<String>,
    arn: Option<String>,
    obtained: String,
    lifetime: i64,
}

const VERSION: u32 = 1;

/// In bytes: all of a document but its token.
const MOST: usize = 8 * 1024;

/// `None` for a time beyond the year 9999.
pub fn write(key: &Key, session: &Session) -> Option<Zeroizing<Vec<u8>>> {
    let credentials = &session.credentials;
    let document = Document {
        version: VERSION,
        key: key.as_str().to_owned(),
        kind: session.kind.as_str().to_owned(),
        profile: session.profile.clone(),
        role_arn: session.role_arn.clone(),
        access_key_id: credentials.access_key_id.clone(),
        secret_access_key: credentials.secret_access_key.clone(),
        session_token: credentials.session_token.clone(),
        expiration: match credentials.expires {
            Some(end) => Some(end.to_rfc3339()?),
            None => None,
        },
        account_id: credentials.account_id.clone(),
        arn: session.arn.clone(),
        obtained: session.obtained.to_rfc3339()?,
        lifetime: session.lifetime,
    };
    // Large enough for all of it, because growing would leave copies behind.
    let token = document.session_token.as_ref().map_or(0, |token| token.expose().len());
    let mut json = Zeroizing::new(Vec::with_capacity(MOST + token));
    serde_json::to_writer(&mut *json, &document).ok()?;
    json.push(b'\n');
    Some(json)
}

/// `None` if this is not what [`write()`] makes of a session with this key; unknown fields are ignored.
pub fn read(key: &Key, json: &[u8]) -> Option<Session> {
    let (found, session) = read_any(json)?;
    (found == *key).then_some(session)
}

/// As [`read`], whatever the key is.
pub fn read_any(json: &[u8]) -> Option<(Key, Session)> {
    let document: Document = serde_json::from_slice(json).ok()?;
    if document.version != VERSION {
        return None;
    }
    let expires = match document.expiration {
        Some(end) => Some(Timestamp::parse(&end)?),
        None => None,
    };
    let session = Session {
        kind: Kind::parse(&document.kind)?,
        profile: document.profile,
        role_arn: document.role_arn,
        arn: document.arn,
        credentials: Credentials {
            access_key_id: document.access_key_id,
            secret_access_key: document.secret_access_key,
            session_token: document.session_token,
            expires,
            account_id: document.account_id,
        },
        obtained: Timestamp::parse(&document.obtained)?,
        lifetime: document.lifetime,
    };
    Some((Key::parse(&document.key)?, session))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(digit: &str) -> Key {
        Key::parse(&digit.repeat(64)).unwrap()
    }

    fn session() -> Session {
        Session {
            kind: Kind::Role,
            profile: "ops ü".to_owned(),
            role_arn: Some("arn:aws:iam::123456789012:role/Ops".to_owned()),
            arn: Some("arn:aws:sts::123456789012:assumed-role/Ops/awsenv-me".to_owned()),
            credentials: Credentials {
                access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
                secret_access_key: Secret::new("hunter2".to_owned()),
                session_token: Some(Secret::new("t".repeat(20_000))),
                expires: Some(Timestamp(1_893_456_000)),
                account_id: Some("123456789012".to_owned()),
            },
            obtained: Timestamp(1_893_452_400),
            lifetime: 3_590,
        }
    }

    #[test]
    fn a_session_comes_back_under_its_own_key_only() {
        let json = write(&key("a"), &session()).unwrap();
        assert_eq!(json.iter().filter(|byte| **byte == b'\n').count(), 1);
        let text = std::str::from_utf8(&json).unwrap();
        assert!(text.starts_with("{\"v\":1,\"key\":\"aaaa"), "{}", &text[..40]);
        let back = read(&key("a"), &json).unwrap();
        assert_eq!(format!("{back:?}"), format!("{:?}", session()));
        assert_eq!(
            (&back.credentials.secret_access_key, &back.credentials.session_token),
            (
                &session().credentials.secret_access_key,
                &session().credentials.session_token
            )
        );
        assert!(read(&key("b"), &json).is_none());
        assert_eq!(read_any(&json).unwrap().0, key("a"));
    }

    #[test]
    fn nothing_is_left_behind_by_growing() {
        let json = write(&key("a"), &session()).unwrap();
        assert!(json.len() + 1 < MOST + 20_000 && json.capacity() == MOST + 20_000);
    }

    #[test]
    fn what_is_not_whole_or_of_a_newer_awsenv_is_none() {
        let json = write(&key("a"), &session()).unwrap();
        let text = std::str::from_utf8(&json).unwrap();
        let changes = [
            ("\"v\":1", "\"v\":2"),
            ("\"kind\":\"role\"", "\"kind\":\"other\""),
            ("\"obtained\":\"2", "\"obtained\":\"x"),
            ("\"expiration\":\"2", "\"expiration\":\"x"),
            ("\"key\":\"a", "\"key\":\"A"),
            ("\"lifetime\":3590", "\"lifetime\":null"),
        ];
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            assert!(read(&key("a"), text.replace(from, to).as_bytes()).is_none(), "{from}");
        }
        assert!(read(&key("a"), &json[..json.len() / 2]).is_none());
        assert!(read(&key("a"), text.replace("{\"v\"", "{\"new\":[1],\"v\"").as_bytes()).is_some());
        let mut late = session();
        late.obtained = Timestamp(i64::MAX);
        assert!(write(&key("a"), &late).is_none());
    }
}
