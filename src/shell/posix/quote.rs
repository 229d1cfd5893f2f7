//! Literals.

use std::fmt::Write as _;

use super::Posix;
use crate::shell::is_plain;

/// sh has no escape for a byte, so `printf` writes bytes that are not UTF-8; none of them is a line end, which `$(…)`
/// would drop.
pub(super) fn single(bytes: &[u8]) -> String {
    let mut quoted = String::with_capacity(bytes.len() + 2);
    for chunk in bytes.utf8_chunks() {
        if !chunk.valid().is_empty() {
            let _ = write!(quoted, "'{}'", chunk.valid().replace('\'', r"'\''"));
        }
        if !chunk.invalid().is_empty() {
            let octal: String = chunk.invalid().iter().map(|byte| format!("\\{byte:03o}")).collect();
            let _ = write!(quoted, "\"$(\\command printf '{octal}')\"");
        }
    }
    if quoted.is_empty() { String::from("''") } else { quoted }
}

/// Code as one word: for sh as above, and else with escapes for what ends it and for what could match a file name.
pub(super) fn code(syntax: Posix, code: &str) -> String {
    if syntax == Posix::Sh {
        return single(code.as_bytes());
    }
    let mut quoted = String::with_capacity(code.len() + code.len() / 8);
    quoted.push_str("$'");
    for c in code.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '\'' | '*' | '?' | '[' | ']' => _ = write!(quoted, "\\{:03o}", u32::from(c)),
            _ => quoted.push(c),
        }
    }
    quoted.push('\'');
    quoted
}

/// Always three digits: with fewer, a following digit would be read as part of the number, and hexadecimal escapes are
/// greedy in ksh.
pub(super) fn octal(bytes: &[u8]) -> String {
    if bytes.iter().all(|byte| is_plain(*byte)) {
        return format!("'{}'", String::from_utf8_lossy(bytes));
    }
    let mut quoted = String::with_capacity(bytes.len() + 8);
    quoted.push_str("$'");
    for &byte in bytes {
        let _ = if is_plain(byte) {
            write!(quoted, "{}", char::from(byte))
        } else {
            write!(quoted, "\\{byte:03o}")
        };
    }
    quoted.push('\'');
    quoted
}
