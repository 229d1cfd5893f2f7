//! `awsenv use`: prints a script that switches this shell.

use crate::advice::Command;
use crate::cli::UseArgs;
use crate::context::{Context, Outcome};
use crate::env::session::enter;
use crate::env::style::Style;
use crate::error::{Error, Kind};
use crate::ops::choose::Chosen;
use crate::ops::pick::{self, Manner};
use crate::ops::script;
use crate::ops::switch::Asked;
use crate::ops::{choose, fit, now, starship, switch, usage};
use crate::provider::Fresh;
use crate::resolve::How;

pub fn run(context: &Context, args: UseArgs) -> Result<Outcome, Error> {
    let shell = script::shell(context, args.script.shell.as_deref())?;
    let state = context.state();
    let mut asked = Asked::of(&args.style, args.sign_in);
    let repeats = args.style.refresh.is_some() && !args.first && args.query.is_none();
    let chosen = match &args.profile {
        None if repeats => {
            let state = state.ok_or_else(|| nothing_to_renew(context))?;
            asked.repeat(&state.wish, Some(state.style));
            Chosen::named(context, &state.profile)?
        }
        None => pick::profile(context, manner(&args), "awsenv use PROFILE")?,
        Some(word) if word == "-" => {
            let previous = state.and_then(|state| state.previous.as_ref());
            let none = || Error::new(Kind::Failed, "this shell has no previous profile");
            let previous = previous.ok_or_else(none)?;
            asked.repeat(&previous.wish, None);
            Chosen::named(context, &previous.profile)?
        }
        Some(word) => match choose::find(context, word, &args)? {
            Some(chosen) => chosen,
            None => pick::profile(context, Manner::Ask(&word.to_string_lossy()), "awsenv use PROFILE")?,
        },
    };
    let may_have_keys = || script::may_have_keys(context.process, args.script.shell.as_deref());
    let switch = switch::to(context, &chosen, &asked, may_have_keys)?;
    switch.warn(context);
    let diff = enter(&context.process.env, state, &switch.target);
    let diff = fit::check(context, diff, Some(&switch.target.profile))?;
    if asked.fresh != Fresh::No && switch.target.style == Style::Name {
        context
            .ui
            .tell("there are no keys to renew: by name, tools get their keys themselves");
    }
    context
        .ui
        .narrate(&format!("style {}: {}", switch.target.style.as_str(), switch.because));
    context
        .ui
        .narrate(&format!("changes {}", diff.changed(&context.process.env).join(", ")));
    // The local time is in a file.
    if context.ui.has_notices() {
        context.ui.notice(&switch.summary());
    }
    // What programs do says nothing about what a person will choose.
    if context.process.stderr_tty && chosen.files.settings.history {
        usage::remember(context, &switch.target.profile);
    }
    let (profile, style) = (&switch.target.profile, switch.target.style);
    Ok(Outcome::Switch {
        command: "use",
        shell,
        diff,
        is_hidden: starship::hides(profile, style, shell, &context.process.env, &chosen.files),
    })
}

fn nothing_to_renew(context: &Context) -> Error {
    let message = "this shell uses no profile, so there are no keys to renew";
    let error = Error::new(Kind::Failed, message);
    match now::choice(context).how {
        How::Variable(variable) => error.hint(format!("{variable} names one: tools get its keys themselves")),
        How::Explicit | How::Implicit => error.hint(Command::new("awsenv use").operand("PROFILE").flag("--refresh")),
    }
}

fn manner(args: &UseArgs) -> Manner<'_> {
    let query = args.query.as_deref().unwrap_or_default();
    if args.first {
        Manner::First(query)
    } else {
        Manner::Ask(query)
    }
}
