//! awsenv: shell integration and environment manager for AWS profiles.
//!
//! Data flows one way; each stage is a function from value to value, and effects sit at the edge:
//!
//! ```text
//! argv, environment --cli--> UseArgs --locate--> paths --sys::fs--> text --config--> ProfileSet
//!   --resolve--> CredentialPlan --provider--> Credentials --env::session--> EnvDiff --shell--> script
//!   --main--> stdout, once
//! ```

pub mod advice;
pub mod aws;
pub mod awscli;
pub mod cli;
pub mod cmd;
pub mod config;
pub mod context;
pub mod credentials;
pub mod env;
pub mod error;
pub mod history;
pub mod journal;
pub mod keychain;
pub mod near;
pub mod ops;
pub mod process;
pub mod prompt;
pub mod provider;
pub mod redact;
pub mod resolve;
pub mod secret;
pub mod session;
pub mod shell;
pub mod sys;
pub mod text;
pub mod ui;

use clap::Parser as _;

use crate::cli::{Cli, Global, Swallowed, placed};
use crate::context::Context;
use crate::ops::{choose, unparsed};
use crate::process::{Finish, Process};
use crate::shell::Shell;
use crate::shell::wrapper::Wrapper;
use crate::ui::Ui;

/// Runs one command. It writes to stderr itself; the caller writes stdout and ends with the status.
pub fn run(process: &Process) -> Finish {
    match parse(process) {
        Ok(cli) => {
            let ui = Ui::new(&cli.global, process).for_shell(cli.command.form().shell());
            cmd::run(&Context::new(process, &ui), cli.command)
        }
        Err(error) => unparsed::finish(process, error),
    }
}

/// PowerShell swallows the `--` of `exec`; the profiles then decide what the first word is.
fn parse(process: &Process) -> Result<Cli, clap::Error> {
    let is_powershell = Wrapper::of(&process.env).is_some_and(|wrapper| wrapper.shell == Shell::PowerShell);
    let args = placed(&process.args, is_powershell)?;
    let Some(line) = is_powershell.then(|| Swallowed::of(&args)).flatten() else {
        return Cli::try_parse_from(&*args);
    };
    let without = Cli::try_parse_from(line.without_profile());
    let ui = Ui::new(&Global::default(), process).silenced();
    let is_known = |word| choose::is_known(&Context::new(process, &ui), word);
    match line.profile() {
        Some(word) if is_known(word) => Cli::try_parse_from(line.with_profile()),
        _ => without,
    }
}
