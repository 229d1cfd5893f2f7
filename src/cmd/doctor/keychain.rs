//! Where keys are kept: which store, why that one, and what keeps it from answering. Opens the store only on request.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::{Duration, Instant};

use super::check::Check;
use super::finding::{Finding, Status};
use crate::advice::Advice;
use crate::env::Env;
use crate::env::names::VarName;
use crate::error::Error;
use crate::keychain::{self, Item, StoreKind};
use crate::secret::Secret;
use crate::sys;
use crate::sys::keychain::{KeyFile, Keychain};

/// `try_it` writes an item, reads it back, and deletes it.
pub(super) fn check(env: &Env, keychain: &Keychain<'_>, try_it: bool) -> Vec<Finding> {
    let (store, why) = match keychain.chosen() {
        Ok(chosen) => chosen,
        Err(why) => {
            // Otherwise it is a mistake in the settings, which has a finding of its own.
            let finding = env.filled("AWSENV_KEYCHAIN").map(|_| {
                Finding::new(Check::Keychain, Status::Fail, why)
                    .remedy(Advice::default().unset([VarName::of("AWSENV_KEYCHAIN")]))
            });
            return finding.into_iter().collect();
        }
    };
    let message = format!("new keys are stored in {}: {why}", store.described());
    let mut findings = vec![Finding::new(Check::Keychain, Status::Ok, message)];
    let mut stores = vec![store];
    match keychain.index() {
        Ok(index) => stores.extend(index.records().map(|record| record.store)),
        Err(error) => findings.push(
            Finding::new(
                Check::Keychain,
                Status::Fail,
                format!("cannot read the index of the keychain: {error}"),
            )
            .remedy("move the file away: the keys are still in their stores"),
        ),
    }
    if let Some(store) = stores.iter().find(|store| !store.lasts()) {
        let message = format!(
            "keys in {} are lost at reboot, or after days without use",
            store.described()
        );
        findings.push(
            Finding::new(Check::Keychain, Status::Warn, message)
                .remedy("keep the keys elsewhere as well, or run `awsenv key move --all --to os`"),
        );
    }
    if stores.iter().any(|store| store.has_key_file()) {
        findings.push(key_file(keychain));
    }
    if try_it {
        findings.push(trial(keychain, store));
    }
    if let Some(user) = sys::fs::foreign_home(env) {
        let is_key_command = |finding: &&mut Finding| finding.remedy.as_ref().is_some_and(is_edit);
        for finding in findings.iter_mut().filter(is_key_command) {
            finding.remedy = Some(format!("run awsenv as `{}`", user.name).into());
        }
    }
    findings
}

/// Whether the remedy is a command that would write into HOME.
fn is_edit(remedy: &Advice) -> bool {
    remedy.begins_with("awsenv key unlock")
}

fn key_file(keychain: &Keychain) -> Finding {
    let found = |status, message: &str| {
        let finding = Finding::new(Check::Keychain, status, message);
        match keychain.key_path() {
            Some(path) => finding.in_file(path),
            None => finding,
        }
    };
    match keychain.key_file() {
        Ok(KeyFile::Absent) => {
            found(Status::Warn, "the encrypted file store has no key file yet").remedy("awsenv key unlock")
        }
        Ok(KeyFile::Plain) => found(
            Status::Warn,
            "the key file has no passphrase: anyone who can read your files can read your keys",
        )
        .remedy(
            "this is right for a machine; your own keys are safer in another store: `awsenv key move --all --to os`",
        ),
        Ok(KeyFile::Wrapped { is_unlocked: true }) => found(Status::Ok, "the key file is unlocked"),
        Ok(KeyFile::Wrapped { is_unlocked: false }) => {
            found(Status::Warn, "the key file is locked").remedy("awsenv key unlock")
        }
        Err(error) => failed("the encrypted file store cannot be used", error),
    }
}

fn trial(keychain: &Keychain, store: StoreKind) -> Finding {
    match try_store(keychain, store) {
        Ok(times) => {
            let [wrote, read, deleted] = times.map(|time| time.as_millis());
            let message =
                format!("wrote a test key ({wrote} ms), read it back ({read} ms) and deleted it ({deleted} ms)");
            Finding::new(Check::Keychain, Status::Ok, message)
        }
        Err((step, error)) => failed(step, error),
    }
}

/// Returns how long writing, reading and deleting took.
fn try_store(keychain: &Keychain, store: StoreKind) -> Result<[Duration; 3], (&'static str, keychain::Error)> {
    let name = format!("awsenv-doctor-{}", std::process::id());
    let item = Item {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: Secret::new(format!("{:016x}", RandomState::new().build_hasher().finish())),
        account_id: None,
        since: crate::credentials::Timestamp(0),
        layout: Vec::new(),
    };
    let start = Instant::now();
    let wrote = keychain.write(store, &name, &item);
    wrote.map_err(|error| ("cannot write a test key", error))?;
    let wrote = start.elapsed();
    let back = keychain.read(store, &name);
    let read = start.elapsed();
    // Delete it in any case, so that nothing is left behind.
    let deleted = keychain.delete(store, &name);
    let end = start.elapsed();
    let back = back.map_err(|error| ("wrote a test key, but cannot read it", error))?;
    if back != item {
        let why = "the value read differs from the value written".to_owned();
        return Err(("wrote and read a test key", keychain::Error::Refused { store, why }));
    }
    deleted.map_err(|error| ("wrote and read a test key, but cannot delete it", error))?;
    Ok([wrote, read - wrote, end - read])
}

fn failed(what: &str, error: keychain::Error) -> Finding {
    let error = Error::from(error);
    let finding = Finding::new(Check::Keychain, Status::Fail, format!("{what}: {}", error.message));
    // The user is already running `doctor`, so the hint to run it is no help.
    match error.hints.into_iter().find(|hint| !hint.begins_with("`awsenv doctor")) {
        Some(hint) => finding.remedy(hint),
        None => finding,
    }
}
