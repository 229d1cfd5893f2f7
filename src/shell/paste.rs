//! A word -> what a person pastes at the prompt of a shell to give exactly that word: bare if it can be, else in the
//! quotes that are easiest to read. [`Syntax::quote`](super::Syntax::quote) has the literals of scripts.
//!
//! What cannot be seen, or would move other text, becomes an escape. An interactive shell replaces a `!` anywhere but
//! in single quotes, so elsewhere it becomes an escape too.

use std::ffi::OsStr;
use std::fmt::Write as _;

use crate::shell::Shell;
use crate::text::judged;

/// Whether every shell takes the word literally, so that it does not matter which one it is for. PowerShell reads a
/// number where a word begins with a digit, and writes that number in its own way.
pub fn is_bare(word: &OsStr) -> bool {
    let first = word.as_encoded_bytes().first();
    first.is_some_and(|first| first.is_ascii_alphabetic() || b"_/".contains(first)) && is_harmless(word)
}

pub fn word(shell: Shell, word: &OsStr) -> String {
    // PowerShell's functions take a word that begins with a dash as the name of a parameter, and swallow `--`.
    if is_bare(word) || shell != Shell::PowerShell && is_harmless(word) {
        return word.to_string_lossy().into_owned();
    }
    match shell {
        Shell::Bash | Shell::Zsh => posix(word, ansi),
        Shell::Fish => fish(word),
        Shell::Posix => posix(word, printf),
        Shell::PowerShell => powershell(word),
    }
}

/// Whether every shell but PowerShell takes these characters literally.
fn is_harmless(word: &OsStr) -> bool {
    let bytes = word.as_encoded_bytes();
    let is_harmless = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./:+@-".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_harmless)
}

/// A character, or bytes that are not UTF-8.
struct Piece<'a> {
    bytes: &'a [u8],
    is_seen: bool,
}

fn pieces(word: &OsStr) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    for chunk in word.as_encoded_bytes().utf8_chunks() {
        let valid = chunk.valid();
        pieces.extend(judged(valid).map(|(at, c, is_seen)| Piece {
            bytes: &valid.as_bytes()[at..at + c.len_utf8()],
            is_seen,
        }));
        if !chunk.invalid().is_empty() {
            pieces.push(Piece {
                bytes: chunk.invalid(),
                is_seen: false,
            });
        }
    }
    pieces
}

/// The word as text, if all of it can be seen.
fn seen(word: &OsStr) -> Option<&str> {
    word.to_str().filter(|_| pieces(word).iter().all(|piece| piece.is_seen))
}

fn posix(word: &OsStr, escaped: fn(&OsStr) -> String) -> String {
    match seen(word) {
        Some(text) if !text.contains('\'') => format!("'{text}'"),
        Some(text) if !text.contains(['"', '$', '`', '\\', '!']) => format!("\"{text}\""),
        _ => escaped(word),
    }
}

/// `$'…'`.
fn ansi(word: &OsStr) -> String {
    let mut quoted = String::from("$'");
    for piece in pieces(word) {
        match piece.bytes {
            b"'" => quoted += "\\'",
            b"\\" => quoted += "\\\\",
            b"\n" => quoted += "\\n",
            b"\t" => quoted += "\\t",
            b"!" => octal(&mut quoted, b"!"),
            bytes if piece.is_seen => quoted += &String::from_utf8_lossy(bytes),
            bytes => octal(&mut quoted, bytes),
        }
    }
    quoted + "'"
}

/// POSIX has no escapes in quotes, but `printf` reads them. `$(…)` drops line ends at the end, so these come from IFS.
fn printf(word: &OsStr) -> String {
    let mut quoted = String::new();
    let mut ends = 0;
    for piece in pieces(word) {
        if piece.bytes == b"\n" {
            ends += 1;
            continue;
        }
        quoted += &"\\n".repeat(ends);
        ends = 0;
        match piece.bytes {
            b"%" => quoted += "%%",
            b"\\" => quoted += "\\\\",
            b"\t" => quoted += "\\t",
            b"!" | b"'" => octal(&mut quoted, piece.bytes),
            // It would be an option.
            b"-" if quoted.is_empty() => octal(&mut quoted, b"-"),
            bytes if piece.is_seen => quoted += &String::from_utf8_lossy(bytes),
            bytes => octal(&mut quoted, bytes),
        }
    }
    if !quoted.is_empty() {
        quoted = format!("\"$(printf '{quoted}')\"");
    }
    quoted + &"\"${IFS#??}\"".repeat(ends)
}

/// Always three digits: with fewer, a following digit would be read as part of the number.
fn octal(quoted: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(quoted, "\\{byte:03o}");
    }
}

/// fish reads escapes only outside of quotes.
fn fish(word: &OsStr) -> String {
    if let Some(text) = seen(word)
        && text.contains('\'')
        && !text.contains(['"', '$', '\\'])
    {
        return format!("\"{text}\"");
    }
    let mut quoted = String::new();
    let pieces = pieces(word);
    for run in pieces.chunk_by(|a, b| a.is_seen == b.is_seen) {
        let is_seen = run.iter().any(|piece| piece.is_seen);
        quoted += if is_seen { "'" } else { "" };
        for piece in run {
            match piece.bytes {
                b"'" => quoted += "\\'",
                b"\\" => quoted += "\\\\",
                b"\n" => quoted += "\\n",
                b"\t" => quoted += "\\t",
                bytes if is_seen => quoted += &String::from_utf8_lossy(bytes),
                bytes => bytes.iter().for_each(|byte| _ = write!(quoted, "\\X{byte:02x}")),
            }
        }
        quoted += if is_seen { "'" } else { "" };
    }
    if quoted.is_empty() { "''".to_owned() } else { quoted }
}

