//! How a profile reaches the environment: by its name, or by its keys.
//!
//! The name is the least that works: no secret leaves, and each SDK refreshes by itself. Keys are for what SDKs cannot
//! resolve unattended. Never both, because SDKs disagree on which wins.

use crate::config::profile::is_portable_name;
use crate::config::settings::Export;
use crate::env::style::Style;

use super::plan::{BaseSource, CredentialPlan};
use super::reach::Reach;

/// A style with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportDecision {
    pub style: Style,
    /// Why, in half a sentence.
    pub because: String,
    /// What will not work even so.
    pub warning: Option<String>,
}

/// Why a profile cannot be exported as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StyleError {
    /// The name of a role on keys of the environment would let SDKs use those keys without the role.
    EnvironmentSource { profile: String },
    /// Keys for which awsenv would have to ask AWS or a person.
    KeysUnreachable { profile: String, needs: &'static str },
    /// A boto profile, whose name no SDK knows.
    NameUnknown { profile: String },
    /// No file defines the profile `default`, which was not named.
    NoProfile { profile: String },
    /// Keys were asked for where there are none.
    NoCredentials { profile: String },
}

/// How `profile` is exported. `in_aws_files`: whether an AWS file defines it (the name of a boto profile means nothing
/// to SDKs).
///
/// # Errors
/// Neither style can work, or not the one that is asked for.
pub fn export_style(
    plan: &CredentialPlan,
    profile: &str,
    in_aws_files: bool,
    requested: Export,
) -> Result<ExportDecision, StyleError> {
    let profile = profile.to_owned();
    let is_of_environment = matches!(plan.base, Some(BaseSource::Environment { .. })) && !plan.roles.is_empty();
    if is_of_environment && requested == Export::Name {
        return Err(StyleError::EnvironmentSource { profile });
    }
    let legacy = matches!(plan.base, Some(BaseSource::Boto(_) | BaseSource::BotoKeyring(_)));
    let from_env = matches!(plan.base, Some(BaseSource::Environment { .. }));
    if !in_aws_files && !legacy && !from_env {
        return Err(StyleError::NoProfile { profile });
    }
    let wanted = wanted(plan, &profile);
    match (requested, plan.reach()) {
        (Export::Name, _) if !in_aws_files => Err(StyleError::NameUnknown { profile }),
        (Export::Name, _) => Ok(ExportDecision {
            style: Style::Name,
            because: "you asked for the name".to_owned(),
            warning: wanted.err().map(|reason| reason.warning().to_owned()),
        }),
        (Export::Keys, Reach::Now(_)) => Ok(keys("you asked for the keys")),
        (Export::Keys, Reach::Later(needs)) => Err(StyleError::KeysUnreachable { profile, needs }),
        (Export::Keys, Reach::Nothing) => Err(StyleError::NoCredentials { profile }),
        (Export::Auto, Reach::Later(needs)) if is_of_environment => Err(StyleError::KeysUnreachable { profile, needs }),
        (Export::Auto, reach) => Ok(match (wanted, reach) {
            (Ok(because), _) => ExportDecision {
                style: Style::Name,
                because: because.to_owned(),
                warning: (matches!(reach, Reach::Nothing) && !plan.asks_metadata)
                    .then(|| "the profile has no credentials".to_owned()),
            },
            (Err(reason), Reach::Now(_)) => keys(reason.because()),
            (Err(reason), _) => ExportDecision {
                style: Style::Name,
                because: format!("{}, but awsenv cannot get the keys yet", reason.because()),
                warning: Some(reason.warning().to_owned()),
            },
        }),
    }
}

fn keys(because: &str) -> ExportDecision {
    ExportDecision {
        style: Style::Keys,
        because: because.to_owned(),
        warning: None,
    }
}

/// Why the name does not work in every SDK.
#[derive(Clone, Copy)]
enum NotByName {
    Boto,
    Environment,
    Login,
    Mfa,
    OddName,
    UserMfa,
}

impl NotByName {
    fn because(self) -> &'static str {
        match self {
            NotByName::Boto => "only legacy boto files hold these keys, and the AWS SDKs do not read them",
            NotByName::Environment => "the keys are in the environment",
            NotByName::Login => "not every SDK supports `login_session`",
            NotByName::Mfa => "a role in the chain needs an MFA code, which SDKs do not ask for",
            NotByName::OddName => "other SDKs cannot read a profile with this name",
            NotByName::UserMfa => "the profile names an MFA device, and SDKs use its keys without a code",
        }
    }

    fn warning(self) -> &'static str {
        match self {
            NotByName::Boto => "SDKs other than boto3 and the AWS CLI find no credentials in this profile",
            NotByName::Environment => "most SDKs prefer keys in the environment to the profile",
            NotByName::Login => "SDKs that do not support `login_session` find no credentials in this profile",
            NotByName::Mfa => "SDKs that cannot ask for an MFA code will fail with this profile",
            NotByName::UserMfa => {
                "SDKs use the keys of this profile without an MFA code, and AWS may deny what needs one"
            }
            NotByName::OddName => "SDKs other than boto3 and the AWS CLI will not find a profile with this name",
        }
    }
}

