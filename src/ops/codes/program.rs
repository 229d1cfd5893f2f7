//! A program that prints a code.

use std::io::ErrorKind;
use std::time::Duration;

use crate::config::Place;
use crate::credentials::code;
use crate::env::Env;
use crate::provider::NoCode;
use crate::redact;
use crate::secret::Secret;
use crate::sys::answer;

/// Enough to touch a key or to type a PIN.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the program. What it prints is never shown, because it may be a code. `place` is its line, and `left` how long all
/// may take.
///
/// # Errors
/// It has none, or the user ends it.
pub(super) fn run(
    words: Result<Vec<String>, String>,
    place: Option<&Place>,
    env: &Env,
    left: Option<Duration>,
) -> Result<Secret<String>, NoCode> {
    let failed = |why: String| NoCode::Failed {
        place: place.cloned(),
        why,
    };
    let words = words.map_err(|why| failed(format!("the command for it cannot be split into words: {why}")))?;
    let program = words.first().map_or(String::new(), |program| redact::program(program));
    let limit = left.map_or(PATIENCE, |left| left.min(PATIENCE));
    let answer = answer::ask(&words, env, answer::Place::Terminal, Some(limit));
    let answer = answer.map_err(|error| match error.kind() {
        ErrorKind::TimedOut => failed(format!("`{program}` printed none within {} s", limit.as_secs())),
        _ => failed(format!("`{program}` cannot be run: {error}")),
    })?;
    match answer.failure {
        None => {}
        Some(failure) if failure.is_interrupted => return Err(NoCode::Cancelled),
        Some(failure) => return Err(failed(format!("`{program}` failed ({})", failure.status))),
    }
    let code = code::parse(answer.line.expose());
    code.ok_or_else(|| failed(format!("the first line that `{program}` printed is not six digits")))
}
