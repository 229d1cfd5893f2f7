//! The file of certificates that a profile or a variable names -> why no connection can use it.

use std::io::ErrorKind;
use std::path::Path;

use crate::config::Profile;
use crate::config::mistakes::{Mistake, Wrong};
use crate::env::Env;
use crate::redact::shown;
use crate::sys;

pub fn of_variable(variable: &'static str, env: &Env) -> Option<Wrong> {
    wrong(env.filled(variable)?, "unset it")
}

/// Of the profile's own `ca_bundle`.
pub fn of_profile(profile: Profile<'_>) -> Option<Mistake> {
    let value = profile.get("ca_bundle").filter(|value| !value.is_nested())?;
    let wrong = wrong(value.text(), "delete the line")?;
    Some(Mistake {
        profile: Some(profile.name().to_owned()),
        ..wrong.at(value)
    })
}

fn wrong(text: &str, without: &str) -> Option<Wrong> {
    let path = Path::new(text);
    let is_literal = text.starts_with('~');
    // Any other relative path may be meant for one directory only.
    if text.trim().is_empty() || path.is_relative() && !is_literal {
        return None;
    }
    let why = match sys::fs::unreadable(path) {
        Some(error) if error.kind() == ErrorKind::NotFound => "does not exist".to_owned(),
        Some(error) => format!("cannot be read: {error}"),
        None if path.is_dir() => "is a directory".to_owned(),
        None => return None,
    };
    let what = format!(
        "the file of certificates `{}` {why}, so every call over https fails",
        shown(text)
    );
    let instead = match is_literal {
        true => "write the whole path: the AWS CLI and boto3 do not replace `~` here".to_owned(),
        false => format!("correct the path, or {without}"),
    };
    Some(Wrong::of_value(what, instead))
}
