//! What `use` and `exec` share: a chosen profile becomes the target of a switch.

use std::collections::BTreeMap;

use crate::cli::StyleArgs;
use crate::config::settings::Export;
use crate::config::{Profile, Section, account_of_arn};
use crate::context::Context;
use crate::credentials::Credentials;
use crate::env::Env;
use crate::env::names::{self, VarName};
use crate::env::session::{RegionChange, Target};
use crate::env::state::Style;
use crate::error::Error;
use crate::ops::catalog;
use crate::ops::choose::{self, Chosen};
use crate::ops::files::Files;
use crate::ops::ports::Outside;
use crate::provider::{self};
use crate::redact::shown;
use crate::resolve::{BaseSource, CredentialPlan};
use crate::secret::Secret;
use crate::text::{display, display_short};

/// A switch that can be made.
#[derive(Debug)]
pub struct Switch {
    /// What the shell shall become.
    pub target: Target,
    /// Why this style.
    pub because: String,
    account: Option<String>,
    region: Option<String>,
    warnings: Vec<String>,
}

impl Switch {
    /// Says what the person should know although the switch works.
    pub fn warn(&self, context: &Context) {
        self.warnings.iter().for_each(|warning| context.ui.warn(warning));
    }

    /// The line that `use` says: profile, account or region, style, until when.
    pub fn summary(&self) -> String {
        let place = match (&self.account, &self.region) {
            (Some(account), Some(region)) => format!(" ({}, {})", shown(account), shown(region)),
            (Some(one), None) | (None, Some(one)) => format!(" ({})", shown(one)),
            (None, None) => String::new(),
        };
        let until = self
            .target
            .expires
            .and_then(|at| crate::credentials::Timestamp(at).to_rfc3339());
        let until = until.map_or(String::new(), |at| format!(", until {at}"));
        format!(
            "using {}{place}, by {}{until}",
            display(&self.target.profile),
            self.target.style.as_str()
        )
    }
}

/// The switch to the chosen profile, in the region of that option.
///
/// # Errors
/// Whatever stands in the way, from the plan to the keys.
pub fn to(context: &Context, chosen: &Chosen, args: &StyleArgs) -> Result<Switch, Error> {
    let Chosen { files, choice } = chosen;
    let env = &files.env;
    let asked_region = args
        .region
        .as_deref()
        .map(|typed| choose::region(context, files, typed));
    let (plan, broken) = files.resolve_past_boto(choice, asked_region.as_deref())?;
    let own = files.profiles.profile(&choice.name);
    let asked = match (args.name, args.keys) {
        (true, _) => Some(Export::Name),
        (_, true) => Some(Export::Keys),
        _ => None,
    };
    let export = files.style(&plan, choice, asked)?;
    let mut vars = BTreeMap::new();
    let mut expires = None;
    let shown = display_short(&choice.name);
    match export.style {
        Style::Name => set(&mut vars, "AWS_PROFILE", choice.name.clone()),
        Style::Keys => {
            let credentials = provider::credentials(&plan, Outside::of(context)?.ports())?;
            expires = credentials.expires.map(|at| at.0);
            set(&mut vars, "AWSUME_PROFILE", shown.clone());
            set_keys(&mut vars, &credentials);
            own.into_iter()
                .for_each(|profile| set_settings(&mut vars, env, files, profile));
        }
    }
    let region = own
        .and_then(|profile| profile.text("region"))
        .filter(|region| !region.is_empty());
    let region = asked_region.as_deref().or(region).map(str::to_owned);
    let change = match (&region, export.style) {
        (Some(_), Style::Name) if args.region.is_none() => RegionChange::Clear,
        (Some(region), _) => RegionChange::Set(region.clone()),
        (None, _) => RegionChange::Own,
    };
    let mut warnings: Vec<String> = export.warning.into_iter().collect();
    warnings.extend(broken.map(|error| error.message));
    warnings.extend(own.and_then(catalog::plaintext).map(|found| found.to_string()));
    warnings.extend(environment_warnings(env, &vars));
    warnings.extend(files.path_warnings().filter(|_| export.style == Style::Name));
    Ok(Switch {
        account: account(&plan, own),
        region,
        because: export.because,
        warnings,
        target: Target {
            shown,
            style: export.style,
            vars,
            region: change,
            container: matches!(plan.base, Some(BaseSource::Container { .. })),
            expires,
            profile: choice.name.clone(),
        },
    })
}

/// Exports `value`; an empty one never, because some SDKs take it for absent and others do not.
fn set(vars: &mut BTreeMap<VarName, Secret<String>>, name: &'static str, value: String) {
    if !value.is_empty() {
        vars.insert(VarName::of(name), Secret::new(value));
    }
}

fn set_keys(vars: &mut BTreeMap<VarName, Secret<String>>, credentials: &Credentials) {
    set(vars, "AWS_ACCESS_KEY_ID", credentials.access_key_id.clone());
    set(
        vars,
        "AWS_SECRET_ACCESS_KEY",
        credentials.secret_access_key.expose().clone(),
    );
    if let Some(token) = &credentials.session_token {
        // boto 2 reads only the second, and botocore prefers it.
        set(vars, "AWS_SESSION_TOKEN", token.expose().clone());
        set(vars, "AWS_SECURITY_TOKEN", token.expose().clone());
    }
    let expires = credentials.expires.and_then(|at| at.to_rfc3339());
    set(vars, "AWS_CREDENTIAL_EXPIRATION", expires.unwrap_or_default());
    set(
        vars,
        "AWS_ACCOUNT_ID",
        credentials.account_id.clone().unwrap_or_default(),
    );
}

/// The settings that are lost with the name and that have a variable. A variable of the user's own wins over the
/// profile in every SDK, so it stays.
fn set_settings(vars: &mut BTreeMap<VarName, Secret<String>>, env: &Env, files: &Files, profile: Profile<'_>) {
    let ignores_urls = |value: Option<&str>| value.is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let no_urls = ignores_urls(env.text("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))
        || ignores_urls(profile.text("ignore_configured_endpoint_urls"));
    for (key, name) in names::SETTINGS {
        let is_url = key == "endpoint_url";
        if env.os(name).is_none() && !(is_url && no_urls) {
            set(vars, name, profile.text(key).unwrap_or_default().to_owned());
        }
    }
    let one_for_all = env.filled("AWS_ENDPOINT_URL").is_some();
    let services = profile.text("services").and_then(|name| files.profiles.services(name));
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
}

/// The account that the plan ends in, where a file says it.
fn account(plan: &CredentialPlan, profile: Option<Profile<'_>>) -> Option<String> {
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
fn environment_warnings(env: &Env, vars: &BTreeMap<VarName, Secret<String>>) -> Vec<String> {
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
