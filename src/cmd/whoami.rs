//! `awsenv whoami`: whose keys a profile has, as AWS itself says.

use serde_json::json;

use crate::advice::Command;
use crate::cli::WhoamiArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::error::Error;
use crate::ops::choose::Chosen;
use crate::ops::files::Files;
use crate::ops::ports::Outside;
use crate::ops::refusal::without_credentials;
use crate::ops::{choose, now, pick, role};
use crate::provider::{self, Whose};
use crate::redact;
use crate::sys;
use crate::sys::clock::local;
use crate::text::display;

/// # Errors
/// The keys cannot be had, or AWS does not answer.
pub fn run(context: &Context, args: WhoamiArgs) -> Result<Outcome, Error> {
    let Chosen {
        files,
        choice,
        is_named,
    } = pick::chosen(context, &args.pick, args.profile.as_deref(), "awsenv whoami PROFILE")?;
    let region = args
        .region
        .as_deref()
        .map(|typed| choose::asked_region(context, &files, typed))
        .transpose()?;
    let mut plan = match (is_named, &region) {
        (false, None) => now::plan(context, &files, &choice)?,
        (_, region) => files.resolve(&choice, region.as_deref())?,
    };
    if let Some(arn) = &args.role {
        role::on_top(&mut plan, &choice.name, arn)?;
    }
    // The keys that `use` exported may be those of a role on top of the profile.
    let of_use = context.state().filter(|_| !is_named && choice.is_explicit());
    let role = args.role.as_ref().or(of_use.and_then(|state| state.wish.role.as_ref()));
    let profile = now::profile(&choice, &files);
    let shown = profile.map(|profile| role::titled(profile, role.map(String::as_str)));
    let outside = Outside::of(context, &choice.name)?;
    let Whose {
        identity,
        lasting,
        ends,
    } = provider::whose(&plan, &role::wants(context), outside.ports())
        .map_err(|error| failed(&files, &choice.name, error))?;
    if let Some(id) = lasting {
        sys::accounts::remember(context.env(), &id, &identity.account);
    }
    let text = if args.json {
        redact::json(json!({
            "account": identity.account,
            "arn": identity.arn,
            "user_id": identity.user_id,
            "profile": shown,
            "expires": ends.and_then(Timestamp::to_rfc3339),
        }))
    } else {
        let mut lines = vec![
            ("account", display(&identity.account)),
            ("arn", display(&identity.arn)),
            ("user id", display(&identity.user_id)),
        ];
        lines.extend(shown.map(|shown| ("profile", display(&shown))));
        lines.extend(ends.and_then(local).map(|until| ("until", until)));
        let lines = lines.into_iter().map(|(name, value)| format!("{name:<8} {value}\n"));
        lines.collect()
    };
    Ok(Outcome::Text(text, 0))
}

fn failed(files: &Files, profile: &str, error: provider::Error) -> Error {
    match error {
        provider::Error::Unreachable { needs: Some(_) } => {
            Error::from(error).hint(Command::new("aws sts get-caller-identity").option("--profile", profile))
        }
        error => without_credentials(&files.profiles, profile, error.into()),
    }
}
