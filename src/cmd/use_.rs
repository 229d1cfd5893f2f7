//! `awsenv use`: a script that switches this shell.

use crate::cli::UseArgs;
use crate::context::Context;
use crate::env::diff::EnvDiff;
use crate::env::session::enter;
use crate::error::{Error, Kind};
use crate::ops::files::Files;
use crate::ops::pick::{self, Manner};
use crate::ops::{choose, switch, usage};
use crate::resolve::Choice;

/// What makes the shell work as the profile.
pub fn run(context: &Context, args: &UseArgs) -> Result<EnvDiff, Error> {
    let state = context.state();
    let (files, choice) = match &args.profile {
        None => {
            let name = pick::profile(context, manner(args))?;
            (Files::load(context)?, Choice::explicit(name))
        }
        Some(word) if word == "-" => {
            let previous = state.and_then(|state| state.previous.clone());
            let none = || Error::new(Kind::Failed, "no profile was used before this one in this shell");
            let name = previous.ok_or_else(none)?;
            (Files::load(context)?, Choice::explicit(name))
        }
        Some(word) => {
            let files = Files::load(context)?;
            let choice = choose::find(context, &files, word, args)?;
            (files, choice)
        }
    };
    let switch = switch::to(context, &files, &choice, &args.style)?;
    switch.warn(context);
    let diff = enter(&context.process.env, state, &switch.target);
    context
        .ui
        .narrate(&format!("style {}: {}", switch.target.style.as_str(), switch.because));
    context
        .ui
        .narrate(&format!("changes {}", diff.changed(&context.process.env).join(", ")));
    context.ui.notice(&switch.summary());
    // What programs do says nothing about what a person will choose.
    if context.process.stderr_tty && files.settings.history {
        usage::remember(context, &switch.target.profile);
    }
    Ok(diff)
}

fn manner(args: &UseArgs) -> Manner<'_> {
    let query = args.query.as_deref().unwrap_or_default();
    if args.first {
        Manner::First(query)
    } else {
        Manner::Ask(query)
    }
}
