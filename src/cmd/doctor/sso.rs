//! The sessions of IAM Identity Center: who is signed in, what cannot be renewed, and which files others can read.

use super::access;
use super::check::Check;
use super::finding::{Finding, Status};
use crate::context::Context;
use crate::credentials::Timestamp;
use crate::ops::files::Files;
use crate::ops::sso::sessions;
use crate::ops::sso::status;
use crate::redact::shown;
use crate::resolve::SsoSession;
use crate::sys;
use crate::sys::clock::local;

pub(super) fn check(context: &Context, files: &Files) -> Vec<Finding> {
    let tokens = context.tokens();
    let now = context.process.now;
    let of_session = |session: &SsoSession| {
        let status = status::Status::of(&tokens, session, now);
        of_status(files, session, &status, now)
    };
    let sessions = sessions::all(files);
    let kept = sys::sso::left::secret_files(context.env());
    let readable = kept.iter().filter_map(|path| access::readable(path));
    sessions.iter().map(of_session).chain(readable).collect()
}

fn of_status(files: &Files, session: &SsoSession, status: &status::Status, now: Timestamp) -> Finding {
    let name = shown(session.cache_name());
    let time = |at: Timestamp| local(at).unwrap_or_default();
    let found = |check, grade, message: String| Finding::new(check, grade, message).at(&session.region_place);
    let login = || sessions::login(files, session);
    let lasts = |end: Option<Timestamp>| end.filter(|end| *end > now);
    match (lasts(status.expires), status.expires) {
        (None, _) if status.is_refreshable => {
            let message = format!("the sign-in to `{name}` is renewed when it is used");
            found(Check::SsoSession, Status::Ok, message)
        }
        (None, Some(end)) => {
            let message = format!("the sign-in to `{name}` expired at {}", time(end));
            found(Check::SsoSession, Status::Warn, message).remedy(login())
        }
        (None, None) => {
            let message = format!("you are not signed in to `{name}`");
            found(Check::SsoSession, Status::Ok, message)
        }
        (Some(end), _) => match status.registration_expires {
            Some(over) if over <= now && !status.is_refreshable => {
                let message = format!(
                    "the sign-in to `{name}` cannot be renewed when it ends at {}: its registration ended at {}",
                    time(end),
                    time(over)
                );
                found(Check::SsoRegistration, Status::Warn, message).remedy(login().flag("--force"))
            }
            _ => {
                let message = format!("`{name}` is signed in until {}", time(end));
                found(Check::SsoSession, Status::Ok, message)
            }
        },
    }
}
