//! A program that prints a code.

use std::io::ErrorKind;
use std::time::Duration;

use super::source::Program;
use crate::credentials::code;
use crate::env::Env;
use crate::provider::NoCode;
use crate::secret::Secret;
use crate::sys::answer::{self, Place};

/// Enough to touch a key or to type a PIN.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the program. What it prints is never shown, because it may be a code. `left` is how long all may take.
///
/// # Errors
/// It has none, or the user ends it.
pub(super) fn run(program: &Program, env: &Env, left: Option<Duration>) -> Result<Secret<String>, NoCode> {
    let words = program
        .words
        .as_ref()
        .map_err(|why| program.failed(&format!("the command for codes cannot be split into words: {why}")))?;
    let limit = left.map_or(PATIENCE, |left| left.min(PATIENCE));
    let answer = answer::ask(words, env, Place::Terminal, Some(limit)).map_err(|error| match error.kind() {
        ErrorKind::TimedOut => program.failed(&format!("has printed no code within {} s", limit.as_secs())),
        _ => program.failed(&format!("cannot be run: {error}")),
    })?;
    match answer.failure {
        None => {}
        Some(failure) if failure.is_interrupted => return Err(NoCode::Cancelled),
        Some(failure) => return Err(program.failed(&format!("has failed ({})", failure.status))),
    }
    let code = code::parse(answer.line.expose());
    code.ok_or_else(|| program.failed("has printed something else than six digits on the first line"))
}
