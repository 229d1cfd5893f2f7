//! What `use` and `exec` export for a profile: its name, or its keys and the settings that would be lost without the
//! name.

use std::collections::BTreeMap;

use crate::config::region::is_label;
use crate::config::{Profile, ProfileSet, Section, account_of_arn};
use crate::credentials::Credentials;
use crate::env::Env;
use crate::env::names::{self, VarName};
use crate::redact::harmless;
use crate::resolve::{BaseSource, CredentialPlan, RegionSource};
use crate::secret::Secret;
use crate::text::{display, masked};

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

/// The settings that would be lost without the name and that have a variable. In every SDK a variable of the user's own
/// takes precedence over the profile, so it stays.
pub fn settings(env: &Env, profiles: &ProfileSet, profile: Profile<'_>) -> Vars {
    let mut vars = Vars::new();
    let no_urls = match env.os("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
        Some(value) => value.eq_ignore_ascii_case("true"),
        None => profile
            .text("ignore_configured_endpoint_urls")
            .is_some_and(|value| value.eq_ignore_ascii_case("true")),
    };
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

/// Takes out the settings that may hold a secret, because the environment of every program is read and logged; returns
/// their names. A secret in a URL stays, because requests without the URL would go elsewhere.
pub fn keep_secrets_back(vars: &mut Vars) -> Vec<VarName> {
    let is_kept = |text: &str| {
        let is_url = text.starts_with("http://") || text.starts_with("https://");
        match is_url {
            true => masked(text) == text && !text.contains('\n'),
            false => harmless(text).is_some(),
        }
    };
    let kept_back = vars.extract_if(.., |name, value| {
        !names::DECISIVE.contains(&name.as_str()) && !name.is_secret() && !is_kept(value.expose())
    });
    kept_back.map(|(name, _)| name).collect()
}

/// The account where the plan ends, if a file names it.
pub fn account(plan: &CredentialPlan, profile: Option<Profile<'_>>) -> Option<String> {
    let of_arn = |arn: &str| account_of_arn(arn).map(str::to_owned);
    if let Some(role) = plan.roles.last() {
        return of_arn(&role.role_arn);
    }
    if let Some(BaseSource::Environment { keys, .. }) = &plan.base {
        return keys.account_id.clone();
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

/// Whether a region may be in the environment, where it is logged and shown.
pub fn is_exportable(region: &str) -> bool {
    harmless(region).is_some() && is_label(region)
}

/// The region that only the profile's file names, if the file gives the credentials too.
pub fn region(plan: &CredentialPlan) -> Option<&str> {
    let region = plan.region.as_ref()?;
    let is_named = matches!(region.source, RegionSource::Profile(_)) && !region.value.is_empty();
    let is_of_file = !plan.roles.is_empty() || plan.base.as_ref().is_some_and(|base| base.place().is_some());
    (is_named && is_of_file).then_some(region.value.as_str())
}

/// Warns about variables of the user's own that affect every profile.
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
            "stays set and affects"
        } else {
            "stay set and affect"
        };
        warnings.push(format!("{} {verbs} every profile", display(&left.join(", "))));
    }
    if env.os("AWS_VAULT").is_some() {
        warnings.push(
            "AWS_VAULT is set, so aws-vault started this shell: the variable is cleared until `awsenv unset`".into(),
        );
    }
    warnings
}

