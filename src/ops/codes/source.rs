//! Where the codes of a device come from, if the command line gives none.

use crate::config::settings::CodePrompt;
use crate::config::{Place, shlex};
use crate::context::Context;
use crate::resolve::Device;
use crate::sys;

/// In a command, the device.
const SERIAL: &str = "{serial}";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A program that the AWS files name for the device.
    Profile {
        command: String,
        place: Place,
    },
    /// The program of `[mfa]` in the settings.
    Settings {
        command: String,
        place: Option<Place>,
    },
    /// A window, or the terminal where none can be shown.
    Window,
    Terminal,
}

impl Source {
    pub fn of(context: &Context, device: &Device) -> Self {
        if let Some(process) = &device.process {
            return Self::Profile {
                command: process.command.clone(),
                place: process.place.clone(),
            };
        }
        let settings = context.settings();
        match (&settings.mfa.process, settings.mfa.prompt) {
            (Some(command), _) => Self::Settings {
                command: command.clone(),
                place: place(context, "process"),
            },
            (None, CodePrompt::Gui) => Self::Window,
            (None, CodePrompt::Terminal) => Self::Terminal,
        }
    }

    /// The words of the program for this device, whose file says how they are split; `None` without a program.
    pub fn words(&self, serial: &str) -> Option<Result<Vec<String>, String>> {
        let words = match self {
            Self::Profile { command, .. } => shlex::split(command).map_err(|error| error.to_string()),
            Self::Settings { command, .. } => shell_words::split(command).map_err(|error| error.to_string()),
            Self::Window | Self::Terminal => return None,
        };
        let filled = |words: Vec<String>| words.iter().map(|word| word.replace(SERIAL, serial)).collect();
        Some(words.and_then(|words| match words.is_empty() {
            true => Err("it is empty".to_owned()),
            false => Ok(filled(words)),
        }))
    }

    /// As in `explain --json`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Profile { .. } => "profile",
            Self::Settings { .. } => "settings",
            Self::Window => "gui",
            Self::Terminal => "terminal",
        }
    }

    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Profile { place, .. } => Some(place),
            Self::Settings { place, .. } => place.as_ref(),
            Self::Window | Self::Terminal => None,
        }
    }

    /// Whether a person gives the codes.
    pub fn is_person(&self) -> bool {
        matches!(self, Self::Window | Self::Terminal)
    }
}

/// The line of a key of the settings.
fn place(context: &Context, key: &str) -> Option<Place> {
    Some(Place {
        file: sys::settings::path(&context.process.env)?.into(),
        line: *context.settings().lines.get(key)?,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::Global;
    use crate::process::Process;
    use crate::resolve::CodeProcess;
    use crate::ui::Ui;

    /// What there is with these settings, for a device with this program.
    fn source(settings: &str, process: Option<&str>) -> Source {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("settings");
        std::fs::write(&file, settings).unwrap();
        let process_of = Process::of_env([("AWSENV_CONFIG", file)].into_iter().collect());
        let ui = Ui::new(&Global::default(), &process_of);
        let context = Context::new(&process_of, &ui);
        Source::of(&context, &device(process))
    }

    fn place(line: u32) -> Place {
        let file = Path::new("config").into();
        Place { file, line }
    }

    fn device(process: Option<&str>) -> Device {
        Device {
            profile: "p".to_owned(),
            serial: "arn:aws:iam::123456789012:mfa/me".to_owned(),
            place: place(2),
            process: process.map(|command| CodeProcess {
                command: command.to_owned(),
                place: place(3),
            }),
        }
    }

    #[test]
    fn the_profile_comes_before_the_settings_and_programs_before_people() {
        let all = "[mfa]\nprocess = otp\nprompt = gui\n";
        let source_of = |settings, process| source(settings, process).as_str();
        assert_eq!(source_of(all, Some("own")), "profile");
        assert_eq!(source_of(all, None), "settings");
        assert_eq!(source_of("[mfa]\nprompt = gui\n", None), "gui");
        assert_eq!(source_of("", None), "terminal");
        assert_eq!(source(all, Some("own")).place(), Some(&place(3)));
        let found = source(all, None);
        let line = found.place().map(|place| place.line);
        assert_eq!(line, Some(2));
        assert!(!found.is_person() && source("", None).is_person());
    }

    #[test]
    fn a_program_is_split_as_its_file_says() {
        let words = |source: &Source| source.words("SERIAL").unwrap();
        let own = |command| words(&source("", Some(command)));
        let of_settings = |command| words(&source(&format!("[mfa]\nprocess = {command}\n"), None));
        assert_eq!(own(r#"otp "a \$b" {serial}"#).unwrap(), ["otp", r"a \$b", "SERIAL"]);
        assert_eq!(
            of_settings(r#"otp "a \$b" --of={serial} {serial}"#).unwrap(),
            ["otp", "a $b", "--of=SERIAL", "SERIAL"]
        );
        assert_eq!(own("otp 'a").unwrap_err(), "a quote is not closed");
        assert!(of_settings("otp 'a").is_err());
        assert_eq!(own("  ").unwrap_err(), "it is empty");
        assert!(source("", None).words("SERIAL").is_none());
    }
}
