//! One story in the words of each shell: a script in its strict mode, and what that shell had at each point.

mod names;
mod powershell;

use std::collections::BTreeMap;
use std::fs;

pub(crate) use names::NAMES;

use crate::support::{self, Family, Output, RealShell, Sandbox};

/// How `use` and `unset` reach the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// `eval "$(awsenv …)"`.
    Plain,
    /// The same after `awsenv init` has defined the function.
    Loaded,
    /// The function that `awsenv init` defines.
    Wrapper,
}

pub(crate) const MODES: [Mode; 3] = [Mode::Plain, Mode::Loaded, Mode::Wrapper];

/// Options of zsh that people set.
const ODD_ZSH: &[&str] = &[
    "-f",
    "-euo",
    "pipefail",
    "-o",
    "SH_WORD_SPLIT",
    "-o",
    "KSH_ARRAYS",
    "-o",
    "WARN_CREATE_GLOBAL",
    "-o",
    "GLOB_SUBST",
    "-o",
    "CSH_JUNKIE_QUOTES",
    "-o",
    "EXTENDED_GLOB",
    "-o",
    "NO_NOMATCH",
];

/// The shells of every story; PowerShell is run separately.
pub(crate) fn shells() -> Vec<RealShell> {
    let mut all = Vec::new();
    for shell in support::installed() {
        match shell.name {
            "bash" => all.push(RealShell {
                name: "bash --posix",
                args: &["--norc", "--noprofile", "--posix", "-euo", "pipefail"],
                ..shell.clone()
            }),
            "zsh" => all.push(RealShell {
                name: "zsh with odd options",
                args: ODD_ZSH,
                ..shell.clone()
            }),
            _ => {}
        }
        all.extend(Some(shell).filter(|shell| shell.family != Family::PowerShell));
    }
    all
}

/// Tells a story in every shell, by evals without and with the integration, and through the wrapper.
pub(crate) fn everywhere(tell: impl Fn(&Sandbox, Story)) {
    for shell in shells() {
        for mode in MODES {
            if mode == Mode::Plain || shell.has_function() {
                tell(&sandbox(), Story::new(&shell, mode));
            }
        }
    }
    in_powershell(tell);
}

/// `None` if it is not installed.
pub(crate) fn powershell() -> Option<RealShell> {
    support::installed()
        .into_iter()
        .find(|shell| shell.family == Family::PowerShell)
}

/// Tells a story in PowerShell, by plain evals and through the wrapper.
fn in_powershell(tell: impl Fn(&Sandbox, Story)) {
    let Some(shell) = powershell() else { return };
    for mode in [Mode::Plain, Mode::Wrapper] {
        tell(&sandbox(), Story::new(&shell, mode));
    }
}

/// With profiles of each kind that the stories need.
pub(crate) fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(".aws/config", include_str!("../config"));
    sandbox.write(".aws/credentials", include_str!("../credentials"));
    sandbox
}

/// A script under construction.
pub(crate) struct Story {
    pub(crate) shell: RealShell,
    pub(crate) mode: Mode,
    text: String,
}

impl Story {
    pub(crate) fn new(shell: &RealShell, mode: Mode) -> Self {
        let mut story = Self {
            shell: shell.clone(),
            mode,
            text: String::new(),
        };
        if mode != Mode::Plain {
            story.line(shell.integration());
        }
        if story.is_powershell() {
            story.line(powershell::start());
        }
        story
    }

    pub(crate) fn is_fish(&self) -> bool {
        self.shell.family == Family::Fish
    }

    pub(crate) fn is_powershell(&self) -> bool {
        self.shell.family == Family::PowerShell
    }

    /// The beginning of a failed assertion's message.
    pub(crate) fn label(&self) -> String {
        format!("{}, {:?}", self.shell.name, self.mode)
    }

    /// A line in the shell's own language.
    pub(crate) fn line(&mut self, line: impl AsRef<str>) -> &mut Self {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
        self
    }

