//! Which shell reads the script. Pure: the caller gathers the processes.
//!
//! Never uses `$SHELL`: that is the login shell, whatever runs now.

use crate::shell::Shell;
use crate::shell::program::{Program, base};
use crate::shell::wrapper::Wrapper;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `--shell`.
    Option,
    /// From AWSENV_WRAPPED, which the wrapper function sets.
    Wrapper,
    /// The nearest ancestor process that is a shell.
    Ancestor,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No shell has the name that was typed.
    Typed(String),
    /// The nearest shell has a language of its own.
    Foreign(String),
    /// No ancestor is a shell.
    Nowhere,
}

/// A process above this one, as far as it can be seen.
#[derive(Clone, Debug, Default)]
pub struct Ancestor {
    /// The file that it runs.
    pub program: Option<String>,
    /// The name that it gives itself; for a script, the script's. The system cuts it at 15 bytes.
    pub name: Option<String>,
    /// Its command line.
    pub words: Vec<String>,
}

/// Uses the first of: the typed name, the wrapper's name, the nearest shell (asked for only if nothing else decides).
///
/// # Errors
/// The typed name is unknown, or so is the nearest shell.
pub fn detect(
    typed: Option<&str>,
    wrapper: Option<Wrapper>,
    nearest: impl FnOnce() -> Result<Shell, Unknown>,
) -> Result<(Shell, Source), Unknown> {
    if let Some(name) = typed {
        return Shell::parse(name)
            .map(|shell| (shell, Source::Option))
            .ok_or_else(|| Unknown::Typed(name.to_owned()));
    }
    if let Some(wrapper) = wrapper {
        return Ok((wrapper.shell, Source::Wrapper));
    }
    nearest().map(|shell| (shell, Source::Ancestor))
}

/// The nearest shell among the ancestors, nearest first. Any other program is passed over, unless it is a login shell
/// of this system: a script for the shell above that one would be run by the wrong shell.
///
/// # Errors
/// The nearest shell is none of ours, or there is none.
pub fn nearest(
    ancestors: impl IntoIterator<Item = Ancestor>,
    is_login_shell: impl Fn(&str) -> bool,
) -> Result<Shell, Unknown> {
    for ancestor in ancestors {
        match ancestor.role() {
            Role::Shell(shell) => return Ok(shell),
            Role::Foreign(name) => return Err(Unknown::Foreign(name)),
            Role::Applet => {}
            Role::Other => {
                if let Some(name) = ancestor.own_names().find(|name| is_login_shell(name)) {
                    return Err(Unknown::Foreign(name.to_owned()));
                }
            }
        }
    }
    Err(Unknown::Nowhere)
}

enum Role {
    Shell(Shell),
    Foreign(String),
    /// Not a shell, although the same file holds one.
    Applet,
    Other,
}

/// As long as the system lets a process's name be, in bytes.
const MAX_NAME: usize = 15;

impl Ancestor {
    /// What it runs decides, then what it is called.
    fn role(&self) -> Role {
        let program = self.program();
        let foreign = |name: &str| Role::Foreign(base(name).to_owned());
        match program.map_or(Program::Other, Program::of) {
            Program::Shell(shell) => return Role::Shell(shell),
            Program::Foreign => return foreign(program.unwrap_or_default()),
            Program::Bundle => return self.applet(),
            Program::Other => {}
        }
        if let Some(script) = self.script().filter(|script| Program::of(script) == Program::Foreign) {
            return foreign(script);
        }
        match self.name.as_deref().map(|name| (name, Program::of(name))) {
            Some((name, Program::Foreign)) => foreign(name),
            Some((_, Program::Shell(shell))) if !self.is_script() => Role::Shell(shell),
            Some((_, Program::Bundle)) => self.applet(),
            _ => Role::Other,
        }
    }

    /// The file, else the word that it was started by.
    fn program(&self) -> Option<&str> {
        self.program.as_deref().or(self.words.first().map(String::as_str))
    }

    /// A bundle is what its first word says that is not the bundle's own name.
    fn applet(&self) -> Role {
        let words = self.words.iter().map(String::as_str);
        let word = words
            .chain(self.name.as_deref())
            .find(|word| Program::of(word) != Program::Bundle);
        match word.map(Program::of) {
            Some(Program::Shell(_)) => Role::Shell(Shell::Posix),
            _ => Role::Applet,
        }
    }

    /// Whether its name is only that of a script, which says nothing about a shell: then it was started by another
    /// word. An emulator is started in the same way, but runs the program that has the name.
    fn is_script(&self) -> bool {
        let cut = |word: &str| word.bytes().take(MAX_NAME).collect::<Vec<u8>>();
        let first = self.words.first().map(|word| cut(base(word)));
        let name = self.name.as_deref().map(|name| cut(base(name)));
        first.is_some() && first != name && !self.program().is_some_and(is_emulator)
    }

    /// What Python runs, because a shell may be written in it: the file or the module.
    fn script(&self) -> Option<&str> {
        let program = base(self.program()?);
        if !["python", "pypy"].iter().any(|python| program.starts_with(python)) {
            return None;
        }
        let script = self.words.iter().skip(1).find(|word| !word.starts_with('-'))?;
        Some(base(script))
    }

    /// The names by which it could be a shell that awsenv has never heard of.
    fn own_names(&self) -> impl Iterator<Item = &str> {
        let names = [self.program(), self.name.as_deref(), self.script()];
        names
            .into_iter()
            .flatten()
            .map(base)
            .filter(|name| Program::of(name) == Program::Other)
    }
}

