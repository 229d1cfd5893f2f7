//! strace, started so that it can read a program that protects its memory, as awsenv does.
//!
//! Without that right strace still counts calls, but shows their arguments as addresses. A test that searches them for
//! a path or a secret would find nothing and pass, so a test gets a [`Strace`] only after a check that it can see what
//! awsenv does.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use super::{AWSENV, Run, Sandbox, require, say};

/// The right to read any program's memory, as its bit in `CapEff` of `/proc/self/status`.
const CAP_SYS_PTRACE: u32 = 19;

/// An ordinary user has that right in a user namespace. The user keeps its id there, because a D-Bus daemon outside
/// compares it with what a client says.
const NAMESPACE: [&str; 3] = ["--user", "--map-current-user", "--keep-caps"];

/// How to start strace here.
#[derive(Clone, Debug)]
pub struct Strace {
    /// The program and its first arguments; options of strace follow.
    words: Vec<String>,
}

impl Strace {
    /// Prints a line and returns `None` if strace is missing or the machine bars it from reading awsenv. With `CI=true`
    /// a missing strace is a failure.
    pub fn find() -> Option<Self> {
        let strace = require("strace")?.display().to_string();
        let words = if may_read_any_program() {
            vec![strace]
        } else {
            let unshare = require("unshare")?.display().to_string();
            let mut words = vec![unshare];
            words.extend(NAMESPACE.map(str::to_owned));
            words.push(strace);
            words
        };
        let found = Self { words };
        if !found.starts() {
            say("skipped: this machine bars strace from programs that protect their memory");
            return None;
        }
        found.assert_sees_awsenv();
        Some(found)
    }

    /// The program, its first arguments, and these options; the command to trace follows.
    pub fn words<'a>(&'a self, options: &[&'a str]) -> Vec<&'a str> {
        let words = self.words.iter().map(String::as_str);
        words.chain(options.iter().copied()).collect()
    }

    pub fn around(&self, run: Run, options: impl IntoIterator<Item = OsString>) -> Run {
        let words = self.words[1..].iter().map(OsString::from);
        run.under(&self.words[0], words.chain(options))
    }

    fn starts(&self) -> bool {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).args(["-o", "/dev/null", "true"]);
        command
            .stdin(Stdio::null())
            .output()
            .is_ok_and(|output| output.status.success())
    }

    /// Asserts that the trace shows the path of a file which awsenv opens.
    fn assert_sees_awsenv(&self) {
        let sandbox = Sandbox::with_config("[profile seen]\n");
        let trace = sandbox.root().join("trace");
        let options = ["-e", "trace=openat", "-o"].map(OsString::from);
        let run = self.around(
            sandbox.awsenv(["list"]),
            options.into_iter().chain([trace.clone().into()]),
        );
        run.output().success();
        let trace = std::fs::read_to_string(trace).expect("a trace");
        let config = sandbox.path(".aws/config").display().to_string();
        assert!(
            trace.contains(&config),
            "{:?} does not see into {AWSENV}:\n{trace}",
            self.words
        );
    }
}

fn may_read_any_program() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let rights = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let rights = rights.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
    rights.is_some_and(|rights| rights >> CAP_SYS_PTRACE & 1 == 1)
}
