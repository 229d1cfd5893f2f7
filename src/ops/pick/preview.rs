//! What the files say about a profile, for the preview in the picker: without network, keychain or child process.

use crate::config::{Lint, Place, Profile, comments};
use crate::context::Context;
use crate::error::Error;
use crate::ops::catalog::Entry;
use crate::ops::codes::Source;
use crate::ops::describe::{parameters, source};
use crate::ops::files::Files;
use crate::ops::mfa::Uses;
use crate::ops::sso::known::Member;
use crate::process::Process;
use crate::redact::shown;
use crate::resolve::{Choice, CredentialPlan};
use crate::sys::clock::local;
use crate::text::{cut, display};
use crate::ui::Ui;

pub(super) struct Subject<'a> {
    pub(super) files: &'a Files,
    pub(super) entry: &'a Entry,
    pub(super) member: Option<&'a Member>,
    pub(super) lints: &'a [Lint],
    pub(super) is_production: bool,
    pub(super) ui: &'a Ui,
    pub(super) process: &'a Process,
}

/// The lines are safe for a terminal, except for awsenv's own colours.
pub(super) fn text(subject: &Subject<'_>) -> String {
    let Subject { files, entry, ui, .. } = subject;
    let mut lines = Lines {
        ui,
        text: String::new(),
    };
    let profile = files.profiles.profile(&entry.name);
    // Near the top, because the last lines may not fit on the screen.
    if subject.is_production {
        lines.add("1;31", &format!("{} (production)", display(&entry.name)));
    } else {
        lines.add("1", &display(&entry.name));
    }
    let mut title = entry.kind.as_str().to_owned();
    if let Some(account) = &entry.account_id {
        title += &format!(" in {}", display(account));
    }
    if let Some(place) = &entry.place {
        title += &format!(", {}", ui.shown(&place.to_string()));
    }
    lines.add("2", &title);
    if let Some(member) = subject.member {
        lines.member(member);
    }
    for comment in profile.into_iter().flat_map(comments_of) {
        lines.add("2", &format!("# {}", cut(display(comment), LONGEST_COMMENT)));
    }
    let region = profile.and_then(|profile| profile.get("region"));
    match region.filter(|region| !region.text().is_empty()) {
        Some(region) => lines.fact("region", &shown(region.text()), Some(&region.place())),
        None => lines.fact("region", "none of its own", None),
    }
    let choice = Choice::explicit(&entry.name);
    match files.resolve_past_boto(&choice, None) {
        Ok((plan, broken)) => {
            lines.chain(&plan);
            lines.mfa(subject, &plan);
            lines.export(files, &choice, &plan);
            if let Some(broken) = broken {
                lines.warning(&broken.message);
            }
        }
        Err(error) => lines.refusal(&error),
    }
    lines.others(subject);
    lines.text
}

/// From above the profile's sections, the config file's first.
pub(super) fn comments_of(profile: Profile<'_>) -> impl Iterator<Item = &str> {
    let sections = [profile.config_section(), profile.credentials_section()];
    sections.into_iter().flatten().flat_map(comments::above)
}

/// In columns; a longer one is prose that is better read in the file.
const LONGEST_COMMENT: usize = 200;

/// The column where the values of facts begin.
const INDENT: usize = 9;

struct Lines<'a> {
    ui: &'a Ui,
    text: String,
}

impl Lines<'_> {
    /// `color` is SGR parameters.
    fn add(&mut self, color: &str, line: &str) {
        if self.ui.color && !color.is_empty() {
            self.text += &format!("\x1b[{color}m{line}\x1b[0m\n");
        } else {
            self.text += line;
            self.text.push('\n');
        }
    }

    fn fact(&mut self, what: &str, value: &str, place: Option<&Place>) {
        let place = place
            .map(|place| self.ui.shown(&format!(" ({place})")))
            .unwrap_or_default();
        self.add("", &format!("{what:INDENT$}{value}{place}"));
    }

    fn member(&mut self, member: &Member) {
        if let Some(name) = &member.account_name {
            self.fact("account", &display(name), None);
        }
        let session = display(&member.session);
        let until = member.expires.and_then(local).unwrap_or_default();
        match (member.is_signed_in, member.is_refreshed) {
            (true, false) => self.fact("session", &format!("{session}, signed in until {until}"), None),
            (true, true) => self.fact("session", &format!("{session}, signed in"), None),
            (false, _) if until.is_empty() => self.warning(&format!("you are not signed in to {session}")),
            (false, _) => self.warning(&format!("the sign-in to {session} expired at {until}")),
        }
    }

    /// Hop by hop, in the order in which roles are assumed.
    fn chain(&mut self, plan: &CredentialPlan) {
        match &plan.base {
            Some(base) => self.fact("from", &source(base), base.place()),
            None if plan.asks_metadata => self.fact("from", "the EC2 instance, if this is one", None),
            None => self.fact("from", "no credentials", None),
        }
        for role in &plan.roles {
            self.fact(
                "then",
                &format!("the role {}", shown(&role.role_arn)),
                role.place.as_ref(),
            );
            for (what, value) in parameters(role) {
                self.fact("", &format!("with {what} {value}"), None);
            }
        }
    }

    /// Who takes a code, and whether the next use does.
    fn mfa(&mut self, subject: &Subject<'_>, plan: &CredentialPlan) {
        let ui = subject.ui.clone().silenced();
        let context = Context::new(subject.process, &ui);
        let uses = match Uses::of(&context, plan) {
            Ok(uses) => uses,
            Err(error) => return self.refusal(&error.into()),
        };
        if let Some(of) = uses.devices.last() {
            self.fact("mfa", &of.takes(), Some(&of.device.place));
            let needed = || of.is_needed.then(|| Source::of(&context, &of.device).described());
            if let Some(below) = of.rests().or_else(needed) {
                self.fact("", &below, None);
            }
        }
    }

    fn export(&mut self, files: &Files, choice: &Choice, plan: &CredentialPlan) {
        match files.style(plan, choice, None) {
            Ok(export) => {
                let text = format!("exports the {}: {}", export.style.as_str(), display(&export.because));
                self.fact("use", &text, None);
                if let Some(warning) = &export.warning {
                    self.warning(warning);
                }
            }
            Err(error) => self.refusal(&error.into()),
        }
    }

    fn warning(&mut self, text: &str) {
        let shown = self.ui.shown(text);
        self.add("33", &format!("! {shown}"));
    }

    fn refusal(&mut self, error: &Error) {
        let shown = self.ui.shown(&error.message);
        self.add("31", &format!("cannot be used: {shown}"));
    }

    /// The programs that read the files differently; `explain` has the details.
    fn others(&mut self, subject: &Subject<'_>) {
        let mut readers: Vec<&str> = Vec::new();
        for reading in subject
            .lints
            .iter()
            .flat_map(|lint| lint.readings_of(&subject.entry.name))
        {
            let reader = reading.reader.as_str();
            if !readers.contains(&reader) {
                readers.push(reader);
            }
        }
        if !readers.is_empty() {
            self.warning(&format!(
                "read differently by {}: see `awsenv explain`",
                readers.join(", ")
            ));
        }
    }
}
