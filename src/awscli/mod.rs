//! What awsenv shares with the AWS CLI: the names of its cache files, and what is in those of IAM Identity Center. Nothing
//! here opens a file.

mod fields;
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

/// As botocore reads a time that it compares with now: it needs an offset, and old versions of the AWS CLI write `UTC`
/// for it.
pub fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let named = ["UTC", "GMT"].into_iter().find_map(|zone| text.strip_suffix(zone));
    match named {
        Some(time) => Timestamp::parse(&format!("{}Z", time.trim_end())),
        None => Timestamp::parse(text),
    }
}

/// As the AWS CLI writes a time. It reads none that is later than the last of these.
fn time(at: Timestamp) -> String {
    at.to_rfc3339().unwrap_or_else(|| "9999-12-31T23:59:59Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_botocore_reads_them() {
        let expected = Some(Timestamp(1_795_232_232));
        for text in [
            "2026-11-21T03:37:12Z",
            "2026-11-21T03:37:12UTC",
            "2026-11-21T03:37:12GMT",
            "2026-11-21 03:37:12 UTC",
            "2026-11-21T03:37:12+00:00",
            "2026-11-21T03:37:12+0000",
            "2026-11-21T05:37:12+02:00",
            "2026-11-21T03:37:12.5Z",
            "20261121T033712Z",
            " 2026-11-21T03:37:12Z ",
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
        // botocore cannot compare these with now.
        for text in ["2026-11-21T03:37:12", "2026-11-21", "1795232232", "soon", ""] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_that_no_program_reads_is_never_written() {
        assert_eq!(time(Timestamp(1_795_232_232)), "2026-11-21T03:37:12Z");
        assert_eq!(time(Timestamp(i64::MAX)), "9999-12-31T23:59:59Z");
    }
}
