//! What Python's `str` does with white space and case, because botocore's reader relies on it.

/// `str.isspace` for one character: Rust's white space and the four ASCII separators.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// `str.strip()`.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `str.lstrip()`; usually there is nothing to strip.
pub(super) fn strip_start(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~', ..] => text,
        [b' ', b'!'..=b'~', ..] => &text[1..],
        _ => text.trim_start_matches(is_space),
    }
}

/// `str.rstrip()`.
pub(super) fn strip_end(text: &str) -> &str {
    match text.as_bytes() {
        [.., b'!'..=b'~'] => text,
        [.., b'!'..=b'~', b' '] => &text[..text.len() - 1],
        _ => text.trim_end_matches(is_space),
    }
}

/// `str.lower()`; `None` if that changes nothing.
pub(super) fn lower(text: &str) -> Option<String> {
    // Without an early exit the loop runs on several bytes at a time.
    let plain = |plain, b: &u8| plain & b.is_ascii() & !b.is_ascii_uppercase();
    if text.as_bytes().iter().fold(true, plain) {
        return None;
    }
    Some(text.to_lowercase()).filter(|lower| lower != text)
}

/// `str.splitlines()`, which also splits at vertical tab, form feed, the ASCII separators, NEL, LS and PS.
pub(super) fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| {
        matches!(
            c,
            '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    })
}

/// What Python's `int()` makes of a text: blanks around it, a sign, single underscores between digits. What is beyond 128
/// bits is the largest or smallest of them.
pub fn integer(text: &str) -> Option<i128> {
    let text = strip(text);
    let is_negative = text.starts_with('-');
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_digits = |part: &str| !part.is_empty() && part.chars().all(char::is_numeric);
    if !digits.split('_').all(is_digits) {
        return None;
    }
    // Digits of other scripts are rare enough to be any number.
    let plain: String = digits
        .chars()
        .filter(|c| *c != '_')
        .map(|c| if c.is_ascii() { c } else { '1' })
        .collect();
    let number = plain.parse().unwrap_or(i128::MAX);
    Some(if is_negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strip_takes_what_python_calls_white_space() {
        assert_eq!(strip("\u{a0}\x1c\x0c r1 \u{85}\u{3000}"), "r1");
        assert_eq!(strip("\u{200b}r1\u{feff}"), "\u{200b}r1\u{feff}");
    }

    #[test]
    fn lower_is_full_unicode() {
        assert_eq!(lower("region"), None);
        assert_eq!(lower("ünï"), None);
        assert_eq!(lower("ReGion").as_deref(), Some("region"));
        assert_eq!(lower("ΑΣ").as_deref(), Some("ας"));
        assert_eq!(lower("İ").as_deref(), Some("i\u{307}"));
    }

    #[test]
    fn lines_split_where_python_splits_them() {
        assert_eq!(
            split_lines("a\x0bb\u{2028}c\x1fd").collect::<Vec<_>>(),
            ["a", "b", "c\x1fd"]
        );
    }

    #[test]
    fn integers() {
        for (text, value) in [
            ("3600", 3600),
            (" 1200\t", 1200),
            ("+5", 5),
            ("-7", -7),
            ("1_000", 1000),
            ("007", 7),
            (&*"9".repeat(50), i128::MAX),
        ] {
            assert_eq!(integer(text), Some(value), "{text:?}");
        }
        for text in ["", "abc", "900.5", "1h", "1__0", "_1", "1_", "+-1", "- 1", "0x10"] {
            assert_eq!(integer(text), None, "{text:?}");
        }
    }
}
