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
use crate::awscli::token::Token;
use crate::context::Context;
use crate::credentials::Timestamp;
use crate::error::{Error, Kind};
use crate::ops::ask;
use crate::ops::files::Files;
use crate::ops::ports::Outside;
use crate::ops::sso::sessions;
use crate::provider::sign_in::{Desk, SignIn, Signed};
use crate::provider::sso::{self, Portal};
use crate::provider::{self, Ports, SignedOut, Wants};
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

/// Makes the token of a session usable for a while: by what is there and AWS accepts, by renewing it, or by a person who
/// signs in.
///
/// # Errors
/// Nobody signs in, or the token cannot be kept. What was there before still is.
pub fn sign_in(context: &Context, session: &SsoSession, calls: &Calls, way: &Way) -> Result<Done, Error> {
    run(context, session, calls, way, Proof::Portal, ask::check_willing)
}

/// What shows that a person is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// The file of the token.
    File,
    /// The portal, which accepts the token.
    Portal,
}

/// `check` says what keeps a person from being asked.
fn run(
    context: &Context,
    session: &SsoSession,
    calls: &Calls,
    way: &Way,
    proof: Proof,
    check: fn(&Context) -> Result<(), &'static str>,
) -> Result<Done, Error> {
    let outside = Outside::new(context);
    let ports = outside.ports();
    let found = match way.is_forced {
        true => Found::Useless,
        false => found(session, calls, way, proof, ports)?,
    };
    if let Found::Lasting(until) = found {
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
        is_forced: found == Found::Useless,
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

/// A token that takes no person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// It lasts until then.
    Lasting(Timestamp),
    /// There is none, or it ends soon.
    Nothing,
    /// It is of no use, however long it may last.
    Useless,
}

fn found(session: &SsoSession, calls: &Calls, way: &Way, proof: Proof, ports: Ports<'_>) -> Result<Found, Error> {
    let wants = &Wants {
        until: way.until,
        ..Wants::default()
    };
    let token = match proof {
        Proof::File => sso::token(session, calls, wants, ports),
        Proof::Portal => {
            let portal = Portal {
                session,
                calls,
                wants,
                ports,
            };
            portal.token()
        }
    };
    let is_ours = |token: &Token| token.start_url.as_ref().is_none_or(|url| *url == session.start_url);
    match token {
        // The session has led elsewhere before.
        Ok(token) if !is_ours(&token) => Ok(Found::Useless),
        Ok(token) if token.expires.seconds_from(clock::now()) > MARGIN => Ok(Found::Lasting(token.expires)),
        Ok(_) => Ok(Found::Nothing),
        Err(provider::Error::LoginRequired {
            why: SignedOut::Ended, ..
        }) => Ok(Found::Useless),
        Err(provider::Error::LoginRequired { .. }) => Ok(Found::Nothing),
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
