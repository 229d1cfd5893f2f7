//! `awsenv sessions clear`: gives sessions up. Those of the AWS CLI stay, but awsenv uses none from before.

use crate::cli::SessionsClearArgs;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::ops::choose::utf8;
use crate::sys::sessions::Which;

pub(super) fn run(context: &Context, args: &SessionsClearArgs) -> Result<Outcome, Error> {
    let profile = args.profile.as_deref().map(utf8).transpose()?;
    let which = match &profile {
        Some(profile) => Which::Profiles(std::slice::from_ref(profile)),
        None if args.all => Which::All,
        None => Which::Expired,
    };
    let removed = context.sessions().clear(which);
    let removed = removed.map_err(|error| Error::new(Kind::Failed, format!("cannot give the sessions up: {error}")))?;
    context.ui.notice(&match removed {
        0 => "there were no such sessions".to_owned(),
        1 => "gave up 1 session".to_owned(),
        removed => format!("gave up {removed} sessions"),
    });
    Ok(Outcome::Done(0))
}
