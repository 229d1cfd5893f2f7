//! What happened on the way to credentials, in words.

use crate::provider::Notice;
use crate::redact::shown;
use crate::sys::clock::local;
use crate::ui::Ui;

pub fn told(ui: &Ui, notice: &Notice) {
    let until = |ends| local(ends).map_or(String::new(), |at| format!(" until {at}"));
    match notice {
        Notice::Assumed { role_arn, url } => {
            ui.narrate(&format!(
                "assumed the role `{}` by a call to {}",
                shown(role_arn),
                shown(url)
            ));
        }
        // The local time is in files, which only a person who asks is worth.
        Notice::Kept { .. } if !ui.is_verbose() => {}
        Notice::Kept { role_arn, ends } => {
            let role = shown(role_arn);
            ui.narrate(&format!(
                "the keys of the role `{role}` are kept and serve{}",
                until(*ends)
            ));
        }
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
        Notice::Stale { role_arn, ends } => ui.warn(format!(
            "the keys of `{}` cannot be renewed now; those at hand last{}",
            shown(role_arn),
            until(*ends)
        )),
    }
}
