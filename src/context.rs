//! What every command gets, and what it returns.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::time::Duration;

use crate::advice::{Advice, Command};
use crate::config::settings::{Problem, Settings};
use crate::env::Env;
use crate::env::diff::EnvDiff;
use crate::env::session::user_env;
use crate::env::state::State;
use crate::process::{Launch, Process};
use crate::provider::NoTurn;
use crate::secret::Secret;
use crate::shell::Shell;
use crate::sys;
use crate::sys::cli_cache::Cache;
use crate::sys::devices::Devices;
use crate::sys::http::Client;
use crate::sys::keychain::Keychain;
use crate::sys::sessions::Store;
use crate::sys::sso::Store as Tokens;
use crate::sys::terminal::Asking;
use crate::ui::Ui;

/// The process, the interface to the user, and what follows from the environment, computed once and only when needed.
pub struct Context<'a> {
    pub process: &'a Process,
    pub ui: &'a Ui,
    say: Box<dyn Fn(&str) + Sync + 'a>,
    state: OnceCell<Option<State>>,
    env: OnceCell<Env>,
    settings: OnceCell<Settings>,
    /// Whether the user knows what is wrong with the settings.
    warned: Cell<bool>,
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
            warned: Cell::new(false),
        }
    }

    /// What this shell uses. A damaged AWSENV_STATE is reported once and treated as absent.
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

    /// What is wrong with them is reported once, and never stops a run.
    pub fn settings(&self) -> &Settings {
        let settings = self.loaded();
        if !self.warned.replace(true) {
            for problem in settings.problems.iter().take(MAX_WARNINGS) {
                self.ui.warn(problem.to_string());
            }
            if let Some(more) = settings
                .problems
                .len()
                .checked_sub(MAX_WARNINGS)
                .filter(|more| *more > 0)
            {
                let mistakes = if more == 1 { "mistake" } else { "mistakes" };
                let text = format!("{more} more {mistakes} in the settings; `");
                self.ui.warn(
                    Advice::from(text)
                        .command(Command::new("awsenv doctor"))
                        .text("` lists them"),
                );
            }
        }
        settings
    }

    /// What is wrong with the settings, for a command that reports it in a way of its own.
    pub fn problems(&self) -> &[Problem] {
        self.warned.set(true);
        &self.loaded().problems
    }

    fn loaded(&self) -> &Settings {
        self.settings.get_or_init(|| sys::settings::load(&self.process.env))
    }

    /// Opens no store yet; tells the user when awsenv has to wait for one.
    pub fn keychain(&self) -> Keychain<'_> {
        Keychain::new(self.env(), &self.settings().keychain, &*self.say)
    }

    /// Opens nothing yet; tells the user when awsenv has to wait for another, and that nothing can be kept.
    pub fn sessions(&self) -> Store<'_> {
        Store::new(self.env(), self.settings(), &*self.say)
    }

    /// Opens nothing yet; tells the user when awsenv has to wait for another.
    pub fn devices(&self) -> Devices<'_> {
        Devices::new(self.env(), &*self.say)
    }

    /// Waits for the turn to ask at the terminal.
    ///
    /// # Errors
    /// As [`Asking::begin`].
    pub fn asking(&self, limit: Option<Duration>) -> Result<Asking, NoTurn> {
        Asking::begin(self.env(), limit)
    }

    /// Opens nothing yet; tells the user when awsenv has to wait for another, and which file it does not read.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens::new(self.env(), &*self.say)
    }

    /// Opens nothing yet.
    pub fn cli_cache(&self) -> Cache<'_> {
        Cache::new(self.env(), self.settings().cli_cache)
    }

    /// Opens nothing yet; tells the user when awsenv has to wait for an answer.
    pub fn http(&self) -> Client<'_> {
        Client::new(&*self.say)
    }
}

/// A run shows no more mistakes in the settings than these.
const MAX_WARNINGS: usize = 3;

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub enum Outcome {
    /// Statements for a shell that change no variable, and the exit status.
    Code(String, u8),
    /// No output; the exit status.
    Done(u8),
    /// A program to run in place of this process.
    Exec(Launch),
    /// Keys to print on stdout.
    Keys(Secret<String>),
    /// A change of the shell's environment.
    Switch {
        command: &'static str,
        shell: Shell,
        diff: EnvDiff,
        /// Whether another program draws the prompt and hides this profile, so that `prompt = auto` shows it.
        is_hidden: bool,
    },
    /// Text to print on stdout, and the exit status.
    Text(String, u8),
}
