//! One setting: printed as botocore reads it, changed where it takes effect.

use std::ffi::OsStr;
use std::fmt;

use crate::config::edit::{Editor, check_setting};
use crate::config::mistakes;
use crate::config::region;
use crate::config::{Document, FileKind, Profile, Section};
use crate::context::{Context, Outcome};
use crate::credentials::pair::resembles;
use crate::error::{Error, Kind};
use crate::journal::Undo;
use crate::ops::choose::{self, Chosen};
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::redact;
use crate::redact::is_secret;
use crate::sys::edit::EditLock;
use crate::text::{display, lines};

/// As typed: `region`, or `s3.max_queue_size` for a key in a block.
pub(super) struct Key<'t> {
    name: String,
    nested: Option<&'t str>,
}

/// A key as the AWS CLI takes it, perhaps with its profile: `default.region`, `profile.work.region`.
struct Scoped<'t> {
    profile: Option<&'t str>,
    key: Key<'t>,
}

impl<'t> Scoped<'t> {
    /// `option` is the profile from the command line. `is_profile` says which first parts name one without `profile.`: any
    /// profile's when the AWS CLI reads, none when it writes.
    ///
    /// # Errors
    /// There is no key behind the profile, or two profiles are named.
    fn parse(text: &'t str, option: Option<&OsStr>, is_profile: impl Fn(&str) -> bool) -> Result<Self, Error> {
        let scoped = match text.split_once('.') {
            Some(("profile", rest)) => Some(rest.split_once('.').unwrap_or((rest, ""))),
            Some((name, key)) if name == "default" || is_profile(name) => Some((name, key)),
            _ => None,
        };
        let Some((profile, key)) = scoped else {
            let key = Key::parse(text);
            return Ok(Self { profile: None, key });
        };
        let shown = display(profile);
        if profile.is_empty() || key.is_empty() {
            let message = format!("`{}` names a profile, but no setting of it", display(text));
            return Err(Error::new(Kind::Usage, message).hint("the setting comes last: `profile.NAME.region`"));
        }
        if option.is_some_and(|option| option != OsStr::new(profile)) {
            let message = format!(
                "`{}` is a setting of `{shown}`, and `--profile` names another",
                display(text)
            );
            return Err(Error::new(Kind::Usage, message).hint("name the profile in one of them"));
        }
        Ok(Self {
            profile: Some(profile),
            key: Key::parse(key),
        })
    }
}

impl<'t> Key<'t> {
    pub(super) fn parse(text: &'t str) -> Self {
        match text.split_once('.') {
            Some((name, nested)) => Self {
                name: name.to_lowercase(),
                nested: Some(nested),
            },
            None => Self {
                name: text.to_lowercase(),
                nested: None,
            },
        }
    }

    fn is_secret(&self) -> bool {
        is_secret(&self.name) || self.nested.is_some_and(|nested| is_secret(&nested.to_lowercase()))
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.nested.map_or(Ok(()), |nested| write!(f, ".{nested}"))
    }
}

/// Prints nothing, and returns status 1, if the profile does not set `key`.
pub(super) fn print(context: &Context, profile: Option<&OsStr>, key: &str) -> Result<Outcome, Error> {
    let Chosen { files, choice, .. } = choose::choose(context, profile)?;
    let scoped = Scoped::parse(key, profile, |name| files.has(name))?;
    let key = scoped.key;
    let is_chosen = profile.is_none() && scoped.profile.is_none();
    let name = scoped.profile.map_or(choice.name, str::to_owned);
    let Some(found) = files.profiles.profile(&name) else {
        if is_chosen && name == "default" {
            return Ok(Outcome::Done(1));
        }
        return Err(choose::not_found(&files, &name));
    };
    let Some(value) = found.get(&key.name) else {
        return Ok(Outcome::Done(1));
    };
    let text = match key.nested {
        Some(nested) => match value.nested_value(nested) {
            Some(nested) => nested.text(),
            None => return Ok(Outcome::Done(1)),
        },
        None if value.is_nested() => {
            let message = format!("{}: `{key}` is a block of keys", value.place());
            return Err(Error::new(Kind::Failed, message).hint(format!("name a key in the block: `{key}.NAME`")));
        }
        None => value.text(),
    };
    let name = key.nested.unwrap_or(&key.name);
    if key.is_secret() || redact::visible(name, text).is_none() {
        let what = match key.is_secret() || redact::harmless(text).is_none() {
            true => "contains a secret, which awsenv does not print",
            false => "is not shaped like an access key id and may be a secret, so awsenv does not print it",
        };
        let message = format!("{}: `{key}` {what}", value.place());
        return Err(Error::new(Kind::Failed, message).hint("use `awsenv exec` to give it to a program"));
    }
    let text = format!("{text}\n");
    let is_seen = context.process.stdout_tty;
    Ok(Outcome::Text(if is_seen { lines(&text) } else { text }, 0))
}

