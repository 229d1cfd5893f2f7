//! Mistakes in the AWS files, and keys that are better kept elsewhere.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::access;
use super::check::Check;
use super::finding::{Finding, Status};
use crate::advice::{Advice, Command};
use crate::config::mistakes::{self, Mistake};
use crate::config::{Kind, Place, Profile, ProfileSet};
use crate::credentials::pair::misplaced;
use crate::env::Env;
use crate::journal::KeyCommand;
use crate::keychain::layout::{ID, SECRET};
use crate::ops::bundle;
use crate::ops::keychain::command;
use crate::ops::keychain::detach::item_of;
use crate::text::display;

pub(super) fn check(env: &Env, profiles: &ProfileSet) -> Vec<Finding> {
    let mut found = mistakes::all(profiles);
    found.extend(profiles.profiles().filter_map(bundle::of_profile));
    let mut fixed: HashMap<Arc<Path>, Option<Advice>> = HashMap::new();
    let plaintext = profiles.profiles().filter_map(plaintext).map(|(finding, place)| {
        let why = fixed
            .entry(Arc::clone(&place.file))
            .or_insert_with(|| access::why_fixed(env, &place.file));
        match why {
            None => finding,
            Some(why) => Finding {
                for_all: None,
                ..finding.remedy(why.clone())
            },
        }
    });
    found.iter().map(finding).chain(plaintext).collect()
}

fn finding(mistake: &Mistake) -> Finding {
    let status = if mistake.is_certain { Status::Fail } else { Status::Warn };
    Finding::new(Check::Mistake(mistake.code), status, mistake.what.clone())
        .remedy(mistake.instead.clone())
        .at(&mistake.place)
}

/// A key that does not expire; keys with a token are written and renewed by other tools.
fn plaintext(profile: Profile<'_>) -> Option<(Finding, Place)> {
    // A key beside awsenv's own line has a finding of its own.
    if Kind::of(profile) != Kind::StaticKeys || item_of(profile).is_some() {
        return None;
    }
    let section = [profile.credentials_section(), profile.config_section()]
        .into_iter()
        .flatten()
        .find(|section| section.get(ID).is_some())?;
    let is_temporary = ["aws_session_token", "aws_security_token"]
        .iter()
        .any(|key| section.get(key).is_some());
    // Half a pair cannot be imported, and is a failure of its own.
    section.get(SECRET)?;
    let key = section.get(ID).filter(|key| !key.text().is_empty() && !is_temporary)?;
    // An import would refuse it; it has a finding of its own.
    let secret = section.get(SECRET).map(|secret| secret.text()).unwrap_or_default();
    if misplaced(key.text(), secret).is_some() {
        return None;
    }
    let message = format!("the key of `{}` is in plain text", display(profile.name()));
    let finding = Finding::new(Check::PlaintextKeys, Status::Warn, message)
        .remedy(command(KeyCommand::Import, profile.name()))
        .for_all(Command::new("awsenv key import").flag("--all"))
        .at(&key.place());
    Some((finding, key.place()))
}
