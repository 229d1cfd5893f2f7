//! `awsenv exec`: runs a program with a profile's environment, in place of this process.

use std::ffi::OsStr;

use crate::cli::ExecArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::env::diff::EnvDiff;
use crate::env::names::{AWSENV_DEPTH, AWSENV_WRAPPED};
use crate::env::session::{Target, enter};
use crate::env::style::Style;
use crate::error::{Error, Kind};
use crate::ops::choose::Chosen;
use crate::ops::files::Files;
use crate::ops::refusal::{mistakes, without_credentials};
use crate::ops::sign_in::{Login, Offer};
use crate::ops::switch::Asked;
use crate::ops::{choose, export, fit, now, pick, ports, switch, unknown};
use crate::process::Launch;
use crate::resolve::{BaseSource, CredentialPlan, StyleError};
use crate::session::MARGIN;
use crate::sys;
use crate::sys::clock::local;

/// The program's exit status becomes this one's.
pub fn run(context: &Context, args: ExecArgs) -> Result<Outcome, Error> {
    let mut words = args.command.into_iter();
    let Some(program) = words.next() else {
        return Err(
            Error::new(Kind::Usage, "name the program to run after `--`").hint(unknown::program(context.process))
        );
    };
    let env = &context.process.env;
    let state = context.state();
    let names_none = !args.pick.pick && args.profile.is_none();
    let stays = names_none && args.style.is_empty() && !args.sign_in.login;
    let mut asked = Asked::of(&args.style, args.sign_in);
    let diff = match state {
        // This shell already uses the profile, with the style, region and keys that the user chose then.
        Some(state) if stays && now::serves(context, state) => {
            if state.style == Style::Name {
                let Chosen { files, choice, .. } = choose::choose(context, None)?;
                let (plan, _) = files.resolve_past_boto(&choice, None)?;
                offer(context, &files, &plan).ahead()?;
            }
            EnvDiff::default()
        }
        _ => {
            let usage = "awsenv exec PROFILE -- PROGRAM";
            let chosen = pick::chosen(context, &args.pick, args.profile.as_deref(), usage)?;
            if stays && works_by_itself(context, &chosen)? {
                EnvDiff::default()
            } else {
                // Keys that no longer last are got again as `use` got them, and never with more rights.
                if let Some(state) = state.filter(|state| names_none && state.profile == chosen.choice.name) {
                    asked.repeat(&state.wish, Some(state.style));
                }
                match switch::to(context, &chosen, &asked, || Ok(())) {
                    Ok(switch) => {
                        switch.warn(context);
                        warn_of_end(context, &switch.target);
                        fit::check(context, enter(env, state, &switch.target), Some(&switch.target.profile))?
                    }
                    Err(error)
                        if stays
                            && error.kind != Kind::Cancelled
                            && state.is_some_and(|state| now::lasts(context, state, 0)) =>
                    {
                        context
                            .ui
                            .warn(format!("the keys in the environment end soon, and {}", error.message));
                        EnvDiff::default()
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    };
    let mut vars = diff.apply(env);
    // The wrapper sets it for awsenv, and it would be wrong in the program's own shells.
    vars.remove(OsStr::new(AWSENV_WRAPPED));
    vars.insert(
        AWSENV_DEPTH.into(),
        (ports::depth(env).saturating_add(1)).to_string().into(),
    );
    Ok(Outcome::Exec(Launch {
        program,
        args: words.collect(),
        env: vars.into_iter().collect(),
    }))
}

/// Where the shell keeps what it has, `--login` is not given.
fn offer<'a>(context: &'a Context<'a>, files: &Files, plan: &'a CredentialPlan) -> Offer<'a> {
    Offer {
        context,
        plan,
        login: Login::of(false, &files.settings),
        until: None,
    }
}

/// Nothing renews the keys of a program that is running.
fn warn_of_end(context: &Context, target: &Target) {
    let end = target.expires.map(Timestamp);
    if let Some(end) = end.filter(|end| end.seconds_from(sys::clock::now()) < MARGIN) {
        let until = local(end).map_or(String::new(), |at| format!(", at {at}"));
        context.ui.warn(format!("the keys of this program end soon{until}"));
    }
}

/// Whether programs find in this shell's environment what tools take there, so that nothing has to be exported.
fn works_by_itself(context: &Context, chosen: &Chosen) -> Result<bool, Error> {
    let Chosen { files, choice, .. } = chosen;
    let lasts = |plan: &CredentialPlan, seconds| {
        now::expires(context, plan).is_none_or(|end| end.seconds_from(context.process.now) > seconds)
    };
    if choice.is_explicit() {
        return Ok(lasts(&now::plan(context, files, choice)?, MARGIN));
    }
    let (plan, _) = files.resolve_past_boto(choice, None)?;
    let decision = match files.style(&plan, choice, None) {
        // The credentials of a container or a token file, which need no profile.
        Err(StyleError::NoProfile { .. }) if plan.base.is_some() => return Ok(true),
        decision => decision.map_err(|error| without_credentials(&files.profiles, &choice.name, error.into()))?,
    };
    if let Some(BaseSource::Environment { .. }) = plan.base {
        return Ok(lasts(&plan, 0));
    }
    let lacks_region = files.settings.export_region && export::region(&plan).is_some();
    if decision.style == Style::Keys || lacks_region {
        return Ok(false);
    }
    if let Some(BaseSource::CredentialProcess(process)) = &plan.base {
        ports::check_name_style(context, &choice.name, process)?;
    }
    offer(context, files, &plan).ahead()?;
    if let Some(warning) = decision.warning {
        context.ui.warn(warning);
    }
    if plan.base.is_none() {
        mistakes(&files.profiles, &choice.name).for_each(|mistake| context.ui.warn(mistake));
    }
    Ok(true)
}