/// Creates the profile if it does not exist.
pub(super) fn change(context: &Context, profile: Option<&OsStr>, key: &str, value: &str) -> Result<Outcome, Error> {
    if resembles(key).is_some() || redact::harmless(key).is_none() {
        let message =
            "the name of the setting may be a part of an access key, which does not belong on the command line";
        return Err(Error::new(Kind::Usage, message).hint("the name comes first, then the value"));
    }
    let scoped = Scoped::parse(key, profile, |_| false)?;
    let profile = scoped.profile.map(OsStr::new).or(profile);
    let key = scoped.key;
    if key.is_secret() || key.name == "aws_access_key_id" {
        let named = key.name.split('=').next().unwrap_or_default();
        let message = format!("`{named}` is part of an access key, which does not belong on the command line");
        return Err(Error::new(Kind::Usage, message).hint("`awsenv configure` and `awsenv key add` ask for it"));
    }
    check_setting(&key.to_string(), value)?;
    // An external id may be any text, even one that is shaped like a secret.
    if key.name != "external_id" && redact::harmless(value).is_none() {
        let message = format!("the value of `{key}` may be a secret, which does not belong on the command line");
        return Err(Error::new(Kind::Usage, message).hint("if it must be in the file, edit the file"));
    }
    let lock = EditLock::take(context.env())?;
    let Chosen { files, choice, .. } = choose::choose(context, profile)?;
    let name = choice.name;
    let shown = display(&name);
    let Some(edit) = edit_for(&files, &name, &key, value)? else {
        context
            .ui
            .notice(&format!("`{key}` of `{shown}` is already set to that"));
        return Ok(Outcome::Done(0));
    };
    if let Some(wrong) = wrong(&key.to_string(), value) {
        context.ui.warn(format!("{}: {}", wrong.what, wrong.instead));
    }
    let path = edit.path.display().to_string();
    edit::save(
        context,
        &lock,
        &format!("set `{key}` of `{shown}`"),
        &[edit],
        Undo::Journal,
    )?;
    context.ui.notice(&format!("`{key}` of `{shown}` is set in {path}"));
    Ok(Outcome::Done(0))
}

/// Whether all of it is of the letters of regions and output formats. What is not may be a part of a secret.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Checks an answer for `region` or `output`.
///
/// # Errors
/// What is wrong with it; never the text of a key.
pub(super) fn check(key: &str, text: &str) -> Result<(), Error> {
    check_setting(key, text)?;
    let fail = |message: String| Err(Error::new(Kind::Failed, message));
    if redact::harmless(text).is_none() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return fail(format!("`{key}` must be one word"));
    }
    // The message repeats the text, which may be a part of a secret unless it is plain or the name of a place.
    let may_repeat = is_plain(text) || key == "region" && region::is_label(text);
    match wrong(key, text).filter(|wrong| wrong.is_certain && may_repeat) {
        Some(wrong) => fail(format!("{}: {}", wrong.what, wrong.instead)),
        None if !is_plain(text) || key == "region" && !region::is_label(text) => {
            let message = format!("`{key}` must be lower-case letters, digits and `-`, as in `eu-west-1` and `json`");
            Err(Error::new(Kind::Failed, message).hint("`awsenv configure set` sets any other"))
        }
        None => Ok(()),
    }
}

/// The mistake in a value of `region` or `output`.
fn wrong(key: &str, text: &str) -> Option<mistakes::Wrong> {
    match key {
        "region" | "sso_region" => mistakes::region(text, true),
        "output" => mistakes::output(text),
        _ => None,
    }
}

/// The edit that sets `key` to `value`; `None` if it is already set to that.
pub(super) fn edit_for(files: &Files, profile: &str, key: &Key<'_>, value: &str) -> Result<Option<FileEdit>, Error> {
    let found = files.profiles.profile(profile);
    if let Some(section) = found.and_then(|found| section_for(found, &key.name)) {
        let mut editor = Editor::new(section.document())?;
        set(&mut editor, section.header(), key, value)?;
        let edited = editor.finish()?;
        let is_new = !edited.splices.is_empty();
        return Ok(is_new.then(|| FileEdit::of(section.document(), edited)));
    }
    let path = files.path_to_write(FileKind::Config)?;
    let new = Document::absent(path);
    let document = files.profiles.config().unwrap_or(&new);
    let mut editor = Editor::new(document)?;
    let header = editor.header(None, FileKind::Config, profile)?;
    set(&mut editor, &header, key, value)?;
    Ok(Some(FileEdit::of(document, editor.finish()?)))
}

/// The section that decides the value: the credentials file's if it has the key, else the config file's.
fn section_for<'a>(profile: Profile<'a>, key: &str) -> Option<Section<'a>> {
    let credentials = profile.credentials_section();
    credentials
        .filter(|section| section.get(key).is_some())
        .or(profile.config_section())
}

fn set(editor: &mut Editor<'_>, header: &str, key: &Key<'_>, value: &str) -> Result<(), Error> {
    match key.nested {
        Some(nested) => editor.set_nested(header, &key.name, nested, value)?,
        None => editor.set(header, &key.name, value)?,
    }
    Ok(())
}
