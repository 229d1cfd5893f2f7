//! A line of `exec` for pasting, in place of the one that was typed.

use std::ffi::OsString;

use crate::advice::Command;
use crate::cli::{Refresh, StyleArgs};

/// Where the user has to name a profile.
pub(super) const PROFILE: &str = "PROFILE";

/// Where the user has to name a program.
pub(super) const PROGRAM: &str = "PROGRAM";

/// `awsenv exec PROFILE -- …`; without words, the program has to be named. A code is left out, because AWS takes it once.
pub(super) fn exec(profile: OsString, style: &StyleArgs, words: impl IntoIterator<Item = OsString>) -> Command {
    let mut words: Vec<OsString> = words.into_iter().collect();
    if words.is_empty() {
        words.push(PROGRAM.into());
    }
    let mut command = Command::new("awsenv exec").typed(&[profile]);
    if style.name {
        command = command.flag("--name");
    }
    if style.keys {
        command = command.flag("--keys");
    }
    match style.refresh {
        None => {}
        Some(Refresh::Last) => command = command.flag("--refresh"),
        Some(Refresh::All) => command = command.flag("--refresh=all"),
    }
    let duration = style.duration.map(|time| time.as_secs().to_string());
    for (name, value) in [
        ("--region", &style.region),
        ("--role", &style.role),
        ("--duration", &duration),
    ] {
        if let Some(value) = value {
            command = command.option(name, value);
        }
    }
    command.program(words)
}
