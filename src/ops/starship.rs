//! starship's settings file: where it is, and what it says about the profile.

use std::path::PathBuf;

use crate::env::Env;
use crate::shell::starship::{self, Module};
use crate::sys::fs::{home_of, read_regular};

/// The file need not exist; `None` without a home directory.
pub fn path(env: &Env) -> Option<PathBuf> {
    let named = env.os("STARSHIP_CONFIG").map(PathBuf::from);
    named.or_else(|| Some(home_of("")?.join(".config/starship.toml")))
}

/// What shows the profile in starship's prompt. A file that cannot be read counts as empty, as in starship.
pub fn module(env: &Env) -> Option<Module> {
    let bytes = path(env).and_then(|path| read_regular(&path).ok()?);
    starship::module(&String::from_utf8_lossy(&bytes.unwrap_or_default()))
}

/// The programs of [`crate::shell::look`] whose own settings hide the profile.
pub fn silent(env: &Env) -> &'static [&'static str] {
    match module(env) {
        Some(_) => &[],
        None => &["starship"],
    }
}
