//! The way to AWS STS, tried by one request without keys: whatever the answer says, its host was found, reached and
//! trusted, and it tells the time.

use std::time::Duration;

use super::check::Check;
use super::finding::{Finding, Status};
use crate::aws::{Answer, Method, Request, Service};
use crate::context::Context;
use crate::error::Error;
use crate::error::call::{SET_CLOCK, way};
use crate::ops::files::Files;
use crate::ops::now;
use crate::provider::Http as _;
use crate::provider::call::MOST_SKEW;
use crate::redact::shown;
use crate::resolve::CredentialPlan;
use crate::secret::Secret;
use crate::sys;

/// For all of the way.
const LIMIT: Duration = Duration::from_secs(15);

/// Tries the way that the calls of this shell's profile would go.
pub(super) fn check(context: &Context, files: &Files) -> Vec<Finding> {
    let choice = now::choice(context);
    match now::plan(context, files, &choice).and_then(|plan| tried(context, &plan)) {
        Ok(findings) => findings,
        Err(error) => vec![failed(error.message)],
    }
}

fn tried(context: &Context, plan: &CredentialPlan) -> Result<Vec<Finding>, Error> {
    let calls = &plan.calls;
    let endpoint = calls.endpoint(Service::Sts, &plan.call_region())?;
    let travel = calls.travel(&endpoint.url)?;
    let request = Request {
        method: Method::Get,
        url: endpoint.url.clone(),
        headers: Vec::new(),
        body: Secret::default(),
    };
    let sent = context.http().send(&request, &travel.transport(), LIMIT);
    let now = sys::clock::now();
    Ok(match sent {
        Ok(answer) => {
            let url = shown(&endpoint.url);
            let through = travel
                .proxy
                .map_or(String::new(), |proxy| format!(" through the proxy {}", proxy.shown));
            let message = format!("AWS STS can be reached at {url}{through}");
            let reached = Finding::new(Check::Network, Status::Ok, message);
            std::iter::once(reached).chain(clock(&answer, now.0)).collect()
        }
        Err(fault) => {
            let way = way(&endpoint.url, travel.proxy.as_ref(), &fault);
            let finding = failed(way.why);
            vec![way.remedy.into_iter().fold(finding, Finding::remedy)]
        }
    })
}

fn failed(message: String) -> Finding {
    Finding::new(Check::Network, Status::Fail, message)
}

fn clock(answer: &Answer, now: i64) -> Option<Finding> {
    let fast = now.saturating_sub(answer.date?.0);
    if fast.abs() <= MOST_SKEW {
        let message = "the clock of this machine agrees with that of AWS";
        return Some(Finding::new(Check::Network, Status::Ok, message));
    }
    let way = if fast > 0 { "fast" } else { "slow" };
    let message = format!(
        "the clock of this machine is {} min {way}, by the time of AWS",
        fast.abs() / 60
    );
    Some(failed(message).remedy(SET_CLOCK))
}
