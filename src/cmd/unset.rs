//! `awsenv unset`: restores the shell.

use crate::advice::Advice;
use crate::cli::ScriptArgs;
use crate::context::{Context, Outcome};
use crate::env::Env;
use crate::env::names::{DECISIVE, VarName};
use crate::env::session::leave;
use crate::error::Error;
use crate::ops::{fit, role, script};
use crate::text::{self, display};

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
        Some(state) => {
            let used = role::titled(&state.profile, state.wish.role.as_deref());
            context.ui.notice(&format!("no longer using {}", display(&used)));
        }
        None if context.ui.has_notices() => context.ui.tell(not_of_use(&context.process.env)),
        None => {}
    }
    Ok(Outcome::Switch {
        command: "unset",
        shell,
        diff,
        is_hidden: false,
    })
}

/// What there is to say where `use` set nothing.
fn not_of_use(env: &Env) -> Advice {
    let set = || DECISIVE.into_iter().filter(|name| env.os(name).is_some());
    let Some(first) = set().next() else {
        return "no profile is in use".into();
    };
    let named = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]
        .into_iter()
        .find_map(|name| Some(format!("{name} is `{}`", text::name(env.text(name)?))));
    let what = named.unwrap_or_else(|| format!("{first} is set"));
    Advice::from(format!(
        "`use` changed nothing in this shell, so there is nothing to restore; {what}; to remove it: "
    ))
    .unset(set().map(VarName::of))
}
