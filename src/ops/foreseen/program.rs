//! A `credential_process` that cannot be run, or that expects a shell.

use std::path::Path;

use super::{Cause, Foreseen, Held};
use crate::advice::Advice;
use crate::config::shlex;
use crate::env::Env;
use crate::journal::KeyCommand;
use crate::ops::files::Files;
use crate::ops::keychain::command;
use crate::redact::{command as shown_command, shown};
use crate::resolve::{Choice, CredentialProcess};
use crate::sys;
use crate::sys::keychain::Presence;
use crate::text::display;

pub(super) fn of_process(
    files: &Files,
    env: &Env,
    held: &Held<'_>,
    profile: &str,
    process: &CredentialProcess,
) -> Vec<Foreseen> {
    let missing = of_program(env, profile, process).or_else(|| of_item(files, held, profile, process));
    missing.into_iter().chain(of_words(profile, process)).collect()
}

/// What keeps a program from being run without a shell.
enum Fault {
    Expanded,
    Headless,
    Missing(&'static str),
}

fn of_program(env: &Env, profile: &str, process: &CredentialProcess) -> Option<Foreseen> {
    let word = process.argv.first()?;
    let is_own = process.keychain.is_some();
    let is_path = word.contains(std::path::is_separator) && Path::new(word).is_relative();
    let is_for_shell = is_path && is_expanded(word);
    // Any other line may be meant for one directory only.
    if is_path && !is_own && !is_for_shell {
        return None;
    }
    let fault = match is_for_shell {
        true if Path::new(word).exists() => return None,
        true => Fault::Expanded,
        false => match sys::process::find(word, env) {
            Err(why) => Fault::Missing(why),
            Ok(path) if sys::unstartable::is_headless(&path) => Fault::Headless,
            Ok(_) => return None,
        },
    };
    let program = shlex::split(&shown_command(&process.command))
        .ok()
        .and_then(|words| words.into_iter().next())
        .unwrap_or_default();
    let so = match fault {
        Fault::Expanded => "which the AWS CLI and boto3 do not expand, so they get no keys".to_owned(),
        Fault::Headless => "a script without a `#!` line, so the AWS CLI and boto3 get no keys".to_owned(),
        Fault::Missing(why) => format!("which {why}, so no SDK gets its keys"),
    };
    let message = format!(
        "the credential_process of `{}` runs `{}`, {so}",
        display(profile),
        display(&program)
    );
    let remedy = match fault {
        _ if is_own => "install awsenv there again, or correct the path: `command -v awsenv` prints it",
        Fault::Expanded => "write the whole path",
        Fault::Headless => "add the line `#!/bin/sh` at its beginning",
        Fault::Missing(_) => "install the program, or correct the line",
    };
    Some(Foreseen::new(Cause::Program { is_own }, message, Some(&process.place)).remedy(remedy))
}

/// Whether a shell would make another word of it: `~/x`, `$HOME/x`, `NAME=x`.
fn is_expanded(word: &str) -> bool {
    let start = word.split(std::path::is_separator).next().unwrap_or_default();
    start.starts_with(['~', '$', '`']) || start.contains('=')
}

/// The first word that only a shell understands. The program may understand it all the same.
fn of_words(profile: &str, process: &CredentialProcess) -> Option<Foreseen> {
    // A quoted word differs from the text.
    let plain: Vec<&str> = process.command.split_whitespace().collect();
    let mut words = process.argv.iter().skip(1);
    let word = words.find(|word| plain.contains(&word.as_str()) && is_for_shell(word))?;
    let message = format!(
        "the credential_process of `{}` has the word `{}`, which the AWS CLI and boto3, without a shell, give to the program as it is",
        display(profile),
        shown(word)
    );
    let found = Foreseen::new(Cause::Program { is_own: false }, message, Some(&process.place));
    Some(
        found
            .certain(false)
            .remedy("put the line into a script, or write `sh -c '…'`"),
    )
}

fn is_for_shell(word: &str) -> bool {
    let unnumbered = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_redirection = unnumbered.starts_with(['<', '>']);
    let is_variable = word
        .strip_prefix('$')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "_{(".contains(c)));
    is_redirection || is_variable || word.starts_with(['|', '&', '`']) || word.starts_with("~/") || word.ends_with(';')
}

