//! `awsenv configure`

use crate::cli::ConfigureArgs;
use crate::cmd::{Context, Outcome};
use crate::error::{Error, Kind};

/// Not there yet.
pub fn run(_context: &Context, _args: &ConfigureArgs) -> Result<Outcome, Error> {
    Err(Error::new(Kind::Failed, "`configure` is not built yet"))
}
