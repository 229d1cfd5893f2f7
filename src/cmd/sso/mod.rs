//! `awsenv sso`: IAM Identity Center from nothing to working profiles.

mod accounts;
mod import;
mod list;
mod roles;
mod setup;

use crate::cli::{SsoAction, SsoArgs};
use crate::context::{Context, Outcome};
use crate::error::Error;

pub fn run(context: &Context, args: SsoArgs) -> Result<Outcome, Error> {
    match args.action {
        SsoAction::Accounts(args) => accounts::run(context, &args),
        SsoAction::Import(args) => import::run(context, &args),
        SsoAction::List(args) => list::run(context, &args),
        SsoAction::Roles(args) => roles::run(context, &args),
        SsoAction::Setup(args) => setup::run(context, &args),
    }
}
