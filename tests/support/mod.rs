//! What the integration tests share: a sandbox with its own HOME, the real shells, snapshots.
//!
//! A test never sees the user's HOME, environment or AWS files; what it writes is removed when it ends.
#![allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "each test binary takes the part that it needs"
)]

mod authority;
pub mod aws;
mod judge;
#[cfg(target_os = "linux")]
pub mod keychain;
pub mod mfa;
mod moto;
mod run;
mod shells;
mod snapshot;
pub mod sso;
mod strace;
#[cfg(target_os = "linux")]
pub mod walk;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub use authority::Authority;
pub use aws::Aws;
pub use judge::{Key, botocore_identities, identities, identities_at_once, python};
pub use moto::Moto;
pub use run::{Output, Run};
pub use shells::{Family, RealShell, SHELLS, installed, powershell_word};
pub use snapshot::{assert_same, assert_snapshot, updating};
pub use strace::Strace;

/// The awsenv binary under test.
pub const AWSENV: &str = env!("CARGO_BIN_EXE_awsenv");

/// The project's root.
pub const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// A HOME, a `bin` directory and a cleared environment; dropping it removes everything in it.
pub struct Sandbox {
    dir: tempfile::TempDir,
    root: PathBuf,
    env: BTreeMap<OsString, OsString>,
}

impl Sandbox {
    /// An empty HOME; `bin` holds awsenv and is first on PATH.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("awsenv-test-")
            .tempdir()
            .expect("a temporary directory");
        let root = dir.path().canonicalize().expect("the temporary directory");
        for name in ["home", "bin", "tmp", "run"] {
            std::fs::create_dir(root.join(name)).expect("a directory in the sandbox");
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::{PermissionsExt as _, symlink};
            symlink(AWSENV, root.join("bin/awsenv")).expect("a link to awsenv");
            let private = std::fs::Permissions::from_mode(0o700);
            std::fs::set_permissions(root.join("run"), private).expect("a private directory");
        }
        let mut sandbox = Self {
            dir,
            root,
            env: BTreeMap::new(),
        };
        let path = std::env::join_paths(std::iter::once(sandbox.bin()).chain(host_path())).expect("a PATH");
        sandbox.set("PATH", path);
        sandbox.set("HOME", sandbox.home());
        sandbox.set("TMPDIR", sandbox.root.join("tmp"));
        // Otherwise fish creates a folder in /tmp and leaves it there.
        sandbox.set("XDG_RUNTIME_DIR", sandbox.root.join("run"));
        sandbox.set("LANG", "C.UTF-8");
        // Otherwise a program would look for the bus, and the keychain, of the user who runs the tests.
        sandbox.set(
            "DBUS_SESSION_BUS_ADDRESS",
            format!("unix:path={}", sandbox.root.join("no-bus").display()),
        );
        sandbox.set("AWS_EC2_METADATA_DISABLED", "true");
        sandbox
    }

    /// `config` is the content of `~/.aws/config`.
    pub fn with_config(config: &str) -> Self {
        let sandbox = Self::new();
        sandbox.write(".aws/config", config);
        sandbox
    }

    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// First on PATH; a test may put its own programs there.
    pub fn bin(&self) -> PathBuf {
        self.root.join("bin")
    }

    /// Holds HOME, `bin`, `tmp` and `run`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path of `relative` under HOME.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.home().join(relative)
    }

    /// Writes a file under HOME, and creates its directories.
    pub fn write(&self, relative: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory in the sandbox");
        std::fs::write(&path, contents).expect("a file in the sandbox");
        path
    }

    /// Copies a directory with everything in it into HOME.
    pub fn copy(&self, from: impl AsRef<Path>, relative: impl AsRef<Path>) {
        for entry in std::fs::read_dir(from.as_ref()).expect("a directory to copy") {
            let entry = entry.expect("an entry");
            let to = relative.as_ref().join(entry.file_name());
            if entry.path().is_dir() {
                self.copy(entry.path(), to);
            } else {
                self.write(to, std::fs::read(entry.path()).expect("a file to copy"));
            }
        }
    }

    /// For every later run.
    pub fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> &mut Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// For every later run.
    pub fn unset(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        self.env.remove(name.as_ref());
        self
    }

    pub fn awsenv<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        self.program(AWSENV).args(args)
    }

    /// Any program in this sandbox; its working directory is HOME.
    pub fn program(&self, program: impl AsRef<OsStr>) -> Run {
        Run::new(program.as_ref(), self.home(), self.env.clone())
    }

    /// A script in a real shell, in its strict mode. See [`RealShell`].
    pub fn script(&self, shell: &RealShell, text: impl AsRef<[u8]>) -> Run {
        let file = tempfile::Builder::new()
            .prefix("script-")
            .suffix(shell.suffix)
            .tempfile_in(self.root.join("tmp"));
        let (_, path) = file.expect("a script file").keep().expect("a script file");
        let text = [shell.strict().as_bytes(), text.as_ref()].concat();
        std::fs::write(&path, text).expect("a script file");
        self.program(&shell.path).args(shell.args).args([path])
    }

    /// Replaces what differs from run to run and from machine to machine: the sandbox's paths, awsenv's version, and where
    /// the key of the sessions is.
    pub fn stable(&self, text: &str) -> String {
        let home = self.home();
        let text = match text.split_once(KEPT) {
            Some((before, place)) => {
                let end = place.find(['"', '\n']).unwrap_or(place.len());
                format!("{before}{KEPT}[PLACE]{}", &place[end..])
            }
            None => text.to_owned(),
        };
        text.replace(&*home.to_string_lossy(), "[HOME]")
            .replace(&*self.root.to_string_lossy(), "[SANDBOX]")
            .replace(concat!("awsenv ", env!("CARGO_PKG_VERSION")), "awsenv [VERSION]")
    }
}

