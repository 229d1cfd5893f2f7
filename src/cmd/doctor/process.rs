//! awsenv's own lines in profiles: whether a key in a file takes precedence, and which keys no line uses.

use std::collections::HashSet;

use super::check::Check;
use super::finding::{Finding, Status};
use crate::advice::Advice;
use crate::config::Profile;
use crate::journal::KeyCommand;
use crate::keychain::Index;
use crate::ops::catalog;
use crate::ops::files::Files;
use crate::ops::keychain::command;
use crate::ops::keychain::detach::item_of;
use crate::ops::keychain::swap::kept_name;
use crate::text::display;

/// `index` is what is known about the keychain without opening it, if it can be read.
pub(super) fn check(files: &Files, index: Option<&Index>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut used = HashSet::new();
    for profile in files.profiles.profiles() {
        if let Some(item) = item_of(profile) {
            findings.extend(plaintext(profile));
            used.insert(item);
        }
    }
    let unused = index
        .into_iter()
        .flat_map(Index::records)
        .filter(|record| !used.contains(&record.item));
    findings.extend(unused.map(|record| {
        if used.iter().any(|item| kept_name(item) == record.item) {
            let message = format!(
                "`{}` in the keychain is a key that `undo` may bring back",
                display(&record.item)
            );
            let remedy = command(KeyCommand::Remove, &record.profile);
            return Finding::new(Check::UnusedKey, Status::Ok, message).remedy(remedy);
        }
        let message = format!(
            "the key …{} is in the keychain as `{}`, but no profile uses it",
            display(&record.last_four),
            display(&record.item)
        );
        let remedy = Advice::from(command(KeyCommand::Remove, &record.profile))
            .text(", or add the profile's line again: ")
            .command(command(KeyCommand::Add, &record.profile));
        Finding::new(Check::UnusedKey, Status::Warn, message).remedy(remedy)
    }));
    findings
}

/// `aws configure` leaves a key in the file when it edits such a profile.
fn plaintext(profile: Profile<'_>) -> Option<Finding> {
    let found = catalog::plaintext(profile)?;
    let finding = Finding::new(Check::KeyBesideKeychain, Status::Fail, found.message).remedy(found.remedy);
    Some(finding.at(&found.place))
}
