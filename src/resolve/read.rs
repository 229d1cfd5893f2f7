//! One line of text from a profile. botocore fails later, and less clearly, over a nested block in its place.

use crate::config::{Place, Profile, Value};

use super::Error;

/// The text of `key` and its place in the merged view; `None` if the key is absent.
pub(super) fn text<'a>(profile: Profile<'a>, key: &str) -> Result<Option<(&'a str, Place)>, Error> {
    profile.get(key).map(|value| as_text(profile, value)).transpose()
}

/// `value` as text with its place; the error names `profile`.
pub(super) fn as_text<'a>(profile: Profile<'_>, value: Value<'a>) -> Result<(&'a str, Place), Error> {
    if value.is_nested() {
        return Err(Error::BadValue {
            profile: profile.name().to_owned(),
            key: value.key().to_owned(),
            needs: "text, not a block of indented lines",
            place: value.place(),
        });
    }
    Ok((value.text(), value.place()))
}

/// The text of `key`, owned, without its place.
pub(super) fn owned(profile: Profile<'_>, key: &str) -> Result<Option<String>, Error> {
    Ok(text(profile, key)?.map(|(value, _)| value.to_owned()))
}

/// What Python's `int()` makes of a text: blanks around it, a sign, single underscores between digits.
pub(super) fn integer(text: &str) -> Option<i64> {
    let digits = text.trim();
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits.strip_prefix('+').unwrap_or(digits)),
    };
    if digits
        .split('_')
        .any(|part| part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return None;
    }
    format!("{sign}{}", digits.replace('_', "")).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_as_python_reads_them() {
        for (text, value) in [
            ("3600", 3600),
            (" 1200\t", 1200),
            ("+5", 5),
            ("-7", -7),
            ("1_000", 1000),
            ("007", 7),
        ] {
            assert_eq!(integer(text), Some(value), "{text:?}");
        }
        for text in ["", "abc", "900.5", "1h", "1__0", "_1", "1_", "+-1", "- 1", "0x10"] {
            assert_eq!(integer(text), None, "{text:?}");
        }
    }
}
