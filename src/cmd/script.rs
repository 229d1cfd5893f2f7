//! What the commands that print a script share: which shell, and how a failure reaches it.

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;

use crate::cmd::Context;
use crate::env::Env;
use crate::env::diff::EnvDiff;
use crate::error::{Error, Kind};
use crate::shell::wrapper::Wrapper;
use crate::shell::{Shell, detect};
use crate::sys::reader::Reader;
use crate::ui::{self, Ui};
use crate::{Finish, Process, sys};

/// A statement that fails in a shell that the command line does not name. `false` fails in every POSIX shell and in fish,
/// but PowerShell carries on after a failing program, so awsenv looks for one.
pub fn fails_anywhere(status: u8, message: &str) -> String {
    let fail = powershell_above().map(|shell| shell.syntax().fail(status, &ui::display(message)));
    fail.unwrap_or_else(|| "false".to_owned()) + "\n"
}

/// PowerShell, if it is the nearest shell among the ancestor processes.
fn powershell_above() -> Option<Shell> {
    let (shell, _) = detect::detect(None, None, sys::process::ancestors).ok()?;
    (shell == Shell::PowerShell).then_some(shell)
}

/// Runs `command`, whose stdout is code: on failure the code is a statement that fails and changes nothing.
pub fn print(
    process: &Process,
    ui: &Ui,
    command: &str,
    shell: Option<&str>,
    run: impl FnOnce() -> Result<EnvDiff, Error>,
) -> Finish {
    if process.stdout_tty {
        ui.error(&refusal());
        return Finish {
            status: 2,
            ..Finish::default()
        };
    }
    let shell = match shell_for(process, ui, shell) {
        Ok(shell) => shell,
        Err(error) => {
            ui.error(&error);
            return finish(process, fails_anywhere(error.status(), &error.message), error.status());
        }
    };
    let syntax = shell.syntax();
    match run() {
        Ok(diff) if process.read_by_shell => {
            let (here, there) = syntax.hand_on(&diff);
            Finish {
                stdout: (here + "\n").into(),
                handed: (there + "\n").into(),
                script: true,
                ..Finish::default()
            }
        }
        Ok(diff) => {
            if Wrapper::of(&process.env).is_some_and(|wrapper| wrapper.depth > Some(0)) {
                ui.warn(&format!("`{command}` in a subshell does not reach the shell around it"));
            }
            finish(process, syntax.script(&diff) + "\n", 0)
        }
        Err(error) => {
            ui.error(&error);
            let text = syntax.fail(error.status(), &ui::display(&error.message));
            finish(process, text + "\n", error.status())
        }
    }
}

/// Runs `text`, which writes code for the shell of that name. It may be shown on a terminal: it holds no secret.
pub fn for_shell(context: &Context, name: &str, text: impl FnOnce(Shell) -> Result<String, Error>) -> Finish {
    let Context { process, ui } = context;
    let shell = Shell::parse(name);
    let error = match shell.ok_or_else(|| unknown_shell(name)).and_then(text) {
        Ok(text) => {
            return Finish {
                stdout: text.into(),
                script: true,
                ..Finish::default()
            };
        }
        Err(error) => error,
    };
    ui.error(&error);
    let stdout = match shell {
        _ if process.stdout_tty => String::new(),
        Some(shell) => shell.syntax().fail(error.status(), &ui::display(&error.message)) + "\n",
        None => fails_anywhere(error.status(), &error.message),
    };
    Finish {
        stdout: stdout.into(),
        status: error.status(),
        script: true,
        ..Finish::default()
    }
}

fn unknown_shell(name: &str) -> Error {
    let message = format!("`{}` is no shell that awsenv knows", ui::display(name));
    Error::new(Kind::Usage, message).hint(format!("known are {}", known_shells()))
}

/// A script for stdout, and for the shell that reads what the wrapper prints.
fn finish(process: &Process, script: String, status: u8) -> Finish {
    let handed = if process.read_by_shell {
        script.clone()
    } else {
        String::new()
    };
    Finish {
        stdout: script.into(),
        handed: handed.into(),
        status,
        launch: None,
        script: true,
    }
}

/// Who reads what the wrapper function prints. Asked only where that is a script, or may be one: a slip in the name of
/// a command is still an eval.
pub fn reader(args: &[OsString], env: &Env) -> Reader {
    let command = command_word(args);
    let is_captured = match command {
        Some("use" | "unset") => true,
        Some("fail") => false,
        Some(command) if crate::cli::is_command(command) => return Reader::default(),
        _ => false,
    };
    Wrapper::of(env).map_or_else(Reader::default, |wrapper| Reader::find(wrapper, is_captured))
}

