//! One line of text from a profile. botocore fails later, and less clearly, over a nested block in its place.

use crate::config::{Place, Profile, Value};

use super::Error;

/// The text of `key` and its place in the merged view; `None` if the key is absent.
pub(super) fn text<'a>(profile: Profile<'a>, key: &str) -> Result<Option<(&'a str, Place)>, Error> {
    profile.get(key).map(|value| as_text(profile, value)).transpose()
}

/// `value` as text with its place; the error names `profile`.
pub(super) fn as_text<'a>(profile: Profile<'_>, value: Value<'a>) -> Result<(&'a str, Place), Error> {
    if value.is_nested() {
        return Err(Error::BadValue {
            profile: profile.name().to_owned(),
            key: value.key().to_owned(),
            needs: "text, not a block of indented lines",
            place: value.place(),
        });
    }
    Ok((value.text(), value.place()))
}

/// The text of `key`, owned, without its place.
pub(super) fn owned(profile: Profile<'_>, key: &str) -> Result<Option<String>, Error> {
    Ok(text(profile, key)?.map(|(value, _)| value.to_owned()))
}
