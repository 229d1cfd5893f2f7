//! One file for each command; commands never call each other.

pub mod complete;
pub mod completions;
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
pub mod login;
pub mod logout;
pub mod man;
pub mod prompt;
pub mod sessions;
pub mod sso;
pub mod undo;
pub mod unset;
pub mod use_;
pub mod whoami;

use crate::cli::{Command, Lazy};
use crate::context::Context;
use crate::ops::script;
use crate::process::Finish;

pub fn run(context: &Context, command: Command) -> Finish {
    let form = command.form();
    let result = match command {
        Command::Complete(Lazy(args)) => complete::run(context, args),
        Command::Completions(Lazy(args)) => completions::run(context, args),
        Command::Configure(Lazy(args)) => configure::run(context, args),
        Command::CredentialProcess(Lazy(args)) => credential_process::run(context, args),
        Command::Current(Lazy(args)) => current::run(context, args),
        Command::Doctor(Lazy(args)) => doctor::run(context, args),
        Command::Exec(Lazy(args)) => exec::run(context, args),
        Command::Explain(Lazy(args)) => explain::run(context, args),
        Command::Fail(Lazy(args)) => fail::run(context, args),
        Command::History(Lazy(args)) => history::run(context, args),
        Command::Init(Lazy(args)) => init::run(context, args),
        Command::Key(Lazy(args)) => key::run(context, args),
        Command::List(Lazy(args)) => list::run(context, args),
        Command::Logout(Lazy(args)) => logout::run(context, args),
        Command::Login(Lazy(args)) => login::run(context, args),
        Command::Man(Lazy(args)) => man::run(context, args),
        Command::Prompt(Lazy(args)) => prompt::run(context, args),
        Command::Sessions(Lazy(args)) => sessions::run(context, args),
        Command::Sso(Lazy(args)) => sso::run(context, args),
        Command::Undo(Lazy(args)) => undo::run(context, args),
        Command::Unset(Lazy(args)) => unset::run(context, args),
        Command::Use(Lazy(args)) => use_::run(context, args),
        Command::Whoami(Lazy(args)) => whoami::run(context, args),
    };
    script::finish(context, &form, result)
}
