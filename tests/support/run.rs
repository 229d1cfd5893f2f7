//! One run of a program: its input and its output.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Sandbox;

/// A program to run in a [`Sandbox`]. It inherits only the sandbox's environment.
pub struct Run {
    program: OsString,
    args: Vec<OsString>,
    directory: PathBuf,
    env: BTreeMap<OsString, OsString>,
    stdin: Vec<u8>,
    limit: Duration,
}

impl Run {
    pub(super) fn new(program: &OsStr, directory: PathBuf, env: BTreeMap<OsString, OsString>) -> Self {
        let limit = Duration::from_secs(120);
        Self {
            program: program.into(),
            args: Vec::new(),
            directory,
            env,
            stdin: Vec::new(),
            limit,
        }
    }

    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// As the child of another program, whose own arguments come first.
    pub fn under(mut self, program: impl AsRef<OsStr>, args: impl IntoIterator<Item = OsString>) -> Self {
        let inner = std::mem::replace(&mut self.program, program.as_ref().to_owned());
        let own = std::mem::take(&mut self.args);
        self.args.extend(args);
        self.args.push(inner);
        self.args.extend(own);
        self
    }

    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    /// Without a variable of the sandbox.
    pub fn without(mut self, name: impl AsRef<OsStr>) -> Self {
        self.env.remove(name.as_ref());
        self
    }

    /// The default is an empty input.
    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = bytes.as_ref().to_vec();
        self
    }

    /// The default is HOME.
    pub fn directory(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = directory.as_ref().to_owned();
        self
    }

    /// How long the program may take before the test fails; the default is two minutes.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// For a test that wants its own streams.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .env_clear()
            .envs(&self.env)
            .current_dir(&self.directory);
        command
    }

    /// # Panics
    /// If the program cannot be started, or does not end within the limit.
    pub fn output(self) -> Output {
        let mut command = self.command();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.program.display()));
        let mut stdin = child.stdin.take().expect("piped");
        let bytes = self.stdin;
        thread::spawn(move || stdin.write_all(&bytes));
        let stdout = drain(child.stdout.take().expect("piped"));
        let stderr = drain(child.stderr.take().expect("piped"));
        let status = wait(&mut child, self.limit);
        let (stdout, stderr) = (stdout.join().expect("stdout"), stderr.join().expect("stderr"));
        let Some(status) = status else {
            panic!(
                "{} {:?} did not end within {:?}\n{}",
                self.program.display(),
                self.args,
                self.limit,
                String::from_utf8_lossy(&stderr)
            );
        };
        Output {
            program: self.program,
            args: self.args,
            stdout,
            stderr,
            status: code(status),
        }
    }
}

pub struct Output {
    program: OsString,
    args: Vec<OsString>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// The exit status; 128 plus the signal's number if a signal ended it.
    pub status: i32,
}

impl Output {
    pub fn out(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("stdout is UTF-8")
    }

    pub fn err(&self) -> &str {
        std::str::from_utf8(&self.stderr).expect("stderr is UTF-8")
    }

    /// Stdout of a run that must end with 0 and print nothing on stderr.
    #[track_caller]
    pub fn clean(&self) -> &str {
        assert!(self.status == 0 && self.stderr.is_empty(), "{}", self.all());
        self.out()
    }

    /// Stdout of a run that must end with 0; it may print something on stderr.
    #[track_caller]
    pub fn success(&self) -> &str {
        assert!(self.status == 0, "{}", self.all());
        self.out()
    }

    /// The command, stdout, stderr and status as one text for a snapshot, with the sandbox's paths replaced.
    pub fn shown(&self, sandbox: &Sandbox) -> String {
        let program = Path::new(&self.program)
            .file_name()
            .unwrap_or(&self.program)
            .to_string_lossy();
        let mut text = format!("$ {program}");
        for arg in &self.args {
            text.push(' ');
            text.push_str(&arg.to_string_lossy());
        }
        text.push_str(&format!("\nstatus: {}\n", self.status));
        section(&mut text, "stdout", &self.stdout);
        section(&mut text, "stderr", &self.stderr);
        sandbox.stable(&text)
    }

    /// Everything, for the message of a failed assertion.
    pub fn all(&self) -> String {
        let (out, err) = (
            String::from_utf8_lossy(&self.stdout),
            String::from_utf8_lossy(&self.stderr),
        );
        format!(
            "{} {:?}\nstatus: {}\nstdout:\n{out}\nstderr:\n{err}",
            self.program.display(),
            self.args,
            self.status
        )
    }
}

fn section(text: &mut String, name: &str, bytes: &[u8]) {
    let content = String::from_utf8_lossy(bytes);
    if content.is_empty() {
        return;
    }
    text.push_str(&format!("{name}:\n"));
    for line in content.lines() {
        text.push_str(if line.is_empty() { "" } else { "    " });
        text.push_str(line);
        text.push('\n');
    }
    if !content.ends_with('\n') {
        text.push_str("(no newline at the end)\n");
    }
}

fn drain(mut from: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        from.read_to_end(&mut bytes).expect("a readable pipe");
        bytes
    })
}

/// `None` if the time is up; the program and what it started are then killed.
fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait().expect("a child to wait for") {
            return Some(status);
        }
        if start.elapsed() > limit {
            let group = format!("-{}", child.id());
            let _ = Command::new("kill").args(["-9", "--", &group]).status();
            let _ = child.wait();
            return None;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

fn code(status: ExitStatus) -> i32 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return 128 + signal;
    }
    status.code().unwrap_or(-1)
}
