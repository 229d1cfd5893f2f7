//! What a portal gives a person: asked once and kept for an hour.

use crate::aws::portal;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ops::sso::near;
use crate::ops::sso::template::Listed;
use crate::resolve::SsoSession;
use crate::sys::sso::listing::{self, Account, Listing};
use crate::ui::talk;

/// Asks a portal.
pub trait Portal {
    /// # Errors
    /// Nobody is signed in, or there is no answer.
    fn accounts(&self) -> Result<Vec<portal::Account>, Error>;

    /// The roles in each of these accounts, in their order. `progress` is told after each account how many are done.
    ///
    /// # Errors
    /// As [`Portal::accounts`], for any of them.
    fn roles_of(&self, account_ids: &[&str], progress: &mut dyn FnMut(usize)) -> Result<Vec<Vec<String>>, Error>;
}

/// Of which accounts the roles are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants<'a> {
    /// Of none.
    Accounts,
    /// Of the one with this id or name.
    Roles(&'a str),
    /// Of all.
    All,
}

/// What is known now.
#[derive(Debug)]
pub struct Gathered {
    pub listing: Listing,
    /// The accounts whose roles the portal refused to list, and why.
    pub refused: Vec<(String, Error)>,
    /// Whether the accounts are those of an earlier run.
    pub is_kept: bool,
    /// The id of the only account that was wanted.
    account: Option<String>,
}

impl Gathered {
    /// Every role that was wanted, by the account's name, as people look for it.
    pub fn roles(&self) -> Vec<Listed> {
        let roles = |account: &Account| {
            let listed = |role: &String| Listed {
                account_id: account.id.clone(),
                account_name: account.name.clone(),
                role: role.clone(),
            };
            account
                .roles()
                .unwrap_or_default()
                .iter()
                .map(listed)
                .collect::<Vec<_>>()
        };
        let is_wanted = |account: &&Account| self.account.as_ref().is_none_or(|id| *id == account.id);
        let mut accounts: Vec<&Account> = self.listing.accounts.iter().filter(is_wanted).collect();
        accounts.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        accounts.into_iter().flat_map(roles).collect()
    }
}

/// What is kept, or what the portal says, which is kept then, also if a later question fails. `is_fresh` asks for all of
/// it again.
///
/// # Errors
/// As [`Portal::accounts`].
pub fn gather(
    context: &Context,
    session: &SsoSession,
    portal: &dyn Portal,
    wants: Wants<'_>,
    is_fresh: bool,
) -> Result<Gathered, Error> {
    let now = context.process.now;
    let kept = listing::find(context.env(), session);
    let is_kept = !is_fresh && kept.as_ref().is_some_and(|kept| kept.is_fresh(now));
    let mut listing = match kept {
        Some(kept) if is_kept => kept,
        kept => Listing::of(portal.accounts()?, now, kept),
    };
    let account = match wants {
        Wants::Roles(word) => {
            Some(near::account(session.cache_name(), &listing, word).map(|account| account.id.clone()))
        }
        Wants::Accounts | Wants::All => None,
    };
    let is_wanted = |wanted: &&mut Account| match &account {
        Some(id) => id.as_ref().is_ok_and(|id| *id == wanted.id),
        None => wants == Wants::All,
    };
    let wanted = listing.accounts.iter_mut().filter(is_wanted);
    let stale: Vec<&mut Account> = wanted.filter(|account| is_fresh || !account.is_fresh(now)).collect();
    let progress = Progress::of(context, stale.len());
    let done = ask(portal, stale, &progress, |account, roles| account.set_roles(roles, now));
    progress.end();
    if let Err(error) = listing::keep(context.env(), session, &listing) {
        context
            .ui
            .narrate(&format!("the list of accounts is not kept: {error}"));
    }
    Ok(Gathered {
        refused: done?,
        is_kept,
        account: account.transpose()?,
        listing,
    })
}

/// What is asked for before it is kept.
const BATCH: usize = 100;

