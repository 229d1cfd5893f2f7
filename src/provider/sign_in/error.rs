//! Why a person is not signed in.

use crate::aws::Fault;
use crate::config::Place;

/// Why a person is not signed in, where no call of AWS's services failed.
#[derive(Debug)]
pub enum Obstacle {
    /// The person said no, or IAM Identity Center does on their behalf; its own words, if there are any.
    Refused { code: String, says: Option<String> },
    /// The person did not sign in while that was possible.
    Late,
    /// No port of this machine can be listened on; what the system says.
    NoPort(String),
    /// The system gives no random bytes; what it says.
    NoRandom(String),
    /// The page that a person is sent to is not one that can be shown or opened.
    Page,
    /// The token cannot be kept; what the system says.
    NotKept(String),
    StartUrl {
        url: String,
        /// The line of the session's region, which is near.
        place: Place,
        flaw: StartFlaw,
    },
}

/// What is wrong with a start URL.
#[derive(Debug, PartialEq, Eq)]
pub enum StartFlaw {
    NotHttps,
    /// There is no answer.
    Fault(Fault),
    /// An answer that leads nowhere.
    Status(u16),
    /// It leads to this host, which is not one of AWS's.
    Elsewhere(String),
}
