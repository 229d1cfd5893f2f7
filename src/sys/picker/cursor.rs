//! Asks the terminal where the cursor is; what the user typed before the answer becomes keys.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::time::{Duration, Instant};

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::sys::fs::do_not_wait;

/// How long the terminal may take to answer; over a network it takes a while.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// From 0; `None` if the terminal does not answer.
    pub(super) row: Option<u16>,
    /// Typed before the answer.
    pub(super) typed: Vec<KeyEvent>,
}

/// The terminal must be in raw mode.
///
/// # Errors
/// The terminal is gone.
pub(super) fn ask() -> io::Result<Answer> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    do_not_wait(&mut options);
    let mut tty = options.open("/dev/tty")?;
    tty.write_all(b"\x1b[6n")?;
    let begin = Instant::now();
    let (mut bytes, mut part) = (Vec::new(), [0; 256]);
    loop {
        match tty.read(&mut part) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(length) => {
                bytes.extend_from_slice(&part[..length]);
                if let Some((row, rest)) = report(&bytes) {
                    return Ok(Answer {
                        row: Some(row),
                        typed: keys(&rest),
                    });
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => return Err(error),
        }
        if begin.elapsed() > PATIENCE {
            return Ok(Answer {
                row: None,
                typed: keys(&bytes),
            });
        }
    }
}

/// The row in the terminal's report, `ESC [ row ; column R`, and the bytes around the report.
fn report(bytes: &[u8]) -> Option<(u16, Vec<u8>)> {
    let starts = bytes.windows(2).enumerate().filter(|(_, two)| *two == b"\x1b[");
    let mut found = starts.filter_map(|(start, _)| {
        let body = &bytes[start + 2..];
        let end = body.iter().position(|byte| *byte == b'R')?;
        let (row, column) = std::str::from_utf8(&body[..end]).ok()?.split_once(';')?;
        let _: u16 = column.parse().ok()?;
        let row: u16 = row.parse().ok()?;
        let rest = [&bytes[..start], &body[end + 1..]].concat();
        Some((row.saturating_sub(1), rest))
    });
    found.next()
}

/// The keys for these bytes, up to the first one that sends an escape sequence or is not UTF-8.
fn keys(bytes: &[u8]) -> Vec<KeyEvent> {
    let text = String::from_utf8_lossy(bytes);
    let typed = text.chars().take_while(|c| *c != '\x1b' && *c != '\u{fffd}');
    let keys = typed.filter_map(|c| match c {
        '\r' => Some((KeyCode::Enter, KeyModifiers::NONE)),
        '\t' => Some((KeyCode::Tab, KeyModifiers::NONE)),
        '\x7f' => Some((KeyCode::Backspace, KeyModifiers::NONE)),
        '\x01'..='\x1a' => {
            let letter = char::from_u32(u32::from(c) + 0x60)?;
            Some((KeyCode::Char(letter), KeyModifiers::CONTROL))
        }
        c if c.is_control() => None,
        c => Some((KeyCode::Char(c), KeyModifiers::NONE)),
    });
    keys.map(|(code, modifiers)| KeyEvent::new(code, modifiers)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_found_among_what_was_typed() {
        for (bytes, row, rest) in [
            (&b"\x1b[7;1R"[..], 6, &b""[..]),
            (b"dev\x1b[24;80R", 23, b"dev"),
            (b"R\x1b[1;1Rx\r", 0, b"Rx\r"),
            (b"\x1b[A\x1b[0;3R", 0, b"\x1b[A"),
            (b"\x1b[200~paste\x1b[3;4R", 2, b"\x1b[200~paste"),
        ] {
            assert_eq!(report(bytes), Some((row, rest.to_vec())), "{bytes:?}");
        }
        for none in [&b""[..], b"R", b"\x1b[", b"\x1b[7;1", b"\x1b[;R", b"\x1b[99999;1R"] {
            assert_eq!(report(none), None, "{none:?}");
        }
        assert_eq!(
            report(&[b"x".repeat(1000), b"\x1b[2;1R".to_vec()].concat()).unwrap().0,
            1
        );
    }

    #[test]
    fn what_was_typed_becomes_keys() {
        let key = |code, modifiers| KeyEvent::new(code, modifiers);
        let plain = |c| key(KeyCode::Char(c), KeyModifiers::NONE);
        assert_eq!(
            keys("aé\x7f\x15\r\n".as_bytes()),
            [
                plain('a'),
                plain('é'),
                key(KeyCode::Backspace, KeyModifiers::NONE),
                key(KeyCode::Char('u'), KeyModifiers::CONTROL),
                key(KeyCode::Enter, KeyModifiers::NONE),
                key(KeyCode::Char('j'), KeyModifiers::CONTROL),
            ]
        );
        assert_eq!(keys(b"a\x1b[Ab"), [plain('a')]);
        assert_eq!(keys(b"a\xffb"), [plain('a')]);
    }
}
