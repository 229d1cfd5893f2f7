//! What the user should know of how credentials were got; `ops` puts it into words.

use super::Subject;
use crate::config::Place;
use crate::credentials::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Keys came by a call.
    Got { of: Subject, url: String },
    /// Keys were at hand.
    Kept { of: Subject, ends: Timestamp },
    /// The caller's own keys are temporary, so AWS gives a role for an hour at most.
    Lowered { role_arn: String, asked: u32 },
    /// `mfa_serial` is not used, because these keys are no user's; the line of it.
    DeviceIdle { serial: String, place: Place },
    /// Others on the way can read what is sent; the sentence.
    Open(String),
    /// Why a call goes to a region that no setting names; the sentence.
    Region(String),
    /// The machine's clock differs from AWS's by so many seconds; more than 0 if it is fast.
    Skew { seconds: i64 },
    /// New keys could not be had, and those at hand still last.
    Stale { of: Subject, ends: Timestamp },
    /// The token of this SSO session was renewed.
    TokenRenewed { session: String },
    /// It could not be renewed now, and the old one still lasts.
    TokenStale { session: String, ends: Timestamp },
    /// It was renewed, and could not be kept: the reason.
    TokenUnkept { session: String, why: String },
}

impl Notice {
    /// Whether a user who knows the earlier one learns nothing from this.
    pub fn repeats(&self, earlier: &Self) -> bool {
        self == earlier || matches!((self, earlier), (Self::Skew { .. }, Self::Skew { .. }))
    }
}
