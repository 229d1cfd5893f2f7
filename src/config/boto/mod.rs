//! Legacy boto files: keys that stand outside the AWS files.
//!
//! Two readers, two rules. boto 2 merges its files, later ones winning option by option, knows `[profile NAME]`, and
//! replaces `%(…)s`. botocore takes the first file whose `[Credentials]` has a key id, as it stands, and no profiles. A
//! file `~/.boto_NAME` is how people kept several accounts apart: its `[Credentials]` is our profile NAME. Its secret may
//! be kept by the desktop's keyring, which boto 2 asked and botocore does not.
//! Nothing is read before it is asked for; a broken file is an error only where the answer would come from it.

mod fallback;
mod files;
mod keys;
mod percent;
mod sources;

pub use fallback::Fallback;
pub use files::BotoFiles;
pub use keys::{BotoKeyring, BotoKeys, BotoSource};
pub use sources::{Lines, Source};

use super::error::Error;
use super::place::Place;

/// Something about the boto files that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file cannot be read.
    Broken(Error),
    /// A `keyring = NAME` that nobody asks: it stands in `[profile NAME]`, or beside a secret.
    Keyring {
        /// Where it stands.
        place: Place,
        /// The keyring's service name.
        name: String,
    },
    /// A `%` that boto 2 refuses; the text is taken as it stands.
    Percent {
        /// Where it stands.
        place: Place,
        /// The key.
        key: String,
    },
}

#[cfg(test)]
mod tests;
