//! What items hold, as the bytes that a store keeps. A new kind of item implements [`Content`]; the stores do not
//! change.

use zeroize::Zeroizing;

pub trait Content: Sized {
    /// The service that items of this kind are listed under: `awsenv` for keys, `awsenv-…` for any other kind, so that
    /// two kinds can have items with the same name.
    const SERVICE: &'static str;

    /// Shown before the item's name in the user's keychain program.
    const LABEL: &'static str;

    fn to_bytes(&self) -> Zeroizing<Vec<u8>>;

    /// Reads [`Content::to_bytes`].
    ///
    /// # Errors
    /// What is wrong, without any of the content.
    fn parse(bytes: &[u8]) -> Result<Self, &'static str>;
}
