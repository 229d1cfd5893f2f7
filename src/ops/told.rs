//! What happened on the way to credentials, in words.

use crate::error::subject;
use crate::provider::{Notice, Subject};
use crate::redact::shown;
use crate::sys::clock::local;
use crate::text::display;
use crate::ui::Ui;

pub fn told(ui: &Ui, notice: &Notice) {
    let until = |ends| local(ends).map_or(String::new(), |at| format!(" until {at}"));
    match notice {
        Notice::Got { of, url } => {
            let what = match of {
                Subject::Role(_) => format!("assumed {}", subject(of)),
                Subject::Code(_) | Subject::Mfa(_) | Subject::Sso { .. } | Subject::Token(_) => {
                    format!("got {}", subject(of))
                }
            };
            ui.narrate(&format!("{what} by a call to {}", shown(url)));
        }
        // The local time is in files, which only a person who asks is worth.
        Notice::Kept { .. } if !ui.is_verbose() => {}
        Notice::Kept { of, ends } => {
            ui.narrate(&format!(
                "the keys of {} are kept and serve{}",
                subject(of),
                until(*ends)
            ));
        }
        Notice::DeviceIdle { serial, place } => ui.warn(format!(
            "{}: `mfa_serial` is not used: AWS takes a code of `{}` only from the user's own keys",
            display(&place.to_string()),
            shown(serial)
        )),
        Notice::Lowered { role_arn, asked } => ui.warn(format!(
            "the keys of `{}` last one hour, not {asked} s: AWS gives no more to a caller with temporary keys",
            shown(role_arn)
        )),
        Notice::Open(warning) => ui.warn(warning.clone()),
        Notice::Region(note) => ui.narrate(note),
        Notice::Skew { seconds } => {
            let minutes = (seconds.abs() + 30) / 60;
            let way = if *seconds > 0 { "fast" } else { "slow" };
            ui.warn(format!(
                "the clock of this machine is {minutes} min {way}, by AWS's time"
            ));
        }
        Notice::Stale { of, ends } => ui.warn(format!(
            "the keys of {} cannot be renewed now; those at hand last{}",
            subject(of),
            until(*ends)
        )),
        Notice::TokenRenewed { session } => {
            ui.narrate(&format!("renewed the token of the SSO session `{}`", shown(session)));
        }
        Notice::TokenStale { .. } if !ui.is_verbose() => {}
        Notice::TokenStale { session, ends } => ui.narrate(&format!(
            "the token of the SSO session `{}` cannot be renewed now; the one at hand lasts{}",
            shown(session),
            until(*ends)
        )),
        Notice::TokenUnkept { session, why } => ui.warn(format!(
            "the new token of the SSO session `{}` cannot be kept, so the next run has to sign in: {}",
            shown(session),
            display(why)
        )),
    }
}
