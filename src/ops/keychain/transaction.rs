//! What holds whenever a key goes into the keychain: who shares its item is told, and nobody becomes somebody else.

use crate::context::Context;
use crate::error::Error;
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::ops::keychain::{detach, identity};
use crate::text::display;

/// Says which other profiles ask for an item whose key is about to be replaced.
pub fn warn_sharers(context: &Context, files: &Files, profile: &str, item: &str) {
    for other in detach::sharers(files, profile, item) {
        let (other, item) = (display(other), display(item));
        let text = format!("`{other}` asks for the item `{item}` too, and gets this key with it");
        context.ui.warn(&text);
    }
}

/// Refuses an edit that would make some profile another one than it is.
///
/// # Errors
/// The first profile that would change, and how. `except` may change: that is what is asked for.
pub fn check_identities(
    files: &Files,
    edits: &[FileEdit],
    moved: &identity::Moved<'_>,
    except: Option<&str>,
) -> Result<(), Error> {
    let after = files.edited(edits)?;
    let names = files.profiles.names().chain(after.profiles.names()).collect();
    let (before, after) = (identity::of(files, &names, moved), identity::of(&after, &names, moved));
    identity::check(&before, &after, except)
}
