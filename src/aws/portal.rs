//! The portal of IAM Identity Center: the accounts and roles of a person, and the keys of a role.
//! <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/Welcome.html>

use serde::Deserialize;

use super::Unreadable;
use super::form;
use super::json;
use super::message::{Method, Request};
use crate::credentials::{Credentials, Timestamp, pair};
use crate::secret::Secret;

/// What a token has to be issued for.
pub const SCOPE: &str = "sso:account:access";

/// An account that a person may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// Empty if it has none.
    pub name: String,
    pub email: String,
}

/// A part of a list.
#[derive(Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// What asks for the next part; `None` for the last.
    pub next: Option<String>,
}

/// The most that a page has.
const PAGE: &str = "100";

/// Asks for the keys of a role. `url` is that of the service, as below.
pub fn role_credentials(url: &str, token: &Secret<String>, account_id: &str, role_name: &str) -> Request {
    let query = [("role_name", Some(role_name)), ("account_id", Some(account_id))];
    get(url, "/federation/credentials", &query, token)
}

/// Asks for the accounts of a person.
pub fn accounts(url: &str, token: &Secret<String>, next: Option<&str>) -> Request {
    let query = [("next_token", next), ("max_result", Some(PAGE))];
    get(url, "/assignment/accounts", &query, token)
}

/// Asks for the roles of a person in an account.
pub fn roles(url: &str, token: &Secret<String>, account_id: &str, next: Option<&str>) -> Request {
    let query = [
        ("next_token", next),
        ("max_result", Some(PAGE)),
        ("account_id", Some(account_id)),
    ];
    get(url, "/assignment/roles", &query, token)
}

/// Ends the token.
pub fn logout(url: &str, token: &Secret<String>) -> Request {
    Request {
        method: Method::Post,
        ..get(url, "/logout", &[], token)
    }
}

/// Reads the answer to [`role_credentials`]. It names no account.
///
/// # Errors
/// It has no keys, or no end of them.
pub fn credentials(body: &[u8]) -> Result<Credentials, Unreadable> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Document {
        role_credentials: Keys,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Keys {
        access_key_id: String,
        secret_access_key: Secret<String>,
        session_token: Secret<String>,
        /// In milliseconds since 1970.
        expiration: i64,
    }
    let Document { role_credentials: keys } = json::read(body, "keys")?;
    let token = keys.session_token.expose();
    pair::check_answer(&keys.access_key_id, keys.secret_access_key.expose(), Some(token))
        .map_err(|flaw| Unreadable(format!("cannot be used: {flaw}")))?;
    Ok(Credentials {
        access_key_id: keys.access_key_id,
        secret_access_key: keys.secret_access_key,
        session_token: Some(keys.session_token),
        expires: Some(Timestamp(keys.expiration.div_euclid(1000))),
        account_id: None,
    })
}

/// Reads the answer to [`accounts`].
///
/// # Errors
/// An account has no id.
pub fn account_page(body: &[u8]) -> Result<Page<Account>, Unreadable> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Document {
        #[serde(default)]
        account_list: Vec<Entry>,
        next_token: Option<String>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        account_id: String,
        account_name: Option<String>,
        email_address: Option<String>,
    }
    let read: Document = json::read(body, "accounts")?;
    let account = |entry: Entry| Account {
        id: entry.account_id,
        name: entry.account_name.unwrap_or_default(),
        email: entry.email_address.unwrap_or_default(),
    };
    Ok(Page {
        items: read.account_list.into_iter().map(account).collect(),
        next: read.next_token.filter(|token| !token.is_empty()),
    })
}

/// Reads the answer to [`roles`]: their names.
///
/// # Errors
/// A role has no name.
pub fn role_page(body: &[u8]) -> Result<Page<String>, Unreadable> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Document {
        #[serde(default)]
        role_list: Vec<Entry>,
        next_token: Option<String>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        role_name: String,
    }
    let read: Document = json::read(body, "roles")?;
    Ok(Page {
        items: read.role_list.into_iter().map(|entry| entry.role_name).collect(),
        next: read.next_token.filter(|token| !token.is_empty()),
    })
}

