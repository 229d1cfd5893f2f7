//! What the next call of this shell will meet: it fails here where `current` does.

use super::check::Check;
use super::files::{is_said, of_foreseen};
use super::finding::{Finding, Status};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ops::files::Files;
use crate::ops::{now, outlook};
use crate::resolve::{Choice, How};

/// Adds a failure, unless another finding is about the same: that one becomes the failure.
pub(super) fn check(context: &Context, files: &Files, findings: &mut Vec<Finding>) {
    let choice = now::choice(context);
    let found = now::plan(context, files, &choice).map(|plan| {
        let is_nothing = choice.how == How::Implicit && plan.base.is_none();
        let found = (!is_nothing).then(|| outlook::of(context, files, &choice, &plan));
        let first = found.into_iter().flatten().next().filter(|found| found.is_certain);
        let first = first.filter(|found| !is_said(files, plan.owner(&choice.name), found, findings));
        first.map(of_foreseen)
    });
    let Some(failure) = found.unwrap_or_else(|error| Some(of_error(&choice, error))) else {
        return;
    };
    let is_same = |finding: &Finding| {
        let is_placed = failure.line.is_some() && (&finding.file, finding.line) == (&failure.file, failure.line);
        is_placed || finding.message.contains(&failure.message) || failure.message.contains(&finding.message)
    };
    let is_said = findings.iter().any(|finding| {
        // Of these there may be one for each profile.
        let is_of_profile = finding.line.is_some() && [Check::KeyInvalid, Check::TokenFile].contains(&finding.check);
        let is_kind = failure.check != Check::InUse && finding.check == failure.check && !is_of_profile;
        let is_kind = is_kind && failure.line.is_none();
        finding.status == Status::Fail && (is_kind || is_same(finding))
    });
    if is_said {
        return;
    }
    match findings
        .iter_mut()
        .find(|finding| finding.check == failure.check && finding.line == failure.line)
    {
        Some(finding) => finding.status = Status::Fail,
        None => findings.push(failure),
    }
}

fn of_error(choice: &Choice, error: Error) -> Finding {
    let check = match error.kind {
        Kind::ProfileNotFound if choice.name.is_empty() => Check::ProfileVariableEmpty,
        Kind::ProfileNotFound => Check::ProfileUndefined,
        Kind::PartialCredentials => Check::HalfKeyPair,
        _ => Check::InUse,
    };
    let finding = Finding::new(check, Status::Fail, error.message);
    error.hints.into_iter().take(1).fold(finding, Finding::remedy)
}
