//! What is wrong with a file, in words.

use super::{Error, Kind};
use crate::config::{self, Reason};

impl From<config::Error> for Error {
    fn from(error: config::Error) -> Self {
        let kind = match &error {
            config::Error::HalfPair { .. } => Kind::PartialCredentials,
            _ => Kind::ConfigParse,
        };
        let hint = match &error {
            config::Error::Parse { look: Some(look), .. } => Some(format!("{}; {UNTIL}", look.remedy())),
            config::Error::Parse { reason, .. } => remedy(reason),
            config::Error::TooLarge { .. } => {
                Some("move it away, or let a variable such as AWS_CONFIG_FILE name another file".to_owned())
            }
            config::Error::Unreadable { .. } => Some(
                "give yourself read permission, or let a variable such as AWS_CONFIG_FILE name another file".to_owned(),
            ),
            config::Error::HalfPair { .. } => None,
        };
        let plain = Error::new(kind, error.to_string());
        hint.into_iter().fold(plain, Error::hint)
    }
}

/// What to do about a legacy boto file that cannot be read as botocore reads it.
pub fn legacy_remedy(error: &config::Error) -> &'static str {
    match error {
        config::Error::TooLarge { .. } => "move it away, or let BOTO_CONFIG name another file",
        config::Error::Unreadable { .. } => "give yourself read permission, or move the file away",
        config::Error::HalfPair { .. } | config::Error::Parse { .. } => "correct the line, or delete the file",
    }
}

/// What holds of each refused file.
const UNTIL: &str = "until then every aws command fails";

fn remedy(reason: &Reason) -> Option<String> {
    let correct = |what: &str| Some(format!("{what}; {UNTIL}"));
    let save = |what: &str| Some(what.to_owned());
    match reason {
        Reason::ByteOrderMark => save("save the file as UTF-8 without a byte order mark"),
        Reason::DuplicateKey { key, .. } if key == "$env" => {
            save("`$env:` sets variables in PowerShell; here write each line as `aws_access_key_id = …`")
        }
        Reason::DuplicateKey { .. } => correct("remove one of the two lines"),
        Reason::DuplicateSection(_) => correct("merge the two sections"),
        Reason::NestedNoEquals { .. } => save("write each line of the block as `key = value`"),
        Reason::NotUtf8 => save("save the file as UTF-8"),
        Reason::EmptyKey | Reason::NoDelimiter | Reason::NoHeader => correct("correct the line"),
        Reason::TooLarge => None,
    }
}
