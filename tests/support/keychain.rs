//! A Secret Service for one test: a private session bus with a real gnome-keyring, in good condition or in bad.
//!
//! Everything is inside the sandbox, and ends when the value is dropped. Linux only.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Sandbox, require};

/// How long each part may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// Unlocks the collection.
const PASSPHRASE: &[u8] = b"a passphrase of the tests";

/// Every program on a bus answers this.
const PING: &str = "org.freedesktop.DBus.Peer.Ping";

/// A session bus, and the Secret Service on it if there is one.
///
/// While it exists, the sandbox's environment names the bus.
pub struct Keychain {
    dir: PathBuf,
    bus: Option<Child>,
    service: Option<Child>,
}

impl Keychain {
    /// gnome-keyring, unlocked. `None` if a tool is missing.
    pub fn unlocked(sandbox: &mut Sandbox) -> Option<Self> {
        let mut keychain = Self::without_service(sandbox)?;
        keychain.start_service(&require("gnome-keyring-daemon")?);
        Some(keychain)
    }

    /// gnome-keyring as it starts without a desktop login: it has no collection.
    pub fn empty(sandbox: &mut Sandbox) -> Option<Self> {
        let mut keychain = Self::without_service(sandbox)?;
        keychain.run_service(&require("gnome-keyring-daemon")?, &[]);
        let start = Instant::now();
        while !keychain
            .send(&["--dest=org.freedesktop.secrets", "/org/freedesktop/secrets", PING])
            .0
        {
            assert!(start.elapsed() < PATIENCE, "gnome-keyring does not come up");
            thread::sleep(Duration::from_millis(20));
        }
        Some(keychain)
    }

    /// gnome-keyring with a locked collection, and no program that could ask for its passphrase.
    pub fn locked(sandbox: &mut Sandbox) -> Option<Self> {
        let keychain = Self::unlocked(sandbox)?;
        // The collection exists only after something is stored in it.
        keychain.store("somebody else", "anything", "hidden");
        keychain.lock();
        Some(keychain)
    }

    /// gnome-keyring that accepts calls and never answers.
    pub fn silent(sandbox: &mut Sandbox) -> Option<Self> {
        let keychain = Self::unlocked(sandbox)?;
        keychain.pause();
        Some(keychain)
    }

    /// A bus without a Secret Service, and without a way to start one.
    pub fn without_service(sandbox: &mut Sandbox) -> Option<Self> {
        let tools = ["dbus-daemon", "dbus-send", "secret-tool"].map(require);
        let [Some(daemon), Some(_), Some(_)] = tools else {
            return None;
        };
        let mut keychain = Self::absent(sandbox);
        keychain.start_bus(&daemon);
        Some(keychain)
    }

    /// No bus at all: neither where the environment says nor at the default place.
    pub fn absent(sandbox: &mut Sandbox) -> Self {
        let dir = sandbox.root().join("keychain");
        for part in ["home", "run"] {
            std::fs::create_dir_all(dir.join(part)).expect("a directory of the keychain");
        }
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(dir.join("run"), private).expect("a private directory");
        let keychain = Self {
            dir,
            bus: None,
            service: None,
        };
        sandbox.set("DBUS_SESSION_BUS_ADDRESS", keychain.address());
        sandbox.set("XDG_RUNTIME_DIR", keychain.dir.join("run"));
        keychain
    }

    /// A bus whose daemon is gone: the socket exists, but nothing listens.
    pub fn dead(sandbox: &mut Sandbox) -> Self {
        let keychain = Self::absent(sandbox);
        // A dropped listener leaves its socket behind.
        drop(std::os::unix::net::UnixListener::bind(keychain.socket()).expect("a socket"));
        keychain
    }

    /// The bus's socket, which is also at the default place.
    pub fn socket(&self) -> PathBuf {
        self.dir.join("run/bus")
    }

    pub fn lock(&self) {
        const SECRETS: &str = "/org/freedesktop/secrets";
        let collection = format!("array:objpath:{SECRETS}/collection/login");
        let lock = [
            "--dest=org.freedesktop.secrets",
            SECRETS,
            "org.freedesktop.Secret.Service.Lock",
            &collection,
        ];
        let (done, answer) = self.send(&lock);
        assert!(done && answer.contains("/collection/login"), "not locked: {answer}");
    }

    /// From now on the service answers nothing.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// What `secret-tool lookup service SERVICE username NAME` prints; `None` if there is no such item.
    pub fn lookup(&self, service: &str, name: &str) -> Option<String> {
        let output = self
            .tool("secret-tool")
            .args(["lookup", "service", service, "username", name])
            .output();
        let output = output.expect("secret-tool");
        let text = String::from_utf8(output.stdout).expect("text");
        (output.status.success() && !text.is_empty()).then_some(text)
    }

