//! One file a command; leaves that never call each other.

pub mod ask;
pub mod catalog;
pub mod complete;
pub mod completions;
pub mod configure;
pub mod credential_process;
pub mod current;
pub mod describe;
pub mod doctor;
pub mod edit;
pub mod exec;
pub mod explain;
pub mod fail;
pub mod history;
pub mod init;
pub mod inputs;
pub mod key;
pub mod keychain;
pub mod list;
pub mod man;
pub mod named;
pub mod order;
pub mod pick;
pub mod prompt;
pub mod script;
pub mod switch;
pub mod undo;
pub mod unset;
pub mod use_;

use crate::cli::{Command, KeyAction, Lazy};
use crate::env::state::State;
use crate::error::Error;
use crate::secret::Secret;
use crate::sys::process::Launch;
use crate::ui::Ui;
use crate::{Finish, Process};

/// What every command is given.
#[derive(Debug)]
pub struct Context<'a> {
    /// The arguments, environment, terminals and clock.
    pub process: &'a Process,
    /// The way to the person.
    pub ui: &'a Ui,
}

/// What a command that prints no script comes to.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing to print; ends with this status.
    Done(u8),
    /// A program takes our place.
    Exec(Launch),
    /// Keys for stdout.
    Keys(Secret<String>),
    /// Text for stdout, and the status to end with.
    Text(String, u8),
}

impl Context<'_> {
    /// What this shell uses. A damaged AWSENV_STATE is said and taken as nothing.
    pub fn state(&self) -> Option<State> {
        State::read(&self.process.env).unwrap_or_else(|_| {
            self.ui
                .warn("AWSENV_STATE is damaged, so awsenv does not know what it changed in this shell");
            None
        })
    }
}

/// Runs `command` to its end.
pub fn run(context: &Context, command: Command) -> Finish {
    let Context { process, ui } = context;
    match command {
        Command::Use(Lazy(args)) => {
            let shell = args.script.shell.as_deref();
            script::print(process, ui, "use", shell, || use_::run(context, &args))
        }
        Command::Unset(Lazy(args)) => {
            script::print(process, ui, "unset", args.shell.as_deref(), || Ok(unset::run(context)))
        }
        Command::Current(Lazy(args)) => finish(context, args.json, current::run(context, args.json)),
        Command::Configure(Lazy(args)) => finish(context, false, configure::run(context, &args)),
        Command::CredentialProcess(Lazy(args)) => finish(context, false, credential_process::run(context, &args)),
        Command::Key(Lazy(args)) => {
            let json = matches!(&args.action, KeyAction::List(list) if list.json);
            finish(context, json, key::run(context, &args.action))
        }
        Command::Undo(Lazy(args)) => finish(context, false, undo::run(context, &args)),
        Command::Doctor(Lazy(args)) => finish(context, args.json, Ok(doctor::run(context, &args))),
        Command::Exec(Lazy(args)) => finish(context, false, exec::run(context, args)),
        Command::History(Lazy(args)) => finish(context, args.json, history::run(context, args)),
        Command::List(Lazy(args)) => finish(context, args.json, list::run(context, &args)),
        Command::Explain(Lazy(args)) => finish(context, args.json, explain::run(context, args)),
        Command::Fail(Lazy(args)) => fail::run(process, &args),
        Command::Complete(Lazy(args)) => finish(context, false, Ok(complete::run(context, &args))),
        Command::Completions(Lazy(args)) => completions::run(context, &args),
        Command::Init(Lazy(args)) => init::run(context, &args),
        Command::Man(Lazy(args)) => finish(context, false, man::run(context, &args)),
        Command::Prompt(Lazy(args)) => finish(context, false, prompt::run(context, &args)),
    }
}

fn finish(context: &Context, json: bool, result: Result<Outcome, Error>) -> Finish {
    match result {
        Ok(Outcome::Done(status)) => Finish {
            status,
            ..Finish::default()
        },
        Ok(Outcome::Exec(launch)) => Finish {
            launch: Some(launch),
            ..Finish::default()
        },
        Ok(Outcome::Keys(stdout)) => Finish {
            stdout,
            ..Finish::default()
        },
        Ok(Outcome::Text(stdout, status)) => Finish {
            stdout: stdout.into(),
            status,
            ..Finish::default()
        },
        Err(error) => {
            context.ui.error(&error);
            let stdout = if json {
                format!("{}\n", error.to_json())
            } else {
                String::new()
            };
            Finish {
                stdout: stdout.into(),
                status: error.status(),
                ..Finish::default()
            }
        }
    }
}
