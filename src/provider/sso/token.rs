//! The token of an SSO session, usable for a while: renewed when it is due, by one process for all.
//!
//! A renewal ends the old refresh token, so it is asked for only where the new one can be kept, and is kept before it is
//! used. An `aws` that renews at the same time takes no lock; then the file has changed, and that counts.

use std::time::Duration;

use crate::aws::oidc::{self, Grant, Issued};
use crate::aws::{Request, Service, Unreadable};
use crate::awscli::Client;
use crate::awscli::token::Token;
use crate::credentials::Timestamp;
use crate::provider::ask::{Ask, Asking};
use crate::provider::call::Repeat;
use crate::provider::{Asked, Error, Notice, Ports, SignedOut, Subject, Wants};
use crate::resolve::{Calls, Endpoint, SsoSession};
use crate::secret::Secret;
use crate::session::MARGIN;

/// How long a process that has a token that still lasts waits for another one to renew it.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often, and how far apart, a file is looked at that an `aws` on a busy machine may be about to write.
const LOOKS: u32 = 8;
const APART: Duration = Duration::from_millis(250);

/// A token of this session that lasts, renewed if little is left and that takes no person.
///
/// # Errors
/// [`Error::LoginRequired`] if a person has to sign in; otherwise why it could not be renewed.
pub fn token(session: &SsoSession, calls: &Calls, wants: &Wants, ports: Ports<'_>) -> Result<Token, Error> {
    let signed_in = SignedIn {
        session,
        calls,
        wants,
        ports,
    };
    signed_in.token()
}

/// Who is signed in to a session.
#[derive(Clone, Copy)]
pub(super) struct SignedIn<'a> {
    pub(super) session: &'a SsoSession,
    pub(super) calls: &'a Calls,
    pub(super) wants: &'a Wants,
    pub(super) ports: Ports<'a>,
}

impl<'a> SignedIn<'a> {
    pub(super) fn token(&self) -> Result<Token, Error> {
        let now = self.ports.clock.now();
        match self.ports.tokens.find(self.session) {
            None => Err(self.signed_out(SignedOut::Never)),
            Some(token) if token.expires.seconds_from(now) > MARGIN => Ok(token),
            Some(token) if token.is_renewable(now) => self.renewed(token, Accepted::Yes),
            Some(token) => self.as_it_is(token, Accepted::Yes),
        }
    }

    /// Does something that takes a token, once more with another one if AWS does not accept the first.
    pub(super) fn with_token<T>(&self, work: impl FnMut(&Token) -> Result<T, Error>) -> Result<T, Error> {
        self.with(self.token()?, work)
    }

    /// As [`SignedIn::with_token`], beginning with this one.
    pub(super) fn with<T>(&self, token: Token, mut work: impl FnMut(&Token) -> Result<T, Error>) -> Result<T, Error> {
        match work(&token) {
            Err(error) if error.refuses_token() => {
                let token = self.renewed(token, Accepted::No)?;
                work(&token).map_err(|error| match error.refuses_token() {
                    true => self.signed_out(SignedOut::Ended),
                    false => error,
                })
            }
            done => done,
        }
    }

    fn renewed(&self, seen: Token, accepted: Accepted) -> Result<Token, Error> {
        let Ports { clock, tokens, .. } = self.ports;
        let lasts = |token: &Token| accepted == Accepted::Yes && token.expires > clock.now();
        let left = self.wants.left(clock);
        let limit = match lasts(&seen) {
            true => Some(left.unwrap_or(PATIENCE).min(PATIENCE)),
            false => left,
        };
        let _turn = match tokens.turn(self.session, limit) {
            Ok(turn) => turn,
            Err(_) if lasts(&seen) => return Ok(seen),
            Err(why) => {
                let of = Subject::Token(self.called());
                return Err(Error::NoTurn { of, why });
            }
        };
        let Some(found) = tokens.find(self.session) else {
            return Err(self.signed_out(SignedOut::Never));
        };
        // Another process may have renewed it meanwhile.
        if found.access_token != seen.access_token && found.expires > clock.now() {
            return Ok(found);
        }
        let Some((client, refresh_token)) = renewable(&found, clock.now()) else {
            return self.as_it_is(found, accepted);
        };
        if let Err(error) = tokens.check(self.session) {
            let why = error.to_string();
            let session = self.called();
            return self.old(found, accepted, Error::TokenFile { session, why });
        }
        match self.renew(&found, client, refresh_token) {
            Ok(token) => {
                self.keep(&token);
                Ok(token)
            }
            Err(error) if error.is_refusal() => match (self.changed(&found, lasts(&found)), accepted) {
                (Some(token), _) => Ok(token),
                (None, Accepted::No) => Err(self.signed_out(SignedOut::Ended)),
                (None, Accepted::Yes) => {
                    let refused = self.signed_out(SignedOut::Refused(found.expires));
                    self.old(found, accepted, refused)
                }
            },
            Err(error) => self.old(found, accepted, error),
        }
    }

