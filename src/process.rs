//! What a run gets and what it produces, as values: `main` gathers the first and delivers the second.

use std::ffi::OsString;

use zeroize::Zeroizing;

use crate::credentials::Timestamp;
use crate::env::Env;
use crate::secret::Secret;

#[derive(Clone, Debug)]
pub struct Process {
    /// Starts with the program's own name.
    pub args: Vec<OsString>,
    pub env: Env,
    /// A script on a terminal would only show secrets.
    pub stdout_tty: bool,
    pub stderr_tty: bool,
    /// Whether a shell reads what the wrapper function prints, as in `eval "$(awsenv use x)"`. That shell then gets the
    /// script too.
    pub read_by_shell: bool,
    /// Whether that is a guess, and stderr goes to the same pipe, which may be a log.
    pub may_be_log: bool,
    pub now: Timestamp,
}

#[cfg(test)]
impl Process {
    /// Without arguments and terminals, in 1970.
    pub fn of_env(env: Env) -> Self {
        Self {
            args: Vec::new(),
            env,
            stdout_tty: false,
            stderr_tty: false,
            read_by_shell: false,
            may_be_log: false,
            now: Timestamp(0),
        }
    }
}

#[derive(Debug, Default)]
pub struct Finish {
    /// Written to stdout in one go. It may hold a key.
    pub stdout: Secret<String>,
    /// Written before stdout, to the shell that reads what the wrapper function prints. It may hold a key.
    pub handed: Secret<String>,
    pub status: u8,
    /// Runs in place of this process.
    pub launch: Option<Launch>,
    /// Whether stdout is code for a shell, so that a lost byte is a failure.
    pub script: bool,
}

/// Takes this process's place.
#[derive(Debug)]
pub struct Launch {
    /// Looked up on the PATH of `env`.
    pub program: OsString,
    pub args: Vec<OsString>,
    /// The whole environment.
    pub env: Vec<(OsString, OsString)>,
}

#[derive(Debug)]
pub struct Captured {
    /// In the system's words; `None` if it succeeded.
    pub failure: Option<String>,
    pub stdout: Zeroizing<Vec<u8>>,
    pub stderr: Zeroizing<Vec<u8>>,
}
