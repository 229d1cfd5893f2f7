//! `awsenv sessions`: the temporary keys that awsenv keeps between runs.

mod clear;
mod list;

use crate::cli::{SessionsAction, SessionsArgs};
use crate::context::{Context, Outcome};
use crate::error::Error;

pub fn run(context: &Context, args: SessionsArgs) -> Result<Outcome, Error> {
    match args.action {
        SessionsAction::Clear(args) => clear::run(context, &args),
        SessionsAction::List(args) => Ok(list::run(context, &args)),
    }
}
