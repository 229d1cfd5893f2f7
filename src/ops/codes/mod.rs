//! Codes of MFA devices: from the command line, a program, a window or the terminal.

mod given;

use std::time::Duration;

use crate::cli::GivenCode;
use crate::context::Context;
use crate::provider::{self, CodeQuestion, NoCode};
use crate::secret::Secret;
use given::Given;

/// Where the codes of one run come from.
pub struct Codes<'a> {
    context: &'a Context<'a>,
    /// That the codes are for.
    profile: String,
    given: Given,
}

impl std::fmt::Debug for Codes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Codes")
    }
}

impl<'a> Codes<'a> {
    pub fn new(context: &'a Context<'a>, profile: &str) -> Self {
        Self {
            context,
            profile: profile.to_owned(),
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

    /// Whether the command line gave a code that was not needed.
    pub fn has_code_left(&self) -> bool {
        self.given.is_left()
    }
}

impl provider::Codes for Codes<'_> {
    fn code(&self, _: &CodeQuestion<'_>) -> Result<Secret<String>, NoCode> {
        if let Some(given) = self.given.take() {
            return given;
        }
        let _ = self.context;
        Err(NoCode::Unattended {
            profile: self.profile.clone(),
            why: "awsenv cannot ask yet".to_owned(),
        })
    }

    fn wait(&self, _: &CodeQuestion<'_>, _: Duration) -> Result<(), NoCode> {
        Err(NoCode::Spent)
    }
}
