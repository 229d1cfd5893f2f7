//! Signing in to IAM Identity Center: which way suits this machine, who is asked, and what follows.

mod offer;
mod person;
mod qr;
mod region;
mod target;

pub use offer::{Login, Offer};
pub use target::{Target, target};

use std::time::Duration;

use crate::aws::oidc::Flow;
use crate::context::Context;
use crate::credentials::Timestamp;
use crate::error::{Error, Kind};
use crate::ops::ask;
use crate::ops::files::Files;
use crate::ops::ports::Outside;
use crate::ops::sso::sessions;
use crate::provider::sign_in::{Desk, SignIn, Signed};
use crate::provider::{self, Ports, Wants, sso};
use crate::redact::shown;
use crate::resolve::{Calls, SsoSession};
use crate::session::MARGIN;
use crate::sys::browser::Browser;
use crate::sys::{clock, loopback, random};

use self::person::{AtTerminal, Opener};

/// How a person is to sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// With a code for any browser, also where one of this machine could bring it back.
    pub is_device: bool,
    /// Without a browser being opened.
    pub is_closed: bool,
    /// With the page as a QR code.
    pub has_qr: bool,
    /// Although the person is signed in.
    pub is_forced: bool,
    /// Until when everything must be done, as in [`Wants`].
    pub until: Option<Duration>,
}

/// A person who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    pub until: Timestamp,
    /// Whether they were so before.
    pub was_in: bool,
}

/// Makes the token of a session usable for a while: by what is there, by renewing it, or by a person who signs in.
///
/// # Errors
/// Nobody signs in, or the token cannot be kept. What was there before still is.
pub fn sign_in(context: &Context, session: &SsoSession, calls: &Calls, way: &Way) -> Result<Done, Error> {
    run(context, session, calls, way, ask::check_willing)
}

/// `check` says what keeps a person from being asked.
fn run(
    context: &Context,
    session: &SsoSession,
    calls: &Calls,
    way: &Way,
    check: fn(&Context) -> Result<(), &'static str>,
) -> Result<Done, Error> {
    let outside = Outside::new(context);
    let ports = outside.ports();
    if !way.is_forced
        && let Some(until) = renewed(session, calls, way, ports)?
    {
        return Ok(Done { until, was_in: true });
    }
    check(context).map_err(|why| unattended(context, session, why))?;
    let browser = Browser::find(context.env());
    let flow = flow(context, session, way, &browser);
    let opener = Opener {
        browser: browser.ok().filter(|_| !way.is_closed),
        env: context.env(),
    };
    let sign_in = SignIn {
        session,
        calls,
        flow,
        is_forced: way.is_forced,
        until: way.until,
        ports,
        desk: Desk {
            person: &AtTerminal::new(context, way.has_qr),
            browser: &opener,
            loopback: &loopback::Ports,
            random: &random::System,
        },
    };
    let Signed { token, moved } = sign_in.run()?;
    if let Some(region) = moved {
        region::moved(context, session, &region);
    }
    Ok(Done {
        until: token.expires,
        was_in: false,
    })
}

/// Until when a token lasts that takes no person; `None` if it ends soon, or there is none.
fn renewed(session: &SsoSession, calls: &Calls, way: &Way, ports: Ports<'_>) -> Result<Option<Timestamp>, Error> {
    let wants = Wants {
        until: way.until,
        ..Wants::default()
    };
    match sso::token(session, calls, &wants, ports) {
        Ok(token) => Ok(Some(token.expires).filter(|end| end.seconds_from(clock::now()) > MARGIN)),
        Err(provider::Error::LoginRequired { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn flow(context: &Context, session: &SsoSession, way: &Way, browser: &Result<Browser, String>) -> Flow {
    // A phone cannot bring a code to a port of this machine, and a start URL alone has no other flow.
    if way.is_device || way.has_qr || session.name.is_none() {
        return Flow::Device;
    }
    match browser {
        Ok(_) => Flow::Code,
        Err(why) => {
            context.ui.tell(format!(
                "no browser can be opened here, so any other one will do: {why}"
            ));
            Flow::Device
        }
    }
}

/// Nobody can be asked to sign in; `why` says what is in the way.
fn unattended(context: &Context, session: &SsoSession, why: &str) -> Error {
    let message = format!(
        "you need to sign in to `{}`, and awsenv cannot ask you to: {why}",
        shown(session.cache_name())
    );
    match Files::load(context) {
        Ok(files) => Error::new(Kind::LoginRequired, message).hint(sessions::login(&files, session)),
        Err(error) => error,
    }
}
