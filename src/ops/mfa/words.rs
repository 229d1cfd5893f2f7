//! What becomes of a device, in words.

use super::{Alone, Takes, Use};
use crate::ops::codes::Source;
use crate::redact::{command, shown};
use crate::sys::clock::local;
use crate::text::display;

impl Use {
    /// What takes a code, as a phrase.
    pub fn takes(&self) -> String {
        match &self.takes {
            Takes::Session { has_roles: true } => "one code serves all roles of this user".to_owned(),
            Takes::Session { has_roles: false } => "one code gives a session of the user".to_owned(),
            Takes::Role { arn, why } => {
                let name = arn.rsplit('/').next().unwrap_or_default();
                format!("a code for the role {} alone: {}", shown(name), why.words())
            }
            Takes::Nothing => "no code is used: AWS takes one only from a user's own keys".to_owned(),
        }
    }

    /// Until when no code is needed; `None` if one is, or none at all.
    pub fn rests(&self) -> Option<String> {
        let until = self.kept.and_then(local).map(|at| format!("kept until {at}"));
        match (until, self.is_needed) {
            (Some(until), _) => Some(format!("{until}, so no code is needed now")),
            (None, false) if self.takes != Takes::Nothing => {
                Some("the keys above it are kept, so no code is needed now".to_owned())
            }
            _ => None,
        }
    }

    /// What others do with the device.
    pub fn others(&self) -> Option<&'static str> {
        match &self.takes {
            Takes::Session { has_roles: false } => {
                Some("botocore and the AWS CLI use the profile's own keys, without a code")
            }
            Takes::Session { .. } | Takes::Role { .. } => {
                Some("boto3 asks for a code for each role in each process; the AWS CLI keeps the keys of each role")
            }
            Takes::Nothing => None,
        }
    }
}

impl Alone {
    fn words(self) -> &'static str {
        match self {
            Self::Duration => "a session gets a role for an hour at most",
            Self::Hop => "but AWS takes one only from a user, and a role assumes this one",
            Self::Setting => "by `mfa_session = off`",
            Self::Temporary => "the keys below it are temporary",
        }
    }
}

impl Source {
    /// As the end of a phrase about a code.
    pub fn described(&self) -> String {
        match self {
            Self::Profile { command: line, .. } | Self::Settings { command: line, .. } => {
                format!("printed by the program {}", display(&command(line)))
            }
            Self::Window => "typed in a window, or at the terminal where none can be shown".to_owned(),
            Self::Terminal => "typed at the terminal".to_owned(),
        }
    }
}
