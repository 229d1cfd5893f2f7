//! A person at the terminal, who types a code or waits for the next one. The question and all that belongs to it are on
//! the terminal itself, whatever the streams are.

use std::thread;
use std::time::Duration;

use super::words::{MISTYPED, REJECTED, SENT, countdown};
use crate::context::Context;
use crate::credentials::code;
use crate::ops::ask;
use crate::provider::{Again, CodeQuestion, NoCode, NoTurn};
use crate::secret::Secret;
use crate::sys::asking::Asking;
use crate::sys::terminal::{Answer, Over, Panel, Terminal, check_attended};

/// In characters: what is typed as a code is shown, with blanks. A password is seldom so short, or of digits alone.
const SHOWN: usize = 8;

/// In columns, of a terminal that does not say.
const USUAL: usize = 80;

/// Asks until six digits are typed; `what` says which and what for.
///
/// # Errors
/// What the person does instead, or that of `unattended`, for the reason why nobody can be asked.
pub(super) fn ask(
    context: &Context,
    question: &CodeQuestion<'_>,
    what: &str,
    unattended: impl Fn(&str) -> NoCode,
) -> Result<Secret<String>, NoCode> {
    ask::check_willing(context).map_err(&unattended)?;
    let turn = context.asking(question.left).map_err(|why| match why {
        NoTurn::Cancelled => NoCode::Cancelled,
        NoTurn::Late(seconds) => NoCode::Late(seconds),
    })?;
    ask::may_ask(context).map_err(&unattended)?;
    let panel = panel(context);
    let typing = Terminal::open().and_then(|terminal| terminal.typing(question.left));
    let mut typing = typing.map_err(|_| unattended("the terminal cannot be read"))?;
    // What was typed before a rejection or during a wait is no answer to what follows.
    if let Some(again) = question.again {
        typing.forget();
        say(&panel, if again == Again::Rejected { REJECTED } else { SENT });
    }
    let prompt = || panel.print(&format!("awsenv: {what}: "));
    let may_show = |text: &str| text.len() <= SHOWN && text.chars().all(|c| c == ' ' || c.is_ascii_digit());
    loop {
        let answer = typing.line(&prompt, &may_show, &|text| panel.print(text));
        // The terminal did not show Enter.
        panel.print("\n");
        let line = match answer {
            Ok(Answer::Line(line)) => code::parse(line.expose()),
            Ok(Answer::Over(over)) => {
                if over == Over::Left {
                    turn.cancel();
                }
                return Err(no_code(over, question.left));
            }
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => None,
            Err(_) => return Err(NoCode::Cancelled),
        };
        match line {
            Some(code) => return Ok(code),
            None => say(&panel, MISTYPED),
        }
        typing.forget();
    }
}

/// Waits for the next code, for at most `left`.
///
/// # Errors
/// What the person does instead, if there is one.
pub(super) fn wait(context: &Context, time: Duration, left: Option<Duration>) -> Result<(), NoCode> {
    if let Some(over) = over(context, time, left) {
        return Err(no_code(over, left));
    }
    Ok(())
}

fn over(context: &Context, time: Duration, left: Option<Duration>) -> Option<Over> {
    // Where another process of this job asks meanwhile, its question stays as it is.
    let turn = context.asking(Some(Duration::ZERO)).ok();
    let is_attended = turn.is_some() && context.process.env.text("TERM") != Some("dumb") && check_attended().is_ok();
    let waited = || {
        let terminal = Terminal::open().ok().filter(|_| is_attended)?;
        let panel = panel(context);
        let line = panel.line();
        let show = |seconds| line.show(&countdown(seconds, panel.columns().unwrap_or(USUAL)));
        terminal.wait(time, left, &show).ok()
    };
    let over = waited();
    if over == Some(Some(Over::Left)) {
        turn.iter().for_each(Asking::cancel);
    }
    over.unwrap_or_else(|| {
        thread::sleep(left.unwrap_or(time).min(time));
        left.filter(|left| *left < time).map(|_| Over::Late)
    })
}

fn no_code(over: Over, left: Option<Duration>) -> NoCode {
    match over {
        Over::Left => NoCode::Cancelled,
        Over::Ended => NoCode::Ended,
        Over::Late => NoCode::Late(left.unwrap_or_default().as_secs()),
    }
}

fn panel(context: &Context) -> Panel {
    Panel::open(context.process.env.text("TERM"))
}

fn say(panel: &Panel, text: &str) {
    panel.print(&format!("awsenv: {text}\n"));
}
