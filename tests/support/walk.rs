//! A program under strace, which kills it or makes one of its calls fail at a chosen step.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fmt;

use super::{Output, Run, Sandbox, Strace};

/// The system calls that change a file or a directory.
pub const WRITES: &str = "write,pwrite64,writev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,\
                          link,linkat,symlink,symlinkat,mkdir,mkdirat,rmdir,chmod,fchmod,fchmodat,chown,fchown,fchownat";

/// The system calls for talking to another program.
pub const TALKS: &str = "sendmsg,sendto";

/// One call of a program: the number, from 1, of this call among those with its name.
///
/// strace counts by name and thread; if several threads make the same call, it is that of the first one to get this
/// far.
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

/// strace, which takes awsenv through its steps.
#[derive(Clone, Debug)]
pub struct Walk {
    strace: Strace,
    /// Options of strace.
    options: &'static [&'static str],
}

impl Walk {
    /// `None` if strace cannot be used, see [`Strace::find`].
    pub fn new() -> Option<Self> {
        let strace = Strace::find()?;
        Some(Self { strace, options: &[] })
    }

    /// Without the programs that awsenv starts, such as a browser.
    pub fn alone(self) -> Self {
        let options = &["-b", "execve"];
        Self { options, ..self }
    }

    /// Runs awsenv to its end, and returns its output and its steps among these calls.
    pub fn steps<A: AsRef<OsStr>>(
        &self,
        sandbox: &Sandbox,
        calls: &str,
        args: impl IntoIterator<Item = A>,
    ) -> (Output, Vec<Step>) {
        self.steps_of(sandbox, sandbox.awsenv(args), calls)
    }

    /// As [`Walk::steps`], for a run with an input.
    pub fn steps_of(&self, sandbox: &Sandbox, run: Run, calls: &str) -> (Output, Vec<Step>) {
        self.steps_with(sandbox, run, calls, "")
    }

    /// As [`Walk::steps_of`], of the steps whose arguments contain `word`.
    pub fn steps_with(&self, sandbox: &Sandbox, run: Run, calls: &str, word: &str) -> (Output, Vec<Step>) {
        let (output, trace) = self.traced(sandbox, run, calls);
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut steps = BTreeSet::new();
        for line in trace.lines() {
            let Some((thread, rest)) = line.split_once(' ') else {
                continue;
            };
            // Other lines continue an interrupted call or report a signal.
            let Some((call, _)) = rest.trim_start().split_once('(') else {
                continue;
            };
            if call.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                let number = counts.entry((thread, call)).or_default();
                *number += 1;
                let (call, number) = (call.to_owned(), *number);
                if line.contains(word) {
                    steps.insert(Step { call, number });
                }
            }
        }
        (output, steps.into_iter().collect())
    }

    /// Runs awsenv and kills it before this step. `None` if it ended without this step.
    pub fn killed_before<A: AsRef<OsStr>>(
        &self,
        sandbox: &Sandbox,
        step: &Step,
        args: impl IntoIterator<Item = A>,
    ) -> Option<Output> {
        self.killing(sandbox.awsenv(args), step)
    }

    /// As [`Walk::killed_before`], for a run of its own.
    pub fn killing(&self, run: Run, step: &Step) -> Option<Output> {
        let output = self.inject(run, step, "signal=KILL");
        (output.status == 128 + 9).then_some(output)
    }

    /// Runs awsenv and makes this step fail with the error, for example `ENOSPC`.
    pub fn failed_at<A: AsRef<OsStr>>(
        &self,
        sandbox: &Sandbox,
        step: &Step,
        error: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Output {
        self.failing(sandbox.awsenv(args), step, error)
    }

    /// As [`Walk::failed_at`], for a run with an input.
    pub fn failing(&self, run: Run, step: &Step, error: &str) -> Output {
        self.inject(run, step, &format!("error={error}"))
    }

    /// Runs awsenv and makes each of these calls fail with the error, from this number on.
    pub fn failed_from<A: AsRef<OsStr>>(
        &self,
        sandbox: &Sandbox,
        calls: &[(&str, usize)],
        error: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Output {
        let inject =
            |(call, from): &(&str, usize)| ["-e".to_owned(), format!("inject={call}:error={error}:when={from}+")];
        let options = ["-f", "-qq", "-o", "/dev/null"].map(str::to_owned);
        let options = options.into_iter().chain(calls.iter().flat_map(inject));
        self.strace
            .around(sandbox.awsenv(args), options.map(Into::into))
            .output()
    }

    fn inject(&self, run: Run, step: &Step, what: &str) -> Output {
        let Step { call, number } = step;
        let trace = format!("trace={call}");
        let inject = format!("inject={call}:{what}:when={number}");
        let options = ["-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
        let options = self.options.iter().chain(&options).map(Into::into);
        self.strace.around(run, options).output()
    }

    /// Runs a program and what it starts, and returns its output and strace's lines about these calls, with full
    /// arguments and variables.
    pub fn traced(&self, sandbox: &Sandbox, run: Run, calls: &str) -> (Output, String) {
        let file = tempfile::NamedTempFile::new_in(sandbox.root()).expect("a file for a trace");
        let options = ["-f", "-qq", "-v", "-s", "100000", "-e", &format!("trace={calls}"), "-o"];
        let options = self.options.iter().chain(&options).map(Into::into);
        let options = options.chain([file.path().into()]);
        let output = self.strace.around(run, options).output();
        let trace = std::fs::read(file.path()).expect("a trace");
        (output, String::from_utf8_lossy(&trace).into_owned())
    }
}
