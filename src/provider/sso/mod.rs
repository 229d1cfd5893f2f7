//! IAM Identity Center: the keys of a role in an account, for who is signed in. They are kept as any session is, and one
//! process asks for all that want the same.

mod portal;
mod token;

pub use portal::Portal;
pub use token::token;

use token::SignedIn;

use super::{Asked, CliEntry, Error, Notice, Ports, Subject, Wants, key};
use crate::aws::{Service, portal as requests};
use crate::awscli::token::Token;
use crate::credentials::Timestamp;
use crate::resolve::{Calls, Endpoint, Sso};
use crate::session::{Key, Kind, LAST_HELP, Session};

/// In seconds: no permission set gives more.
/// <https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html>
const LONGEST: i64 = 12 * 60 * 60;

/// The key of the session that has the keys of a role.
///
/// # Errors
/// A setting of calls cannot be followed.
pub fn session_key(sso: &Sso, calls: &Calls) -> Result<Key, Error> {
    Ok(key::of_sso(sso, &endpoint(sso, calls)?))
}

fn endpoint(sso: &Sso, calls: &Calls) -> Result<Endpoint, Error> {
    let endpoint = calls.endpoint(Service::Sso, &sso.session.call_region());
    endpoint.map_err(Error::Setting)
}

/// The keys of a role; new ones if `is_fresh`.
///
/// # Errors
/// [`Error::LoginRequired`] if a person has to sign in, or why there are none.
pub(super) fn keys(
    sso: &Sso,
    calls: &Calls,
    wants: &Wants,
    ports: Ports<'_>,
    is_fresh: bool,
) -> Result<Session, Error> {
    let endpoint = endpoint(sso, calls)?;
    let role = Role {
        sso,
        wants,
        ports,
        is_fresh,
        key: key::of_sso(sso, &endpoint),
        is_shared: endpoint.is_own(),
        url: endpoint.url,
        start: ports.clock.now(),
        signed_in: SignedIn {
            session: &sso.session,
            calls,
            wants,
            ports,
        },
    };
    role.keys()
}

struct Role<'a> {
    sso: &'a Sso,
    wants: &'a Wants,
    ports: Ports<'a>,
    is_fresh: bool,
    key: Key,
    /// Whether what the AWS CLI keeps would be of the same portal.
    is_shared: bool,
    /// Of the portal.
    url: String,
    start: Timestamp,
    signed_in: SignedIn<'a>,
}

impl Role<'_> {
    fn keys(&self) -> Result<Session, Error> {
        if let Some(session) = self.kept() {
            return Ok(session);
        }
        self.got().or_else(|error| self.stale(error))
    }

    /// The token comes first, so that nobody waits for the keys while a person signs in.
    fn got(&self) -> Result<Session, Error> {
        let token = self.signed_in.token().map_err(|error| self.of_profile(error))?;
        let limit = self.wants.left(self.ports.clock);
        let turn = self.ports.sessions.turn(&self.key, limit);
        let turn = turn.map_err(|why| Error::NoTurn {
            of: self.subject(),
            why,
        })?;
        // Another process may have asked meanwhile.
        if let Some(session) = self.kept() {
            return Ok(session);
        }
        let session = self
            .signed_in
            .with(token, |token| self.ask(token))
            .map_err(|error| self.of_profile(error))?;
        self.ports.sessions.keep(&self.key, &session);
        if self.is_shared {
            self.ports.cli_cache.keep(CliEntry::Sso(self.sso), &session);
        }
        drop(turn);
        Ok(session)
    }

    /// What is kept and serves, by awsenv or by the AWS CLI.
    fn kept(&self) -> Option<Session> {
        let now = self.ports.clock.now();
        let serves = |session: &Session| {
            // Other processes that want new keys at the same time share those that the first one got.
            let is_new = !self.is_fresh || session.obtained >= self.start;
            is_new && session.serves(now, self.wants.margin)
        };
        let own = self.ports.sessions.find(&self.key).filter(serves);
        let of_cli = || {
            let entry = CliEntry::Sso(self.sso);
            let found = (self.is_shared && !self.is_fresh).then(|| self.ports.cli_cache.find(entry));
            found.flatten().filter(serves)
        };
        let session = own.or_else(of_cli)?;
        self.ports.tell.tell(Notice::Kept {
            of: self.subject(),
            ends: session.ends(),
        });
        Some(session)
    }

    /// Keys that were to be renewed and still last a while, where AWS cannot be reached or a person has to sign in.
    fn stale(&self, error: Error) -> Result<Session, Error> {
        let now = self.ports.clock.now();
        let kept = self.ports.sessions.find(&self.key).filter(|_| !self.is_fresh);
        let is_soft = error.is_passing() || matches!(error, Error::LoginRequired { .. });
        match kept.filter(|session| is_soft && session.serves(now, LAST_HELP)) {
            Some(session) => {
                self.ports.tell.tell(Notice::Stale {
                    of: self.subject(),
                    ends: session.ends(),
                });
                Ok(session)
            }
            None => Err(error),
        }
    }

    fn ask(&self, token: &Token) -> Result<Session, Error> {
        let Sso {
            account_id, role_name, ..
        } = self.sso;
        let asked = Asked::SsoRole {
            account_id: account_id.clone(),
            role_name: role_name.clone(),
            place: self.sso.place.clone(),
        };
        let request = |url: &str| requests::role_credentials(url, &token.access_token, account_id, role_name);
        let (mut credentials, date) = self
            .signed_in
            .ask(Service::Sso, asked, &request, requests::credentials)?;
        self.ports.tell.tell(Notice::Got {
            of: self.subject(),
            url: self.url.clone(),
        });
        credentials.account_id = Some(account_id.clone());
        let obtained = self.ports.clock.now();
        let ends = credentials.expires.unwrap_or(obtained);
        Ok(Session {
            kind: Kind::Sso,
            profile: self.sso.profile.clone(),
            role_arn: None,
            arn: None,
            // A proxy may say another time than AWS, but keys never last longer than a permission set lets them.
            lifetime: ends.seconds_from(date.unwrap_or(obtained)).min(LONGEST),
            obtained,
            credentials,
        })
    }

    fn subject(&self) -> Subject {
        Subject::Sso {
            account_id: self.sso.account_id.clone(),
            role_name: self.sso.role_name.clone(),
        }
    }

    /// Signing in by the profile is what its user knows.
    fn of_profile(&self, error: Error) -> Error {
        match error {
            Error::LoginRequired { session, why, .. } => Error::LoginRequired {
                session,
                login: Some(self.sso.profile.clone()),
                why,
            },
            error => error,
        }
    }
}

#[cfg(test)]
mod tests;
