//! Whose keys a chain begins with, and so which MFA device is asked for a code.

use super::device::Device;
use super::plan::{BaseSource, CredentialPlan};

/// What is known before anything is run about the keys that a chain begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A user's own, which last, so AWS takes a code.
    User,
    /// A session's. AWS may take a code all the same, because the session may be a user's.
    Session,
    /// What a program prints decides.
    Unknown,
    /// No user's, so AWS takes no code.
    Other,
}

impl CredentialPlan {
    /// The outermost device that is asked for a code: a role's, or that of the user.
    pub fn mfa(&self) -> Option<&Device> {
        let of_role = self.roles.iter().rev().find_map(|role| role.mfa.as_ref());
        of_role.or_else(|| self.user_device())
    }

    /// The device of a user whose keys are exchanged for those of a session.
    pub fn user_device(&self) -> Option<&Device> {
        let is_user = matches!(self.caller(), Caller::User | Caller::Unknown);
        self.device.as_ref().filter(|_| is_user && self.roles.is_empty())
    }

    /// A device that is named where AWS takes no code: for keys that are no user's, or those of a session.
    pub fn idle_device(&self) -> Option<&Device> {
        match self.roles.first() {
            Some(role) => role.mfa.as_ref().filter(|_| self.caller() == Caller::Other),
            None => {
                let is_idle = matches!(self.caller(), Caller::Session | Caller::Other);
                self.device.as_ref().filter(|_| is_idle)
            }
        }
    }

    pub fn caller(&self) -> Caller {
        let of_keys = |token: bool| if token { Caller::Session } else { Caller::User };
        match &self.base {
            Some(BaseSource::Boto(keys) | BaseSource::StaticKeys(keys) | BaseSource::Environment { keys, .. }) => {
                of_keys(
                    keys.session_token
                        .as_ref()
                        .is_some_and(|token| !token.expose().is_empty()),
                )
            }
            Some(BaseSource::BotoKeyring(keyring)) => of_keys(keyring.session_token.is_some()),
            Some(BaseSource::CredentialProcess(process)) if process.keychain.is_some() => Caller::User,
            Some(BaseSource::CredentialProcess(_)) => Caller::Unknown,
            _ => Caller::Other,
        }
    }
}
