//! The portal of a session, connected to the outside.

use crate::aws::portal::Account;
use crate::awscli::token::Token;
use crate::context::Context;
use crate::error::Error;
use crate::ops::files::Files;
use crate::ops::sso::gather;
use crate::resolve::SsoSession;

pub struct Portal<'a>(&'a SsoSession);

impl<'a> Portal<'a> {
    pub fn of(_: &'a Context<'a>, _: &Files, session: &'a SsoSession) -> Result<Self, Error> {
        Ok(Self(session))
    }
    pub fn leave(&self, _: &Token) -> Result<(), Error> {
        Ok(())
    }
}

impl gather::Portal for Portal<'_> {
    fn accounts(&self) -> Result<Vec<Account>, Error> {
        Ok(vec![])
    }
    fn roles_of(&self, _: &[&str], _: &mut dyn FnMut(usize)) -> Result<Vec<Vec<String>>, Error> {
        Ok(vec![])
    }
}
