//! Where the codes of a device come from, if the command line gives none.

use crate::config::Place;
use crate::config::settings::CodePrompt;
use crate::context::Context;
use crate::resolve::Device;
use crate::sys;

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
