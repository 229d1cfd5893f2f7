//! `awsenv current`: what the next `aws` call of this shell will be, until when, and where that is not what `use` set.

use serde_json::{Value, json};

use crate::advice::Advice;
use crate::cli::CurrentArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::env::names::{DECISIVE, REGION};
use crate::env::session::{drift, is_left};
use crate::env::style::Style;
use crate::error::{Error, Kind};
use crate::ops::choose::{self, Chosen};
use crate::ops::describe::source;
use crate::ops::files::Files;
use crate::ops::foreseen::{Cause, Foreseen};
use crate::ops::{catalog, export, now, outlook, script};
use crate::prompt::InUse;
use crate::redact::{self, HIDDEN, harmless, key_id, shown};
use crate::resolve::{BaseSource, Choice, CredentialPlan, How, Keys, RegionSource};
use crate::sys;
use crate::sys::clock::local;
use crate::text::display;

/// # Errors
/// Nothing is in use. Something that does not work is shown all the same, with the same status.
pub fn run(context: &Context, args: CurrentArgs) -> Result<Outcome, Error> {
    let current = Current::of(context)?;
    current
        .warnings(context)
        .into_iter()
        .for_each(|text| context.ui.warn(text));
    if let Some(error) = &current.failure {
        context.ui.error(error);
    }
    let text = if args.json {
        redact::json(current.to_json(context))
    } else {
        current.to_text()
    };
    Ok(Outcome::Text(text, current.failure.as_ref().map_or(0, Error::status)))
}

struct Current {
    choice: Choice,
    /// The exact name; `None` where no profile is chosen.
    profile: Option<String>,
    /// The same as people see it.
    shown: Option<String>,
    /// As tools see it; `None` if botocore refuses the profile.
    plan: Option<CredentialPlan>,
    /// Whose keys the environment has, if `use` exported them.
    keys_of: Option<String>,
    account: Option<String>,
    region: Option<String>,
    expires: Option<Timestamp>,
    is_expired: bool,
    drifts: bool,
    /// What `use` had set.
    used: Option<String>,
    /// On top of it.
    role: Option<String>,
    /// Why tools fail.
    failure: Option<Error>,
    /// What else may stop them.
    doubts: Vec<Advice>,
}

impl Current {
    fn of(context: &Context) -> Result<Self, Error> {
        let (env, state) = (&context.process.env, context.state());
        let choice = now::choice(context);
        let keys = env.filled("AWS_ACCESS_KEY_ID").is_some();
        let drifts = InUse::of(env).map_or(keys && env.os("AWS_DEFAULT_PROFILE").is_some(), |used| used.drifts);
        let mut current = Self {
            profile: (choice.how != How::Implicit).then(|| choice.name.clone()),
            shown: None,
            plan: None,
            keys_of: outlook::keys_of(context).map(str::to_owned),
            account: None,
            region: REGION.into_iter().find_map(|name| env.text(name)).map(str::to_owned),
            expires: None,
            is_expired: false,
            drifts: drifts || state.is_some_and(|state| !is_left(env, state, &DECISIVE)),
            used: state.map(|state| state.profile.clone()),
            role: state.and_then(|state| state.wish.role.clone()),
            failure: None,
            doubts: Vec::new(),
            choice,
        };
        let resolved = choose::choose(context, None).and_then(|Chosen { files, choice, .. }| {
            current.profile = now::profile(&choice, &files).map(str::to_owned);
            current.shown = now::shown(context, &choice, &files);
            Ok((now::plan(context, &files, &choice)?, files))
        });
        match resolved {
            Ok((plan, files)) if current.profile.is_none() && plan.base.is_none() => {
                return Err(current.nothing(context, &files));
            }
            Ok((plan, files)) => current.take(context, &files, plan),
            Err(error) => current.failure = Some(script::in_this_shell(context, error)),
        }
        Ok(current)
    }

    fn take(&mut self, context: &Context, files: &Files, plan: CredentialPlan) {
        let account = |plan: &CredentialPlan| export::account(plan, files.profiles.profile(&self.choice.name));
        self.account = account(&plan).or_else(|| {
            let of_files = files.resolve(&self.choice, None).ok()?;
            account(&of_files).filter(|_| self.choice.is_explicit())
        });
        let id = || plan.base.as_ref().filter(|_| plan.roles.is_empty())?.access_key_id();
        let of_whoami = || sys::accounts::of_key(context.env(), id()?);
        self.account = self.account.take().or_else(of_whoami);
        self.region = plan.region.as_ref().map(|region| region.value.clone());
        self.expires = now::expires(context, &plan);
        self.is_expired = self.expires.is_some_and(|end| end <= context.process.now);
        self.foresee(outlook::of(context, files, &self.choice, &plan));
        self.plan = Some(plan);
    }

    /// The first thing that surely stops the next call is the failure.
    fn foresee(&mut self, found: Vec<Foreseen>) {
        let mut found = found.into_iter().peekable();
        let first = found.next_if(|first| first.is_certain);
        self.doubts = found.map(|found| found.warning()).collect();
        self.failure = first.map(|first| {
            let is_login = matches!(first.cause, Cause::LoggedOut | Cause::NoCredentials | Cause::SignedOut);
            let mut error = Error::from(first);
            if is_login && self.choice.how == How::Implicit {
                error.message = format!("{NOTHING}, and {}", error.message);
            }
            error
        });
    }

    fn style(&self) -> Style {
        match self.plan.as_ref().and_then(of_environment) {
            Some(_) => Style::Keys,
            None => Style::Name,
        }
    }