    /// Stores an item as another program would.
    pub fn store(&self, service: &str, name: &str, secret: &str) {
        self.store_as(service, name, &[], secret);
    }

    /// As [`Keychain::store`], with more attributes.
    pub fn store_as(&self, service: &str, name: &str, more: &[&str], secret: &str) {
        let mut tool = self.tool("secret-tool");
        tool.args(["store", "--label", "of the tests", "service", service, "username", name]);
        tool.args(more);
        let mut tool = tool.stdin(Stdio::piped()).spawn().expect("secret-tool");
        let mut stdin = tool.stdin.take().expect("piped");
        stdin.write_all(secret.as_bytes()).expect("a secret to store");
        drop(stdin);
        assert!(
            tool.wait().expect("secret-tool").success(),
            "{service} {name} is not stored"
        );
    }

    /// Deletes an item behind awsenv's back, if it exists.
    pub fn clear(&self, service: &str, name: &str) {
        let mut tool = self.tool("secret-tool");
        let status = tool.args(["clear", "service", service, "username", name]).status();
        status.expect("secret-tool");
        assert_eq!(self.lookup(service, name), None, "{service} {name} is not deleted");
    }

    /// What `secret-tool search --all` prints for the items of a service: attributes, labels and secrets.
    pub fn search(&self, service: &str) -> String {
        let output = self
            .tool("secret-tool")
            .args(["search", "--all", "--unlock", "service", service])
            .output();
        let output = output.expect("secret-tool");
        let texts = [output.stdout, output.stderr].concat();
        String::from_utf8(texts).expect("text")
    }

    fn address(&self) -> String {
        format!("unix:path={}", self.socket().display())
    }

    /// A program that gets only the environment of the bus.
    fn tool(&self, name: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(name);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.dir.join("home"))
            .env("LANG", "C.UTF-8")
            .env("XDG_RUNTIME_DIR", self.dir.join("run"))
            .env("DBUS_SESSION_BUS_ADDRESS", self.address())
            .current_dir(&self.dir);
        command
    }

    fn start_bus(&mut self, daemon: &Path) {
        let file = self.dir.join("bus.conf");
        // Without service directories, the bus can start nothing by itself.
        let text = format!(
            "<busconfig><type>session</type><listen>{}</listen><auth>EXTERNAL</auth><policy context=\"default\">\
             <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/>\
             </policy></busconfig>\n",
            self.address()
        );
        std::fs::write(&file, text).expect("a configuration of the bus");
        let mut command = self.tool(daemon);
        command
            .args(["--nofork", "--print-address=1", "--config-file"])
            .arg(&file);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut bus = command.spawn().expect("dbus-daemon");
        // The daemon prints its address once it listens.
        let mut line = String::new();
        let mut stdout = BufReader::new(bus.stdout.take().expect("piped"));
        stdout.read_line(&mut line).expect("the address of the bus");
        self.bus = Some(bus);
        assert!(line.starts_with("unix:"), "the bus does not come up");
    }

    fn run_service(&mut self, daemon: &Path, args: &[&str]) {
        let mut command = self.tool(daemon);
        command.args(["--foreground", "--components=secrets"]).args(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut service = command.spawn().expect("gnome-keyring-daemon");
        let mut stdin = service.stdin.take().expect("piped");
        stdin.write_all(PASSPHRASE).expect("a passphrase to read");
        drop(stdin);
        self.service = Some(service);
    }

    fn start_service(&mut self, daemon: &Path) {
        self.run_service(daemon, &["--unlock"]);
        let collection = [
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets/collection/login",
            "org.freedesktop.DBus.Properties.Get",
            "string:org.freedesktop.Secret.Collection",
            "string:Locked",
        ];
        let start = Instant::now();
        while !self.send(&collection).1.contains("boolean false") {
            assert!(start.elapsed() < PATIENCE, "gnome-keyring does not come up");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Calls a method on the bus; returns whether it worked, and the answer as text.
    fn send(&self, words: &[&str]) -> (bool, String) {
        let output = self
            .tool("dbus-send")
            .args(["--session", "--print-reply"])
            .args(words)
            .output();
        let output = output.expect("dbus-send");
        let texts = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&texts).into_owned())
    }

    fn signal(&self, signal: &str) {
        let service = self.service.as_ref().expect("a service");
        let status = Command::new("kill").args([signal, &service.id().to_string()]).status();
        assert!(status.expect("kill").success(), "{signal} does not reach the service");
    }
}

impl Drop for Keychain {
    fn drop(&mut self) {
        for child in [&mut self.service, &mut self.bus].into_iter().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
