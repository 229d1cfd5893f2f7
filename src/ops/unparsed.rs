//! How a run ends if its command line was not understood, if clap answers it (help, version), or if it cannot go on.

use std::ffi::OsString;

use clap::error::ErrorKind;

use crate::cli;
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::ops::script::{code, fails_anywhere, powershell_above};
use crate::process::{Finish, Process};
use crate::shell::Shell;
use crate::shell::wrapper::Wrapper;
use crate::sys;
use crate::text::lines;
use crate::ui::talk;

/// Where a script is or may be expected, stdout gets a statement even so.
pub fn finish(process: &Process, error: &clap::Error) -> Finish {
    let (command, words) = words(&process.args);
    let shell = || shell(&process.args, &process.env);
    let script = command.is_some_and(cli::is_script);
    let text = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        if !script {
            return Finish {
                stdout: text.into(),
                ..Finish::default()
            };
        }
        talk(&text);
        let stdout = if process.stdout_tty {
            String::new()
        } else {
            format!(
                "{}\n",
                shell()
                    .or_else(powershell_above)
                    .map_or(":", |shell| shell.syntax().no_op())
            )
        };
        return code(process, stdout, 0);
    }
    // Without a command, clap answers with the help.
    let said = text.strip_prefix("error: ").map(|said| format!("awsenv: {said}"));
    talk(&lines(&said.unwrap_or(text.clone())));
    // An unknown command may be a typo in an eval; the wrapper can tell.
    let is_known = command.is_some_and(cli::is_command);
    let evaluated = script || !is_known && (process.read_by_shell || Wrapper::of(&process.env).is_none());
    let stdout = if process.stdout_tty || !evaluated {
        if !evaluated && words.contains(&"--json") {
            Error::new(Kind::Usage, first_line(&text)).to_json().to_string() + "\n"
        } else {
            String::new()
        }
    } else {
        let message = "the command line cannot be understood";
        shell().map_or_else(
            || fails_anywhere(2, message),
            |shell| shell.syntax().fail(2, message) + "\n",
        )
    };
    Finish {
        script,
        ..code(process, stdout, 2)
    }
}

/// A statement that fails with the status, in the shell that the command line or the wrapper names, else in the nearest
/// one. For a run that cannot go on.
pub fn last_word(args: &[OsString], env: &Env, status: u8, message: &str) -> String {
    let shell = shell(args, env).or_else(|| sys::ancestors::shell().ok());
    let fail = shell.map(|shell| shell.syntax().fail(status, message));
    fail.unwrap_or_else(|| "false".to_owned()) + "\n"
}

/// The command, and the words behind it.
fn words(args: &[OsString]) -> (Option<&str>, Vec<&str>) {
    let at = cli::command_at(args);
    let behind = args.iter().skip(at.map_or(1, |at| at + 1));
    let command = at.and_then(|at| args[at].to_str());
    (command, behind.filter_map(|arg| arg.to_str()).collect())
}

/// The shell named in a command line that need not be valid, else by the wrapper.
pub(super) fn shell(args: &[OsString], env: &Env) -> Option<Shell> {
    let (command, words) = words(args);
    let glued = words.iter().find_map(|word| word.strip_prefix("--shell="));
    let after = || {
        words
            .iter()
            .position(|word| *word == "--shell")
            .and_then(|at| words.get(at + 1).copied())
    };
    let first = || {
        words
            .iter()
            .copied()
            .find(|word| command.is_some_and(cli::names_shell) && !word.starts_with('-'))
    };
    glued
        .or_else(after)
        .or_else(first)
        .and_then(Shell::parse)
        .or_else(|| Wrapper::of(env).map(|wrapper| wrapper.shell))
}

fn first_line(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line)
}
