//! What the next `aws` call of this shell will meet, as far as can be known without asking anyone. `current` says it, and
//! `doctor` fails if it does.

use crate::advice::{Advice, Command};
use crate::context::Context;
use crate::env::names;
use crate::env::session::is_left;
use crate::env::style::Style;
use crate::ops::files::Files;
use crate::ops::foreseen::{self, Cause, Foreseen, Held};
use crate::ops::now;
use crate::ops::refusal::mistakes;
use crate::resolve::{self, BaseSource, Choice, CredentialPlan, How};
use crate::sys::clock::local;
use crate::text::display;

/// What surely stops the call comes first. `plan` is that of [`now::plan`].
pub fn of(context: &Context, files: &Files, choice: &Choice, plan: &CredentialPlan) -> Vec<Foreseen> {
    let (env, now) = (&context.process.env, context.process.now);
    let mut found: Vec<Foreseen> = only_in_boto(files, choice).into_iter().collect();
    if plan.base.is_none() {
        found.push(no_credentials(files, choice, plan));
    }
    found.extend(foreseen::spared(files, plan, expired(context, plan), now));
    found.extend(foreseen::of_plan(
        files,
        env,
        &Held::of(context),
        &choice.name,
        plan,
        now,
    ));
    let of_profile = files.resolve_in(&now::env(context, files, choice), choice, None);
    let region = now::region(plan.region.clone(), of_profile.ok().and_then(|plan| plan.region));
    let of_tools = resolve::select(None, env);
    found.extend(foreseen::of_values(
        files,
        env,
        &of_tools.name,
        &choice.name,
        plan,
        region.as_ref(),
    ));
    found.sort_by_key(|found| !found.is_certain);
    found
}

/// Whose keys the environment has, if `use` exported them.
pub fn keys_of<'a>(context: &'a Context<'_>) -> Option<&'a str> {
    let state = context.state().filter(|state| state.style == Style::Keys)?;
    is_left(&context.process.env, state, &["AWS_ACCESS_KEY_ID"]).then_some(state.profile.as_str())
}

fn only_in_boto(files: &Files, choice: &Choice) -> Option<Foreseen> {
    let How::Variable(variable) = choice.how else {
        return None;
    };
    if files.profiles.profile(&choice.name).is_some() {
        return None;
    }
    let name = display(&choice.name);
    let message = format!("profile `{name}` is only in a legacy boto file, where the AWS CLI and SDKs find none");
    let found = Foreseen::new(Cause::OnlyInBoto, message, None).remedy(format!("{variable} names it"));
    Some(found.remedy(Command::new("awsenv use").operand(&choice.name)))
}

fn no_credentials(files: &Files, choice: &Choice, plan: &CredentialPlan) -> Foreseen {
    let of_files = match plan.asks_metadata {
        true => " in the files or the environment",
        false => "",
    };
    let message = format!("profile `{}` has no credentials{of_files}", display(&choice.name));
    let found = Foreseen::new(Cause::NoCredentials, message, None);
    let found = mistakes(&files.profiles, &choice.name).fold(found, Foreseen::remedy);
    match plan.asks_metadata {
        true => found.remedy("on an EC2 instance, the AWS CLI and SDKs use those of the instance"),
        false => found.remedy(Command::new("awsenv explain").operand(&choice.name)),
    }
}

/// Keys of the environment that are over.
fn expired(context: &Context, plan: &CredentialPlan) -> Option<Foreseen> {
    let Some(BaseSource::Environment { .. }) = plan.base else {
        return None;
    };
    let end = now::expires(context, plan).filter(|end| *end <= context.process.now)?;
    let end = local(end).unwrap_or_default();
    let message = format!("the keys in the environment expired at {end}");
    Some(Foreseen::new(Cause::Expired, message, None).remedy(renewed(context)))
}

fn renewed(context: &Context) -> Advice {
    const KEYS: [&str; 4] = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION",
    ];
    match keys_of(context) {
        // Alone, the profile would lose the role, the region and the duration that it was used with.
        Some(_) => Command::new("awsenv use").flag("--refresh").into(),
        None => Advice::default().unset(names::names(KEYS)),
    }
}
