//! A window that asks for a line of text, by a program that the desktop has for that. It gets the question as an argument,
//! and the answer on its stdout.

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::env::Env;
use crate::secret::Secret;
use crate::sys::answer::{self, Place};
use crate::sys::process::absolute;

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialog {
    program: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// <https://help.gnome.org/users/zenity/stable/entry.html>
    Zenity,
    /// <https://develop.kde.org/docs/administration/kdialog/>
    Kdialog,
    Osascript,
}

/// What becomes of the question.
#[derive(Debug)]
pub enum Answer {
    Line(Secret<String>),
    /// The user closes the window.
    Cancelled,
}

/// In the order in which they are tried.
const LINUX: [(&str, Kind); 2] = [("zenity", Kind::Zenity), ("kdialog", Kind::Kdialog)];

const TITLE: &str = "awsenv";

/// AppleScript that takes the question as an argument, so that nothing in it is code.
const SCRIPT: [&str; 5] = [
    "on run argv",
    "set asked to display dialog (item 1 of argv) default answer \"\" with title \"awsenv\" with icon note",
    "return text returned of asked",
    "end run",
    // What follows is for the script.
    "--",
];

/// Nobody closes a window so soon. These programs end with the same status where no window can be shown.
const GLANCE: Duration = Duration::from_millis(300);

impl Dialog {
    /// # Errors
    /// Why no window can be shown here, to complete "no window can be shown: …".
    pub fn find(env: &Env) -> Result<Self, String> {
        if cfg!(windows) {
            return Err("there is no program for it".to_owned());
        }
        if cfg!(target_vendor = "apple") {
            let program = "/usr/bin/osascript".to_owned();
            return match Path::new(&program).exists() {
                true => Ok(Self {
                    program,
                    kind: Kind::Osascript,
                }),
                false => Err(format!("there is no `{program}`")),
            };
        }
        if env.filled("DISPLAY").is_none() && env.filled("WAYLAND_DISPLAY").is_none() {
            return Err("there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)".to_owned());
        }
        let known = |(name, kind): (&str, Kind)| {
            let program = absolute(name, env)?.to_str()?.to_owned();
            Some(Self { program, kind })
        };
        let names = LINUX.map(|(name, _)| format!("`{name}`")).join(" nor ");
        LINUX
            .into_iter()
            .find_map(known)
            .ok_or_else(|| format!("neither {names} is on the PATH"))
    }

    /// The program that shows it.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Asks for a line.
    ///
    /// # Errors
    /// The program cannot show a window, or what the system says; [`io::ErrorKind::TimedOut`] if the time is up.
    pub fn ask(&self, question: &str, env: &Env, limit: Option<Duration>) -> io::Result<Answer> {
        let start = Instant::now();
        let answer = answer::ask(&self.line(question), env, Place::Window, limit)?;
        match answer.failure {
            None => Ok(Answer::Line(answer.line)),
            Some(failure) if failure.code == Some(1) && start.elapsed() >= GLANCE + answer::MOMENT => {
                Ok(Answer::Cancelled)
            }
            Some(failure) => Err(io::Error::other(failure.status)),
        }
    }

    fn line(&self, question: &str) -> Vec<String> {
        let words = match self.kind {
            // The program takes backslashes for escapes, and the letter after an underscore for a shortcut.
            Kind::Zenity => {
                let text = question.replace('\\', "\\\\").replace('_', "__");
                vec![
                    "--entry".to_owned(),
                    format!("--title={TITLE}"),
                    format!("--text={text}"),
                ]
            }
            // The program takes a text that looks like HTML for HTML.
            Kind::Kdialog => {
                let text = question.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                let text = format!("<qt>{text}</qt>");
                ["--title", TITLE, "--inputbox", &text].map(str::to_owned).to_vec()
            }
            Kind::Osascript => {
                let lines = SCRIPT.iter().take(4).flat_map(|line| ["-e", line]);
                let words = lines.chain([SCRIPT[4], question]);
                words.map(str::to_owned).collect()
            }
        };
        std::iter::once(self.program.clone()).chain(words).collect()
    }
}
