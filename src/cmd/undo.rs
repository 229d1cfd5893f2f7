//! `awsenv undo`

use crate::cli::UndoArgs;
use crate::cmd::{Context, Outcome};
use crate::error::{Error, Kind};

/// Not there yet.
pub fn run(_context: &Context, _args: &UndoArgs) -> Result<Outcome, Error> {
    Err(Error::new(Kind::Failed, "`undo` is not built yet"))
}
