//! `awsenv current`: what the next `aws` call of this shell will be, until when, and where that is not what `use` set.

use serde_json::{Value, json};

use crate::advice::{Advice, Command};
use crate::cli::CurrentArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::env::names::{self, DECISIVE, REGION};
use crate::env::session::{drift, is_left};
use crate::env::state::Style;
use crate::error::{Error, Kind};
use crate::ops::choose::{self, Chosen};
use crate::ops::describe::{missing_login, source};
use crate::ops::files::Files;
use crate::ops::foreseen::{self, Held};
use crate::ops::refusal::without_credentials;
use crate::ops::{catalog, export, now, script};
use crate::prompt::InUse;
use crate::redact::{self, HIDDEN, harmless, key_id, shown};
use crate::resolve::{self, BaseSource, Choice, CredentialPlan, How, Keys};
use crate::sys::clock::local;
use crate::sys::sso::{self, LoggedOut};
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
    /// Why tools fail.
    failure: Option<Error>,
    /// What else may stop them.
    doubts: Vec<String>,
}

impl Current {
    fn of(context: &Context) -> Result<Self, Error> {
        let (env, state) = (&context.process.env, context.state());
        let choice = now::choice(context);
        let keys = env.filled("AWS_ACCESS_KEY_ID").is_some();
        let drifts = InUse::of(env).map_or(keys && env.os("AWS_DEFAULT_PROFILE").is_some(), |used| used.drifts);
        let mut current = Self {
            profile: (choice.how != How::Implicit).then(|| choice.name.clone()),
            plan: None,
            keys_of: state
                .filter(|state| state.style == Style::Keys && is_left(env, state, &["AWS_ACCESS_KEY_ID"]))
                .map(|state| state.profile.clone()),
            account: None,
            region: REGION.into_iter().find_map(|name| env.text(name)).map(str::to_owned),
            expires: None,
            is_expired: false,
            drifts: drifts || state.is_some_and(|state| !is_left(env, state, &DECISIVE)),
            used: state.map(|state| state.profile.clone()),
            failure: None,
            doubts: Vec::new(),
            choice,
        };
        let resolved = choose::choose(context, None).and_then(|Chosen { files, choice, .. }| {
            current.profile = now::profile(&choice, &files).map(str::to_owned);
            Ok((now::plan(context, &files, &choice)?, files))
        });
        match resolved {
            Ok((plan, files)) if current.profile.is_none() && plan.base.is_none() => {
                return Err(current.nothing(context, &files));
            }
            Ok((plan, files)) => current.take(context, &files, plan),
            Err(error) => current.failure = Some(script::first_steps(context, error)),
        }
        Ok(current)
    }

    fn take(&mut self, context: &Context, files: &Files, plan: CredentialPlan) {
        let account = |plan: &CredentialPlan| export::account(plan, files.profiles.profile(&self.choice.name));
        self.account = account(&plan).or_else(|| {
            let of_files = files.resolve(&self.choice, None).ok()?;
            account(&of_files).filter(|_| self.choice.is_explicit())
        });
        self.region = plan.region.as_ref().map(|region| region.value.clone());
        self.expires = now::expires(context, &plan);
        self.is_expired = self.expires.is_some_and(|end| end <= context.process.now);
        self.failure = self.failure(files, &plan, context.process.now);
        self.foresee(context, files, &plan);
        self.plan = Some(plan);
    }

    /// What the next call will meet: the first thing that surely stops it is the failure.
    fn foresee(&mut self, context: &Context, files: &Files, plan: &CredentialPlan) {
        let env = &context.process.env;
        let found = plan
            .base
            .as_ref()
            .and_then(|base| foreseen::of_base(files, env, &Held::of(context), &self.choice.name, base));
        if let Some(found) = found {
            // Credentials of a role may be in a cache of the AWS CLI.
            if found.is_certain && plan.roles.is_empty() {
                self.failure.get_or_insert(found.into());
            } else {
                self.doubts.push(found.placed());
            }
        }
        let of_tools = resolve::select(None, env);
        for (is_certain, text) in foreseen::of_values(files, env, &of_tools.name, plan, plan.region.as_ref()) {
            match (is_certain, &self.failure) {
                (true, None) => self.failure = Some(Error::new(Kind::InvalidConfig, text)),
                _ => self.doubts.push(text),
            }
        }
    }

