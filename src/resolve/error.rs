//! Why a profile cannot become a plan: one variant per cause, with the lines responsible.

use crate::config::{self, Place};

use super::origin::{RegionSource, Source};
use super::select::How;

/// A cause, with what the user needs to fix it; never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// `credential_source` is not one of the three words that exist (they are case-sensitive).
    BadCredentialSource {
        profile: String,
        source: String,
        place: Place,
    },
    /// `credential_process` cannot be split into words, or is empty.
    BadProcess {
        profile: String,
        reason: &'static str,
        place: Place,
    },
    /// The region of a call cannot be in the name of a host.
    BadRegion {
        region: String,
        source: Option<RegionSource>,
    },
    /// A setting of calls that no call can follow; its value may have a password.
    BadSetting {
        key: &'static str,
        needs: &'static str,
        source: Source,
    },
    /// A setting that is not a line of text, where one is needed.
    BadValue {
        profile: String,
        key: String,
        needs: &'static str,
        place: Place,
    },
    /// A role with both `source_profile` and `credential_source`.
    BothSources {
        profile: String,
        source_profile: Place,
        credential_source: Place,
    },
    /// A container endpoint to which botocore refuses to send a request.
    ContainerRefused {
        variable: &'static str,
        reason: &'static str,
    },
    /// `credential_source` names a source that is empty now.
    CredentialSourceEmpty {
        profile: String,
        source: &'static str,
        needs: &'static str,
        place: Place,
    },
    /// A role chain that returns to a profile it has passed.
    InfiniteLoop {
        /// The first profiles in the order of the walk, each with the line of its `source_profile`.
        members: Vec<(String, Place)>,
        /// How many follow them.
        more: usize,
        /// The profile that comes up twice.
        again: String,
    },
    /// A legacy file that the search reaches and cannot read.
    Legacy(config::Error),
    /// A role with neither `source_profile` nor `credential_source`.
    NoSource { profile: String, place: Place },
    /// Half a key pair.
    PartialCredentials {
        /// The reader that found one half.
        provider: &'static str,
        missing: &'static str,
        /// The profile that was searched; `None` for the environment and for legacy files.
        profile: Option<String>,
        /// The line of the half that exists; `None` for the environment.
        place: Option<Place>,
    },
    ProfileNotFound {
        name: String,
        how: How,
        searched: String,
        near: Vec<String>,
    },
    /// `services` names no section, or an empty one, and a call needs it.
    ServicesMissing {
        profile: String,
        services: String,
        place: Place,
        near: Vec<String>,
    },
    /// `source_profile` names no profile.
    SourceMissing {
        profile: String,
        source: String,
        place: Place,
        near: Vec<String>,
    },
    /// `source_profile` names a profile that has no credentials.
    SourceWithoutCredentials {
        profile: String,
        source: String,
        place: Option<Place>,
    },
    /// A key that the profile and its sso-session set differently.
    SsoConflict {
        profile: String,
        key: String,
        place: Place,
        session_place: Place,
    },
    /// Keys that IAM Identity Center needs and that are missing.
    SsoIncomplete {
        profile: String,
        missing: Vec<&'static str>,
        place: Place,
    },
    /// Keys that a section `[sso-session NAME]` lacks.
    SsoSessionIncomplete {
        session: String,
        missing: Vec<&'static str>,
        /// The line of its header.
        place: Place,
    },
    /// `sso_session` names no sso-session.
    SsoSessionMissing {
        profile: String,
        session: String,
        place: Place,
        near: Vec<String>,
    },
    /// A token file without a role; `place` is `None` if the environment names the file.
    WebIdentityWithoutRole { profile: String, place: Option<Place> },
}
