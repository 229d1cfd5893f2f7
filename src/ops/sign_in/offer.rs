//! A sign-in on the way to something else: only if the user wants that, and only in the foreground of a terminal.

use std::time::Duration;

use super::{Done, Proof, Way, run};
use crate::config::settings::Settings;
use crate::context::Context;
use crate::error::Error;
use crate::ops::ask;
use crate::ops::sso::near;
use crate::provider;
use crate::redact::shown;
use crate::resolve::{BaseSource, CredentialPlan, Sso};
use crate::sys::{clock, sso};

/// What is done about a person who is not signed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Login {
    #[default]
    Never,
    /// They are asked whether to.
    Ask,
    Now,
}

impl Login {
    /// `flag` is `--login`.
    pub fn of(flag: bool, settings: &Settings) -> Self {
        match (flag, settings.offers_login) {
            (true, _) => Self::Now,
            (false, true) => Self::Ask,
            (false, false) => Self::Never,
        }
    }
}

/// An offer to sign in, for the profile of a plan.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    pub context: &'a Context<'a>,
    pub plan: &'a CredentialPlan,
    pub login: Login,
    /// Until when everything must be done, as in [`provider::Wants`].
    pub until: Option<Duration>,
}

impl Offer<'_> {
    /// Makes the token usable for programs that get the keys themselves. A user who does not want to sign in goes on
    /// without.
    ///
    /// # Errors
    /// `--login`, and nobody signs in.
    pub fn ahead(&self) -> Result<(), Error> {
        let Some(sso) = self.sso() else { return Ok(()) };
        match self.login {
            Login::Never => Ok(()),
            Login::Now => self.now(sso, Proof::Portal).map(drop),
            Login::Ask => {
                let env = self.context.env();
                let is_out = sso::logged_out(env, sso, clock::now()).is_some();
                match is_out && self.is_wanted(sso)? {
                    true => self.now(sso, Proof::File).map(drop),
                    false => Ok(()),
                }
            }
        }
    }

    /// Does `work`, and once more after a sign-in if that is what it takes.
    ///
    /// # Errors
    /// Those of `work`; nobody signs in.
    pub fn around<T>(&self, work: impl Fn() -> Result<T, provider::Error>) -> Result<T, Error> {
        let explained = |error| near::explained(self.context.env(), self.plan, error);
        let Some(sso) = self.sso() else {
            return work().map_err(explained);
        };
        let was_in = match self.login {
            Login::Now => self.now(sso, Proof::File)?.was_in,
            Login::Ask => true,
            Login::Never => false,
        };
        match work() {
            // The keys may have been kept, so only now AWS has said that it has ended the token.
            Err(error @ provider::Error::LoginRequired { .. }) if was_in => {
                if self.login == Login::Ask && !self.is_wanted(sso)? {
                    return Err(error.into());
                }
                self.now(sso, Proof::Portal)?;
                work().map_err(explained)
            }
            done => done.map_err(explained),
        }
    }

    fn sso(&self) -> Option<&Sso> {
        match (&self.plan.base, self.login) {
            (Some(BaseSource::Sso(sso)), _) => Some(sso),
            (_, Login::Now) => {
                let ui = self.context.ui;
                ui.narrate("nothing to sign in to: the profile takes nothing from IAM Identity Center");
                None
            }
            _ => None,
        }
    }

    fn now(&self, sso: &Sso, proof: Proof) -> Result<Done, Error> {
        let way = Way {
            until: self.until,
            ..Way::default()
        };
        run(self.context, &sso.session, &self.plan.calls, &way, proof, ask::may_ask)
    }

    /// `false` if nobody can be asked.
    fn is_wanted(&self, sso: &Sso) -> Result<bool, Error> {
        let name = shown(sso.session.cache_name());
        let question = format!("you are not signed in to `{name}`: sign in now");
        match ask::may_ask(self.context) {
            Ok(()) => ask::yes_at_terminal(self.context, &question),
            Err(_) => Ok(false),
        }
    }
}
