//! `awsenv logout`: ends a sign-in, and gives up what it gave.

use crate::cli::LogoutArgs;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::ops::choose;
use crate::ops::files::Files;
use crate::ops::sign_in::{self, Target};
use crate::ops::sso::leave;
use crate::redact::shown;

pub fn run(context: &Context, args: LogoutArgs) -> Result<Outcome, Error> {
    let files = Files::load(context)?;
    if args.all {
        let left = leave::all(context, &files)?;
        context.ui.notice(&match left {
            0 => "you were not signed in".to_owned(),
            1 => "signed out of 1 session".to_owned(),
            all => format!("signed out of {all} sessions"),
        });
        return Ok(Outcome::Done(0));
    }
    let word = args.name.as_deref().map(choose::utf8).transpose()?;
    let Target { session, calls } = sign_in::target(context, word, args.session, "awsenv logout NAME")?;
    let shown = shown(session.cache_name());
    let was_in = leave::one(context, &files, &session, calls)
        .map_err(|error| Error::new(Kind::Failed, format!("cannot sign out of `{shown}`: {error}")))?;
    context.ui.notice(&match was_in {
        true => format!("signed out of `{shown}`"),
        false => format!("you were not signed in to `{shown}`"),
    });
    Ok(Outcome::Done(0))
}
