//! What other programs make of the same profile: the lints of the files, and precedence rules between the environment,
//! the files and the boto files. A reader that none of them names is taken to agree.

mod load_config;
mod paths;

use crate::config::lint::{self, Reader};
use crate::config::{Kind, Place, Profile};
use crate::env::Env;
use crate::ops::files::Files;
use crate::resolve::{AssumeRole, BaseSource, Choice, CredentialPlan, How, KeySource, RegionSource};

use Reader::{AwsCliV2, Boto2, Boto3, SdkGoV2, SdkJsV3, SdkRust};

/// Whether a reader agrees, or how it differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) reader: Reader,
    pub(super) differs: Option<Difference>,
}

/// What a reader takes instead, why, and which line makes the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) reads: String,
    pub(super) because: String,
    pub(super) place: Option<Place>,
}

pub(super) struct Subject<'a> {
    pub(super) choice: &'a Choice,
    pub(super) plan: &'a CredentialPlan,
    pub(super) files: &'a Files,
    pub(super) env: &'a Env,
}

impl<'a> Subject<'a> {
    /// The names of the profile and of those that its credentials come from.
    fn chain(&self) -> Vec<&'a str> {
        let of_role = |role: &'a AssumeRole| {
            let profile = self.files.profiles.profile(&role.profile);
            let source = profile.and_then(|profile| profile.text("source_profile"));
            [Some(role.profile.as_str()), source].into_iter().flatten()
        };
        let chain = self.plan.roles.iter().flat_map(of_role);
        let mut names: Vec<&str> = chain.chain([self.choice.name.as_str()]).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// One entry for each reader that agrees, and one for each difference of the others. Old ones are never said to agree.
pub(super) fn readers(subject: &Subject<'_>) -> Vec<Reading> {
    let Subject {
        choice,
        plan,
        files,
        env,
    } = *subject;
    let profile = files.profiles.profile(&choice.name);
    let mut found = Findings(Vec::new());
    selection(&mut found, choice);
    region(&mut found, plan, profile, env);
    paths::paths(&mut found, subject);
    load_config::load_config(&mut found, subject);
    if let Some(profile) = profile {
        machine(&mut found, subject, profile);
        lints(&mut found, subject);
        boto2(&mut found, plan, profile, env);
    } else if let (true, Some(base @ (BaseSource::Boto(_) | BaseSource::BotoKeyring(_)))) =
        (choice.is_explicit(), &plan.base)
    {
        let because = "it does not know the profiles in legacy boto files";
        let who = [AwsCliV2, Boto3, SdkGoV2, SdkJsV3, SdkRust];
        found.add(&who, "no profile with this name", because, base.place().cloned());
    }
    found.by_reader()
}

struct Findings(Vec<Reading>);

impl Findings {
    fn add(&mut self, who: &[Reader], reads: &str, because: &str, place: Option<Place>) {
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

    fn by_reader(self) -> Vec<Reading> {
        let of = |reader| {
            let mut own: Vec<_> = self.0.iter().filter(|found| found.reader == reader).cloned().collect();
            if own.is_empty() {
                own.push(Reading { reader, differs: None });
            }
            own
        };
        let mut all: Vec<_> = Reader::ALL.into_iter().flat_map(of).collect();
        all.extend(
            self.0
                .iter()
                .filter(|found| Reader::OLD.contains(&found.reader))
                .cloned(),
        );
        all
    }
}

/// Which profile is used if the command line names none.
fn selection(found: &mut Findings, choice: &Choice) {
    if let Some(other) = &choice.boto3 {
        found.add(
            &[Boto3],
            &format!("the profile {other}"),
            "it reads AWS_DEFAULT_PROFILE before AWS_PROFILE",
            None,
        );
    }
    if choice.how == How::Variable("AWS_DEFAULT_PROFILE") {
        let who = [SdkJsV3, SdkRust, Boto2];
        found.add(
            &who,
            "the profile default",
            "it does not read AWS_DEFAULT_PROFILE",
            None,
        );
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
            let other = env.text("AWS_DEFAULT_REGION");
            let reads = other.map_or_else(own, |region| format!("the region {region}"));
            found.add(&[Boto3], &reads, "it does not read AWS_REGION", None);
        }
        RegionSource::Environment("AWS_DEFAULT_REGION") => {
            found.add(&[SdkJsV3], &own(), "it does not read AWS_DEFAULT_REGION", None);
        }
        _ => {}
    }
}

