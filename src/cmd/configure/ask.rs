//! The questions of `aws configure`: the key goes into the keychain, region and output into the config file.

use std::ffi::OsStr;

use super::plan::{Keeping, Options, Present, Target};
use super::setting;
use super::write::Answers;
use crate::advice::Command;
use crate::config::edit::check_name;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::ops::ask::{self, Questions};
use crate::ops::choose::{self, Chosen};
use crate::ops::keychain::typed;
use crate::redact;
use crate::text::display;

/// Looks at everything and asks everything first, then makes all changes or none.
pub(super) fn run(context: &Context, profile: Option<&OsStr>, options: &Options) -> Result<Outcome, Error> {
    let Chosen { files, choice, .. } = choose::choose(context, profile)?;
    let name = choice.name;
    if let Some(error) = of_aws(&name).filter(|_| profile.is_some() && !files.has(&name)) {
        return Err(error);
    }
    ask::check(
        context,
        "use `awsenv configure set KEY VALUE` and `awsenv key add PROFILE --stdin` instead",
    )?;
    check_name(&name)?;
    let target = Target::of(context, &files, &name, options)?;
    context.ui.show(&format!("awsenv: {}\n", target.title()));
    let Some(answers) = questions(context, &target, options)? else {
        return Err(Error::cancelled());
    };
    let is_changed = target.apply(context, &answers)?;
    let shown = display(&name);
    context.ui.notice(&match is_changed {
        true => format!("`{shown}` is configured"),
        false if !files.has(&name) => format!("nothing was typed, so there is still no profile `{shown}`"),
        false => format!("`{shown}` is unchanged"),
    });
    Ok(Outcome::Done(0))
}

/// A word that `aws configure` takes for a command of its own, and what to run instead.
fn of_aws(word: &str) -> Option<Error> {
    let instead = match word {
        "list" => Command::new("awsenv explain"),
        "list-profiles" => Command::new("awsenv list"),
        "sso" | "sso-session" => Command::new(if word == "sso" {
            "aws configure sso"
        } else {
            "aws configure sso-session"
        }),
        "import" => Command::new("awsenv key import PROFILE"),
        "export-credentials" => Command::new("awsenv credential-process PROFILE"),
        "add-model" => Command::new("aws configure add-model"),
        _ => return None,
    };
    let message = format!("`{word}` is a command of `aws configure`, and no profile has that name");
    Some(Error::new(Kind::Usage, message).hint(instead))
}

/// `None` if a key that works is to stay after all.
fn questions(context: &Context, target: &Target<'_>, options: &Options) -> Result<Option<Answers>, Error> {
    let question = |what: &str, now: &str| format!("{what} [{}]:", if now.is_empty() { "None" } else { now });
    let mut key = None;
    let mut questions;
    match &target.keeping {
        Keeping::Not(obstacle) => {
            context.ui.error(obstacle);
            context
                .ui
                .show("awsenv: only the region and the output format can be set here\n");
            questions = Questions::begin(context)?;
        }
        Keeping::Files { present } | Keeping::Keychain { present, .. } => {
            questions = Questions::begin(context)?;
            let asked = typed::Present {
                shown: present.as_ref().map(Present::masked).unwrap_or_default(),
                id: present.as_ref().map(|present| present.id.clone()),
            };
            key = typed::asked(&mut questions, Some(&asked), options.any_shape)?;
            if let (Some(typed), Some(present)) = (&key, present)
                && !present.is_same(typed)
                && present.works
            {
                let lost = match &target.keeping {
                    Keeping::Files { .. } => ", which `awsenv undo` cannot bring back",
                    _ => "",
                };
                let shown = display(target.profile);
                let question = format!("replace the key {} of `{shown}`{lost}", present.masked());
                if !questions.yes(&question)? {
                    return Ok(None);
                }
            }
        }
    }
    let mut setting = |what: &str, key: &str| {
        let now = redact::shown(target.setting(key));
        questions.line(
            &question(what, &now),
            setting::is_plain,
            setting::is_plain,
            |text| match text {
                "" => Ok(()),
                text => setting::check(key, text),
            },
        )
    };
    Ok(Some(Answers {
        region: setting("Default region name", "region")?,
        output: setting("Default output format", "output")?,
        key,
    }))
}
