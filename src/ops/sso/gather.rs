//! What a portal gives a person: asked once and kept for an hour, the roles of four accounts at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::aws::portal;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ops::sso::template::Listed;
use crate::resolve::SsoSession;
use crate::sys::sso::listing::{self, Account, Listing};
use crate::text::display;
use crate::ui::talk;

/// Asks a portal, from several threads.
pub trait Portal: Sync {
    /// # Errors
    /// There is no token that works, or no answer.
    fn accounts(&self) -> Result<Vec<portal::Account>, Error>;

    /// # Errors
    /// As [`Portal::accounts`].
    fn roles(&self, account_id: &str) -> Result<Vec<String>, Error>;
}

/// Of which accounts the roles are needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wants<'a> {
    /// Of none.
    Accounts,
    /// Of the one with this id.
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
}

impl Gathered {
    /// Every role that is known.
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
        self.listing.accounts.iter().flat_map(roles).collect()
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
    let is_served = |kept: &Listing| !is_fresh && kept.is_fresh(now);
    let mut listing = match kept {
        Some(kept) if is_served(&kept) => kept,
        kept => Listing::of(portal.accounts()?, now, kept),
    };
    let is_wanted = |account: &&mut Account| match wants {
        Wants::Accounts => false,
        Wants::Roles(id) => account.id == id,
        Wants::All => true,
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
        listing,
    })
}

/// At a time; a portal answers more with 429.
const WORKERS: usize = 4;

/// Asks for the roles of these accounts.
///
/// # Errors
/// A failure that is not about one account; the accounts before it are done.
fn ask(
    portal: &dyn Portal,
    accounts: Vec<&mut Account>,
    progress: &Progress<'_>,
    done: impl Fn(&mut Account, Vec<String>),
) -> Result<Vec<(String, Error)>, Error> {
    let ids: Vec<String> = accounts.iter().map(|account| account.id.clone()).collect();
    let mut accounts: Vec<Option<&mut Account>> = accounts.into_iter().map(Some).collect();
    let mut refused = Vec::new();
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..WORKERS.min(ids.len()) {
            let (sender, next, ids) = (sender.clone(), &next, &ids);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(id) = ids.get(at) else { return };
                    if sender.send((at, portal.roles(id))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (count, (at, roles)) in receiver.into_iter().enumerate() {
            match roles {
                Ok(roles) => {
                    if let Some(account) = accounts[at].take() {
                        done(account, roles);
                    }
                }
                Err(error) if error.kind == Kind::Denied => refused.push((ids[at].clone(), error)),
                // The workers end when nobody receives what they send.
                Err(error) => return Err(error),
            }
            progress.show(count + 1);
        }
        Ok(refused)
    })
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
    if let Some((id, error)) = refused.first() {
        let more = match refused.len() {
            1 => String::new(),
            all => format!(" (and {} more accounts)", all - 1),
        };
        let (id, why) = (display(id), &error.message);
        context
            .ui
            .warn(format!("the roles of account {id} cannot be listed{more}: {why}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use super::*;
    use crate::cli::Global;
    use crate::config::Place;
    use crate::process::Process;
    use crate::ui::Ui;

    /// Lists `accounts` accounts with one role each.
    #[derive(Default)]
    struct Fake {
        accounts: usize,
        /// Accounts whose roles fail, by id.
        failing: Vec<(String, Kind)>,
        asked: Mutex<Vec<String>>,
        busy: AtomicUsize,
        most: AtomicUsize,
    }

    impl Fake {
        fn asked(&self) -> Vec<String> {
            let mut asked = std::mem::take(&mut *self.asked.lock().unwrap());
            asked.sort();
            asked
        }
    }

    impl Portal for Fake {
        fn accounts(&self) -> Result<Vec<portal::Account>, Error> {
            self.asked.lock().unwrap().push("accounts".to_owned());
            let account = |id: usize| portal::Account {
                id: id.to_string(),
                name: format!("name-{id}"),
                email: String::new(),
            };
            Ok((0..self.accounts).map(account).collect())
        }

        fn roles(&self, id: &str) -> Result<Vec<String>, Error> {
            self.asked.lock().unwrap().push(id.to_owned());
            let busy = self.busy.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(busy, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(5));
            self.busy.fetch_sub(1, Ordering::SeqCst);
            match self.failing.iter().find(|(failing, _)| failing == id) {
                Some((_, kind)) => Err(Error::new(*kind, "no")),
                None => Ok(vec![format!("role-{id}")]),
            }
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
    fn four_are_asked_at_a_time_and_all_is_kept() {
        with_context(|context| {
            let fake = Fake {
                accounts: 30,
                ..Fake::default()
            };
            let gather = |wants, is_fresh| super::gather(context, &session(), &fake, wants, is_fresh).unwrap();
            assert!(gather(Wants::Accounts, false).roles().is_empty());
            assert_eq!(fake.asked(), ["accounts"]);
            assert_eq!(gather(Wants::Roles("7"), false).roles()[0].role, "role-7");
            assert_eq!(fake.asked(), ["7"]);
            let all = gather(Wants::All, false);
            assert_eq!((all.roles().len(), all.refused.len()), (30, 0));
            assert_eq!(fake.asked().len(), 29);
            assert_eq!(fake.most.load(Ordering::SeqCst), WORKERS);
            gather(Wants::All, false);
            assert_eq!(fake.asked().len(), 0);
            gather(Wants::All, true);
            assert_eq!(fake.asked().len(), 31);
        });
    }

    #[test]
    fn a_refused_account_is_told_and_another_failure_ends_it() {
        with_context(|context| {
            let mut fake = Fake {
                accounts: 9,
                failing: vec![("3".to_owned(), Kind::Denied)],
                ..Fake::default()
            };
            let all = super::gather(context, &session(), &fake, Wants::All, false).unwrap();
            assert_eq!(all.refused.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["3"]);
            assert_eq!(all.roles().len(), 8);
            fake.failing = vec![("3".to_owned(), Kind::Network)];
            let error = super::gather(context, &session(), &fake, Wants::All, false).unwrap_err();
            assert_eq!(error.kind, Kind::Network);
            // What was listed before is not asked for again.
            fake.asked();
            fake.failing.clear();
            super::gather(context, &session(), &fake, Wants::All, false).unwrap();
            assert_eq!(fake.asked(), ["3"]);
        });
    }
}
