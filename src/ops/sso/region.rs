//! A region as the answer to a question.

use crate::config::mistakes;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ops::choose;
use crate::ops::files::Files;
use crate::redact;

/// The region that was typed, perhaps in short. Stricter than an option, because the answer was never checked by anyone
/// else.
///
/// # Errors
/// It is none.
pub fn answered(context: &Context, files: &Files, typed: &str) -> Result<String, Error> {
    let refused = |message: String| Error::new(Kind::Usage, message);
    let region = choose::region(context, files, typed.trim());
    if redact::harmless(&region).is_none() {
        return Err(refused("the answer is shaped like a secret".to_owned()));
    }
    if let Some(wrong) = mistakes::region(&region, true) {
        return Err(refused(format!("{}: {}", wrong.what, wrong.instead)));
    }
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match region.rsplit_once('-') {
        Some((area, number)) if area.contains('-') && area.split('-').all(is_part) && is_number(number) => {
            Ok(region.into_owned())
        }
        _ => Err(refused(format!(
            "`{}` is no region: type one such as eu-west-1",
            redact::shown(&region)
        ))),
    }
}