    /// Asks for a new token. An answer that is lost on the way takes the refresh token with it, whether or not it is sent
    /// again, and the same one may still count; so the call is repeated like any other.
    fn renew(&self, old: &Token, client: &Client, refresh_token: &Secret<String>) -> Result<Token, Error> {
        let asked = Asked::Renewal { session: self.called() };
        let request = |url: &str| oidc::create_token(url, &client.id, &client.secret, Grant::Refresh(refresh_token));
        let issued: Issued = self.ask(Service::Oidc, asked, &request, oidc::issued)?.0;
        let expires = self.ports.clock.now().0.saturating_add(issued.expires_in);
        Ok(Token {
            start_url: Some(self.session.start_url.clone()),
            region: Some(self.session.region.clone()),
            access_token: issued.access_token,
            expires: Timestamp(expires),
            // Not every answer has a new one; then the old one goes on.
            refresh_token: issued.refresh_token.or_else(|| old.refresh_token.clone()),
            ..old.clone()
        })
    }

    /// A token that cannot be kept still serves this run.
    fn keep(&self, token: &Token) {
        let session = self.called();
        let notice = match self.ports.tokens.keep(self.session, token) {
            Ok(()) => Notice::TokenRenewed { session },
            Err(error) => Notice::TokenUnkept {
                session,
                why: error.to_string(),
            },
        };
        self.ports.tell.tell(notice);
    }

    /// What an `aws` has written that was answered first: it takes no lock, and AWS refuses what it has replaced. Nothing
    /// is waited for while the old token `serves`.
    fn changed(&self, old: &Token, serves: bool) -> Option<Token> {
        for look in 0..if serves { 1 } else { LOOKS } {
            if look > 0 {
                self.ports.clock.pause(APART);
            }
            let found = self.ports.tokens.find(self.session);
            let is_new = |token: &Token| token.access_token != old.access_token;
            let now = self.ports.clock.now();
            if let Some(token) = found.filter(|token| is_new(token) && token.expires > now) {
                return Some(token);
            }
        }
        None
    }

    /// The old token while it lasts; `error` once it does not.
    fn old(&self, token: Token, accepted: Accepted, error: Error) -> Result<Token, Error> {
        if accepted == Accepted::No || token.expires <= self.ports.clock.now() {
            return Err(error);
        }
        self.ports.tell.tell(Notice::TokenStale {
            session: self.called(),
            ends: token.expires,
        });
        Ok(token)
    }

    /// A token that nothing renews.
    fn as_it_is(&self, token: Token, accepted: Accepted) -> Result<Token, Error> {
        match accepted {
            Accepted::No => Err(self.signed_out(SignedOut::Ended)),
            Accepted::Yes if token.expires <= self.ports.clock.now() => {
                Err(self.signed_out(SignedOut::Expired(token.expires)))
            }
            Accepted::Yes => Ok(token),
        }
    }

    /// Asks a service of the session, and reads its answer and the server's time. `request` gets the service's URL.
    pub(super) fn ask<T>(
        &self,
        service: Service,
        asked: Asked,
        request: &dyn Fn(&str) -> Request,
        read: fn(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<(T, Option<Timestamp>), Error> {
        let endpoint = endpoint(service, self.session, self.calls)?;
        let Ports { clock, http, tell, .. } = self.ports;
        let ask = Ask {
            calls: self.calls,
            left: self.wants.left(clock),
            clock,
            http,
            tell,
        };
        let asking = Asking {
            asked,
            endpoint: &endpoint,
            access_key_id: None,
            repeat: Repeat::Freely,
        };
        let answered = ask.ask(asking, &|_| Ok(request(&endpoint.url)), read)?;
        Ok((answered.value, answered.date))
    }

    pub(super) fn signed_out(&self, why: SignedOut) -> Error {
        Error::LoginRequired {
            session: self.called(),
            login: self.session.name.clone(),
            why,
        }
    }

    pub(super) fn called(&self) -> String {
        self.session.cache_name().to_owned()
    }
}

/// Where a service of the session is called.
///
/// # Errors
/// A setting of calls cannot be followed.
pub(super) fn endpoint(service: Service, session: &SsoSession, calls: &Calls) -> Result<Endpoint, Error> {
    let endpoint = calls.endpoint(service, &session.call_region());
    endpoint.map_err(Error::Setting)
}

/// Whether AWS still accepts a token, as far as that is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Accepted {
    Yes,
    No,
}

/// What a token is renewed with.
fn renewable(token: &Token, now: Timestamp) -> Option<(&Client, &Secret<String>)> {
    let client = token.client.as_ref().filter(|client| client.expires > now)?;
    Some((client, token.refresh_token.as_ref()?))
}
