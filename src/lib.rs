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
pub mod context;
pub mod credentials;
pub mod env;
pub mod error;
pub mod history;
pub mod journal;
pub mod keychain;
pub mod ops;
pub mod process;
pub mod prompt;
pub mod provider;
pub mod resolve;
pub mod secret;
pub mod shell;
pub mod sys;
pub mod text;
pub mod ui;

use clap::Parser as _;

use crate::cli::Cli;
use crate::cmd::exec;
use crate::context::Context;
use crate::ops::script;
use crate::process::{Finish, Process};
use crate::ui::Ui;

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
