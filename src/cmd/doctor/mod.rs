//! `awsenv doctor`: what is wrong or will be, each with its remedy.

mod access;
mod boto;
mod environment;
mod files;
mod fish;
mod keychain;
mod leftovers;
mod process;
mod prompt;
mod shell;

use std::path::PathBuf;

use serde_json::json;

use crate::advice::Advice;
use crate::cli::DoctorArgs;
use crate::config::Place;
use crate::context::{Context, Outcome};
use crate::error::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Ok,
    /// Works, but not as expected.
    Warn,
    /// Does not work, or is not safe.
    Fail,
}

impl Status {
    /// As in JSON and at the start of a line.
    fn as_str(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail => "fail",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Finding {
    check: &'static str,
    status: Status,
    message: String,
    remedy: Option<Advice>,
    file: Option<PathBuf>,
    line: Option<u32>,
}

impl Finding {
    fn new(check: &'static str, status: Status, message: impl Into<String>) -> Self {
        Self {
            check,
            status,
            message: message.into(),
            remedy: None,
            file: None,
            line: None,
        }
    }

    fn remedy(mut self, remedy: impl Into<Advice>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    fn at(mut self, place: &Place) -> Self {
        self.file = Some(place.file.to_path_buf());
        self.line = Some(place.line);
        self
    }

    fn in_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.file = Some(file.into());
        self
    }
}

/// Checks everything that can be checked without questions, and with `--keychain` also the keychain; exits with status
/// 1 if something fails.
pub fn run(context: &Context, args: DoctorArgs) -> Result<Outcome, Error> {
    let _state = context.state();
    let mut findings = files::check(context);
    findings.extend(leftovers::check(context.env()));
    findings.extend(environment::check(context));
    findings.extend(keychain::check(context.env(), &context.keychain(), args.keychain));
    findings.extend(fish::check(context.env()));
    findings.extend(shell::check(context));
    findings.extend(prompt::check(context));
    let status = u8::from(findings.iter().any(|finding| finding.status == Status::Fail));
    let text = if args.json {
        as_json(context, &findings)
    } else {
        as_text(context, &findings)
    };
    Ok(Outcome::Text(text, status))
}

fn as_json(context: &Context, findings: &[Finding]) -> String {
    let list: Vec<_> = findings
        .iter()
        .map(|finding| {
            json!({
                "check": finding.check, "status": finding.status.as_str(), "message": finding.message,
                "remedy": finding.remedy.as_ref().map(|remedy| context.ui.raw_advice(remedy)),
                "file": finding.file.as_ref().map(|file| file.display().to_string()),
                "line": finding.line,
            })
        })
        .collect();
    format!("{}\n", serde_json::Value::from(list))
}

fn as_text(context: &Context, findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let word = finding.status.as_str();
        let code = match finding.status {
            Status::Ok => "32",
            Status::Warn => "33",
            Status::Fail => "31",
        };
        let word = if context.ui.color_out {
            format!("\x1b[{code}m{word:<4}\x1b[0m")
        } else {
            format!("{word:<4}")
        };
        text += &format!("{word}  {}: ", finding.check);
        if let Some(file) = &finding.file {
            let line = finding.line.map_or(String::new(), |line| format!(":{line}"));
            text += &format!("{}{line}: ", context.ui.shown(&file.display().to_string()));
        }
        text += &format!("{}\n", context.ui.shown(&finding.message));
        if let Some(remedy) = &finding.remedy {
            text += &format!("      fix: {}\n", context.ui.advice(remedy));
        }
    }
    text
}
