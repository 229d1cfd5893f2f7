//! starship's settings file: where it is, and what it says about the profile.

use std::path::PathBuf;

use crate::config::Profile;
use crate::context::Context;
use crate::env::Env;
use crate::env::style::Style;
use crate::ops::files::Files;
use crate::shell::starship::{self, Shows};
use crate::shell::{Shell, look};
use crate::sys::fs::{home_of, read_regular};

/// The file need not exist; `None` without a home directory.
pub fn path(env: &Env) -> Option<PathBuf> {
    let named = env.os("STARSHIP_CONFIG").map(PathBuf::from);
    named.or_else(|| Some(home_of("")?.join(".config/starship.toml")))
}

/// What starship's prompt shows. A file that cannot be read counts as empty, as in starship.
pub fn shows(env: &Env) -> Shows {
    let bytes = path(env).and_then(|path| read_regular(&path).ok()?);
    starship::shows(&String::from_utf8_lossy(&bytes.unwrap_or_default()))
}

/// Whether starship draws the prompt of this shell. A child shell inherits the variable of a prompt that it does not
/// have, so it must name this one.
pub fn draws(shell: Shell, env: &Env) -> bool {
    env.text("STARSHIP_SHELL").and_then(Shell::parse) == Some(shell)
}

/// The programs of [`crate::shell::look`] whose own settings hide the profile.
pub fn silent(env: &Env) -> &'static [&'static str] {
    if shows(env) == Shows::Nothing {
        &[look::STARSHIP]
    } else {
        &[]
    }
}

/// Whether starship draws the prompt of this shell and does not show the profile.
pub fn hides(profile: &str, style: Style, shell: Shell, env: &Env, files: &Files) -> bool {
    draws(shell, env)
        && match shows(env) {
            Shows::Every => false,
            Shows::Found => style == Style::Name && !finds(profile, files),
            Shows::Nothing => true,
        }
}

/// [`hides`] for the profile that AWS_PROFILE names in this shell.
pub fn hides_current(context: &Context, shell: Shell) -> bool {
    let env = &context.process.env;
    let Some(profile) = env.filled("AWS_PROFILE").filter(|_| draws(shell, env)) else {
        return false;
    };
    let style = match env.filled("AWS_ACCESS_KEY_ID") {
        Some(_) => Style::Keys,
        None => Style::Name,
    };
    Files::load(context).is_ok_and(|files| hides(profile, style, shell, env, &files))
}

/// Where starship looks for credentials: in the profile and its source, and for keys only in the credentials file.
fn finds(profile: &str, files: &Files) -> bool {
    let has = |profile: &Profile<'_>| {
        let keys = ["credential_process", "sso_session", "sso_start_url"];
        keys.iter().any(|key| profile.get(key).is_some()) || profile.in_credentials("aws_access_key_id").is_some()
    };
    let profile = files.profiles.profile(profile);
    let source = profile.and_then(|profile| files.profiles.profile(profile.text("source_profile")?));
    profile.iter().chain(&source).any(has)
}
