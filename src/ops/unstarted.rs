//! A program that `exec` cannot start -> why, and what the user may have meant.

use std::ffi::OsString;
use std::io;

use crate::advice::{Advice, Command};
use crate::error::{Error, Kind};
use crate::process::Process;
use crate::shell::Shell;
use crate::shell::paste;
use crate::shell::wrapper::Wrapper;
use crate::sys;
use crate::text::display;

/// The error of a program that was to be started; `why` is what the system says. `words` is how many words of the
/// command line, its last ones, are the program and its arguments.
pub fn error(process: &Process, words: usize, why: &io::Error) -> Error {
    let (before, line) = process.args.split_at(process.args.len() - words);
    let word = line[0].to_string_lossy();
    let error = Error::new(Kind::Failed, format!("cannot run `{}`: {why}", display(&word)));
    // What is there lacks its interpreter.
    let is_there = why.kind() != io::ErrorKind::NotFound || sys::process::find(&word, &process.env).is_ok();
    if is_there || word.contains(std::path::is_separator) && !is_line(&word) {
        return error;
    }
    let shell = || match Wrapper::of(&process.env) {
        Some(wrapper) => Some(wrapper.shell),
        None => sys::ancestors::shell().ok(),
    };
    error.hint(hint(before, &word, &line[1..], shell))
}

/// Whether it is more than the name of a program.
fn is_line(word: &str) -> bool {
    word.contains(char::is_whitespace) || is_assignment(word)
}

/// `before` is the command line up to the program.
fn hint(before: &[OsString], word: &str, args: &[OsString], shell: impl FnOnce() -> Option<Shell>) -> Advice {
    let before = before.get(1..).unwrap_or_default();
    let before = before.strip_suffix(&["--".into()]).unwrap_or(before);
    let exec = |words: Vec<OsString>| Command::new("awsenv").typed(before).program(words);
    let run = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    if word.contains(['|', '&', ';', '<', '>', '$', '`', '\'', '"']) {
        let line = line(Shell::Posix, word, args);
        return Advice::from("this is a line for a shell: ").command(exec(run(&["sh", "-c", &line])));
    }
    let mut words = run(&word.split_whitespace().collect::<Vec<_>>());
    words.extend(args.iter().cloned());
    if is_assignment(word) {
        let has_program = words.iter().any(|word| !is_assignment(&word.to_string_lossy()));
        words.extend((!has_program).then(|| "PROGRAM".into()));
        words.insert(0, "env".into());
        return Advice::from("only a shell or `env` sets a variable for a program: ").command(exec(words));
    }
    if word.contains(char::is_whitespace) {
        return Advice::from("this is one word, quoted as a whole; write the program and its arguments as words: ")
            .command(exec(words));
    }
    let text = "there is no program of that name; an alias, a function or a builtin is known only to the shell";
    let Some(shell) = shell() else {
        return text.into();
    };
    let start = match shell {
        Shell::Bash => ["bash", "-ic"],
        Shell::Fish => ["fish", "-c"],
        Shell::PowerShell => ["pwsh", "-Command"],
        Shell::Zsh => ["zsh", "-ic"],
        Shell::Posix => ["sh", "-ic"],
    };
    let line = line(shell, word, args);
    let words = run(&[start[0], start[1], &line]);
    Advice::from(format!("{text}: ")).command(exec(words))
}

/// `start` and the arguments as a line for the shell.
fn line(shell: Shell, start: &str, args: &[OsString]) -> String {
    let args = args.iter().map(|arg| paste::word(shell, arg));
    args.fold(start.to_owned(), |line, arg| line + " " + &arg)
}

/// `NAME=VALUE`, perhaps with more behind it.
fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_';
    name.starts_with(is_start) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advice::Paste;
    use crate::shell::StartDirs;

    fn command(word: &str, args: &[&str], shell: Option<Shell>) -> String {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let before = words(&["awsenv", "exec", "a b", "--keys", "--"]);
        let paste = Paste {
            shell: &|| Shell::Bash,
            home: None,
            start_dirs: &StartDirs::default(),
        };
        hint(&before, word, &words(args), || shell).shown(&paste, |_| String::new())
    }

    #[test]
    fn the_command_keeps_what_was_typed() {
        let exec = "awsenv exec 'a b' --keys -- ";
        for (word, args, shell, right) in [
            ("ls -l", &["foo bar"][..], Shell::Bash, "ls -l 'foo bar'"),
            ("aws s3 ls", &[], Shell::Bash, "aws s3 ls"),
            ("ls|sort", &[], Shell::Bash, "sh -c 'ls|sort'"),
            ("ls |", &["wc", "-l"], Shell::Bash, "sh -c 'ls | wc -l'"),
            ("ll", &[], Shell::Zsh, "zsh -ic ll"),
            ("ll", &["-a", "b c"], Shell::Bash, "bash -ic \"ll -a 'b c'\""),
            ("cd", &["/"], Shell::Fish, "fish -c 'cd /'"),
            ("gci", &["x"], Shell::PowerShell, "pwsh -Command 'gci x'"),
            ("A=1", &["aws", "-v"], Shell::Bash, "env 'A=1' aws -v"),
            ("A=1 B=2 aws", &[], Shell::Bash, "env 'A=1' 'B=2' aws"),
            ("A=/x", &[], Shell::Bash, "env 'A=/x' PROGRAM"),
        ] {
            assert_eq!(command(word, args, Some(shell)), format!("{exec}{right}"), "{word}");
        }
        assert_eq!(command("ll", &[], None), "");
    }
}
