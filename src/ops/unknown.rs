//! A word that is no command -> what it may have meant.

use std::ffi::{OsStr, OsString};

use crate::advice::{Advice, Command};
use crate::cli::{self, Global, Swallowed, command_names, command_path};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::near::nearest;
use crate::ops::choose;
use crate::ops::files::Files;
use crate::ops::habits::{self, meant};
use crate::ops::line::{PROFILE, PROGRAM};
use crate::process::Process;
use crate::resolve::partial;
use crate::sys;
use crate::text::name;
use crate::ui::Ui;

/// `behind` are the words after it.
pub(super) fn command(process: &Process, word: &str, behind: &[&str]) -> Error {
    let error = Error::new(Kind::Usage, format!("unknown command `{}`", name(word)));
    error.hint(hint(process, word, behind))
}

fn hint(process: &Process, word: &str, behind: &[&str]) -> Advice {
    let lower = word.to_lowercase();
    let ui = Ui::new(&Global::default(), process).silenced();
    let context = Context::new(process, &ui);
    let is_profile = |word: &str| choose::is_known(&context, OsStr::new(word));
    match lower.as_str() {
        "version" => return Command::new("awsenv --version").into(),
        "help" => return help(behind).into(),
        _ => {}
    }
    if is_profile(word) {
        return match choose::choose(&context, Some(OsStr::new(word))) {
            Ok(_) => Advice::from("it is a profile: to use it, run `")
                .command(Command::new("awsenv use").operand(word))
                .text("`"),
            Err(why) => format!("it is an alias, but {}", why.message).into(),
        };
    }
    let known = command_names();
    let exact = known.iter().map(String::as_str).find(|name| *name == lower);
    let near = || {
        nearest(&lower, known.iter().map(String::as_str).chain(["help"]))
            .into_iter()
            .next()
    };
    let found = match exact {
        Some(name) => Some(meant(Command::new("awsenv").operand(name))),
        None => habits::command(&lower, behind, &is_profile),
    };
    let found = found.or_else(|| match near()? {
        "help" => Some(meant(help(behind))),
        name => Some(meant(Command::new("awsenv").operand(name))),
    });
    let found = found.or_else(|| part(&context, word)).or_else(|| {
        sys::process::find(word, &process.env).ok()?;
        let words: Vec<&str> = std::iter::once(word).chain(behind.iter().copied()).collect();
        Some(habits::program(&words, &|_| false))
    });
    found.unwrap_or_else(|| {
        Advice::from("`")
            .command(Command::new("awsenv --help"))
            .text("` lists the commands")
    })
}

/// For a part of a profile's name.
fn part(context: &Context, word: &str) -> Option<Advice> {
    let files = Files::load(context).ok()?;
    let found = partial(word, files.profiles.names(), |name| name);
    let use_ = |word: &str| Command::new("awsenv use").operand(word);
    Some(match found.as_slice() {
        [] => return None,
        [one] => Advice::from("it is a part of the name of a profile: to use it, run `")
            .command(use_(one))
            .text("`"),
        [_, _, ..] => Advice::from(format!(
            "it is a part of the names of {} profiles: to choose one, run `",
            found.len()
        ))
        .command(use_(word))
        .text("`"),
    })
}

/// The help of the command that `words` name, as far as they name one.
fn help(words: &[&str]) -> Command {
    let path: Vec<OsString> = command_path(words).into_iter().map(OsString::from).collect();
    Command::new("awsenv").typed(&path).flag("--help")
}

/// What clap refuses in a line whose command is known.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refused<'a> {
    /// An argument that is too many and like no other, perhaps a flag.
    Argument(&'a str),
    /// A word that is none of the commands of this command.
    Action,
    Other,
}

