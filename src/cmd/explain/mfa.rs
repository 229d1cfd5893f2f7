//! What `explain` says of MFA devices: who takes a code, where it comes from, and until when none is needed.

use serde_json::{Value, json};

use crate::config::Place;
use crate::context::Context;
use crate::error::Error;
use crate::ops::codes::Source;
use crate::ops::mfa::{Takes, Use, Uses};
use crate::redact::harmless;
use crate::resolve::{CredentialPlan, Device, Style};

use super::json::placed;
use super::text::Row;

pub(super) struct Mfa {
    devices: Vec<(Use, Source)>,
    is_blind: bool,
    /// The device that AWS would refuse, and the message.
    refused: Option<(Device, String)>,
}

pub(super) fn mfa(context: &Context, plan: &CredentialPlan) -> Mfa {
    let (uses, refused) = match Uses::of(context, plan) {
        Ok(uses) => (uses, None),
        Err(error) => {
            let device = plan.mfa().or(plan.idle_device()).cloned();
            (
                Uses::default(),
                device.map(|device| (device, Error::from(error).message)),
            )
        }
    };
    let with_source = |of: Use| {
        let source = Source::of(context, &of.device);
        (of, source)
    };
    Mfa {
        devices: uses.devices.into_iter().map(with_source).collect(),
        is_blind: uses.is_blind,
        refused,
    }
}

impl Mfa {
    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (of, source) in &self.devices {
            rows.push(Row::new("mfa", of.takes(), Some(&of.device.place)));
            if of.takes == Takes::Nothing {
                continue;
            }
            let below = |text: String, place: Option<&Place>| Row::new("", format!("  {text}"), place);
            rows.push(below(source.described(), source.place()));
            rows.extend(of.rests().map(|rests| below(rests, None)));
            if of.is_needed && self.is_blind {
                rows.push(below(
                    "unless one is kept, which only the keychain shows".to_owned(),
                    None,
                ));
            }
        }
        let others = self.devices.last().and_then(|(of, _)| of.others());
        rows.extend(others.map(|others| Row::new("", format!("  {others}"), None)));
        let refused = self.refused.iter();
        rows.extend(refused.map(|(_, message)| Row::new("mfa", format!("no code can be used: {message}"), None)));
        rows
    }

    /// The device that counts: the outermost. Only an export of keys takes a code.
    pub(super) fn to_json(&self, style: Option<Style>) -> Value {
        if let Some((device, _)) = &self.refused {
            return object(device, "nothing", None, Value::Null, false);
        }
        let Some((of, source)) = self.devices.last() else {
            return Value::Null;
        };
        let takes = match &of.takes {
            Takes::Session { .. } => "session",
            Takes::Role { .. } => "role",
            Takes::Nothing => return object(&of.device, "nothing", None, Value::Null, false),
        };
        let kept = json!(of.kept.and_then(|end| end.to_rfc3339()));
        let mut devices = self.devices.iter();
        let asks = style == Some(Style::Keys) && devices.any(|(of, source)| of.is_needed && source.is_person());
        object(&of.device, takes, Some(source), kept, asks)
    }
}

fn object(device: &Device, takes: &str, source: Option<&Source>, kept_until: Value, asks: bool) -> Value {
    let object = json!({"serial": harmless(&device.serial)});
    let mut object = placed(object, Some(&device.place));
    object["takes"] = json!(takes);
    object["source"] = json!(source.map(Source::as_str));
    object["kept_until"] = kept_until;
    object["asks"] = json!(asks);
    object
}
