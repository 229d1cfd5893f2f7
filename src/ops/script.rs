//! How a run ends: a command's outcome becomes stdout, and a failure reaches the shell that runs a script.

use std::ffi::OsString;

use crate::advice::{Advice, Command};
use crate::cli::{self, Form};
use crate::config::settings::{Prompt, Settings};
use crate::context::{Context, Outcome};
use crate::env::Env;
use crate::env::diff::{Before, EnvDiff, Layer};
use crate::env::names::VarName;
use crate::error::{Error, Kind};
use crate::ops::catalog;
use crate::ops::files::Files;
use crate::ops::line::{self, PROFILE};
use crate::process::{Finish, Process};
use crate::secret::Secret;
use crate::shell::detect::Unknown;
use crate::shell::look::Look;
use crate::shell::wrapper::Wrapper;
use crate::shell::{Shell, detect};
use crate::sys;
use crate::sys::reader::{Reader, stdout};
use crate::text::{self, display};

/// A statement that fails in a shell that the command line does not name. `false` fails in every POSIX shell and in
/// fish, but PowerShell carries on after a failing program, so awsenv checks for PowerShell.
pub fn fails_anywhere(status: u8, message: &str) -> String {
    let fail = powershell_above().map(|shell| shell.syntax().fail(status, &display(message)));
    fail.unwrap_or_else(|| "false".to_owned()) + "\n"
}

/// PowerShell, if it is the nearest shell among the ancestor processes.
pub fn powershell_above() -> Option<Shell> {
    sys::ancestors::shell().ok().filter(|shell| *shell == Shell::PowerShell)
}

/// The shell to write the script for: `typed`, else the one from the wrapper, else the nearest ancestor.
///
/// # Errors
/// Stdout is a terminal, which runs no script; an unknown shell, or none found.
pub fn shell(context: &Context, typed: Option<&str>) -> Result<Shell, Error> {
    let process = context.process;
    let found = detect(process, typed);
    let (shell, source) = match found {
        Err(Unknown::Typed(name)) => return Err(unknown_shell(&name)),
        // What would switch a shell of ours at its terminal is no language of this one.
        Err(Unknown::Foreign(name)) => return Err(foreign_shell(process, &name)),
        _ if process.stdout_tty => return Err(refusal(process)),
        Err(Unknown::Nowhere) => {
            return Err(Error::new(Kind::Usage, "cannot tell which shell reads this script").hint(name_it()));
        }
        Ok(found) => found,
    };
    let why = match source {
        detect::Source::Option => "chosen by `--shell`",
        detect::Source::Wrapper => "named by the wrapper function",
        detect::Source::Ancestor => "the nearest shell that runs this program",
    };
    context.ui.narrate(&format!("writing for {}, {why}", shell.as_str()));
    Ok(shell)
}

fn detect(process: &Process, typed: Option<&str>) -> Result<(Shell, detect::Source), Unknown> {
    detect::detect(typed, Wrapper::of(&process.env), sys::ancestors::shell)
}

/// The only place where a command's outcome becomes stdout and an exit status.
pub fn finish(context: &Context, form: &Form, result: Result<Outcome, Error>) -> Finish {
    let data = |stdout: Secret<String>, status| Finish {
        stdout,
        status,
        ..Finish::default()
    };
    match result {
        Ok(Outcome::Done(status)) => data(Secret::default(), status),
        Ok(Outcome::Exec(launch)) => Finish {
            launch: Some(launch),
            ..Finish::default()
        },
        Ok(Outcome::Keys(keys)) => data(keys, 0),
        Ok(Outcome::Text(text, status)) => data(text.into(), status),
        Ok(Outcome::Code(code, status)) => Finish {
            script: true,
            ..data(code.into(), status)
        },
        Ok(Outcome::Switch {
            command,
            shell,
            diff,
            is_hidden,
        }) => switch(context, command, shell, &diff, is_hidden),
        Err(error) => {
            let error = in_this_shell(context, error);
            context.ui.error(&error);
            let status = error.status();
            match form {
                Form::Text { json: true } => {
                    let json = error.to_json(|hint| context.ui.raw_advice(hint));
                    data(format!("{json}\n").into(), status)
                }
                Form::Text { json: false } => data(Secret::default(), status),
                Form::Script(_) if context.process.stdout_tty => data(Secret::default(), status),
                Form::Script(typed) => code(
                    context.process,
                    fails(context.process, typed.as_deref(), &error),
                    status,
                ),
            }
        }
    }
}

