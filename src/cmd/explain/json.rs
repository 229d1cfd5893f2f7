//! The document of `explain --json`; its keys are a stable interface.

use serde_json::{Map, Value, json};

use crate::config::Place;
use crate::resolve::{AssumeRole, BaseSource, CallRegion, Region, RegionReason, RegionSource, Source, UrlReason};

use crate::redact::{command, harmless, key_id};

use super::calls::Call;
use super::legacy::{Held, Legacy};
use super::{Explanation, Setting, Shown};

impl Explanation<'_> {
    pub(super) fn to_json(&self) -> Value {
        let base = self.plan.base.iter().map(source);
        let chain: Vec<Value> = base.chain(self.plan.roles.iter().map(role)).collect();
        let readers: Vec<Value> = self
            .readers
            .iter()
            .map(|reading| {
                let because = reading.differs.as_ref();
                placed(
                    json!({
                        "reader": reading.reader.as_str(),
                        "agrees": because.is_none(),
                        "reads": because.and_then(|differs| harmless(&differs.reads)),
                        "because": because.map(|differs| &differs.because),
                    }),
                    because.and_then(|differs| differs.place.as_ref()),
                )
            })
            .collect();
        let (style, because) = match &self.export {
            Ok(export) => (Some(export.style.as_str()), export.because.clone()),
            Err(error) => (None, crate::error::Error::from(error.clone()).message),
        };
        json!({
            "profile": self.choice.name,
            "region": self.plan.region.as_ref().map(region),
            "credentials": self.plan.method(),
            "chain": chain,
            "mfa": self.mfa.to_json(self.export.as_ref().ok().map(|export| export.style)),
            "calls": self.calls.iter().map(call).collect::<Vec<_>>(),
            "settings": self.settings.iter().map(setting).collect::<Vec<_>>(),
            "export": {"style": style, "because": because, "region": self.region},
            "legacy": self.legacy.iter().map(legacy).collect::<Vec<_>>(),
            "readers": readers,
        })
    }
}

fn region(region: &Region) -> Value {
    let (source, place) = match &region.source {
        RegionSource::Environment(_) => ("environment", None),
        RegionSource::Option => ("option", None),
        RegionSource::Profile(place) => ("profile", Some(place)),
    };
    placed(safe(json!({"value": region.value, "source": source})), place)
}

fn call(call: &Call) -> Value {
    let way = call.way.as_ref().ok();
    let ca_bundle = way.and_then(|way| way.travel.ca_bundle.as_ref());
    let ca_bundle = ca_bundle.map(|bundle| set(json!({"value": bundle.path.to_string_lossy()}), &bundle.source));
    let proxy = way.and_then(|way| way.travel.proxy.as_ref());
    json!({
        "service": call.service.id(),
        "url": way.map(|way| url(&way.endpoint.url, &way.endpoint.because)),
        "region": way.map(|way| call_region(&way.endpoint.region, &way.region)),
        "fips": way.and_then(|way| kind(&way.endpoint.because, true)),
        "dual_stack": way.and_then(|way| kind(&way.endpoint.because, false)),
        "ca_bundle": ca_bundle,
        "proxy": proxy.map(|proxy| set(json!({"value": proxy.shown}), &proxy.source)),
        "tries": way.map(|way| way.travel.tries),
        "error": call.way.as_ref().err(),
    })
}

fn url(value: &str, because: &UrlReason) -> Value {
    match because {
        UrlReason::Own { .. } => placed(json!({"value": value, "source": "aws", "variable": null}), None),
        UrlReason::Set(source) => set(json!({"value": value}), source),
    }
}

/// By what a FIPS address is asked for, or one of dual stack.
fn kind(because: &UrlReason, is_fips: bool) -> Option<Value> {
    let UrlReason::Own { fips, dual_stack } = because else {
        return None;
    };
    let source = if is_fips { fips } else { dual_stack };
    source.as_ref().map(|source| set(json!({}), source))
}

