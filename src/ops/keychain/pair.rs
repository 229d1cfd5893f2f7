//! The check of a key that is to be kept, with errors for the user. Commands check every key here, wherever it is from.

use crate::context::Context;
use crate::credentials::TEMPORARY;
use crate::credentials::pair::{self, Flaw, ODD_SECRET};
use crate::error::{Error, Kind};
use crate::ops::ask;
use crate::secret::Secret;

/// Rejects what can be no key; `place` says where it is, as in "stdin: ".
///
/// # Errors
/// The first flaw; it never repeats a part of the key.
pub fn check(place: &str, id: &str, secret: &Secret<String>, any_shape: bool) -> Result<(), Error> {
    pair::check(id, secret.expose(), any_shape).map_err(|flaw| refused(place, flaw))
}

/// The error for a flaw of a key.
pub fn refused(place: &str, flaw: Flaw) -> Error {
    let error = Error::new(Kind::Failed, format!("{place}{flaw}"));
    match flaw {
        Flaw::NotAnId => error.hint("`--any-shape` accepts the ids of services that are not AWS's but work alike"),
        Flaw::Temporary => error.hint(LASTING),
        flaw => error.hint(flaw.remedy()),
    }
}

/// A key that expires by itself, which `whose` names.
pub fn temporary(whose: &str) -> Error {
    Error::new(Kind::Failed, format!("{whose} {TEMPORARY}")).hint(LASTING)
}

const LASTING: &str = "the keychain is for keys that last";

/// Warns of a secret that AWS did not make; asks whether to keep it if `may_ask` and there is a terminal.
///
/// # Errors
/// The user cancels.
pub fn mind(context: &Context, place: &str, secret: &Secret<String>, may_ask: bool) -> Result<(), Error> {
    if !pair::is_odd(secret.expose()) {
        return Ok(());
    }
    let message = format!("{place}the secret access key {ODD_SECRET}");
    if !may_ask || ask::check(context, "").is_err() {
        context.ui.warn(format!("{message} (`--any-shape` silences this)"));
        return Ok(());
    }
    match ask::yes(context, &format!("{message}: keep it anyway"), false, "")? {
        true => Ok(()),
        false => Err(Error::cancelled()),
    }
}