/// Why the name works, or why not.
fn wanted(plan: &CredentialPlan, profile: &str) -> Result<&'static str, NotByName> {
    if plan.roles.iter().any(|role| role.mfa.is_some()) {
        return Err(NotByName::Mfa);
    }
    if plan.user_device().is_some() {
        return Err(NotByName::UserMfa);
    }
    match &plan.base {
        Some(BaseSource::Login(_)) => return Err(NotByName::Login),
        Some(BaseSource::Boto(_) | BaseSource::BotoKeyring(_)) => return Err(NotByName::Boto),
        Some(BaseSource::Environment { .. }) => return Err(NotByName::Environment),
        _ if !is_portable_name(profile) => return Err(NotByName::OddName),
        _ => {}
    }
    if !plan.roles.is_empty() {
        return Ok("every SDK can assume the role itself and refresh the keys");
    }
    Ok(match &plan.base {
        Some(BaseSource::StaticKeys(keys)) if keys.is_empty() => {
            "the profile has an empty key, which AWS does not accept"
        }
        Some(BaseSource::StaticKeys(_)) => {
            "every SDK can read the keys from the file, so they stay out of the environment"
        }
        Some(BaseSource::CredentialProcess(process)) if process.keychain.is_some() => {
            "every SDK can ask awsenv for the keys, so they stay out of the environment"
        }
        Some(BaseSource::CredentialProcess(_)) => "every SDK can run the credential_process itself",
        Some(BaseSource::Sso(_)) => "every SDK can use the SSO session itself and refresh the keys",
        Some(BaseSource::WebIdentity(_)) => "every SDK can assume the role with the token file itself",
        Some(_) => "every SDK can ask this machine for the keys and refresh them",
        None => "no style would export any credentials",
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Place;
    use crate::resolve::{AssumeRole, Device, KeySource, Keys};
    use crate::secret::Secret;

    fn keys(source: KeySource) -> Keys {
        Keys {
            source,
            access_key_id: "AKIA".to_owned(),
            secret_access_key: Secret::new("s".to_owned()),
            session_token: None,
            account_id: None,
            expiration: None,
            place: None,
        }
    }

    fn plan(base: Option<BaseSource>) -> CredentialPlan {
        CredentialPlan {
            base,
            base_of: None,
            roles: Vec::new(),
            region: None,
            calls: crate::resolve::Calls::default(),
            device: None,
            asks_metadata: false,
        }
    }

    fn files() -> CredentialPlan {
        plan(Some(BaseSource::StaticKeys(keys(KeySource::SharedCredentialsFile))))
    }

    fn with_role(mut plan: CredentialPlan, mfa: Option<&str>) -> CredentialPlan {
        plan.roles.push(AssumeRole {
            profile: "p".to_owned(),
            role_arn: "arn:aws:iam::123456789012:role/r".to_owned(),
            role_session_name: None,
            external_id: None,
            mfa: mfa.map(|serial| Device {
                profile: "p".to_owned(),
                serial: serial.to_owned(),
                place: Place {
                    file: Path::new("config").into(),
                    line: 1,
                },
                process: None,
            }),
            duration_seconds: None,
            place: None,
        });
        plan
    }

    fn style(plan: &CredentialPlan, name: &str, requested: Export) -> Result<Style, StyleError> {
        export_style(plan, name, true, requested).map(|export| export.style)
    }

    #[test]
    fn the_name_is_the_least_that_works() {
        assert_eq!(style(&files(), "p", Export::Auto), Ok(Style::Name));
        assert_eq!(style(&files(), "p", Export::Keys), Ok(Style::Keys));
        let role = with_role(files(), None);
        assert_eq!(style(&role, "p", Export::Auto), Ok(Style::Name));
        assert_eq!(style(&role, "p", Export::Keys), Ok(Style::Keys));
        let role = with_role(files(), Some("arn"));
        assert_eq!(style(&role, "p", Export::Keys), Ok(Style::Keys));
    }

    #[test]
    fn keys_where_sdks_cannot_follow_the_name() {
        assert_eq!(style(&files(), "two words", Export::Auto), Ok(Style::Keys));
        let mfa = export_style(&with_role(files(), Some("arn")), "p", true, Export::Auto).unwrap();
        assert_eq!((mfa.style, mfa.warning), (Style::Keys, None));
        let odd = export_style(&with_role(files(), None), "two words", true, Export::Auto).unwrap();
        assert_eq!((odd.style, odd.warning.is_some()), (Style::Keys, false));
    }

    #[test]
    fn boto_keys_have_no_name() {
        let boto = plan(Some(BaseSource::Boto(keys(KeySource::BotoConfig))));
        let of = |requested| export_style(&boto, "old", false, requested).map(|export| export.style);
        assert_eq!(of(Export::Auto), Ok(Style::Keys));
        assert!(matches!(of(Export::Name), Err(StyleError::NameUnknown { .. })));
        assert_eq!(style(&boto, "p", Export::Auto), Ok(Style::Keys));
    }

    #[test]
    fn no_name_for_a_role_on_keys_of_the_environment() {
        let keys = keys(KeySource::Env);
        let named = plan(Some(BaseSource::Environment { keys, named: None }));
        let role = with_role(named.clone(), None);
        assert!(matches!(
            style(&role, "p", Export::Name),
            Err(StyleError::EnvironmentSource { .. })
        ));
        assert_eq!(style(&role, "p", Export::Auto), Ok(Style::Keys));
        assert_eq!(style(&role, "p", Export::Keys), Ok(Style::Keys));
        let role = with_role(named.clone(), Some("arn"));
        assert_eq!(style(&role, "p", Export::Auto), Ok(Style::Keys));
        assert_eq!(style(&named, "p", Export::Auto), Ok(Style::Keys));
    }

    #[test]
    fn nothing_to_export() {
        let none = export_style(&plan(None), "p", true, Export::Auto).unwrap();
        assert_eq!((none.style, none.warning.is_some()), (Style::Name, true));
        assert!(matches!(
            style(&plan(None), "p", Export::Keys),
            Err(StyleError::NoCredentials { .. })
        ));
        assert!(matches!(
            export_style(&plan(None), "default", false, Export::Auto),
            Err(StyleError::NoProfile { .. })
        ));
    }
}