/// Never exports an empty value, because some SDKs treat it as absent and others do not.
fn set(vars: &mut Vars, name: &'static str, value: String) {
    if !value.is_empty() {
        vars.insert(VarName::of(name), Secret::new(value));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Document, Place};
    use crate::credentials::Timestamp;
    use crate::resolve::{AssumeRole, Login, LoginCache, Sso, SsoSession, WebIdentity};

    const ARN: &str = "arn:aws:iam::111122223333:role/ops";

    fn credentials() -> Credentials {
        Credentials {
            access_key_id: "AKIA1".into(),
            secret_access_key: Secret::new("s3cret".into()),
            session_token: None,
            expires: None,
            account_id: None,
        }
    }

    fn profiles(config: &str) -> ProfileSet {
        let document = Document::parse(Path::new("config"), config.as_bytes().to_vec());
        ProfileSet::new(Some(document), None).unwrap()
    }

    fn listed(vars: &Vars) -> Vec<(&str, &str)> {
        vars.iter()
            .map(|(name, value)| (name.as_str(), value.expose().as_str()))
            .collect()
    }

    /// The exported settings of the profile `x`, as `NAME=value`.
    fn exported(config: &str, env: &[(&str, &str)]) -> Vec<String> {
        let profiles = profiles(config);
        let vars = settings(
            &env.iter().copied().collect(),
            &profiles,
            profiles.profile("x").unwrap(),
        );
        listed(&vars)
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    #[test]
    fn a_key_that_lasts_is_exported_without_token_and_end() {
        let vars = keys("work", &credentials());
        let expected = [
            ("AWSUME_PROFILE", "work"),
            ("AWS_ACCESS_KEY_ID", "AKIA1"),
            ("AWS_SECRET_ACCESS_KEY", "s3cret"),
        ];
        assert_eq!(listed(&vars), expected);
        assert_eq!(listed(&name("work")), [("AWS_PROFILE", "work")]);
    }

    #[test]
    fn a_temporary_key_is_exported_with_all_that_belongs_to_it() {
        let vars = keys(
            "work",
            &Credentials {
                session_token: Some(Secret::new("t0ken".into())),
                expires: Some(Timestamp(1_893_456_000)),
                account_id: Some("111122223333".into()),
                ..credentials()
            },
        );
        let expected = [
            ("AWSUME_PROFILE", "work"),
            ("AWS_ACCESS_KEY_ID", "AKIA1"),
            ("AWS_ACCOUNT_ID", "111122223333"),
            ("AWS_CREDENTIAL_EXPIRATION", "2030-01-01T00:00:00Z"),
            ("AWS_SECRET_ACCESS_KEY", "s3cret"),
            ("AWS_SECURITY_TOKEN", "t0ken"),
            ("AWS_SESSION_TOKEN", "t0ken"),
        ];
        assert_eq!(listed(&vars), expected);
    }

    #[test]
    fn an_empty_value_is_not_exported() {
        let vars = keys(
            "",
            &Credentials {
                session_token: Some(Secret::new(String::new())),
                account_id: Some(String::new()),
                ..credentials()
            },
        );
        let names: Vec<&str> = vars.keys().map(VarName::as_str).collect();
        assert_eq!(names, ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);
        assert!(name("").is_empty());
        let config = "[profile x]\noutput =\nservices = s\n[services s]\ns3 =\n  endpoint_url =\n";
        assert_eq!(exported(config, &[]), [""; 0]);
    }

    #[test]
    fn a_variable_of_the_user_wins_over_the_setting() {
        let config = "[profile x]\noutput = json\nmax_attempts = 3\nregion = eu-west-1\n";
        assert_eq!(exported(config, &[]), ["AWS_DEFAULT_OUTPUT=json", "AWS_MAX_ATTEMPTS=3"]);
        for own in ["text", ""] {
            assert_eq!(
                exported(config, &[("AWS_DEFAULT_OUTPUT", own)]),
                ["AWS_MAX_ATTEMPTS=3"],
                "{own:?}"
            );
        }
    }

    const ENDPOINTS: &str = "[profile x]\nendpoint_url = http://all\noutput = json\nservices = s\n\
        [services s]\ns3 =\n  endpoint_url = http://s3\nelastic_beanstalk =\n  endpoint_url = http://eb\nec2 =\n  other = 1\nsqs = plain\nä =\n  endpoint_url = http://x\n";

    #[test]
    fn each_service_has_an_endpoint_of_its_own() {
        assert_eq!(
            exported(ENDPOINTS, &[]),
            [
                "AWS_DEFAULT_OUTPUT=json",
                "AWS_ENDPOINT_URL=http://all",
                "AWS_ENDPOINT_URL_ELASTIC_BEANSTALK=http://eb",
                "AWS_ENDPOINT_URL_S3=http://s3",
            ]
        );
        let own = [("AWS_ENDPOINT_URL_S3", "http://mine")];
        assert!(!exported(ENDPOINTS, &own).iter().any(|var| var.contains("_S3")));
        let unknown = "[profile x]\nservices = none\n";
        assert_eq!(exported(unknown, &[]), [""; 0]);
    }

    #[test]
    fn one_endpoint_of_the_user_is_for_all_services() {
        let one = [("AWS_ENDPOINT_URL", "http://mine")];
        assert_eq!(exported(ENDPOINTS, &one), ["AWS_DEFAULT_OUTPUT=json"]);
        let empty = exported(ENDPOINTS, &[("AWS_ENDPOINT_URL", "")]);
        assert!(empty.contains(&"AWS_ENDPOINT_URL_S3=http://s3".to_owned()), "{empty:?}");
    }

    #[test]
    fn configured_endpoints_can_be_ignored() {
        let by_profile = ENDPOINTS.replace("output = json", "output = json\nignore_configured_endpoint_urls = True");
        assert_eq!(exported(&by_profile, &[]), ["AWS_DEFAULT_OUTPUT=json"]);
        let by_env = [("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
        assert_eq!(exported(ENDPOINTS, &by_env), ["AWS_DEFAULT_OUTPUT=json"]);
        let no = [("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")];
        assert_eq!(exported(ENDPOINTS, &no), exported(ENDPOINTS, &[]));
        assert_eq!(exported(&by_profile, &no), exported(ENDPOINTS, &[]));
    }

    #[test]
    fn what_may_be_a_secret_is_no_setting() {
        const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let config = format!(
            "[profile x]\noutput = {SECRET}\nca_bundle = /etc/ca.pem\nmax_attempts = 3\n  {SECRET}\n\
             defaults_mode = {SECRET}\nendpoint_url = https://me:hunter2@example.com\nservices = s\n\
             [services s]\ns3 =\n  endpoint_url = https://{}.com\n",
            SECRET.replace('/', "1")
        );
        let profiles = profiles(&config);
        let mut vars = settings(&Env::default(), &profiles, profiles.profile("x").unwrap());
        vars.extend(keys("work", &credentials()));
        let kept_back: Vec<_> = keep_secrets_back(&mut vars).iter().map(ToString::to_string).collect();
        let expected = [
            "AWS_DEFAULTS_MODE",
            "AWS_DEFAULT_OUTPUT",
            "AWS_ENDPOINT_URL_S3",
            "AWS_MAX_ATTEMPTS",
        ];
        assert_eq!(kept_back, expected);
        let kept: Vec<_> = vars.keys().map(VarName::as_str).collect();
        let expected = [
            "AWSUME_PROFILE",
            "AWS_ACCESS_KEY_ID",
            "AWS_CA_BUNDLE",
            "AWS_ENDPOINT_URL",
            "AWS_SECRET_ACCESS_KEY",
        ];
        assert_eq!(kept, expected);
    }

    #[test]
    fn a_region_that_is_exported_is_a_label() {
        for (region, is_kept) in [
            ("eu-west-1", true),
            ("RegionOne", true),
            ("a b", false),
            ("x\ny", false),
            ("eu\0-west-1", false),
            ("a/b", false),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", false),
        ] {
            assert_eq!(is_exportable(region), is_kept, "{region}");
        }
    }

    fn place() -> Place {
        Place {
            file: Path::new("config").into(),
            line: 1,
        }
    }

    fn plan(base: impl Into<Option<BaseSource>>, roles: &[&str]) -> CredentialPlan {
        let role = |arn: &&str| AssumeRole {
            profile: "x".into(),
            role_arn: (*arn).into(),
            role_session_name: None,
            external_id: None,
            mfa: None,
            duration_seconds: None,
            place: Some(place()),
        };
        CredentialPlan {
            base: base.into(),
            base_of: None,
            roles: roles.iter().map(role).collect(),
            region: None,
            calls: crate::resolve::Calls::default(),
            device: None,
            asks_metadata: false,
        }
    }

    #[test]
    fn the_account_is_that_of_the_last_role_then_the_profile_then_the_source() {
        let own = profiles("[profile x]\naws_account_id = 999900001111\n");
        let (x, none) = (own.profile("x"), None);
        let two = ["arn:aws:iam::444455556666:role/first", ARN];
        assert_eq!(account(&plan(none.clone(), &two), x).as_deref(), Some("111122223333"));
        assert_eq!(account(&plan(none.clone(), &["not an arn"]), x), None);
        assert_eq!(account(&plan(none.clone(), &[]), x).as_deref(), Some("999900001111"));
        assert_eq!(account(&plan(none, &[]), None), None);
        let web = BaseSource::WebIdentity(WebIdentity {
            role_arn: ARN.into(),
            role_session_name: None,
            token_file: "t".into(),
            place: None,
        });
        let login = BaseSource::Login(Login {
            session: "arn:aws:sts::111122223333:assumed-role/x/y".into(),
            cached: LoginCache::Missing,
            place: place(),
        });
        let sso = BaseSource::Sso(Sso {
            profile: "p".into(),
            session: SsoSession {
                name: None,
                start_url: "https://sso".into(),
                region: "eu-west-1".into(),
                region_place: place(),
                scopes: None,
            },
            account_id: "111122223333".into(),
            role_name: "ops".into(),
            place: place(),
        });
        for base in [web, login, sso] {
            let plan = plan(base, &[]);
            assert_eq!(account(&plan, None).as_deref(), Some("111122223333"), "{plan:?}");
            assert_eq!(account(&plan, x).as_deref(), Some("999900001111"), "{plan:?}");
        }
    }

    #[test]
    fn what_acts_on_every_profile_is_named_unless_it_is_exported() {
        let warned = |env: &[(&str, &str)], vars: &Vars| environment_warnings(&env.iter().copied().collect(), vars);
        let none = Vars::new();
        assert_eq!(warned(&[("AWS_CA_BUNDLE", ""), ("AWS_REGION", "x")], &none), [""; 0]);
        assert_eq!(
            warned(&[("AWS_CA_BUNDLE", "/ca")], &none),
            ["AWS_CA_BUNDLE stays set and affects every profile"]
        );
        let two = [("AWS_CA_BUNDLE", "/ca"), ("AWS_ENDPOINT_URL_S3", "http://x")];
        assert_eq!(
            warned(&two, &none),
            ["AWS_CA_BUNDLE, AWS_ENDPOINT_URL_S3 stay set and affect every profile"]
        );
        let ours = settings(
            &Env::default(),
            &profiles(ENDPOINTS),
            profiles(ENDPOINTS).profile("x").unwrap(),
        );
        assert_eq!(
            warned(&two, &ours),
            ["AWS_CA_BUNDLE stays set and affects every profile"]
        );
        assert!(warned(&[("AWS_VAULT", "x")], &none)[0].starts_with("AWS_VAULT is set"));
    }
}
