//! Why there are no credentials.

use super::call::Why;
use super::ports::{NoCode, NoTurn};
use super::sign_in::Obstacle;
use crate::aws::{Class, Fault, ServiceError};
use crate::config::Place;
use crate::credentials::Timestamp;
use crate::credentials::pair::Flaw;
use crate::keychain;
use crate::resolve::{self, CaBundle, Proxy};

/// Why there are no credentials.
#[derive(Debug)]
pub enum Error {
    /// The keys are no longer valid.
    Expired {
        /// The line that led to them; `None` for the environment's.
        place: Option<Place>,
    },
    /// An empty key id or secret.
    Empty {
        /// `None` for the environment's.
        place: Option<Place>,
    },
    /// A key that the user has written cannot be one.
    Flawed {
        /// `None` for the environment's.
        place: Option<Place>,
        flaw: Flaw,
    },
    Keychain(keychain::Error),
    /// The keyring that a boto profile names cannot be read.
    KeyringAbsent {
        /// The line of `keyring`.
        place: Place,
        why: String,
    },
    /// The keyring that a boto profile names has no secret for its key.
    KeyringEmpty {
        /// The line of `keyring`.
        place: Place,
        service: String,
        access_key_id: String,
    },
    /// The credential_process printed something other than its document.
    ProcessAnswer {
        place: Place,
        /// What is wrong with the answer; never the answer itself.
        why: String,
    },
    /// The credential_process ended with a status other than 0.
    ProcessFailed {
        place: Place,
        /// As the system words it.
        status: String,
        /// What it printed to stderr.
        said: String,
    },
    /// The credential_process was started, but its output could not be read to the end.
    ProcessUnread {
        place: Place,
        why: String,
    },
    /// The credential_process could not be started.
    ProcessMissing {
        place: Place,
        program: String,
        /// The system's message.
        why: String,
    },
    /// A call to AWS gave nothing to use.
    Call {
        question: Box<Question>,
        failure: Failure,
    },
    /// A person is not signed in.
    SignIn {
        /// As people know it.
        session: String,
        why: Obstacle,
    },
    /// A person has to sign in first.
    LoginRequired {
        /// What the session is called: its name, or its start URL.
        session: String,
        /// What `awsenv login` takes for it.
        login: Option<String>,
        why: SignedOut,
    },
    /// There is no code of an MFA device.
    Code {
        serial: String,
        why: NoCode,
    },
    /// AWS does not accept a code, or the device.
    CodeRejected {
        serial: String,
        /// What the code was for.
        of: Subject,
        why: Rejected,
    },
    /// Another process had the turn to get this.
    NoTurn {
        of: Subject,
        why: NoTurn,
    },
    /// A value of a role is none that AWS accepts.
    RoleValue {
        profile: String,
        key: &'static str,
        needs: &'static str,
        /// The line of the role; `None` for one of the command line.
        place: Option<Place>,
    },
    /// A setting of calls cannot be followed.
    Setting(resolve::Error),
    /// The token cannot be renewed, because the new one could not be kept; the reason.
    TokenFile {
        session: String,
        why: String,
    },
    /// Needs what awsenv does not do.
    Unreachable {
        /// What, to complete "that needs"; `None` if botocore finds no credentials either.
        needs: Option<&'static str>,
    },
}

/// What something is about, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The keys of a role, by its ARN.
    Role(String),
    /// The keys of a role in an account, by IAM Identity Center.
    Sso { account_id: String, role_name: String },
    /// The token of an SSO session.
    Token(String),
    /// The session of a user, by the serial number of the MFA device that it takes a code of.
    Mfa(String),
    /// A code of an MFA device, by its serial number.
    Code(String),
}

/// Why AWS does not accept a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejected {
    /// It is not the device's; after so many of them.
    Wrong { codes: u32 },
    /// The user has no such device.
    Device,
    /// The caller is no user, but a role or a session, of which AWS takes no code.
    Caller,
    /// AWS has had it before, so it was not sent; the next one comes in so many seconds.
    Sent { next: u64 },
}

