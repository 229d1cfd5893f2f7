//! Makes a profile use an item: adds the line to its section, or to a new one.

use crate::config::edit::Editor;
use crate::config::own_line::keychain_item;
use crate::config::{Document, FileKind, Profile, Value};
use crate::error::{Error, Kind};
use crate::journal::KeyCommand;
use crate::keychain::layout::{ID, SECRET};
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::ops::keychain::detach::sections;
use crate::ops::keychain::{command, line};
use crate::text::display;

/// Settings that take precedence over a `credential_process`, or conflict with it.
pub const STRONGER: [&str; 6] = [
    "role_arn",
    "web_identity_token_file",
    "sso_account_id",
    "sso_role_name",
    "sso_session",
    "login_session",
];

/// Half a key pair, or its token.
const PLAINTEXT: [&str; 4] = [ID, SECRET, "aws_session_token", "aws_security_token"];

/// The edits that make `profile` use `item` with the line `value`; none if it already does. A profile that is in no
/// file is created in the config file.
///
/// # Errors
/// A profile that has credentials of another kind, and what to do.
pub fn attach(files: &Files, profile: &str, item: &str, value: &str, replace: bool) -> Result<Vec<FileEdit>, Error> {
    let Some(found) = files.profiles.profile(profile) else {
        return create(files, profile, value).map(|edit| vec![edit]);
    };
    check_free(found)?;
    if let Some(process) = found.get(line::KEY) {
        if keychain_item(process.text()).as_deref() == Some(item) {
            return Ok(Vec::new());
        }
        if !replace {
            return Err(has_process(profile, process).hint(WITH_REPLACE));
        }
    }
    let section = sections(found).find(|section| section.own(line::KEY).is_some());
    let Some(section) = section.or(found.config_section()).or(found.credentials_section()) else {
        return create(files, profile, value).map(|edit| vec![edit]);
    };
    let mut editor = Editor::new(section.document())?;
    editor.set(section.header(), line::KEY, value)?;
    Ok(vec![FileEdit::of(section.document(), editor.finish()?)])
}

/// In a new section of the config file.
fn create(files: &Files, profile: &str, value: &str) -> Result<FileEdit, Error> {
    let path = files.path_to_write(FileKind::Config)?;
    let new = Document::absent(path);
    let document = files.profiles.config().unwrap_or(&new);
    let mut editor = Editor::new(document)?;
    let header = editor.header(None, FileKind::Config, profile)?;
    editor.set(&header, line::KEY, value)?;
    Ok(FileEdit::of(document, editor.finish()?))
}

/// Rejects a profile that has other credentials.
fn check_free(profile: Profile<'_>) -> Result<(), Error> {
    let name = display(profile.name());
    if let Some(value) = STRONGER.into_iter().find_map(|key| profile.get(key)) {
        let (place, key) = (value.place(), value.key());
        return Err(Error::new(
            Kind::Failed,
            format!("{place}: `{name}` has a `{key}`, so some or all SDKs would ignore a key beside it"),
        )
        .hint("give the key a profile of its own, and name that profile in `source_profile`"));
    }
    let plain = PLAINTEXT
        .into_iter()
        .find_map(|key| profile.in_credentials(key).or_else(|| profile.in_config(key)));
    if let Some(value) = plain {
        let message = format!("{}: `{name}` has a key in this file", value.place());
        return Err(Error::new(Kind::Failed, message).hint(command(KeyCommand::Import, profile.name())));
    }
    Ok(())
}

/// The remedy, for commands with that option.
pub const WITH_REPLACE: &str = "use `--replace` to put awsenv's in its place";

/// The error for a profile that uses another program.
pub fn has_process(profile: &str, process: Value<'_>) -> Error {
    let (place, profile) = (process.place(), display(profile));
    Error::new(
        Kind::Failed,
        format!("{place}: `{profile}` already has a credential_process"),
    )
}
