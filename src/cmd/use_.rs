//! `awsenv use`: a script that switches this shell.

use crate::cli::UseArgs;
use crate::cmd::inputs::Files;
use crate::cmd::{Context, named, switch};
use crate::env::session::{enter, user_env};
use crate::error::{Error, Kind};
use crate::resolve::Choice;
use crate::shell::Shell;

/// The script that makes the shell work as the profile.
pub fn run(context: &Context, args: &UseArgs, shell: Shell) -> Result<String, Error> {
    let Some(profile) = &args.profile else {
        return Err(Error::new(Kind::Usage, "say which profile")
            .hint("awsenv use PROFILE")
            .hint("`awsenv list` shows what there is"));
    };
    let state = context.state();
    let previous = || state.as_ref().and_then(|state| state.previous.clone());
    let previous = if profile == "-" {
        let none = || Error::new(Kind::Failed, "no profile was used before this one in this shell");
        Some(previous().ok_or_else(none)?)
    } else {
        None
    };
    let files = Files::load(&user_env(&context.process.env, state.as_ref()))?;
    let choice = match previous {
        Some(name) => Choice::explicit(name),
        None => named::find(context, &files, profile, args)?,
    };
    let switch = switch::to(context, &files, &choice, &args.style)?;
    switch.warn(context);
    let diff = enter(&context.process.env, state.as_ref(), &switch.target);
    context
        .ui
        .narrate(&format!("style {}: {}", switch.target.style.as_str(), switch.because));
    context
        .ui
        .narrate(&format!("changes {}", diff.changed(&context.process.env).join(", ")));
    context.ui.notice(&switch.summary());
    Ok(shell.syntax().script(&diff))
}
