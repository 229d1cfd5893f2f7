//! What the words of a command line say before it is parsed, or if it cannot be.

use std::ffi::{OsStr, OsString};

use clap::{Args as _, CommandFactory as _};

use super::{Cli, Global, PROFILE_OR_ALIAS, REMEMBERED_PROFILE, SIGN_IN, STORED_PROFILE};
use crate::near::nearest;
use crate::shell::Shell;
use crate::text::either;

pub fn is_command(word: &str) -> bool {
    Cli::command().find_subcommand(word).is_some()
}

/// Whether the help leaves the command out.
pub fn is_hidden(word: &str) -> bool {
    Cli::command()
        .find_subcommand(word)
        .is_some_and(clap::Command::is_hide_set)
}

/// Those that the help lists.
pub fn command_names() -> Vec<String> {
    subcommand_names(&Cli::command()).map(str::to_owned).collect()
}

/// Those of a command that its help lists.
pub fn subcommand_names(command: &clap::Command) -> impl Iterator<Item = &str> {
    let shown = command.get_subcommands().filter(|command| !command.is_hide_set());
    shown.map(clap::Command::get_name)
}

/// The command that words such as `key add` name, or nearly name, as far as they name one.
pub fn command_path(words: &[&str]) -> Vec<String> {
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    let mut path = Vec::new();
    for word in words {
        let exact = subcommand_names(command).find(|name| name == word);
        let Some(name) = exact.or_else(|| nearest(word, subcommand_names(command)).into_iter().next()) else {
            break;
        };
        path.push(name.to_owned());
        command = command.find_subcommand(name).unwrap_or(command);
    }
    path
}

/// Whether the command, or the one below it that the words `behind` it name, takes a profile as its first word.
pub fn takes_profile(command: &str, behind: &[&str]) -> bool {
    let mut root = Cli::command();
    root.build();
    let mut words = std::iter::once(&command).chain(behind);
    let below = std::iter::successors(Some(&root), |command| command.find_subcommand(words.next()?));
    below.last().is_some_and(|command| profile(command).is_some())
}

/// Whether the command prints code for a shell, as `Command::form` says once its line is parsed.
pub fn is_script(word: &str) -> bool {
    is_switch(word) || names_shell(word)
}

/// Whether the first word after the command is the shell that reads its stdout.
pub fn names_shell(word: &str) -> bool {
    matches!(word, "completions" | "init")
}

/// Whether the command switches the shell.
pub fn is_switch(word: &str) -> bool {
    matches!(word, "use" | "unset")
}

pub fn command_word(args: &[OsString]) -> Option<&str> {
    args[command_at(args)?].to_str()
}

/// The positional argument that names a profile.
pub fn profile(command: &clap::Command) -> Option<&clap::Arg> {
    let mut positionals = command.get_positionals();
    let ids = [PROFILE_OR_ALIAS, SIGN_IN, STORED_PROFILE, REMEMBERED_PROFILE, "profile"];
    positionals.find(|arg| ids.contains(&arg.get_id().as_str()))
}

/// The index of the command in `args`, which starts with the program's own name; works even if they cannot be parsed.
pub fn command_at(args: &[OsString]) -> Option<usize> {
    let mut at = 1;
    loop {
        let word = args.get(at)?.as_encoded_bytes();
        match word {
            b"--" => return None,
            _ if word.first() == Some(&b'-') => at += 1 + usize::from(takes_value(&global(), &args[at])),
            _ => return Some(at),
        }
    }
}

/// The command, and the words behind it.
pub fn words_behind(args: &[OsString]) -> (Option<&str>, Vec<&str>) {
    let at = command_at(args);
    let behind = args.iter().skip(at.map_or(1, |at| at + 1));
    let command = at.and_then(|at| args[at].to_str());
    (command, behind.filter_map(|arg| arg.to_str()).collect())
}

/// The shell named in a command line that need not be valid.
pub fn named_shell(args: &[OsString]) -> Option<Shell> {
    let (command, words) = words_behind(args);
    let glued = words.iter().find_map(|word| word.strip_prefix("--shell="));
    let after = || {
        let at = words.iter().position(|word| *word == "--shell")?;
        words.get(at + 1).copied()
    };
    let first = || {
        let mut words = words.iter().copied();
        words.find(|word| command.is_some_and(names_shell) && !word.starts_with('-'))
    };
    glued.or_else(after).or_else(first).and_then(Shell::parse)
}

/// The flags that can come before a command.
fn global() -> clap::Command {
    Global::augment_args(clap::Command::new("awsenv"))
}

pub(super) fn takes_value(command: &clap::Command, word: &OsStr) -> bool {
    word.to_str()
        .is_some_and(|word| flag_with_value(command, word).is_some())
}

/// Whether a long flag of a command takes a value; `None` if the command has no such flag.
pub fn takes_of(command: &str, flag: &str) -> Option<bool> {
    let mut root = Cli::command();
    root.build();
    let command = root.find_subcommand(command)?;
    let name = flag.strip_prefix("--")?;
    let arg = command.get_arguments().find(|arg| arg.get_long() == Some(name))?;
    Some(arg.get_action().takes_values())
}

/// The flag of `command` that `word` is, or ends with, as in `-qx`, if it takes the next word as its value.
pub fn flag_with_value<'c>(command: &'c clap::Command, word: &str) -> Option<&'c clap::Arg> {
    let is_it = |arg: &&clap::Arg| match word.strip_prefix("--") {
        Some(long) => arg.get_long() == Some(long),
        None => word.starts_with('-') && arg.get_short().is_some_and(|short| word.ends_with(short)),
    };
    // Not `get_opts`: before a command is built, clap treats every flag as one with a value.
    let flag = command.get_arguments().find(is_it);
    flag.filter(|arg| arg.get_action().takes_values())
}

/// The help of an argument that names a shell: one of those that are `wanted`.
pub(super) fn shell_help(about: &str, wanted: fn(&Shell) -> bool) -> String {
    let names = Shell::ALL.iter().filter(|shell| wanted(shell));
    let names: Vec<String> = names.map(|shell| shell.as_str().to_owned()).collect();
    format!("{about}: {}", either(&names))
}
