//! This program as the token service knows it: registered earlier, also by the AWS CLI, or now.

use super::start::Start;
use super::{Registered, SignIn};
use crate::aws::oidc::{self, Flow, Register};
use crate::aws::portal::SCOPE;
use crate::awscli::Client;
use crate::awscli::registration::{Purpose, Registration};
use crate::provider::Error;
use crate::provider::call::Repeat;

impl SignIn<'_> {
    /// # Errors
    /// The service does not register it.
    pub(super) fn client(&self, start: &Start) -> Result<Registered, Error> {
        let now = self.ports.clock.now();
        let kept = self.ports.tokens.registration(&self.purpose(start));
        // If the service has forgotten it, only the page says so, and only to the person, who then forces a sign-in.
        let is_doubted = self.is_forced && self.flow == Flow::Code;
        let kept = kept.filter(|kept| !is_doubted && kept.serves(self.flow, now));
        match kept {
            Some(registration) => Ok(Registered {
                registration,
                is_kept: true,
            }),
            None => self.register(start),
        }
    }

    /// # Errors
    /// The service does not register it.
    pub(super) fn register(&self, start: &Start) -> Result<Registered, Error> {
        let session = self.session.name.clone();
        let client_name = format!(
            "botocore-client-{}",
            session.unwrap_or_else(|| self.ports.clock.now().0.to_string())
        );
        let scopes = match self.flow {
            Flow::Code => Some(self.scopes()),
            Flow::Device => self.session.scopes.clone().filter(|scopes| !scopes.is_empty()),
        };
        let register = Register {
            client_name: &client_name,
            scopes: scopes.as_deref(),
            flow: self.flow,
            start_url: &start.url,
        };
        let request = |url: &str| register.request(url);
        let registered = self.ask(start, Repeat::Freely, &request, oidc::registered)?;
        Ok(Registered {
            registration: Registration {
                client: Client {
                    id: registered.client_id,
                    secret: registered.client_secret,
                    expires: registered.expires,
                },
                scopes,
                grants: self.flow.grants(),
            },
            is_kept: false,
        })
    }

    pub(super) fn purpose<'p>(&'p self, start: &'p Start) -> Purpose<'p> {
        Purpose {
            session: self.session.name.as_deref(),
            start_url: &self.session.start_url,
            region: &start.region,
            scopes: self.session.scopes.as_deref(),
        }
    }

    /// Those of a code; the portal's, if the session does not say.
    pub(super) fn scopes(&self) -> Vec<String> {
        let own = self.session.scopes.clone().filter(|scopes| !scopes.is_empty());
        own.unwrap_or_else(|| vec![SCOPE.to_owned()])
    }
}
