//! Mistakes that show only in a whole profile, or in two sections together.

use std::collections::HashMap;

use super::{Mistake, MistakeCode, shown};
use crate::config::document::Document;
use crate::config::profiles::{Profile, ProfileSet, SectionKind, defined};
use crate::config::value::{Section, Value};
use crate::near::nearest;

/// Any of them gives a profile credentials, or stops it from having any.
const SOURCES: [&str; 7] = [
    "aws_access_key_id",
    "credential_process",
    "credential_source",
    "login_session",
    "role_arn",
    "source_profile",
    "web_identity_token_file",
];

/// With one of them, a source without a role does no harm.
const GIVERS: [&str; 7] = [
    "aws_access_key_id",
    "credential_process",
    "login_session",
    "role_arn",
    "sso_account_id",
    "sso_role_name",
    "web_identity_token_file",
];

pub(super) fn of(profiles: &ProfileSet, profile: Profile<'_>) -> Vec<Mistake> {
    let mut found = Vec::new();
    let has = |key: &str| profile.get(key).is_some();
    let new = |code, value: Value<'_>, what: String, instead: &str, is_certain| Mistake {
        code,
        place: value.place(),
        profile: Some(profile.name().to_owned()),
        what,
        instead: instead.to_owned(),
        is_certain,
    };
    let text = |key: &str| profile.get(key).filter(|value| !value.is_nested());
    if let Some(services) = text("services")
        && profiles.services(services.text()).is_none()
    {
        let name = shown(services.text());
        let what = match name.is_empty() {
            true => "services is empty, so every call fails".to_owned(),
            false => format!("the services `{name}` are not defined, so every call fails"),
        };
        let instead = missing("services", services.text(), profiles.services_names());
        found.push(new(MistakeCode::MissingSection, services, what, &instead, true));
    }
    let source = text("source_profile").or_else(|| text("credential_source"));
    if let Some(source) = source
        && !GIVERS.iter().any(|key| has(key))
    {
        let what = format!(
            "`{}` alone gives profile `{}` no credentials",
            source.key(),
            shown(profile.name())
        );
        found.push(new(MistakeCode::SourceWithoutRole, source, what, "add role_arn", false));
    }
    if has("sso_account_id") || has("sso_role_name") {
        return found;
    }
    let session = text("sso_session");
    if let Some(value) = session
        && profiles.sso_session(value.text()).is_none()
    {
        let name = shown(value.text());
        let what = match name.is_empty() {
            true => "sso_session is empty".to_owned(),
            false => format!("the sso-session `{name}` is not defined"),
        };
        let instead = missing("sso-session", value.text(), profiles.sso_session_names());
        found.push(new(MistakeCode::MissingSection, value, what, &instead, true));
        return found;
    }
    let is_for_keys = session.is_none_or(|value| profiles.sso_session(value.text()).is_some_and(gives_keys));
    if let Some(value) = session.or_else(|| text("sso_start_url"))
        && is_for_keys
        && !SOURCES.iter().any(|key| has(key))
    {
        let what = format!(
            "`{}` alone gives profile `{}` no credentials",
            value.key(),
            shown(profile.name())
        );
        let instead = "add sso_account_id and sso_role_name";
        found.push(new(MistakeCode::SsoWithoutRole, value, what, instead, false));
    }
    found
}

fn missing<'a>(prefix: &str, name: &str, names: impl Iterator<Item = &'a str>) -> String {
    match nearest(name, names).first() {
        Some(near) => format!("did you mean `{}`?", shown(near)),
        None if name.is_empty() => "write a name, or delete the line".to_owned(),
        None => format!("add `[{prefix} {}]`, or delete the line", shown(name)),
    }
}

/// Whether its token can be exchanged for keys; CodeCatalyst and others take the token itself.
fn gives_keys(session: Section<'_>) -> bool {
    let scopes = session.get("sso_registration_scopes");
    scopes.is_none_or(|scopes| scopes.text().contains("sso:account"))
}

/// Sections of the config file that a later one of the same name replaces; only those whose header holds `part`.
pub(super) fn replaced(profiles: &ProfileSet, part: &str) -> impl Iterator<Item = Mistake> {
    let mut seen: HashMap<(SectionKind, String), Section<'_>> = HashMap::new();
    let sections = profiles.config().into_iter().flat_map(Document::sections);
    let sections = sections.filter(move |section| section.header().contains(part));
    sections.filter_map(move |section| {
        let name = defined(section)?;
        let profile = (name.0 == SectionKind::Profile).then(|| name.1.clone());
        let before = seen.insert(name, section)?;
        let what = format!(
            "`[{}]` on line {} replaces this section, `[{}]`",
            shown(section.header()),
            section.line(),
            shown(before.header())
        );
        Some(Mistake {
            code: MistakeCode::ReplacedSection,
            place: before.place(),
            profile,
            what,
            instead: "merge the two sections".to_owned(),
            is_certain: false,
        })
    })
}
