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

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const QUESTION: &str = "code of `a_b`, for `x<b>y&z\\n`";

    /// A directory with these programs, which do what the text says.
    fn programs(programs: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in programs {
            let path = dir.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        dir
    }

    fn env(dir: &tempfile::TempDir, vars: &[(&str, &str)]) -> Env {
        let path = format!("{}:/usr/bin:/bin", dir.path().display());
        [("PATH", path.as_str())].iter().chain(vars).copied().collect()
    }

    /// One file may be open for writing in another test's new process, which keeps it from being started.
    fn asked(script: &str, limit: Option<Duration>) -> (io::Result<Answer>, tempfile::TempDir) {
        let dir = programs(&[("zenity", script)]);
        let env = env(&dir, &[("DISPLAY", ":0")]);
        let dialog = Dialog::find(&env).unwrap();
        let is_busy = |answer: &io::Result<Answer>| matches!(answer, Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy);
        let mut answers = (0..50).map(|_| dialog.ask(QUESTION, &env, limit));
        (answers.find(|answer| !is_busy(answer)).unwrap(), dir)
    }

    #[test]
    fn the_desktop_has_a_program_for_it() {
        let both = programs(&[("zenity", ""), ("kdialog", "")]);
        let named = |dir: &tempfile::TempDir, vars: &[(&str, &str)]| match Dialog::find(&env(dir, vars)) {
            Ok(dialog) => dialog.program.rsplit('/').next().unwrap().to_owned(),
            Err(why) => why,
        };
        assert_eq!(named(&both, &[("DISPLAY", ":0")]), "zenity");
        assert_eq!(named(&both, &[("WAYLAND_DISPLAY", "wayland-0")]), "zenity");
        assert_eq!(named(&programs(&[("kdialog", "")]), &[("DISPLAY", ":0")]), "kdialog");
        assert!(named(&both, &[("DISPLAY", "")]).contains("no display"));
        let none = Dialog::find(&[("PATH", "."), ("DISPLAY", ":0")].into_iter().collect());
        assert_eq!(none.unwrap_err(), "neither `zenity` nor `kdialog` is on the PATH");
    }

    #[test]
    fn what_is_asked_is_shown_as_it_is() {
        let line = |kind| {
            let program = "p".to_owned();
            Dialog { program, kind }.line(QUESTION)
        };
        let zenity = line(Kind::Zenity);
        assert_eq!(zenity[3], "--text=code of `a__b`, for `x<b>y&z\\\\n`");
        let kdialog = line(Kind::Kdialog);
        assert_eq!(kdialog[4], "<qt>code of `a_b`, for `x&lt;b&gt;y&amp;z\\n`</qt>");
        let osascript = line(Kind::Osascript);
        assert_eq!(osascript[osascript.len() - 2..], ["--", QUESTION]);
        assert!(
            osascript[1..osascript.len() - 1]
                .iter()
                .all(|word| !word.contains("a_b"))
        );
    }

    #[test]
    fn the_first_line_is_the_answer_unless_the_window_is_closed() {
        let (answer, dir) = asked("printf '%s|' \"$@\" >\"$0.got\"; echo '123 456'", None);
        assert!(matches!(answer, Ok(Answer::Line(line)) if line.expose() == "123 456"));
        let got = fs::read_to_string(dir.path().join("zenity.got")).unwrap();
        assert!(got.starts_with("--entry|--title=awsenv|--text=code of"), "{got}");
        let (answer, _) = asked("sleep 1; exit 1", None);
        assert!(matches!(answer, Ok(Answer::Cancelled)), "{answer:?}");
        // As where the display cannot be opened.
        for script in ["exit 1", "sleep 1; exit 5", "kill -9 $$"] {
            let (answer, _) = asked(script, None);
            assert!(answer.is_err(), "{script}: {answer:?}");
        }
        let (answer, _) = asked("sleep 60", Some(Duration::from_secs(1)));
        assert_eq!(answer.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
