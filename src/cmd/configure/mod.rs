//! `awsenv configure`: sets up a profile, or prints or changes one setting.

mod ask;
mod plan;
mod setting;
mod write;

use crate::cli::{ConfigureAction, ConfigureArgs};
use crate::context::{Context, Outcome};
use crate::error::Error;

pub fn run(context: &Context, args: ConfigureArgs) -> Result<Outcome, Error> {
    match &args.action {
        None => ask::run(
            context,
            args.profile.as_deref(),
            &plan::Options {
                plaintext: args.plaintext,
                any_shape: args.any_shape,
            },
        ),
        Some(ConfigureAction::Get { key, profile }) => setting::print(context, profile.as_deref(), key),
        Some(ConfigureAction::Set { key, value, profile }) => setting::change(context, profile.as_deref(), key, value),
    }
}