/// Asks for the roles of these accounts.
///
/// # Errors
/// A failure that is not about one account; the batches before it are done.
fn ask(
    portal: &dyn Portal,
    mut accounts: Vec<&mut Account>,
    progress: &Progress<'_>,
    done: impl Fn(&mut Account, Vec<String>),
) -> Result<Vec<(String, Error)>, Error> {
    let mut refused = Vec::new();
    for (batch, accounts) in accounts.chunks_mut(BATCH).enumerate() {
        let before = batch * BATCH;
        let ids: Vec<String> = accounts.iter().map(|account| account.id.clone()).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        match portal.roles_of(&ids, &mut |count| progress.show(before + count)) {
            Ok(roles) => {
                for (account, roles) in accounts.iter_mut().zip(roles) {
                    done(account, roles);
                }
            }
            // One of them is refused, so each is asked for by itself.
            Err(error) if error.kind == Kind::Denied => {
                for (at, account) in accounts.iter_mut().enumerate() {
                    match portal.roles_of(&ids[at..=at], &mut |_| ()) {
                        Ok(roles) => done(account, roles.into_iter().flatten().collect()),
                        Err(error) if error.kind == Kind::Denied => {
                            account.forget_roles();
                            refused.push((account.id.clone(), error));
                        }
                        Err(error) => return Err(error),
                    }
                    progress.show(before + at + 1);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(refused)
}

/// A line on a terminal, for a list that takes a while.
struct Progress<'a> {
    context: &'a Context<'a>,
    all: usize,
}

/// Fewer accounts take no time worth a word.
const MANY: usize = 20;

impl<'a> Progress<'a> {
    fn of(context: &'a Context<'a>, all: usize) -> Self {
        Self { context, all }
    }

    fn is_shown(&self) -> bool {
        self.all >= MANY && self.context.process.stderr_tty && !self.context.ui.is_quiet()
    }

    fn show(&self, done: usize) {
        if self.is_shown() {
            talk(&format!("\rawsenv: account {done} of {}", self.all));
        }
    }

    fn end(&self) {
        if self.is_shown() {
            talk("\r\x1b[K");
        }
    }
}

/// What was left out of a listing, as a warning.
pub fn warn(context: &Context, refused: &[(String, Error)]) {
    if let Some((_, error)) = refused.first() {
        let more = match refused.len() {
            1 => String::new(),
            2 => ", as for 1 more account".to_owned(),
            all => format!(", as for {} more accounts", all - 1),
        };
        context.ui.warn(format!("{}{more}", error.message));
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::cli::Global;
    use crate::config::Place;
    use crate::process::Process;
    use crate::ui::Ui;

    /// Lists `accounts` accounts with one role each.
    #[derive(Default)]
    struct Fake {
        accounts: usize,
        /// An account whose roles fail, by id.
        failing: Option<(&'static str, Kind)>,
        asked: RefCell<Vec<String>>,
    }

    impl Fake {
        fn asked(&self) -> Vec<String> {
            self.asked.take()
        }
    }

    impl Portal for Fake {
        fn accounts(&self) -> Result<Vec<portal::Account>, Error> {
            self.asked.borrow_mut().push("accounts".to_owned());
            let account = |id: usize| portal::Account {
                id: id.to_string(),
                name: format!("name-{id}"),
                email: String::new(),
            };
            Ok((0..self.accounts).map(account).collect())
        }

        fn roles_of(&self, ids: &[&str], progress: &mut dyn FnMut(usize)) -> Result<Vec<Vec<String>>, Error> {
            progress(ids.len());
            let roles = ids.iter().map(|id| match self.failing {
                Some((failing, kind)) if failing == *id => Err(Error::new(kind, "no")),
                _ => {
                    self.asked.borrow_mut().push((*id).to_owned());
                    Ok(vec![format!("role-{id}")])
                }
            });
            roles.collect()
        }
    }

    fn with_context<T>(work: impl FnOnce(&Context<'_>) -> T) -> T {
        let home = tempfile::tempdir().unwrap();
        let process = Process::of_env([("XDG_STATE_HOME", home.path())].into_iter().collect());
        let ui = Ui::new(&Global::default(), &process);
        work(&Context::new(&process, &ui))
    }

    fn session() -> SsoSession {
        SsoSession {
            name: Some("corp".to_owned()),
            start_url: "https://corp.awsapps.com/start".to_owned(),
            region: "eu-west-1".to_owned(),
            region_place: Place {
                file: std::path::Path::new("config").into(),
                line: 1,
            },
            scopes: None,
        }
    }

    #[test]
    fn what_is_known_is_not_asked_again() {
        with_context(|context| {
            let fake = Fake {
                accounts: 250,
                ..Fake::default()
            };
            let gather = |wants, is_fresh| super::gather(context, &session(), &fake, wants, is_fresh).unwrap();
            assert!(gather(Wants::Accounts, false).roles().is_empty());
            assert_eq!(fake.asked(), ["accounts"]);
            assert_eq!(gather(Wants::Roles("7"), false).roles()[0].role, "role-7");
            assert_eq!(fake.asked(), ["7"]);
            let all = gather(Wants::All, false);
            assert_eq!((all.roles().len(), all.refused.len()), (250, 0));
            assert_eq!(fake.asked().len(), 249);
            gather(Wants::All, false);
            assert_eq!(fake.asked().len(), 0);
            gather(Wants::All, true);
            assert_eq!(fake.asked().len(), 251);
        });
    }

    #[test]
    fn a_refused_account_is_told_and_another_failure_ends_it() {
        with_context(|context| {
            let mut fake = Fake {
                accounts: 150,
                ..Fake::default()
            };
            super::gather(context, &session(), &fake, Wants::All, false).unwrap();
            // What it gave before counts no longer.
            fake.failing = Some(("120", Kind::Denied));
            let all = super::gather(context, &session(), &fake, Wants::All, true).unwrap();
            let again = super::gather(context, &session(), &fake, Wants::All, false).unwrap();
            assert_eq!((again.refused.len(), again.roles().len()), (1, 149));
            let refused: Vec<&str> = all.refused.iter().map(|(id, _)| id.as_str()).collect();
            assert_eq!((refused, all.roles().len()), (vec!["120"], 149));
            fake.failing = Some(("120", Kind::Network));
            let error = super::gather(context, &session(), &fake, Wants::All, true).unwrap_err();
            assert_eq!(error.kind, Kind::Network);
            // What was listed before is kept, and not asked for again.
            fake.asked();
            fake.failing = None;
            super::gather(context, &session(), &fake, Wants::All, false).unwrap();
            assert_eq!(fake.asked(), ["120"]);
        });
    }
}
