//! What the portal says of who is signed in: their accounts, and their roles in each. It also ends a token.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use super::token::{SignedIn, endpoint};
use crate::aws::portal::{self, Account, Page};
use crate::aws::{Request, Service, Unreadable};
use crate::awscli::token::Token;
use crate::provider::ask::{Ask, Asking};
use crate::provider::call::Repeat;
use crate::provider::ports::{Clock, Http, Tell};
use crate::provider::{Asked, Error, Notice, Ports, Wants};
use crate::resolve::{Calls, Endpoint, SsoSession};

/// The portal of a session.
#[derive(Clone, Copy, Debug)]
pub struct Portal<'a> {
    pub session: &'a SsoSession,
    pub calls: &'a Calls,
    pub wants: &'a Wants,
    pub ports: Ports<'a>,
}

/// How many accounts are asked about at the same time; more would only be throttled.
const AT_ONCE: usize = 4;

/// Of one list: a service that always names another page would never be done with.
const MOST_PAGES: usize = 1000;

/// How long the portal may take to say whether it accepts a token.
const PATIENCE: Duration = Duration::from_secs(5);

impl Portal<'_> {
    /// A token as [`super::token`] finds it, that AWS still accepts. Where AWS does not say, the file counts.
    ///
    /// # Errors
    /// As [`super::token`].
    pub fn token(&self) -> Result<Token, Error> {
        let scopes = self.session.scopes.as_deref().unwrap_or_default();
        // A token for other services is not one for the portal.
        if !scopes.is_empty() && !scopes.iter().any(|scope| scope == portal::SCOPE) {
            return self.signed_in().token();
        }
        let end = self.ports.clock.elapsed() + PATIENCE;
        let wants = Wants {
            until: Some(self.wants.until.map_or(end, |until| until.min(end))),
            ..self.wants.clone()
        };
        let brief = SignedIn {
            wants: &wants,
            ..self.signed_in()
        };
        self.signed_in().with_token(|token| {
            let asked = Asked::Accounts {
                session: brief.called(),
            };
            let request = |url: &str| portal::accounts(url, &token.access_token, None);
            match brief.ask(Service::Sso, asked, &request, portal::account_page) {
                Err(error) if error.refuses_token() => Err(error),
                _ => Ok(token.clone()),
            }
        })
    }

    /// All accounts.
    ///
    /// # Errors
    /// [`Error::LoginRequired`], or the call that failed.
    pub fn accounts(&self) -> Result<Vec<Account>, Error> {
        self.signed_in().with_token(|token| {
            let asked = Asked::Accounts {
                session: self.session.cache_name().to_owned(),
            };
            let request = |url: &str, next: Option<&str>| portal::accounts(url, &token.access_token, next);
            let endpoint = endpoint(Service::Sso, self.session, self.calls)?;
            self.lists(&endpoint)
                .all(&asked, &request, portal::account_page, self.ports.tell)
        })
    }

    /// The names of all roles in an account.
    ///
    /// # Errors
    /// As [`Portal::accounts`].
    pub fn roles(&self, account_id: &str) -> Result<Vec<String>, Error> {
        let mut all = self.roles_of(&[account_id], &mut |_| ())?;
        Ok(all.pop().unwrap_or_default())
    }

    /// The names of all roles in each of these accounts, in their order; several are asked about at a time. `progress` is
    /// told after each account how many are done.
    ///
    /// # Errors
    /// As [`Portal::accounts`]; what is not asked yet is not asked any more.
    pub fn roles_of(&self, account_ids: &[&str], progress: &mut dyn FnMut(usize)) -> Result<Vec<Vec<String>>, Error> {
        let mut found: Vec<Option<Vec<String>>> = vec![None; account_ids.len()];
        self.signed_in().with_token(|token| {
            let endpoint = endpoint(Service::Sso, self.session, self.calls)?;
            self.fill(&mut found, account_ids, token, &self.lists(&endpoint), progress)
        })?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Ends a token. The file stays.
    ///
    /// # Errors
    /// The call failed.
    pub fn logout(&self, token: &Token) -> Result<(), Error> {
        let signed_in = self.signed_in();
        let asked = Asked::Logout {
            session: signed_in.called(),
        };
        let request = |url: &str| portal::logout(url, &token.access_token);
        signed_in.ask(Service::Sso, asked, &request, |_| Ok(()))?;
        Ok(())
    }

    /// Fills in the roles that are missing.
    fn fill(
        &self,
        found: &mut [Option<Vec<String>>],
        account_ids: &[&str],
        token: &Token,
        lists: &Lists<'_>,
        progress: &mut dyn FnMut(usize),
    ) -> Result<(), Error> {
        let missing: Vec<usize> = (0..found.len()).filter(|at| found[*at].is_none()).collect();
        let mut done = found.len() - missing.len();
        let next = AtomicUsize::new(0);
        let notices = Later::default();
        let (answer, answers) = mpsc::channel();
        let work = |answer: mpsc::Sender<(usize, Result<Vec<String>, Error>)>| {
            while let Some(at) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
                let roles = lists.roles(account_ids[*at], token, &notices);
                if roles.is_err() {
                    next.store(missing.len(), Ordering::Relaxed);
                }
                if answer.send((*at, roles)).is_err() {
                    return;
                }
            }
        };
        let result = thread::scope(|scope| {
            let threads = (0..AT_ONCE.min(missing.len())).filter(|_| {
                let answer = answer.clone();
                let thread = thread::Builder::new();
                thread.spawn_scoped(scope, || work(answer)).is_ok()
            });
            if threads.count() == 0 {
                work(answer.clone());
            }
            drop(answer);
            let mut result = Ok(());
            for (at, roles) in answers {
                match roles {
                    Ok(roles) => {
                        found[at] = Some(roles);
                        done += 1;
                        progress(done);
                    }
                    Err(error) => result = result.and(Err(error)),
                }
            }
            result
        });
        notices.tell_now(self.ports.tell);
        result
    }

    fn signed_in(&self) -> SignedIn<'_> {
        SignedIn {
            session: self.session,
            calls: self.calls,
            wants: self.wants,
            ports: self.ports,
        }
    }

    fn lists<'a>(&'a self, endpoint: &'a Endpoint) -> Lists<'a> {
        Lists {
            session: self.session,
            calls: self.calls,
            wants: self.wants,
            endpoint,
            clock: self.ports.clock,
            http: self.ports.http,
        }
    }
}

