//! What a person reads: text from elsewhere made safe for a terminal.

use std::fmt::Write as _;

/// Makes text from files, AWS or the environment safe to show: control, bidirectional, private and unassigned
/// characters become `\u{…}`, so nothing can move the cursor, recolour, retitle or write to the clipboard.
pub fn display(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if c == ' ' || c.is_ascii_graphic() {
            out.push(c);
        } else if printable(c, at == 0) {
            out.push(c);
        } else {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    }
    out
}

/// `str::escape_debug` knows which characters print; a combining mark prints only behind another character.
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
