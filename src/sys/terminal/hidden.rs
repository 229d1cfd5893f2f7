//! A line that is not shown while it is typed: which bytes belong to it, and which keys edit it.

use std::io::{self, ErrorKind};

use zeroize::Zeroizing;

use crate::secret::Secret;

/// In bytes, larger than any secret; reserved at once, because growing would leave copies behind.
const MAX_SECRET: usize = 8192;

/// The effect of a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// The line goes on.
    More,
    /// Enter.
    Done,
    /// Ctrl-C or Ctrl-\, or Ctrl-D on an empty line.
    Left,
    /// Ctrl-Z.
    Stopped,
}

/// Whether the byte is part of a sequence that a key sends (an arrow, the markers around pasted text).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sequence {
    None,
    Escape,
    Control,
    Single,
}

#[derive(Debug)]
pub(super) struct Line {
    bytes: Zeroizing<Vec<u8>>,
    sequence: Sequence,
    is_too_long: bool,
}

impl Line {
    pub(super) fn new() -> Self {
        Self {
            bytes: Zeroizing::new(Vec::with_capacity(MAX_SECRET)),
            sequence: Sequence::None,
            is_too_long: false,
        }
    }

    /// Takes the next byte from the terminal.
    pub(super) fn take(&mut self, byte: u8) -> Typed {
        match (self.sequence, byte) {
            // These count everywhere, so that a single Escape cannot lock the user in.
            (_, b'\r' | b'\n') => return Typed::Done,
            (_, CTRL_C | CTRL_BACKSLASH) => return Typed::Left,
            (_, CTRL_Z) => return Typed::Stopped,
            (Sequence::None | Sequence::Escape, ESCAPE) => self.sequence = Sequence::Escape,
            (Sequence::Escape, b'[') => self.sequence = Sequence::Control,
            (Sequence::Escape, b'O') => self.sequence = Sequence::Single,
            (Sequence::Control, 0x20..=0x3f) => {}
            (Sequence::Escape | Sequence::Control | Sequence::Single, _) => self.sequence = Sequence::None,
            (Sequence::None, CTRL_D) if self.bytes.is_empty() => return Typed::Left,
            (Sequence::None, BACKSPACE | DELETE) => self.rub_out(),
            (Sequence::None, CTRL_U) => {
                self.bytes.clear();
                self.is_too_long = false;
            }
            (Sequence::None, CTRL_W) => self.rub_out_word(),
            (Sequence::None, byte) if byte.is_ascii_control() => {}
            (Sequence::None, byte) if self.bytes.len() < MAX_SECRET => self.bytes.push(byte),
            (Sequence::None, _) => self.is_too_long = true,
        }
        Typed::More
    }

    /// What was typed so far; `None` if it is not UTF-8 or too long.
    pub(super) fn text(&self) -> Option<&str> {
        str::from_utf8(&self.bytes).ok().filter(|_| !self.is_too_long)
    }

    /// Returns the secret in the memory where it was typed, without a copy.
    ///
    /// # Errors
    /// It is too long, or not UTF-8.
    pub(super) fn finish(mut self) -> io::Result<Secret<String>> {
        if self.is_too_long {
            let message = format!("the input is longer than {MAX_SECRET} bytes");
            return Err(io::Error::new(ErrorKind::InvalidData, message));
        }
        String::from_utf8(std::mem::take(&mut self.bytes))
            .map(Secret::new)
            .map_err(|error| {
                drop(Zeroizing::new(error.into_bytes()));
                io::Error::new(ErrorKind::InvalidData, "the input is not UTF-8")
            })
    }

    /// Removes one character, however many bytes it has.
    fn rub_out(&mut self) {
        while self.bytes.pop().is_some_and(|byte| (0x80..0xc0).contains(&byte)) {}
    }