/// What any thread can ask for.
struct Lists<'a> {
    session: &'a SsoSession,
    calls: &'a Calls,
    wants: &'a Wants,
    endpoint: &'a Endpoint,
    clock: &'a (dyn Clock + Sync),
    http: &'a (dyn Http + Sync),
}

impl Lists<'_> {
    fn roles(&self, account_id: &str, token: &Token, tell: &dyn Tell) -> Result<Vec<String>, Error> {
        let asked = Asked::Roles {
            session: self.session.cache_name().to_owned(),
            account_id: account_id.to_owned(),
        };
        let request = |url: &str, next: Option<&str>| portal::roles(url, &token.access_token, account_id, next);
        self.all(&asked, &request, portal::role_page, tell)
    }

    /// All pages of a list.
    fn all<T>(
        &self,
        asked: &Asked,
        request: &dyn Fn(&str, Option<&str>) -> Request,
        read: fn(&[u8]) -> Result<Page<T>, Unreadable>,
        tell: &dyn Tell,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        let mut next: Option<String> = None;
        let mut pages = 0;
        loop {
            pages += 1;
            let ask = Ask {
                calls: self.calls,
                left: self.wants.left(self.clock),
                clock: self.clock,
                http: self.http,
                tell,
            };
            let asking = Asking {
                asked: asked.clone(),
                endpoint: self.endpoint,
                access_key_id: None,
                repeat: Repeat::Freely,
            };
            let this = next.take();
            let read = |body: &[u8]| {
                let page = read(body)?;
                let is_endless = page.next.is_some() && (page.next == this || pages == MOST_PAGES);
                match is_endless {
                    true => Err(Unreadable("never ends".to_owned())),
                    false => Ok(page),
                }
            };
            let page = ask.ask(asking, &|_| Ok(request(&self.endpoint.url, this.as_deref())), read)?;
            all.extend(page.value.items);
            match page.value.next {
                Some(token) => next = Some(token),
                None => return Ok(all),
            }
        }
    }
}

/// What threads have to tell, for the one that talks to the user.
#[derive(Default)]
struct Later(Mutex<Vec<Notice>>);

impl Tell for Later {
    fn tell(&self, notice: Notice) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }
}

impl Later {
    fn tell_now(self, tell: &dyn Tell) {
        let notices = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        notices.into_iter().for_each(|notice| tell.tell(notice));
    }
}
