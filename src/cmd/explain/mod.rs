//! `awsenv explain`: where every value of a profile comes from, which style `use` takes and why, and what other SDKs
//! read instead. It fetches, runs and asks nothing, and never shows a secret.

mod json;
mod legacy;
mod readers;
mod text;

use std::borrow::Cow;

use crate::advice::Command;
use crate::cli::ExplainArgs;
use crate::config::mistakes::{self, Mistake};
use crate::config::{Place, Value};
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::ops::choose::Chosen;
use crate::ops::{choose, pick};
use crate::redact::is_secret;
use crate::redact::{command, visible};
use crate::resolve::{BaseSource, Choice, CredentialPlan, ExportDecision, Login, LoginCache, StyleError};
use crate::text::display;

/// A borrowed view of the plan and the files.
struct Explanation<'a> {
    choice: &'a Choice,
    plan: &'a CredentialPlan,
    settings: Vec<Setting<'a>>,
    export: Result<ExportDecision, StyleError>,
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
    let picked = pick::asked_for(context, &args.pick, "awsenv explain PROFILE")?;
    let typed = || choose::choose(context, args.profile.as_deref());
    let Chosen { files, choice } = picked.map_or_else(typed, Ok)?;
    let region = args
        .region
        .as_deref()
        .map(|typed| choose::region(context, &files, typed));
    let plan = files.resolve(&choice, region.as_deref())?;
    if let Some(BaseSource::Login(login)) = &plan.base {
        check_login(login, &choice)?;
    }
    let profile = files.profiles.profile(&choice.name);
    let explanation = Explanation {
        choice: &choice,
        plan: &plan,
        settings: profile
            .into_iter()
            .flat_map(|profile| profile.settings())
            .map(Setting::of)
            .collect(),
        export: files.style(&plan, &choice, None),
        mistakes: mistakes::of_profile(&files.profiles, &choice.name),
        legacy: legacy::legacy(&files, &plan),
        readers: readers::readers(&readers::Subject {
            choice: &choice,
            plan: &plan,
            profiles: &files.profiles,
            env: context.env(),
        }),
    };
    let text = if args.json {
        format!("{}\n", explanation.to_json())
    } else {
        context.ui.shown(&explanation.to_text())
    };
    Ok(Outcome::Text(text, 0))
}

fn check_login(login: &Login, choice: &Choice) -> Result<(), Error> {
    let why = match &login.cached {
        LoginCache::Ready { .. } => return Ok(()),
        LoginCache::Missing => "is not logged in".to_owned(),
        LoginCache::Incomplete(missing) => format!("has a damaged login cache, which lacks {}", missing.join(", ")),
    };
    let session = display(&login.session);
    Err(Error::new(
        Kind::Credentials,
        format!("the login session `{session}` {why} ({})", login.place),
    )
    .hint(Command::new("aws login").option("--profile", &choice.name)))
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
                "credential_process" => Shown::Text(command(value.text())),
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
