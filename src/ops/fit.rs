//! Whether the environment can hold what a switch makes of it.

use crate::context::Context;
use crate::env::Env;
use crate::env::diff::EnvDiff;
use crate::env::limits::{self, Excess};
use crate::env::names::VarName;
use crate::error::{Error, Kind};
use crate::sys;
use crate::text::{cut, display};

/// # Errors
/// The name of the profile holds a NUL character, which would end it: the shell would use another profile.
pub fn check_name(profile: &str) -> Result<(), Error> {
    if !profile.contains('\0') {
        return Ok(());
    }
    let message = format!(
        "the name of the profile `{}` contains a NUL character, which no environment variable can hold",
        short(profile)
    );
    Err(Error::new(Kind::InvalidConfig, message).hint("give the profile another name"))
}

/// The same changes. `profile` is the one that is entered or left.
///
/// # Errors
/// A value that the system would cut, or with which no program could be started.
pub fn check(context: &Context, diff: EnvDiff, profile: Option<&str>) -> Result<EnvDiff, Error> {
    let env = &context.process.env;
    match limits::check(&diff, env, sys::process::limits()) {
        Ok(()) => Ok(diff),
        Err(excess) => {
            let of = profile.map_or_else(String::new, |name| format!(" of the profile `{}`", short(name)));
            let (message, hint) = words(env, &excess, &of);
            Err(Error::new(Kind::Failed, message).hint(hint))
        }
    }
}

/// In columns.
const MAX_NAME: usize = 48;

fn short(profile: &str) -> String {
    cut(display(profile), MAX_NAME)
}

/// In bytes: a shorter variable is not what takes the room.
const LARGE: usize = 4096;

fn words(env: &Env, excess: &Excess, of: &str) -> (String, String) {
    let source = "`awsenv explain` shows where the profile's values come from".to_owned();
    let shorten = |longest: Option<(&str, usize)>| match longest {
        Some((name, length)) if length >= LARGE => format!(
            "the longest variable is {}, {length} bytes: unset it first",
            display(name)
        ),
        _ => source.clone(),
    };
    match excess {
        Excess::Nul(name) => (
            format!("{name}{of} would contain a NUL character, which no environment variable can hold"),
            source,
        ),
        Excess::Long { name, size, most } => (
            format!("{name}{of} would take {size} bytes, and no program can be started with more than {most}"),
            source,
        ),
        Excess::State { size } => (
            format!("AWSENV_STATE, which keeps the variables from before `use`, would take {size} bytes{of}"),
            shorten(limits::longest(env, |name| {
                VarName::parse(name).is_some_and(|name| name.is_managed())
            })),
        ),
        Excess::All { size, most } => (
            format!("the environment{of} would take {size} bytes, and programs can be started with {most}"),
            shorten(limits::longest(env, |_| true)),
        ),
    }
}
