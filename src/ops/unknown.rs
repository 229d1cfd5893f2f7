//! A word that is no command -> what it may have meant.

use std::ffi::OsStr;

use crate::advice::{Advice, Command};
use crate::cli::{Global, command_names};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::near::nearest;
use crate::ops::choose;
use crate::process::Process;
use crate::text::display;
use crate::ui::Ui;

/// What other programs call a command of ours.
const OTHER_NAMES: [(&str, &str); 6] = [
    ("assume", "use"),
    ("deactivate", "unset"),
    ("ls", "list"),
    ("status", "current"),
    ("switch", "use"),
    ("whoami", "current"),
];

/// `behind` are the words after it.
pub(super) fn command(process: &Process, word: &str, behind: &[&str]) -> Error {
    let error = Error::new(Kind::Usage, format!("unknown command `{}`", display(word)));
    let of = |name: &str| Command::new("awsenv").operand(name);
    let known = command_names();
    let hint = match (word, behind.first()) {
        ("version", _) => Command::new("awsenv --version").into(),
        ("help", Some(name)) if known.iter().any(|known| known == name) => Advice::from(of(name)).text(" --help"),
        ("help", _) => Command::new("awsenv --help").into(),
        _ if is_profile(process, word) => {
            let use_ = Command::new("awsenv use").operand(word);
            Advice::from("it is a profile: to use it, run `")
                .command(use_)
                .text("`")
        }
        _ => {
            let other = OTHER_NAMES
                .iter()
                .find(|(other, _)| *other == word)
                .map(|(_, name)| *name);
            match other.or_else(|| nearest(word, known.iter().map(String::as_str)).into_iter().next()) {
                Some(name) => Advice::from("did you mean `").command(of(name)).text("`?"),
                None => Advice::from("`")
                    .command(Command::new("awsenv --help"))
                    .text("` lists the commands"),
            }
        }
    };
    error.hint(hint)
}

fn is_profile(process: &Process, word: &str) -> bool {
    let ui = Ui::new(&Global::default(), process).silenced();
    choose::is_known(&Context::new(process, &ui), OsStr::new(word))
}
