//! `awsenv current`: what this shell uses, and until when.

use serde_json::json;

use crate::cli::CurrentArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::env::session::drift;
use crate::env::state::{State, Style};
use crate::error::{Error, Kind};
use crate::ops::files::Files;
use crate::prompt::InUse;
use crate::redact::{self, HIDDEN, harmless};
use crate::resolve::{self, How};
use crate::text::{display, prompt_name};

/// # Errors
/// Nothing is in use.
pub fn run(context: &Context, args: CurrentArgs) -> Result<Outcome, Error> {
    let env = &context.process.env;
    let state = context.state();
    let current = match InUse::of(env) {
        Some(used) => Current::of(&used, state, env),
        None => unnamed(env)?,
    };
    let region = region(context, &current.profile);
    let until = current.expires.and_then(|at| Timestamp(at).to_rfc3339());
    if args.json {
        let answer = json!({
            "profile": current.profile, "style": current.style.as_str(), "region": region, "expires": until,
            "drift": current.drifts,
        });
        return Ok(Outcome::Text(redact::json(answer), 0));
    }
    let mut text = format!("{} (by {}", display(&current.profile), current.style.as_str());
    region
        .iter()
        .for_each(|region| text += &format!(", {}", display(region)));
    until.iter().for_each(|until| text += &format!(", until {until}"));
    text += ")\n";
    if let Some(warning) = warning(&current, state, env) {
        context.ui.warn(warning);
    }
    Ok(Outcome::Text(text, 0))
}

struct Current {
    /// The exact name.
    profile: String,
    style: Style,
    /// In seconds since 1970.
    expires: Option<i64>,
    drifts: bool,
}

impl Current {
    /// As the prompt shows it. What `use` cleaned for display has its exact name in AWS_PROFILE or in the state.
    fn of(used: &InUse, state: Option<&State>, env: &Env) -> Self {
        let state = state.filter(|_| used.by_use);
        let exact = env
            .text("AWS_PROFILE")
            .into_iter()
            .chain(state.map(|state| state.profile.as_str()));
        let exact = exact
            .filter(|_| used.by_use)
            .find(|exact| prompt_name(exact) == used.name);
        Self {
            profile: exact.unwrap_or(&used.name).to_owned(),
            style: used.style.or(state.map(|state| state.style)).unwrap_or(Style::Name),
            expires: state.and_then(|state| state.expires),
            drifts: used.drifts,
        }
    }
}

/// The profile of AWS_DEFAULT_PROFILE, which no prompt shows.
fn unnamed(env: &Env) -> Result<Current, Error> {
    let choice = resolve::select(None, env);
    let keys = env.os("AWS_ACCESS_KEY_ID").is_some_and(|key| !key.is_empty());
    match choice.how {
        How::Variable(name) if choice.name.is_empty() => {
            let error = Error::new(Kind::Failed, "no profile is in use in this shell");
            Err(error.hint(format!("{name} is set but empty, which the AWS CLI refuses: unset it")))
        }
        How::Variable(_) => Ok(Current {
            profile: choice.name,
            style: Style::Name,
            expires: None,
            drifts: keys,
        }),
        How::Implicit | How::Explicit => Err(nothing(keys)),
    }
}

/// What `use` had set, where that is no longer so, and why tools may use something else.
fn warning(current: &Current, state: Option<&State>, env: &Env) -> Option<String> {
    let changed: Vec<String> = state
        .into_iter()
        .flat_map(|state| drift(env, state))
        .map(|name| name.to_string())
        .collect();
    match state {
        Some(state) if current.profile != state.profile => {
            let was = display(&state.profile);
            Some(format!("`use` had set `{was}`; changed since: {}", changed.join(", ")))
        }
        Some(_) if !changed.is_empty() => Some(format!("changed since `use`: {}", changed.join(", "))),
        _ if !current.drifts => None,
        _ if env.filled("AWS_ACCESS_KEY_ID").is_some() => {
            Some("AWS_ACCESS_KEY_ID is set too, and most SDKs use that key".to_owned())
        }
        _ if env.os("AWS_DEFAULT_PROFILE").is_some() => {
            Some("AWS_DEFAULT_PROFILE names another profile, which boto3 uses".to_owned())
        }
        _ => Some("tools may use something else: run `awsenv use` again".to_owned()),
    }
}

fn nothing(keys: bool) -> Error {
    let error = Error::new(Kind::Failed, "no profile is in use in this shell");
    if keys {
        error.hint("AWS_ACCESS_KEY_ID is set, so the AWS CLI and SDKs use that key")
    } else {
        error
    }
}

/// From the environment, else from the profile; files that cannot be read have none.
fn region(context: &Context, profile: &str) -> Option<String> {
    let env = &context.process.env;
    if let Some(region) = env.text("AWS_REGION").or_else(|| env.text("AWS_DEFAULT_REGION")) {
        return Some(region.to_owned());
    }
    let files = Files::load(context).ok()?;
    let region = files.profiles.profile(profile)?.text("region")?;
    Some(harmless(region).unwrap_or(HIDDEN).to_owned())
}
