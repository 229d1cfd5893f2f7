//! The portal of a session, connected to the outside.

use std::time::Duration;

use crate::aws::portal::Account;
use crate::awscli::token::Token;
use crate::context::Context;
use crate::error::Error;
use crate::ops::files::Files;
use crate::ops::ports::Outside;
use crate::ops::sso::{gather, sessions};
use crate::provider::{self, Wants, sso};
use crate::resolve::{Calls, SsoSession};

/// How long AWS has to end a token.
const TO_LEAVE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub struct Portal<'a> {
    files: &'a Files,
    session: &'a SsoSession,
    calls: Calls,
    wants: Wants,
    outside: Outside<'a>,
}

impl<'a> Portal<'a> {
    pub fn of(context: &'a Context<'a>, files: &'a Files, session: &'a SsoSession, calls: Calls) -> Self {
        Self {
            files,
            session,
            calls,
            wants: Wants::default(),
            outside: Outside::new(context),
        }
    }

    fn portal(&self) -> sso::Portal<'_> {
        sso::Portal {
            session: self.session,
            calls: &self.calls,
            wants: &self.wants,
            ports: self.outside.ports(),
        }
    }

    fn told(&self, error: provider::Error) -> Error {
        let is_signed_out = matches!(error, provider::Error::LoginRequired { .. });
        let error = Error::from(error);
        match is_signed_out {
            true => Error {
                hints: vec![sessions::login(self.files, self.session).into()],
                ..error
            },
            false => error,
        }
    }

    /// Ends a token at AWS, which is not worth a long wait: it ends by itself too.
    ///
    /// # Errors
    /// The call failed.
    pub fn leave(&self, token: &Token) -> Result<(), Error> {
        let wants = Wants {
            until: Some(self.outside.ports().clock.elapsed() + TO_LEAVE),
            ..Wants::default()
        };
        let portal = sso::Portal {
            wants: &wants,
            ..self.portal()
        };
        Ok(portal.logout(token)?)
    }
}

impl gather::Portal for Portal<'_> {
    fn accounts(&self) -> Result<Vec<Account>, Error> {
        self.portal().accounts().map_err(|error| self.told(error))
    }

    fn roles_of(&self, account_ids: &[&str], progress: &mut dyn FnMut(usize)) -> Result<Vec<Vec<String>>, Error> {
        let roles = self.portal().roles_of(account_ids, progress);
        roles.map_err(|error| self.told(error))
    }
}
