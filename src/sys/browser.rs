//! The browser of this machine: which program opens it, and why there is none. No shell is involved, and the program's
//! path is absolute.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::env::Env;
use crate::sys::process::absolute;

/// A program with its arguments; the URL is in its place.
type Line = Vec<String>;

/// What opens a page, in the order in which it is tried. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser(Vec<Line>);

/// Where the URL goes.
const URL: &str = "%s";

/// In the order in which they are tried.
const LINUX: [&str; 3] = ["xdg-open", "sensible-browser", "x-www-browser"];

/// Between the programs that BROWSER names.
const SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

const RUNDLL: [&str; 2] = ["url.dll,FileProtocolHandler", URL];

/// How long a program may take to fail. One that still runs then is the browser, or waits for it.
const MOMENT: Duration = Duration::from_millis(500);

/// What is looked at beside the environment.
#[derive(Clone, Copy, Debug)]
struct Machine {
    is_wsl: bool,
    is_container: bool,
}

impl Browser {
    /// # Errors
    /// Why a page cannot be opened here, to complete "no browser can be opened: …".
    pub fn find(env: &Env) -> Result<Self, String> {
        let machine = Machine {
            is_wsl: is_wsl(env),
            is_container: ["/.dockerenv", "/run/.containerenv"]
                .iter()
                .any(|mark| Path::new(mark).exists()),
        };
        lines(env, machine).map(Self)
    }

