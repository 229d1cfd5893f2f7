//! A setting of a call, and what it is set by.

use crate::config::Value;
use crate::env::Env;
use crate::resolve::Error;
use crate::resolve::origin::Source;
use crate::secret::Secret;

/// A value as it is written; nothing is wrong with it until a call takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Setting {
    pub(super) key: &'static str,
    /// `None` for a block of lines. A URL may have a password.
    pub(super) text: Option<Secret<String>>,
    pub(super) source: Source,
}

impl Setting {
    pub(super) fn of_variable(env: &Env, key: &'static str, variable: &'static str) -> Option<Self> {
        Some(Self {
            key,
            text: Some(Secret::new(env.os(variable)?.to_string_lossy().into_owned())),
            source: Source::Variable(variable),
        })
    }

    pub(super) fn of_value(key: &'static str, value: Value<'_>) -> Self {
        Self {
            key,
            text: (!value.is_nested()).then(|| Secret::new(value.text().to_owned())),
            source: Source::Profile(value.place()),
        }
    }

    /// The text; empty for a block.
    pub(super) fn text(&self) -> &str {
        self.text.as_ref().map_or("", |text| text.expose())
    }

    /// Whether it is there, and empty: then botocore looks for an endpoint elsewhere.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_some() && self.text().is_empty()
    }

    /// As botocore's `ensure_boolean`, to which everything else is false.
    pub(super) fn is_true(&self) -> bool {
        self.text().eq_ignore_ascii_case("true")
    }

    /// What is wrong with it; `needs` completes "must be".
    pub(super) fn refused(&self, needs: &'static str) -> Error {
        Error::BadSetting {
            key: self.key,
            needs,
            source: self.source.clone(),
        }
    }
}
