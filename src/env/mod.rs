//! The environment as a value: taken once, read everywhere, never changed.

pub mod diff;
pub mod limits;
pub mod names;
pub mod origin;
pub mod session;
pub mod state;
pub mod wish;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::sync::Arc;

/// A snapshot of the process environment. `Debug` shows names only: values may be secrets.
///
/// Clones share it, and a copy is made when one of them changes: a start clones it several times.
#[derive(Clone, Default)]
pub struct Env(Arc<BTreeMap<OsString, OsString>>);

impl Env {
    /// An empty value is a value.
    pub fn os(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// `None` when it is absent or not UTF-8.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.os(name)?.to_str()
    }

    /// Like [`Env::text`], but an empty value counts as absent.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.text(name).filter(|value| !value.is_empty())
    }

    /// The same with one variable more, or another value of it.
    pub fn with(mut self, name: &str, value: &OsStr) -> Self {
        Arc::make_mut(&mut self.0).insert(name.into(), value.to_owned());
        self
    }

    /// The same without that variable.
    pub fn without(mut self, name: &str) -> Self {
        if self.os(name).is_some() {
            Arc::make_mut(&mut self.0).remove(OsStr::new(name));
        }
        self
    }

    /// Ordered by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Env {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(vars: I) -> Self {
        let vars = vars.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(Arc::new(vars.collect()))
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
