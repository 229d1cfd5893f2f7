//! IAM Identity Center of the stand-in: profiles, the files that the AWS CLI would have written, and a browser.
//!
//! In [`super::aws::world`] two instances have a user who is signed in, with a client and tokens of [`old`]: `corp`, which
//! [`CONFIG`] has as a session, and `legacy`, which a profile names by its start URL.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::aws::{Aws, CONFIG as OF_ROLES};
use super::{PROJECT, Sandbox, executable, python, require};

/// The session `corp` with the profiles `sso-admin`, `sso-read`, `sso-dev`, `sso-closed` (a role that the user does not have),
/// `sso-nowhere` (no such account) and `sso-chain` (a role with `sso-admin` as its source), and the profile `sso-legacy`.
pub const CONFIG: &str = include_str!("../aws/sso-config");

/// Where the services of [`CONFIG`] are asked.
pub const ENDPOINTS: [&str; 3] = [
    "AWS_ENDPOINT_URL_STS",
    "AWS_ENDPOINT_URL_SSO_OIDC",
    "AWS_ENDPOINT_URL_SSO",
];

/// The start URL of `corp`.
pub const START_URL: &str = "https://corp.awsapps.com/start";

/// The start URL of `legacy`.
pub const LEGACY: &str = "https://legacy.awsapps.com/start";

pub const REGION: &str = "eu-west-1";

pub const SCOPE: &str = "sso:account:access";

/// Ninety days: what a registration has left that is not of interest.
pub const LONG: i64 = 90 * 86_400;

impl Aws {
    /// As [`Aws::sandbox`], with [`CONFIG`] and [`ENDPOINTS`] as well.
    pub fn sso_sandbox(&self) -> Sandbox {
        let mut sandbox = self.sandbox();
        sandbox.write(".aws/config", format!("{OF_ROLES}\n{CONFIG}"));
        for name in ENDPOINTS {
            sandbox.set(name, self.endpoint());
        }
        sandbox
    }
}

/// A world whose only instance has so many accounts and roles in each of them: `Role1`, `Role2` and so on.
pub fn large(accounts: u32, roles: u32) -> Value {
    changed(|instance| {
        instance["accounts"] = json!([]);
        instance["many"] = json!({"accounts": accounts, "roles": roles});
    })
}

/// [`super::aws::world`] with another `corp`: `tests/aws/identity_center.py` says what an instance has.
pub fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut world = super::aws::world();
    change(&mut world["sso"][0]);
    world
}

/// What a world has from before of the instance at `start_url`, as a token file: the access token ends, by the file, in so
/// many seconds, and its client in [`LONG`].
pub fn old(aws: &Aws, start_url: &str, expires_in: i64) -> Value {
    let instances = aws.world()["sso"].as_array().expect("instances");
    let instance = instances.iter().find(|one| one["start_url"] == start_url);
    let instance = instance.expect("an instance");
    let (client, token) = (&instance["clients"][0], &instance["tokens"][0]);
    json!({
        "startUrl": start_url,
        "region": REGION,
        "accessToken": token["access"],
        "expiresAt": from_now(expires_in),
        "clientId": client["id"],
        "clientSecret": client["secret"],
        "registrationExpiresAt": from_now(LONG),
        "refreshToken": token["refresh"],
    })
}

/// As [`old`], as a registration file that ends in so many seconds.
pub fn old_registration(aws: &Aws, start_url: &str, expires_in: i64) -> Value {
    let token = old(aws, start_url, 0);
    let mut made = json!({
        "clientId": token["clientId"],
        "clientSecret": token["clientSecret"],
        "expiresAt": from_now(expires_in),
    });
    if start_url == START_URL {
        made["scopes"] = json!([SCOPE]);
        made["grantTypes"] = json!(["authorization_code", "refresh_token"]);
    }
    made
}

/// Signs in to `corp` as the AWS CLI would have done before: its token ends, by the file, in so many seconds.
pub fn sign_in(aws: &Aws, sandbox: &Sandbox, expires_in: i64) -> PathBuf {
    write(sandbox, &token_path("corp"), &old(aws, START_URL, expires_in))
}

/// The token file of a session, or of a start URL, relative to HOME.
pub fn token_path(name: &str) -> String {
    in_cache(name)
}

/// The file of a client registration, relative to HOME. `session` is `None` for a profile with a start URL of its own, and
/// `scopes` if none are configured.
pub fn registration_path(start_url: &str, session: Option<&str>, scopes: Option<&[&str]>) -> String {
    let key =
        json!({"region": REGION, "scopes": scopes, "session_name": session, "startUrl": start_url, "tool": "botocore"});
    in_cache(&as_python(&key))
}