    /// A line in the words of each family.
    pub(crate) fn each(&mut self, posix: &str, fish: &str, powershell: &str) -> &mut Self {
        self.line(match self.shell.family {
            Family::Posix => posix,
            Family::Fish => fish,
            Family::PowerShell => powershell,
        })
    }

    pub(crate) fn quote(&self, value: &str) -> String {
        if self.is_powershell() {
            return support::powershell_word(value);
        }
        let quote = if self.is_fish() { "\\'" } else { "'\\''" };
        let value = if self.is_fish() {
            value.replace('\\', "\\\\")
        } else {
            value.to_owned()
        };
        format!("'{}'", value.replace('\'', quote))
    }

    pub(crate) fn export(&mut self, name: &str, value: &str) -> &mut Self {
        let value = self.quote(value);
        self.each(
            &format!("export {name}={value}"),
            &format!("set -gx {name} {value}"),
            &format!("$env:{name} = {value}"),
        )
    }

    /// Sets an unexported variable. PowerShell has none, so there the name stays unchanged.
    pub(crate) fn keep(&mut self, name: &str, value: &str) -> &mut Self {
        if self.is_powershell() {
            return self;
        }
        let value = self.quote(value);
        let line = if self.is_fish() {
            format!("set -g {name} {value}")
        } else {
            format!("{name}={value}")
        };
        self.line(line)
    }

