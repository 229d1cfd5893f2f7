//! `awsenv explain`: where every value of a profile comes from, which style `use` takes and why, and what other SDKs
//! read instead. It fetches, runs and asks nothing, and never shows a secret.

mod calls;
mod json;
mod legacy;
mod mfa;
mod readers;
mod text;

use std::borrow::Cow;

use crate::cli::ExplainArgs;
use crate::config::mistakes::{self, Mistake};
use crate::config::settings::Settings;
use crate::config::{Place, Profile, Value};
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::choose::Chosen;
use crate::ops::export::is_exportable;
use crate::ops::foreseen::{self, Held};
use crate::ops::{catalog, choose, now, pick};
use crate::redact::{self, command, is_secret, visible};
use crate::resolve::{Choice, CredentialPlan, ExportDecision, Style, StyleError};
use crate::text::display;

/// A borrowed view of the plan and the files.
struct Explanation<'a> {
    choice: &'a Choice,
    plan: &'a CredentialPlan,
    settings: Vec<Setting<'a>>,
    export: Result<ExportDecision, StyleError>,
    /// The region that is exported with the name or the keys.
    region: Option<&'a str>,
    mfa: mfa::Mfa,
    calls: Vec<calls::Call>,
    mistakes: Vec<Mistake>,
    legacy: Vec<legacy::Legacy>,
    readers: Vec<readers::Reading>,
}

/// Has no value if that is a secret.
struct Setting<'a> {
    key: &'a str,
    shown: Shown<'a>,
    place: Place,
}

/// How much of a value may be shown.
enum Shown<'a> {
    Block(Vec<(&'a str, Option<&'a str>)>),
    Secret,
    Text(Cow<'a, str>),
}

/// Text for people, or the document of `--json`.
///
/// # Errors
/// What `resolve` rejects, and a missing login session: botocore finds no credentials then.
pub fn run(context: &Context, args: ExplainArgs) -> Result<Outcome, Error> {
    let Chosen {
        files,
        choice,
        is_named,
    } = pick::chosen(context, &args.pick, args.profile.as_deref(), "awsenv explain PROFILE")?;
    let region = choose::asked_region(context, &files, args.region.as_deref())?;
    let mut plan = files.resolve(&choice, region.as_deref())?;
    if !is_named && region.is_none() {
        plan.region = now::region(now::plan(context, &files, &choice)?.region, plan.region);
    }
    if let Some(found) = foreseen::of_login(&choice.name, &plan) {
        return Err(found.into());
    }
    // A role on top is in no file.
    if let Some(title) = now::shown(context, &choice, &files).filter(|title| !is_named && *title != choice.name) {
        let (title, name) = (display(&title), display(&choice.name));
        context.ui.tell(format!(
            "this shell uses `{title}`; what follows is `{name}` without the role"
        ));
    }
    let profile = files.profiles.profile(&choice.name);
    let export = files.style(&plan, &choice, None);
    let explanation = Explanation {
        choice: &choice,
        plan: &plan,
        settings: profile
            .into_iter()
            .flat_map(|profile| profile.settings())
            .map(Setting::of)
            .collect(),
        export: export.clone(),
        region: exported_region(profile, export.as_ref().ok(), &files.settings),
        mfa: mfa::mfa(context, &plan),
        calls: calls::calls(&plan),
        mistakes: mistakes::of_profile(&files.profiles, &choice.name),
        legacy: legacy::legacy(&files, &plan),
        readers: readers::readers(&readers::Subject {
            choice: &choice,
            plan: &plan,
            files: &files,
            env: &files.env,
        }),
    };
    files.lists().for_each(|(_, message)| context.ui.warn(message));
    let now = context.process.now;
    let found = foreseen::of_plan(&files, &files.env, &Held::of(context), &choice.name, &plan, now);
    found.iter().for_each(|found| context.ui.warn(found.warning()));
    if plan.base.is_none() {
        let steps = catalog::first_steps(&files).into_iter();
        steps.for_each(|step| context.ui.tell(step));
    }
    let text = if args.json {
        redact::json(explanation.to_json())
    } else {
        context.ui.shown(&explanation.to_text())
    };
    Ok(Outcome::Text(text, 0))
}

fn exported_region<'a>(
    profile: Option<Profile<'a>>,
    export: Option<&ExportDecision>,
    settings: &Settings,
) -> Option<&'a str> {
    let is_exported = export?.style == Style::Keys || settings.export_region;
    let region = profile?.text("region")?;
    Some(region).filter(|region| is_exported && !region.is_empty() && is_exportable(region))
}

impl<'a> Setting<'a> {
    fn of(value: Value<'a>) -> Self {
        let shown = if is_secret(value.key()) {
            Shown::Secret
        } else if value.is_nested() {
            Shown::Block(
                value
                    .nested()
                    .map(|line| (line.key(), visible(line.key(), line.text())))
                    .collect(),
            )
        } else {
            match value.key() {
                "credential_process" | "awsenv_mfa_process" | "mfa_process" => Shown::Text(command(value.text())),
                key => visible(key, value.text()).map_or(Shown::Secret, |text| Shown::Text(text.into())),
            }
        };
        Self {
            key: value.key(),
            shown,
            place: value.place(),
        }
    }
}
