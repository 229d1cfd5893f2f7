//! `awsenv credential-process`

use crate::cli::CredentialProcessArgs;
use crate::cmd::{Context, Outcome};
use crate::error::{Error, Kind};

/// Not there yet.
pub fn run(_context: &Context, _args: &CredentialProcessArgs) -> Result<Outcome, Error> {
    Err(Error::new(Kind::Failed, "`credential-process` is not built yet"))
}