/// An error with the hints that depend on what there is here.
pub fn in_this_shell(context: &Context, error: Error) -> Error {
    match error.kind {
        Kind::CredentialSourceEmpty if has_put_keys_aside(context) => {
            let hint = Advice::from("`use` has put your own keys aside; `").command(Command::new("awsenv unset"));
            error.hint(hint.text("` brings them back"))
        }
        Kind::ProfileNotFound => first_steps(context, error),
        _ => error,
    }
}

/// Whether this shell had keys of its own before the first `use`.
fn has_put_keys_aside(context: &Context) -> bool {
    let mark = context
        .state()
        .and_then(|state| state.marks.get(&VarName::of("AWS_SECRET_ACCESS_KEY")));
    mark.is_some_and(|mark| *mark.former(Layer::Latest) != Before::Absent)
}

/// Where there is no profile at all, a list of them is no help, and the header that was meant to define this one is
/// the help.
fn first_steps(context: &Context, mut error: Error) -> Error {
    let Ok(files) = Files::load(context) else { return error };
    match catalog::first_steps(&files) {
        hints if hints.is_empty() => error,
        _ if error.causes > 0 => {
            error.hints.truncate(error.causes);
            error
        }
        hints => Error { hints, ..error },
    }
}

/// In a subshell whose output a shell reads, that shell gets the script too.
fn switch(context: &Context, command: &str, shell: Shell, diff: &EnvDiff, is_hidden: bool) -> Finish {
    let Context { process, ui, .. } = context;
    let syntax = shell.syntax();
    let settings = context.settings();
    let mode = match settings.prompt {
        Prompt::Auto if is_hidden => Prompt::On,
        mode => mode,
    };
    let look = look(settings, mode.as_str());
    if process.read_by_shell {
        let (here, there) = syntax.hand_on(diff, Some(&look));
        return Finish {
            stdout: (here + "\n").into(),
            handed: (there + "\n").into(),
            script: true,
            ..Finish::default()
        };
    }
    // The function runs no text for another shell.
    if Wrapper::of(&process.env).is_some_and(|wrapper| wrapper.shell == shell && wrapper.depth > Some(0)) {
        ui.warn(format!("`{command}` in a subshell does not change the shell around it"));
    }
    code(process, syntax.script(diff, Some(&look)) + "\n", 0)
}

/// What the settings say about the prompt, with a mode of `settings::Prompt` or `none`.
pub fn look(settings: &Settings, mode: &'static str) -> Look {
    // A NUL would cut all that follows, and no profile with one can be used.
    let production = settings.production.iter().filter(|glob| !glob.contains('\0'));
    Look {
        mode,
        production: production.cloned().collect(),
    }
}

fn fails(process: &Process, typed: Option<&str>, error: &Error) -> String {
    let status = error.status();
    match detect(process, typed) {
        Ok((shell, _)) => shell.syntax().fail(status, &display(&error.message)) + "\n",
        Err(_) => fails_anywhere(status, &error.message),
    }
}

