//! A stand-in for AWS on the loopback: see `tests/aws/server.py`. Each [`Aws`] is a process of its own, with its own users,
//! roles and sessions; it is gone when the value is dropped.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use hmac::{KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::Value;

use super::{PROJECT, Sandbox, host_path, python};

/// The users, roles and regions of [`Aws::start`]. `base` may assume One, One may assume Two, Two may assume Three in
/// another account; External requires the external id that its profile has, Hour lasts an hour at most, Account trusts the
/// whole first account, Guarded, Recent and Audit require a code, Closed does not trust `base`, Beyond trusts Guarded, and
/// Paired a user with two devices. [`super::sso`] says who is signed in to IAM Identity Center.
pub fn world() -> Value {
    serde_json::from_str(include_str!("../aws/world.json")).expect("JSON")
}

/// A profile for each role of [`world`] that [`super::mfa`] has none for, named in lower case, and one for each of the users
/// `base` and `other`. `wrong-external` has an external id that its role does not accept.
pub const CONFIG: &str = include_str!("../aws/config");

/// The MFA device of the user `base`.
pub const SERIAL: &str = "arn:aws:iam::123456789012:mfa/base";

/// A running stand-in.
pub struct Aws {
    dir: tempfile::TempDir,
    server: Child,
    world: Value,
    endpoint: String,
}

/// A request that the stand-in has answered. After a connection without a request only `fault` is set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// When it came, in seconds since 1970 by this machine's clock.
    pub at: f64,
    pub method: String,
    pub path: String,
    /// The operation of the service.
    pub action: Option<String>,
    /// By names in lower case, in their order. Tokens are hashed.
    pub headers: Vec<(String, String)>,
    /// Of the form, of the JSON object (what is not text as JSON) or of the query, in their order. Codes and tokens are hashed.
    pub fields: Option<Vec<(String, String)>>,
    pub status: u16,
    /// Of the error.
    pub code: Option<String>,
    pub fault: Option<String>,
}

/// A secret of a sign-in that the stand-in has given out or been sent.
#[derive(Clone, Debug, Deserialize)]
pub struct Given {
    /// `access_token`, `refresh_token`, `client_secret`, `device_code`, `code` or `code_verifier`.
    pub kind: String,
    pub value: String,
}

/// A session that the stand-in has given out.
#[derive(Clone, Debug, Deserialize)]
pub struct Issued {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: String,
    pub expiration: String,
    pub arn: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().flatten().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The names of the signed headers, and the region of the credential scope.
    pub fn signed(&self) -> Option<(&str, &str)> {
        let authorization = self.header("authorization")?;
        let (_, rest) = authorization.split_once("SignedHeaders=")?;
        Some((rest.split(',').next()?, authorization.split('/').nth(2)?))
    }
}

impl Aws {
    /// `None` if no Python has botocore; see [`python`].
    pub fn start() -> Option<Self> {
        Self::with(world())
    }

    /// With another world; `tests/aws/world.py` says what is in one.
    pub fn with(world: Value) -> Option<Self> {
        Self::launch(world, None)
    }

    /// Over TLS, with this certificate and its key.
    pub fn over_tls(certificate: &Path, key: &Path) -> Option<Self> {
        Self::over_tls_with(world(), certificate, key)
    }

    pub fn over_tls_with(world: Value, certificate: &Path, key: &Path) -> Option<Self> {
        Self::launch(world, Some((certificate, key)))
    }

    fn launch(world: Value, tls: Option<(&Path, &Path)>) -> Option<Self> {
        static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
        let python = PYTHON.get_or_init(|| python("botocore")).as_ref()?;
        let dir = tempfile::Builder::new()
            .prefix("awsenv-test-aws-")
            .tempdir()
            .expect("a temporary directory");
        std::fs::write(dir.path().join("world"), world.to_string()).expect("a world");
        let mut command = program(python, "server.py");
        for name in ["world", "log", "control", "issued", "secrets"] {
            command.arg(format!("--{name}")).arg(dir.path().join(name));
        }
        if let Some((certificate, key)) = tls {
            command.arg("--cert").arg(certificate).arg("--key").arg(key);
        }
        let (server, first) = serve(command);
        let scheme = if tls.is_some() { "https" } else { "http" };
        Some(Self {
            dir,
            server,
            world,
            endpoint: format!("{scheme}://127.0.0.1:{}", first.trim_end()),
        })
    }

    /// Without a slash at the end; any path may follow.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What goes wrong from now on: `tests/aws/scenario.py` says what can.
    pub fn scenario(&self, scenario: &Value) {
        let (new, control) = (self.dir.path().join("control.new"), self.dir.path().join("control"));
        std::fs::write(&new, scenario.to_string()).expect("a scenario");
        std::fs::rename(&new, &control).expect("a scenario");
    }

    /// Everything that was asked so far. A request is in it before its answer is sent.
    pub fn requests(&self) -> Vec<Seen> {
        self.lines("log")
    }

    /// How often `action` was asked for.
    pub fn count(&self, action: &str) -> usize {
        let asked = |seen: &&Seen| seen.action.as_deref() == Some(action);
        self.requests().iter().filter(asked).count()
    }

