//! Requests that version 2 of the AWS CLI was recorded to send (`tests/data/recorded/sso`), and how a request is compared with
//! one of them.

use serde_json::{Value, json};

use crate::support::aws::Seen;
use crate::support::sso::{LONG, SCOPE, from_now, write};
use crate::support::{Aws, PROJECT, Sandbox};

/// The configuration of the recordings.
pub(crate) const CONFIG: &str = "[profile sso]\nsso_session = my-sso\nsso_account_id = 123456789011\n\
    sso_role_name = readOnly\nregion = us-east-1\n\
    [profile legacy]\nsso_start_url = https://d-1234567890.awsapps.com/start\nsso_region = us-east-1\n\
    sso_account_id = 123456789011\nsso_role_name = readOnly\nregion = us-east-1\n\
    [sso-session my-sso]\nsso_region = us-east-1\nsso_start_url = https://my-sso.awsapps.com/start\n\
    sso_registration_scopes = sso:account:access\n";

/// A stand-in with the instances of the recordings, and a sandbox with [`CONFIG`]. Nobody is signed in.
pub(crate) fn recorded() -> Option<(Aws, Sandbox)> {
    start(&json!({"accounts": [account()]}))
}

/// As [`recorded`], with the files that the AWS CLI left after `device`, `code`, `refresh`, `legacy`, `roles` (after `legacy`)
/// or `logout`. Only the end of each token is another, in so many seconds by the file; the stand-in knows tokens and keys.
pub(crate) fn after(name: &str, expires_in: i64) -> Option<(Aws, Sandbox)> {
    let grants = ["authorization_code", "refresh_token", super::DEVICE];
    let client =
        json!({"id": "CID", "secret": "CSECRET", "expires_in": LONG, "grant_types": grants, "scopes": [SCOPE]});
    let tokens = |numbers: &[u32]| -> Vec<Value> {
        let token = |number: &u32| json!({"access": format!("AT{number}"), "refresh": format!("RT{number}"), "expires_in": LONG, "client": "CID"});
        numbers.iter().map(token).collect()
    };
    let (aws, sandbox) =
        start(&json!({"accounts": [account()], "clients": [client], "tokens": tokens(&[14, 16, 18, 22])}))?;
    let folder = format!("{PROJECT}/tests/data/recorded/sso/after-{name}");
    for cache in ["sso/cache", "cli/cache"] {
        let Ok(entries) = std::fs::read_dir(format!("{folder}/{cache}")) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            let mut content: Value = serde_json::from_slice(&std::fs::read(&path).expect("a recording")).expect("JSON");
            if content["accessToken"].is_string() {
                content["expiresAt"] = json!(from_now(expires_in));
            }
            let name = path.file_name().expect("a name").to_string_lossy();
            write(&sandbox, &format!(".aws/{cache}/{name}"), &content);
        }
    }
    Some((aws, sandbox))
}

fn account() -> Value {
    json!({"id": "123456789011", "name": "Recorded", "email": "recorded@example.com", "roles": ["readOnly"]})
}

fn start(described: &Value) -> Option<(Aws, Sandbox)> {
    let mut world = crate::support::aws::world();
    world["sso"] = json!([described, described]);
    // The last instance is the one of a client that both know.
    world["sso"][0]["start_url"] = json!("https://d-1234567890.awsapps.com/start");
    world["sso"][1]["start_url"] = json!("https://my-sso.awsapps.com/start");
    let role = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_readOnly_0123456789abcdef";
    let keys = json!({"arn": format!("arn:aws:iam::123456789011:role/{role}"), "name": "recorded", "id": "ASIASSO",
                      "secret": "ssosecret", "token": "ssotoken", "expires": 4_070_908_800_u64});
    world["sessions"].as_array_mut().expect("sessions").push(keys);
    let aws = Aws::with(world)?;
    let sandbox = aws.sso_sandbox();
    sandbox.write(".aws/config", CONFIG);
    Some((aws, sandbox))
}

/// A request without what differs from run to run: ids, secrets, codes, the port of the redirect and the time in a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub method: String,
    /// With the query.
    pub path: String,
    pub content_type: Option<String>,
    pub has_token: bool,
    /// Of the JSON object, in their order.
    pub fields: Vec<(String, String)>,
}

/// `device`, `code`, `legacy`, `refresh`, `role`, `legacy-role` or `logout`. There is nothing of a browser in them.
pub(crate) fn recordings(name: &str) -> Vec<Sent> {
    let path = format!("{PROJECT}/tests/data/recorded/sso/{name}.jsonl");
    let text = std::fs::read_to_string(path).expect("recordings");
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    lines.map(|line: Value| sent(&seen(&line))).collect()
}

/// The parameters of `/authorize`, in their order.
pub(crate) fn authorize() -> Vec<(String, String)> {
    let recorded = include_str!("../../data/recorded/sso/authorize");
    let (_, query) = recorded.trim_end().split_once('?').expect("a query");
    let pairs = query.split('&').map(|pair| pair.split_once('=').expect("a value"));
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.replace("%3A", ":").replace("%2F", "/")));
    pairs.map(stable).collect()
}

pub(crate) fn sent(seen: &Seen) -> Sent {
    let header = |name: &str| seen.header(name).map(str::to_owned);
    let in_body = seen.method == "POST";
    let fields = seen.fields.iter().flatten().filter(|_| in_body).cloned();
    Sent {
        method: seen.method.clone(),
        path: seen.path.clone(),
        content_type: header("content-type"),
        has_token: header("x-amz-sso_bearer_token").is_some(),
        fields: fields.map(stable).collect(),
    }
}

/// Without the value, if that differs from run to run.
pub(crate) fn stable((name, value): (String, String)) -> (String, String) {
    const DIFFER: [&str; 9] = [
        "clientId",
        "clientSecret",
        "deviceCode",
        "code",
        "codeVerifier",
        "refreshToken",
        "client_id",
        "state",
        "code_challenge",
    ];
    if DIFFER.contains(&name.as_str()) {
        return (name, String::new());
    }
    let without = |text: &str, before: &str, after: char| match text.split_once(before) {
        Some((start, rest)) => {
            let end = rest.find(after).unwrap_or(rest.len());
            format!("{start}{before}{}", &rest[end..])
        }
        None => text.to_owned(),
    };
    let value = match name.as_str() {
        "redirectUri" | "redirect_uri" => without(&value, "127.0.0.1:", '/'),
        "clientName" if value.ends_with(|last: char| last.is_ascii_digit()) => without(&value, "botocore-client-", ' '),
        _ => value,
    };
    (name, value)
}

fn seen(line: &Value) -> Seen {
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let headers = line["headers"].as_object().expect("headers").iter();
    let body = text(&line["body"]);
    let body: Value = if body.is_empty() {
        json!({})
    } else {
        serde_json::from_str(&body).expect("JSON")
    };
    let fields = body.as_object().expect("an object").iter();
    let as_text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| crate::support::sso::as_python(value), str::to_owned)
    };
    Seen {
        method: text(&line["method"]),
        path: text(&line["path"]),
        headers: headers.map(|(name, value)| (name.clone(), text(value))).collect(),
        fields: Some(fields.map(|(name, value)| (name.clone(), as_text(value))).collect()),
        ..Seen::default()
    }
}
