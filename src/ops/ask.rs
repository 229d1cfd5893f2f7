//! Questions to the user: on stderr, answered at the terminal, whatever stdin and stdout are.

use std::io::ErrorKind;

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::secret::Secret;
use crate::sys::terminal::{self, Answer, Panel, Terminal, Typing};
use crate::ui::talk;

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

/// A line that is not shown while it is typed, returned unchanged.
///
/// # Errors
/// There is no terminal, the user cancels, or the line is not UTF-8.
pub fn secret(context: &Context, question: &str) -> Result<Secret<String>, Error> {
    Questions::begin(context)?.whole(question)
}

/// Several questions in a row. The terminal echoes nothing meanwhile, because a secret may be typed or pasted at any of
/// them.
#[derive(Debug)]
pub struct Questions<'a> {
    context: &'a Context<'a>,
    typing: Typing,
}

impl<'a> Questions<'a> {
    /// # Errors
    /// There is no terminal.
    pub fn begin(context: &'a Context<'a>) -> Result<Self, Error> {
        let typing = terminal(context)?.typing(None);
        let typing = typing.map_err(|error| Error::new(Kind::Failed, format!("cannot read the terminal: {error}")))?;
        Ok(Self { context, typing })
    }

    /// An answer without its surrounding blanks. It is shown while all of it `may_show`, and when `check` accepts it, if it
    /// `is_shown` whole; otherwise the error is shown and the question asked again.
    ///
    /// # Errors
    /// The user cancels.
    pub fn line(
        &mut self,
        question: &str,
        may_show: impl Fn(&str) -> bool,
        is_shown: impl Fn(&str) -> bool,
        check: impl Fn(&str) -> Result<(), Error>,
    ) -> Result<String, Error> {
        loop {
            let typed = self.read(question, &may_show)?;
            let text = typed.expose().trim();
            match check(text) {
                Ok(()) => {
                    if !may_show(typed.expose()) && is_shown(text) {
                        talk(&self.context.ui.shown(text));
                    }
                    talk("\n");
                    return Ok(text.to_owned());
                }
                Err(error) => self.again(&error),
            }
        }
    }

    /// A line that is not shown, returned unchanged.
    ///
    /// # Errors
    /// The user cancels, or the line is not UTF-8.
    pub fn whole(&mut self, question: &str) -> Result<Secret<String>, Error> {
        let typed = self.read(question, &|_| false)?;
        // The terminal did not show Enter either.
        talk("\n");
        Ok(typed)
    }

    /// A line that is not shown, without its surrounding blanks; asked again until `check` accepts it.
    ///
    /// # Errors
    /// The user cancels.
    pub fn secret(
        &mut self,
        question: &str,
        check: impl Fn(&mut Self, &str) -> Result<(), Error>,
    ) -> Result<Secret<String>, Error> {
        loop {
            let typed = self.whole(question)?;
            let text = Secret::new(typed.expose().trim().to_owned());
            match check(self, text.expose()) {
                Ok(()) => return Ok(text),
                Err(error) if error.kind == Kind::Cancelled => return Err(error),
                Err(error) => self.context.ui.error(&error),
            }
            self.typing.forget();
        }
    }

    /// What was typed before the question does not answer it.
    ///
    /// # Errors
    /// The user cancels.
    pub fn yes(&mut self, question: &str) -> Result<bool, Error> {
        self.typing.forget();
        let is_word = |text: &str| text.len() <= 3 && text.chars().all(|c| c.is_ascii_alphabetic());
        let typed = self.read(&format!("{question}? [y/N]"), &is_word)?;
        talk("\n");
        let answer = typed.expose().trim().to_lowercase();
        Ok(answer == "yes" || answer == "y")
    }

    /// Says what is wrong with an answer. What was typed after it belongs to it.
    pub fn again(&mut self, error: &Error) {
        talk("\n");
        self.context.ui.error(error);
        self.typing.forget();
    }

    fn read(&mut self, question: &str, may_show: &dyn Fn(&str) -> bool) -> Result<Secret<String>, Error> {
        let ask = || self.context.ui.ask(question, false);
        match self.typing.line(&ask, may_show, &talk) {
            Ok(Answer::Line(line)) => Ok(line),
            Err(error) if error.kind() == ErrorKind::InvalidData => Err(Error::new(Kind::Failed, error.to_string())),
            Ok(Answer::Over(_)) | Err(_) => {
                talk("\n");
                Err(Error::cancelled())
            }
        }
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
    let ask = || context.ui.ask(&format!("{question}? {answers}"), is_grave);
    let answer = answer(&terminal, ask)?.to_lowercase();
    Ok(answer == "yes" || answer == "y" && !is_grave)
}

/// A question that is asked at the terminal itself, whatever stderr is, because another program may read that. Only where
/// [`may_ask`] agrees.
///
/// # Errors
/// The user cancels.
pub fn yes_at_terminal(context: &Context, question: &str) -> Result<bool, Error> {
    let failed = |error| Error::new(Kind::Failed, format!("cannot read the terminal: {error}"));
    let terminal = Terminal::open().map_err(failed)?;
    let panel = Panel::open(context.process.env.text("TERM"));
    let ask = || panel.print(&format!("awsenv: {}? [y/N] ", context.ui.shown(question)));
    match terminal.line(ask) {
        Ok(Some(answer)) => Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str())),
        _ => {
            panel.print("\n");
            Err(Error::cancelled())
        }
    }
}

/// Checks that a person may be asked at the terminal of this process, whatever the streams are: the one place that
/// decides about codes, sign-ins and the like.
///
/// # Errors
/// What is in the way, as a sentence.
pub fn may_ask(context: &Context) -> Result<(), &'static str> {
    check_willing(context)?;
    match context.process.env.text("TERM") {
        Some("dumb") => Err("TERM is `dumb`"),
        _ => terminal::check_attended(),
    }
}

/// Checks that nothing says that nobody is there.
///
/// # Errors
/// As [`may_ask`].
pub fn check_willing(context: &Context) -> Result<(), &'static str> {
    if !context.ui.takes_input() {
        return Err("`--no-input` is given");
    }
    match context.process.env.filled("CI") {
        Some(_) => Err("CI is set"),
        None => Ok(()),
    }
}

fn terminal(context: &Context) -> Result<Terminal, Error> {
    let process = context.process;
    let found = || {
        let terminal = Terminal::of_person(process.stderr_tty, process.env.text("TERM"))?;
        may_ask(context)?;
        Ok(terminal)
    };
    found().map_err(|why: &str| Error::new(Kind::Failed, format!("cannot ask without a terminal: {why}")))
}

fn answer(terminal: &Terminal, ask: impl FnOnce()) -> Result<String, Error> {
    match terminal.line(ask) {
        Ok(Some(answer)) => Ok(answer.trim().to_owned()),
        _ => {
            // The cursor is still after the question.
            talk("\n");
            Err(Error::cancelled())
        }
    }
}
