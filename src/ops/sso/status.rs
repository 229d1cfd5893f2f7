//! Whether a session is signed in, as far as the files say: asks nobody.

use crate::awscli::registration::Purpose;
use crate::credentials::Timestamp;
use crate::provider::Tokens;
use crate::resolve::SsoSession;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Until when its token serves; `None` without a token.
    pub expires: Option<Timestamp>,
    /// Whether the token can be renewed without the user.
    pub is_refreshable: bool,
    /// Until when a new sign-in needs no new registration; `None` without one.
    pub registration_expires: Option<Timestamp>,
    now: Timestamp,
}

impl Status {
    pub fn of(tokens: &dyn Tokens, session: &SsoSession, now: Timestamp) -> Self {
        let token = tokens.find(session);
        let registration = tokens.registration(&Purpose {
            session: session.name.as_deref(),
            start_url: &session.start_url,
            region: &session.region,
            scopes: session.scopes.as_deref(),
        });
        let client = token.as_ref().and_then(|token| token.client.as_ref());
        let registered = registration.map(|registration| registration.client.expires);
        Self {
            expires: token.as_ref().map(|token| token.expires),
            is_refreshable: token.as_ref().is_some_and(|token| token.is_renewable(now)),
            registration_expires: registered.max(client.map(|client| client.expires)),
            now,
        }
    }

    /// Whether its roles can be had without the user.
    pub fn is_signed_in(&self) -> bool {
        self.is_refreshable || self.expires.is_some_and(|end| end > self.now)
    }
}
