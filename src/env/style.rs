//! The two ways of a profile into the environment.

use serde::{Deserialize, Serialize};

/// How the profile reached the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// `AWS_PROFILE`, and no secret.
    Name,
    /// The keys, and no name.
    Keys,
}

impl Style {
    /// The word in messages and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Style::Name => "name",
            Style::Keys => "keys",
        }
    }
}
