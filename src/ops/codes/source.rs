//! Which of the sources of codes has those of a device, beside the command line.

use crate::config::settings::CodePrompt;
use crate::config::{Place, shlex};
use crate::context::Context;
use crate::provider::NoCode;
use crate::redact::shown;
use crate::resolve::Device;
use crate::sys::settings;

/// Where the codes of a device come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Program(Program),
    /// A window, or the terminal where none can be shown.
    Window,
    Terminal,
}

/// A program that prints codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// `Err`: why its line has none.
    pub words: Result<Vec<String>, String>,
    pub of: ProgramOf,
    /// Unknown for settings that are not in a file.
    pub place: Option<Place>,
}

/// Who names a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramOf {
    Profile,
    Settings,
}

/// In the words of a command of the settings, the device.
const SERIAL: &str = "{serial}";

impl Source {
    pub fn of(context: &Context, device: &Device) -> Self {
        let mfa = &context.settings().mfa;
        if let Some(process) = &device.process {
            let words = shlex::split(&process.command).map_err(|error| error.to_string());
            return Self::program(words, ProgramOf::Profile, Some(process.place.clone()));
        }
        if let Some(command) = &mfa.process {
            let words = shell_words::split(command).map_err(|error| error.to_string());
            let filled = |words: Vec<String>| words.iter().map(|word| word.replace(SERIAL, &device.serial)).collect();
            return Self::program(words.map(filled), ProgramOf::Settings, line(context));
        }
        match mfa.prompt {
            CodePrompt::Gui => Self::Window,
            CodePrompt::Terminal => Self::Terminal,
        }
    }

    fn program(words: Result<Vec<String>, String>, of: ProgramOf, place: Option<Place>) -> Self {
        let filled = |words: Vec<String>| match words.is_empty() {
            true => Err("it is empty".to_owned()),
            false => Ok(words),
        };
        Self::Program(Program {
            words: words.and_then(filled),
            of,
            place,
        })
    }
}

impl Program {
    /// `why` is what it has done.
    pub(super) fn failed(&self, why: &str) -> NoCode {
        let named = self.words.as_ref().ok().and_then(|words| words.first());
        NoCode::Failed {
            place: self.place.clone(),
            why: match named {
                Some(program) => format!("`{}` {why}", shown(program)),
                None => why.to_owned(),
            },
        }
    }
}

/// Of `process` in the settings.
fn line(context: &Context) -> Option<Place> {
    let path = settings::path(&context.process.env)?;
    let line = *context.settings().lines.get("process")?;
    Some(Place {
        file: path.into(),
        line,
    })
}
