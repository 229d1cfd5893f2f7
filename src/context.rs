//! What every command is given, and what it comes to.

use std::cell::OnceCell;
use std::fmt;

use crate::config::settings::Settings;
use crate::env::Env;
use crate::env::diff::EnvDiff;
use crate::env::session::user_env;
use crate::env::state::State;
use crate::error::Error;
use crate::process::{Launch, Process};
use crate::secret::Secret;
use crate::shell::Shell;
use crate::sys;
use crate::sys::keychain::Keychain;
use crate::ui::Ui;

/// The process, the way to the person, and what follows from the environment, worked out once and only if it is needed.
pub struct Context<'a> {
    pub process: &'a Process,
    pub ui: &'a Ui,
    say: Box<dyn Fn(&str) + 'a>,
    state: OnceCell<Option<State>>,
    env: OnceCell<Env>,
    settings: OnceCell<Result<Settings, Error>>,
}

impl<'a> Context<'a> {
    pub fn new(process: &'a Process, ui: &'a Ui) -> Self {
        Self {
            process,
            ui,
            say: Box::new(|text| ui.tell(text)),
            state: OnceCell::new(),
            env: OnceCell::new(),
            settings: OnceCell::new(),
        }
    }

    /// What this shell uses. A damaged AWSENV_STATE is reported once and counts as nothing.
    pub fn state(&self) -> Option<&State> {
        let read = || {
            State::read(&self.process.env).unwrap_or_else(|_| {
                self.ui
                    .warn("AWSENV_STATE is damaged, so awsenv does not know what it changed in this shell");
                None
            })
        };
        self.state.get_or_init(read).as_ref()
    }

    /// The user's own variables, without what `use` exported.
    pub fn env(&self) -> &Env {
        self.env.get_or_init(|| user_env(&self.process.env, self.state()))
    }

    /// awsenv's own settings.
    ///
    /// # Errors
    /// The settings file cannot be read, or does not make sense.
    pub fn settings(&self) -> Result<&Settings, Error> {
        let load = || sys::settings::load(&self.process.env).map_err(Error::from);
        self.settings.get_or_init(load).as_ref().map_err(Clone::clone)
    }

    /// The keychain. No store is opened yet; the person is told if one has to be waited for.
    ///
    /// # Errors
    /// As [`Context::settings`].
    pub fn keychain(&self) -> Result<Keychain<'_>, Error> {
        Ok(Keychain::new(self.env(), &self.settings()?.keychain, &*self.say))
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

/// What a command comes to.
#[derive(Debug)]
pub enum Outcome {
    /// Statements for a shell that switch nothing, and the status to end with.
    Code(String, u8),
    /// Nothing to print; ends with this status.
    Done(u8),
    /// A program takes our place.
    Exec(Launch),
    /// Keys for stdout.
    Keys(Secret<String>),
    /// What changes in the shell.
    Switch {
        command: &'static str,
        shell: Shell,
        diff: EnvDiff,
    },
    /// Text for stdout, and the status to end with.
    Text(String, u8),
}