    /// Starts the first program that does not fail at once. It outlives this one, and reads and writes nothing here.
    ///
    /// # Errors
    /// Why the last one failed.
    pub fn open(&self, url: &str, env: &Env) -> io::Result<()> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for line in &self.0 {
            match start(line, url, env) {
                Ok(()) => return Ok(()),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// BROWSER overrules what is known of the machine: an editor that is used from elsewhere sets it to a program that opens
/// the page there.
fn lines(env: &Env, machine: Machine) -> Result<Vec<Line>, String> {
    if let Some(chosen) = env.filled("BROWSER") {
        let lines: Vec<Line> = chosen
            .split(SEPARATOR)
            .filter_map(|line| chosen_line(line, env))
            .collect();
        return match lines.is_empty() {
            false => Ok(lines),
            true => Err("BROWSER names no program that is there".to_owned()),
        };
    }
    if env.filled("SSH_CONNECTION").is_some() {
        return Err("this shell is used from another machine (SSH_CONNECTION is set)".to_owned());
    }
    if machine.is_container {
        return Err("this is a container".to_owned());
    }
    if cfg!(windows) {
        let root = env.filled("SystemRoot").unwrap_or(r"C:\Windows");
        let program = format!(r"{root}\System32\rundll32.exe");
        return Ok(vec![line(&program, &RUNDLL)]);
    }
    if cfg!(target_vendor = "apple") {
        return Ok(vec![line("/usr/bin/open", &[URL])]);
    }
    let known = |names: &[&str]| -> Vec<Line> {
        let paths = names.iter().filter_map(|name| absolute(name, env));
        paths.map(|path| line(&path.to_string_lossy(), &[URL])).collect()
    };
    if machine.is_wsl {
        let own = known(&["wslview"]);
        return Ok(match own.is_empty() {
            false => own,
            true => vec![line("/mnt/c/Windows/System32/rundll32.exe", &RUNDLL)],
        });
    }
    if env.filled("DISPLAY").is_none() && env.filled("WAYLAND_DISPLAY").is_none() {
        return Err("there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)".to_owned());
    }
    let found = known(&LINUX);
    match found.is_empty() {
        false => Ok(found),
        true => Err(format!("none of {} is on the PATH", LINUX.join(", "))),
    }
}

fn line(program: &str, words: &[&str]) -> Line {
    std::iter::once(&program)
        .chain(words)
        .map(|word| (*word).to_owned())
        .collect()
}

/// An entry of BROWSER.
fn chosen_line(text: &str, env: &Env) -> Option<Line> {
    let mut words = shell_words::split(text).ok()?;
    // By custom, the sign of a program that goes on by itself.
    words.pop_if(|word| word == "&");
    let program = absolute(words.first()?, env)?;
    words[0] = program.to_str()?.to_owned();
    if !words.iter().skip(1).any(|word| word.contains(URL)) {
        words.push(URL.to_owned());
    }
    Some(words)
}

fn start(line: &Line, url: &str, env: &Env) -> io::Result<()> {
    let (program, words) = line.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command
        .args(words.iter().map(|word| word.replace(URL, url)))
        .env_clear()
        .envs(env.iter())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Ctrl-C here is not for the browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    watch(command.spawn()?)
}

fn watch(mut child: Child) -> io::Result<()> {
    let end = Instant::now() + MOMENT;
    while Instant::now() < end {
        if let Some(status) = child.try_wait()? {
            return match status.success() {
                true => Ok(()),
                false => Err(io::Error::other(format!("it ended at once ({status})"))),
            };
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn is_wsl(env: &Env) -> bool {
    cfg!(target_os = "linux")
        && (env.filled("WSL_DISTRO_NAME").is_some()
            || fs::read_to_string("/proc/sys/kernel/osrelease")
                .is_ok_and(|release| release.to_ascii_lowercase().contains("microsoft")))
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const DESKTOP: Machine = Machine {
        is_wsl: false,
        is_container: false,
    };

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
        let path = dir.path().to_str().unwrap();
        [("PATH", path)].iter().chain(vars).copied().collect()
    }

    /// The program's name and its arguments.
    fn found(env: &Env, machine: Machine) -> Vec<String> {
        let shown = |line: Line| {
            let name = Path::new(&line[0]).file_name().unwrap().to_str().unwrap().to_owned();
            std::iter::once(name)
                .chain(line[1..].iter().cloned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        lines(env, machine).map_or_else(|why| vec![why], |lines| lines.into_iter().map(shown).collect())
    }

    #[test]
    fn a_desktop_has_a_browser() {
        let dir = programs(&[("xdg-open", ""), ("x-www-browser", "")]);
        let display = [("DISPLAY", ":0")];
        assert_eq!(
            found(&env(&dir, &display), DESKTOP),
            ["xdg-open %s", "x-www-browser %s"]
        );
        assert_eq!(found(&env(&dir, &[("WAYLAND_DISPLAY", "wayland-0")]), DESKTOP).len(), 2);
        for (vars, machine, why) in [
            (&[][..], DESKTOP, "no display"),
            (&[("DISPLAY", ""), ("WAYLAND_DISPLAY", "")], DESKTOP, "no display"),
            (
                &[("DISPLAY", ":0"), ("SSH_CONNECTION", "1 2 3 4")],
                DESKTOP,
                "SSH_CONNECTION",
            ),
            (
                &display,
                Machine {
                    is_container: true,
                    ..DESKTOP
                },
                "container",
            ),
        ] {
            let said = found(&env(&dir, vars), machine).concat();
            assert!(said.contains(why), "{said}");
        }
        let none = programs(&[]);
        assert!(found(&env(&none, &display), DESKTOP)[0].contains("on the PATH"));
    }

    #[test]
    fn the_variable_overrules_all() {
        let dir = programs(&[("code", ""), ("lynx", "")]);
        let with = |browser: &str| found(&env(&dir, &[("BROWSER", browser), ("SSH_CONNECTION", "1")]), DESKTOP);
        assert_eq!(with("code"), ["code %s"]);
        assert_eq!(
            with("none:code --open 'a b=%s' &:lynx"),
            ["code --open a b=%s", "lynx %s"]
        );
        assert_eq!(with(&format!("{}/lynx", dir.path().display())), ["lynx %s"]);
        assert!(with("none:./code:'")[0].contains("names no program"));
    }

    #[test]
    fn windows_behind_linux_has_the_browser() {
        let wsl = Machine {
            is_wsl: true,
            ..DESKTOP
        };
        let dir = programs(&[("wslview", ""), ("xdg-open", "")]);
        assert_eq!(found(&env(&dir, &[]), wsl), ["wslview %s"]);
        let dir = programs(&[("xdg-open", "")]);
        assert_eq!(
            found(&env(&dir, &[]), wsl),
            ["rundll32.exe url.dll,FileProtocolHandler %s"]
        );
    }

    #[test]
    fn a_relative_directory_of_the_path_does_not_count() {
        let dir = programs(&[("xdg-open", "")]);
        let vars = [("PATH", "."), ("DISPLAY", ":0")].into_iter().collect();
        assert!(found(&vars, DESKTOP)[0].contains("on the PATH"));
        drop(dir);
    }

    /// One file may be open for writing in another test's new process, which keeps it from being started.
    fn opened(browser: &Browser, env: &Env) -> io::Result<()> {
        (0..50)
            .map(|_| browser.open("https://example.com/?a=1&b=2", env))
            .find(|opened| !matches!(opened, Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy))
            .unwrap()
    }

    #[test]
    fn the_first_that_does_not_fail_gets_the_url_as_one_word() {
        let dir = programs(&[
            ("xdg-open", "exit 3"),
            (
                "sensible-browser",
                "printf '%s|' \"$#\" \"$@\" \"$SEEN\" >\"$0.new\"; /bin/mv \"$0.new\" \"$0.got\"; exec /bin/sleep 2",
            ),
            ("x-www-browser", "exit 4"),
        ]);
        let env = env(&dir, &[("DISPLAY", ":0"), ("SEEN", "seen")]);
        let browser = Browser(lines(&env, DESKTOP).unwrap());
        opened(&browser, &env).unwrap();
        let got = fs::read_to_string(dir.path().join("sensible-browser.got")).unwrap();
        assert_eq!(got, "1|https://example.com/?a=1&b=2|seen|");
        fs::remove_file(dir.path().join("sensible-browser")).unwrap();
        let error = opened(&browser, &env).unwrap_err();
        assert!(error.to_string().contains("exit status: 4"), "{error}");
    }
}
