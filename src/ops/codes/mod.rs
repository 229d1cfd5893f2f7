//! Codes of MFA devices: from the command line, a program, a window or the terminal.

mod given;
mod person;
mod program;
mod source;
mod window;
mod words;

use std::time::Duration;

use crate::cli::GivenCode;
use crate::context::Context;
use crate::env::Env;
use crate::env::names::AWSENV_ASKED;
use crate::env::wish::Wish;
use crate::ops::ask;
use crate::provider::{self, CodeQuestion, NoCode};
use crate::secret::Secret;
use given::Given;

pub use source::Source;

/// Where the codes of one run come from.
pub struct Codes<'a> {
    context: &'a Context<'a>,
    /// That the codes are for, with these options.
    profile: String,
    options: Vec<(&'static str, String)>,
    /// The profiles that were asked for on the way here, one per line. Programs get it in AWSENV_ASKED.
    asked: String,
    given: Given,
}

impl std::fmt::Debug for Codes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Codes")
    }
}

impl<'a> Codes<'a> {
    /// `asked` is what AWSENV_ASKED is for programs.
    pub fn new(context: &'a Context<'a>, profile: &str, asked: &str) -> Self {
        Self {
            context,
            profile: profile.to_owned(),
            options: Vec::new(),
            asked: asked.to_owned(),
            given: Given::default(),
        }
    }

    /// With the code of the command line, if it has one.
    pub fn with_code(self, code: Option<GivenCode>) -> Self {
        Self {
            given: Given::new(code),
            ..self
        }
    }

    /// With what decides which keys are meant.
    pub fn for_wish(self, wish: &Wish) -> Self {
        let role = wish.role.clone().map(|arn| ("--role", arn));
        let duration = wish.duration.map(|seconds| ("--duration", seconds.to_string()));
        Self {
            options: role.into_iter().chain(duration).collect(),
            ..self
        }
    }

    /// Whether the command line gave a code that was not needed.
    pub fn has_code_left(&self) -> bool {
        self.given.is_left()
    }

    /// What a program gets.
    fn env(&self) -> Env {
        self.context.env().clone().with(AWSENV_ASKED, self.asked.as_ref())
    }
}

impl provider::Codes for Codes<'_> {
    fn code(&self, question: &CodeQuestion<'_>) -> Result<Secret<String>, NoCode> {
        if let Some(given) = self.given.take(question.again.is_some()) {
            return given;
        }
        let source = Source::of(self.context, question.device);
        if let Some(words) = source.words(&question.device.serial) {
            return program::run(words, source.place(), &self.env(), question.left);
        }
        let what = words::wanted(question, &self.profile);
        let at_window = || window::ask(&self.env(), &what, question.again, question.left);
        let asked = match source == Source::Window && ask::check_willing(self.context).is_ok() {
            true => at_window(),
            false => None,
        };
        let unattended = |why: &str| NoCode::Unattended {
            profile: self.profile.clone(),
            options: self.options.clone(),
            is_kept: self.context.settings().sessions,
            why: why.to_owned(),
        };
        asked.unwrap_or_else(|| person::ask(self.context, question, &what, unattended))
    }

    fn wait(&self, question: &CodeQuestion<'_>, time: Duration) -> Result<(), NoCode> {
        if self.given.is_spent() {
            return Err(NoCode::Spent);
        }
        person::wait(self.context, time, question.left)
    }
}
