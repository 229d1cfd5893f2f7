//! What a setting is set by.

use std::fmt;

use crate::config::Place;

/// What names the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionSource {
    Environment(&'static str),
    /// `--region`.
    Option,
    /// The profile's `region`.
    Profile(Place),
}

/// What sets one of the other settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Profile(Place),
    Variable(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Profile(place) => place.fmt(f),
            Source::Variable(name) => f.write_str(name),
        }
    }
}