    fn rub_out_word(&mut self) {
        let end = self.bytes.trim_ascii_end();
        let start = end
            .iter()
            .rposition(u8::is_ascii_whitespace)
            .map_or(0, |blank| blank + 1);
        self.bytes.truncate(start);
    }
}

const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;
const CTRL_U: u8 = 0x15;
const CTRL_W: u8 = 0x17;
const CTRL_Z: u8 = 0x1a;
const CTRL_BACKSLASH: u8 = 0x1c;
const BACKSPACE: u8 = 0x08;
const DELETE: u8 = 0x7f;
const ESCAPE: u8 = 0x1b;

#[cfg(test)]
mod tests {
    use super::*;

    /// The result of typing `keys`, and how many bytes were left at the end of the line.
    fn typed(keys: &[u8]) -> (Typed, io::Result<String>, usize) {
        let mut line = Line::new();
        for (at, key) in keys.iter().enumerate() {
            let typed = line.take(*key);
            if typed != Typed::More {
                let secret = line.finish().map(|secret| secret.expose().clone());
                return (typed, secret, keys.len() - at - 1);
            }
        }
        (Typed::More, line.finish().map(|secret| secret.expose().clone()), 0)
    }

    #[test]
    fn keys_make_a_line() {
        for (keys, wanted) in [
            (&b"wJalr/K7+x=\r"[..], "wJalr/K7+x="),
            (b"two words \n", "two words "),
            ("p\u{e4}ss\u{754c}\r".as_bytes(), "p\u{e4}ss\u{754c}"),
            ("ab\u{e4}\x7fc\x08d\r".as_bytes(), "abd"),
            (b"\x7f\x7fa\r", "a"),
            (b"wrong\x15right\r", "right"),
            (b"one two  \x17three\r", "one three"),
            (b"one\x17two\r", "two"),
            (b"a\tb\x00c\x19d\x04e\r", "abcde"),
            (b"a\x1b[Db\x1bOAc\x1b[3~d\x1bxe\r", "abcde"),
            (b"\x1b[200~pasted\x1b[201~\r", "pasted"),
            (b"a\x1b\r", "a"),
            (b"\r", ""),
        ] {
            let (end, line, _) = typed(keys);
            assert_eq!((end, line.unwrap().as_str()), (Typed::Done, wanted), "{keys:?}");
        }
        for keys in [
            &b"\x04"[..],
            b"abc\x03",
            b"a\x7f\x04",
            b"a\x1b\x03",
            b"\x1b[\x03",
            b"abc\x1c",
            b"\x1b[\x1c",
        ] {
            assert_eq!(typed(keys).0, Typed::Left, "{keys:?}");
        }
        for keys in [&b"\x1a"[..], b"abc\x1afg\r", b"\x1b[\x1a"] {
            assert_eq!(typed(keys).0, Typed::Stopped, "{keys:?}");
        }
        // What follows does not belong to the line.
        assert_eq!(typed(b"a\nb\n").2, 2);
    }

    #[test]
    fn nothing_is_cut_in_silence() {
        let long = "x".repeat(MAX_SECRET);
        assert_eq!(typed(format!("{long}\r").as_bytes()).1.unwrap(), long);
        let longer = typed(format!("{long}y\r").as_bytes()).1.unwrap_err();
        assert_eq!(longer.to_string(), "the input is longer than 8192 bytes");
        assert_eq!(typed(format!("{long}y\x15z\r").as_bytes()).1.unwrap(), "z");
        let error = typed(b"\xffsecret\r").1.unwrap_err();
        assert_eq!(error.to_string(), "the input is not UTF-8");
    }

    #[test]
    fn the_memory_never_moves() {
        let mut line = Line::new();
        let at = line.bytes.as_ptr();
        (0..=MAX_SECRET).for_each(|_| assert_eq!(line.take(b'x'), Typed::More));
        assert_eq!(line.bytes.as_ptr(), at);
        line.is_too_long = false;
        assert_eq!(line.finish().unwrap().expose().as_ptr(), at);
    }
}