    /// Why tools fail with this plan, as far as can be known here.
    fn failure(&self, files: &Files, plan: &CredentialPlan, now: Timestamp) -> Option<Error> {
        let nothing = match self.choice.how {
            How::Implicit => format!("{NOTHING}, and "),
            How::Explicit | How::Variable(_) => String::new(),
        };
        let fails = |message: String| Error::new(Kind::Credentials, nothing.clone() + &message);
        if let Some(error) = missing_login(plan, &self.choice) {
            return Some(error);
        }
        let name = display(&self.choice.name);
        if let (How::Variable(variable), None) = (self.choice.how, files.profiles.profile(&self.choice.name)) {
            let message =
                format!("profile `{name}` is only in a legacy boto file, where the AWS CLI and SDKs find none");
            let error = Error::new(Kind::ProfileNotFound, message).hint(format!("{variable} names it"));
            return Some(error.hint(Command::new("awsenv use").operand(&self.choice.name)));
        }
        match &plan.base {
            None => {
                let of_files = if plan.asks_metadata {
                    " in the files or the environment"
                } else {
                    ""
                };
                let error = fails(format!("profile `{name}` has no credentials{of_files}"));
                let error = without_credentials(&files.profiles, &self.choice.name, error);
                Some(match plan.asks_metadata {
                    true => error.hint("on an EC2 instance, the AWS CLI and SDKs use those of the instance"),
                    false => error.hint(self.explain()),
                })
            }
            Some(BaseSource::Sso(sso)) if plan.roles.is_empty() => {
                let out = sso::logged_out(&files.env, sso, now)?;
                let name = shown(sso.session.as_ref().unwrap_or(&sso.start_url));
                let why = match out {
                    LoggedOut::Missing => "is not logged in".to_owned(),
                    LoggedOut::Expired(end) => format!("expired at {}", local(end).unwrap_or_default()),
                };
                let login = Command::new("aws sso login").option("--profile", &self.choice.name);
                Some(fails(format!("the SSO session `{name}` {why}")).hint(login))
            }
            Some(BaseSource::StaticKeys(keys) | BaseSource::Boto(keys)) if keys.is_empty() => Some(
                fails(format!("profile `{name}` has an empty key, which AWS does not accept")).hint(self.explain()),
            ),
            _ => of_environment(plan).and_then(|keys| self.spent(keys)),
        }
    }

    /// Why AWS refuses these keys of the environment.
    fn spent(&self, keys: &Keys) -> Option<Error> {
        let fails = |message: String| Error::new(Kind::Credentials, message);
        let remedy = match &self.keys_of {
            Some(profile) => Command::new("awsenv use").operand(profile).into(),
            None => Advice::default().unset(names::names(KEYS)),
        };
        if self.is_expired {
            let end = self.expires.and_then(local).unwrap_or_default();
            return Some(fails(format!("the keys in the environment expired at {end}")).hint(remedy));
        }
        if keys.access_key_id.starts_with("ASIA") && keys.session_token.is_none() {
            let message = "the key in the environment is temporary, and AWS_SESSION_TOKEN is not set";
            return Some(fails(message.to_owned()).hint(remedy));
        }
        None
    }

    fn explain(&self) -> Command {
        Command::new("awsenv explain").operand(&self.choice.name)
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
        let name = self.profile.as_deref().map(display);
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
    fn warnings(&self, context: &Context) -> Vec<String> {
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
                Some(_) => "run `awsenv use` again",
                None => "some read AWS_DEFAULT_PROFILE before the key",
            };
            warnings.push(format!("tools may use something else: {why}"));
        }
        warnings.extend(self.doubts.iter().cloned());
        warnings
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

const KEYS: [&str; 4] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
];

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