fn get(url: &str, path: &str, query: &[(&str, Option<&str>)], token: &Secret<String>) -> Request {
    let query = form::body(query);
    let mark = if query.expose().is_empty() { "" } else { "?" };
    Request {
        method: Method::Get,
        url: format!("{}{path}{mark}{}", url.trim_end_matches('/'), query.expose()),
        headers: vec![("x-amz-sso_bearer_token", token.clone())],
        body: Secret::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://portal.sso.us-east-1.amazonaws.com/";

    fn token() -> Secret<String> {
        Secret::new("AT16".to_owned())
    }

    fn check(request: &Request, method: Method, path: &str) {
        assert_eq!(request.method, method);
        assert_eq!(request.url, format!("https://portal.sso.us-east-1.amazonaws.com{path}"));
        assert_eq!(request.header("x-amz-sso_bearer_token"), Some("AT16"));
        assert_eq!((request.headers.len(), request.body.expose().as_str()), (1, ""));
        assert!(!format!("{request:?}").contains("AT16"));
    }

    /// The first and the last as the AWS CLI 2.36 was recorded to send them.
    #[test]
    fn requests_are_those_of_the_aws_cli() {
        check(
            &role_credentials(URL, &token(), "123456789011", "readOnly"),
            Method::Get,
            "/federation/credentials?role_name=readOnly&account_id=123456789011",
        );
        check(
            &role_credentials(URL, &token(), "1", "a+b c/ü"),
            Method::Get,
            "/federation/credentials?role_name=a%2Bb+c%2F%C3%BC&account_id=1",
        );
        check(
            &accounts(URL, &token(), None),
            Method::Get,
            "/assignment/accounts?max_result=100",
        );
        check(
            &roles(URL, &token(), "1", Some("a=/")),
            Method::Get,
            "/assignment/roles?next_token=a%3D%2F&max_result=100&account_id=1",
        );
        check(&logout(URL, &token()), Method::Post, "/logout");
    }

    #[test]
    fn keys_are_read() {
        let keys = credentials(
            br#"{"roleCredentials": {"accessKeyId": "ASIASSO", "secretAccessKey": "ssosecret", "sessionToken": "ssotoken", "expiration": 4070908800999, "new": 1}}"#,
        );
        let keys = keys.unwrap();
        assert_eq!((keys.access_key_id.as_str(), keys.account_id), ("ASIASSO", None));
        assert_eq!(keys.expires, Some(Timestamp(4_070_908_800)));
        for body in [
            "",
            "{}",
            "<html>hush</html>",
            r#"{"roleCredentials": {"accessKeyId": "A", "secretAccessKey": "hush", "sessionToken": "t"}}"#,
            r#"{"roleCredentials": {"accessKeyId": "A", "secretAccessKey": "hush", "sessionToken": null, "expiration": 1}}"#,
            r#"{"roleCredentials": {"accessKeyId": "A", "secretAccessKey": "", "sessionToken": "t", "expiration": 1}}"#,
            r#"{"roleCredentials": {"accessKeyId": "A", "secretAccessKey": "hush\u0000", "sessionToken": "t", "expiration": 1}}"#,
        ] {
            let Unreadable(why) = credentials(body.as_bytes()).unwrap_err();
            assert!(!why.contains("hush"), "{why}");
        }
    }

    #[test]
    fn lists_are_read() {
        let page = account_page(
            br#"{"accountList": [{"accountId": "1", "accountName": "one", "emailAddress": "a@b"}, {"accountId": "2"}], "nextToken": "x"}"#,
        );
        let page = page.unwrap();
        let account = |id: &str, name: &str, email: &str| Account {
            id: id.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
        };
        assert_eq!(page.items, [account("1", "one", "a@b"), account("2", "", "")]);
        assert_eq!(page.next.as_deref(), Some("x"));
        let page = role_page(br#"{"roleList": [{"roleName": "r", "accountId": "1"}], "nextToken": ""}"#).unwrap();
        assert_eq!((page.items, page.next), (vec!["r".to_owned()], None));
        assert!(role_page(b"{}").unwrap().items.is_empty());
        assert!(account_page(b"[]").is_err() && role_page(br#"{"roleList": [{}]}"#).is_err());
    }
}
