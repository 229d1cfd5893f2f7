//! A sign-in in any browser, by a code that is shown here: the device authorization flow.
//! <https://datatracker.ietf.org/doc/html/rfc8628>

use std::time::Duration;

use super::ports::Waiting;
use super::start::Start;
use super::{Granted, Obstacle, Page, Refusal, SignIn, UserCode, is_page, refusal};
use crate::aws::oidc::{self, Device, Grant, Issued};
use crate::awscli::registration::Registration;
use crate::provider::Error;
use crate::provider::call::Repeat;

/// In seconds: between two questions, if the service does not say.
const INTERVAL: u64 = 5;

/// In seconds: how much longer to wait when the service finds the questions too many.
const SLOWER: u64 = 5;

/// In seconds: no service asks for more, and no code lasts longer.
const LONGEST_INTERVAL: u64 = 60;
const LONGEST: u64 = 60 * 60;

/// In a row: a person on a train may lose the network for a while.
const MOST_LOST: u32 = 5;

const SECOND: Duration = Duration::from_secs(1);

/// How often the service is asked.
struct Pace {
    /// In seconds.
    interval: u64,
    /// How many answers were lost, one after the other.
    lost: u32,
}

impl SignIn<'_> {
    pub(super) fn by_device(&self, start: &Start) -> Result<Granted, Error> {
        let begin = |client: &Registration| {
            let client = &client.client;
            let request = |url: &str| oidc::start_device(url, &client.id, &client.secret, &start.url);
            self.ask(start, Repeat::Freely, &request, oidc::device)
        };
        let (device, to) = self.registered(start, &begin)?;
        let issued = self.polled(start, &to.registration, &device)?;
        Ok(Granted { issued, to })
    }

    /// The token, once the person has signed in.
    fn polled(&self, start: &Start, client: &Registration, device: &Device) -> Result<Issued, Error> {
        let seconds = |number: i64, longest: u64| {
            u64::try_from(number)
                .ok()
                .filter(|number| *number > 0)
                .map(|number| number.min(longest))
        };
        let lasts = seconds(device.expires_in, LONGEST).unwrap_or_default();
        let end = self.end(Duration::from_secs(lasts));
        let asked = device.interval.and_then(|interval| seconds(interval, LONGEST_INTERVAL));
        let mut pace = Pace {
            interval: asked.unwrap_or(INTERVAL),
            lost: 0,
        };
        // A person may have allowed this program already.
        if let Some(issued) = self.poll(start, client, device, &mut pace)? {
            return Ok(issued);
        }
        if !is_page(&device.verification_uri) {
            return Err(self.obstacle(Obstacle::Page));
        }
        let plain = device.verification_uri.clone().into();
        let complete = device.verification_uri_complete.as_ref();
        let url = complete.filter(|url| is_page(url.expose())).unwrap_or(&plain);
        let opened = self.desk.browser.open(url.expose());
        let waiting = self.desk.person.show(&Page {
            session: self.session.cache_name(),
            url,
            code: Some(UserCode {
                code: &device.user_code,
                url: &device.verification_uri,
            }),
            opened: &opened,
        });
        loop {
            if !self.pause(&*waiting, Duration::from_secs(pace.interval), end) {
                return Err(self.obstacle(Obstacle::Late));
            }
            if let Some(issued) = self.poll(start, client, device, &mut pace)? {
                return Ok(issued);
            }
        }
    }

    /// `false` if the time ends before.
    fn pause(&self, waiting: &dyn Waiting, time: Duration, end: Duration) -> bool {
        let clock = self.ports.clock;
        let until = clock.elapsed() + time;
        loop {
            let now = clock.elapsed();
            if now >= end {
                return false;
            }
            let rest = until.saturating_sub(now);
            if rest.is_zero() {
                return true;
            }
            waiting.left(end - now);
            clock.pause(rest.min(SECOND).min(end - now));
        }
    }

    /// `None` if the person has not signed in yet, or the answer is lost: the next question asks the same.
    fn poll(
        &self,
        start: &Start,
        client: &Registration,
        device: &Device,
        pace: &mut Pace,
    ) -> Result<Option<Issued>, Error> {
        let client = &client.client;
        let grant = Grant::Device(&device.device_code);
        let request = |url: &str| oidc::create_token(url, &client.id, &client.secret, grant);
        let error = match self.ask(start, Repeat::Unsent, &request, oidc::issued) {
            Ok(issued) => return Ok(Some(issued)),
            Err(error) => error,
        };
        match refusal(&error) {
            Some(Refusal::Pending) => {
                pace.lost = 0;
                Ok(None)
            }
            Some(Refusal::SlowDown) => {
                pace.interval = (pace.interval + SLOWER).min(LONGEST_INTERVAL);
                Ok(None)
            }
            Some(Refusal::Denied) => Err(self.obstacle(Obstacle::Refused {
                code: "access_denied".to_owned(),
                says: None,
            })),
            Some(Refusal::Expired) => Err(self.obstacle(Obstacle::Late)),
            _ if error.is_passing() && pace.lost < MOST_LOST => {
                pace.lost += 1;
                Ok(None)
            }
            _ => Err(error),
        }
    }
}