    fn to_json(&self, context: &Context) -> Value {
        let base = self.plan.as_ref().and_then(|plan| plan.base.as_ref());
        let id = base.and_then(BaseSource::access_key_id);
        let mut answer = json!({
            "profile": self.profile,
            "style": self.style().as_str(),
            "region": self.region.as_deref().map(|region| harmless(region).unwrap_or(HIDDEN)),
            "expires": self.expires.and_then(Timestamp::to_rfc3339),
            "drift": self.drifts,
            "expired": self.is_expired,
            "credentials": self.plan.as_ref().and_then(CredentialPlan::method),
            "access_key_id": id.and_then(|id| key_id(id)),
            "account_id": self.account.as_deref().and_then(harmless),
            "used": self.used,
            "role_arn": self.role.as_deref().filter(|_| self.choice.is_explicit()).and_then(harmless),
        });
        if let Some(error) = &self.failure {
            let error = error.to_json(|hint| context.ui.raw_advice(hint));
            answer["error"] = error["error"].clone();
        }
        answer
    }

    /// Empty without credentials, because the error says it all.
    fn to_text(&self) -> String {
        let Some(plan) = self.plan.as_ref().filter(|plan| plan.base.is_some()) else {
            return String::new();
        };
        let mut parts = vec![format!("by {}", self.style().as_str())];
        parts.extend(self.account.as_deref().map(shown));
        parts.extend(self.region.as_deref().filter(|region| !region.is_empty()).map(shown));
        if let Some(end) = self.expires.and_then(local) {
            parts.push(if self.is_expired {
                format!("expired {end}")
            } else {
                format!("until {end}")
            });
        }
        format!("{} ({})\n", self.subject(plan), parts.join(", "))
    }

    fn subject(&self, plan: &CredentialPlan) -> String {
        let name = self.shown.as_deref().map(display);
        let of_use = self.keys_of.as_deref().map(display);
        match (of_environment(plan), name) {
            // All that `use` exported, and no name beside it.
            (_, Some(name)) if self.choice.is_explicit() => name,
            (Some(_), name) => {
                let keys = match (of_use, &plan.base) {
                    (Some(profile), _) => format!("the key of {profile} in the environment"),
                    (None, Some(base)) => source(base),
                    (None, None) => String::new(),
                };
                let settings = name.map(|name| format!(", with the settings of {name}"));
                keys + &settings.unwrap_or_default()
            }
            (None, Some(name)) if self.choice.how == How::Implicit => {
                format!("{name}, because no other profile is named")
            }
            (None, Some(name)) => name,
            (None, None) => plan.base.as_ref().map(source).unwrap_or_default(),
        }
    }

    /// What `use` had set, where that is no longer so, and why some tools take something else.
    fn warnings(&self, context: &Context) -> Vec<Advice> {
        let changed = changed(context);
        let mut warnings = Vec::new();
        match &self.used {
            Some(used) if self.profile.as_ref() != Some(used) => {
                warnings.push(had_set(used, context));
            }
            Some(_) if !changed.is_empty() => warnings.push(format!("changed since `use`: {changed}")),
            _ => {}
        }
        let wins = self.plan.as_ref().and_then(of_environment).is_some() && !self.choice.is_explicit();
        if let (How::Variable(variable), true) = (self.choice.how, wins) {
            warnings.push(format!(
                "the key in the environment wins over {variable}, except in the SDK for JavaScript"
            ));
        }
        if let Some(other) = &self.choice.boto3 {
            warnings.push(format!(
                "boto3 and AWS CLI v1 use `{}`: they read AWS_DEFAULT_PROFILE first",
                display(other)
            ));
        }
        if warnings.is_empty() && self.drifts {
            let why = match self.used {
                Some(_) => Some("run `awsenv use` again"),
                None => {
                    let is_named = context.process.env.os("AWS_DEFAULT_PROFILE").is_some();
                    is_named.then_some("some read AWS_DEFAULT_PROFILE before the key")
                }
            };
            warnings.extend(why.map(|why| format!("tools may use something else: {why}")));
        }
        warnings.extend(self.region_of_use(context));
        let warnings = warnings.into_iter().map(Advice::from);
        warnings.chain(self.doubts.iter().cloned()).collect()
    }

    /// A region that an earlier `use` left in the environment, where it beats that of the profile.
    fn region_of_use(&self, context: &Context) -> Option<String> {
        let region = self.plan.as_ref()?.region.as_ref()?;
        let RegionSource::Environment(variable) = region.source else {
            return None;
        };
        let (state, used) = (context.state()?, self.used.as_ref()?);
        let is_of_use = context.env().os(variable).is_none() && is_left(&context.process.env, state, &[variable]);
        if !is_of_use || self.profile.as_ref() == Some(used) {
            return None;
        }
        Some(format!(
            "the region `{}` is that of {variable}, which `use` set for `{}`",
            shown(&region.value),
            display(used)
        ))
    }

    fn nothing(&self, context: &Context, files: &Files) -> Error {
        let error = files
            .unnamed()
            .fold(Error::new(Kind::Failed, NOTHING), |error, (_, message)| {
                error.hint(message)
            });
        let error = catalog::first_steps(files).into_iter().fold(error, Error::hint);
        let Some(used) = &self.used else { return error };
        error.hint(had_set(used, context))
    }
}

const NOTHING: &str = "no profile is in use in this shell";

fn of_environment(plan: &CredentialPlan) -> Option<&Keys> {
    match &plan.base {
        Some(BaseSource::Environment { keys, .. }) if plan.roles.is_empty() => Some(keys),
        _ => None,
    }
}

fn had_set(used: &str, context: &Context) -> String {
    format!("`use` had set `{}`; changed since: {}", display(used), changed(context))
}

fn changed(context: &Context) -> String {
    let state = context.state().into_iter();
    let names = state.flat_map(|state| drift(&context.process.env, state));
    names.map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}
