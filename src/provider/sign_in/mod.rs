//! A person signs in at IAM Identity Center -> a token, which is kept where the AWS CLI looks for it.
//!
//! One process at a time asks a person; the others wait for its token. Nothing is written before the person has signed
//! in, so a run that is given up leaves everything as it was.

mod client;
mod code;
mod device;
mod error;
mod ports;
mod start;
#[cfg(test)]
mod tests;

pub use error::{Obstacle, StartFlaw};
pub use ports::{Answer, Browser, Desk, Listener, Loopback, Opened, Person, Random, Visit, Waiting};

use std::fmt;
use std::io;
use std::time::Duration;

use super::ask::{Ask, Asking};
use super::call::Repeat;
use super::{Asked, Error, Failure, Ports, Subject};
use crate::aws::oidc::{Flow, Issued};
use crate::aws::{Fault, Request, Service, Unreadable};
use crate::awscli::registration::Registration;
use crate::awscli::token::Token;
use crate::config::url;
use crate::credentials::Timestamp;
use crate::resolve::{Calls, Endpoint, SsoSession};
use crate::secret::Secret;
use crate::session::MARGIN;
use start::Start;

/// Where a person signs in.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// As people know the session.
    pub session: &'a str,
    /// The page, which has the code in it if there is one and the service can do that.
    pub url: &'a Secret<String>,
    /// For a device.
    pub code: Option<UserCode<'a>>,
    /// Whether a browser of this machine shows it.
    pub opened: &'a Opened,
}

/// What a person types into a page.
#[derive(Clone, Copy, Debug)]
pub struct UserCode<'a> {
    pub code: &'a Secret<String>,
    /// The page without it.
    pub url: &'a str,
}

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct Signed {
    pub token: Token,
    /// The region that the start URL leads to, if that is not the session's.
    pub moved: Option<String>,
}

/// One sign-in.
pub struct SignIn<'a> {
    pub session: &'a SsoSession,
    pub calls: &'a Calls,
    pub flow: Flow,
    /// Although the person may be signed in.
    pub is_forced: bool,
    /// Until when everything must be done, as in [`super::Wants`].
    pub until: Option<Duration>,
    pub ports: Ports<'a>,
    pub desk: Desk<'a>,
}

impl fmt::Debug for SignIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIn")
    }
}

/// What the service gave, and to whom.
struct Granted {
    issued: Issued,
    to: Registered,
}

/// This program, as the service knows it.
struct Registered {
    registration: Registration,
    /// Whether it was registered earlier, so that the service may have forgotten it.
    is_kept: bool,
}

/// What the answers of the token service mean to a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// The person has not signed in yet.
    Pending,
    SlowDown,
    Denied,
    Expired,
    /// The service does not know this program.
    Client,
    Other,
}

