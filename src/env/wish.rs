//! What a user asked for beside the profile, so that it can be repeated exactly, and never with more rights.

use serde::{Deserialize, Serialize};

use crate::env::state::Style;

/// The flags of one switch. AWSENV_STATE holds it under short keys, because it is in the environment of every program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// `None` if it is to suit the profile.
    #[serde(rename = "s", skip_serializing_if = "Option::is_none")]
    pub style: Option<Style>,
    #[serde(rename = "r", skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The ARN of a role on top of the profile.
    #[serde(rename = "a", skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// How long the keys are to last, in seconds.
    #[serde(rename = "d", skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
}

/// A profile with what was asked for beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its exact name.
    pub profile: String,
    pub wish: Wish,
}

impl Wish {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// This wish, and what it leaves open as in an earlier one.
    pub fn or(self, earlier: &Wish) -> Wish {
        Wish {
            style: self.style.or(earlier.style),
            region: self.region.or_else(|| earlier.region.clone()),
            role: self.role.or_else(|| earlier.role.clone()),
            duration: self.duration.or(earlier.duration),
        }
    }
}
