//! The program that draws the prompt, as far as it can be known from outside the shell: by the variables that it exports
//! and by its files.

use std::path::PathBuf;

use crate::env::Env;
use crate::ops::starship;
use crate::prompt::InUse;
use crate::shell::starship::Shows as Starship;
use crate::shell::{Shell, look};
use crate::sys;
use crate::sys::fs::{home_of, read_regular, xdg_config_dir};
use crate::sys::process::Stderr;

/// When a program shows the profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    Always,
    /// If AWS_PROFILE names it.
    ByName,
    Never,
    /// It would, but not the profile in use.
    NotThis,
    /// Its theme decides.
    Unknown,
    /// While a command line that starts with `aws` or the like is typed.
    WhileTyped,
}

/// A program that draws the prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Drawer {
    /// As in [`crate::shell::look`], where it has a row.
    pub(super) name: &'static str,
    pub(super) shows: Shows,
    /// What makes it show the profile.
    pub(super) remedy: String,
}

impl Drawer {
    pub(super) fn of(shell: Shell, env: &Env, used: Option<&InUse>) -> Option<Self> {
        let of_shell = || match shell {
            Shell::Bash => bash(env),
            Shell::Fish => fish(env),
            Shell::Zsh => powerlevel10k(env).or_else(|| oh_my_zsh(env)),
            Shell::Posix | Shell::PowerShell => None,
        };
        starship(shell, env, used)
            .or_else(|| oh_my_posh(shell, env))
            .or_else(of_shell)
    }
}