    /// Waits until `action` was asked for so many times, but not for an answer.
    ///
    /// # Panics
    /// If that takes half a minute.
    pub fn wait_for(&self, action: &str, times: usize) {
        let start = Instant::now();
        while self.count(action) < times {
            assert!(start.elapsed() < Duration::from_secs(30), "{:#?}", self.requests());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// All sessions so far, with their secrets.
    pub fn issued(&self) -> Vec<Issued> {
        self.lines("issued")
    }

    /// All secrets of sign-ins so far.
    pub fn secrets(&self) -> Vec<Given> {
        self.lines("secrets")
    }

    pub fn world(&self) -> &Value {
        &self.world
    }

    pub(super) fn world_file(&self) -> PathBuf {
        self.dir.path().join("world")
    }

    /// The id and the secret of a user's key.
    pub fn key(&self, user: &str) -> (&str, &str) {
        let users = self.world["users"].as_array().expect("users");
        let name = format!(":user/{user}");
        let found = users
            .iter()
            .find(|known| known["arn"].as_str().is_some_and(|arn| arn.ends_with(&name)));
        let key = &found.expect("a user of the world")["keys"][0];
        (
            key["id"].as_str().expect("an id"),
            key["secret"].as_str().expect("a secret"),
        )
    }

    /// What the device [`SERIAL`] shows `steps` of 30 seconds from now.
    pub fn code(&self, steps: i64) -> String {
        self.code_of(SERIAL, steps)
    }

    /// As [`Aws::code`], of another device.
    #[expect(clippy::disallowed_methods, reason = "the tests' own clock, not the program's")]
    pub fn code_of(&self, serial: &str, steps: i64) -> String {
        let devices = self.world["users"].as_array().expect("users").iter();
        let mut devices = devices.flat_map(|user| user["mfa"].as_array().into_iter().flatten());
        let device = devices.find(|device| device["serial"] == serial).expect("a device");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let step = i64::try_from(now.expect("a clock").as_secs() / 30).expect("a time") + steps;
        one_time_code(device["secret"].as_str().expect("a secret"), step)
    }

    /// A sandbox with [`CONFIG`], the keys of `base` and `other`, and this endpoint.
    pub fn sandbox(&self) -> Sandbox {
        sandbox(self.endpoint(), &["base", "other"].map(|user| (user, self.key(user))))
    }

    /// The whole lines of a file; the last one may still be written.
    fn lines<T: for<'d> Deserialize<'d>>(&self, name: &str) -> Vec<T> {
        let text = std::fs::read_to_string(self.dir.path().join(name)).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole
            .lines()
            .map(|line| serde_json::from_str(line).expect("a line"))
            .collect()
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}

/// A sandbox with [`CONFIG`], these keys by the profile of their user, and an endpoint of STS.
pub(super) fn sandbox(endpoint: &str, keys: &[(&str, (&str, &str))]) -> Sandbox {
    let mut sandbox = Sandbox::with_config(CONFIG);
    let mut credentials = String::new();
    for (profile, (id, secret)) in keys {
        credentials += &format!("[{profile}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    }
    sandbox.write(".aws/credentials", credentials);
    sandbox.set("AWS_ENDPOINT_URL_STS", endpoint);
    sandbox
}

/// A program of `tests/aws`, in an environment that has PATH only.
pub fn program(python: &Path, name: &str) -> Command {
    let path = std::env::join_paths(host_path()).expect("a PATH");
    let mut command = Command::new(python);
    command
        .env_clear()
        .env("PATH", path)
        .args(["-X", "utf8", "-B"])
        .arg(Path::new(PROJECT).join("tests/aws").join(name));
    command
}

/// Starts a server that prints one line when it is ready, and that ends when its stdin does. Returns that line.
///
/// # Panics
/// If it does not start.
pub(super) fn serve(mut command: Command) -> (Child, String) {
    let mut server = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a server");
    let mut first = String::new();
    let read = BufReader::new(server.stdout.take().expect("piped")).read_line(&mut first);
    if read.is_err() || !first.ends_with('\n') {
        end(&mut server);
        panic!("the server did not start: {command:?}");
    }
    (server, first)
}

/// Kills a server and waits until it is gone.
pub(super) fn end(server: &mut Child) {
    let _ = server.kill();
    let _ = server.wait();
}

/// In seconds: what a test needs to use codes that it has just worked out.
const ENOUGH: u64 = 12;

/// Waits for the next step of 30 seconds if this one ends soon.
#[expect(clippy::disallowed_methods, reason = "the tests' own clock, not the program's")]
pub fn early_in_a_step() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let left = 30 - now.expect("a clock").as_secs() % 30;
    if left < ENOUGH {
        std::thread::sleep(Duration::from_secs(left));
    }
}

/// RFC 6238, with a secret in base32.
fn one_time_code(secret: &str, step: i64) -> String {
    let mut bits = String::new();
    for letter in secret.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|known| *known == letter);
        write!(bits, "{:05b}", value.expect("base32")).expect("a string");
    }
    let bytes = bits.as_bytes().chunks_exact(8);
    let secret: Vec<u8> = bytes
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).expect("digits"), 2).expect("a byte"))
        .collect();
    let mut mac = hmac::Hmac::<sha1::Sha1>::new_from_slice(&secret).expect("any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]);
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}
