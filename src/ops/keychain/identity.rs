//! The identity of each profile: whose key, through which roles. Compared before and after an edit, so that no edit
//! changes a profile's identity.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Kind};
use crate::ops::describe;
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::redact::shown;
use crate::resolve::{self, AssumeRole, BaseSource, Choice, CredentialPlan};
use crate::text::display;

/// A key that is in files before an edit and in the keychain after it; both count as the same identity.
#[derive(Clone, Copy, Debug)]
pub struct Moved<'a> {
    /// The item's name.
    pub item: &'a str,
    pub access_key_id: &'a str,
}

/// By profile; `None` is what a program gets that names no profile.
type Identities = BTreeMap<Option<String>, Identity>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    /// No credentials, or an error of this kind.
    Nobody(&'static str),
    /// The source and the roles on top, for people.
    Somebody(String),
}

/// Rejects an edit that would change the identity of a profile.
///
/// # Errors
/// The first profile that would change, and how. `except` may change, because that is the purpose of the edit.
pub fn guard(files: &Files, edits: &[FileEdit], moved: &Moved<'_>, except: Option<&str>) -> Result<(), Error> {
    let after = files.edited(edits)?;
    let names = files.profiles.names().chain(after.profiles.names()).collect();
    check(&of(files, &names, moved), &of(&after, &names, moved), except)
}

/// Resolves these profiles, and the choice of no profile, without network, keychain or child process.
fn of(files: &Files, names: &BTreeSet<&str>, moved: &Moved<'_>) -> Identities {
    let named = names
        .iter()
        .map(|name| (Some((*name).to_owned()), Choice::explicit(*name)));
    let unnamed = (None, resolve::select(None, &files.env));
    named
        .chain([unnamed])
        .map(|(name, choice)| (name, identity(files, &choice, moved)))
        .collect()
}

fn check(before: &Identities, after: &Identities, except: Option<&str>) -> Result<(), Error> {
    for (name, was) in before {
        let is = after.get(name);
        let is_meant = except.is_some() && name.as_deref() == except;
        // The choice of no profile already resolves to that profile.
        let follows = except.is_some_and(|except| name.is_none() && before.get(&Some(except.to_owned())) == Some(was));
        let may_change = is_meant || follows || matches!(was, Identity::Nobody(_));
        if may_change || is == Some(was) {
            continue;
        }
        let who = name
            .as_ref()
            .map_or("commands that name no profile".to_owned(), |name| {
                format!("`{}`", display(name))
            });
        let (was, is) = (was.words(), is.map_or("no profile".to_owned(), Identity::words));
        return Err(Error::new(
            Kind::Failed,
            format!("the identity of {who} would change from {was} to {is}"),
        ));
    }
    Ok(())
}

impl Identity {
    fn words(&self) -> String {
        match self {
            Identity::Nobody(why) => format!("no identity ({why})"),
            Identity::Somebody(words) => words.clone(),
        }
    }
}

fn identity(files: &Files, choice: &Choice, moved: &Moved<'_>) -> Identity {
    match files.plan(choice) {
        Ok(plan) => of_plan(&plan, moved),
        Err(error) => Identity::Nobody(Error::from(error).kind.as_str()),
    }
}

fn of_plan(plan: &CredentialPlan, moved: &Moved<'_>) -> Identity {
    let Some(base) = &plan.base else {
        return Identity::Nobody("no credentials");
    };
    let base = match base {
        BaseSource::CredentialProcess(process) if process.keychain.as_deref() == Some(moved.item) => {
            key(moved.access_key_id)
        }
        base => match base.access_key_id() {
            Some(id) => key(id),
            None => describe::source(base),
        },
    };
    Identity::Somebody(
        plan.roles
            .iter()
            .fold(base, |words, hop| format!("{words}, then {}", role(hop))),
    )
}

fn key(id: &str) -> String {
    format!("the key {}", shown(id))
}

fn role(role: &AssumeRole) -> String {
    let with: String = describe::parameters(role)
        .map(|(what, value)| format!(" with {what} {value}"))
        .collect();
    format!("the role {}{with}", shown(&role.role_arn))
}
