//! IAM Identity Center of the stand-in: what it accepts and what it refuses, asked by hand, by botocore and by a browser.

mod browser;
mod clients;
mod codes;
mod devices;
mod portal;
pub(crate) mod recorded;
mod refresh;
mod registrations;
mod vanity;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::Aws;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The token that `corp` has from before.
const OLD: &str = "corp-access-token-hB2nX9kLw4Rf";

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value))
    }

    /// The status, and the code of the error; `None` if there is none.
    fn verdict(&self) -> (u16, Option<&str>) {
        (self.status, self.header("x-amzn-errortype"))
    }

    #[track_caller]
    fn success(&self) -> Value {
        assert_eq!(self.verdict(), (200, None), "{}", self.body);
        self.json()
    }

    /// The error of OAuth, which is the one of the header in other letters.
    #[track_caller]
    fn refused(&self, status: u16, error: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        let said = self.json();
        assert_eq!(said["error"], error);
        assert!(said["error_description"].is_string());
        let name = self.header("x-amzn-errortype").expect("the type of the error");
        assert_eq!(
            name.trim_end_matches("Exception").to_lowercase(),
            error.replace('_', "")
        );
    }
}

/// One request of its own connection.
fn send(aws: &Aws, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(aws.endpoint().trim_start_matches("http://")).expect("a server");
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .expect("a time limit");
    let host = aws.endpoint().trim_start_matches("http://");
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    request += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer {
        status: status.expect("a status"),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

fn post(aws: &Aws, path: &str, body: &Value) -> Answer {
    send(
        aws,
        "POST",
        path,
        &[("Content-Type", "application/json")],
        &body.to_string(),
    )
}

fn get(aws: &Aws, path: &str, token: &str) -> Answer {
    send(aws, "GET", path, &[("x-amz-sso_bearer_token", token)], "")
}

/// `base` with other members; a member that is null is left out.
fn with(base: &Value, changes: &Value) -> Value {
    let mut made = base.clone();
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            made.as_object_mut().expect("an object").shift_remove(name);
        } else {
            made[name] = value.clone();
        }
    }
    made
}

/// A client without grant types, as of `aws sso login --use-device-code`.
fn client(aws: &Aws) -> Value {
    let body = json!({"clientName": "botocore-client-corp", "clientType": "public", "scopes": ["sso:account:access"]});
    post(aws, "/client/register", &body).success()
}

/// The request for a token, with the id and the secret of a client.
fn token_request(client: &Value, more: &Value) -> Value {
    let base = json!({"clientId": client["clientId"], "clientSecret": client["clientSecret"]});
    with(&base, more)
}

/// The client and the refresh token that `corp` has from before.
fn old_refresh() -> Value {
    json!({
        "grantType": "refresh_token",
        "clientId": "corp-client",
        "clientSecret": "corp-client-secret-7Yt0cE3sQmV5",
        "refreshToken": "corp-refresh-token-eJ6uTz1Pq8Gd",
    })
}