fn call_region(signed: &str, region: &CallRegion) -> Value {
    let (source, variable, place) = match &region.because {
        RegionReason::Named(RegionSource::Environment(variable)) => ("environment", Some(variable), None),
        RegionReason::Named(RegionSource::Option) => ("option", None, None),
        RegionReason::Named(RegionSource::Profile(place)) => ("profile", None, Some(place)),
        RegionReason::Partition { place, .. } => ("partition", None, place.as_ref()),
        RegionReason::Nothing => ("default", None, None),
    };
    placed(
        safe(json!({"value": signed, "source": source, "variable": variable})),
        place,
    )
}

/// Adds what sets a value.
fn set(mut object: Value, source: &Source) -> Value {
    let (name, variable, place) = match source {
        Source::Profile(place) => ("profile", None, Some(place)),
        Source::Variable(variable) => ("environment", Some(variable), None),
    };
    object = safe(object);
    object["source"] = json!(name);
    object["variable"] = json!(variable);
    placed(object, place)
}

fn source(base: &BaseSource) -> Value {
    let kind = base.method();
    let step = match base {
        BaseSource::Container { .. } | BaseSource::InstanceMetadata { .. } => json!({"kind": kind}),
        BaseSource::CredentialProcess(process) => {
            json!({"kind": kind, "command": command(&process.command), "keychain_item": process.keychain})
        }
        BaseSource::Login(login) => {
            json!({
                "kind": kind,
                "access_key_id": base.access_key_id().and_then(key_id),
                "login_session": login.session,
            })
        }
        BaseSource::Sso(sso) => json!({
            "kind": kind,
            "sso_session": sso.session.name,
            "sso_start_url": sso.session.start_url,
            "sso_region": sso.session.region,
            "sso_account_id": sso.account_id,
            "sso_role_name": sso.role_name,
        }),
        BaseSource::WebIdentity(web) => json!({
            "kind": kind,
            "role_arn": web.role_arn,
            "role_session_name": web.role_session_name,
            "token_file": web.token_file,
        }),
        BaseSource::BotoKeyring(keyring) => json!({
            "kind": kind,
            "access_key_id": key_id(&keyring.access_key_id),
            "keyring": keyring.service,
        }),
        BaseSource::Boto(_) | BaseSource::Environment { .. } | BaseSource::StaticKeys(_) => {
            json!({"kind": kind, "access_key_id": base.access_key_id().and_then(key_id)})
        }
    };
    placed(safe(step), base.place())
}

fn role(role: &AssumeRole) -> Value {
    let step = json!({
        "kind": "assume-role",
        "role_arn": role.role_arn,
        "role_session_name": role.role_session_name,
        "external_id": role.external_id,
        "mfa_serial": role.mfa.as_ref().map(|device| &device.serial),
        "duration_seconds": role.duration_seconds,
    });
    placed(safe(step), role.place.as_ref())
}

fn legacy(legacy: &Legacy) -> Value {
    match &legacy.held {
        Held::Nothing { .. } => json!({
            "access_key_id": null,
            "taken": false,
            "file": legacy.path.to_string_lossy(),
            "line": null,
        }),
        Held::Key { id, taken, place, .. } => placed(json!({"access_key_id": key_id(id), "taken": taken}), Some(place)),
    }
}

fn setting(setting: &Setting<'_>) -> Value {
    let value = match &setting.shown {
        Shown::Block(lines) => Value::Object(
            lines
                .iter()
                .map(|(key, text)| ((*key).to_owned(), json!(text)))
                .collect::<Map<_, _>>(),
        ),
        Shown::Secret => Value::Null,
        Shown::Text(text) => json!(text),
    };
    placed(json!({"key": setting.key, "value": value}), Some(&setting.place))
}

/// Hides values that have swallowed a secret.
fn safe(mut object: Value) -> Value {
    for value in object.as_object_mut().into_iter().flat_map(Map::values_mut) {
        if value.as_str().is_some_and(|text| harmless(text).is_none()) {
            *value = Value::Null;
        }
    }
    object
}

/// Adds `file` and `line` after the other keys.
pub(super) fn placed(mut object: Value, place: Option<&Place>) -> Value {
    if let Value::Object(keys) = &mut object {
        keys.insert(
            "file".to_owned(),
            json!(place.map(|place| place.file.to_string_lossy())),
        );
        keys.insert("line".to_owned(), json!(place.map(|place| place.line)));
    }
    object
}
