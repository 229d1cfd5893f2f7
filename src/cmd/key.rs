//! `awsenv key`

use crate::cli::KeyAction;
use crate::cmd::{Context, Outcome};
use crate::error::{Error, Kind};

/// Not there yet.
pub fn run(_context: &Context, _args: &KeyAction) -> Result<Outcome, Error> {
    Err(Error::new(Kind::Failed, "`key` is not built yet"))
}
