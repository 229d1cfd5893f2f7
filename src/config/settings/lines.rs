//! The text of the settings -> its lines, each by itself, so that a bad one costs no other.

/// What one line says; `Blank` lines and comments are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line<'t> {
    /// `[NAME]`.
    Header(&'t str),
    /// Neither a section nor a setting.
    Other(&'t str),
    /// `KEY = VALUE` or `KEY: VALUE`.
    Pair(&'t str, &'t str),
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

fn read(line: &str) -> Line<'_> {
    if let Some(rest) = line.strip_prefix('[') {
        return match rest.split_once(']') {
            Some((name, after)) if after.trim().is_empty() || after.trim_start().starts_with(['#', ';']) => {
                Line::Header(name.trim())
            }
            _ => Line::Other(line),
        };
    }
    match line.split_once(['=', ':']) {
        Some((key, value)) if !key.trim().is_empty() => Line::Pair(key.trim(), value.trim()),
        _ => Line::Other(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_read_by_itself() {
        let text = "\u{feff}a = 1\r\n# c\n  b: x = y \n\n[s] # c\n[t\nnone\n= v\nc=1\rd=2\n";
        let expected = [
            (1, Line::Pair("a", "1")),
            (3, Line::Pair("b", "x = y")),
            (5, Line::Header("s")),
            (6, Line::Other("[t")),
            (7, Line::Other("none")),
            (8, Line::Other("= v")),
            (9, Line::Pair("c", "1")),
            (9, Line::Pair("d", "2")),
        ];
        assert_eq!(lines(text), expected);
    }
}
