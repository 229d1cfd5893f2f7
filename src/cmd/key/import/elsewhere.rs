//! Keys from elsewhere: the environment, a CSV file, legacy boto files. A profile then uses them.

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::keychain::Item;
use crate::keychain::item::Cut;
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::ops::keychain::{attach, pair};
use crate::secret::Secret;

use super::{Import, Plan};

/// A key, and how to remove it from where it was found.
pub(super) struct Found {
    /// Where it is, to begin a message with.
    pub(super) place: String,
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Secret<String>,
    /// The edits that remove it from there.
    pub(super) edits: Vec<FileEdit>,
    /// What these edits cut out.
    pub(super) layout: Vec<Cut>,
}

/// The plan for a key from elsewhere: first the profile gets a line, and only then the old place gives the key up.
///
/// # Errors
/// The text cannot be a key, or not a lasting one; the profile has credentials of another kind.
pub(super) fn plan(import: &Import<'_>, files: &Files, profile: &str, found: Found) -> Result<Plan, Error> {
    pair::check(
        &found.place,
        &found.access_key_id,
        &found.secret_access_key,
        import.args.any_shape,
    )?;
    let name = import.item_name(profile).to_owned();
    let mut edits = Vec::new();
    let mut layout = Vec::new();
    if !import.args.keep {
        let value = import.line(profile, &name)?;
        edits = attach::attach(files, profile, &name, &value, import.args.replace)?;
        edits.extend(found.edits);
        layout = found.layout;
    }
    Ok(Plan {
        place: found.place,
        profile: profile.to_owned(),
        name,
        item: Item {
            access_key_id: found.access_key_id,
            secret_access_key: found.secret_access_key,
            account_id: None,
            since: import.context.process.now,
            layout,
        },
        edits,
        parts: Vec::new(),
    })
}

/// The key in the user's own environment.
///
/// # Errors
/// There is no lasting one, or it is awsenv's own.
pub(super) fn of_env(context: &Context) -> Result<Found, Error> {
    let env = context.env();
    let fail = |message: &str| Error::new(Kind::Failed, message);
    let halves = (env.filled("AWS_ACCESS_KEY_ID"), env.filled("AWS_SECRET_ACCESS_KEY"));
    let (id, secret) = match halves {
        (Some(id), Some(secret)) => (id, secret),
        (None, None) if context.process.env.filled("AWS_ACCESS_KEY_ID").is_some() => {
            return Err(fail("the key in the environment is the one that awsenv exported")
                .hint("import the profile it belongs to"));
        }
        (None, None) => {
            return Err(fail(
                "the environment has no key (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)",
            ));
        }
        _ => return Err(fail("only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set")),
    };
    let has_token = ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"]
        .iter()
        .any(|name| env.filled(name).is_some());
    if has_token || id.starts_with("ASIA") {
        return Err(pair::temporary("the key in the environment"));
    }
    Ok(Found {
        place: "the environment: ".to_owned(),
        access_key_id: id.to_owned(),
        secret_access_key: Secret::new(secret.to_owned()),
        edits: Vec::new(),
        layout: Vec::new(),
    })
}
