//! IAM Identity Center: the keys of a role in an account, for who is signed in. They are kept as any session is, and one
//! process asks for all that want the same.

mod portal;
mod token;

pub use portal::Portal;
pub use token::token;

use token::{SignedIn, endpoint};

use super::wanted::Wanted;
use super::{Asked, CliEntry, Error, Notice, Ports, Subject, Wants, key};
use crate::aws::{Service, portal as requests};
use crate::awscli::token::Token;
use crate::resolve::{Calls, Sso};
use crate::session::{Key, Kind, Session};

/// In seconds: no permission set gives more.
/// <https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html>
const LONGEST: i64 = 12 * 60 * 60;

/// The key of the session that has the keys of a role.
///
/// # Errors
/// A setting of calls cannot be followed.
pub fn session_key(sso: &Sso, calls: &Calls) -> Result<Key, Error> {
    Ok(key::of_sso(sso, &endpoint(Service::Sso, &sso.session, calls)?))
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
    let endpoint = endpoint(Service::Sso, &sso.session, calls)?;
    let key = key::of_sso(sso, &endpoint);
    let wanted = Wanted {
        key: &key,
        // The AWS CLI keeps what is of AWS's own portal.
        cli_entry: endpoint.is_own().then_some(CliEntry::Sso(sso)),
        of: subject(sso),
        is_fresh,
        least: 0,
        start: ports.clock.now(),
        wants,
        ports,
    };
    if let Some(session) = wanted.kept() {
        return Ok(session);
    }
    let role = Role {
        sso,
        ports,
        url: endpoint.url,
        signed_in: SignedIn {
            session: &sso.session,
            calls,
            wants,
            ports,
        },
    };
    // The token comes first, so that nobody waits for the keys while a person signs in.
    let token = role.signed_in.token();
    let session = token.and_then(|token| wanted.turn(|| role.signed_in.with(token, |token| role.ask(token))));
    session
        .map_err(|error| role.of_profile(error))
        .or_else(|error| wanted.stale(error))
}

fn subject(sso: &Sso) -> Subject {
    Subject::Sso {
        account_id: sso.account_id.clone(),
        role_name: sso.role_name.clone(),
    }
}

struct Role<'a> {
    sso: &'a Sso,
    ports: Ports<'a>,
    /// Of the portal.
    url: String,
    signed_in: SignedIn<'a>,
}

impl Role<'_> {
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
            of: subject(self.sso),
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
