//! Standard input, for secrets that are piped in.

use std::io::{self, ErrorKind, Read as _};

use zeroize::Zeroizing;

/// More than any key or passphrase has.
const MAX: usize = 64 * 1024;

/// All of stdin.
///
/// # Errors
/// What the system says; an input that goes on beyond what a secret can need.
pub fn read() -> io::Result<Zeroizing<Vec<u8>>> {
    // Never grows, which would leave copies behind.
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
