//! Which credentials awsenv can get, said once: `style` chooses by it, and `provider` gets them.

use crate::config::BotoKeyring;

use super::plan::{AssumeRole, BaseSource, CredentialPlan, CredentialProcess, Keys};

/// Whether awsenv can get the credentials of a plan.
#[derive(Clone, Copy, Debug)]
pub enum Reach<'p> {
    /// From here, and through the roles of the plan.
    Now(Local<'p>),
    /// Only by asking what this names.
    Later(&'static str),
    /// There are none.
    Nothing,
}

/// What a chain begins with that takes no service: of files, the environment, a keychain, or a program that the profile
/// names.
#[derive(Clone, Copy, Debug)]
pub enum Local<'p> {
    Keys(&'p Keys),
    Keyring(&'p BotoKeyring),
    Process(&'p CredentialProcess),
}

impl CredentialPlan {
    /// Where the credentials come from: the base, then every role on top of it.
    pub fn reach(&self) -> Reach<'_> {
        let base = self.base.as_ref().map_or(Reach::Nothing, BaseSource::reach);
        self.roles.iter().fold(base, Reach::assume)
    }
}

impl BaseSource {
    fn reach(&self) -> Reach<'_> {
        match self {
            BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) if keys.is_empty() => Reach::Nothing,
            BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) | BaseSource::Environment { keys, .. } => {
                Reach::Now(Local::Keys(keys))
            }
            BaseSource::BotoKeyring(keyring) => Reach::Now(Local::Keyring(keyring)),
            BaseSource::CredentialProcess(process) => Reach::Now(Local::Process(process)),
            BaseSource::Container { .. } => Reach::Later("the container endpoint"),
            BaseSource::InstanceMetadata { .. } => Reach::Later("the instance metadata service"),
            BaseSource::Login(_) => Reach::Later("the session of `aws login`"),
            BaseSource::Sso(_) => Reach::Later("a call to IAM Identity Center"),
            BaseSource::WebIdentity(_) => Reach::Later("a call to AWS STS"),
        }
    }
}

impl<'p> Reach<'p> {
    /// A role on top, which takes a call to AWS STS; awsenv cannot ask for a code yet.
    fn assume(self, role: &AssumeRole) -> Self {
        match (self, &role.mfa_serial) {
            (Reach::Nothing, _) => Reach::Nothing,
            (_, Some(_)) => Reach::Later(MFA),
            (below, None) => below,
        }
    }
}

const MFA: &str = "an MFA code and a call to AWS STS";
