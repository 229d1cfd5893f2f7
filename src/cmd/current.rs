//! `awsenv current`: what this shell uses, and until when.

use serde_json::json;

use crate::cli::CurrentArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::env::session::drift;
use crate::env::state::Style;
use crate::error::{Error, Kind};
use crate::ops::files::Files;
use crate::redact::{HIDDEN, harmless};
use crate::resolve::{self, How};
use crate::text::display;

/// # Errors
/// Nothing is in use.
pub fn run(context: &Context, args: CurrentArgs) -> Result<Outcome, Error> {
    let env = &context.process.env;
    let state = context.state();
    let (profile, style, expires, drifted) = match state {
        Some(state) => (state.profile.clone(), state.style, state.expires, drift(env, state)),
        None => {
            let choice = resolve::select(None, env);
            if choice.how == How::Implicit {
                return Err(nothing(env.os("AWS_ACCESS_KEY_ID").is_some()));
            }
            if let (true, How::Variable(name)) = (choice.name.is_empty(), choice.how) {
                let error = Error::new(Kind::Failed, "no profile is in use in this shell");
                return Err(error.hint(format!("{name} is set but empty, which the AWS CLI refuses: unset it")));
            }
            (choice.name, Style::Name, None, Vec::new())
        }
    };
    let region = region(context, &profile);
    let until = expires.and_then(|at| Timestamp(at).to_rfc3339());
    if args.json {
        let answer = json!({
            "profile": profile, "style": style.as_str(), "region": region, "expires": until, "drift": !drifted.is_empty(),
        });
        return Ok(Outcome::Text(format!("{answer}\n"), 0));
    }
    let mut text = format!("{} (by {}", display(&profile), style.as_str());
    region
        .iter()
        .for_each(|region| text += &format!(", {}", display(region)));
    until.iter().for_each(|until| text += &format!(", until {until}"));
    text += ")\n";
    if !drifted.is_empty() {
        let names: Vec<&str> = drifted.iter().map(|name| name.as_str()).collect();
        context.ui.warn(&format!("changed since `use`: {}", names.join(", ")));
    }
    Ok(Outcome::Text(text, 0))
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
