//! Where the codes of MFA devices come from, and what was got with them. Asks nobody and runs nothing.

use super::check::Check;
use super::finding::{Finding, Status};
use crate::context::Context;
use crate::ops::codes::Source;
use crate::ops::files::Files;
use crate::redact::{program, shown};
use crate::resolve::{Choice, Device};
use crate::session::{Kind, Session};
use crate::sys;
use crate::sys::clock::local;
use crate::sys::dialog::Dialog;
use crate::text::display;

/// Nothing where no profile takes a code.
pub(super) fn check(context: &Context, files: &Files) -> Vec<Finding> {
    let mut sources: Vec<(Source, Device)> = Vec::new();
    for device in devices(files) {
        let source = Source::of(context, &device);
        if sources.iter().all(|(known, _)| *known != source) {
            sources.push((source, device));
        }
    }
    if sources.is_empty() {
        return Vec::new();
    }
    let flaws = sources
        .iter()
        .filter_map(|(source, device)| flaw(context, source, device));
    std::iter::once(kept(context)).chain(flaws).collect()
}

/// Those of which a code is taken.
fn devices(files: &Files) -> impl Iterator<Item = Device> {
    let profiles = files.profiles.profiles();
    let named = profiles.filter(|profile| profile.get("mfa_serial").is_some());
    named.filter_map(|profile| {
        let plan = files.resolve(&Choice::explicit(profile.name()), None).ok()?;
        plan.mfa().filter(|_| plan.idle_device().is_none()).cloned()
    })
}

/// What keeps the source from giving codes.
fn flaw(context: &Context, source: &Source, device: &Device) -> Option<Finding> {
    let why = match source.words(&device.serial) {
        None if *source == Source::Window => return no_window(context),
        None => return None,
        // In AWS files this is a mistake, with a finding of its own.
        Some(Err(_)) if matches!(source, Source::Profile { .. }) => return None,
        Some(Err(why)) => format!("`process` in `[mfa]` cannot be run: {why}"),
        Some(Ok(words)) => {
            let word = words.first()?;
            let why = sys::process::find(word, context.env()).err()?;
            format!(
                "`{}`, which prints the codes of `{}`, {why}",
                program(word),
                shown(&device.serial)
            )
        }
    };
    let finding = Finding::new(Check::Mfa, Status::Warn, why).remedy("install the program, or correct the line");
    Some(source.place().into_iter().fold(finding, Finding::at))
}

fn no_window(context: &Context) -> Option<Finding> {
    let why = Dialog::find(context.env()).err()?;
    let message = format!("`prompt = gui` in `[mfa]`, but no window can be shown: {why}; the terminal is used");
    let finding = Finding::new(Check::Mfa, Status::Warn, message);
    let finding = finding.remedy("install `zenity` or `kdialog`, or write `prompt = terminal`");
    Some(
        sys::settings::path(&context.process.env)
            .iter()
            .fold(finding, Finding::in_file),
    )
}

/// The sessions that took a code, as far as they can be seen without waiting.
fn kept(context: &Context) -> Finding {
    let store = context.sessions().without_waiting();
    let now = context.process.now;
    let is_kept = |session: &Session| session.kind == Kind::Mfa && session.ends() > now;
    let sessions = store.all().into_iter().filter(is_kept);
    let kept: Vec<String> = sessions
        .map(|session| {
            let until = local(session.ends()).map_or(String::new(), |at| format!(" until {at}"));
            format!("that of `{}`{until}", display(&session.profile))
        })
        .collect();
    let message = match kept.as_slice() {
        [] if store.is_blind() => "only the keychain knows whether a session that took an MFA code is kept".to_owned(),
        [] => "no session that took an MFA code is kept".to_owned(),
        kept => format!("sessions that took an MFA code are kept: {}", kept.join(", ")),
    };
    Finding::new(Check::Mfa, Status::Ok, message)
}
