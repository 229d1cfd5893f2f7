//! `awsenv doctor`: what is wrong or will be, each with its remedy.

mod access;
mod boto;
mod check;
mod environment;
mod files;
mod finding;
mod fish;
mod in_use;
mod keychain;
mod leftovers;
mod mfa;
mod mistakes;
mod network;
mod process;
mod prompt;
mod report;
mod sessions;
mod settings;
mod shell;
mod sso;
mod temporary;

pub use check::Check;

use crate::cli::DoctorArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::files::Files;

use finding::Status;

/// Checks everything that can be checked without questions, with `--keychain` also the keychain, and with
/// `--network` the way to AWS; exits with status
/// 1 if something fails.
pub fn run(context: &Context, args: DoctorArgs) -> Result<Outcome, Error> {
    let _state = context.state();
    // First, because loading the files reads the settings, and would warn about them.
    let mut findings = settings::check(context);
    let files = Files::load(context).ok();
    findings.extend(files::check(context, files.as_ref()));
    findings.extend(leftovers::check(context.env()));
    findings.extend(environment::check(context, files.as_ref()));
    if let Some(files) = &files {
        in_use::check(context, files, &mut findings);
    }
    findings.extend(keychain::check(context.env(), &context.keychain(), args.keychain));
    findings.extend(files.iter().flat_map(|files| sso::check(context, files)));
    findings.push(sessions::check(&context.sessions(), args.keychain));
    findings.extend(files.iter().flat_map(|files| mfa::check(context, files)));
    if let Some(files) = files.as_ref().filter(|_| args.network) {
        findings.extend(network::check(context, files));
    }
    findings.extend(fish::check(context.env()));
    findings.extend(shell::check(context));
    findings.extend(prompt::check(context));
    let status = u8::from(findings.iter().any(|finding| finding.status == Status::Fail));
    let text = if args.json {
        report::as_json(context.ui, &findings)
    } else {
        report::as_text(context.ui, &findings, &context.settings().doctor_ignore)
    };
    Ok(Outcome::Text(text, status))
}
