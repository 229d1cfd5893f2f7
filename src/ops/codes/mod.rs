//! Codes of MFA devices: from the command line, a program, a window or the terminal.

use std::time::Duration;

use crate::context::Context;
use crate::provider::{self, CodeQuestion, NoCode};
use crate::secret::Secret;

/// Where the codes of one run come from.
pub struct Codes<'a> {
    context: &'a Context<'a>,
    /// That the codes are for.
    profile: String,
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
        }
    }
}

impl provider::Codes for Codes<'_> {
    fn code(&self, _: &CodeQuestion<'_>) -> Result<Secret<String>, NoCode> {
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
