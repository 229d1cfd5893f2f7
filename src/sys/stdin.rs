//! Standard input, for secrets that are piped in.

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
