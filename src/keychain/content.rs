//! What items hold, as the bytes that a store keeps. A new kind of item implements [`Content`]; the stores stay as they
//! are.

use zeroize::Zeroizing;

/// A value that a store can keep.
pub trait Content: Sized {
    /// The service that the items of this kind are listed under: `awsenv` for keys, and `awsenv-…` for any other kind,
    /// so that two kinds can have items of one name.
    const SERVICE: &'static str;

    /// What people read before the item's name in the program of their keychain.
    const LABEL: &'static str;

    /// The value as a store keeps it.
    fn to_bytes(&self) -> Zeroizing<Vec<u8>>;

    /// Reads [`Content::to_bytes`].
    ///
    /// # Errors
    /// What is wrong, without a word of the content.
    fn parse(bytes: &[u8]) -> Result<Self, &'static str>;
}
