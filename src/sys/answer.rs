//! Programs that answer with a line on stdout, such as a code: nobody else sees it, and the terminal is theirs meanwhile.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::env::Env;
use crate::secret::Secret;
use crate::sys::process::{Output, wait_for_output};
use crate::sys::signals;
use crate::sys::terminal;

/// What a program has to do with the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It may ask at the terminal, if this process has one. Otherwise it reads nothing, and shares stderr.
    Terminal,
    /// It has a window, and neither reads nor says anything here.
    Window,
}

/// What a program has come to.
#[derive(Debug)]
pub struct Answer {
    /// Of stdout, the first line without its end; empty if it is not UTF-8.
    pub line: Secret<String>,
    /// `None` if it succeeded.
    pub failure: Option<Failure>,
}

/// How a program has failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    /// Whether Ctrl-C has ended it.
    pub is_interrupted: bool,
    /// In the system's words.
    pub status: String,
}

/// How long a program may take to end when it is told to, and how long one that has failed is not reported: Ctrl-C ends
/// both, and then this one has nothing to report.
pub(super) const MOMENT: Duration = Duration::from_millis(200);

/// Runs a program without a shell.
///
/// # Errors
/// What the system says if it cannot be started, that it prints more than a megabyte, or that it takes longer than
/// `limit`; then it is ended.
pub fn ask(argv: &[String], env: &Env, place: Place, limit: Option<Duration>) -> io::Result<Answer> {
    let (program, args) = argv.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(env.iter()).stdout(Stdio::piped());
    let streams = match place {
        Place::Terminal => terminal::streams(),
        Place::Window => None,
    };
    let is_apart = streams.is_none();
    match streams {
        Some((input, messages)) => command.stdin(input).stderr(messages),
        None if place == Place::Window => command.stdin(Stdio::null()).stderr(Stdio::null()),
        None => command.stdin(Stdio::null()).stderr(Stdio::inherit()),
    };
    // Only the group of this process may use the terminal.
    #[cfg(unix)]
    if is_apart {
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    signals::watch();
    let mut child = command.spawn()?;
    let id = child.id();
    let leaving = signals::at_leave(move || Family::of(id, is_apart).tell_to_end());
    let (ended, ends) = mpsc::channel();
    let read = Output::read(child.stdout.take(), None, ended)
        .and_then(|stdout| wait_for_output(&mut child, &ends, 1, limit).map(|()| stdout))
        .and_then(|stdout| stdout.taken());
    let stdout = read.inspect_err(|_| end(&mut child, is_apart))?;
    drop(leaving);
    let status = child.wait()?;
    if !status.success() {
        thread::sleep(MOMENT);
    }
    let line = stdout.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = str::from_utf8(line).unwrap_or_default();
    Ok(Answer {
        line: Secret::new(line.strip_suffix('\r').unwrap_or(line).to_owned()),
        failure: (!status.success()).then(|| Failure {
            code: status.code(),
            is_interrupted: is_interrupted(status),
            status: status.to_string(),
        }),
    })
}

#[cfg(unix)]
fn is_interrupted(status: ExitStatus) -> bool {
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    signal == Some(rustix::process::Signal::INT.as_raw())
}

/// There are no signals.
#[cfg(not(unix))]
fn is_interrupted(_: ExitStatus) -> bool {
    false
}

fn end(child: &mut Child, is_apart: bool) {
    let family = Family::of(child.id(), is_apart);
    family.tell_to_end();
    thread::sleep(MOMENT);
    family.kill();
    let _ = child.kill();
    let _ = child.wait();
}

/// A program and those that it has started.
#[cfg(unix)]
enum Family {
    Group(u32),
    /// Of the group of this process.
    All(Vec<u32>),
}

#[cfg(unix)]
impl Family {
    fn of(id: u32, is_apart: bool) -> Self {
        if is_apart {
            return Self::Group(id);
        }
        Self::All(
            std::iter::successors(Some(id), |id| last_child(*id))
                .take(MAX_DEPTH)
                .collect(),
        )
    }

    /// So that a program can restore what it has changed of the terminal.
    fn tell_to_end(&self) {
        self.send(rustix::process::Signal::TERM);
    }

    fn kill(&self) {
        self.send(rustix::process::Signal::KILL);
    }

    fn send(&self, signal: rustix::process::Signal) {
        use rustix::process::{Pid, kill_process, kill_process_group};
        let pid = |id: &u32| i32::try_from(*id).ok().and_then(Pid::from_raw);
        match self {
            Self::Group(id) => {
                let _ = pid(id).map(|group| kill_process_group(group, signal));
            }
            Self::All(all) => {
                for pid in all.iter().filter_map(pid) {
                    let _ = kill_process(pid, signal);
                }
            }
        }
    }
}

/// Programs that each wait for the next one.
#[cfg(unix)]
const MAX_DEPTH: usize = 10;

#[cfg(target_os = "linux")]
fn last_child(id: u32) -> Option<u32> {
    crate::sys::proc::last_child(id)
}

/// Unknown without /proc.
#[cfg(all(unix, not(target_os = "linux")))]
fn last_child(_: u32) -> Option<u32> {
    None
}

/// Nothing can be told to end there.
#[cfg(not(unix))]
struct Family;

#[cfg(not(unix))]
impl Family {
    fn of(_: u32, _: bool) -> Self {
        Self
    }

    fn tell_to_end(&self) {}

    fn kill(&self) {}
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::time::Instant;

    use super::*;

    fn asked(script: &str, limit: Duration) -> io::Result<Answer> {
        let argv = ["/bin/sh", "-c", script].map(str::to_owned);
        let env = Env::from_iter([("PATH", "/usr/bin:/bin")]);
        ask(&argv, &env, Place::Window, Some(limit))
    }

    #[test]
    fn the_first_line_is_the_answer() {
        let minute = Duration::from_secs(60);
        for (script, line) in [
            ("echo 123456; echo more", "123456"),
            ("printf ' 123 456\\r\\n'", " 123 456"),
            ("printf 123456", "123456"),
            ("read -r input; echo \"<$input>\"", "<>"),
            ("echo why >&2", ""),
            ("printf '\\377\\n'", ""),
        ] {
            let answer = asked(script, minute).unwrap();
            assert_eq!(
                (answer.line.expose().as_str(), answer.failure),
                (line, None),
                "{script}"
            );
        }
        let answer = asked("echo 123456; exit 3", minute).unwrap();
        assert_eq!(answer.failure.unwrap().code, Some(3));
        let answer = asked("kill -9 $$", minute).unwrap();
        assert_eq!(answer.failure.unwrap().code, None);
        let argv = ["/nowhere/program".to_owned()];
        assert_eq!(
            ask(&argv, &Env::default(), Place::Window, None).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }

    /// Also those that it has started, and that do not end when they are told to.
    #[test]
    fn a_program_that_takes_too_long_is_ended_with_all_that_it_has_started() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pid");
        let script = format!(
            "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >{0}.new; mv {0}.new {0}; sleep 600; sleep 600'; :",
            file.display()
        );
        let start = Instant::now();
        let late = asked(&script, Duration::from_secs(2)).unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        assert!(start.elapsed() < Duration::from_secs(30));
        let pid: i32 = std::fs::read_to_string(&file).unwrap().trim().parse().unwrap();
        let pid = rustix::process::Pid::from_raw(pid).unwrap();
        // Its new parent may not have taken note of its end yet.
        let is_gone = || {
            let state = crate::sys::proc::stat(pid.as_raw_nonzero().get().unsigned_abs()).map(|stat| stat.state);
            state.is_none_or(|state| state == 'Z')
        };
        while !is_gone() {
            assert!(start.elapsed() < Duration::from_secs(30), "it still runs");
            thread::sleep(Duration::from_millis(10));
        }
    }
}
