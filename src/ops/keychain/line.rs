//! The line with which a profile gets its keys from awsenv.

use crate::config::own_line;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::sys;

pub use crate::config::own_line::KEY;

/// The value of `credential_process` for `profile`, whose keys are in `item`.
///
/// # Errors
/// A program path or a name that the line cannot hold.
pub fn value(context: &Context, profile: &str, item: &str) -> Result<String, Error> {
    value_of(&program(context)?, profile, item)
}

/// As [`value`], for a program that was found already.
///
/// # Errors
/// A name that the line cannot hold.
pub fn value_of(program: &str, profile: &str, item: &str) -> Result<String, Error> {
    Ok(own_line::value(program, profile, item)?)
}

/// # Errors
/// awsenv cannot find its own program, or a line cannot hold its path.
pub fn program(context: &Context) -> Result<String, Error> {
    let program = sys::process::own_command(&context.process.env, context.process.args.first().map(AsRef::as_ref));
    let program = program.map_err(|error| {
        Error::new(Kind::Failed, format!("awsenv cannot find its own program: {error}"))
            .hint("put `awsenv` on the PATH, under that name")
    })?;
    program.to_str().map(str::to_owned).ok_or_else(|| {
        let shown = program.display();
        Error::new(
            Kind::Failed,
            format!("the path of awsenv, `{shown}`, is not UTF-8, so it cannot go into a config file"),
        )
    })
}
