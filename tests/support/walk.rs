//! A program under strace, which ends it, or fails a call of its, at a chosen step.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt;

use super::{Output, Run, Sandbox, Strace};

/// The system calls that change a file or a directory.
pub const WRITES: &str = "write,pwrite64,writev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,\
                          link,linkat,symlink,symlinkat,mkdir,mkdirat,rmdir,chmod,fchmod,fchmodat,chown,fchown,fchownat";

/// The system calls by which a program speaks with another one.
pub const TALKS: &str = "sendmsg,sendto";

/// One call that a program makes: the how manieth of its name, counted from 1.
///
/// strace counts for each name and each thread of its own; where several threads make the same call, it is that of
/// the first one that comes so far.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    call: String,
    number: usize,
}

impl fmt::Display for Step {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{} {}", self.call, self.number)
    }
}

/// strace, with which awsenv is led through its steps.
#[derive(Clone, Debug)]
pub struct Walk {
    strace: Strace,
}

impl Walk {
    /// `None` where strace cannot be used, see [`Strace::find`].
    pub fn new() -> Option<Self> {
        let strace = Strace::find()?;
        Some(Self { strace })
    }

    /// Runs awsenv to its end, and gives the answer with the steps of these calls that it took.
    pub fn steps<A: AsRef<OsStr>>(
        &self,
        sandbox: &Sandbox,
        calls: &str,
        args: impl IntoIterator<Item = A>,
    ) -> (Output, Vec<Step>) {
        let (output, trace) = self.traced(sandbox, sandbox.awsenv(args), calls);
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut steps = BTreeSet::new();
        for line in trace.lines() {
            let Some((thread, rest)) = line.split_once(' ') else {
                continue;
            };
            // What is not `call(…` goes on with a call that was interrupted, or tells of a signal.
            let Some((call, _)) = rest.trim_start().split_once('(') else {
                continue;
            };
            if call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                let number = counts.entry((thread, call)).or_default();
                *number += 1;
                let (call, number) = (call.to_owned(), *number);
                steps.insert(Step { call, number });
            }
        }
        (output, steps.into_iter().collect())
    }

    /// Runs awsenv and kills it before this step. `None` if it ended without taking it.
    pub fn killed_before<A: AsRef<OsStr>>(
        &self,
        sandbox: &Sandbox,
        step: &Step,
        args: impl IntoIterator<Item = A>,
    ) -> Option<Output> {
        let output = self.inject(sandbox, step, "signal=KILL", args);
        (output.status == 128 + 9).then_some(output)
    }

    /// Runs awsenv; this step fails with the error, for example `ENOSPC`.
    pub fn failed_at<A: AsRef<OsStr>>(
        &self,
        sandbox: &Sandbox,
        step: &Step,
        error: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Output {
        self.inject(sandbox, step, &format!("error={error}"), args)
    }

    fn inject<A: AsRef<OsStr>>(
        &self,
        sandbox: &Sandbox,
        step: &Step,
        what: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Output {
        let Step { call, number } = step;
        let trace = format!("trace={call}");
        let inject = format!("inject={call}:{what}:when={number}");
        let options = ["-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
        let run = sandbox.awsenv(args);
        self.strace.around(run, options.map(Into::into)).output()
    }

    /// Runs a program and what it starts, and gives the answer with the lines of strace about these calls: arguments
    /// and variables whole.
    pub fn traced(&self, sandbox: &Sandbox, run: Run, calls: &str) -> (Output, String) {
        let file = tempfile::NamedTempFile::new_in(sandbox.root()).expect("a file for a trace");
        let options = ["-f", "-qq", "-v", "-s", "100000", "-e", &format!("trace={calls}"), "-o"];
        let options = options.map(Into::into).into_iter().chain([file.path().into()]);
        let output = self.strace.around(run, options).output();
        let trace = std::fs::read(file.path()).expect("a trace");
        (output, String::from_utf8_lossy(&trace).into_owned())
    }
}
