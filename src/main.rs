//! Gathers the process, runs the command, writes stdout once, ends. The only place that reads the real arguments,
//! environment and clock.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use awsenv::cli::Global;
use awsenv::env::Env;
use awsenv::ops::{script, unparsed, unstarted};
use awsenv::process::{Finish, Process};
use awsenv::sys::reader::Reader;
use awsenv::{sys, ui};

#[expect(clippy::disallowed_methods, reason = "the one place where the process is gathered")]
fn main() -> ExitCode {
    sys::process::protect_memory();
    let args: Vec<_> = std::env::args_os().collect();
    let env: Env = std::env::vars_os().collect();
    let stdout_tty = io::stdout().is_terminal();
    let reader = Arc::new(OnceLock::new());
    let fails = script::is_expected(&args, stdout_tty);
    own_up(fails, &reader);
    if fails && sys::process::is_short_of_memory() {
        ui::talk("awsenv: not enough memory: raise the limits of this shell (`ulimit -v`, `-d`, `-s`)\n");
        say(None, "false\n");
        return ExitCode::FAILURE;
    }
    if fails {
        fail_at_signals(args.clone(), env.clone(), &reader);
    }
    let reader = reader.get_or_init(|| script::reader(&args, &env));
    let process = Process {
        args,
        env,
        stdout_tty,
        stderr_tty: io::stderr().is_terminal(),
        read_by_shell: reader.is_shell,
        may_be_log: reader.may_be_log,
        now: sys::clock::now(),
    };
    let finish = awsenv::run(&process);
    match write_out(&finish, reader) {
        Err(error) if !finish.script && error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
        Err(error) => {
            ui::talk(&format!("awsenv: cannot write to stdout: {error}\n"));
            return ExitCode::FAILURE;
        }
        Ok(()) => {}
    }
    let status = match finish.launch {
        None => finish.status,
        Some(launch) => {
            let words = launch.args.len() + 1;
            sys::process::launch(launch).unwrap_or_else(|failed| {
                let error = unstarted::error(&process, words, &failed.error);
                ui::Ui::new(&Global::default(), &process).error(&error);
                failed.status
            })
        }
    };
    ExitCode::from(status)
}

/// A panic is a bug of awsenv, so the message says so, without the panic's own text, which may quote a file. Where a
/// script is expected, stdout gets a statement that fails, because an empty script would succeed.
fn own_up(fails: bool, reader: &Arc<OnceLock<Reader>>) {
    let reader = Arc::clone(reader);
    std::panic::set_hook(Box::new(move |info| {
        sys::terminal::restore();
        let place = info.location().map(|at| format!(" at {}:{}", at.file(), at.line()));
        ui::talk(&format!(
            "awsenv: internal error{}: this is a bug in awsenv, and what it was doing may be half done\n",
            place.unwrap_or_default()
        ));
        if fails {
            say(reader.get(), &script::fails_anywhere(1, "internal error"));
        }
    }));
}

/// The same for a signal that arrives while awsenv waits. Who reads is known soon.
fn fail_at_signals(args: Vec<OsString>, env: Env, reader: &Arc<OnceLock<Reader>>) {
    let reader = Arc::clone(reader);
    sys::signals::at_end(move |status| {
        let line = unparsed::last_word(&args, &env, status, "awsenv was interrupted");
        say(Some(reader.wait()), &line);
    });
}

/// All that the shells get from a run that ends in the middle.
fn say(reader: Option<&Reader>, line: &str) {
    let _ = reader.map(|reader| reader.hand_on(line));
    let _ = io::stdout().lock().write_all(line.as_bytes());
}

fn write_out(finish: &Finish, reader: &Reader) -> io::Result<()> {
    let text = finish.stdout.expose();
    if text.is_empty() {
        return Ok(());
    }
    // Data that is not read is no loss, but a script that is not read was not run.
    if finish.script && sys::process::stdout_is_closed() {
        return Err(io::Error::other("it is closed"));
    }
    sys::signals::take_stdout();
    reader.hand_on(finish.handed.expose())?;
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
