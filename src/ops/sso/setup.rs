//! A new `[sso-session]`: what may be in it, and the edit that writes it.

use crate::advice::{Advice, Command};
use crate::aws::portal::SCOPE;
use crate::config::edit::NewSection;
use crate::config::url::{self, Flaw};
use crate::config::{Document, Editor, FileKind, Value};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::journal::Undo;
use crate::ops::edit::{self, FileEdit};
use crate::ops::files::Files;
use crate::ops::refusal::refused;
use crate::ops::sso::present::is_same_portal;
use crate::redact::shown;
use crate::resolve::{SsoSession, sso_session};
use crate::sys::edit::EditLock;
use crate::text::{display, name as shown_name};

/// A name that every SDK reads.
///
/// # Errors
/// Another character is in it.
pub fn check_name(name: &str) -> Result<(), Error> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./%@:+-".contains(c);
    if name.starts_with('-') || !name.chars().all(is_plain) || name.is_empty() {
        let message = format!("`{}` cannot be the name of an SSO session", shown_name(name));
        let hint = "use letters, digits and `_./%@:+-`: not every SDK reads more";
        return Err(Error::new(Kind::Usage, message).hint(hint));
    }
    Ok(())
}

/// The address as it is written: without the fragment that browsers show behind it.
///
/// # Errors
/// It cannot be that of an access portal.
pub fn start_url(typed: &str) -> Result<String, Error> {
    let refused = |why: &str| {
        let message = format!("`{}` {why}", shown_name(typed));
        let hint = "the start URL is that of the access portal, such as https://example.awsapps.com/start";
        Error::new(Kind::Usage, message).hint(hint)
    };
    let typed = typed.trim();
    let bare = typed
        .split_once('#')
        .map_or(typed, |(bare, _)| bare.trim_end_matches('/'));
    if bare.is_empty() {
        return Err(refused("is empty"));
    }
    let parts = url::parse(bare).map_err(|flaw| {
        refused(match flaw {
            Flaw::Scheme => "does not begin with `https://`",
            Flaw::OtherScheme => "is neither https nor http",
            Flaw::Host => "has no host that can be",
            Flaw::Port => "has no port that can be",
        })
    })?;
    if !parts.is_https {
        return Err(refused(
            "is not https, so anyone on the way could ask for your password",
        ));
    }
    if !parts.host.contains('.') || bare.contains('@') {
        return Err(refused("has no host of AWS or of your company"));
    }
    if parts.host.ends_with("signin.aws.amazon.com") || parts.host.ends_with("console.aws.amazon.com") {
        return Err(refused("is the AWS console, not an access portal"));
    }
    Ok(bare.to_owned())
}

/// The session that exists under this name, if it is what the options ask for.
///
/// # Errors
/// It has other values, or lacks a key.
pub fn existing(
    files: &Files,
    name: &str,
    start_url: Option<&str>,
    region: Option<&str>,
) -> Result<Option<SsoSession>, Error> {
    let found = sso_session(&files.profiles, name).map_err(|error| refused(&files.profiles, error))?;
    let Some(session) = found else { return Ok(None) };
    let section = files.profiles.sso_session(name);
    let is_same_url = start_url.is_none_or(|asked| is_same_portal(asked, &session.start_url));
    let is_same_region = region.is_none_or(|asked| asked == session.region);
    for (key, is, asked, is_same) in [
        ("sso_start_url", &session.start_url, start_url, is_same_url),
        ("sso_region", &session.region, region, is_same_region),
    ] {
        if let Some(asked) = asked.filter(|_| !is_same) {
            let value = section.and_then(|section| section.get(key));
            let place = value.map_or_else(|| session.region_place.clone(), Value::place);
            let message = format!(
                "the SSO session `{}` already exists, and its `{key}` is `{}`, not `{}` ({place})",
                display(name),
                shown(is),
                shown(asked)
            );
            return Err(Error::new(Kind::Failed, message)
                .hint("choose another name, or change it there")
                .hint(Advice::from("or leave it as it is: ").command(Command::new("awsenv sso setup").operand(name))));
        }
    }
    Ok(Some(session))
}

/// Writes the section, unless another program has written it meanwhile.
///
/// # Errors
/// The config file cannot be written; the session exists now, with other values.
pub fn write(context: &Context, name: &str, start_url: &str, region: &str) -> Result<(), Error> {
    let lock = EditLock::take(context.env())?;
    let files = Files::load(context)?;
    if existing(&files, name, Some(start_url), Some(region))?.is_some() {
        return Ok(());
    }
    let absent = Document::absent(files.path_to_write(FileKind::Config)?);
    let document = files.profiles.config().unwrap_or(&absent);
    let mut editor = Editor::new(document)?;
    let entries = [
        ("sso_start_url", start_url),
        ("sso_region", region),
        ("sso_registration_scopes", SCOPE),
    ];
    let entries = entries.map(|(key, value)| (key, value.to_owned()));
    editor.add_sections(&[NewSection::sso_session(name, entries)?])?;
    let edit = FileEdit::of(document, editor.finish()?);
    let title = format!("set up the SSO session `{}`", display(name));
    edit::save(context, &lock, &title, &[edit], Undo::Journal)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_urls_are_those_of_portals() {
        for (typed, written) in [
            ("https://corp.awsapps.com/start", "https://corp.awsapps.com/start"),
            (
                " https://corp.awsapps.com/start/#/?tab=accounts ",
                "https://corp.awsapps.com/start",
            ),
            (
                "https://identitycenter.amazonaws.com/ssoins-1",
                "https://identitycenter.amazonaws.com/ssoins-1",
            ),
            ("https://sso.example.com", "https://sso.example.com"),
        ] {
            assert_eq!(start_url(typed).unwrap(), written);
        }
        for (typed, why) in [
            ("", "is empty"),
            ("#/", "is empty"),
            ("corp.awsapps.com/start", "does not begin with `https://`"),
            ("http://corp.awsapps.com/start", "is not https"),
            ("ftp://corp.awsapps.com", "neither https nor http"),
            ("https:///start", "no host"),
            ("https://corp", "no host of AWS"),
            ("https://me:secret@corp.awsapps.com/start", "no host of AWS"),
            (
                "https://123456789012.signin.aws.amazon.com/console",
                "is the AWS console",
            ),
        ] {
            let error = start_url(typed).unwrap_err();
            assert!(error.message.contains(why), "{typed}: {}", error.message);
        }
    }

    #[test]
    fn names_are_what_every_sdk_reads() {
        for good in ["corp", "my.corp_1", "a@b"] {
            check_name(good).unwrap();
        }
        for bad in ["", "-x", "my corp", "a]b", "ü", "a\nb", "'"] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }
}
