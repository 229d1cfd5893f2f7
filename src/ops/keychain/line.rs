//! The line by which a profile asks awsenv for its keys.

use crate::config::edit::process_value;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::sys;

/// The key of the line.
pub const KEY: &str = "credential_process";

/// The value of `credential_process` for `profile`, whose keys are in `item`.
///
/// # Errors
/// A program path or a name that the line cannot hold.
pub fn value(context: &Context, profile: &str, item: &str) -> Result<String, Error> {
    let program = sys::process::own_command(&context.process.env, context.process.args.first().map(AsRef::as_ref));
    let program = program.map_err(|error| {
        Error::new(Kind::Failed, format!("awsenv does not find itself: {error}"))
            .hint("put `awsenv` on the PATH, under that name")
    })?;
    let program = program.to_str().ok_or_else(|| {
        let shown = program.display();
        Error::new(
            Kind::Failed,
            format!("the path of awsenv, `{shown}`, is not UTF-8, and a config file must be"),
        )
    })?;
    let mut words = vec![program.to_owned(), "credential-process".to_owned()];
    if item != profile {
        words.extend(["--item".to_owned(), item.to_owned()]);
    }
    // Else it would be read as a flag.
    words.extend(profile.starts_with('-').then(|| "--".to_owned()));
    words.push(profile.to_owned());
    Ok(process_value(&words)?)
}