/// A string holds only characters, so other bytes are lost. Five characters end it.
fn powershell(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let literal = |text: &str| {
        let quotes = ['\'', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}'];
        let doubled = text
            .chars()
            .flat_map(|c| std::iter::repeat_n(c, if quotes.contains(&c) { 2 } else { 1 }));
        format!("'{}'", String::from_iter(doubled))
    };
    // Even in quotes it would be an operator for the rest of the line, except in an array.
    if text == "--%" {
        return "@('--%')".to_owned();
    }
    let pieces = pieces(text.as_ref().as_ref());
    if pieces.iter().all(|piece| piece.is_seen) {
        return literal(&text);
    }
    let list = pieces.chunk_by(|a, b| a.is_seen && b.is_seen).flat_map(|run| {
        let text: String = run.iter().map(|piece| String::from_utf8_lossy(piece.bytes)).collect();
        if run.iter().all(|piece| piece.is_seen) {
            vec![literal(&text)]
        } else {
            text.encode_utf16().map(|unit| format!("[char]{unit}")).collect()
        }
    });
    format!("(-join({}))", list.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the order of the enum.
    const SHELLS: [Shell; 5] = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Posix, Shell::PowerShell];

    fn words(text: &str) -> [String; 5] {
        SHELLS.map(|shell| word(shell, text.as_ref()))
    }

    #[test]
    fn a_plain_word_is_bare() {
        for text in ["work", "a.b_c-d", "acme/prod", "a@b.com", "/x/y", "_"] {
            assert!(is_bare(text.as_ref()), "{text}");
            assert_eq!(words(text), [text; 5]);
        }
        for text in ["123", "0x10", "1kb", "-x", "--", "@x", ".5", "+1", ":a"] {
            assert!(!is_bare(text.as_ref()), "{text}");
            let [powershell, others] = [format!("'{text}'"), text.to_owned()];
            assert_eq!(
                words(text),
                [&others, &others, &others, &others, &powershell].map(String::as_str)
            );
        }
    }

    #[test]
    fn the_easiest_quotes_are_taken() {
        for (text, quoted) in [
            ("", ["''"; 5]),
            ("two words", ["'two words'"; 5]),
            ("größe", ["'größe'"; 5]),
            ("=x", ["'=x'"; 5]),
            ("~x", ["'~x'"; 5]),
            ("#x", ["'#x'"; 5]),
            ("a,b", ["'a,b'"; 5]),
            ("{a,b}", ["'{a,b}'"; 5]),
            ("%x", ["'%x'"; 5]),
            ("$x`", ["'$x`'"; 5]),
            ("a!", ["'a!'"; 5]),
            ("x ", ["'x '"; 5]),
            ("*", ["'*'"; 5]),
            ("a\\", ["'a\\'", "'a\\'", "'a\\\\'", "'a\\'", "'a\\'"]),
            ("it's", ["\"it's\"", "\"it's\"", "\"it's\"", "\"it's\"", "'it''s'"]),
            ("it’s", ["'it’s'", "'it’s'", "'it’s'", "'it’s'", "'it’’s'"]),
            (
                "'!$",
                [
                    r"$'\'\041$'",
                    r"$'\'\041$'",
                    r"'\'!$'",
                    r#""$(printf '\047\041$')""#,
                    "'''!$'",
                ],
            ),
        ] {
            assert_eq!(words(text), quoted, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_escaped() {
        for (text, quoted) in [
            (
                "a\nb",
                [
                    r"$'a\nb'",
                    r"$'a\nb'",
                    r"'a'\n'b'",
                    r#""$(printf 'a\nb')""#,
                    "(-join('a',[char]10,'b'))",
                ],
            ),
            (
                "\n\n",
                [
                    r"$'\n\n'",
                    r"$'\n\n'",
                    r"\n\n",
                    r#""${IFS#??}""${IFS#??}""#,
                    "(-join([char]10,[char]10))",
                ],
            ),
            (
                "-%\u{1b}1\n",
                [
                    r"$'-%\0331\n'",
                    r"$'-%\0331\n'",
                    r"'-%'\X1b'1'\n",
                    r#""$(printf '\055%%\0331')""${IFS#??}""#,
                    "(-join('-%',[char]27,'1',[char]10))",
                ],
            ),
            (
                "\u{202e}ü\u{1f3f4}\u{e0067}",
                [
                    "$'\\342\\200\\256ü🏴\\363\\240\\201\\247'",
                    "$'\\342\\200\\256ü🏴\\363\\240\\201\\247'",
                    "\\Xe2\\X80\\Xae'ü🏴'\\Xf3\\Xa0\\X81\\Xa7",
                    "\"$(printf '\\342\\200\\256ü🏴\\363\\240\\201\\247')\"",
                    "(-join([char]8238,'ü🏴',[char]56128,[char]56423))",
                ],
            ),
        ] {
            assert_eq!(words(text), quoted, "{text:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_are_escaped() {
        use std::os::unix::ffi::OsStrExt as _;
        let bytes = OsStr::from_bytes(b"a\xffb");
        assert_eq!(word(Shell::Bash, bytes), r"$'a\377b'");
        assert_eq!(word(Shell::Fish, bytes), r"'a'\Xff'b'");
        assert_eq!(word(Shell::Posix, bytes), r#""$(printf 'a\377b')""#);
    }
}
