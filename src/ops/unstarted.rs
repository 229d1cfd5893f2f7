//! A program that `exec` cannot start -> why, and what the user may have meant.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use crate::advice::{Advice, Command};
use crate::cli::{self, Global};
use crate::config::shlex;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ops::choose;
use crate::ops::line::{self, PROGRAM};
use crate::process::Process;
use crate::shell::Shell;
use crate::shell::paste;
use crate::shell::wrapper::Wrapper;
use crate::sys;
use crate::sys::unstartable::{Lack, lack};
use crate::text::name;
use crate::ui::Ui;

/// The error of a program that was to be started; `why` is what the system says. `words` is how many words of the
/// command line, its last ones, are the program and its arguments.
pub fn error(process: &Process, words: usize, why: &io::Error) -> Error {
    let (before, line) = process.args.split_at(process.args.len() - words);
    let word = line[0].to_string_lossy();
    let typed = Typed {
        before,
        word: &word,
        args: &line[1..],
    };
    let shown = name(&word);
    let new = |what: &str| Error::new(Kind::Failed, format!("cannot run `{shown}`: {what}"));
    let path = match word.contains(std::path::is_separator) {
        true => Some(PathBuf::from(&line[0])),
        false => sys::process::find(&word, &process.env).ok(),
    };
    if let Some(path) = path
        && let Some(lack) = lack(&path, why)
    {
        return lacking(&path, lack, &new);
    }
    let error = new(&why.to_string());
    if why.kind() != io::ErrorKind::NotFound {
        return error;
    }
    let home = process.env.filled("HOME");
    let shell = || match Wrapper::of(&process.env) {
        Some(wrapper) => Some(wrapper.shell),
        None => sys::ancestors::shell().ok(),
    };
    let ui = Ui::new(&Global::default(), process).silenced();
    let is_profile = |word: &str| choose::is_known(&Context::new(process, &ui), OsStr::new(word));
    match typed.of_profile(is_profile).or_else(|| typed.hint(home, shell)) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The error of a file that exists.
fn lacking(path: &Path, lack: Lack, new: &dyn Fn(&str) -> Error) -> Error {
    match lack {
        Lack::Interpreter(interpreter) => {
            let shown = name(&interpreter);
            let error = new(&format!("its first line names `{shown}`, which does not exist"));
            match interpreter.strip_suffix('\r') {
                Some(_) => error.hint("its lines end as on Windows (CR LF): save it with lines that end in LF"),
                None => error.hint("correct its first line, or install that program"),
            }
        }
        Lack::Loader => new("it exists, but the loader that it needs does not: it may be for another system"),
        Lack::File => new("it is a directory"),
        Lack::Mode { is_program } => {
            let error = new("it is not executable");
            match is_program {
                true => error.hint(Command::new("chmod +x").file(path)),
                false => error,
            }
        }
    }
}

/// What was typed behind `awsenv`.
struct Typed<'a> {
    /// The command line up to the program.
    before: &'a [OsString],
    /// The program.
    word: &'a str,
    args: &'a [OsString],
}

