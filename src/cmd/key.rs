//! `awsenv key`

mod unlock;

use crate::cli::KeyAction;
use crate::cmd::{Context, Outcome};
use crate::error::{Error, Kind};

/// Runs one of its commands.
pub fn run(context: &Context, action: &KeyAction) -> Result<Outcome, Error> {
    match action {
        KeyAction::Unlock(args) => unlock::run(context, args),
        _ => Err(Error::new(Kind::Failed, "`key` is not built yet")),
    }
}
