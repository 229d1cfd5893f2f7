//! `--profile NAME`, as in the AWS CLI: where a command takes a profile as its first word, it takes this flag too, and
//! the flag becomes that word.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, CommandFactory as _, Parser as _, builder::OsStringValueParser};

use super::words::{command_at, profile, takes_value};
use super::{Cli, Command, Lazy, StyleArgs};

/// The id of the flag.
pub const PROFILE_FLAG: &str = "profile_flag";

const FLAG: &str = "--profile";

/// Adds the flag to a command and those below it, for their help and for completion.
pub(super) fn with_flag(command: clap::Command) -> clap::Command {
    let command = command.mut_subcommands(with_flag);
    let Some(word) = profile(&command) else {
        return command;
    };
    let word = word.get_value_names().and_then(|names| names.first());
    let help = format!("The same as {}", word.map_or("PROFILE", |word| word.as_str()));
    let flag = Arg::new(PROFILE_FLAG).long("profile").value_name("NAME");
    let flag = flag.value_parser(OsStringValueParser::new()).action(ArgAction::Set);
    command.arg(flag.help(help))
}

/// The arguments with the word in place of the flag. `is_cut` says that the shell swallows the `--` of `exec`.
///
/// # Errors
/// The flag and the word name different profiles.
pub fn placed(args: &[OsString], is_cut: bool) -> Result<Cow<'_, [OsString]>, clap::Error> {
    let is_flag = |arg: &OsString| value_in(arg).is_some() || arg == FLAG;
    let (Some(start), true) = (command_at(args), args.iter().any(is_flag)) else {
        return Ok(args.into());
    };
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    let (mut flag, mut typed) = (None, None);
    let has_dashes = args.iter().any(|arg| arg == "--");
    let mut command_ends = start;
    let mut at = start;
    while let Some(arg) = args.get(at).filter(|arg| *arg != "--") {
        if let Some(value) = value_in(arg) {
            flag = Some((at..at + 1, value.to_owned()));
        } else if let (true, Some(value)) = (arg == FLAG, args.get(at + 1)) {
            flag = Some((at..at + 2, value.clone()));
            at += 1;
        } else if arg.as_encoded_bytes().first() == Some(&b'-') && arg != "-" {
            at += usize::from(takes_value(command, arg));
        } else if let Some(sub) = arg.to_str().and_then(|word| command.find_subcommand(word)) {
            command = sub;
            command_ends = at + 1;
        } else {
            typed = Some(typed.unwrap_or(at));
            // In PowerShell the rest may be a program with a flag of its own.
            if command.get_name() == "exec" && !has_dashes {
                break;
            }
        }
        at += 1;
    }
    let Some((range, name)) = flag else {
        return Ok(args.into());
    };
    let mut placed = args.to_vec();
    if profile(command).is_none() {
        // As the AWS CLI allows: `configure --profile p get region`.
        if range.end < command_ends && command.get_arguments().any(|arg| arg.get_long() == Some("profile")) {
            let flag: Vec<_> = args[range.clone()].to_vec();
            placed.splice(command_ends..command_ends, flag);
            placed.drain(range);
        }
        return Ok(placed.into());
    }
    let word = match typed {
        None => Some(name),
        Some(typed) if args[typed] == name => None,
        // Without the `--` that PowerShell swallows, this is the program.
        Some(typed) if command.get_name() == "exec" && typed >= range.end && (is_cut || !has_dashes) => {
            placed.insert(typed, "--".into());
            Some(name)
        }
        Some(typed) => return Err(differ(command, &args[typed], &name)),
    };
    placed.splice(range, word);
    Ok(placed.into())
}

/// The profile and the style that a line of `use` or `exec` names, which may end before the program.
pub fn style(args: &[OsString]) -> (Option<OsString>, StyleArgs) {
    let args = placed(args, false).ok();
    match args
        .and_then(|args| Cli::try_parse_from(&*args).ok())
        .map(|cli| cli.command)
    {
        Some(Command::Use(Lazy(args))) => (args.profile, args.style),
        Some(Command::Exec(Lazy(args))) => (args.profile, args.style),
        _ => Default::default(),
    }
}

