//! Which credentials awsenv can get, said once: `style` chooses by it, and `provider` gets them.

use crate::config::BotoKeyring;

use super::plan::{BaseSource, CredentialPlan, CredentialProcess, Keys};
use super::sso::Sso;

/// Whether awsenv can get the credentials of a plan.
#[derive(Clone, Copy, Debug)]
pub enum Reach<'p> {
    /// From here, and through the roles of the plan.
    Now(Origin<'p>),
    /// Only by asking what this names.
    Later(&'static str),
    /// There are none.
    Nothing,
}

/// What a chain begins with: files, the environment, a keychain, a program that the profile names, or a service that
/// gives keys to who is signed in.
#[derive(Clone, Copy, Debug)]
pub enum Origin<'p> {
    Keys(&'p Keys),
    Keyring(&'p BotoKeyring),
    Process(&'p CredentialProcess),
    Sso(&'p Sso),
}

impl CredentialPlan {
    /// Where the credentials come from: the base, then every role on top of it.
    pub fn reach(&self) -> Reach<'_> {
        self.base.as_ref().map_or(Reach::Nothing, BaseSource::reach)
    }
}

impl BaseSource {
    fn reach(&self) -> Reach<'_> {
        match self {
            BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) if keys.is_empty() => Reach::Nothing,
            BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) | BaseSource::Environment { keys, .. } => {
                Reach::Now(Origin::Keys(keys))
            }
            BaseSource::BotoKeyring(keyring) => Reach::Now(Origin::Keyring(keyring)),
            BaseSource::CredentialProcess(process) => Reach::Now(Origin::Process(process)),
            BaseSource::Container { .. } => Reach::Later("the container endpoint"),
            BaseSource::InstanceMetadata { .. } => Reach::Later("the instance metadata service"),
            BaseSource::Login(_) => Reach::Later("the session of `aws login`"),
            BaseSource::Sso(sso) => Reach::Now(Origin::Sso(sso)),
            BaseSource::WebIdentity(_) => Reach::Later("a call to AWS STS"),
        }
    }
}
