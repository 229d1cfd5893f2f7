//! `awsenv fail`: how the fish function ends when it could not switch.

use crate::cli::FailArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::shell::wrapper::Wrapper;

/// If a shell reads what the function prints, that shell gets a statement that fails with the same status.
pub fn run(context: &Context, args: FailArgs) -> Result<Outcome, Error> {
    let process = context.process;
    let reader = Wrapper::of(&process.env).filter(|_| process.read_by_shell);
    let statement = reader.map(|wrapper| {
        wrapper
            .shell
            .syntax()
            .fail(args.status, "awsenv could not switch this shell")
            + "\n"
    });
    Ok(Outcome::Code(statement.unwrap_or_default(), args.status))
}
