//! Why credentials surely cannot be had, as far as files, the environment and the index of the keychain say: nothing is
//! run, asked or opened.

mod keys;
mod program;
mod session;
mod values;

use std::cell::OnceCell;

use crate::advice::Advice;
use crate::config::Place;
use crate::config::mistakes::MistakeCode;
use crate::context::Context;
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::keychain::Index;
use crate::ops::files::Files;
use crate::resolve::{self, BaseSource, CredentialPlan, WebIdentity};
use crate::sys;
use crate::sys::keychain::{Keychain, Presence};
use crate::text::display;

pub use keys::of_written;
pub use session::{of_login, of_sso};
pub use values::{of_values, of_variables, region_of};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// AWS_CREDENTIAL_EXPIRATION is no time.
    Expiration,
    /// The keys in the environment have expired.
    Expired,
    /// What is there is no key pair.
    Keys,
    /// There is no session of `aws login`.
    LoggedOut,
    /// The keychain has no such key.
    NoKey,
    NoCredentials,
    /// Only a legacy boto file defines the profile.
    OnlyInBoto,
    /// The program cannot be run; it is awsenv's own line where `is_own`.
    Program {
        is_own: bool,
    },
    /// Nobody is signed in to IAM Identity Center.
    SignedOut,
    TokenFile,
    /// A value of a file, or of a variable where there is no code.
    Value(Option<MistakeCode>),
}

impl Cause {
    fn kind(self) -> Kind {
        match self {
            Cause::OnlyInBoto => Kind::ProfileNotFound,
            Cause::SignedOut => Kind::LoginRequired,
            Cause::Value(_) => Kind::InvalidConfig,
            _ => Kind::Credentials,
        }
    }

    /// Whether botocore gets to it only when it needs the credentials, which those of a role in a cache may spare.
    fn is_late(self) -> bool {
        matches!(
            self,
            Cause::Expired | Cause::Keys | Cause::LoggedOut | Cause::SignedOut | Cause::TokenFile
        )
    }
}

/// A failure that the next call will meet.
#[derive(Clone, Debug)]
pub struct Foreseen {
    pub cause: Cause,
    pub message: String,
    /// `None` for what the environment says.
    pub place: Option<Place>,
    pub remedies: Vec<Advice>,
    /// Otherwise the credentials may be there all the same.
    pub is_certain: bool,
}

impl Foreseen {
    pub fn new(cause: Cause, message: String, place: Option<&Place>) -> Self {
        Self {
            cause,
            message,
            place: place.cloned(),
            remedies: Vec::new(),
            is_certain: true,
        }
    }

    pub fn remedy(mut self, remedy: impl Into<Advice>) -> Self {
        self.remedies.push(remedy.into());
        self
    }

    fn certain(self, is_certain: bool) -> Self {
        Self { is_certain, ..self }
    }

    /// The message with its place.
    pub fn placed(&self) -> String {
        match &self.place {
            Some(place) => format!("{}: {}", display(&place.to_string()), self.message),
            None => self.message.clone(),
        }
    }

    /// The message with its place and what to do.
    pub fn warning(&self) -> Advice {
        let message = Advice::from(self.placed());
        match self.remedies.first() {
            Some(remedy) => message.text(": ").advice(remedy.clone()),
            None => message,
        }
    }
}

impl From<Foreseen> for Error {
    fn from(found: Foreseen) -> Self {
        let error = Error::new(found.cause.kind(), found.placed());
        found.remedies.into_iter().fold(error, Error::hint)
    }
}

/// What the keychain is known to hold, read when it is first asked for.
#[derive(Debug)]
pub struct Held<'a> {
    keychain: Keychain<'a>,
    /// `None` if it cannot be read.
    index: OnceCell<Option<Index>>,
}

impl<'a> Held<'a> {
    pub fn of(context: &'a Context<'a>) -> Self {
        Self {
            keychain: context.keychain(),
            index: OnceCell::new(),
        }
    }

    fn presence(&self, item: &str) -> Presence {
        let index = self.index.get_or_init(|| self.keychain.index().ok());
        self.keychain.presence(index.as_ref(), item)
    }
}

/// What stops the credentials that the environment alone names.
pub fn in_environment(files: &Files, env: &Env, held: &Held<'_>) -> Option<Foreseen> {
    let choice = resolve::select(None, env);
    let base = files.resolve_in(env, &choice, None).ok()?.base?;
    let is_of_environment = matches!(
        &base,
        BaseSource::Environment { named: None, .. } | BaseSource::WebIdentity(WebIdentity { place: None, .. })
    );
    of_base(files, env, held, &choice.name, &base)
        .into_iter()
        .next()
        .filter(|_| is_of_environment)
}

/// What stops the credentials of a plan, through all its roles. `name` is the profile that was chosen, and `env` that in
/// which tools run.
pub fn of_plan(
    files: &Files,
    env: &Env,
    held: &Held<'_>,
    name: &str,
    plan: &CredentialPlan,
    now: Timestamp,
) -> Vec<Foreseen> {
    let Some(base) = &plan.base else { return Vec::new() };
    let owner = plan.owner(name);
    let session = of_login(name, plan).or_else(|| of_sso(&files.env, owner, base, now));
    let found = session.into_iter().chain(of_base(files, env, held, owner, base));
    spared(files, plan, found, now)
}

/// Keeps certain only what a role in the cache of the AWS CLI does not spare.
pub fn spared(
    files: &Files,
    plan: &CredentialPlan,
    found: impl IntoIterator<Item = Foreseen>,
    now: Timestamp,
) -> Vec<Foreseen> {
    let is_spared = || {
        let mut roles = plan.roles.iter();
        roles.any(|role| sys::cli_cache::has_role(&files.env, role, now))
    };
    let found = found
        .into_iter()
        .map(|found| match found.cause.is_late() && is_spared() {
            true => found.certain(false),
            false => found,
        });
    found.collect()
}

/// `profile` is the one whose own credentials these are.
pub fn of_base(files: &Files, env: &Env, held: &Held<'_>, profile: &str, base: &BaseSource) -> Vec<Foreseen> {
    match base {
        BaseSource::CredentialProcess(process) => program::of_process(files, env, held, profile, process),
        BaseSource::WebIdentity(web) => session::of_token(web).into_iter().collect(),
        base => of_written(files, env, profile, base).into_iter().collect(),
    }
}
