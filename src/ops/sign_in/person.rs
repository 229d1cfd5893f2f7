//! What a person who signs in sees: where, with which code, and for how long. And the browser that is opened for them.

use std::time::Duration;

use super::qr;
use crate::context::Context;
use crate::env::Env;
use crate::provider::sign_in::{self, Opened, Page, Person, Waiting};
use crate::redact::shown;
use crate::sys::browser::Browser;
use crate::sys::terminal::{Panel, PanelLine};
use crate::text::display;

/// A person at the terminal.
#[derive(Debug)]
pub(super) struct AtTerminal<'a> {
    context: &'a Context<'a>,
    panel: Panel,
    has_qr: bool,
}

impl<'a> AtTerminal<'a> {
    pub(super) fn new(context: &'a Context<'a>, has_qr: bool) -> Self {
        Self {
            context,
            panel: Panel::open(context.process.env.text("TERM")),
            has_qr,
        }
    }
}

impl Person for AtTerminal<'_> {
    fn show<'s>(&'s self, page: &Page<'_>) -> Box<dyn Waiting + 's> {
        let mut text = words(page);
        if self.has_qr {
            match qr::code(self.context, page.url.expose(), self.panel.columns()) {
                Ok(code) => text += &code,
                Err(why) => self.context.ui.warn(why),
            }
        }
        self.panel.print(&text);
        Box::new(Countdown(self.panel.line()))
    }
}

struct Countdown<'p>(PanelLine<'p>);

impl Waiting for Countdown<'_> {
    fn left(&self, time: Duration) {
        let seconds = time.as_secs();
        let left = match seconds / 60 {
            0 => format!("{seconds} s"),
            minutes => format!("{minutes} min {} s", seconds % 60),
        };
        self.0.show(&format!(
            "awsenv: waiting for you to sign in, {left} left (press Ctrl-C to give up)"
        ));
    }
}

/// The page and the code are safe to be shown: the flow has checked the one, and the other is escaped here.
fn words(page: &Page<'_>) -> String {
    let session = shown(page.session);
    let begin = match (page.opened, &page.code) {
        (Opened::Yes, _) => {
            format!("awsenv: sign in to `{session}` in the browser; if this page has not opened there, open it:")
        }
        (Opened::Failed(why), _) => format!(
            "awsenv: the browser could not be opened ({}); to sign in to `{session}`, open this page:",
            display(why)
        ),
        (Opened::Unwanted, Some(_)) => format!("awsenv: to sign in to `{session}`, open this page in any browser:"),
        (Opened::Unwanted, None) => {
            format!("awsenv: to sign in to `{session}`, open this page in a browser of this machine:")
        }
    };
    let mut text = format!("{begin}\n\n  {}\n\n", page.url.expose());
    if let Some(code) = &page.code {
        let typed = display(code.code.expose());
        text += &match page.url.expose() == code.url {
            true => format!("  Type this code there: {typed}\n\n"),
            false => format!("  Go on only if it shows this code: {typed}\n\n"),
        };
    }
    text
}

/// Opens pages; `None` if none are to be opened.
#[derive(Debug)]
pub(super) struct Opener<'a> {
    pub(super) browser: Option<Browser>,
    pub(super) env: &'a Env,
}

impl sign_in::Browser for Opener<'_> {
    fn open(&self, url: &str) -> Opened {
        match self.browser.as_ref().map(|browser| browser.open(url, self.env)) {
            None => Opened::Unwanted,
            Some(Ok(())) => Opened::Yes,
            Some(Err(error)) => Opened::Failed(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::sign_in::UserCode;
    use crate::secret::Secret;

    #[test]
    fn a_person_is_told_what_to_do() {
        let url = Secret::new("https://example.com/?user_code=AB-CD".to_owned());
        let code = Secret::new("AB-\u{1b}[31mCD".to_owned());
        let page = Page {
            session: "dev\u{7}",
            url: &url,
            code: None,
            opened: &Opened::Yes,
        };
        let text = words(&page);
        assert!(text.contains("in the browser") && text.contains("\n  https://example.com/?user_code=AB-CD\n"));
        assert!(text.contains("`dev\\u{7}`"), "{text}");
        assert!(
            words(&Page {
                opened: &Opened::Unwanted,
                ..page
            })
            .contains("of this machine")
        );
        let text = words(&Page {
            opened: &Opened::Failed("no such file".to_owned()),
            ..page
        });
        assert!(text.contains("could not be opened (no such file)"), "{text}");
        let with = |url| Page {
            opened: &Opened::Unwanted,
            code: Some(UserCode { code: &code, url }),
            ..page
        };
        let text = words(&with("https://example.com/"));
        assert!(
            text.contains("only if it shows this code: AB-\\u{1b}[31mCD\n"),
            "{text}"
        );
        assert!(words(&with(url.expose())).contains("Type this code there"));
    }
}
