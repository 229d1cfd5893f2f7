//! What other programs make of the same profile: rules of precedence that differ from botocore's, measured where a
//! program could be run. Who has no rule here counts as agreeing.

use crate::config::{Kind, Place, Profile, Value};
use crate::env::Env;
use crate::resolve::{BaseSource, Choice, CredentialPlan, How, KeySource, RegionSource};

/// The programs that are spoken of, in this order.
const READERS: [&str; 6] = [CLI, BOTO3, GO, JS, RUST, BOTO2];

pub(super) const CLI: &str = "aws-cli-v2";
pub(super) const BOTO3: &str = "boto3";
pub(super) const GO: &str = "aws-sdk-go-v2";
pub(super) const JS: &str = "aws-sdk-js-v3";
pub(super) const RUST: &str = "aws-sdk-rust";
pub(super) const BOTO2: &str = "boto-2";

/// One reader: it agrees, or this is how it differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) reader: &'static str,
    pub(super) differs: Option<Difference>,
}

/// What a reader takes instead, why, and which line makes the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) reads: String,
    pub(super) because: String,
    pub(super) place: Option<Place>,
}

/// One entry for each reader that agrees, one for each difference of the others.
pub(super) fn readers(choice: &Choice, plan: &CredentialPlan, profile: Option<Profile<'_>>, env: &Env) -> Vec<Reading> {
    let mut found = Findings(Vec::new());
    selection(&mut found, choice);
    region(&mut found, plan, profile, env);
    match profile {
        Some(profile) => {
            sources(&mut found, choice, plan, profile);
            tokens(&mut found, plan, profile);
            boto2(&mut found, plan, profile, env);
        }
        None if choice.is_explicit() => boto_profile(&mut found, plan),
        None => {}
    }
    roles(&mut found, plan);
    READERS
        .into_iter()
        .flat_map(|reader| {
            let mut entries: Vec<_> = found.0.iter().filter(|entry| entry.reader == reader).cloned().collect();
            if entries.is_empty() {
                entries.push(Reading { reader, differs: None });
            }
            entries
        })
        .collect()
}

struct Findings(Vec<Reading>);

