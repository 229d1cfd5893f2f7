//! A program that `exec` cannot start -> why, and what the user may have meant.

use std::ffi::OsStr;
use std::io;

use crate::advice::{Advice, Command};
use crate::error::{Error, Kind};
use crate::process::Process;
use crate::shell::Shell;
use crate::shell::wrapper::Wrapper;
use crate::sys;
use crate::text::display;

/// The error of a program that was to be started; `why` is what the system says.
pub fn error(process: &Process, program: &OsStr, why: &io::Error) -> Error {
    let word = program.to_string_lossy();
    let error = Error::new(Kind::Failed, format!("cannot run `{}`: {why}", display(&word)));
    // What is there lacks its interpreter.
    let is_there = why.kind() != io::ErrorKind::NotFound || sys::process::find(&word, &process.env).is_ok();
    if is_there || word.contains(std::path::is_separator) && !word.contains(char::is_whitespace) {
        return error;
    }
    error.hint(hint(process, &word))
}

fn hint(process: &Process, word: &str) -> Advice {
    if word.contains(['|', '&', ';', '<', '>', '$', '`', '\'', '"']) {
        let shell = Command::new("awsenv exec PROFILE -- sh -c").operand(word);
        return Advice::from("this is a line for a shell: ").command(shell);
    }
    if word.contains(char::is_whitespace) {
        let exec = Command::new("awsenv exec PROFILE --");
        let exec = word.split_whitespace().fold(exec, Command::operand);
        return Advice::from("this is one word, quoted as a whole; write the program and its arguments as words: ")
            .command(exec);
    }
    let named = Wrapper::of(&process.env).map(|wrapper| wrapper.shell);
    let start = match named.or_else(|| process.env.text("SHELL").and_then(Shell::parse)) {
        Some(Shell::Bash) => "awsenv exec PROFILE -- bash -ic",
        Some(Shell::Fish) => "awsenv exec PROFILE -- fish -c",
        Some(Shell::PowerShell) => "awsenv exec PROFILE -- pwsh -Command",
        Some(Shell::Zsh) => "awsenv exec PROFILE -- zsh -ic",
        Some(Shell::Posix) | None => "awsenv exec PROFILE -- sh -ic",
    };
    let text = "there is no program of that name; an alias, a function or a builtin is known only to the shell: ";
    Advice::from(text).command(Command::new(start).operand(word))
}
