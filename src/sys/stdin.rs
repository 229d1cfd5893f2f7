//! Standard input, for secrets that are piped in.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};

use zeroize::Zeroizing;

/// In bytes, larger than any key or passphrase.
const MAX: usize = 64 * 1024;

/// # Errors
/// What the system says; an input longer than any secret.
pub fn read() -> io::Result<Zeroizing<Vec<u8>>> {
    // Allocated once, because growing would leave copies behind.
    let mut bytes = Zeroizing::new(vec![0; MAX + 1]);
    let mut stdin = io::stdin().lock();
    let mut length = 0;
    loop {
        match stdin.read(&mut bytes[length..]) {
            Ok(0) if length > MAX => return Err(io::Error::other("it is too long")),
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// In bytes, with its end. A code and blanks are far shorter.
const MAX_LINE: usize = 256;

/// The first line without its end. What comes after it stays for the program that reads next.
///
/// # Errors
/// What the system says; the line is longer than any code.
pub fn line() -> io::Result<Zeroizing<Vec<u8>>> {
    let mut stdin = unbuffered()?;
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_LINE));
    let mut byte = Zeroizing::new([0]);
    while line.len() < MAX_LINE {
        match stdin.read(&mut *byte) {
            Ok(0) => return Ok(line),
            Ok(_) if *byte == *b"\n" => return Ok(line),
            Ok(_) => line.push(byte[0]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("its first line is too long"))
}

/// The library's own stdin takes more than it is asked for.
fn unbuffered() -> io::Result<File> {
    #[cfg(unix)]
    let handle = std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned()?;
    #[cfg(windows)]
    let handle = std::os::windows::io::AsHandle::as_handle(&io::stdin()).try_clone_to_owned()?;
    Ok(handle.into())
}