impl Typed<'_> {
    /// The same line with another program.
    fn exec(&self, words: impl IntoIterator<Item = OsString>) -> Command {
        Command::new("awsenv").typed(self.typed()).program(words)
    }

    fn typed(&self) -> &[OsString] {
        let before = self.before.get(1..).unwrap_or_default();
        before.strip_suffix(&["--".into()]).unwrap_or(before)
    }

    /// For a profile where the program should be.
    fn of_profile(&self, is_profile: impl FnOnce(&str) -> bool) -> Option<Advice> {
        if self.word.is_empty() || !is_profile(self.word) {
            return None;
        }
        let (_, style) = cli::style(self.before);
        let command = line::exec(self.word.into(), &style, self.args.iter().cloned());
        Some(Advice::from("it is a profile, which comes before `--`: ").command(command))
    }

    fn hint(&self, home: Option<&str>, shell: impl FnOnce() -> Option<Shell>) -> Option<Advice> {
        let Self { word, args, .. } = *self;
        let run = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        if word.is_empty() {
            return Some("the name of the program is empty; a variable in its place may be unset".into());
        }
        if word.starts_with('-') {
            return Some(self.of_dash());
        }
        if let Some(rest) = word.strip_prefix("~/")
            && !word.contains(char::is_whitespace)
        {
            let path = home.map_or_else(|| word.into(), |home| Path::new(home).join(rest).into_os_string());
            let words = std::iter::once(path).chain(args.iter().cloned());
            return Some(Advice::from("nothing expands a `~` in quotes: ").command(self.exec(words)));
        }
        if word.starts_with('~') || word.contains(['|', '&', ';', '<', '>', '$', '`', '\'', '"']) {
            let line = line(Shell::Posix, word, args);
            if shlex::split(&line).is_err() {
                return Some("this is a line for a shell, in which a quote is not closed".into());
            }
            return Some(Advice::from("this is a line for a shell: ").command(self.exec(run(&["sh", "-c", &line]))));
        }
        let mut words = run(&word.split_whitespace().collect::<Vec<_>>());
        words.extend(args.iter().cloned());
        if is_assignment(word) {
            let has_program = words.iter().any(|word| !is_assignment(&word.to_string_lossy()));
            words.extend((!has_program).then(|| PROGRAM.into()));
            words.insert(0, "env".into());
            return Some(
                Advice::from("only a shell or `env` sets a variable for a program: ").command(self.exec(words)),
            );
        }
        if word.contains(char::is_whitespace) {
            return Some(
                Advice::from("this is one word, quoted as a whole; write the program and its arguments as words: ")
                    .command(self.exec(words)),
            );
        }
        if word.contains(std::path::is_separator) {
            return None;
        }
        let text = "there is no program of that name; an alias, a function or a builtin is known only to the shell";
        let Some(shell) = shell() else {
            return Some(text.into());
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
        Some(Advice::from(format!("{text}: ")).command(self.exec(words)))
    }

    /// For what begins with a dash: a second `--`, a flag of awsenv, or the options of a program that is missing.
    fn of_dash(&self) -> Advice {
        let Self { word, args, .. } = *self;
        let program = |words: &[OsString]| match words {
            [] => vec![PROGRAM.into()],
            words => words.to_vec(),
        };
        let moved = |count: usize| {
            let (flags, rest) = args.split_at(count.min(args.len()));
            let command = Command::new("awsenv")
                .typed(self.typed())
                .typed(&[word.into()])
                .typed(flags);
            Advice::from("options of awsenv come before `--`: ").command(command.program(program(rest)))
        };
        let flag = word.split_once('=').map_or(word, |(flag, _)| flag);
        match (word, cli::takes_of("exec", flag)) {
            ("--", _) => Advice::from("write `--` once: ").command(self.exec(program(args))),
            ("-c", _) => {
                let words = ["sh".into(), word.into()].into_iter().chain(args.iter().cloned());
                Advice::from("name the program: ").command(self.exec(words))
            }
            (_, Some(takes)) => moved(usize::from(takes && flag == word)),
            _ => "the first word after `--` is the program, and its options follow it".into(),
        }
    }
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

    fn words(words: &[&str]) -> Vec<OsString> {
        words.iter().map(OsString::from).collect()
    }

    fn shown(advice: Advice) -> String {
        let paste = Paste {
            shell: &|| Shell::Bash,
            home: None,
            start_dirs: &StartDirs::default(),
        };
        advice.shown(&paste, |_| String::new())
    }

    fn command(word: &str, args: &[&str], shell: Option<Shell>) -> String {
        let typed = Typed {
            before: &words(&["awsenv", "exec", "a b", "--keys", "--"]),
            word,
            args: &words(args),
        };
        typed.hint(Some("/home/me"), || shell).map(shown).unwrap_or_default()
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
            ("~/bin/x", &["-l"], Shell::Bash, "/home/me/bin/x -l"),
            ("~me/x", &[], Shell::Bash, "sh -c '~me/x'"),
            ("$HOME/x", &["a b"], Shell::Bash, r"sh -c $'$HOME/x \'a b\''"),
            ("--", &["ls"], Shell::Bash, "ls"),
            ("--", &[], Shell::Bash, "PROGRAM"),
            ("-c", &["ls -l"], Shell::Bash, "sh -c 'ls -l'"),
        ] {
            assert_eq!(command(word, args, Some(shell)), format!("{exec}{right}"), "{word}");
        }
        for (word, args) in [
            ("ll", &[][..]),
            ("", &[]),
            ("-la", &[]),
            ("/no/such", &[]),
            ("echo \"unbalanced", &[]),
            ("echo it's", &["x"]),
        ] {
            assert_eq!(command(word, args, None), "", "{word}");
        }
        for (word, args, right) in [
            ("--name", &["ls"][..], "awsenv exec 'a b' --keys --name -- ls"),
            ("--region", &["r", "ls"], "awsenv exec 'a b' --keys --region r -- ls"),
            ("--region", &[], "awsenv exec 'a b' --keys --region -- PROGRAM"),
        ] {
            assert_eq!(command(word, args, None), right);
        }
    }

    #[test]
    fn a_profile_comes_before_the_dashes() {
        for (before, args, right) in [
            (
                &["awsenv", "exec", "--"][..],
                &["ls", "-l"][..],
                "awsenv exec hyde -- ls -l",
            ),
            (
                &["awsenv", "exec", "p", "--keys", "--"],
                &[],
                "awsenv exec hyde --keys -- PROGRAM",
            ),
        ] {
            let typed = Typed {
                before: &words(before),
                word: "hyde",
                args: &words(args),
            };
            let hint = typed.of_profile(|_| true).map(shown);
            assert_eq!(hint.as_deref(), Some(right));
            assert_eq!(typed.of_profile(|_| false), None);
        }
    }
}
