//! What a portal has listed, kept for an hour: accounts and roles, and no secret. Names and hints are made of it without
//! the network, also when it is older.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::aws::portal;
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::resolve::SsoSession;
use crate::sys::fs::state_dir;
use crate::sys::private;

/// The accounts of a person at a portal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// When the accounts were listed, in seconds since 1970.
    at: i64,
    pub accounts: Vec<Account>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: String,
    /// Empty if it has none.
    pub name: String,
    pub email: String,
    roles: Option<Roles>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Roles {
    /// As [`Listing::at`].
    at: i64,
    names: Vec<String>,
}

/// In seconds.
const FRESH: i64 = 3600;

fn is_fresh(at: i64, now: Timestamp) -> bool {
    (0..FRESH).contains(&now.0.saturating_sub(at))
}

impl Listing {
    /// What a portal lists now; roles that `old` knows stay.
    pub fn of(accounts: Vec<portal::Account>, now: Timestamp, old: Option<Self>) -> Self {
        let mut old = old.unwrap_or_default();
        let account = |account: portal::Account| Account {
            roles: old.account_mut(&account.id).and_then(|old| old.roles.take()),
            id: account.id,
            name: account.name,
            email: account.email,
        };
        let accounts = accounts.into_iter().map(account).collect();
        Self { at: now.0, accounts }
    }

    /// Whether the accounts need not be asked for again.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        is_fresh(self.at, now)
    }

    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    pub fn account_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.id == id)
    }
}

impl Account {
    /// `None` if they were never listed.
    pub fn roles(&self) -> Option<&[String]> {
        self.roles.as_ref().map(|roles| roles.names.as_slice())
    }

    /// Whether its roles need not be asked for again.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.roles.as_ref().is_some_and(|roles| is_fresh(roles.at, now))
    }

    pub fn forget_roles(&mut self) {
        self.roles = None;
    }

    pub fn set_roles(&mut self, names: Vec<String>, now: Timestamp) {
        self.roles = Some(Roles { at: now.0, names });
    }
}

/// What is kept of a session's portal; `None` if that is nothing that can be read.
pub fn find(env: &Env, session: &SsoSession) -> Option<Listing> {
    let bytes = private::read(&path(env, session)?).ok().flatten()?;
    serde_json::from_slice(&bytes).ok()
}

/// # Errors
/// What the system says.
pub fn keep(env: &Env, session: &SsoSession, listing: &Listing) -> io::Result<()> {
    let path = path(env, session).ok_or(io::ErrorKind::NotFound)?;
    let dir = path.parent().unwrap_or(Path::new(""));
    private::make_dir(dir)?;
    let _lock = private::lock(&dir.join("lock"), PATIENCE)?;
    private::replace(&path, &serde_json::to_vec(listing)?)
}

/// # Errors
/// What the system says.
pub fn forget(env: &Env, session: &SsoSession) -> io::Result<()> {
    let Some(path) = path(env, session) else { return Ok(()) };
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Those of all sessions.
///
/// # Errors
/// What the system says.
pub fn forget_all(env: &Env) -> io::Result<()> {
    let Some(dir) = folder(env) else { return Ok(()) };
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn folder(env: &Env) -> Option<PathBuf> {
    Some(state_dir(env)?.join("awsenv/sso/listings"))
}

/// Each process only writes a file.
const PATIENCE: Duration = Duration::from_secs(1);

/// Another session, start URL or region may be another person's.
fn path(env: &Env, session: &SsoSession) -> Option<PathBuf> {
    let parts = [session.cache_name(), &session.start_url, &session.region];
    let hash: String = Sha256::digest(parts.join("\n"))[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(folder(env)?.join(hash + ".json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Place;

    const NOW: Timestamp = Timestamp(1_800_000_000);

    fn session(name: &str) -> SsoSession {
        SsoSession {
            name: Some(name.to_owned()),
            start_url: "https://corp.awsapps.com/start".to_owned(),
            region: "eu-west-1".to_owned(),
            region_place: Place {
                file: Path::new("config").into(),
                line: 1,
            },
            scopes: None,
        }
    }

    fn account(id: &str) -> portal::Account {
        portal::Account {
            id: id.to_owned(),
            name: format!("name of {id}"),
            email: String::new(),
        }
    }

    #[test]
    fn a_listing_is_kept_for_its_session_only() {
        let home = tempfile::tempdir().unwrap();
        let env: Env = [("XDG_STATE_HOME", home.path())].into_iter().collect();
        let mut listing = Listing::of(vec![account("1"), account("2")], NOW, None);
        listing
            .account_mut("2")
            .unwrap()
            .set_roles(vec!["Admin".to_owned()], NOW);
        assert_eq!(find(&env, &session("a")), None);
        keep(&env, &session("a"), &listing).unwrap();
        assert_eq!(find(&env, &session("a")), Some(listing.clone()));
        assert_eq!(find(&env, &session("b")), None);
        forget(&env, &session("a")).unwrap();
        forget(&env, &session("a")).unwrap();
        assert_eq!(find(&env, &session("a")), None);
    }

    #[test]
    fn roles_outlive_a_new_list_of_accounts() {
        let mut old = Listing::of(vec![account("1"), account("2")], NOW, None);
        old.account_mut("1").unwrap().set_roles(vec!["Admin".to_owned()], NOW);
        let later = Timestamp(NOW.0 + FRESH);
        assert!(old.is_fresh(NOW) && !old.is_fresh(later) && !old.is_fresh(Timestamp(NOW.0 - 1)));
        let new = Listing::of(vec![account("3"), account("1")], later, Some(old));
        assert_eq!(new.account("1").unwrap().roles(), Some(&["Admin".to_owned()][..]));
        assert!(new.is_fresh(later) && !new.account("1").unwrap().is_fresh(later));
        assert_eq!((new.account("2"), new.account("3").unwrap().roles()), (None, None));
    }
}