impl SignIn<'_> {
    /// Lets a person sign in, unless another process gets a token meanwhile.
    ///
    /// # Errors
    /// There is no token. What was there before still is.
    pub fn run(&self) -> Result<Signed, Error> {
        let before = self.ports.tokens.find(self.session);
        let turn = self.ports.tokens.turn(self.session, self.left());
        let of = Subject::Token(self.session.cache_name().to_owned());
        let _turn = turn.map_err(|why| Error::NoTurn { of, why })?;
        let earlier = self.ports.tokens.find(self.session);
        if let Some(token) = self.of_another(before.as_ref(), earlier.as_ref()) {
            return Ok(Signed { token, moved: None });
        }
        let not_kept = |error: io::Error| self.obstacle(Obstacle::NotKept(error.to_string()));
        self.ports.tokens.check(self.session).map_err(not_kept)?;
        let start = self.start()?;
        let Granted { issued, to } = match self.flow {
            Flow::Code => self.by_code(&start)?,
            Flow::Device => self.by_device(&start)?,
        };
        let Registered { registration, is_kept } = to;
        let expires = self.ports.clock.now().0.saturating_add(issued.expires_in);
        let token = Token {
            start_url: Some(self.session.start_url.clone()),
            region: Some(start.region.clone()),
            access_token: issued.access_token,
            expires: Timestamp(expires),
            client: Some(registration.client.clone()),
            refresh_token: issued.refresh_token,
            others: earlier.map(|token| token.others).unwrap_or_default(),
        };
        if !is_kept {
            // Without it, the next sign-in registers this program again.
            let _ = self
                .ports
                .tokens
                .keep_registration(&self.purpose(&start), &registration);
        }
        self.ports.tokens.keep(self.session, &token).map_err(not_kept)?;
        let moved = (start.region != self.session.region).then_some(start.region);
        Ok(Signed { token, moved })
    }

    /// The token that another process got while this one waited for its turn, or just before.
    fn of_another(&self, before: Option<&Token>, now: Option<&Token>) -> Option<Token> {
        let lasts = |token: &Token, least| token.expires.seconds_from(self.ports.clock.now()) > least;
        let is_it = |token: &&Token| match Some(*token) == before {
            true => !self.is_forced && lasts(token, MARGIN),
            false => lasts(token, LEAST),
        };
        now.filter(is_it).cloned()
    }

    fn left(&self) -> Option<Duration> {
        Some(self.until?.saturating_sub(self.ports.clock.elapsed()))
    }

    /// When a person who may take so long from now must have signed in.
    fn end(&self, patience: Duration) -> Duration {
        let end = self.ports.clock.elapsed() + patience;
        self.until.map_or(end, |until| until.min(end))
    }

    /// Asks the token service of the region that the start URL leads to.
    fn ask<T>(
        &self,
        start: &Start,
        repeat: Repeat,
        request: &dyn Fn(&str) -> Request,
        read: fn(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<T, Error> {
        let endpoint = self.endpoint(start)?;
        let ask = Ask {
            calls: self.calls,
            left: self.left(),
            clock: self.ports.clock,
            http: self.ports.http,
            tell: self.ports.tell,
        };
        let asking = Asking {
            asked: Asked::SignIn {
                session: self.session.cache_name().to_owned(),
            },
            endpoint: &endpoint,
            access_key_id: None,
            repeat,
        };
        let request = |_: Timestamp| -> Result<Request, Fault> { Ok(request(&endpoint.url)) };
        Ok(ask.ask(asking, &request, read)?.value)
    }

    fn endpoint(&self, start: &Start) -> Result<Endpoint, Error> {
        let session = SsoSession {
            region: start.region.clone(),
            ..self.session.clone()
        };
        let endpoint = self.calls.endpoint(Service::Oidc, &session.call_region());
        endpoint.map_err(Error::Setting)
    }

    /// Runs `sign_in` as a program that is registered; one that the service has forgotten is registered again, once.
    fn registered<T>(
        &self,
        start: &Start,
        sign_in: &dyn Fn(&Registration) -> Result<T, Error>,
    ) -> Result<(T, Registered), Error> {
        let client = self.client(start)?;
        match sign_in(&client.registration) {
            Err(error) if client.is_kept && refusal(&error) == Some(Refusal::Client) => {
                let client = self.register(start)?;
                Ok((sign_in(&client.registration)?, client))
            }
            signed => Ok((signed?, client)),
        }
    }

    fn obstacle(&self, why: Obstacle) -> Error {
        Error::SignIn {
            session: self.session.cache_name().to_owned(),
            why,
        }
    }
}

/// In seconds: a token that lasts no longer is not worth having waited for.
const LEAST: i64 = 60;

/// `None` if no service answered.
fn refusal(error: &Error) -> Option<Refusal> {
    let Error::Call {
        failure: Failure::Service(error),
        ..
    } = error
    else {
        return None;
    };
    // The names of the API, and those of OAuth.
    Some(match error.code.as_deref() {
        Some("AuthorizationPendingException" | "authorization_pending") => Refusal::Pending,
        Some("SlowDownException" | "slow_down") => Refusal::SlowDown,
        Some("AccessDeniedException" | "access_denied") => Refusal::Denied,
        Some("ExpiredTokenException" | "expired_token") => Refusal::Expired,
        Some("InvalidClientException" | "UnauthorizedClientException" | "invalid_client" | "unauthorized_client") => {
            Refusal::Client
        }
        _ => Refusal::Other,
    })
}

/// Whether a page may be shown and opened: the service, or what answers in its place, chose it.
fn is_page(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'`\\<>^{|}".contains(&byte);
    let is_safe = |parts: url::Url<'_>| parts.is_https || parts.address().is_some_and(|address| address.is_loopback());
    text.starts_with("http") && text.bytes().all(is_plain) && url::parse(text).is_ok_and(is_safe)
}
