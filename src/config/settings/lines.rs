//! The text of the settings -> its lines, each by itself, so that a bad one costs no other. The only place that knows the
//! ini crate.

use ini::{Ini, ParseOption};

/// What one line says; `Blank` lines and comments are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'t> {
    /// `[NAME]`.
    Header(String),
    /// Neither a section nor a setting.
    Other(&'t str),
    /// `KEY = VALUE` or `KEY: VALUE`.
    Pair(String, String),
}

/// With their numbers. A line ends at LF, CR LF or CR.
pub(super) fn lines(text: &str) -> Vec<(u32, Line<'_>)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let whole = text.split('\n').enumerate();
    let parts = whole.flat_map(|(n, line)| line.split('\r').map(move |part| (n, part.trim())));
    let filled = parts.filter(|(_, line)| !line.is_empty() && !line.starts_with(['#', ';']));
    filled
        .map(|(n, line)| (u32::try_from(n + 1).unwrap_or(u32::MAX), read(line)))
        .collect()
}

/// As the ini crate reads a file of this one line: whole files end for it at the first mistake.
fn read(line: &str) -> Line<'_> {
    let options = ParseOption {
        enabled_escape: false,
        enabled_quote: false,
        ..ParseOption::default()
    };
    let other = Line::Other(line);
    // The crate allows no comment there.
    let header = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let is_commented = header.is_some_and(|(_, after)| after.trim_start().starts_with(['#', ';']));
    let line = if is_commented {
        line.split_inclusive(']').next().unwrap_or(line)
    } else {
        line
    };
    let Ok(ini) = Ini::load_from_str_opt(line, options) else {
        return other;
    };
    let mut pairs = ini
        .iter()
        .flat_map(|(section, pairs)| pairs.iter().map(move |pair| (section, pair)));
    match (ini.sections().flatten().next(), pairs.next()) {
        (Some(name), None) if line.contains(']') => Line::Header(name.trim().to_owned()),
        (None, Some((_, (key, value)))) if !key.is_empty() => Line::Pair(key.to_owned(), value.to_owned()),
        _ => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_read_by_itself() {
        let pair = |key: &str, value: &str| Line::Pair(key.to_owned(), value.to_owned());
        let text = "\u{feff}a = 1\r\n# c\n  b: x = y \n\n[s] # c\n[t\nnone\n= v\nc=1\rd=2\n";
        let expected = [
            (1, pair("a", "1")),
            (3, pair("b", "x = y")),
            (5, Line::Header("s".to_owned())),
            (6, Line::Other("[t")),
            (7, Line::Other("none")),
            (8, Line::Other("= v")),
            (9, pair("c", "1")),
            (9, pair("d", "2")),
        ];
        assert_eq!(lines(text), expected);
    }
}
