//! A word that is no command -> what it may have meant.

use std::ffi::{OsStr, OsString};

use crate::advice::{Advice, Command};
use crate::cli::{self, Global, Swallowed, command_names, command_path};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::near::nearest;
use crate::ops::choose;
use crate::process::Process;
use crate::sys;
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
    error.hint(hint(process, word, behind))
}

fn hint(process: &Process, word: &str, behind: &[&str]) -> Advice {
    let known = command_names();
    let lower = word.to_lowercase();
    let ui = Ui::new(&Global::default(), process).silenced();
    let context = Context::new(process, &ui);
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == lower);
    match lower.as_str() {
        "version" => Command::new("awsenv --version").into(),
        "help" => Advice::from(help(behind)),
        _ if choose::is_known(&context, OsStr::new(word)) => match choose::choose(&context, Some(OsStr::new(word))) {
            Ok(_) => Advice::from("it is a profile: to use it, run `")
                .command(Command::new("awsenv use").operand(word))
                .text("`"),
            Err(why) => format!("it is an alias, but {}", why.message).into(),
        },
        _ => {
            let names = known.iter().map(String::as_str).chain(["help"]);
            let exact = known.iter().map(String::as_str).find(|name| *name == lower);
            match exact
                .or(other.map(|(_, name)| *name))
                .or_else(|| nearest(&lower, names).into_iter().next())
            {
                Some("help") => Advice::from("did you mean `").command(help(behind)).text("`?"),
                Some(name) => Advice::from("did you mean `")
                    .command(Command::new("awsenv").operand(name))
                    .text("`?"),
                None => Advice::from("`")
                    .command(Command::new("awsenv --help"))
                    .text("` lists the commands"),
            }
        }
    }
}

/// The help of the command that `words` name, as far as they name one.
fn help(words: &[&str]) -> Command {
    let path: Vec<OsString> = command_path(words).into_iter().map(OsString::from).collect();
    Command::new("awsenv").typed(&path).flag("--help")
}

/// What a line that clap refuses was meant to be, if its command is known or comes after a profile. `is_argument` says
/// that an argument is too many, and like no other.
pub(super) fn line(process: &Process, is_argument: bool) -> Option<Advice> {
    let args = &process.args;
    if let Some(at) = args.iter().position(is_profile_flag)
        && at < 1 + cli::command_at(args).unwrap_or(at)
    {
        return Some(before_command(args, at));
    }
    let (command, behind) = cli::words_behind(args);
    match command? {
        "exec" => is_argument.then(|| without_dashes(process)).flatten(),
        command if behind.first() == Some(&"help") => {
            let words: Vec<&str> = std::iter::once(command).chain(behind[1..].iter().copied()).collect();
            Some(help(&words).into())
        }
        _ => None,
    }
}

fn is_profile_flag(arg: &OsString) -> bool {
    arg == "-p" || arg == "--profile" || arg.as_encoded_bytes().starts_with(b"--profile=")
}

/// For `--profile NAME` before the command; it is at `at`.
fn before_command(args: &[OsString], at: usize) -> Advice {
    let glued = args[at]
        .to_str()
        .and_then(|arg| arg.strip_prefix("--profile="))
        .map(OsString::from);
    let behind = at + if glued.is_some() { 1 } else { 2 };
    let name = glued
        .or_else(|| args.get(at + 1).cloned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "PROFILE".into());
    let rest = args.get(behind..).unwrap_or_default();
    let command = match rest.split_first() {
        Some((command, rest)) if command.to_str().is_some_and(cli::takes_profile) => Command::new("awsenv")
            .typed(std::slice::from_ref(command))
            .typed(&["--profile".into(), name])
            .typed(rest),
        _ => Command::new("awsenv use").typed(&[name]),
    };
    Advice::from("a profile comes after the command: ").command(command)
}

/// For `exec PROFILE PROGRAM`, or `exec PROFILE "PROGRAM ARGUMENTS"`.
fn without_dashes(process: &Process) -> Option<Advice> {
    let args = &process.args;
    let line = Swallowed::of(args)?;
    if args.iter().any(|arg| arg == "--") {
        return None;
    }
    let ui = Ui::new(&Global::default(), process).silenced();
    let is_profile = |word: &OsString| {
        let program = || sys::process::find(&word.to_string_lossy(), &process.env);
        choose::is_known(&Context::new(process, &ui), word) || program().is_err()
    };
    let line = match line.profile() {
        Some(word) if is_profile(word) => line.with_profile(),
        _ => line.without_profile(),
    };
    let at = line.iter().position(|arg| arg == "--")?;
    let (before, program) = (&line[1..at], &line[at + 1..]);
    let words = program.iter().flat_map(|word| match (word.to_str(), program.len()) {
        (Some(text), 1) => text.split_whitespace().map(OsString::from).collect(),
        _ => vec![word.clone()],
    });
    let command = Command::new("awsenv").typed(before).program(words);
    Some(Advice::from("write `--` before the program: ").command(command))
}
