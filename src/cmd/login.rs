//! `awsenv login`: a person signs in to IAM Identity Center, unless they are.

use crate::cli::LoginArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::choose;
use crate::ops::sign_in::{self, Done, Target, Way};
use crate::redact::shown;
use crate::sys::clock::local;

/// Nothing goes to stdout.
pub fn run(context: &Context, args: LoginArgs) -> Result<Outcome, Error> {
    let name = args.name.as_deref().map(choose::utf8).transpose()?;
    let Target { session, calls } = sign_in::target(context, name, args.session, "awsenv login NAME")?;
    let way = Way {
        is_device: args.device,
        is_closed: args.no_browser,
        has_qr: args.qr,
        is_forced: args.force,
        until: None,
    };
    let Done { until, was_in } = sign_in::sign_in(context, &session, &calls, &way)?;
    let already = if was_in { "already " } else { "" };
    let until = local(until).map_or(String::new(), |at| format!(" until {at}"));
    let name = shown(session.cache_name());
    context
        .ui
        .tell(format!("you are {already}signed in to `{name}`{until}"));
    Ok(Outcome::Done(0))
}
