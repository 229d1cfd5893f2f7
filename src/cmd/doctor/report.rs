//! Findings -> text for people, and JSON.

use serde_json::json;

use super::finding::{Finding, Status};
use crate::redact;
use crate::ui::Ui;

/// Every finding.
pub(super) fn as_json(ui: &Ui, findings: &[Finding]) -> String {
    let list: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({
                "check": finding.check.as_str(), "status": finding.status.as_str(), "message": finding.message,
                "remedy": finding.remedy.as_ref().map(|remedy| ui.raw_advice(remedy)),
                "file": finding.file.as_ref().map(|file| file.display().to_string()),
                "line": finding.line,
            })
        })
        .collect();
    redact::json(list.into())
}

/// One line for each kind that fails or warns, failures first, and a summary; with `--verbose` every finding.
pub(super) fn as_text(ui: &Ui, findings: &[Finding], ignored: &[String]) -> String {
    let is_ignored = |finding: &&Finding| {
        finding.status == Status::Warn && ignored.iter().any(|kind| kind == finding.check.as_str())
    };
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| finding.status);
    let mut text = String::new();
    if ui.is_verbose() {
        for finding in &sorted {
            text += &entry(ui, finding, &[*finding]);
        }
        return text + &summary(&sorted, 0, false);
    }
    let hidden = sorted.iter().copied().filter(is_ignored).count();
    sorted.retain(|finding| !is_ignored(finding));
    let kinds = kinds(&sorted);
    for kind in &kinds {
        text += &entry(ui, kind[0], kind);
    }
    text + &summary(&sorted, hidden, kinds.len() < findings.len())
}

/// The findings of each kind that fails or warns, in the order of their first ones.
fn kinds<'a>(sorted: &[&'a Finding]) -> Vec<Vec<&'a Finding>> {
    let mut kinds: Vec<Vec<&Finding>> = Vec::new();
    for finding in sorted.iter().filter(|finding| finding.status != Status::Ok) {
        let is_same = |kind: &&mut Vec<&Finding>| kind[0].check == finding.check && kind[0].status == finding.status;
        match kinds.iter_mut().find(is_same) {
            Some(kind) => kind.push(finding),
            None => kinds.push(vec![finding]),
        }
    }
    kinds
}

/// A finding as the example of its kind.
fn entry(ui: &Ui, example: &Finding, kind: &[&Finding]) -> String {
    let word = example.status.as_str();
    let code = match example.status {
        Status::Ok => "32",
        Status::Warn => "33",
        Status::Fail => "31",
    };
    let word = if ui.color_out {
        format!("\x1b[{code}m{word:<4}\x1b[0m")
    } else {
        format!("{word:<4}")
    };
    let count = if kind.len() > 1 {
        format!(" ({})", kind.len())
    } else {
        String::new()
    };
    let mut text = format!("{word}  {}{count}: ", example.check.as_str());
    let place = example.file.as_ref().map(|file| {
        let line = example.line.map_or(String::new(), |line| format!(":{line}"));
        format!("{}{line}: ", file.display())
    });
    let place = place.unwrap_or_default();
    let message = example.example.as_ref().filter(|_| !ui.is_verbose());
    let mut message = message.unwrap_or(&example.message).clone();
    // An error that it quotes may begin with the same place.
    if !place.is_empty() {
        message = message.replace(&place, "");
    }
    text += &format!("{}{}\n", ui.shown(&place), ui.shown(&message));
    let remedy = example.for_all.as_ref().filter(|_| kind.len() > 1);
    if let Some(remedy) = remedy.or(example.remedy.as_ref()) {
        text += &format!("      fix: {}\n", ui.advice(remedy));
    }
    text
}

/// `hidden` are warnings that the settings switch off; `has_more` says that `-v` shows more than was shown.
fn summary(findings: &[&Finding], hidden: usize, has_more: bool) -> String {
    let count = |status| findings.iter().filter(|finding| finding.status == status).count();
    let kinds = |status| {
        let kinds = kinds(findings).iter().filter(|kind| kind[0].status == status).count();
        let of_all = count(status);
        if kinds < of_all && kinds > 1 {
            format!(" of {kinds} kinds")
        } else {
            String::new()
        }
    };
    let counted = |status, word: &str| match count(status) {
        0 => format!("no {word}s"),
        1 => format!("1 {word}"),
        count => format!("{count} {word}s{}", kinds(status)),
    };
    let mut parts = vec![counted(Status::Fail, "failure"), counted(Status::Warn, "warning")];
    parts.push(format!("{} ok", count(Status::Ok)));
    parts.extend((hidden > 0).then(|| format!("{hidden} switched off in the settings")));
    let more = if has_more {
        "; `awsenv doctor -v` shows everything"
    } else {
        ""
    };
    format!("{}{more}\n", parts.join(", "))
}
