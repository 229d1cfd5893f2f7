//! `awsenv key`: access keys in the keychain.

mod add;
mod import;
mod list;
mod move_;
mod remove;
mod restore;
mod unlock;

use crate::cli::{KeyAction, KeyArgs};
use crate::context::{Context, Outcome};
use crate::error::Error;

pub fn run(context: &Context, args: KeyArgs) -> Result<Outcome, Error> {
    match args.action {
        KeyAction::Add(args) => add::run(context, args),
        KeyAction::Import(args) => import::run(context, args),
        KeyAction::List(args) => list::run(context, args),
        KeyAction::Move(args) => move_::run(context, args),
        KeyAction::Remove(args) => remove::run(context, args),
        KeyAction::Restore(args) => restore::run(context, args),
        KeyAction::Unlock(args) => unlock::run(context, args),
    }
}
