//! The legacy files that botocore still reads, and whether this profile's credentials come from one of them.

use std::path::PathBuf;

use crate::config::Place;
use crate::config::boto::Fallback;
use crate::ops::files::Files;
use crate::resolve::{BaseSource, CredentialPlan};

pub(super) struct Legacy {
    pub(super) path: PathBuf,
    pub(super) held: Held,
}

pub(super) enum Held {
    /// No key that botocore uses, or nothing that it can read.
    Nothing { why: &'static str },
    Key {
        id: String,
        taken: bool,
        /// Why it is used, or why not.
        because: &'static str,
        place: Place,
    },
}

/// The existing files, in the order in which botocore tries them.
pub(super) fn legacy(files: &Files, plan: &CredentialPlan) -> Vec<Legacy> {
    let mut is_first = true;
    let fallbacks = files.boto().fallbacks().into_iter();
    fallbacks
        .filter(|fallback| fallback.is_there)
        .map(|fallback| {
            let held = held(&fallback, plan, is_first);
            is_first &= matches!(fallback.found, Ok(None));
            Legacy {
                path: fallback.path,
                held,
            }
        })
        .collect()
}

fn held(fallback: &Fallback, plan: &CredentialPlan, is_first: bool) -> Held {
    let keys = match &fallback.found {
        Err(_) => {
            return Held::Nothing {
                why: "not used: botocore would fail on it",
            };
        }
        Ok(None) => return Held::Nothing { why: "no key" },
        Ok(Some(keys)) => keys,
    };
    let taken = plan.roles.is_empty()
        && matches!(&plan.base, Some(BaseSource::Boto(base)) if base.place == Some(keys.place.clone()));
    let because = match (taken, is_first) {
        (true, _) => "used: the profile has no credentials of its own",
        (false, true) => "not used: the profile has credentials of its own",
        (false, false) => "not used: another of these files comes first",
    };
    Held::Key {
        id: keys.access_key_id.clone(),
        taken,
        because,
        place: keys.place.clone(),
    }
}
