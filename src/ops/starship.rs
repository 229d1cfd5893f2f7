//! starship's settings file: where it is, and what it says about the profile.

use std::path::PathBuf;

use crate::env::Env;
use crate::shell::starship::shows_profile;
use crate::sys::fs::{home_of, read_regular};

/// The file need not exist; `None` without a home directory.
pub fn path(env: &Env) -> Option<PathBuf> {
    let named = env.os("STARSHIP_CONFIG").map(PathBuf::from);
    named.or_else(|| Some(home_of("")?.join(".config/starship.toml")))
}

/// The programs of [`crate::shell::look`] whose own settings hide the profile.
pub fn silent(env: &Env) -> &'static [&'static str] {
    if shows(env) { &[] } else { &["starship"] }
}

/// Whether starship's prompt has a place for the profile. Without a readable file it has, by default.
pub fn shows(env: &Env) -> bool {
    let bytes = path(env).and_then(|path| read_regular(&path).ok()?);
    bytes.is_none_or(|bytes| shows_profile(&String::from_utf8_lossy(&bytes)))
}