impl Findings {
    fn add(&mut self, who: &[&'static str], reads: &str, because: &str, place: Option<Place>) {
        for reader in who.iter().copied() {
            let differs = Difference {
                reads: reads.to_owned(),
                because: because.to_owned(),
                place: place.clone(),
            };
            self.0.push(Reading {
                reader,
                differs: Some(differs),
            });
        }
    }
}

/// Which profile, if the command line names none.
fn selection(found: &mut Findings, choice: &Choice) {
    if let Some(other) = &choice.boto3 {
        found.add(
            &[BOTO3],
            &format!("the profile {other}"),
            "it reads AWS_DEFAULT_PROFILE before AWS_PROFILE",
            None,
        );
    }
    match choice.how {
        How::Variable("AWS_DEFAULT_PROFILE") => {
            found.add(
                &[JS, RUST, BOTO2],
                "the profile default",
                "it does not read AWS_DEFAULT_PROFILE",
                None,
            );
        }
        How::Variable(_) if choice.name.is_empty() => {
            found.add(
                &[GO, JS],
                "the profile default",
                "it takes an empty AWS_PROFILE as not set",
                None,
            );
        }
        _ => {}
    }
}

fn region(found: &mut Findings, plan: &CredentialPlan, profile: Option<Profile<'_>>, env: &Env) {
    let Some(region) = &plan.region else { return };
    let own = || match profile.and_then(|profile| profile.text("region")) {
        Some(region) => format!("the region {region}"),
        None => "no region".to_owned(),
    };
    match region.source {
        RegionSource::Environment("AWS_REGION") if env.text("AWS_DEFAULT_REGION") != Some(region.value.as_str()) => {
            let reads = env
                .text("AWS_DEFAULT_REGION")
                .map_or_else(own, |region| format!("the region {region}"));
            found.add(&[BOTO3], &reads, "it does not read AWS_REGION", None);
        }
        RegionSource::Environment("AWS_DEFAULT_REGION") => {
            found.add(&[JS], &own(), "it does not read AWS_DEFAULT_REGION", None);
        }
        _ => {}
    }
}

/// Several kinds of credentials in one profile: who is asked first.
fn sources(found: &mut Findings, choice: &Choice, plan: &CredentialPlan, profile: Profile<'_>) {
    if !plan.roles.is_empty() {
        return;
    }
    let at = |key: &str| profile.get(key).map(Value::place);
    let keys = at("aws_access_key_id");
    let process = at("credential_process");
    let keys_first = "it takes keys in the profile before anything else";
    match &plan.base {
        Some(BaseSource::StaticKeys(own)) => {
            let later = at("login_session").map(|place| ("the login session", place));
            let later = later.or(process.map(|place| ("what the credential_process prints", place)));
            if let (KeySource::SharedCredentialsFile, Some((reads, place))) = (own.source, later) {
                found.add(
                    &[RUST],
                    reads,
                    "it asks that before it takes keys of the profile",
                    Some(place),
                );
            }
            if own.access_key_id.is_empty() {
                found.add(
                    &[JS, RUST],
                    "no credentials",
                    "it takes an empty key as absent",
                    own.place.clone(),
                );
            }
        }
        Some(BaseSource::CredentialProcess(own)) => {
            if keys.is_some() {
                found.add(&[GO, JS], "the keys of the profile", keys_first, keys);
            }
            if own.command.contains(|c| "|&;<>()$`*?~#\\".contains(c)) {
                let because = "it hands the line to a shell, botocore runs the words as they are";
                found.add(
                    &[GO, JS, RUST],
                    "what a shell makes of the line",
                    because,
                    Some(own.place.clone()),
                );
            }
        }
        Some(BaseSource::Sso(sso)) => {
            if keys.is_some() {
                found.add(&[GO, JS], "the keys of the profile", keys_first, keys);
            } else if process.is_some() {
                found.add(
                    &[JS],
                    "what the credential_process prints",
                    "it asks that before SSO",
                    process,
                );
            }
            let twice = at("sso_start_url")
                .or(at("sso_region"))
                .filter(|_| sso.session.is_some());
            if twice.is_some() {
                let because = "it refuses SSO keys beside an sso_session, even equal ones";
                found.add(&[RUST], "an error", because, twice);
            }
        }
        Some(BaseSource::WebIdentity(web)) if web.place.is_none() => {
            if has_credentials(profile) {
                let because = "it asks the profile before the environment's token file";
                found.add(&[JS, RUST], "the credentials of the profile", because, profile.place());
            }
        }
        Some(BaseSource::WebIdentity(_)) => {
            if keys.is_some() {
                found.add(&[GO, JS], "the keys of the profile", keys_first, keys);
            } else if let Some(place) = at("source_profile").or(at("credential_source")) {
                found.add(
                    &[JS],
                    "the role, assumed from the source profile",
                    "it ignores the token file",
                    Some(place),
                );
            }
        }
        Some(BaseSource::Environment { .. }) if choice.how == How::Variable("AWS_PROFILE") => {
            found.add(
                &[JS],
                "the profile",
                "it takes AWS_PROFILE before keys in the environment",
                None,
            );
        }
        Some(BaseSource::Boto(keys)) => {
            let because = "it does not read legacy boto files";
            found.add(&[GO, JS, RUST], "no credentials", because, keys.place.clone());
        }
        _ => {}
    }
}

/// Whether the profile has credentials of any kind.
fn has_credentials(profile: Profile<'_>) -> bool {
    Kind::of(profile) != Kind::None
}

/// Session tokens that do not go with the keys, or of which there are two.
fn tokens(found: &mut Findings, plan: &CredentialPlan, profile: Profile<'_>) {
    let Some(BaseSource::StaticKeys(own)) = &plan.base else {
        return;
    };
    if !plan.roles.is_empty() {
        return;
    }
    let foreign = profile.in_config("aws_session_token");
    if own.source == KeySource::SharedCredentialsFile
        && profile.in_credentials("aws_session_token").is_none()
        && let Some(token) = foreign
    {
        let because = "it pairs keys of one file with a token of the other";
        found.add(
            &[JS, RUST],
            "the keys with the token of the config file",
            because,
            Some(token.place()),
        );
    }
    if let (Some(old), Some(_)) = (profile.get("aws_security_token"), profile.get("aws_session_token")) {
        let because = "it does not read aws_security_token, which botocore prefers";
        found.add(
            &[GO, JS, RUST],
            "the token aws_session_token",
            because,
            Some(old.place()),
        );
    }
}

fn roles(found: &mut Findings, plan: &CredentialPlan) {
    for role in &plan.roles {
        let place = || Some(role.place.clone());
        if role.mfa_serial.is_some() {
            let reads = format!(
                "the role {} without MFA, which AWS refuses if it demands it",
                role.role_arn
            );
            found.add(&[RUST], &reads, "it ignores mfa_serial", place());
            found.add(
                &[GO, JS],
                "an error",
                "it asks for an MFA code only if the program gives it a way to",
                place(),
            );
        }
        if role.duration_seconds.is_some() {
            let reads = format!("the role {} for an hour", role.role_arn);
            found.add(&[RUST], &reads, "it ignores duration_seconds", place());
        }
    }
}

/// boto 2 knows the keys of `~/.aws/credentials` and its own files, and nothing else.
fn boto2(found: &mut Findings, plan: &CredentialPlan, profile: Profile<'_>, env: &Env) {
    let because = "it reads keys from ~/.aws/credentials and boto files only";
    let place = |base: &BaseSource| base.place().cloned();
    match &plan.base {
        Some(BaseSource::StaticKeys(keys)) if keys.source == KeySource::SharedCredentialsFile => {
            if env.os("AWS_SHARED_CREDENTIALS_FILE").is_some() {
                let because = "it does not read AWS_SHARED_CREDENTIALS_FILE";
                found.add(&[BOTO2], "~/.aws/credentials", because, keys.place.clone());
            } else if let Some(role) = plan.roles.last() {
                let own = profile.in_credentials("aws_access_key_id").is_some();
                let reads = if own {
                    "the keys of the profile, without the role"
                } else {
                    "no credentials"
                };
                found.add(&[BOTO2], reads, "it knows no roles", Some(role.place.clone()));
            } else if keys.session_token.is_some() && profile.in_credentials("aws_security_token").is_none() {
                let because = "it reads a token only from aws_security_token";
                found.add(&[BOTO2], "the keys without their token", because, keys.place.clone());
            }
        }
        Some(BaseSource::Boto(_) | BaseSource::Environment { .. }) if plan.roles.is_empty() => {}
        Some(BaseSource::InstanceMetadata { .. }) | None => {}
        Some(base) => {
            let own = profile.in_credentials("aws_access_key_id").is_some();
            let reads = if own {
                "the keys of ~/.aws/credentials"
            } else {
                "no credentials"
            };
            found.add(&[BOTO2], reads, because, place(base));
        }
    }
}

/// A profile that stands in boto files only.
fn boto_profile(found: &mut Findings, plan: &CredentialPlan) {
    if let Some(BaseSource::Boto(keys)) = &plan.base {
        let because = "profiles of legacy boto files are unknown to it";
        found.add(
            &[CLI, BOTO3, GO, JS, RUST],
            "no profile of this name",
            because,
            keys.place.clone(),
        );
    }
}
