//! What people type out of habit from other programs -> the command that does it here.

use std::ffi::OsString;

use crate::advice::{Advice, Command};
use crate::cli::StyleArgs;
use crate::ops::line::{self, PROFILE};

enum Means {
    Plain(&'static str),
    /// With a profile at its end.
    Named(&'static str),
    /// Without a profile, and with one at its end.
    Either(&'static str, &'static str),
    /// A program, or else the words that follow, run with a profile.
    Program(&'static [&'static str]),
}

use Means::{Either, Named, Plain, Program};

/// Words in the place of a command.
const COMMANDS: [(&[&str], Means); 18] = [
    (&["ls", "ll"], Plain("awsenv list")),
    (&["profile", "profiles"], Either("awsenv list", "awsenv use")),
    (
        &["assume", "choose", "export", "pick", "select", "shell", "switch"],
        Either("awsenv use", "awsenv use"),
    ),
    (
        &["clear", "deactivate", "exit", "none", "off", "reset", "stop"],
        Plain("awsenv unset"),
    ),
    (&["active", "status"], Plain("awsenv current")),
    (&["identity", "me", "who"], Either("awsenv whoami", "awsenv whoami")),
    (
        &["describe", "get", "info", "inspect", "show", "which"],
        Either("awsenv current", "awsenv explain"),
    ),
    (&["env", "printenv"], Program(&["env"])),
    (&["run"], Program(&[])),
    (&["import"], Plain("awsenv key import")),
    (&["keychain", "keys"], Plain("awsenv key list")),
    (&["rotate"], Either("awsenv key add", "awsenv key add")),
    (
        &["add", "create", "edit", "new", "set", "setup"],
        Either("awsenv configure", "awsenv configure"),
    ),
    (&["check", "diagnose", "fix"], Plain("awsenv doctor")),
    (&["redo", "revert"], Plain("awsenv undo")),
    (&["doc", "docs", "guide"], Plain("awsenv --help")),
    (
        &["auth", "authenticate", "reauth", "sign-in", "signin", "sso-login"],
        Either("awsenv login", "awsenv login"),
    ),
    (
        &["log-out", "sign-out", "signout", "sso-logout"],
        Either("awsenv logout", "awsenv logout"),
    ),
];

/// Words after a command that has commands of its own.
const ACTIONS: [(&str, &[&str], Means); 18] = [
    (
        "configure",
        &["add", "new", "setup"],
        Either("awsenv configure", "awsenv configure"),
    ),
    ("history", &["list", "ls", "show"], Plain("awsenv history")),
    ("history", &["delete", "forget", "rm"], Named("awsenv history remove")),
    (
        "key",
        &["clear", "del", "delete", "drop", "forget", "rm"],
        Named("awsenv key remove"),
    ),
    ("key", &["check", "test"], Plain("awsenv doctor --keychain")),
    (
        "key",
        &["create", "new", "put", "save", "set", "store"],
        Named("awsenv key add"),
    ),
    ("key", &["env", "export", "use"], Program(&[])),
    (
        "key",
        &["cat", "describe", "get", "print", "show"],
        Either("awsenv key list", "awsenv explain"),
    ),
    ("key", &["ls", "status"], Plain("awsenv key list")),
    ("key", &["mv"], Named("awsenv key move")),
    ("key", &["revert", "undo"], Plain("awsenv undo")),
    ("sessions", &["ls", "show", "status"], Plain("awsenv sessions list")),
    (
        "sso",
        &["auth", "log-in", "login", "sign-in", "signin"],
        Either("awsenv login", "awsenv login"),
    ),
    (
        "sso",
        &["log-out", "logout", "sign-out", "signout"],
        Either("awsenv logout", "awsenv logout"),
    ),
    (
        "sso",
        &["add", "configure", "create", "init", "new"],
        Either("awsenv sso setup NAME", "awsenv sso setup"),
    ),
    ("sso", &["ls", "sessions", "show", "status"], Plain("awsenv sso list")),
    (
        "sso",
        &["generate", "populate", "sync", "update"],
        Plain("awsenv sso import"),
    ),
    (
        "sessions",
        &["delete", "forget", "purge", "remove", "rm"],
        Either("awsenv sessions clear --all", "awsenv sessions clear"),
    ),
];

/// What only the AWS CLI has commands for.
const SERVICES: [&str; 22] = [
    "aws",
    "cloudformation",
    "cloudfront",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "eks",
    "iam",
    "kms",
    "lambda",
    "logs",
    "organizations",
    "rds",
    "route53",
    "s3",
    "s3api",
    "secretsmanager",
    "sns",
    "sqs",
    "sts",
];

/// For a `word` in the place of a command; `behind` are the words after it.
pub(super) fn command(word: &str, behind: &[&str], is_profile: &dyn Fn(&str) -> bool) -> Option<Advice> {
    // `profile list`.
    if let ("profile" | "profiles", Some((next, rest))) = (word, behind.split_first())
        && let Some(found) = command(next, rest, is_profile).or_else(|| of_own(next))
    {
        return Some(found);
    }
    if SERVICES.contains(&word) {
        let start = (word != "aws").then_some("aws");
        let words = start.into_iter().chain([word]).chain(behind.iter().copied());
        return Some(program(&words.collect::<Vec<_>>(), &|_| false));
    }
    let (_, means) = COMMANDS.iter().find(|(words, _)| words.contains(&word))?;
    Some(means.advice(behind, is_profile))
}

/// For a word after `command`.
pub(super) fn action(command: &str, behind: &[&str], is_profile: &dyn Fn(&str) -> bool) -> Option<Advice> {
    let (word, behind) = behind.split_first()?;
    let is_it = |(of, words, _): &&(&str, &[&str], Means)| *of == command && words.contains(word);
    let (_, _, means) = ACTIONS.iter().find(is_it)?;
    Some(means.advice(behind, is_profile))
}

/// The line that runs the words with the profile that is the first of them, if that is one.
pub(super) fn program(words: &[&str], is_profile: &dyn Fn(&str) -> bool) -> Advice {
    let (profile, words) = match words.split_first() {
        Some((first, rest)) if is_profile(first) => (*first, rest),
        _ => (PROFILE, words),
    };
    let words = words.iter().map(OsString::from);
    Advice::from("to run a program with a profile: ").command(line::exec(profile.into(), &StyleArgs::default(), words))
}

/// `word` if the list of profiles is one of our own commands.
fn of_own(word: &str) -> Option<Advice> {
    (word == "list").then(|| meant(Command::new("awsenv list")))
}

/// `command` as what may have been meant.
pub(super) fn meant(command: Command) -> Advice {
    Advice::from("did you mean `").command(command).text("`?")
}

impl Means {
    fn advice(&self, behind: &[&str], is_profile: &dyn Fn(&str) -> bool) -> Advice {
        let named = behind.first().copied().filter(|word| !word.starts_with('-'));
        match self {
            Plain(command) => meant(Command::new(command)),
            Named(command) => meant(Command::new(command).operand(named.unwrap_or(PROFILE))),
            Either(plain, with) => meant(match named {
                Some(name) => Command::new(with).operand(name),
                None => Command::new(plain),
            }),
            Program(words) => {
                let (profile, rest) = match named {
                    Some(name) if words.is_empty() || is_profile(name) => (Some(name), &behind[1..]),
                    _ => (None, behind),
                };
                let words = profile.iter().chain(words.iter()).chain(rest).copied();
                program(&words.collect::<Vec<_>>(), &|word| Some(word) == profile)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::Paste;
    use crate::shell::{Shell, StartDirs};

    fn shown(advice: Option<Advice>) -> String {
        let paste = Paste {
            shell: &|| Shell::Bash,
            home: None,
            start_dirs: &StartDirs::default(),
        };
        let text = advice
            .map(|advice| advice.shown(&paste, str::to_owned))
            .unwrap_or_default();
        let text = text.replace("to run a program with a profile: ", "");
        text.trim_start_matches("did you mean `")
            .trim_end_matches("`?")
            .to_owned()
    }

    #[test]
    fn commands_of_other_programs() {
        for (line, right) in [
            ("ls", "awsenv list"),
            ("profiles", "awsenv list"),
            ("profile list", "awsenv list"),
            ("profile show p", "awsenv explain p"),
            ("profile p", "awsenv use p"),
            ("pick", "awsenv use"),
            ("switch p", "awsenv use p"),
            ("off", "awsenv unset"),
            ("which", "awsenv current"),
            ("show p", "awsenv explain p"),
            ("env", "awsenv exec PROFILE -- env"),
            ("env p", "awsenv exec p -- env"),
            ("run p ls -l", "awsenv exec p -- ls -l"),
            ("run", "awsenv exec PROFILE -- PROGRAM"),
            ("import", "awsenv key import"),
            ("setup", "awsenv configure"),
            ("add x", "awsenv configure x"),
            ("s3 ls", "awsenv exec PROFILE -- aws s3 ls"),
            ("aws s3 ls", "awsenv exec PROFILE -- aws s3 ls"),
            ("signin", "awsenv login"),
            ("auth p", "awsenv login p"),
            ("signout", "awsenv logout"),
            ("sso-login p --force", "awsenv login p"),
            ("frobnicate", ""),
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(
                shown(command(words[0], &words[1..], &|word| word == "p")),
                right,
                "{line}"
            );
        }
    }

    #[test]
    fn actions_of_other_programs() {
        for (line, right) in [
            ("key delete p", "awsenv key remove p"),
            ("key rm", "awsenv key remove PROFILE"),
            ("key show", "awsenv key list"),
            ("key get p", "awsenv explain p"),
            ("key ls", "awsenv key list"),
            ("key undo", "awsenv undo"),
            ("key export p", "awsenv exec p -- PROGRAM"),
            ("sso login p", "awsenv login p"),
            ("sso login", "awsenv login"),
            ("sso logout", "awsenv logout"),
            ("sso configure", "awsenv sso setup NAME"),
            ("sso status", "awsenv sso list"),
            ("sso populate", "awsenv sso import"),
            ("history list", "awsenv history"),
            ("history rm p", "awsenv history remove p"),
            ("key frobnicate", ""),
            ("list ls", ""),
        ] {
            let words: Vec<&str> = line.split(' ').collect();
            assert_eq!(shown(action(words[0], &words[1..], &|_| false)), right, "{line}");
        }
    }
}
