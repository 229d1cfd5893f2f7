//! Messages for profiles that lack a setting or have contradictory ones.

use super::config::legacy_remedy;
use super::{Error, Kind};
use crate::advice::Advice;
use crate::config::region::NO_LABEL;
use crate::config::{self, Place};
use crate::env::names::VarName;
use crate::redact::shown;
use crate::resolve::{self, How, RegionSource, Source, StyleError};
use crate::text::{LONGEST_NAME, cut, display};

impl From<resolve::Error> for Error {
    fn from(error: resolve::Error) -> Self {
        use resolve::Error as E;
        let invalid = |message: String| Error::new(Kind::InvalidConfig, message);
        match error {
            E::BadCredentialSource { profile, source, place } => {
                let word = ["Environment", "Ec2InstanceMetadata", "EcsContainer"]
                    .into_iter()
                    .find(|word| word.eq_ignore_ascii_case(source.trim()));
                let error = invalid(format!(
                    "profile {} has the unknown credential_source {} ({})",
                    tick(&profile),
                    tick(&source),
                    at(&place)
                ));
                match word {
                    Some(word) => error.hint(format!("write `{word}`: this value is case-sensitive")),
                    None => error.hint("use `Environment`, `Ec2InstanceMetadata` or `EcsContainer`"),
                }
            }
            E::BadProcess { profile, reason, place } => invalid(format!(
                "the credential_process of profile {} cannot be run: {reason} ({})",
                tick(&profile),
                at(&place)
            )),
            E::BadRegion { region, source } => {
                let from = source.map_or(String::new(), |source| match source {
                    RegionSource::Environment(variable) => format!(" ({variable})"),
                    RegionSource::Option => " (--region)".to_owned(),
                    RegionSource::Profile(place) => format!(" ({})", at(&place)),
                });
                match region.as_str() {
                    "" => invalid(format!("the region is empty, so there is no URL to call{from}")),
                    region => invalid(format!(
                        "the region {} {NO_LABEL}, because it is a part of the URL to call{from}",
                        tick(region)
                    )),
                }
            }
            E::BadSetting { key, needs, source } => invalid(match source {
                Source::Profile(place) => format!("{} must be {needs} ({})", tick(key), at(&place)),
                Source::Variable(variable) => format!("{variable} must be {needs}"),
            }),
            E::BadValue {
                profile,
                key,
                needs,
                place,
            } => invalid(format!(
                "{} of profile {} must be {needs} ({})",
                tick(&key),
                tick(&profile),
                at(&place)
            )),
            E::BothSources {
                profile,
                source_profile,
                credential_source,
            } => invalid(format!(
                "profile {} has both source_profile ({}) and credential_source ({})",
                tick(&profile),
                at(&source_profile),
                at(&credential_source)
            ))
            .hint("a role can have only one of the two: delete the other"),
            E::ContainerRefused { variable, reason } => invalid(format!("{variable} {reason}")),
            E::CredentialSourceEmpty {
                profile,
                source,
                needs,
                place,
            } => Error::new(
                Kind::CredentialSourceEmpty,
                format!(
                    "the credential_source `{source}` of profile {} has no credentials now ({})",
                    tick(&profile),
                    at(&place)
                ),
            )
            .hint(format!("it needs {needs}")),
            E::InfiniteLoop { members, more, again } => {
                let way: Vec<String> = members
                    .iter()
                    .map(|(name, place)| format!("{} ({})", tick(name), at(place)))
                    .chain((more > 0).then(|| format!("{more} more")))
                    .chain([tick(&again)])
                    .collect();
                Error::new(
                    Kind::InfiniteLoop,
                    format!("source_profile forms a loop: {}", way.join(" -> ")),
                )
                .hint("give one of these profiles keys of its own, or a source_profile outside the loop")
            }
            E::Legacy(error @ config::Error::HalfPair { .. }) => error.into(),
            E::Legacy(error) => Error {
                hints: vec![
                    format!(
                        "only the profiles in this legacy boto file need it: {}",
                        legacy_remedy(&error)
                    )
                    .into(),
                ],
                ..error.into()
            },
            E::NoSource { profile, place } => invalid(format!(
                "profile {} has a role_arn ({}) but neither source_profile nor credential_source",
                tick(&profile),
                at(&place)
            ))
            .hint("add `source_profile = NAME` to name the profile whose credentials may assume the role"),
            E::PartialCredentials {
                provider,
                missing,
                profile,
                place,
            } => {
                let Some(place) = place else {
                    let message =
                        format!("the environment has only half of a key pair: {missing} is not set, or is empty");
                    return Error::new(Kind::PartialCredentials, message)
                        .hint("set both, or unset the other half as well");
                };
                let whose = profile.map_or("there is".to_owned(), |name| format!("profile {} has", tick(&name)));
                let message = format!("{whose} only half of a key pair: {missing} is missing ({})", at(&place));
                Error::new(Kind::PartialCredentials, message).hint(format!(
                    "both must be in the same place: {provider} does not look for the other half elsewhere"
                ))
            }
            E::ProfileNotFound {
                name,
                how: How::Variable(variable),
                ..
            } if name.is_empty() => {
                let message = format!("{variable} is set but empty, so the AWS CLI looks for a profile without a name");
                let unset = Advice::default().unset([VarName::of(variable)]);
                Error::new(Kind::ProfileNotFound, message).hint(unset)
            }
            E::ProfileNotFound {
                name,
                how,
                searched,
                near,
            } => {
                let message = format!("profile {} is not defined in {}", tick(&name), display(&searched));
                let error = meant(Error::new(Kind::ProfileNotFound, message), &near);
                let error = if near.is_empty() { error.hint(LIST) } else { error };
                match how {
                    How::Variable(variable) => error.hint(format!("{variable} names it")),
                    How::Explicit | How::Implicit => error,
                }
            }
            E::ServicesMissing {
                profile,
                services,
                place,
                near,
            } => meant(
                invalid(format!(
                    "profile {} names the services section {}, which is not defined or is empty ({})",
                    tick(&profile),
                    tick(&services),
                    at(&place)
                )),
                &near,
            ),
            E::SourceMissing {
                profile,
                source,
                place,
                near,
            } => meant(
                invalid(format!(
                    "profile {} has the source_profile {}, which is not defined ({})",
                    tick(&profile),
                    tick(&source),
                    at(&place)
                )),
                &near,
            ),
            E::SourceWithoutCredentials { profile, source, place } => invalid(format!(
                "profile {} has the source_profile {}, which has no credentials{}",
                tick(&profile),
                tick(&source),
                place.map(|place| format!(" ({})", at(&place))).unwrap_or_default()
            )),
            E::SsoConflict {
                profile,
                key,
                place,
                session_place,
            } => invalid(format!(
                "profile {} and its sso-session have different values for {} ({} and {})",
                tick(&profile),
                tick(&key),
                at(&place),
                at(&session_place)
            ))
            .hint("delete the line in the profile"),
            E::SsoIncomplete {
                profile,
                missing,
                place,
            } => invalid(format!(
                "profile {} uses IAM Identity Center ({}) but lacks {}",
                tick(&profile),
                at(&place),
                missing.join(", ")
            )),
            E::SsoSessionIncomplete {
                session,
                missing,
                place,
            } => invalid(format!(
                "the sso-session {} ({}) lacks {}",
                tick(&session),
                at(&place),
                missing.join(", ")
            )),
            E::SsoSessionMissing {
                profile,
                session,
                place,
                near,
            } => meant(
                invalid(format!(
                    "profile {} names the sso-session {}, which is not defined ({})",
                    tick(&profile),
                    tick(&session),
                    at(&place)
                )),
                &near,
            ),
            E::WebIdentityWithoutRole { profile, place } => invalid(match place {
                Some(place) => format!(
                    "profile {} has a web_identity_token_file ({}) but no role_arn",
                    tick(&profile),
                    at(&place)
                ),
                None => "AWS_WEB_IDENTITY_TOKEN_FILE is set, but neither AWS_ROLE_ARN nor role_arn says which role"
                    .to_owned(),
            }),
        }
    }
}