fn text(path: Option<PathBuf>) -> Option<String> {
    let bytes = read_regular(&path?).ok()??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn starship(shell: Shell, env: &Env, used: Option<&InUse>) -> Option<Drawer> {
    if !starship::draws(shell, env) {
        return None;
    }
    let file = starship::path(env).map_or_else(|| "its settings".to_owned(), |path| path.display().to_string());
    let (shows, remedy) = match starship::shows(env) {
        Starship::Nothing => (
            Shows::Never,
            format!("`disabled = false` in `[aws]`, and `$aws` in `format`, in {file}"),
        ),
        Starship::Found if used.is_some_and(|used| !starship_shows(used, env)) => {
            (Shows::NotThis, format!("`force_display = true` in `[aws]` in {file}"))
        }
        Starship::Found | Starship::Every => (Shows::Always, String::new()),
    };
    Some(Drawer {
        name: look::STARSHIP,
        shows,
        remedy,
    })
}

/// Asks starship. If it cannot be run, it is taken to show the profile.
fn starship_shows(used: &InUse, env: &Env) -> bool {
    let Ok(program) = sys::process::find("starship", env) else {
        return true;
    };
    let words = [program.display().to_string(), "module".to_owned(), "aws".to_owned()];
    // Named, the shell would get its own escapes.
    let env = env.clone().without("STARSHIP_SHELL");
    let Ok(answer) = sys::process::capture(&words, &env, Stderr::Captured, None) else {
        return true;
    };
    let shown = String::from_utf8_lossy(&answer.stdout);
    let exact = env.filled("AWS_PROFILE").unwrap_or(&used.name);
    [&used.name, exact].iter().any(|name| shown.contains(*name))
}

fn oh_my_posh(shell: Shell, env: &Env) -> Option<Drawer> {
    if env.text("POSH_SHELL").and_then(Shell::parse) != Some(shell) {
        return None;
    }
    let theme = env.filled("POSH_THEME").map(PathBuf::from);
    let file = theme
        .as_ref()
        .map_or_else(|| "its theme".to_owned(), |path| path.display().to_string());
    let packed = text(theme).unwrap_or_default().replace([' ', '"', '\''], "");
    let has_segment = ["type:aws", "type=aws"].iter().any(|line| packed.contains(line));
    Some(Drawer {
        name: "oh-my-posh",
        shows: if has_segment { Shows::ByName } else { Shows::Never },
        remedy: format!("a segment of the type `aws` in {file}"),
    })
}

fn powerlevel10k(env: &Env) -> Option<Drawer> {
    env.os("P9K_TTY")?;
    let named = env.filled("POWERLEVEL9K_CONFIG_FILE").map(PathBuf::from);
    let settings = text(named.or_else(|| Some(zdotdir(env)?.join(".p10k.zsh")))).unwrap_or_default();
    let lines: Vec<&str> = settings
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .collect();
    let typed = |line: &&str| line.contains("POWERLEVEL9K_AWS_SHOW_ON_COMMAND");
    let last = lines.iter().rfind(|line| typed(line));
    let (shows, remedy) = if !lines.contains(&"aws") {
        (
            Shows::Never,
            "`aws` in POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS in ~/.p10k.zsh",
        )
    } else if last.is_some_and(|line| !line.starts_with("unset")) {
        let remedy = "`unset POWERLEVEL9K_AWS_SHOW_ON_COMMAND` at the end of ~/.p10k.zsh";
        (Shows::WhileTyped, remedy)
    } else {
        (Shows::Always, "")
    };
    Some(Drawer {
        name: "powerlevel10k",
        shows,
        remedy: remedy.to_owned(),
    })
}

fn oh_my_zsh(env: &Env) -> Option<Drawer> {
    let folder = PathBuf::from(env.filled("ZSH")?);
    read_regular(&folder.join("oh-my-zsh.sh")).ok()??;
    let settings = text(Some(zdotdir(env)?.join(".zshrc"))).unwrap_or_default();
    let lines = settings.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let settings = lines.collect::<Vec<_>>().join(" ");
    let after = |start: &str| settings.rsplit_once(start).map_or("", |(_, rest)| rest);
    let theme = after("ZSH_THEME=").trim_start_matches(['"', '\'']);
    let plugins = after("plugins=(").split(')').next().unwrap_or_default();
    let (name, shows) = if settings.contains("SHOW_AWS_PROMPT=false") {
        ("oh-my-zsh", Shows::Never)
    } else if plugins.split_whitespace().any(|plugin| plugin == "aws") {
        (look::AWS_PLUGIN, Shows::ByName)
    } else if theme.starts_with("agnoster") {
        (look::AGNOSTER, Shows::ByName)
    } else {
        ("oh-my-zsh", Shows::Never)
    };
    Some(Drawer {
        name,
        shows,
        remedy: "`aws` in `plugins=( … )` in ~/.zshrc".to_owned(),
    })
}

fn zdotdir(env: &Env) -> Option<PathBuf> {
    env.filled("ZDOTDIR").map(PathBuf::from).or_else(|| home_of(""))
}

fn bash(env: &Env) -> Option<Drawer> {
    let known = [("BASH_IT", "bash-it"), ("OSH", "oh-my-bash")];
    let (_, name) = known.into_iter().find(|(variable, _)| env.filled(variable).is_some())?;
    Some(Drawer {
        name,
        shows: Shows::Unknown,
        remedy: "a theme that shows it".to_owned(),
    })
}

fn fish(env: &Env) -> Option<Drawer> {
    let folder = xdg_config_dir(env)?.join("fish");
    let has = |function: &str| matches!(read_regular(&folder.join("functions").join(function)), Ok(Some(_)));
    if has("_tide_item_aws.fish") {
        let universals = text(Some(folder.join("fish_variables"))).unwrap_or_default();
        let is_item = |line: &str| {
            let items = line
                .split_once("_prompt_items:")
                .filter(|(name, _)| name.contains(" tide_"));
            items.is_some_and(|(_, items)| items.split("\\x1e").any(|item| item == "aws"))
        };
        return Some(Drawer {
            name: "tide",
            shows: if universals.lines().any(is_item) {
                Shows::ByName
            } else {
                Shows::Never
            },
            remedy: "set -Ua tide_right_prompt_items aws".to_owned(),
        });
    }
    has("_pure_prompt_aws_profile.fish").then(|| Drawer {
        name: look::PURE,
        shows: Shows::ByName,
        remedy: "set -U pure_enable_aws_profile true".to_owned(),
    })
}
