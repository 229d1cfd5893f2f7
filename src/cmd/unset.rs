//! `awsenv unset`: restores the shell.

use crate::cli::ScriptArgs;
use crate::context::{Context, Outcome};
use crate::env::session::leave;
use crate::error::Error;
use crate::ops::{fit, script};
use crate::text::display;

/// To its state before the first `use`.
pub fn run(context: &Context, args: ScriptArgs) -> Result<Outcome, Error> {
    let shell = script::shell(context, args.shell.as_deref())?;
    let state = context.state();
    let left = leave(&context.process.env, state);
    let diff = fit::check(context, left.diff, state.map(|state| state.profile.as_str()))?;
    for name in &left.drifted {
        context
            .ui
            .warn(format!("{name} was changed since `use`, so it is left as it is"));
    }
    context
        .ui
        .narrate(&format!("changes {}", diff.changed(&context.process.env).join(", ")));
    match state {
        Some(state) => context
            .ui
            .notice(&format!("no longer using {}", display(&state.profile))),
        None => context.ui.notice("no profile is in use"),
    }
    Ok(Outcome::Switch {
        command: "unset",
        shell,
        diff,
        is_hidden: false,
    })
}
