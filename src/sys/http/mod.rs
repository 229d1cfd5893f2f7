//! The HTTP client: one request, one answer.
//!
//! Each request has its own connection, and no state is kept: no cookies, no redirects, no proxies of ureq's own choice.
//! Nothing of TLS is loaded before it is needed, which plain http never does.

mod fault;
mod progress;
mod route;
mod trust;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::Read as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ureq::config::AutoHeaderValue;
use ureq::http::header::{CONTENT_LENGTH, DATE, LOCATION};
use ureq::http::{self, HeaderMap, HeaderValue, Response, Uri};
use ureq::{Agent, Body};

use self::progress::Progress;
use self::route::Route;
use crate::aws::{Answer, Fault, Method, Request, Transport};
use crate::credentials::Timestamp;
use crate::provider::Http;
use crate::secret::Secret;
use crate::sys::wait::{self, NoAnswer};

/// For the connection, with the proxy and TLS; the rest of the time is for the answer.
const CONNECT: Duration = Duration::from_secs(5);

/// The longest answer.
const LONGEST: usize = 1024 * 1024;

const USER_AGENT: &str = concat!("awsenv/", env!("CARGO_PKG_VERSION"));

/// Opens nothing until it sends.
pub struct Client<'a> {
    say: &'a (dyn Fn(&str) + Sync),
    /// Whether the user knows what awsenv waits for.
    has_said: AtomicBool,
}

impl<'a> Client<'a> {
    /// `say` tells the user, once, what awsenv waits for.
    pub fn new(say: &'a (dyn Fn(&str) + Sync)) -> Self {
        Self {
            say,
            has_said: AtomicBool::new(false),
        }
    }
}

impl fmt::Debug for Client<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Http for Client<'_> {
    /// A signal ends the process meanwhile, with a last word for the shell that reads its output.
    fn send(&self, request: &Request, transport: &Transport, limit: Duration) -> Result<Answer, Fault> {
        let progress = Progress::default();
        let work = {
            let (request, transport, progress) = (request.clone(), transport.clone(), progress.clone());
            move || exchange(&request, &transport, limit, &progress)
        };
        let awaited = || {
            if !self.has_said.swap(true, Ordering::Relaxed) {
                let uri: Option<Uri> = request.url.parse().ok();
                let host = uri.as_ref().and_then(Uri::host).unwrap_or("an answer");
                (self.say)(&format!("waiting for {host} (press Ctrl-C to give up)"));
            }
        };
        // The system looks names up without a limit.
        wait::within(limit, awaited, work).unwrap_or_else(|no_answer| {
            Err(match no_answer {
                NoAnswer::Late => Fault::Late(progress.stage()),
                NoAnswer::Gone => Fault::Broken(progress.stage(), "no thread could be started for it".to_owned()),
            })
        })
    }
}

fn exchange(request: &Request, transport: &Transport, limit: Duration, progress: &Progress) -> Result<Answer, Fault> {
    let route = Route::new(request, transport)?;
    let agent = agent(&route, transport, limit, progress)?;
    let mut head = http::Request::builder()
        .uri(route.uri.clone())
        .method(match request.method {
            Method::Get => http::Method::GET,
            Method::Head => http::Method::HEAD,
            Method::Post => http::Method::POST,
        });
    let own = request.headers.iter().map(|(name, value)| (*name, value));
    for (name, value) in own.chain(route.headers.iter().map(|(name, value)| (*name, value))) {
        let value = HeaderValue::from_str(value.expose());
        let mut value = value.map_err(|_| Fault::Setting(format!("the value of `{name}` cannot be sent")))?;
        value.set_sensitive(true);
        head = head.header(name, value);
    }
    let unfit = |_| Fault::Setting("the request cannot be sent".to_owned());
    let answer = match request.method {
        Method::Get | Method::Head => agent.run(head.body(()).map_err(unfit)?),
        Method::Post => agent.run(head.body(request.body.expose().as_str()).map_err(unfit)?),
    };
    read(answer.map_err(|error| fault::of(error, progress.stage()))?, progress)
}

fn agent(route: &Route, transport: &Transport, limit: Duration, progress: &Progress) -> Result<Agent, Fault> {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_idle_connections(0)
        .user_agent(USER_AGENT)
        .accept(AutoHeaderValue::None)
        .accept_encoding(AutoHeaderValue::None)
        .proxy(route.tunnel.clone())
        .timeout_connect(Some(CONNECT.min(limit)))
        .timeout_global(Some(limit));
    if route.needs_tls() {
        config = config.tls_config(trust::config(transport.ca_bundle.as_deref())?);
    }
    let connector = progress.connector(route);
    Ok(Agent::with_parts(config.build(), connector, progress.resolver()))
}

fn read(answer: Response<Body>, progress: &Progress) -> Result<Answer, Fault> {
    let (head, body) = answer.into_parts();
    let length = number(&head.headers, CONTENT_LENGTH.as_str()).and_then(|length| usize::try_from(length).ok());
    if length.is_some_and(|length| length > LONGEST) {
        return Err(Fault::TooLarge);
    }
    // One allocation, because growing would leave copies of secrets behind.
    let room = length.unwrap_or(LONGEST) + 1;
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(room));
    let mut reader = body.into_reader().take(room as u64);
    let done = reader.read_to_end(&mut bytes);
    done.map_err(|error| fault::of(error.into(), progress.stage()))?;
    if bytes.len() > LONGEST {
        return Err(Fault::TooLarge);
    }
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    Ok(Answer {
        status: head.status.as_u16(),
        date: text(DATE.as_str()).and_then(Timestamp::parse_http),
        retry_after: number(&head.headers, "x-amz-retry-after").map(Duration::from_millis),
        error_type: text("x-amzn-errortype").map(str::to_owned),
        location: text(LOCATION.as_str()).map(str::to_owned),
        body: Secret::new(std::mem::take(&mut *bytes)),
    })
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}
