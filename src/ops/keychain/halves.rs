//! The key pairs that a profile has in the files: those that may be moved, and why the others may not.

use crate::config::{Profile, Section, Value};
use crate::error::{Error, Kind};
use crate::keychain::layout::{ID, SECRET};
use crate::ops::keychain::detach::sections;
use crate::ops::keychain::pair::temporary;
use crate::text::display;

const TOKENS: [&str; 2] = ["aws_session_token", "aws_security_token"];

#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    pub section: Section<'a>,
    pub id: Value<'a>,
    pub secret: Value<'a>,
}

impl<'a> Pair<'a> {
    /// Where the pair begins, to begin a message with.
    pub fn place(&self) -> String {
        let [first, _] = self.in_order();
        format!("{}: ", first.place())
    }

    /// Both halves, in file order.
    pub fn in_order(&self) -> [Value<'a>; 2] {
        if self.id.line() <= self.secret.line() {
            [self.id, self.secret]
        } else {
            [self.secret, self.id]
        }
    }
}

/// The pairs of both files, the credentials file's first.
///
/// # Errors
/// A pair that is not whole, or not a lasting key; two that differ.
pub fn pairs(profile: Profile<'_>) -> Result<Vec<Pair<'_>>, Error> {
    let pairs: Result<Vec<_>, _> = sections(profile).map(|section| pair(profile, section)).collect();
    let pairs: Vec<_> = pairs?.into_iter().flatten().collect();
    if let [first, second] = pairs.as_slice()
        && (first.id.text(), first.secret.text()) != (second.id.text(), second.secret.text())
    {
        let message = format!(
            "{}: `{}` has a different key than in {}",
            first.id.place(),
            display(profile.name()),
            second.id.place()
        );
        return Err(Error::new(Kind::Failed, message)
            .hint("AWS SDKs use the first: delete the lines of the other, then import again"));
    }
    Ok(pairs)
}

/// The pair in the section itself, without what it inherits.
fn pair<'a>(profile: Profile<'_>, section: Section<'a>) -> Result<Option<Pair<'a>>, Error> {
    let name = display(profile.name());
    let (id, secret) = (section.own(ID), section.own(SECRET));
    if id.is_none() && secret.is_none() {
        return match section.get(ID).or(section.get(SECRET)) {
            Some(inherited) if sections(profile).all(|section| section.own(ID).is_none()) => Err(Error::new(
                Kind::Failed,
                format!(
                    "{}: `{name}` inherits its key from `[DEFAULT]`, as every profile does",
                    inherited.place()
                ),
            )
            .hint("move the key to the profile that needs it")),
            _ => Ok(None),
        };
    }
    let (Some(id), Some(secret)) = (id, secret) else {
        let missing = if id.is_some() { SECRET } else { ID };
        let place = id.or(secret).map_or_else(|| section.place(), Value::place);
        let message = format!("{place}: `{name}` has no `{missing}` in this file to complete the pair");
        return Err(Error::new(Kind::PartialCredentials, message).hint("complete the pair, or delete the line"));
    };
    let token = TOKENS.into_iter().find_map(|key| section.get(key));
    if let Some(value) = token.or(Some(id).filter(|id| id.text().starts_with("ASIA"))) {
        return Err(temporary(&format!("{}: the key of `{name}`", value.place())));
    }
    for value in [id, secret] {
        if value.is_multi_line() || value.text().is_empty() {
            let what = if value.is_multi_line() {
                "continues on the next line"
            } else {
                "is empty"
            };
            let message = format!("{}: `{}` of `{name}` {what}", value.place(), value.key());
            return Err(Error::new(Kind::Failed, message).hint("correct the line"));
        }
    }
    Ok(Some(Pair { section, id, secret }))
}
