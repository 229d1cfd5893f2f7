//! Values of keys that take one of a few words, a number, a URL or a block, and that stop calls if they are anything
//! else.

use super::table::{MAY_BE_EMPTY, ROWS, Row, S3, Stops, Takes};
use super::wrong::Wrong;
use super::{MistakeCode, brief};
use crate::config::python::integer;
use crate::config::url::{self, Flaw};
use crate::near;

/// What is said of what nobody can guess.
const CORRECT: &str = "correct it, or leave it out";

/// Keys that stop every call if their value is wrong, each with the variable that beats it.
pub fn checked() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROWS.iter().filter_map(|row| Some((row.key, row.variable?)))
}

/// Keys that no variable beats, and that stop calls whether or not a role is assumed.
pub fn unbeaten() -> impl Iterator<Item = &'static str> {
    ROWS.iter()
        .filter(|row| row.variable.is_none() && !matches!(row.stops, Stops::Role))
        .map(|row| row.key)
}

/// Keys that count only where a role is assumed.
pub fn of_roles() -> impl Iterator<Item = &'static str> {
    ROWS.iter()
        .filter(|row| matches!(row.stops, Stops::Role))
        .map(|row| row.key)
}

/// What is wrong with the value of the key, or of its variable.
pub fn choice(key: &str, text: &str) -> Option<Wrong> {
    let code = MistakeCode::Value;
    match key {
        "sso_account_id" if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) => {
            let what = "sso_account_id is not an account id, so AWS refuses it".to_owned();
            return Some(Wrong::new(code, what, "write its 12 digits"));
        }
        "duration_seconds" if integer(text).is_none() => {
            let what = "duration_seconds is not a whole number, so the AWS CLI and boto3 ignore it".to_owned();
            return Some(Wrong {
                is_certain: false,
                ..Wrong::new(code, what, "write the number of seconds")
            });
        }
        _ => {}
    }
    let row = ROWS.iter().find(|row| row.key == key)?;
    of_row(row, text)
}

/// [`choice`] for a key in the block `s3 =`.
pub(super) fn of_s3(key: &str, text: &str) -> Option<Wrong> {
    of_row(S3.iter().find(|row| row.key == key)?, text)
}

/// What is wrong with the endpoint of one service.
pub fn endpoint(text: &str) -> Option<Wrong> {
    let row = Row {
        key: "endpoint_url",
        variable: None,
        takes: Takes::Url,
        stops: Stops::Some("this service"),
    };
    of_row(&row, text)
}

/// What is wrong with a service in `[services]` that is no block.
pub(super) fn service(key: &str, text: &str) -> Wrong {
    let what = said(key, text, Stops::Some("this service"), "a block");
    Wrong {
        is_certain: false,
        ..Wrong::new(MistakeCode::Value, what, BLOCK)
    }
}

const BLOCK: &str = "write its `key = value` lines below it, indented";

fn of_row(row: &Row, text: &str) -> Option<Wrong> {
    if text.is_empty() && MAY_BE_EMPTY.contains(&row.key) {
        return None;
    }
    let stops = match row.takes {
        // Then all clients look into it.
        Takes::Block if text.is_empty() => Stops::Calls,
        _ => row.stops,
    };
    let (must, instead) = refused(row, text)?;
    let what = said(row.key, text, stops, &must);
    Some(Wrong {
        is_certain: !matches!(stops, Stops::Some(_)),
        ..Wrong::new(MistakeCode::Value, what, instead)
    })
}

fn said(key: &str, text: &str, stops: Stops, must: &str) -> String {
    // Lines behind the first may be anything.
    let value = match brief(text.lines().next().unwrap_or_default()) {
        value if value.is_empty() => "empty".to_owned(),
        value => format!("`{value}`"),
    };
    let so = match stops {
        Stops::Calls => "every call fails".to_owned(),
        Stops::Cli => "the AWS CLI fails".to_owned(),
        Stops::Role => "the role cannot be assumed".to_owned(),
        Stops::Some(what) => format!("calls of {what} fail"),
    };
    format!("{key} is {value}, so {so}: it must be {must}")
}

