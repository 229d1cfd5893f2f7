//! `awsenv exec`: a program with a profile's environment, in our place.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use crate::cli::{self, ExecArgs};
use crate::context::{Context, Outcome};
use crate::env::diff::EnvDiff;
use crate::env::names::AWSENV_WRAPPED;
use crate::env::session::{enter, is_in_use, user_env};
use crate::env::state::State;
use crate::error::{Error, Kind};
use crate::ops::files::Files;
use crate::ops::{choose, pick, switch};
use crate::process::Launch;
use crate::process::Process;
use crate::shell::Shell;
use crate::shell::wrapper::Wrapper;

/// Starts the program; its status is ours.
pub fn run(context: &Context, args: ExecArgs) -> Result<Outcome, Error> {
    let mut words = args.command.into_iter();
    let Some(program) = words.next() else {
        return Err(
            Error::new(Kind::Usage, "say which program to run, after `--`").hint("awsenv exec PROFILE -- PROGRAM")
        );
    };
    let env = &context.process.env;
    let state = context.state();
    let profile = pick::picked_or(context, state.as_ref(), &args.pick, args.profile)?;
    let diff = match &state {
        // This shell is the profile already: its style, region and keys are what was asked for then.
        Some(state) if profile.is_none() && args.style.is_empty() && serves(context, state) => EnvDiff::default(),
        _ => {
            let files = Files::load(&user_env(env, state.as_ref()))?;
            let choice = choose::choose(context, &files, state.as_ref(), profile.as_deref())?;
            let switch = switch::to(context, &files, &choice, &args.style)?;
            switch.warn(context);
            enter(env, state.as_ref(), &switch.target)
        }
    };
    let mut vars = diff.apply(env);
    // The wrapper's word to us, and untrue in the program's own shells.
    vars.remove(OsStr::new(AWSENV_WRAPPED));
    Ok(Outcome::Exec(Launch {
        program,
        args: words.collect(),
        env: vars.into_iter().collect(),
    }))
}

/// Whether the environment works as `state` says, for a while yet.
fn serves(context: &Context, state: &State) -> bool {
    is_in_use(&context.process.env, state) && state.expires.is_none_or(|end| end > context.process.now.0)
}

/// The arguments as they were typed. PowerShell functions swallow the first `--`.
pub fn args(process: &Process) -> Cow<'_, [OsString]> {
    match Wrapper::of(&process.env).map(|wrapper| wrapper.shell) {
        Some(Shell::PowerShell) => with_dashes(&process.args, |word| choose::is_known(&process.env, word)).into(),
        _ => process.args.as_slice().into(),
    }
}

/// Puts back the `--` that PowerShell functions swallow: `exec PROFILE CMD…` becomes `exec PROFILE -- CMD…`, and
/// `exec CMD…` becomes `exec -- CMD…` if the first word is neither a profile nor an alias.
fn with_dashes(args: &[OsString], is_profile: impl FnOnce(&OsStr) -> bool) -> Vec<OsString> {
    let mut args = args.to_vec();
    let Some(exec) = cli::command_at(&args).filter(|at| args[*at] == "exec") else {
        return args;
    };
    let mut at = behind_flags(&args, exec + 1);
    let picks = args[exec..at].iter().any(|arg| arg == "--pick");
    if !picks && args.get(at).is_some_and(|word| word != "--" && is_profile(word)) {
        at = behind_flags(&args, at + 1);
    }
    if args.get(at).is_some_and(|word| word != "--") {
        args.insert(at, "--".into());
    }
    args
}

/// Where the first word at or behind `at` stands that is no flag of ours and no flag's value.
fn behind_flags(args: &[OsString], mut at: usize) -> usize {
    let takes_value = |arg: &OsString| arg == "--region" || arg == "--color" || arg == "--query";
    let is_flag = |arg: &OsString| arg != "--" && arg.as_encoded_bytes().first() == Some(&b'-');
    while args.get(at).is_some_and(is_flag) {
        at += 1 + usize::from(takes_value(&args[at]));
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dashes(words: &str) -> String {
        let args: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        with_dashes(&args, |word| word == "prod")
            .join(OsStr::new(" "))
            .into_string()
            .unwrap()
    }

    #[test]
    fn the_swallowed_dashes_come_back() {
        assert_eq!(dashes("awsenv exec prod ls -la"), "awsenv exec prod -- ls -la");
        assert_eq!(dashes("awsenv exec ls -la"), "awsenv exec -- ls -la");
        assert_eq!(
            dashes("awsenv exec --keys --region eu prod ls"),
            "awsenv exec --keys --region eu prod -- ls"
        );
        assert_eq!(dashes("awsenv exec prod -- ls --"), "awsenv exec prod -- ls --");
        assert_eq!(
            dashes("awsenv exec prod npm run x -- -y"),
            "awsenv exec prod -- npm run x -- -y"
        );
        assert_eq!(dashes("awsenv exec git log -- f"), "awsenv exec -- git log -- f");
        assert_eq!(
            dashes("awsenv exec prod --keys ls -a"),
            "awsenv exec prod --keys -- ls -a"
        );
        assert_eq!(
            dashes("awsenv --color never exec prod ls"),
            "awsenv --color never exec prod -- ls"
        );
        assert_eq!(
            dashes("awsenv exec --pick --query x prod -a"),
            "awsenv exec --pick --query x -- prod -a"
        );
        assert_eq!(dashes("awsenv exec prod --help"), "awsenv exec prod --help");
        assert_eq!(
            dashes("awsenv complete --shell powershell -- exec prod l"),
            "awsenv complete --shell powershell -- exec prod l"
        );
        assert_eq!(dashes("awsenv use exec prod"), "awsenv use exec prod");
        assert_eq!(dashes("awsenv exec --help"), "awsenv exec --help");
        assert_eq!(dashes("awsenv list"), "awsenv list");
    }
}
