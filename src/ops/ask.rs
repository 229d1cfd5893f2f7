//! Questions to the user: on stderr, answered at the terminal, whatever stdin and stdout are.

use std::io::ErrorKind;

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::secret::Secret;
use crate::sys::terminal::Terminal;

/// Checks that the user can be asked, before the first of several questions; `without_terminal` is the hint that says
/// what to do without a terminal.
///
/// # Errors
/// There is no terminal.
pub fn check(context: &Context, without_terminal: &str) -> Result<(), Error> {
    terminal(context)
        .map(drop)
        .map_err(|error| error.hint(without_terminal))
}

/// A line without its surrounding blanks.
///
/// # Errors
/// There is no terminal, or the user cancels.
pub fn line(context: &Context, question: &str) -> Result<String, Error> {
    let terminal = terminal(context)?;
    context.ui.ask(question, false);
    answer(&terminal)
}

/// A line that is not shown while it is typed, returned unchanged.
///
/// # Errors
/// There is no terminal, the user cancels, or the line is not UTF-8.
pub fn secret(context: &Context, question: &str) -> Result<Secret<String>, Error> {
    let terminal = terminal(context)?;
    let answer = terminal.secret(|| context.ui.ask(question, false));
    // The terminal did not show Enter either.
    crate::ui::talk("\n");
    match answer {
        Ok(Some(secret)) => Ok(secret),
        Err(error) if error.kind() == ErrorKind::InvalidData => Err(Error::new(Kind::Failed, error.to_string())),
        Ok(None) | Err(_) => Err(Error::cancelled()),
    }
}

/// Where the answer yes may do harm, only the whole word counts as one. `without_terminal` is the hint that says how to
/// avoid the question.
///
/// # Errors
/// There is no terminal, or the user cancels.
pub fn yes(context: &Context, question: &str, is_grave: bool, without_terminal: &str) -> Result<bool, Error> {
    let terminal = terminal(context).map_err(|error| error.hint(without_terminal))?;
    let answers = if is_grave {
        "Type the whole word `yes`:"
    } else {
        "[y/N]"
    };
    context.ui.ask(&format!("{question}? {answers}"), is_grave);
    let answer = answer(&terminal)?.to_lowercase();
    Ok(answer == "yes" || answer == "y" && !is_grave)
}

fn terminal(context: &Context) -> Result<Terminal, Error> {
    let process = context.process;
    Terminal::of_person(process.stderr_tty, process.env.text("TERM")).map_err(|why| {
        let message = format!("cannot ask without a terminal: {why}");
        Error::new(Kind::Failed, message)
    })
}

fn answer(terminal: &Terminal) -> Result<String, Error> {
    match terminal.line() {
        Ok(Some(answer)) => Ok(answer.trim().to_owned()),
        _ => {
            // The cursor is still after the question.
            crate::ui::talk("\n");
            Err(Error::cancelled())
        }
    }
}