/// What the value must be, and what to do.
fn refused(row: &Row, text: &str) -> Option<(String, String)> {
    let correct = |must: String| Some((must, CORRECT.to_owned()));
    match row.takes {
        Takes::Words(words) if words.contains(&text) => None,
        Takes::Folded(words) if words.contains(&text.to_lowercase().as_str()) => None,
        Takes::Words(words) | Takes::Folded(words) => {
            let folded = text.to_lowercase();
            let near = words.iter().copied().find(|word| *word == folded);
            let near = near.or_else(|| near::meant(&folded, words.iter().copied()));
            let instead = near.map_or(CORRECT.to_owned(), |right| format!("did you mean `{right}`?"));
            Some((format!("one of {}", words.join(", ")), instead))
        }
        Takes::Number(least, most) => {
            if integer(text).is_some_and(|number| (least..=most).contains(&number)) {
                return None;
            }
            correct(match (least, most) {
                (i128::MIN, _) => "a whole number".to_owned(),
                (least, i128::MAX) => format!("a whole number, at least {least}"),
                (least, most) => format!("a whole number from {least} to {most}"),
            })
        }
        Takes::Length(least) if text.chars().count() >= least => None,
        Takes::Length(_) if row.key == "role_arn" => Some((
            "an ARN".to_owned(),
            "write the role as `arn:aws:iam::ACCOUNT:role/NAME`".to_owned(),
        )),
        Takes::Length(least) => correct(format!("at least {least} characters long")),
        Takes::Filled if !text.trim().is_empty() => None,
        Takes::Filled => correct("the path of a file".to_owned()),
        Takes::Block => Some(("a block".to_owned(), BLOCK.to_owned())),
        Takes::Url => match url::parse(text).err()? {
            Flaw::Scheme => Some(("a URL".to_owned(), "begin it with `http://` or `https://`".to_owned())),
            Flaw::OtherScheme => correct("a URL of http or https".to_owned()),
            Flaw::Host => correct("a URL with the name of a host".to_owned()),
            // botocore looks at it only on an instance.
            Flaw::Port if row.key == "ec2_metadata_service_endpoint" => None,
            Flaw::Port => correct("a URL with a port from 0 to 65535".to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_botocore_refuses() {
        for (key, text, right) in [
            ("retry_mode", "fast", ""),
            ("retry_mode", "", "leave it out"),
            ("retry_mode", "Standard", "`standard`"),
            ("retry_mode", "adaptve", "`adaptive`"),
            ("max_attempts", "five", ""),
            ("max_attempts", "0", ""),
            ("max_attempts", "-1", ""),
            ("max_attempts", "1.5", ""),
            ("max_attempts", "1__0", ""),
            ("max_attempts", "_1", ""),
            ("max_attempts", "", ""),
            ("metadata_service_timeout", "1.5", ""),
            ("metadata_service_num_attempts", "x", ""),
            ("sts_regional_endpoints", "reginal", "`regional`"),
            ("sts_regional_endpoints", "Regional", "`regional`"),
            ("s3_us_east_1_regional_endpoint", "Regional", "`regional`"),
            ("s3_us_east_1_regional_endpoint", "", ""),
            ("s3_disable_express_session_auth", "yes", ""),
            ("request_min_compression_size_bytes", "1k", ""),
            ("request_min_compression_size_bytes", "0", ""),
            ("request_min_compression_size_bytes", "1048577", ""),
            ("request_checksum_calculation", "x", ""),
            ("defaults_mode", "standrd", "`standard`"),
            ("ec2_metadata_service_endpoint", "localhost:1", "`http://`"),
            ("ec2_metadata_service_endpoint_mode", "v4", ""),
            ("sso_account_id", "1234", ""),
            ("ca_bundle", "", ""),
            ("ca_bundle", " ", ""),
            ("api_versions", "2015", "indented"),
            ("s3", "", "indented"),
            ("endpoint_url", "localhost:8000", "`http://`"),
            ("endpoint_url", "ftp://x", ""),
            ("cli_timestamp_format", "wall", ""),
            ("cli_binary_format", "raw", ""),
            ("role_arn", "Admin", "`arn:aws:iam::"),
            ("role_session_name", "a", ""),
            ("external_id", "", ""),
            ("mfa_serial", "12345678", ""),
            ("duration_seconds", "60", ""),
            ("duration_seconds", "43201", ""),
        ] {
            let wrong = choice(key, text).unwrap_or_else(|| panic!("{key} = {text}"));
            assert!(
                wrong.is_certain && wrong.instead.contains(right) && !wrong.what.contains("``"),
                "{key} = {text}: {wrong:?}"
            );
        }
        for (key, text) in [
            ("duration_seconds", "1h"),
            ("endpoint_discovery_enabled", "yes"),
            ("s3", "path"),
        ] {
            assert!(
                choice(key, text).is_some_and(|wrong| !wrong.is_certain),
                "{key} = {text}"
            );
        }
        for (key, text) in [
            ("retry_mode", "standard"),
            ("max_attempts", "5"),
            ("max_attempts", "+1_0"),
            ("max_attempts", "\u{663}"),
            ("max_attempts", "99999999999999999999999999999999999999999999"),
            ("metadata_service_timeout", "-1"),
            ("defaults_mode", "Standard"),
            ("account_id_endpoint_mode", "Preferred"),
            ("request_checksum_calculation", "WHEN_REQUIRED"),
            ("request_min_compression_size_bytes", "1"),
            ("request_min_compression_size_bytes", "1048576"),
            ("sts_regional_endpoints", ""),
            ("endpoint_url", ""),
            ("endpoint_url", "http://localhost:8000"),
            ("ec2_metadata_service_endpoint", ""),
            ("ec2_metadata_service_endpoint_mode", "IPv6"),
            ("endpoint_discovery_enabled", "Auto"),
            ("s3_disable_express_session_auth", "True"),
            ("ca_bundle", "/x.pem"),
            ("cli_timestamp_format", "none"),
            ("sso_account_id", "012345678901"),
            ("duration_seconds", "900"),
            ("role_session_name", "ab"),
            ("role_arn", "arn:aws:iam::1:role/x"),
            ("parameter_validation", "x"),
        ] {
            assert_eq!(choice(key, text), None, "{key} = {text}");
        }
    }

    #[test]
    fn values_in_the_block_of_s3() {
        for (key, text) in [("addressing_style", "Path"), ("us_east_1_regional_endpoint", "x")] {
            assert!(of_s3(key, text).is_some_and(|wrong| wrong.is_certain), "{key} = {text}");
        }
        for (key, text) in [
            ("addressing_style", "path"),
            ("us_east_1_regional_endpoint", "legacy"),
            ("max_attempts", "x"),
            ("retry_mode", "x"),
            ("endpoint_url", "x"),
        ] {
            assert_eq!(of_s3(key, text), None, "{key} = {text}");
        }
    }
}
