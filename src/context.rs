//! What every command is given, and what it comes to.

use crate::env::state::State;
use crate::process::{Launch, Process};
use crate::secret::Secret;
use crate::ui::Ui;

/// What every command is given.
#[derive(Debug)]
pub struct Context<'a> {
    /// The arguments, environment, terminals and clock.
    pub process: &'a Process,
    /// The way to the person.
    pub ui: &'a Ui,
}

/// What a command that prints no script comes to.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing to print; ends with this status.
    Done(u8),
    /// A program takes our place.
    Exec(Launch),
    /// Keys for stdout.
    Keys(Secret<String>),
    /// Text for stdout, and the status to end with.
    Text(String, u8),
}

impl Context<'_> {
    /// What this shell uses. A damaged AWSENV_STATE is said and taken as nothing.
    pub fn state(&self) -> Option<State> {
        State::read(&self.process.env).unwrap_or_else(|_| {
            self.ui
                .warn("AWSENV_STATE is damaged, so awsenv does not know what it changed in this shell");
            None
        })
    }
}