fn value_in(arg: &OsStr) -> Option<&OsStr> {
    let value = arg.as_encoded_bytes().strip_prefix(b"--profile=")?;
    // What is not UTF-8 names no profile, and clap says what it is.
    std::str::from_utf8(value).ok().map(OsStr::new)
}

fn differ(command: &clap::Command, word: &OsStr, name: &OsStr) -> clap::Error {
    let mut error = clap::Error::new(ErrorKind::ArgumentConflict).with_cmd(command);
    let [word, name] = [word, name].map(OsStr::to_string_lossy);
    error.insert(ContextKind::InvalidArg, ContextValue::String(format!("{FLAG} {name}")));
    error.insert(ContextKind::PriorArg, ContextValue::String(word.into_owned()));
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn after(line: &str) -> Option<String> {
        let words = words(line);
        let placed = placed(&words, false).ok()?;
        Some(placed.join(OsStr::new(" ")).into_string().unwrap())
    }

    #[test]
    fn the_flag_becomes_the_word() {
        for (line, expected) in [
            ("awsenv use --profile p", "awsenv use p"),
            ("awsenv -q use --profile=p --keys", "awsenv -q use p --keys"),
            ("awsenv use p --profile p", "awsenv use p"),
            ("awsenv use --region r --profile p", "awsenv use --region r p"),
            (
                "awsenv exec --profile p -- aws --profile q",
                "awsenv exec p -- aws --profile q",
            ),
            (
                "awsenv exec --profile p aws --profile q",
                "awsenv exec p -- aws --profile q",
            ),
            ("awsenv exec -- aws --profile q", "awsenv exec -- aws --profile q"),
            ("awsenv exec aws --profile q", "awsenv exec aws --profile q"),
            ("awsenv key add --profile p --stdin", "awsenv key add p --stdin"),
            ("awsenv key move --to file --profile p", "awsenv key move --to file p"),
            ("awsenv history remove --profile p", "awsenv history remove p"),
            ("awsenv login --qr --profile p", "awsenv login --qr p"),
            ("awsenv configure --profile p", "awsenv configure p"),
            (
                "awsenv configure get region --profile p",
                "awsenv configure get region --profile p",
            ),
            (
                "awsenv -q configure --profile p get region",
                "awsenv -q configure get --profile p region",
            ),
            (
                "awsenv configure --profile=p set region r",
                "awsenv configure set --profile=p region r",
            ),
            ("awsenv use --profile", "awsenv use --profile"),
            ("awsenv list --profile p", "awsenv list --profile p"),
        ] {
            assert_eq!(after(line).as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn two_names_are_an_error() {
        for line in [
            "awsenv use p --profile q",
            "awsenv exec p --profile q -- x",
            "awsenv exec --profile q p -- x",
            "awsenv key add p --profile=q",
        ] {
            let error = placed(&words(line), false).unwrap_err().to_string();
            assert!(error.contains("'--profile q' cannot be used with 'p'"), "{error}");
        }
    }

    #[test]
    fn where_the_shell_swallows_dashes_the_word_is_the_program() {
        let words = words("awsenv exec --profile p git log -- f");
        let placed = placed(&words, true).unwrap();
        assert_eq!(placed.join(OsStr::new(" ")), "awsenv exec p -- git log -- f");
    }

    #[test]
    fn every_command_with_a_profile_has_the_flag() {
        fn check(command: &clap::Command) -> usize {
            let has_flag = command.get_arguments().any(|arg| arg.get_long() == Some("profile"));
            let is_asked = profile(command).is_some();
            assert!(has_flag || !is_asked, "{}", command.get_name());
            usize::from(is_asked) + command.get_subcommands().map(check).sum::<usize>()
        }
        let mut root = Cli::command();
        root.build();
        assert_eq!(check(&root), 15);
    }
}
