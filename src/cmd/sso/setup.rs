//! `awsenv sso setup`: from nothing to profiles that work: the questions, the section, the sign-in, the import.

use super::import;
use crate::advice::{Advice, Command};
use crate::cli::{PortalArgs, SsoImportArgs, SsoSetupArgs, TEMPLATE};
use crate::config::FileKind;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::ops::ask::{self, Questions};
use crate::ops::files::Files;
use crate::ops::sign_in::{self, Way};
use crate::ops::sso::{region, sessions, setup};
use crate::ops::{choose, edit};
use crate::redact;
use crate::text::display;

/// Nothing is written before the last question is answered.
pub(super) fn run(context: &Context, args: &SsoSetupArgs) -> Result<Outcome, Error> {
    let name = args.name.as_str();
    setup::check_name(name)?;
    let files = Files::load(context)?;
    let start_url = args.start_url.as_deref().map(setup::start_url).transpose()?;
    let region = choose::asked_region(context, &files, args.region.as_deref())?.map(|region| region.into_owned());
    let shown = display(name);
    let existing = setup::existing(&files, name, start_url.as_deref(), region.as_deref())?;
    match &existing {
        Some(_) => context.ui.notice(&format!("the SSO session `{shown}` already exists")),
        None => {
            edit::check_path(context, files.path_to_write(FileKind::Config)?)?;
            let (start_url, region) = missing(context, &files, start_url, region)?;
            setup::write(context, name, &start_url, &region)?;
            let path = files.path_to_write(FileKind::Config)?.display().to_string();
            let path = context.ui.shown(&path);
            context
                .ui
                .notice(&format!("the SSO session `{shown}` is in {path} now"));
        }
    }
    let files = Files::load(context)?;
    let session = sessions::named(&files, name)?;
    sign_in::sign_in(context, &session, &files.calls(None), &Way::default()).map_err(|error| match &existing {
        Some(_) => error,
        None => error.hint(Advice::from("the session stays; to remove it: ").command(Command::new("awsenv undo"))),
    })?;
    let by_itself = Command::new("awsenv sso import").option("--session", name);
    if ask::check(context, "").is_err() {
        context
            .ui
            .tell(Advice::from("add profiles for its accounts and roles: ").command(by_itself));
        return Ok(Outcome::Done(0));
    }
    if !ask::yes(context, "add profiles for its accounts and roles now", false, "")? {
        context.ui.tell(Advice::from("to do so later: ").command(by_itself));
        return Ok(Outcome::Done(0));
    }
    let args = SsoImportArgs {
        portal: PortalArgs {
            session: Some(name.to_owned()),
            refresh: true,
        },
        template: TEMPLATE.to_owned(),
        ..SsoImportArgs::default()
    };
    import::run(context, &args).map_err(|error| match error.kind {
        Kind::Cancelled => {
            let error = Error::new(Kind::Cancelled, "cancelled, no profile was added");
            error.hint(Advice::from("to do so later: ").command(by_itself))
        }
        _ => error,
    })
}

/// What the options leave open is asked.
fn missing(
    context: &Context,
    files: &Files,
    start_url: Option<String>,
    region: Option<String>,
) -> Result<(String, String), Error> {
    if let (Some(start_url), Some(region)) = (&start_url, &region) {
        return Ok((start_url.clone(), region.clone()));
    }
    ask::check(context, "add `--start-url URL` and `--region REGION`")?;
    let is_plain = |text: &str| redact::harmless(text).is_some();
    let mut questions = Questions::begin(context)?;
    let start_url = match start_url {
        Some(start_url) => start_url,
        None => {
            let typed = questions.line("Start URL of the access portal:", is_plain, is_plain, |text| {
                setup::start_url(text).map(drop)
            })?;
            setup::start_url(&typed)?
        }
    };
    let region = match region {
        Some(region) => region,
        None => {
            let check = |text: &str| region::answered(context, files, text);
            let question = "Region of IAM Identity Center:";
            check(&questions.line(question, is_plain, is_plain, |text| check(text).map(drop))?)?
        }
    };
    Ok((start_url, region))
}