/// The script goes to stdout, and also to the shell that reads what the wrapper prints.
pub fn code(process: &Process, script: String, status: u8) -> Finish {
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

/// Who reads what the wrapper function prints. Looked up only where that is or may be a script: a misspelled command
/// may still be in an eval.
pub fn reader(args: &[OsString], env: &Env) -> Reader {
    let wrapper = Wrapper::of(env).filter(|wrapper| cli::named_shell(args).is_none_or(|shell| shell == wrapper.shell));
    let is_captured = match cli::command_word(args) {
        Some(command) if cli::is_switch(command) => true,
        Some("fail") => false,
        Some(command) if cli::is_command(command) => return Reader::default(),
        _ => false,
    };
    wrapper.map_or_else(Reader::default, |wrapper| Reader::find(wrapper, is_captured))
}

/// Whether the arguments name a command whose stdout a shell will run.
pub fn is_expected(args: &[OsString], stdout_tty: bool) -> bool {
    cli::command_word(args).is_some_and(cli::is_script) && !stdout_tty
}

/// Whether a script with keys may be printed: not into a log or the output of a PowerShell job, where it would show the
/// keys and change nothing.
///
/// # Errors
/// It would go there.
pub fn may_have_keys(process: &Process, typed: Option<&str>) -> Result<(), Error> {
    let is_log = match Wrapper::of(&process.env) {
        // The function captures the script, and passes it on only to a shell.
        Some(_) => process.may_be_log,
        None if typed.is_none() && sys::ancestors::is_powershell_server() => {
            let message = "a PowerShell job that does not run this script would keep its keys in the job's output";
            return Err(Error::new(Kind::Usage, message)
                .hint(Advice::from("run one program with the keys: ").command(exec(process)))
                .hint("if the job runs the script, name the shell: --shell powershell"));
        }
        None => {
            // A program that asks for the script of a named shell may do so through `bash -c`, and read it.
            let ran = process.env.os("_").filter(|_| typed.is_none());
            (stdout::is_stderr() || stdout::is_of_shell(ran)) && !stdout::is_read_by_shell()
        }
    };
    if is_log {
        let message = "no shell reads this script, so its keys would end up in a log";
        Err(with_hints(process, message)
            .hint(Advice::from("or run one program with the keys: ").command(exec(process))))
    } else {
        Ok(())
    }
}

fn refusal(process: &Process) -> Error {
    let message = "this command prints a script for a shell to evaluate, not for a terminal";
    with_hints(process, message)
}

fn with_hints(process: &Process, message: &str) -> Error {
    let typed = || Command::new("awsenv").typed(process.args.get(1..).unwrap_or_default());
    let does = match cli::command_word(&process.args) {
        Some("unset") => "restore",
        _ => "switch",
    };
    let enough = Advice::from("or, so that `").command(typed()).text("` is enough, ");
    Error::new(Kind::Usage, message)
        .hint(Advice::from(format!("to {does} this shell, run: ")).evaluate(typed()))
        .hint(enough.set_up())
}

/// The line of `exec` that comes closest to the line of `use` that was typed.
fn exec(process: &Process) -> Command {
    let (profile, style) = cli::style(&process.args);
    let profile = profile.filter(|name| !name.as_encoded_bytes().starts_with(b"-"));
    line::exec(profile.unwrap_or_else(|| PROFILE.into()), &style, [])
}

/// # Errors
/// No shell has this name.
pub fn known_shell(name: &str) -> Result<Shell, Error> {
    Shell::parse(name).ok_or_else(|| unknown_shell(name))
}

fn unknown_shell(name: &str) -> Error {
    let message = format!("unknown shell `{}`", text::name(name));
    Error::new(Kind::Usage, message).hint(format!("expected one of {}", Shell::names()))
}

/// The shell that would run the script has a language of its own.
fn foreign_shell(process: &Process, name: &str) -> Error {
    let message = format!("awsenv does not write scripts for {}", display(name));
    let error = Error::new(Kind::Usage, message);
    let error = match cli::command_word(&process.args) {
        Some("unset") => error,
        _ => error.hint(Advice::from("run a program as the profile: ").command(exec(process))),
    };
    error.hint(format!("if another shell reads the script, {}", name_it()))
}

/// Works in every shell.
pub const EXEC: &str = "awsenv exec PROFILE -- PROGRAM";

fn name_it() -> String {
    format!("name it: --shell {}", Shell::names())
}
