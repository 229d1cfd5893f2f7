//! Encrypts and decrypts bytes with `age`.

use std::io::{self, Read as _, Write as _};
use std::iter;

use age::secrecy::SecretString;
use age::x25519::Identity;
use zeroize::Zeroizing;

use crate::secret::Secret;

pub(in crate::sys) fn seal(recipient: &dyn age::Recipient, plain: &[u8]) -> io::Result<Vec<u8>> {
    let encryptor = age::Encryptor::with_recipients(iter::once(recipient)).map_err(io::Error::other)?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed)?;
    writer.write_all(plain)?;
    writer.finish()?;
    Ok(sealed)
}

pub(in crate::sys) fn open(
    identity: &dyn age::Identity,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, age::DecryptError> {
    let decryptor = age::Decryptor::new_buffered(sealed)?;
    // Large enough for all of it, because growing would leave copies behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    decryptor.decrypt(iter::once(identity))?.read_to_end(&mut plain)?;
    Ok(plain)
}

/// Whether the text is sealed for this identity; `None` if it is damaged.
pub(super) fn fits(identity: &dyn age::Identity, sealed: &[u8]) -> Option<bool> {
    let decryptor = age::Decryptor::new_buffered(sealed).ok()?;
    match decryptor.decrypt(iter::once(identity)) {
        Ok(_) => Some(true),
        Err(age::DecryptError::NoMatchingKeys) => Some(false),
        Err(_) => None,
    }
}

/// The only key in a text; comments may surround it.
pub(in crate::sys) fn parse(text: &[u8]) -> Option<Identity> {
    let text = std::str::from_utf8(text).ok()?;
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let key = lines.next()?.parse().ok()?;
    lines.next().is_none().then_some(key)
}

pub(super) fn secret_string(passphrase: &Secret<String>) -> SecretString {
    SecretString::from(passphrase.expose().clone())
}