/// Whether the arguments name a command whose stdout a shell will run.
pub fn is_expected(process: &Process) -> bool {
    is_script(command_word(&process.args)) && !process.stdout_tty
}

/// The word of the arguments that names the command.
fn command_word(args: &[OsString]) -> Option<&str> {
    args[crate::cli::command_at(args)?].to_str()
}

fn is_script(command: Option<&str>) -> bool {
    matches!(command, Some("use" | "unset" | "init" | "completions"))
}

fn refusal() -> Error {
    Error::new(
        Kind::Usage,
        "this command prints a script for a shell to run, not for a terminal to show",
    )
    .hint("in bash or zsh, run: eval \"$(awsenv use PROFILE)\"")
    .hint("or install the integration once, then `awsenv use PROFILE` is enough: eval \"$(awsenv init bash)\"")
}

fn shell_for(process: &Process, ui: &Ui, typed: Option<&str>) -> Result<Shell, Error> {
    match detect::detect(typed, Wrapper::of(&process.env), sys::process::ancestors) {
        Ok((shell, source)) => {
            let why = match source {
                detect::Source::Option => "as `--shell` says",
                detect::Source::Wrapper => "as the wrapper function says",
                detect::Source::Ancestor => "the nearest shell that runs this program",
            };
            ui.narrate(&format!("writing for {}, {why}", shell.as_str()));
            Ok(shell)
        }
        Err(Some(name)) => Err(unknown_shell(&name)),
        Err(None) => Err(Error::new(Kind::Usage, "cannot tell which shell reads this script")
            .hint(format!("say it: --shell {}", known_shells()))),
    }
}

/// The names that `--shell` takes, for people.
fn known_shells() -> String {
    Shell::ALL.map(Shell::as_str).join(", ")
}

/// Ends a run whose arguments clap refused, or answered itself (help, version). Where a script is expected, or may
/// be, stdout is a statement all the same.
pub fn unparsed(process: &Process, error: &clap::Error) -> Finish {
    let at = crate::cli::command_at(&process.args);
    let command = at.and_then(|at| process.args[at].to_str());
    let behind = process.args.iter().skip(at.map_or(1, |at| at + 1));
    let words: Vec<&str> = behind.filter_map(|arg| arg.to_str()).collect();
    let script = is_script(command);
    let text = error.render().to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        if !script {
            return Finish {
                stdout: text.into(),
                ..Finish::default()
            };
        }
        ui::talk(&text);
        let stdout = if process.stdout_tty {
            String::new()
        } else {
            format!(
                "{}\n",
                syntax_in(process, command, &words)
                    .or_else(powershell_above)
                    .map_or(":", |shell| shell.syntax().no_op())
            )
        };
        return finish(process, stdout, 0);
    }
    // Without a command clap answers with the help.
    let said = text.strip_prefix("error: ").map(|said| format!("awsenv: {said}"));
    ui::talk(&ui::lines(&said.unwrap_or(text.clone())));
    // An unknown command may be a slip in an eval; the wrapper can tell.
    let is_known = command.is_some_and(crate::cli::is_command);
    let evaluated = script || !is_known && (process.read_by_shell || Wrapper::of(&process.env).is_none());
    let stdout = if process.stdout_tty || !evaluated {
        if !evaluated && words.contains(&"--json") {
            Error::new(Kind::Usage, first_line(&text)).to_json().to_string() + "\n"
        } else {
            String::new()
        }
    } else {
        let message = "the command line cannot be understood";
        syntax_in(process, command, &words).map_or_else(
            || fails_anywhere(2, message),
            |shell| shell.syntax().fail(2, message) + "\n",
        )
    };
    Finish {
        script,
        ..finish(process, stdout, 2)
    }
}

/// The shell that a command line names although it cannot be parsed, or that the wrapper names.
fn syntax_in(process: &Process, command: Option<&str>, words: &[&str]) -> Option<Shell> {
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
            .find(|word| matches!(command, Some("init" | "completions")) && !word.starts_with('-'))
    };
    glued
        .or_else(after)
        .or_else(first)
        .and_then(Shell::parse)
        .or_else(|| Wrapper::of(&process.env).map(|wrapper| wrapper.shell))
}

fn first_line(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.strip_prefix("error: ").unwrap_or(line)
}

/// A word of the command line, for messages.
pub fn shown(word: &OsStr) -> String {
    ui::display(&word.to_string_lossy())
}
