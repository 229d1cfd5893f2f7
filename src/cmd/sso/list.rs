//! `awsenv sso list`: the sessions, and until when each is signed in. Asks nobody.

use serde_json::{Value, json};

use crate::cli::SsoListArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::error::Error;
use crate::ops::files::Files;
use crate::ops::sso::sessions;
use crate::ops::sso::status::Status;
use crate::ops::table;
use crate::redact::{self, harmless, shown};
use crate::resolve::SsoSession;
use crate::sys::clock::local;

const HEADER: [&str; 4] = ["SESSION", "SIGNED IN", "REGION", "START URL"];

pub(super) fn run(context: &Context, args: &SsoListArgs) -> Result<Outcome, Error> {
    let files = Files::load(context)?;
    let tokens = context.tokens();
    let status = |session: SsoSession| {
        let status = Status::of(&tokens, &session, context.process.now);
        (session, status)
    };
    let rows: Vec<_> = sessions::all(&files).into_iter().map(status).collect();
    let mut is_complete = true;
    for error in sessions::incomplete(&files) {
        is_complete = false;
        context.ui.warn(error.message);
    }
    if args.json {
        let rows: Vec<Value> = rows.iter().map(as_json).collect();
        return Ok(Outcome::Text(redact::json(rows.into()), 0));
    }
    if rows.is_empty() && is_complete {
        context.ui.error(&sessions::none(&files));
    }
    let cells = rows.iter().map(|(session, status)| {
        [
            shown(session.cache_name()),
            signed_in(status, context.process.now),
            shown(&session.region),
            shown(&session.start_url),
        ]
    });
    Ok(Outcome::Text(table::of(context, HEADER, cells.collect()), 0))
}

fn as_json((session, status): &(SsoSession, Status)) -> Value {
    let time = |time: Option<Timestamp>| time.and_then(Timestamp::to_rfc3339);
    json!({
        "session": session.name.as_deref().and_then(harmless), "start_url": harmless(&session.start_url),
        "region": harmless(&session.region),
        "signed_in": status.is_signed_in(), "expires": time(status.expires), "refreshable": status.is_refreshable,
        "registration_expires": time(status.registration_expires),
    })
}

fn signed_in(status: &Status, now: Timestamp) -> String {
    let Some(end) = status.expires else {
        return "no".to_owned();
    };
    let shown = local(end).unwrap_or_default();
    match (status.is_refreshable, end > now) {
        (true, true) => format!("until {shown}, renews automatically"),
        (true, false) => format!("renewed when it is used (expired {shown})"),
        (false, true) => format!("until {shown}"),
        (false, false) => format!("no (expired {shown})"),
    }
}
