//! Legacy boto files: keys outside the AWS files.
//!
//! Two readers, two rules. boto 2 merges its files, later ones winning option by option, knows `[profile NAME]`, and
//! replaces `%(…)s`. botocore takes the first file whose `[Credentials]` has a key id, as written, and knows no
//! profiles. People kept several accounts apart with files `~/.boto_NAME`: the `[Credentials]` of one is our profile
//! NAME. Its secret may be in the desktop's keyring, which boto 2 asked and botocore does not.
//!
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

/// Something in the boto files that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The file cannot be read.
    Broken(Error),
    /// A `keyring = NAME` that is never asked: it is in `[profile NAME]`, or beside a secret.
    Keyring {
        place: Place,
        /// The service in the keyring.
        name: String,
    },
    /// A `%` that boto 2 refuses; awsenv takes the text as written.
    Percent { place: Place, key: String },
}

#[cfg(test)]
mod tests;