/// Runs the program of another processor, such as QEMU and Rosetta.
fn is_emulator(program: &str) -> bool {
    let program = base(program);
    ["qemu", "rosetta", "FEX", "box64", "box86"]
        .iter()
        .any(|name| program.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::names::AWSENV_WRAPPED;

    #[test]
    fn the_nearest_word_counts() {
        let wrapped = |text: &str| Wrapper::of(&[(AWSENV_WRAPPED, text)].into_iter().collect());
        let none = || -> Result<Shell, Unknown> { unreachable!("not asked") };
        assert_eq!(
            detect(Some("fish"), wrapped("bash"), none),
            Ok((Shell::Fish, Source::Option))
        );
        assert_eq!(detect(None, wrapped("zsh:42"), none), Ok((Shell::Zsh, Source::Wrapper)));
        assert_eq!(
            detect(None, wrapped("nonsense"), || Ok(Shell::Posix)),
            Ok((Shell::Posix, Source::Ancestor))
        );
        assert_eq!(
            detect(Some("tcsh"), wrapped("zsh"), none),
            Err(Unknown::Typed("tcsh".to_owned()))
        );
        assert_eq!(detect(None, None, || Err(Unknown::Nowhere)), Err(Unknown::Nowhere));
    }

    /// `FILE NAME WORDS…`; a `?` cannot be seen.
    fn ancestor(text: &str) -> Ancestor {
        let mut parts = text.split(' ');
        let mut seen = || parts.next().filter(|part| *part != "?").map(str::to_owned);
        Ancestor {
            program: seen(),
            name: seen(),
            words: parts.map(str::to_owned).collect(),
        }
    }

    fn found(ancestors: &[&str]) -> Result<Shell, Unknown> {
        let listed = ["tmux", "foosh", "tcsh", "sh", "bash"];
        nearest(ancestors.iter().map(|text| ancestor(text)), |name| {
            listed.contains(&name)
        })
    }

    #[test]
    fn a_shell_is_what_a_process_runs() {
        for (process, shell) in [
            ("bash bash -bash", Shell::Bash),
            // A script is run by its shell, whatever its name.
            ("bash fish /bin/bash ./fish", Shell::Bash),
            ("bash tcsh /bin/bash ./tcsh", Shell::Bash),
            ("dash release.sh /bin/sh ./release.sh", Shell::Posix),
            (".fish-wrapped .fish-wrapped fish", Shell::Fish),
            ("bash-5.2 sh sh", Shell::Bash),
            ("dash.orig sh sh -c x", Shell::Posix),
            ("rbash rbash -rbash", Shell::Bash),
            // Another user's.
            ("? bash -bash", Shell::Bash),
            ("? fish /bin/bash ./fish", Shell::Bash),
            ("? zsh", Shell::Zsh),
            (
                "qemu-aarch64-static bash /usr/bin/qemu-aarch64-static /bin/bash",
                Shell::Bash,
            ),
            ("loader zsh -zsh", Shell::Zsh),
            // macOS knows only the name.
            ("-zsh", Shell::Zsh),
            ("busybox sh sh -c x", Shell::Posix),
            ("busybox ash -ash", Shell::Posix),
            ("busybox busybox busybox sh x", Shell::Posix),
            ("busybox.static exe ash", Shell::Posix),
            ("busybox release.sh /bin/sh ./release.sh", Shell::Posix),
            ("toybox sh sh", Shell::Posix),
            ("busybox bash bash", Shell::Posix),
        ] {
            assert_eq!(found(&[process]), Ok(shell), "{process}");
        }
    }

    #[test]
    fn other_programs_are_passed_over() {
        for between in [
            "make make make all",
            "sudo sudo sudo -E awsenv",
            "timeout timeout timeout 5 awsenv",
            "python3.11 python3 python3 run.py",
            // The name of a script in another language is no shell.
            "python3.11 zsh /usr/bin/python3 /home/u/bin/zsh",
            "perl bash /usr/bin/perl ./bash",
            "node npm node /usr/bin/npm run x",
            "busybox env env awsenv",
            "busybox busybox busybox xargs sh -c x",
            "busybox timeout timeout 5 sh",
            "toybox env env awsenv",
            "? sudo sudo awsenv",
            "? ?",
            "bashtop bashtop bashtop",
        ] {
            assert_eq!(found(&[between, "fish fish fish"]), Ok(Shell::Fish), "{between}");
            assert_eq!(found(&[between]), Err(Unknown::Nowhere), "{between}");
        }
    }

    #[test]
    fn a_shell_that_is_not_ours_stops_the_search() {
        for (process, name) in [
            ("tcsh tcsh -tcsh", "tcsh"),
            ("bsd-csh csh csh -f", "bsd-csh"),
            ("nu nu nu", "nu"),
            ("nu-0.99 nu nu", "nu-0.99"),
            ("python3.11 xonsh /usr/bin/python3 /usr/bin/xonsh", "xonsh"),
            ("python3.11 python3 python3 -m xonsh", "xonsh"),
            ("python3.11 python3 python3 -u /usr/bin/xonsh --no-rc", "xonsh"),
            ("? tcsh -tcsh", "tcsh"),
            ("oils-for-unix osh osh", "oils-for-unix"),
            ("tmux tmux tmux new", "tmux"),
            ("foosh foosh foosh", "foosh"),
            ("foosh-3 foosh -foosh", "foosh"),
            ("python3.11 foosh /usr/bin/python3 /bin/foosh", "foosh"),
        ] {
            let unknown = Err(Unknown::Foreign(name.to_owned()));
            assert_eq!(found(&[process, "bash bash bash"]), unknown, "{process}");
            assert_eq!(
                found(&["make make make", process, "bash bash bash"]),
                unknown,
                "{process}"
            );
            assert_eq!(found(&["dash dash sh", process]), Ok(Shell::Posix), "{process}");
        }
    }
}