/// Writes a file of the AWS CLI as it does, readable by its owner only.
pub fn write(sandbox: &Sandbox, path: &str, content: &Value) -> PathBuf {
    let path = sandbox.write(path, as_python(content));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("a private file");
    }
    path
}

/// A file of the AWS CLI; `None` if there is none.
///
/// # Panics
/// If it is not JSON.
pub fn read(sandbox: &Sandbox, path: &str) -> Option<Value> {
    let bytes = std::fs::read(sandbox.path(path)).ok()?;
    Some(serde_json::from_slice(&bytes).expect("JSON"))
}

/// As the AWS CLI writes a time.
pub fn from_now(seconds: i64) -> String {
    let now = jiff::Timestamp::now().as_second();
    let at = jiff::Timestamp::from_second(now + seconds).expect("a time");
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// As Python's `json.dumps` writes it.
pub fn as_python(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = members.iter().map(|(name, member)| {
                let name = as_python(&Value::String(name.clone()));
                format!("{name}: {}", as_python(member))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            let items = items.iter().map(as_python);
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => {
            let mut escaped = String::new();
            for unit in serde_json::to_string(text).expect("text").encode_utf16() {
                match u8::try_from(unit) {
                    Ok(byte) if byte.is_ascii() => escaped.push(char::from(byte)),
                    _ => write!(escaped, "\\u{unit:04x}").expect("a string"),
                }
            }
            escaped
        }
        other => other.to_string(),
    }
}

/// What a user does in the browser: see `tests/aws/browser.py`.
#[derive(Clone, Copy, Debug)]
pub enum Browser {
    Allow,
    Deny,
    /// The redirect comes with another state.
    WrongState,
    /// And then with the right one.
    WrongStateFirst,
    /// Nothing.
    Never,
}

impl Browser {
    /// Sets BROWSER; its path is returned. `None` if there is no Python.
    pub fn set(self, sandbox: &mut Sandbox) -> Option<PathBuf> {
        let does = match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::WrongState => "wrong-state",
            Self::WrongStateFirst => "wrong-state-first",
            Self::Never => "never",
        };
        let program = Path::new(PROJECT).join("tests/aws/browser.py");
        let words = [
            &python("json")?,
            Path::new("-B"),
            &program,
            Path::new(does),
            &log(sandbox),
        ];
        let words = words.map(|word| quoted(&word.to_string_lossy()));
        Some(set(sandbox, &format!("exec {} \"$1\"\n", words.join(" "))))
    }

    /// Sets BROWSER to a real one without a window, which runs the scripts of a page: for the setting `authorize` "script".
    /// What the last page shows is in [`shown`] once the browser has ended. `None` if it is not installed.
    pub fn real(sandbox: &mut Sandbox) -> Option<PathBuf> {
        let chromium = quoted(&require("chromium")?.to_string_lossy());
        let profile = quoted(&sandbox.root().join("chromium").to_string_lossy());
        let options = "--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --no-proxy-server \
                       --timeout=20000 --dump-dom";
        let page = quoted(&page(sandbox).to_string_lossy());
        let text = format!(
            "{chromium} {options} --user-data-dir={profile} \"$1\" >{page}.new || exit\nmv {page}.new {page}\n"
        );
        Some(set(sandbox, &text))
    }
}

fn set(sandbox: &mut Sandbox, text: &str) -> PathBuf {
    let path = sandbox.root().join("browser");
    executable(&path, format!("#!/bin/sh\n{text}"));
    sandbox.set("BROWSER", &path);
    path
}

/// The last page in a real browser; `None` while the browser runs.
pub fn shown(sandbox: &Sandbox) -> Option<String> {
    std::fs::read_to_string(page(sandbox)).ok()
}

fn page(sandbox: &Sandbox) -> PathBuf {
    sandbox.root().join("page")
}

/// The URLs that the browser has opened.
pub fn opened(sandbox: &Sandbox) -> Vec<String> {
    let lines = logged(sandbox).into_iter();
    lines
        .filter_map(|line| line["opened"].as_str().map(str::to_owned))
        .collect()
}

/// What the browser was answered by the program that waits for the redirect: `status`, `headers` and `body`.
pub fn answered(sandbox: &Sandbox) -> Vec<Value> {
    let lines = logged(sandbox).into_iter();
    lines.filter(|line| line["status"].is_number()).collect()
}

fn logged(sandbox: &Sandbox) -> Vec<Value> {
    let text = std::fs::read_to_string(log(sandbox)).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line"))
        .collect()
}

/// Outside HOME, because an opened URL has a state.
fn log(sandbox: &Sandbox) -> PathBuf {
    sandbox.root().join("browser.log")
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn in_cache(text: &str) -> String {
    let mut name = String::new();
    for byte in Sha1::digest(text) {
        write!(name, "{byte:02x}").expect("a string");
    }
    format!(".aws/sso/cache/{name}.json")
}
