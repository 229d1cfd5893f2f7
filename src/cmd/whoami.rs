//! `awsenv whoami`: whose keys a profile has, as AWS itself says.

use serde_json::json;

use crate::advice::Command;
use crate::cli::WhoamiArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::error::{Error, Kind};
use crate::ops::choose::Chosen;
use crate::ops::files::Files;
use crate::ops::ports::Outside;
use crate::ops::refusal::without_credentials;
use crate::ops::sso::near;
use crate::ops::{catalog, choose, mfa, now, pick, role};
use crate::provider::{self, Whose};
use crate::redact;
use crate::resolve::CredentialPlan;
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
    let region = choose::asked_region(context, &files, args.region.as_deref())?;
    let (mut plan, mut shown) = match is_named {
        true => (files.resolve(&choice, region.as_deref())?, Some(choice.name.clone())),
        false => (
            now::plan_in(context, &files, &choice, region.as_deref())?,
            now::shown(context, &choice, &files),
        ),
    };
    if plan.base.is_none() {
        return Err(no_keys(&files, shown.as_deref()));
    }
    if let Some(arn) = &args.role {
        role::on_top(&mut plan, &choice.name, arn)?;
        shown = Some(role::titled(&shown.unwrap_or_default(), Some(arn)));
    }
    let outside = Outside::of(context, &choice.name)?.with_code(args.mfa_code.clone());
    let Whose {
        identity,
        lasting,
        ends,
        expires,
    } = provider::whose(&plan, &role::wants_as_is(context), outside.ports())
        .map_err(|error| failed(context, &files, &plan, &choice.name, args.role.is_some(), error))?;
    if outside.has_code_left() && !plan.roles.is_empty() {
        mfa::tell_left(context, &plan, &choice.name);
    } else if outside.has_code_left() {
        let why = "`whoami` asks about the profile's own keys, which take none";
        context.ui.warn(format!("the code of `--mfa-code` is not used: {why}"));
    }
    if let Some(id) = lasting {
        sys::accounts::remember(context.env(), &id, &identity.account);
    }
    let text = if args.json {
        redact::json(json!({
            "account": identity.account,
            "arn": identity.arn,
            "user_id": identity.user_id,
            "profile": shown,
            "expires": expires.and_then(Timestamp::to_rfc3339),
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

/// The AWS CLI can be asked about the profile alone.
fn failed(
    context: &Context,
    files: &Files,
    plan: &CredentialPlan,
    profile: &str,
    has_role_on_top: bool,
    error: provider::Error,
) -> Error {
    match error {
        provider::Error::Unreachable { needs: Some(_) } if !has_role_on_top => {
            Error::from(error).hint(Command::new("aws sts get-caller-identity").option("--profile", profile))
        }
        error => without_credentials(&files.profiles, profile, near::explained(context.env(), plan, error)),
    }
}

/// There are no keys to ask about.
fn no_keys(files: &Files, profile: Option<&str>) -> Error {
    let Some(profile) = profile else {
        let error = Error::new(Kind::Credentials, "no profile is in use in this shell");
        return catalog::first_steps(files).into_iter().fold(error, Error::hint);
    };
    let message = format!("profile `{}` has no credentials", display(profile));
    without_credentials(&files.profiles, profile, Error::new(Kind::Credentials, message))
}
