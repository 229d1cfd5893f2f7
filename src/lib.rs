//! awsenv: shell integration and environment manager for AWS profiles.
//!
//! Data flows one way; each stage is a function from value to value, and effects sit at the edge:
//!
//! ```text
//! argv, environment --cli--> UseArgs --locate--> paths --sys::fs--> text --config--> ProfileSet
//!   --resolve--> CredentialPlan --provider--> Credentials --env::session--> EnvDiff --shell--> script
//!   --main--> stdout, once
//! ```

pub mod cli;
pub mod cmd;
pub mod config;
pub mod credentials;
pub mod env;
pub mod error;
pub mod history;
pub mod journal;
pub mod keychain;
pub mod prompt;
pub mod provider;
pub mod resolve;
pub mod secret;
pub mod shell;
pub mod sys;
pub mod ui;

use std::ffi::OsString;

use clap::Parser as _;

use crate::cli::Cli;
use crate::cmd::{Context, exec, script};
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::secret::Secret;
use crate::sys::process::Launch;
use crate::ui::Ui;

/// Everything that the world gives a run.
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

/// Runs one command. Talks to stderr as it goes; stdout and the status are the caller's to deliver.
pub fn run(process: &Process) -> Finish {
    match Cli::try_parse_from(exec::args(process).iter()) {
        Ok(cli) => {
            let ui = Ui::new(&cli.global, process);
            cmd::run(&Context { process, ui: &ui }, cli.command)
        }
        Err(error) => script::unparsed(process, &error),
    }
}
