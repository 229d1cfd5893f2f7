//! What a run is given and what it comes to, as values: `main` gathers the first and delivers the second.

use std::ffi::OsString;

use zeroize::Zeroizing;

use crate::credentials::Timestamp;
use crate::env::Env;
use crate::secret::Secret;

/// What a run is given.
#[derive(Debug)]
pub struct Process {
    /// The arguments, the program's own name first.
    pub args: Vec<OsString>,
    /// The environment.
    pub env: Env,
    /// Whether stdout is a terminal, where a script would do nothing but show secrets.
    pub stdout_tty: bool,
    /// Whether stderr is a terminal, where a person reads.
    pub stderr_tty: bool,
    /// Whether a shell reads what the wrapper function prints, as in `eval "$(awsenv use x)"`. It is then handed the
    /// script too.
    pub read_by_shell: bool,
    /// The clock.
    pub now: Timestamp,
}

/// How a run ends.
#[derive(Debug, Default)]
pub struct Finish {
    /// Written to stdout, whole. It may hold a key.
    pub stdout: Secret<String>,
    /// Written to the shell that reads what the wrapper function prints, before stdout. It may hold a key.
    pub handed: Secret<String>,
    /// The status to end with.
    pub status: u8,
    /// Runs in our place, if there is one.
    pub launch: Option<Launch>,
    /// Whether stdout is code for a shell, so that a lost byte is a failure.
    pub script: bool,
}

/// A program that takes this process's place.
#[derive(Debug)]
pub struct Launch {
    /// What to run, looked for on the PATH of `env`.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its whole environment.
    pub env: Vec<(OsString, OsString)>,
}

/// What a program printed, and how it ended.
#[derive(Debug)]
pub struct Captured {
    /// How it ended, in the system's words; `None` if it succeeded.
    pub failure: Option<String>,
    pub stdout: Zeroizing<Vec<u8>>,
    pub stderr: Zeroizing<Vec<u8>>,
}
