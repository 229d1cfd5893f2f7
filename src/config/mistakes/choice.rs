//! Values of keys that take one of a few words, or a number, and that stop every call if they are anything else.

use super::wrong::Wrong;
use super::{MistakeCode, brief};
use crate::near;

struct Row {
    key: &'static str,
    /// It beats the key.
    variable: Option<&'static str>,
    takes: Takes,
}

enum Takes {
    /// Exactly one of these.
    Words(&'static [&'static str]),
    /// One of these, in upper or lower case.
    Folded(&'static [&'static str]),
    /// A whole number within these.
    Number(i64, i64),
}

const fn row(key: &'static str, variable: &'static str, takes: Takes) -> Row {
    Row {
        key,
        variable: Some(variable),
        takes,
    }
}

/// As botocore checks them when it makes a client.
const ROWS: [Row; 10] = [
    row(
        "account_id_endpoint_mode",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
        Takes::Folded(&["preferred", "disabled", "required"]),
    ),
    row(
        "defaults_mode",
        "AWS_DEFAULTS_MODE",
        Takes::Folded(&["legacy", "standard", "cross-region", "in-region", "mobile", "auto"]),
    ),
    row("max_attempts", "AWS_MAX_ATTEMPTS", Takes::Number(1, i64::MAX)),
    row(
        "request_checksum_calculation",
        "AWS_REQUEST_CHECKSUM_CALCULATION",
        Takes::Folded(&["when_supported", "when_required"]),
    ),
    row(
        "request_min_compression_size_bytes",
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
        Takes::Number(0, 10_485_760),
    ),
    row(
        "response_checksum_validation",
        "AWS_RESPONSE_CHECKSUM_VALIDATION",
        Takes::Folded(&["when_supported", "when_required"]),
    ),
    row(
        "retry_mode",
        "AWS_RETRY_MODE",
        Takes::Words(&["legacy", "standard", "adaptive"]),
    ),
    row(
        "s3_us_east_1_regional_endpoint",
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT",
        Takes::Folded(&["legacy", "regional"]),
    ),
    row(
        "sts_regional_endpoints",
        "AWS_STS_REGIONAL_ENDPOINTS",
        Takes::Folded(&["legacy", "regional"]),
    ),
    Row {
        key: "addressing_style",
        variable: None,
        takes: Takes::Words(&["auto", "virtual", "path"]),
    },
];

/// Keys that stop every call if their value is wrong, each with the variable that beats it.
pub fn checked() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROWS.iter().filter_map(|row| Some((row.key, row.variable?)))
}

/// What is wrong with the value of the key, or of its variable.
pub fn choice(key: &str, text: &str) -> Option<Wrong> {
    let code = MistakeCode::Value;
    match key {
        "sso_account_id" if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) => {
            let what = "sso_account_id is not an account id, so AWS refuses it".to_owned();
            return Some(Wrong::new(code, what, "write its 12 digits"));
        }
        "duration_seconds" if number(text).is_none() => {
            let what = "duration_seconds is not a whole number, so the AWS CLI and boto3 ignore it".to_owned();
            return Some(Wrong {
                is_certain: false,
                ..Wrong::new(code, what, "write the number of seconds")
            });
        }
        _ => {}
    }
    let row = ROWS.iter().find(|row| row.key == key)?;
    let folded = text.to_lowercase();
    // Lines behind the first may be anything.
    let value = brief(text.lines().next().unwrap_or_default());
    let what = |must: &str| format!("{key} is `{value}`, so every call fails: it must be {must}");
    match row.takes {
        Takes::Words(words) if words.contains(&text) => None,
        Takes::Folded(words) if words.contains(&folded.as_str()) => None,
        Takes::Words(words) | Takes::Folded(words) => {
            let near = near::meant(&folded, words.iter().copied());
            let near = words.iter().copied().find(|word| *word == folded).or(near);
            let instead = near.map_or("correct it, or delete the line".to_owned(), |right| {
                format!("did you mean `{right}`?")
            });
            Some(Wrong::new(code, what(&format!("one of {}", words.join(", "))), instead))
        }
        Takes::Number(least, most) => {
            if number(text).is_some_and(|number| (least..=most).contains(&number)) {
                return None;
            }
            let must = if most == i64::MAX {
                format!("a whole number, at least {least}")
            } else {
                format!("a whole number from {least} to {most}")
            };
            Some(Wrong::new(code, what(&must), "correct it, or delete the line"))
        }
    }
}

/// As Python's `int`.
fn number(text: &str) -> Option<i64> {
    let digits = text.trim();
    digits.strip_prefix('+').unwrap_or(digits).replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_botocore_refuses() {
        for (key, text, right) in [
            ("retry_mode", "fast", ""),
            ("retry_mode", "Standard", "standard"),
            ("retry_mode", "adaptve", "adaptive"),
            ("max_attempts", "five", ""),
            ("max_attempts", "0", ""),
            ("max_attempts", "1.5", ""),
            ("sts_regional_endpoints", "reginal", "regional"),
            ("request_min_compression_size_bytes", "1k", ""),
            ("request_checksum_calculation", "x", ""),
            ("defaults_mode", "standrd", "standard"),
            ("sso_account_id", "1234", ""),
            ("addressing_style", "x", ""),
        ] {
            let wrong = choice(key, text).unwrap_or_else(|| panic!("{key} = {text}"));
            assert!(
                wrong.is_certain && wrong.instead.contains(right),
                "{key} = {text}: {wrong:?}"
            );
        }
        assert!(choice("duration_seconds", "1h").is_some_and(|wrong| !wrong.is_certain));
        for (key, text) in [
            ("retry_mode", "standard"),
            ("max_attempts", "5"),
            ("max_attempts", "+1_0"),
            ("defaults_mode", "Standard"),
            ("account_id_endpoint_mode", "Preferred"),
            ("request_checksum_calculation", "WHEN_REQUIRED"),
            ("sso_account_id", "012345678901"),
            ("duration_seconds", "3600"),
            ("addressing_style", "path"),
            ("parameter_validation", "x"),
        ] {
            assert_eq!(choice(key, text), None, "{key} = {text}");
        }
    }
}
