//! Mistakes in awsenv's own settings.

use super::check::Check;
use super::finding::{Finding, Status};
use crate::config::settings::Problem;
use crate::context::Context;
use crate::near::meant;
use crate::redact::shown;
use crate::sys;

pub(super) fn check(context: &Context) -> Vec<Finding> {
    let problems = context.problems().iter().map(problem);
    problems.chain(ignored(context)).collect()
}

fn problem(problem: &Problem) -> Finding {
    let status = if problem.is_guarded { Status::Fail } else { Status::Warn };
    Finding {
        line: problem.line,
        ..Finding::new(Check::Settings, status, problem.why.clone()).in_file(&problem.path)
    }
}

/// Kinds that are switched off and do not exist.
fn ignored(context: &Context) -> impl Iterator<Item = Finding> {
    let path = sys::settings::path(&context.process.env);
    let is_kind = |word: &String| Check::all().any(|kind| kind.as_str() == word);
    let settings = context.settings();
    let words = settings.doctor_ignore.iter();
    words.filter(move |word| !is_kind(word)).map(move |word| {
        let message = format!(
            "`ignore` in `[doctor]` names `{}`, which is no kind of finding",
            shown(word)
        );
        let finding = Finding {
            line: settings.lines.get("ignore").copied(),
            ..Finding::new(Check::Settings, Status::Warn, message)
        };
        let finding = path.iter().fold(finding, Finding::in_file);
        match meant(word, Check::all().map(Check::as_str)) {
            Some(right) => finding.remedy(format!("did you mean `{right}`?")),
            None => finding.remedy("use the names that `awsenv doctor` shows"),
        }
    })
}
