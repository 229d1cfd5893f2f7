//! A person in front of a window.

use std::io::ErrorKind;
use std::time::Duration;

use super::words::{MISTYPED, REJECTED, SENT};
use crate::credentials::code;
use crate::env::Env;
use crate::provider::{Again, NoCode};
use crate::secret::Secret;
use crate::sys::clock;
use crate::sys::dialog::{Answer, Dialog};

/// Asks until six digits are typed; `what` says which and what for. `None` if no window can be shown.
pub(super) fn ask(
    env: &Env,
    what: &str,
    again: Option<Again>,
    left: Option<Duration>,
) -> Option<Result<Secret<String>, NoCode>> {
    let dialog = Dialog::find(env).ok()?;
    let start = clock::elapsed();
    let mut said = again.map(|again| if again == Again::Rejected { REJECTED } else { SENT });
    loop {
        let text = match said {
            Some(said) => format!("{said}.\n{what}:"),
            None => format!("{what}:"),
        };
        let limit = left.map(|left| left.saturating_sub(clock::elapsed().saturating_sub(start)));
        match dialog.ask(&text, env, limit) {
            Ok(Answer::Line(line)) => match code::parse(line.expose()) {
                Some(code) => return Some(Ok(code)),
                None => said = Some(MISTYPED),
            },
            Ok(Answer::Cancelled) => return Some(Err(NoCode::Cancelled)),
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                return Some(Err(NoCode::Late(left.unwrap_or_default().as_secs())));
            }
            Err(_) => return None,
        }
    }
}
