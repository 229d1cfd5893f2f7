//! The portal of a session, connected to the outside.

use crate::aws::portal::Account;
use crate::awscli::token::Token;
use crate::context::Context;
use crate::error::Error;
use crate::ops::ports::Outside;
use crate::ops::sso::gather;
use crate::provider::{Wants, sso};
use crate::resolve::{Calls, SsoSession};

#[derive(Debug)]
pub struct Portal<'a> {
    session: &'a SsoSession,
    calls: Calls,
    wants: Wants,
    outside: Outside<'a>,
}

impl<'a> Portal<'a> {
    pub fn of(context: &'a Context<'a>, session: &'a SsoSession, calls: Calls) -> Self {
        Self {
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

    /// Ends a token at AWS.
    ///
    /// # Errors
    /// The call failed.
    pub fn leave(&self, token: &Token) -> Result<(), Error> {
        Ok(self.portal().logout(token)?)
    }
}

impl gather::Portal for Portal<'_> {
    fn accounts(&self) -> Result<Vec<Account>, Error> {
        Ok(self.portal().accounts()?)
    }

    fn roles_of(&self, account_ids: &[&str], progress: &mut dyn FnMut(usize)) -> Result<Vec<Vec<String>>, Error> {
        Ok(self.portal().roles_of(account_ids, progress)?)
    }
}