/// Why a person has to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOut {
    /// There is no token.
    Never,
    /// It expired then, and nothing renews it.
    Expired(Timestamp),
    /// It expired then, and AWS does not renew it.
    Refused(Timestamp),
    /// AWS no longer accepts it, although it would last longer.
    Ended,
}

/// What was asked of AWS, where, and with which key.
#[derive(Clone, Debug)]
pub struct Question {
    pub asked: Asked,
    pub url: String,
    /// That the request was signed for.
    pub region: String,
    /// Of the key that signed it.
    pub access_key_id: Option<String>,
    /// That the way there goes through.
    pub proxy: Option<Proxy>,
    /// The certificates that are trusted instead of the operating system's.
    pub ca_bundle: Option<CaBundle>,
}

#[derive(Clone, Debug)]
pub enum Asked {
    /// Whose keys these are.
    Identity,
    /// That a person can sign in.
    SignIn {
        /// As people know it.
        session: String,
    },
    /// The keys of a role.
    Role {
        role_arn: String,
        has_external_id: bool,
        /// Whether the caller is a session that took a code earlier.
        has_mfa_session: bool,
        /// The line of the role; `None` for one of the command line.
        place: Option<Place>,
    },
    /// The keys of a session of the user, for a code of an MFA device.
    Session {
        serial: String,
        /// The line of `mfa_serial`.
        place: Place,
    },
    /// The keys of a role in an account, for who is signed in.
    SsoRole {
        account_id: String,
        role_name: String,
        /// The line of `sso_role_name`.
        place: Place,
    },
    /// A new token for one that expires.
    Renewal { session: String },
    /// The accounts of who is signed in.
    Accounts { session: String },
    /// Their roles in an account.
    Roles { session: String, account_id: String },
    /// That the token ends.
    Logout { session: String },
}

#[derive(Clone, Debug)]
pub enum Failure {
    /// There was no answer.
    Fault(Fault),
    Service(ServiceError),
    /// The answer is not what was asked for; the rest of a sentence about it.
    Unreadable(String),
}

impl Failure {
    pub(super) fn of(why: Why) -> Self {
        match why {
            Why::Fault(fault) => Failure::Fault(fault),
            Why::Service(error) => Failure::Service(error),
        }
    }
}

impl Error {
    /// Whether AWS does not accept a key, whatever it was to be used for.
    pub(super) fn refuses_key(&self, access_key_id: &str) -> bool {
        match self {
            Error::Call {
                question,
                failure: Failure::Service(error),
            } => {
                let is_of_key = matches!(error.class, Class::ExpiredToken | Class::UnknownKey);
                is_of_key && question.access_key_id.as_deref() == Some(access_key_id)
            }
            _ => false,
        }
    }

    /// Whether a person is needed, and is not there, or is still asked by another process.
    pub(super) fn needs_person(&self) -> bool {
        match self {
            Error::LoginRequired { .. }
            | Error::NoTurn {
                why: NoTurn::Late(_), ..
            } => true,
            Error::Code { why, .. } => !matches!(why, NoCode::Cancelled | NoCode::Ended | NoCode::Spent),
            _ => false,
        }
    }

    /// Whether AWS does not accept the token of the call, or not any more.
    pub(super) fn refuses_token(&self) -> bool {
        self.is_of(Class::Unauthorized)
    }

    /// Whether a service answers with an error of this class.
    pub(super) fn is_of(&self, class: Class) -> bool {
        matches!(self, Error::Call { failure: Failure::Service(error), .. } if error.class == class)
    }

    /// Whether AWS has understood the call, and says no for good.
    pub(super) fn is_refusal(&self) -> bool {
        match self {
            Error::Call {
                failure: Failure::Service(error),
                ..
            } => error.code.is_some() && !error.is_passing() && error.class != Class::ClockSkew,
            _ => false,
        }
    }

    /// Whether it may pass by itself, and says nothing about rights: keys at hand are as good as before.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Error::Call {
                failure: Failure::Fault(_) | Failure::Unreadable(_),
                ..
            } => true,
            Error::Call {
                failure: Failure::Service(error),
                ..
            } => error.is_passing() || error.code.is_none(),
            _ => false,
        }
    }
}