/// Credentials from outside the profile, and keys that other readers ignore.
fn machine(found: &mut Findings, subject: &Subject<'_>, profile: Profile<'_>) {
    if !subject.plan.roles.is_empty() {
        return;
    }
    match &subject.plan.base {
        Some(BaseSource::Boto(keys)) => {
            let because = "it does not read legacy boto files";
            found.add(
                &[SdkGoV2, SdkJsV3, SdkRust],
                "no credentials",
                because,
                keys.place.clone(),
            );
        }
        Some(BaseSource::Environment { .. }) if subject.choice.how == How::Variable("AWS_PROFILE") => {
            let because = "it prefers AWS_PROFILE to keys in the environment";
            found.add(&[SdkJsV3], "the profile", because, profile.place());
        }
        Some(BaseSource::StaticKeys(keys)) if keys.access_key_id.is_empty() => {
            let because = "it treats an empty key as absent";
            found.add(&[SdkJsV3, SdkRust], "no credentials", because, keys.place.clone());
        }
        Some(BaseSource::WebIdentity(web)) if web.place.is_none() && Kind::of(profile) != Kind::None => {
            let because = "it tries the profile before the token file from the environment";
            found.add(
                &[SdkJsV3, SdkRust],
                "the profile's credentials",
                because,
                profile.place(),
            );
        }
        _ => {}
    }
}

/// The lints of the profile and of the other profiles in its chain.
fn lints(found: &mut Findings, subject: &Subject<'_>) {
    let names = subject.chain();
    let all = lint::all(&subject.files.profiles);
    for lint in &all {
        let own = lint.profile.as_deref().is_some_and(|name| names.contains(&name));
        for reading in lint.readings.iter().filter(|reading| own || reading.whole_file) {
            let reads = match lint.key.as_ref().filter(|_| !reading.whole_file) {
                Some(key) => format!("{key}: {}", reading.reads),
                None => reading.reads.clone(),
            };
            found.add(&[reading.reader], &reads, reading.because, Some(lint.place.clone()));
        }
    }
}

/// boto 2 reads keys only from `~/.aws/credentials` and its own files.
fn boto2(found: &mut Findings, plan: &CredentialPlan, profile: Profile<'_>, env: &Env) {
    let own_keys = profile.in_credentials("aws_access_key_id").is_some();
    let mut add = |reads: &str, because: &str, place: Option<&Place>| {
        found.add(&[Boto2], reads, because, place.cloned());
    };
    match &plan.base {
        Some(BaseSource::Boto(_) | BaseSource::Environment { .. }) if plan.roles.is_empty() => {}
        None => {}
        _ if plan.roles.last().is_some() => {
            let reads = if own_keys {
                "the profile's keys, without the role"
            } else {
                "no credentials"
            };
            add(
                reads,
                "it does not support roles",
                plan.roles.last().and_then(|role| role.place.as_ref()),
            );
        }
        Some(BaseSource::StaticKeys(keys)) if keys.source == KeySource::SharedCredentialsFile => {
            if env.os("AWS_SHARED_CREDENTIALS_FILE").is_some() {
                let because = "it does not read AWS_SHARED_CREDENTIALS_FILE";
                add("~/.aws/credentials", because, keys.place.as_ref());
            } else if keys.session_token.is_some() && profile.in_credentials("aws_security_token").is_none() {
                let because = "it reads a token only from aws_security_token";
                add("the keys without their token", because, keys.place.as_ref());
            }
        }
        Some(base) => {
            let reads = if own_keys {
                "the keys in ~/.aws/credentials"
            } else {
                "no credentials"
            };
            add(
                reads,
                "it reads keys only from ~/.aws/credentials and boto files",
                base.place(),
            );
        }
    }
}
