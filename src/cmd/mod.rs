//! One file a command; leaves that never call each other.

pub mod complete;
pub mod configure;
pub mod credential_process;
pub mod current;
pub mod doctor;
pub mod exec;
pub mod explain;
pub mod fail;
pub mod history;
pub mod init;
pub mod key;
pub mod list;
pub mod prompt;
pub mod undo;
pub mod unset;
pub mod use_;

use crate::cli::{Command, KeyAction, Lazy};
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::script;
use crate::process::Finish;

/// Runs `command` to its end.
pub fn run(context: &Context, command: Command) -> Finish {
    let Context { process, ui, .. } = context;
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
        Command::Init(Lazy(args)) => init::run(context, &args),
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
