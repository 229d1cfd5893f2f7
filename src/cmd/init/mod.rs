//! `awsenv init`: the integration for a shell's startup file.

mod help;

use crate::cli::InitArgs;
use crate::config::settings::{Prompt, Settings};
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::{script, starship};
use crate::shell::{Shell, look};

/// Where PowerShell's function has the program's help.
const HELP: &str = "<# help #>";

/// Assignments from the settings, then the shell's files unchanged. A terminal may show them, because they hold no
/// secret.
pub fn run(context: &Context, args: InitArgs) -> Result<Outcome, Error> {
    let shell = script::known_shell(&args.shell)?;
    let mut settings = context.settings().clone();
    if settings.prompt == Prompt::Auto && starship::hides_current(context, shell) {
        settings.prompt = Prompt::On;
    }
    let silent = starship::silent(&context.process.env);
    Ok(Outcome::Code(text(shell, &settings, args.no_prompt, silent), 0))
}

fn text(shell: Shell, settings: &Settings, no_prompt: bool, silent: &[&str]) -> String {
    let syntax = shell.syntax();
    let mode = if no_prompt { "none" } else { settings.prompt.as_str() };
    let integration = match shell {
        Shell::PowerShell => syntax.integration().replacen(HELP, &help::comment(), 1),
        _ => syntax.integration().to_owned(),
    };
    let text = format!(
        "{}\n{}{}{}\n{}",
        script::look(settings, mode).assign(syntax, "\n"),
        look::drawn(shell, silent),
        if no_prompt {
            look::no_segment(shell)
        } else {
            look::segment(shell)
        },
        integration,
        syntax.completion().unwrap_or_default(),
    );
    look::undisturbed(shell, &text)
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
        let text = text(Shell::Bash, &settings(&["prod*"]), false, &[]);
        assert!(text.contains("\n__awsenv_mode='auto'\n__awsenv_production=$'prod\\052'\nfunction __awsenv_drawn {\n"));
        let files = concat!(
            include_str!("../../../shell/segment.sh"),
            include_str!("../../../shell/awsenv.bash"),
            "\n",
            include_str!("../../../shell/complete.bash"),
        );
        assert!(text.contains(files), "{text}");
    }

    #[test]
    fn powershells_function_has_the_programs_help() {
        let text = text(Shell::PowerShell, &Settings::default(), false, &[]);
        assert!(
            text.contains("function global:awsenv {',[char]10,'    <#',[char]10,'.SYNOPSIS',[char]10,"),
            "{text}"
        );
    }

    #[test]
    fn a_glob_that_no_profile_can_match_cuts_none_of_the_others() {
        let all = text(Shell::Bash, &settings(&["a\0b", "prod*"]), false, &[]);
        assert!(all.contains("__awsenv_production=$'prod\\052'\n"), "{}", &all[..200]);
    }

    #[test]
    fn a_program_that_hides_the_profile_does_not_replace_the_segment() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let text = |silent| text(shell, &Settings::default(), false, silent);
            let with = look::drawn(shell, &[]);
            let without = look::drawn(shell, &["starship"]);
            assert!(text(&[]).contains(&with), "{}", shell.as_str());
            assert!(text(&["starship"]).contains(&without), "{}", shell.as_str());
            let starship = [with, without].map(|drawn| drawn.to_lowercase().contains("starship"));
            assert_eq!(starship, [true, false], "{}", shell.as_str());
        }
    }

    #[test]
    fn the_files_are_ascii_so_that_no_locale_misreads_them() {
        for shell in Shell::ALL {
            let text = text(shell, &Settings::default(), false, &[]);
            assert!(text.is_ascii(), "{}", shell.as_str());
            assert!(!text.contains('\r'), "{}", shell.as_str());
        }
    }
}