impl From<StyleError> for Error {
    fn from(error: StyleError) -> Self {
        let credentials = |message: String| Error::new(Kind::Credentials, message);
        match error {
            StyleError::EnvironmentSource { profile } => credentials(format!(
                "profile {} assumes its role with keys from the environment: by its name, SDKs would use those keys without the role",
                tick(&profile)
            ))
            .hint("leave out `--name`"),
            StyleError::KeysUnreachable { profile, needs } => credentials(format!(
                "awsenv cannot get the keys of profile {} yet: that needs {needs}",
                tick(&profile)
            ))
            .hint("`--name` alone lets the SDKs get the keys of the profile"),
            StyleError::NameUnknown { profile } => credentials(format!(
                "profile {} is only in legacy boto files, so SDKs do not find it by name",
                tick(&profile)
            ))
            .hint("leave out `--name`, or use `--keys`"),
            StyleError::NoProfile { profile } => Error::new(
                Kind::ProfileNotFound,
                format!(
                    "no profile is selected, and profile {} is not defined, so there is nothing to export",
                    tick(&profile)
                ),
            )
            .hint(LIST),
            StyleError::NoCredentials { profile } => {
                credentials(format!("profile {} has no credentials to export", tick(&profile)))
            }
        }
    }
}

/// The hint when no profile has a similar name.
const LIST: &str = "`awsenv list` shows all profiles";

/// Shows only the first line: indented lines below a value belong to it and may hold a secret, but never belong to a
/// name.
fn tick(text: &str) -> String {
    match text.split_once('\n') {
        Some((name, _)) => format!("`{}…`", cut(shown(name), LONGEST_NAME)),
        None => format!("`{}`", cut(shown(text), LONGEST_NAME)),
    }
}

fn at(place: &Place) -> String {
    display(&place.to_string())
}

fn meant(error: Error, near: &[String]) -> Error {
    if near.is_empty() {
        return error;
    }
    let names: Vec<String> = near.iter().map(|name| tick(name)).collect();
    error.hint(format!("did you mean {}?", names.join(" or ")))
}