/// What `doctor` says before it.
const KEPT: &str = "temporary keys are kept encrypted, with the key in ";

/// Writes a program. Another process does it: what a test in another thread starts meanwhile would inherit the open file,
/// and Linux runs no file that is open for writing.
///
/// # Panics
/// If it cannot be written.
pub fn executable(path: &Path, contents: impl AsRef<[u8]>) {
    let mut writer = std::process::Command::new("sh")
        .args(["-c", "cat >\"$1\" && chmod 755 \"$1\"", "sh"])
        .arg(path)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("sh");
    let mut stdin = writer.stdin.take().expect("piped");
    stdin.write_all(contents.as_ref()).expect("a program");
    drop(stdin);
    assert!(writer.wait().is_ok_and(|status| status.success()), "{}", path.display());
}

/// The path of `tool`. If it is missing, it prints a line and returns `None`, or fails the test with `CI=true`.
pub fn require(tool: &str) -> Option<PathBuf> {
    let found = find(tool);
    if found.is_none() {
        assert!(!in_ci(), "{tool} is not installed, and with CI=true nothing is skipped");
        skipped(tool);
    }
    found
}

/// Starts a program that reads nothing and whose output is read later.
pub fn begin(mut command: std::process::Command) -> std::process::Child {
    use std::process::Stdio;
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("a process")
}

/// Sends a signal, by its name without `SIG`.
pub fn signal(child: &std::process::Child, name: &str) {
    let sent = std::process::Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(sent.is_ok_and(|status| status.success()));
}

/// Looks up `tool` on the PATH of the user who runs the tests.
pub fn find(tool: &str) -> Option<PathBuf> {
    host_path()
        .into_iter()
        .map(|dir| dir.join(tool))
        .find(|path| path.is_file())
}

/// Whether a missing tool is a failure.
#[expect(clippy::disallowed_methods, reason = "the tests' own environment, not the program's")]
pub fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

impl Drop for Sandbox {
    /// A key that the kernel or `/dev/shm` holds for this HOME would otherwise stay there for hours.
    fn drop(&mut self) {
        if self.path(".local/state/awsenv/sessions").exists() {
            self.awsenv(["sessions", "clear", "--all"]).output();
        }
        let recipient = self.path(".local/state/awsenv/keys/recipient");
        if let Some(keyctl) = recipient.exists().then(|| find("keyctl")).flatten() {
            let words = ["session", "-", "sh", "-c", FORGET, "sh", &recipient.to_string_lossy()].map(str::to_owned);
            self.program(keyctl).args(words).output();
        }
    }
}

/// Makes the kernel release the key held for a key file, whose public half is the argument, and prints its line of
/// `/proc/keys`. Runs in a session of its own, where the kernel links the persistent keyring, as it does for awsenv.
pub const FORGET: &str = "name=awsenv:identity:$(tr -d '\\n' <\"$1\" | sha256sum | cut -c1-32)\n\
                          key=$(keyctl search \"$(keyctl get_persistent @s)\" user \"$name\") || exit 1\n\
                          grep \"^$(printf %08x \"$key\")\" /proc/keys && keyctl invalidate \"$key\"";

/// Whether this machine lets programs use the kernel's keyrings; some containers do not, even with `CI=true`.
pub fn kernel_keyring() -> bool {
    let Some(keyctl) = require("keyctl") else {
        return false;
    };
    let probe = std::process::Command::new(keyctl).args(["list", "@u"]).output();
    let allowed = probe.is_ok_and(|output| output.status.success());
    if !allowed {
        say("skipped: the kernel's keyring is barred here");
    }
    allowed
}

fn skipped(tool: &str) {
    say(&format!("skipped: {tool} is not installed"));
}

/// Prints a line that is visible even if the test passes, unlike `println!`.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

#[expect(clippy::disallowed_methods, reason = "the tests' own environment, not the program's")]
fn host_path() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    std::env::split_paths(&path).filter(|dir| dir.is_absolute()).collect()
}
