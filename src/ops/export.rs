//! What `use` and `exec` export for a profile: its name, or its keys and the settings that are lost with the name.

use std::collections::BTreeMap;

use crate::config::{Profile, ProfileSet, Section, account_of_arn};
use crate::credentials::Credentials;
use crate::env::Env;
use crate::env::names::{self, VarName};
use crate::resolve::{BaseSource, CredentialPlan};
use crate::secret::Secret;
use crate::text::display;

/// What is exported.
pub type Vars = BTreeMap<VarName, Secret<String>>;

pub fn name(profile: &str) -> Vars {
    let mut vars = Vars::new();
    set(&mut vars, "AWS_PROFILE", profile.to_owned());
    vars
}

pub fn keys(shown: &str, credentials: &Credentials) -> Vars {
    let mut vars = Vars::new();
    set(&mut vars, "AWSUME_PROFILE", shown.to_owned());
    set(&mut vars, "AWS_ACCESS_KEY_ID", credentials.access_key_id.clone());
    set(
        &mut vars,
        "AWS_SECRET_ACCESS_KEY",
        credentials.secret_access_key.expose().clone(),
    );
    if let Some(token) = &credentials.session_token {
        // boto 2 reads only the second, and botocore prefers it.
        set(&mut vars, "AWS_SESSION_TOKEN", token.expose().clone());
        set(&mut vars, "AWS_SECURITY_TOKEN", token.expose().clone());
    }
    let expires = credentials.expires.and_then(|at| at.to_rfc3339());
    set(&mut vars, "AWS_CREDENTIAL_EXPIRATION", expires.unwrap_or_default());
    set(
        &mut vars,
        "AWS_ACCOUNT_ID",
        credentials.account_id.clone().unwrap_or_default(),
    );
    vars
}

/// The settings that are lost with the name and that have a variable. A variable of the user's own wins over the
/// profile in every SDK, so it stays.
pub fn settings(env: &Env, profiles: &ProfileSet, profile: Profile<'_>) -> Vars {
    let mut vars = Vars::new();
    let ignores_urls = |value: Option<&str>| value.is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let no_urls = ignores_urls(env.text("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
        || ignores_urls(profile.text("ignore_configured_endpoint_urls"));
    for (key, name) in names::SETTINGS {
        let is_url = key == "endpoint_url";
        if env.os(name).is_none() && !(is_url && no_urls) {
            set(&mut vars, name, profile.text(key).unwrap_or_default().to_owned());
        }
    }
    let one_for_all = env.filled("AWS_ENDPOINT_URL").is_some();
    let services = profile.text("services").and_then(|name| profiles.services(name));
    for service in services.into_iter().flat_map(Section::settings) {
        let name = format!("{}{}", names::ENDPOINT_PREFIX, service.key().to_ascii_uppercase());
        if no_urls || one_for_all || env.os(&name).is_some() {
            continue;
        }
        if let (Some(url), Some(name)) = (service.nested_value("endpoint_url"), VarName::parse(&name))
            && !url.text().is_empty()
        {
            vars.insert(name, Secret::new(url.text().to_owned()));
        }
    }
    vars
}

/// The account that the plan ends in, where a file says it.
pub fn account(plan: &CredentialPlan, profile: Option<Profile<'_>>) -> Option<String> {
    let of_arn = |arn: &str| account_of_arn(arn).map(str::to_owned);
    if let Some(role) = plan.roles.last() {
        return of_arn(&role.role_arn);
    }
    let own = profile
        .and_then(|profile| profile.text("aws_account_id"))
        .map(str::to_owned);
    own.or_else(|| match plan.base.as_ref()? {
        BaseSource::Sso(sso) => Some(sso.account_id.clone()),
        BaseSource::WebIdentity(web) => of_arn(&web.role_arn),
        BaseSource::Login(login) => of_arn(&login.session),
        _ => None,
    })
}

/// What the user's own environment does to any profile.
pub fn environment_warnings(env: &Env, vars: &Vars) -> Vec<String> {
    let mut warnings = Vec::new();
    let ours = |name: &str| vars.keys().any(|ours| ours.as_str() == name);
    let left: Vec<&str> = env
        .iter()
        .filter_map(|(name, value)| (!value.is_empty()).then(|| name.to_str())?)
        .filter(|name| names::acts_on_all(name) && !ours(name))
        .collect();
    if !left.is_empty() {
        let verbs = if left.len() == 1 {
            "stays set and acts"
        } else {
            "stay set and act"
        };
        warnings.push(format!("{} {verbs} on every profile", display(&left.join(", "))));
    }
    if env.os("AWS_VAULT").is_some() {
        warnings.push(
            "AWS_VAULT is set, so this shell was started by aws-vault: it is cleared until `awsenv unset`".into(),
        );
    }
    warnings
}

/// Exports `value`; an empty one never, because some SDKs take it for absent and others do not.
fn set(vars: &mut Vars, name: &'static str, value: String) {
    if !value.is_empty() {
        vars.insert(VarName::of(name), Secret::new(value));
    }
}
