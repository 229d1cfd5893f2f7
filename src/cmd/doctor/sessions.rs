//! Whether temporary keys are kept between runs, and where the key that encrypts them is. Makes none.

use super::check::Check;
use super::finding::{Finding, Status};
use crate::sys::sessions::{State, Store};
use crate::text::display;

/// `try_it` asks also a keychain that may wait for the user.
pub(super) fn check(store: &Store<'_>, try_it: bool) -> Finding {
    match store.state(try_it) {
        State::Off => Finding::new(
            Check::Sessions,
            Status::Ok,
            "`sessions = off`: temporary keys are not kept",
        ),
        State::Kept(place) => {
            let message = format!("temporary keys are kept encrypted, with the key in {}", display(&place));
            Finding::new(Check::Sessions, Status::Ok, message)
        }
        State::NotKept(whys) => {
            let whys: Vec<String> = whys.iter().map(|why| display(why)).collect();
            let message = format!("temporary keys are not kept between runs: {}", whys.join("; "));
            Finding::new(Check::Sessions, Status::Warn, message)
                .remedy("make one of these places usable, or set `sessions = off` in the settings")
        }
    }
}
