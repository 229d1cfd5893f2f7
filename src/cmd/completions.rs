//! `awsenv completions`: the completion of a shell, as a file that works without the integration.

use crate::Finish;
use crate::cli::CompletionsArgs;
use crate::cmd::{Context, script};
use crate::error::{Error, Kind};

/// The shell's file as it is.
pub fn run(context: &Context, args: &CompletionsArgs) -> Finish {
    script::for_shell(context, &args.shell, |shell| {
        let text = shell.syntax().completion().map(str::to_owned);
        text.ok_or_else(|| Error::new(Kind::Usage, format!("there is no completion for {}", shell.as_str())))
    })
}
