//! What is wrong with a value, wherever it is.

use super::{Mistake, MistakeCode};
use crate::config::value::Value;

/// A mistake without its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub(super) code: MistakeCode,
    pub what: String,
    pub instead: String,
    pub is_certain: bool,
}

impl Wrong {
    pub(super) fn new(code: MistakeCode, what: String, instead: impl Into<String>) -> Self {
        let instead = instead.into();
        Self {
            code,
            what,
            instead,
            is_certain: true,
        }
    }

    /// Of a value that stops calls.
    pub fn of_value(what: String, instead: String) -> Self {
        Self::new(MistakeCode::Value, what, instead)
    }

    pub fn at(self, value: Value<'_>) -> Mistake {
        Mistake {
            code: self.code,
            place: value.place(),
            profile: None,
            what: self.what,
            instead: self.instead,
            is_certain: self.is_certain,
        }
    }
}
