//! A sign-in in a browser of this machine, which brings a code to a port of it: the authorization code flow with PKCE.
//! <https://datatracker.ietf.org/doc/html/rfc8252>

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::ports::{Answer, Listener};
use super::start::Start;
use super::{Granted, Obstacle, Page, SignIn, is_page};
use crate::aws::callback::{self, Callback};
use crate::aws::oidc::{self, Authorize, CALLBACK, Grant, Issued};
use crate::awscli::registration::Registration;
use crate::provider::Error;
use crate::provider::call::Repeat;
use crate::secret::Secret;

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

const SECOND: Duration = Duration::from_secs(1);

/// In bytes; in base64url, the verifier has 64 letters.
const VERIFIER: usize = 48;

/// In bytes.
const STATE: usize = 16;

impl SignIn<'_> {
    pub(super) fn by_code(&self, start: &Start) -> Result<Granted, Error> {
        let listened = self.desk.loopback.listen();
        let listener = listened.map_err(|error| self.obstacle(Obstacle::NoPort(error.to_string())))?;
        let sign_in = |client: &Registration| self.once(start, client, &*listener);
        let (issued, to) = self.registered(start, &sign_in)?;
        Ok(Granted { issued, to })
    }

    fn once(&self, start: &Start, client: &Registration, listener: &dyn Listener) -> Result<Issued, Error> {
        let redirect_uri = format!("http://127.0.0.1:{}{CALLBACK}", listener.port());
        let verifier = self.random::<VERIFIER>()?;
        let state = self.random::<STATE>()?;
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose()));
        let scopes = self.scopes();
        let authorize = Authorize {
            client_id: &client.client.id,
            redirect_uri: &redirect_uri,
            state: &state,
            scopes: &scopes,
            challenge: &challenge,
        };
        let page = authorize.page(&self.endpoint(start)?.url);
        if !is_page(page.expose()) {
            return Err(self.obstacle(Obstacle::Page));
        }
        let code = self.awaited(&page, listener, &state)?;
        let grant = Grant::Code {
            code: &code,
            verifier: &verifier,
            redirect_uri: &redirect_uri,
        };
        let client = &client.client;
        let request = |url: &str| oidc::create_token(url, &client.id, &client.secret, grant);
        self.ask(start, Repeat::Unsent, &request, oidc::issued)
    }

    /// The code that the browser brings.
    fn awaited(
        &self,
        page: &Secret<String>,
        listener: &dyn Listener,
        state: &Secret<String>,
    ) -> Result<Secret<String>, Error> {
        let opened = self.desk.browser.open(page.expose());
        let waiting = self.desk.person.show(&Page {
            session: self.session.cache_name(),
            url: page,
            code: None,
            opened: &opened,
        });
        let end = self.end(PATIENCE);
        loop {
            let left = end.saturating_sub(self.ports.clock.elapsed());
            if left.is_zero() {
                return Err(self.obstacle(Obstacle::Late));
            }
            waiting.left(left);
            let Some(visit) = listener.next(left.min(SECOND)) else {
                continue;
            };
            let brought = callback::read(visit.query().expose()).unwrap_or_default();
            let Callback {
                state: theirs,
                code,
                error,
                description,
            } = brought;
            let is_ours = theirs.as_ref().is_some_and(|theirs| are_equal(theirs, state));
            match (code, error) {
                (Some(code), None) if is_ours => {
                    visit.answer(Answer::Taken);
                    return Ok(code);
                }
                // A service may leave the state out of an error. Any page can make a browser come without one, so the
                // words of such an error are not shown.
                (None, Some(error)) if is_ours || theirs.is_none() && is_code(&error) => {
                    visit.answer(Answer::Refused);
                    return Err(self.obstacle(Obstacle::Refused {
                        code: error,
                        says: description.filter(|_| is_ours),
                    }));
                }
                _ => visit.answer(Answer::Unknown),
            }
        }
    }

    /// So many random bytes, in base64url.
    fn random<const BYTES: usize>(&self) -> Result<Secret<String>, Error> {
        let mut bytes = zeroize::Zeroizing::new([0; BYTES]);
        let filled = self.desk.random.fill(&mut *bytes);
        filled.map_err(|error| self.obstacle(Obstacle::NoRandom(error.to_string())))?;
        Ok(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(*bytes)))
    }
}

/// In bytes.
const LONGEST_CODE: usize = 40;

/// Whether this is the code of an error and no sentence.
fn is_code(text: &str) -> bool {
    text.len() <= LONGEST_CODE && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// In a time that says nothing of where they differ.
fn are_equal(a: &Secret<String>, b: &Secret<String>) -> bool {
    let (a, b) = (a.expose().as_bytes(), b.expose().as_bytes());
    let differences = a.iter().zip(b).fold(0, |found, (a, b)| found | (a ^ b));
    a.len() == b.len() && std::hint::black_box(differences) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_equal_whole_or_not_at_all() {
        let are = |a: &str, b: &str| are_equal(&Secret::new(a.to_owned()), &Secret::new(b.to_owned()));
        assert!(are("abc", "abc") && are("", ""));
        assert!(!are("abc", "abd") && !are("abc", "ab") && !are("ab", "abc") && !are("", "a"));
    }
}
