//! Text from files, AWS or the environment: made safe for a terminal, cut, and set in columns.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Makes text from files, AWS or the environment safe to show: control, bidirectional, private-use and unassigned
/// characters become `\u{…}`, so nothing can move the cursor, recolour, retitle or write to the clipboard.
pub fn display(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c == ' ' || c.is_ascii_graphic() || printable(c, at == 0) {
            out.push(c);
        } else {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
    out
}

/// In columns; the widest name in a prompt.
const MAX_WIDTH: usize = 48;

/// The last character of AWSENV_PROFILE if no AWS_PROFILE tells the prompt that the profile is a production profile. No
/// name ends in it otherwise, and prompts do not show it.
pub const PRODUCTION_MARK: char = ' ';

/// A profile's name as AWSENV_PROFILE has it, cut to a width that leaves room on the line.
pub fn prompt_name(text: &str) -> String {
    cut(display(text), MAX_WIDTH)
}

/// Cuts text that is already safe to a number of columns, and marks the cut.
pub fn cut(shown: String, columns: usize) -> String {
    if shown.width() <= columns {
        return shown;
    }
    let mut width = 0;
    let fits = |c: &char| {
        width += c.width().unwrap_or(0);
        width < columns
    };
    let mut cut: String = shown.chars().take_while(fits).collect();
    if columns > 0 {
        cut.push('…');
    }
    cut
}

/// "a, b or c".
pub fn either(words: &[String]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// Aligns rows of text that is already safe; each column is as wide as its widest cell.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0));
    let line = |row: &[String; N]| {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line += cell;
            line += &" ".repeat(width - cell.width() + 2);
        }
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// [`display`] for text of several lines; keeps the line ends.
pub fn lines(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| display(line.trim_end_matches('\n')) + "\n")
        .collect()
}

/// `str::escape_debug` knows which characters print; a combining mark prints only after another character.
fn printable(c: char, first: bool) -> bool {
    if first {
        return c.escape_debug().next() == Some(c);
    }
    let mut pair = [0; 5];
    pair[0] = b'a';
    let end = 1 + c.encode_utf8(&mut pair[1..]).len();
    std::str::from_utf8(&pair[..end]).is_ok_and(|pair| pair.escape_debug().nth(1) == Some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_by_columns() {
        assert_eq!(prompt_name(&"a".repeat(48)), "a".repeat(48));
        assert_eq!(prompt_name(&"a".repeat(49)), "a".repeat(47) + "…");
        assert_eq!(prompt_name(&"界".repeat(300)).width(), 47);
    }

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let rows = [["a", "bb", ""], ["界", "", "c"]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), ["a   bb", "界      c"]);
        assert_eq!(columns::<2>(&[]), [""; 0]);
    }

    #[test]
    fn terminal_escapes_are_shown_not_sent() {
        assert_eq!(display("prod"), "prod");
        assert_eq!(display("ünï e\u{301}"), "ünï e\u{301}");
        assert_eq!(display("\x1b]52;c;x\x07"), "\\u{1b}]52;c;x\\u{7}");
        assert_eq!(
            display("a\u{202e}b\u{200b}\u{feff}\u{e000}\u{85}\u{7f}"),
            "a\\u{202e}b\\u{200b}\\u{feff}\\u{e000}\\u{85}\\u{7f}"
        );
        assert_eq!(display("\u{301}"), "\\u{301}");
        assert_eq!(display("back\\slash 'q' \"q\""), "back\\slash 'q' \"q\"");
    }
}
