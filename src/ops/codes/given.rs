//! The one code of `--mfa-code`.

use std::cell::RefCell;

use crate::cli::GivenCode;
use crate::credentials::code;
use crate::provider::NoCode;
use crate::secret::Secret;
use crate::sys::stdin;

/// AWS takes a code once, so it is given once.
#[derive(Debug, Default)]
pub(super) struct Given(RefCell<State>);

#[derive(Debug, Default)]
enum State {
    #[default]
    None,
    Left(GivenCode),
    /// The last question got it.
    Spent,
}

impl Given {
    pub(super) fn new(code: Option<GivenCode>) -> Self {
        Self(RefCell::new(code.map_or(State::None, State::Left)))
    }

    /// Whether there is one that was not needed yet.
    pub(super) fn is_left(&self) -> bool {
        matches!(*self.0.borrow(), State::Left(_))
    }

    /// Whether the last question got it.
    pub(super) fn is_spent(&self) -> bool {
        matches!(*self.0.borrow(), State::Spent)
    }

    /// `None` if the command line gives none, or an earlier question has had it, so that others are asked. `is_again`:
    /// whether the question was asked before.
    pub(super) fn take(&self, is_again: bool) -> Option<Result<Secret<String>, NoCode>> {
        let (next, taken) = match self.0.take() {
            State::Left(GivenCode::Code(code)) => (State::Spent, Some(Ok(code))),
            State::Left(GivenCode::Stdin) => (State::Spent, Some(of_stdin())),
            State::Spent if is_again => (State::Spent, Some(Err(NoCode::Spent))),
            State::Spent | State::None => (State::None, None),
        };
        self.0.replace(next);
        taken
    }
}

fn of_stdin() -> Result<Secret<String>, NoCode> {
    let failed = |why: String| NoCode::Failed { place: None, why };
    let line = stdin::line().map_err(|error| failed(format!("stdin cannot be read: {error}")))?;
    let text = std::str::from_utf8(&line).ok();
    let code = text.and_then(code::parse);
    code.ok_or_else(|| failed("the first line of stdin is not six digits".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_given_once() {
        let none = Given::new(None);
        assert!(none.take(false).is_none() && none.take(true).is_none() && !none.is_left());
        let code = Secret::new("012345".to_owned());
        let given = Given::new(Some(GivenCode::Code(code.clone())));
        assert!(given.is_left());
        assert_eq!(given.take(false), Some(Ok(code)));
        assert!(!given.is_left() && given.is_spent() && !none.is_spent());
        assert_eq!(given.take(true), Some(Err(NoCode::Spent)));
        assert_eq!(given.take(true), Some(Err(NoCode::Spent)));
        // Another device has other codes.
        assert!(given.take(false).is_none() && given.take(true).is_none() && !given.is_spent());
    }
}
