//! What a check comes to.

use std::path::PathBuf;

use super::check::Check;
use crate::advice::Advice;
use crate::config::Place;

/// In the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    /// Does not work, or is not safe.
    Fail,
    /// Works, but not as expected.
    Warn,
    Ok,
}

impl Status {
    /// As in JSON and at the start of a line.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail => "fail",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) check: Check,
    pub(super) status: Status,
    pub(super) message: String,
    /// The message where the finding is the example of its kind, if that should be shorter.
    pub(super) example: Option<String>,
    pub(super) remedy: Option<Advice>,
    /// What helps against all findings of the kind.
    pub(super) for_all: Option<Advice>,
    pub(super) file: Option<PathBuf>,
    pub(super) line: Option<u32>,
}

impl Finding {
    pub(super) fn new(check: Check, status: Status, message: impl Into<String>) -> Self {
        Self {
            check,
            status,
            message: message.into(),
            example: None,
            remedy: None,
            for_all: None,
            file: None,
            line: None,
        }
    }

    pub(super) fn example(mut self, message: impl Into<String>) -> Self {
        self.example = Some(message.into());
        self
    }

    pub(super) fn remedy(mut self, remedy: impl Into<Advice>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    pub(super) fn for_all(mut self, remedy: impl Into<Advice>) -> Self {
        self.for_all = Some(remedy.into());
        self
    }

    pub(super) fn at(mut self, place: &Place) -> Self {
        self.file = Some(place.file.to_path_buf());
        self.line = Some(place.line);
        self
    }

    pub(super) fn is_at(&self, place: &Place) -> bool {
        self.file.as_deref() == Some(&*place.file) && self.line == Some(place.line)
    }

    pub(super) fn in_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }
}
