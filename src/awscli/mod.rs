//! What awsenv shares with the AWS CLI: the names of its cache files, and what is in those of IAM Identity Center. Nothing
//! here opens a file.

pub mod registration;
pub mod token;

use sha1::{Digest as _, Sha1};

use crate::credentials::Timestamp;
use crate::secret::Secret;

/// What a program is registered as at IAM Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: String,
    pub secret: Secret<String>,
    pub expires: Timestamp,
}

/// The file that the AWS CLI names after a text.
pub fn file_name(text: &str) -> String {
    let hash: String = Sha1::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    hash + ".json"
}

/// Old versions of the AWS CLI write `UTC` instead of `Z`.
pub fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(&text.replace("UTC", "Z"))
}