    /// The expected [`Snap::shown`] for this shell: PowerShell has no `NAME~value`.
    pub(crate) fn shown(&self, shown: &str) -> String {
        let words = shown
            .split(' ')
            .filter(|word| !self.is_powershell() || !word.contains('~'));
        words.collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn remove(&mut self, name: &str) -> &mut Self {
        self.each(
            &format!("unset {name}"),
            &format!("set -eg {name}"),
            &format!("Remove-Item env:{name}"),
        )
    }

    pub(crate) fn remove_if_set(&mut self, name: &str) -> &mut Self {
        self.each(
            &format!("unset {name}"),
            &format!("set -eg {name}; or true"),
            &format!("Remove-Item env:{name} -ErrorAction Ignore"),
        )
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The statement that runs awsenv and its script.
    pub(crate) fn call(&self, args: &str) -> String {
        if self.is_powershell() {
            return powershell::call(self.mode, args);
        }
        match (self.mode, self.is_fish()) {
            (Mode::Wrapper, _) => format!("awsenv {args}"),
            (_, true) => format!("awsenv {args} | source"),
            (_, false) => format!("eval \"$(awsenv {args})\""),
        }
    }

    /// Runs awsenv, which must succeed.
    pub(crate) fn awsenv(&mut self, args: &str) -> &mut Self {
        if self.is_powershell() {
            return self.line(powershell::must(self.mode, args));
        }
        let call = self.call(args);
        // fish has no `set -e`.
        let guard = if self.is_fish() { "; or exit 9" } else { "" };
        self.line(format!("{call}{guard}"))
    }

    /// Runs awsenv, which may fail, and prints `LABEL=status`.
    pub(crate) fn status(&mut self, label: &str, args: &str) -> &mut Self {
        if self.is_powershell() {
            return self.line(powershell::status(self.mode, label, args));
        }
        let call = self.call(args);
        let line = if self.is_fish() {
            format!("{call}; echo {label}=$status")
        } else {
            format!("if {call}; then echo {label}=0; else echo {label}=$?; fi")
        };
        self.line(line)
    }

    /// Records what the shell has now.
    pub(crate) fn snap(&mut self, label: &str) -> &mut Self {
        if self.is_powershell() {
            return self.line(format!("snap {label}"));
        }
        if self.is_fish() {
            let names = NAMES.join(" ");
            self.line(format!(
                "for n in {names}; if set -q $n; echo \"$n=$$n\"; else; echo $n; end; end > {label}.vars"
            ));
        } else {
            let words: Vec<_> = NAMES.iter().map(|n| format!("\"{n}${{{n}+=${n}}}\"")).collect();
            self.line(format!("printf '%s\\n' {} > {label}.vars", words.join(" ")));
        }
        self.line(format!("/usr/bin/env -0 > {label}.env"))
            .line(format!("set > {label}.set"))
    }

    /// Runs the script, which must end with 0.
    #[track_caller]
    pub(crate) fn told(&self, sandbox: &Sandbox) -> Output {
        let output = self.run(sandbox);
        assert_eq!(output.status, 0, "{}: {}\n{}", self.label(), output.all(), self.text);
        output
    }

    pub(crate) fn run(&self, sandbox: &Sandbox) -> Output {
        sandbox.script(&self.shell, &self.text).output()
    }
}

/// What a shell had at one point.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snap {
    /// The variables of [`NAMES`] that are set: `NAME=value` if exported, `NAME~value` if not. AWSENV_STATE is left
    /// out.
    pub(crate) shown: String,
    /// Everything that a child gets.
    pub(crate) env: BTreeMap<String, String>,
    /// awsenv's own names, exported or not.
    pub(crate) ours: Vec<String>,
}

/// Reads what [`Story::snap`] recorded.
#[track_caller]
pub(crate) fn snap(sandbox: &Sandbox, label: &str) -> Snap {
    let read = |suffix: &str| {
        let bytes = fs::read(sandbox.path(format!("{label}.{suffix}")));
        String::from_utf8_lossy(&bytes.unwrap_or_else(|error| panic!("{label}.{suffix}: {error}"))).into_owned()
    };
    let env = read("env");
    let env: BTreeMap<String, String> = env
        .split_terminator('\0')
        .filter_map(|entry| entry.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut shown = Vec::new();
    for line in read("vars").lines() {
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let exported = env.get(name);
        assert!(
            exported.is_none_or(|exported| exported == value),
            "{label}: {line} is exported as {exported:?}"
        );
        if name != "AWSENV_STATE" {
            shown.push(format!("{name}{}{value}", if exported.is_some() { '=' } else { '~' }));
        }
    }
    let set = read("set");
    let variables = set
        .lines()
        .filter(|line| !line.ends_with("()") && !line.ends_with("() "));
    let names = variables.filter_map(|line| line.split(['=', ' ']).next());
    let loaded = ["__awsenv_mode", "__awsenv_production"]; // set by `init`
    let is_ours = |name: &&str| (name.starts_with("__awsenv") || name.starts_with("AWSENV_")) && !loaded.contains(name);
    let ours = names
        .chain(env.keys().map(String::as_str))
        .filter(is_ours)
        .map(str::to_owned)
        .collect();
    Snap {
        shown: shown.join(" "),
        env,
        ours,
    }
}

impl Snap {
    /// awsenv's own names that a child sees.
    pub(crate) fn exported_ours(&self) -> Vec<&str> {
        self.env
            .keys()
            .map(String::as_str)
            .filter(|name| name.starts_with("__awsenv"))
            .collect()
    }
}

/// Asserts that a shell is exactly as before, with none of awsenv's names left.
#[track_caller]
pub(crate) fn assert_back(story: &Story, before: &Snap, after: &Snap) {
    assert_eq!(after.shown, before.shown, "{}", story.label());
    assert_eq!(after.ours, before.ours, "{}: left behind", story.label());
    // Names that shells export for reasons of their own.
    let ignored = |name: &str| name.starts_with('_') || ["SHLVL", "OLDPWD", "PWD", "IFS"].contains(&name);
    let (mut old, mut new) = (before.env.clone(), after.env.clone());
    old.retain(|name, _| !ignored(name));
    new.retain(|name, _| !ignored(name));
    assert_eq!(new, old, "{}", story.label());
}