fn of_item(files: &Files, held: &Held<'_>, profile: &str, process: &CredentialProcess) -> Option<Foreseen> {
    let item = process.keychain.as_deref()?;
    let (store, is_certain) = match held.presence(item) {
        Presence::Unknown => return None,
        Presence::Missing(store) => (store, true),
        Presence::Unlisted(store) => (store, false),
    };
    if is_elsewhere(files, process, item) {
        return None;
    }
    let key = display(item);
    let message = match is_certain {
        true => format!("{} has no key for `{key}`", store.described()),
        false => format!(
            "the index of the keychain has no key for `{key}`, so {} may have none either",
            store.described()
        ),
    };
    let found = Foreseen::new(Cause::NoKey, message, Some(&process.place)).certain(is_certain);
    let add = command(KeyCommand::Add, profile);
    let add = if item == profile {
        add
    } else {
        add.option("--item", item)
    };
    Some(found.remedy(Advice::from("store it again: ").command(add)))
}

/// Whether awsenv would find the key in the files, as it does for a profile that its line names.
fn is_elsewhere(files: &Files, process: &CredentialProcess, item: &str) -> bool {
    process.argv.iter().skip(1).filter(|name| files.has(name)).any(|name| {
        let plan = files.resolve(&Choice::explicit(name), None);
        plan.is_ok_and(|plan| plan.base.is_some() && plan.keychain_item() != Some(item))
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Place;

    fn word(command: &str) -> Option<String> {
        let process = CredentialProcess {
            command: command.to_owned(),
            argv: shlex::split(command).unwrap(),
            keychain: None,
            account_id: None,
            place: Place {
                file: Path::new("config").into(),
                line: 1,
            },
        };
        let message = of_words("p", &process)?.message;
        Some(message.split('`').nth(3).unwrap_or_default().to_owned())
    }

    #[test]
    fn words_that_only_a_shell_understands() {
        for (command, found) in [
            ("cat f | jq .", "|"),
            ("a || b", "||"),
            ("a && b", "&&"),
            ("a; b", ""),
            ("a b; c", "b;"),
            ("a ; b", ";"),
            ("a > f", ">"),
            ("a 2>/dev/null", "2>/dev/null"),
            ("a < f", "<"),
            ("a &", "&"),
            ("python3 ~/bin/creds.py", "~/bin/creds.py"),
            ("cat $HOME/keys.json", "$HOME/keys.json"),
            ("cat ${HOME}/keys.json", "${HOME}/keys.json"),
            ("echo $(cat f)", "$(cat"),
            ("echo `cat f`", "`cat"),
        ] {
            let expected = Some(found).filter(|found| !found.is_empty());
            match found {
                "`cat" => assert!(word(command).is_some(), "{command}"),
                _ => assert_eq!(word(command).as_deref(), expected, "{command}"),
            }
        }
        for healthy in [
            "sh -c 'cat f | jq .'",
            "sh -c \"cat ~/f; true\"",
            "prog --separator '|' --end \\;",
            "prog --profile a=b --cost 5$ --mail a&b",
            "aws-vault export --format=json p",
            "prog --path C:\\x --tilde a~b",
        ] {
            assert_eq!(word(healthy), None, "{healthy}");
        }
    }

    #[test]
    fn programs_that_a_shell_would_find() {
        for expanded in ["~/bin/x", "~me/x", "$HOME/bin/x", "${HOME}/x", "A=/b/c", "`x`/y"] {
            assert!(is_expanded(expanded), "{expanded}");
        }
        for plain in ["./x", "bin/x", "../a=b/x"] {
            assert!(!is_expanded(plain), "{plain}");
        }
    }
}
