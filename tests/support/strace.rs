//! strace, started in a way that lets it read a program that protects its memory, as awsenv does.
//!
//! Without the right to do that strace still counts calls, but shows their arguments as addresses. A test that looks for
//! a path or a secret in them would find nothing and pass, so each test that gets a [`Strace`] got it by way of a check
//! that it sees what awsenv does.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use super::{AWSENV, Run, Sandbox, require, say};

/// The right to read any program's memory, as its bit in `CapEff` of `/proc/self/status`.
const CAP_SYS_PTRACE: u32 = 19;

/// An ordinary user has that right in a user namespace. The user keeps its id there, because a D-Bus daemon outside
/// compares it with what a client says.
const NAMESPACE: [&str; 3] = ["--user", "--map-current-user", "--keep-caps"];

/// How strace is started here.
#[derive(Clone, Debug)]
pub struct Strace {
    /// The program and its first arguments; options of strace follow.
    words: Vec<String>,
}

impl Strace {
    /// `None`, and a line that says so, where strace is missing or the machine bars it from reading awsenv. Only the
    /// former is a failure with `CI=true`.
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

    /// The program, its first arguments, and these options: the command to be traced follows.
    pub fn words<'a>(&'a self, options: &[&'a str]) -> Vec<&'a str> {
        let words = self.words.iter().map(String::as_str);
        words.chain(options.iter().copied()).collect()
    }

    /// The same run, traced.
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

    /// That the path of a file which awsenv opens is in its trace.
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
