//! `awsenv init`: the integration for a shell's startup file.

use crate::cli::InitArgs;
use crate::config::settings::Settings;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::script;
use crate::shell::{Shell, look};

/// Assignments from the settings, then the shell's files unchanged. A terminal may show them, because they hold no
/// secret.
pub fn run(context: &Context, args: InitArgs) -> Result<Outcome, Error> {
    let shell = script::known_shell(&args.shell)?;
    // A mistake in the settings must not leave the user without `awsenv`.
    let settings = context.settings().cloned().unwrap_or_else(|error| {
        context.ui.warn(&error.message);
        Settings::default()
    });
    Ok(Outcome::Code(text(shell, &settings, args.no_prompt), 0))
}

fn text(shell: Shell, settings: &Settings, no_prompt: bool) -> String {
    let syntax = shell.syntax();
    let mode = if no_prompt { "none" } else { settings.prompt.as_str() };
    let text = format!(
        "{}\n{}{}{}\n{}",
        script::look(settings, mode).assign(syntax, "\n"),
        look::drawn(shell),
        if no_prompt { "" } else { look::segment(shell) },
        syntax.integration(),
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
        let text = text(Shell::Bash, &settings(&["prod*"]), false);
        assert!(text.contains("\n__awsenv_mode='auto'\n__awsenv_production=$'prod\\052'\nfunction __awsenv_drawn {\n"));
        let files = concat!(
            include_str!("../../shell/segment.sh"),
            include_str!("../../shell/awsenv.bash"),
            "\n",
            include_str!("../../shell/complete.bash"),
        );
        assert!(text.contains(files), "{text}");
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
