//! `900`, `15m`, `1h`: a time that a person types.

use std::time::Duration;

/// Whole seconds, or a number with `s`, `m`, `h` or `d` behind it.
///
/// # Errors
/// It is none of these, or more than a number can hold.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => 0,
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = digits.parse::<u32>().ok().and_then(|number| number.checked_mul(unit));
    match seconds {
        Some(seconds) if is_number && unit > 0 => Ok(Duration::from_secs(seconds.into())),
        _ => Err("expected a time such as `900`, `15m` or `1h`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_with_or_without_a_unit() {
        let seconds = |text| parse(text).map(|time| time.as_secs()).ok();
        for (text, expected) in [
            ("900", 900),
            ("900s", 900),
            ("15m", 900),
            ("1h", 3600),
            ("1d", 86400),
            ("0", 0),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "h",
            "1w",
            "1 h",
            "-1",
            "+1",
            "1.5h",
            "1h30m",
            "99999999999",
            "4294967295h",
            "1ⅿ",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