/// What a line that clap refuses was meant to be, if its command is known or comes after a profile.
pub(super) fn line(process: &Process, refused: Refused<'_>) -> Option<Advice> {
    let args = &process.args;
    if let Some(at) = args.iter().position(is_profile_flag)
        && at < 1 + cli::command_at(args).unwrap_or(at)
    {
        return Some(before_command(args, at));
    }
    let (command, behind) = cli::words_behind(args);
    let command = command?;
    if behind.first() == Some(&"help") {
        let words: Vec<&str> = std::iter::once(command).chain(behind[1..].iter().copied()).collect();
        return Some(help(&words).into());
    }
    match refused {
        Refused::Argument(flag) => {
            let hint = of_flag(args, command, &behind, flag);
            hint.or_else(|| without_dashes(process).filter(|_| command == "exec"))
        }
        Refused::Action => {
            let ui = Ui::new(&Global::default(), process).silenced();
            let context = Context::new(process, &ui);
            if let ("history", Some("clear" | "purge" | "reset")) = (command, behind.first().copied()) {
                let store = sys::history::Store::of(&process.env)?;
                return Some(format!("to forget all, delete the file {}", store.path().display()).into());
            }
            habits::action(command, &behind, &|word| choose::is_known(&context, OsStr::new(word)))
        }
        Refused::Other => None,
    }
}

/// For a flag that the command does not have.
fn of_flag(args: &[OsString], command: &str, behind: &[&str], flag: &str) -> Option<Advice> {
    if (command, flag) == ("doctor", "--fix") {
        return Some("`doctor` changes nothing; each finding says what to do".into());
    }
    if !["-p", "--profile"].contains(&flag) {
        return None;
    }
    let at = args.iter().position(is_profile_flag)?;
    if cli::takes_profile(command, behind) {
        let mut args = args.get(1..)?.to_vec();
        args.splice(at - 1..at, ["--profile".into()].into_iter().chain(glued(&args[at - 1])));
        return Some(Advice::from("did you mean `--profile`: ").command(Command::new("awsenv").typed(&args)));
    }
    let name = glued(&args[at]).or_else(|| args.get(at + 1).cloned())?;
    let name = name.to_str()?;
    match command {
        "list" => Some(meant(Command::new("awsenv list").operand(name))),
        "current" => Some(meant(Command::new("awsenv explain").operand(name))),
        _ => Some(format!("`{command}` is not about one profile").into()),
    }
}

/// Also glued to its value.
fn is_profile_flag(arg: &OsString) -> bool {
    let arg = arg.as_encoded_bytes();
    arg == b"--profile" || arg.starts_with(b"--profile=") || arg.starts_with(b"-p")
}

/// The value in the word of the flag.
fn glued(arg: &OsString) -> Option<OsString> {
    let arg = arg.to_str()?;
    let value = arg.strip_prefix("--profile=").or_else(|| arg.strip_prefix("-p"))?;
    let value = value.strip_prefix('=').unwrap_or(value);
    (!value.is_empty() || arg.ends_with('=')).then(|| value.into())
}

/// For `--profile NAME` before the command; it is at `at`.
fn before_command(args: &[OsString], at: usize) -> Advice {
    let glued = glued(&args[at]);
    let behind = at + if glued.is_some() { 1 } else { 2 };
    let name = glued
        .or_else(|| args.get(at + 1).cloned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| PROFILE.into());
    let rest = args.get(behind..).unwrap_or_default();
    let command = match rest.split_first() {
        Some((command, rest)) if command.to_str().is_some_and(|word| cli::takes_profile(word, &[])) => {
            Command::new("awsenv")
                .typed(std::slice::from_ref(command))
                .typed(&["--profile".into(), name])
                .typed(rest)
        }
        _ => Command::new("awsenv use").typed(&[name]),
    };
    Advice::from("a profile comes after the command: ").command(command)
}

/// For a line of `exec` without a program: with the one that was taken for a profile, or with a place for one.
pub fn program(process: &Process) -> Advice {
    let with_place = || {
        let args = process.args.get(1..).unwrap_or_default();
        let typed = args.strip_suffix(&["--".into()]).unwrap_or(args);
        let is_named =
            Swallowed::of(&process.args).is_some() || typed.iter().any(|arg| arg == "--pick" || is_profile_flag(arg));
        let profile: &[OsString] = if is_named { &[] } else { &[PROFILE.into()] };
        Command::new("awsenv")
            .typed(typed)
            .typed(profile)
            .program([PROGRAM.into()])
            .into()
    };
    without_dashes(process).unwrap_or_else(with_place)
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
