//! `awsenv completions`: the completion for a shell, as a file that works without the integration.

use crate::cli::CompletionsArgs;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::ops::script;

/// Prints the shell's file unchanged.
pub fn run(_: &Context, args: CompletionsArgs) -> Result<Outcome, Error> {
    let shell = script::known_shell(&args.shell)?;
    let none = || {
        let message = format!("there is no completion for {}", shell.as_str());
        Error::new(Kind::Usage, message).hint("`awsenv completions --help` lists the shells")
    };
    let text = shell.syntax().completion().ok_or_else(none)?;
    Ok(Outcome::Code(text.to_owned(), 0))
}
