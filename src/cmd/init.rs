//! `awsenv init`: the integration of a shell, for its start file.

use crate::cli::InitArgs;
use crate::config::settings::Settings;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::script;
use crate::shell::Shell;

/// A prelude of settings, then the shell's files as they are. It may be shown on a terminal: it holds no secret.
pub fn run(context: &Context, args: InitArgs) -> Result<Outcome, Error> {
    let shell = script::known_shell(&args.shell)?;
    // A slip in the settings must not leave the user without `awsenv`.
    let settings = context.settings().cloned().unwrap_or_else(|error| {
        context.ui.warn(&error.message);
        Settings::default()
    });
    Ok(Outcome::Code(text(shell, &settings, args.no_prompt), 0))
}

fn text(shell: Shell, settings: &Settings, no_prompt: bool) -> String {
    let syntax = shell.syntax();
    let no_prompt = if no_prompt || !settings.prompt { "1" } else { "" };
    let production = patterns(shell, &settings.production);
    format!(
        "{}\n{}\n{}\n{}",
        syntax.assign("__awsenv_no_prompt", no_prompt),
        syntax.assign("__awsenv_production", &production),
        syntax.integration(),
        syntax.completion().unwrap_or_default(),
    )
}

/// The globs as the shell's prompt matches them: a list for bash and zsh, a regular expression elsewhere.
fn patterns(shell: Shell, globs: &[String]) -> String {
    if globs.is_empty() {
        return String::new();
    }
    match shell {
        Shell::Bash | Shell::Posix | Shell::Zsh => {
            let globs: Vec<String> = globs.iter().map(|glob| escape(glob, "*", "?")).collect();
            globs.join(",")
        }
        Shell::Fish | Shell::PowerShell => {
            let globs: Vec<String> = globs.iter().map(|glob| escape(glob, ".*", ".")).collect();
            format!("^(?:{})$", globs.join("|"))
        }
    }
}

/// `glob` with its two signs replaced, and a backslash before all else that could mean something.
fn escape(glob: &str, any: &str, one: &str) -> String {
    let mut out = String::with_capacity(glob.len());
    for c in glob.chars() {
        match c {
            '*' => out.push_str(any),
            '?' => out.push_str(one),
            _ if c.is_ascii_alphanumeric() || c == '_' || c == '-' || !c.is_ascii() => out.push(c),
            _ => out.extend(['\\', c]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(production: &[&str]) -> Settings {
        Settings {
            production: production.iter().map(|&glob| glob.to_owned()).collect(),
            ..Settings::default()
        }
    }

    #[test]
    fn the_files_follow_their_settings_verbatim() {
        let text = text(Shell::Bash, &settings(&["prod*"]), true);
        let files = text
            .strip_prefix("__awsenv_no_prompt='1'\n__awsenv_production=$'prod\\052'\n")
            .unwrap();
        let expected = [
            include_str!("../../shell/awsenv.bash"),
            include_str!("../../shell/complete.bash"),
        ];
        assert_eq!(files, expected.join("\n"));
    }

    #[test]
    fn globs_mean_nothing_but_their_two_signs() {
        let globs = settings(&["prod*", "a[b].?$x\\"]).production;
        assert_eq!(patterns(Shell::Zsh, &globs), "prod*,a\\[b\\]\\.?\\$x\\\\");
        assert_eq!(patterns(Shell::Fish, &globs), "^(?:prod.*|a\\[b\\]\\..\\$x\\\\)$");
        assert_eq!(patterns(Shell::PowerShell, &[]), "");
    }

    #[test]
    fn the_files_are_ascii_so_that_no_locale_misreads_them() {
        for shell in Shell::ALL {
            let text = text(shell, &Settings::default(), false);
            assert!(text.is_ascii(), "{}", shell.as_str());
            assert!(!text.contains('\r'), "{}", shell.as_str());
        }
    }
}
