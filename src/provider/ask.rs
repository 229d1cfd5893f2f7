//! One question to a service: where it goes, how it travels, what is told on the way, and what its failure is.

use std::time::Duration;

use super::call::{Call, Failed, MOST_SKEW, Patience, Repeat, Reply, Why};
use super::ports::{Clock, Http, Tell};
use super::{Asked, Error, Failure, Notice, Question};
use crate::aws::{Fault, Request, ServiceError, Unreadable};
use crate::credentials::Timestamp;
use crate::redact;
use crate::resolve::{Calls, Endpoint};

/// What questions are asked by.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) calls: &'a Calls,
    /// For all tries; `None` if there is no end.
    pub(super) left: Option<Duration>,
    pub(super) clock: &'a dyn Clock,
    pub(super) http: &'a dyn Http,
    pub(super) tell: &'a dyn Tell,
}

/// One question, for its errors and its way.
pub(super) struct Asking<'a> {
    pub(super) asked: Asked,
    pub(super) endpoint: &'a Endpoint,
    /// Of the key that signs it.
    pub(super) access_key_id: Option<&'a str>,
    pub(super) repeat: Repeat,
}

/// An answer, read.
pub(super) struct Answered<T> {
    pub(super) value: T,
    /// The server's clock.
    pub(super) date: Option<Timestamp>,
}

impl Ask<'_> {
    /// Asks by what `request` makes for the time that is given to it.
    ///
    /// # Errors
    /// There was no answer that `read` accepts.
    pub(super) fn ask<T>(
        &self,
        asking: Asking<'_>,
        request: &dyn Fn(Timestamp) -> Result<Request, Fault>,
        read: impl Fn(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<Answered<T>, Error> {
        let Asking {
            asked,
            endpoint,
            access_key_id,
            repeat,
        } = asking;
        let travel = self.calls.travel(&endpoint.url).map_err(Error::Setting)?;
        if let Some(warning) = endpoint.warning() {
            self.tell.tell(Notice::Open(warning));
        }
        let patience = Patience::default();
        let call = Call {
            transport: &travel.transport(),
            patience: Patience {
                tries: travel.tries,
                limit: patience.limit.min(self.left.unwrap_or(Duration::MAX)),
            },
            repeat,
        };
        let failed = |failure| Error::Call {
            question: Box::new(Question {
                asked: asked.clone(),
                url: endpoint.url.clone(),
                region: endpoint.region.clone(),
                access_key_id: access_key_id.map(str::to_owned),
                proxy: travel.proxy.clone(),
                ca_bundle: travel.ca_bundle.clone(),
            }),
            failure,
        };
        let reply = call.run(request, self.clock, self.http);
        let Reply { answer, skew, .. } = reply.map_err(|Failed { why, skew, .. }| {
            self.tell_skew(skew);
            failed(Failure::of(discreet(why, &request(self.clock.now()))))
        })?;
        let now = self.clock.now();
        self.tell_skew(skew.or(answer.date.map(|date| now.seconds_from(date))));
        let value = read(answer.body.expose()).map_err(|Unreadable(why)| failed(Failure::Unreadable(why)))?;
        Ok(Answered {
            value,
            date: answer.date,
        })
    }

    fn tell_skew(&self, skew: Option<i64>) {
        if let Some(seconds) = skew.filter(|skew| skew.abs() > MOST_SKEW) {
            self.tell.tell(Notice::Skew { seconds });
        }
    }
}

/// An error without the secrets of the request, which its words may quote.
fn discreet(why: Why, request: &Result<Request, Fault>) -> Why {
    let is_secret = |word: &&str| redact::looks_secret(word) && request.as_ref().is_ok_and(|sent| sent.holds(word));
    let discreet = |says: String| {
        let words = says.split(|c: char| !c.is_ascii_alphanumeric() && !"+/-_.".contains(c));
        let words = words.map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
        let secrets = words.filter(is_secret);
        secrets.fold(says.clone(), |says, secret| says.replace(secret, redact::HIDDEN))
    };
    match why {
        Why::Service(error) => Why::Service(ServiceError {
            message: error.message.map(discreet),
            ..error
        }),
        why => why,
    }
}
