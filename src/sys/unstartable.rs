//! A file that the system does not start -> what it lacks.

use std::fs;
use std::io;
use std::path::Path;

use crate::sys::fs::read_start;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The program that its first line names does not exist.
    Interpreter(String),
    /// It needs a loader that does not exist.
    Loader,
    /// It is a directory.
    File,
    /// It may not be executed, although it may look like a program.
    Mode { is_program: bool },
}

/// In bytes: as much of the first line as Linux reads.
const FIRST_LINE: u64 = 256;

/// `why` is what the system says about the file.
pub fn lack(path: &Path, why: &io::Error) -> Option<Lack> {
    let meta = fs::metadata(path).ok()?;
    if meta.is_dir() {
        return Some(Lack::File);
    }
    let start = start_of(path).unwrap_or_default();
    let interpreter = interpreter(&start).filter(|name| !Path::new(name).exists());
    match why.kind() {
        io::ErrorKind::NotFound => Some(interpreter.map_or(Lack::Loader, Lack::Interpreter)),
        io::ErrorKind::PermissionDenied if !is_executable(&meta) => Some(Lack::Mode {
            is_program: start.starts_with(b"#!") || start.starts_with(b"\x7fELF"),
        }),
        _ => None,
    }
}

/// Whether the system cannot tell how to run the program, as it is text without a `#!` line; only shells run it then.
/// Windows recognizes programs by their names.
pub fn is_headless(path: &Path) -> bool {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    cfg!(unix) && start_of(path).is_some_and(|start| start.iter().take(4).all(is_text) && !start.starts_with(b"#!"))
}

/// `None` if it cannot be read.
fn start_of(path: &Path) -> Option<Vec<u8>> {
    read_start(&fs::canonicalize(path).ok()?, FIRST_LINE).ok()?
}

/// What Linux takes for its name: up to a blank, so that a carriage return belongs to it.
fn interpreter(start: &[u8]) -> Option<String> {
    let line = start.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let name = line.trim_start_matches([' ', '\t']).split([' ', '\t']).next()?;
    Some(name.to_owned())
}

#[cfg(unix)]
fn is_executable(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_names_the_interpreter() {
        for (start, name) in [
            ("#!/bin/sh\nls", Some("/bin/sh")),
            ("#! /usr/bin/env -S x\n", Some("/usr/bin/env")),
            ("#!/bin/sh\r\nls\r\n", Some("/bin/sh\r")),
            ("#!/bin/sh -e\r\n", Some("/bin/sh")),
            ("ls\n", None),
        ] {
            assert_eq!(interpreter(start.as_bytes()).as_deref(), name, "{start:?}");
        }
    }
}
