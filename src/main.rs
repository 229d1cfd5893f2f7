//! Gathers the process, runs the command, writes stdout once, ends. The only place that knows the real world's
//! arguments, environment and clock.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use awsenv::credentials::Timestamp;
use awsenv::{Finish, Process, sys, ui};

#[expect(clippy::disallowed_methods, reason = "the one place where the process is gathered")]
fn main() -> ExitCode {
    sys::process::protect_memory();
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    let process = Process {
        args: std::env::args_os().collect(),
        env: std::env::vars_os().collect(),
        stdout_tty: io::stdout().is_terminal(),
        stderr_tty: io::stderr().is_terminal(),
        now: Timestamp(i64::try_from(now.as_secs()).unwrap_or(i64::MAX)),
    };
    let finish = awsenv::run(&process);
    match write_out(&finish) {
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
            let program = launch.program.to_string_lossy().into_owned();
            launch.run().unwrap_or_else(|failed| {
                ui::talk(&format!(
                    "awsenv: cannot run `{}`: {}\n",
                    ui::display(&program),
                    failed.error
                ));
                failed.status
            })
        }
    };
    ExitCode::from(status)
}

fn write_out(finish: &Finish) -> io::Result<()> {
    if finish.stdout.is_empty() {
        return Ok(());
    }
    // Of data that nobody reads nothing is lost; a script that nobody reads was not run.
    if finish.script && sys::process::stdout_is_closed() {
        return Err(io::Error::other("it is closed"));
    }
    let mut out = io::stdout().lock();
    out.write_all(finish.stdout.as_bytes())?;
    out.flush()
}
