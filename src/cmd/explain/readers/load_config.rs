//! SDKs that do not read `~/.aws/config` unless AWS_SDK_LOAD_CONFIG says so. They are out of support but still in use, and
//! are named only where this makes a difference.

use crate::config::lint::Reader;
use crate::config::{FileKind, Place};
use crate::env::Env;
use crate::resolve::RegionSource;

use super::{Findings, Subject};
use Reader::{SdkGoV1, SdkJsV2};

const VARIABLE: &str = "AWS_SDK_LOAD_CONFIG";

pub(super) fn load_config(found: &mut Findings, subject: &Subject<'_>) {
    let who: Vec<Reader> = [SdkGoV1, SdkJsV2]
        .into_iter()
        .filter(|reader| !loads(*reader, subject.env))
        .collect();
    if who.is_empty() {
        return;
    }
    let config = subject.files.path(FileKind::Config);
    let is_config = |place: &&Place| Some(&*place.file) == config;
    let plan = subject.plan;
    let region = plan.region.as_ref().and_then(|region| match &region.source {
        RegionSource::Profile(place) => Some(place),
        RegionSource::Environment(_) | RegionSource::Option => None,
    });
    let places = plan.roles.iter().filter_map(|role| role.place.as_ref());
    let places = places.chain(plan.base.iter().filter_map(|base| base.place()));
    let credentials = places.into_iter().find(is_config);
    let keys = subject.files.profiles.profile(&subject.choice.name);
    let has_keys = keys.is_some_and(|profile| profile.in_credentials("aws_access_key_id").is_some());
    let missing = [
        region
            .filter(|_| !subject.files.settings.export_region)
            .map(|_| "no region"),
        credentials.map(|_| {
            if has_keys {
                "only the keys in ~/.aws/credentials"
            } else {
                "no credentials"
            }
        }),
    ];
    let missing: Vec<&str> = missing.into_iter().flatten().collect();
    if !missing.is_empty() {
        let because = format!("it reads the config file, and the region in either file, only if {VARIABLE} is set");
        let place = credentials.or(region).cloned();
        found.add(&who, &missing.join(", "), &because, place);
    }
}

/// Go parses the value, JavaScript takes any text.
fn loads(reader: Reader, env: &Env) -> bool {
    let value = env.text(VARIABLE).unwrap_or_default();
    match reader {
        SdkGoV1 => ["1", "t", "T", "true", "TRUE", "True"].contains(&value),
        _ => !value.is_empty(),
    }
}
