//! Credentials that belong to the machine rather than to a profile: the environment's keys, the container endpoint, the
//! instance metadata service. Described, never asked.

use crate::config::Place;
use crate::env::Env;
use crate::secret::Secret;

use super::plan::{BaseSource, KeySource, Keys};
use super::{Error, Inputs};

/// What `credential_source` names; the words are case-sensitive, as in botocore.
pub(super) fn named(inputs: &Inputs<'_>, profile: &str, source: &str, place: &Place) -> Result<BaseSource, Error> {
    let empty = |source, needs| Error::CredentialSourceEmpty {
        profile: profile.to_owned(),
        source,
        needs,
        place: place.clone(),
    };
    match source {
        "Environment" => match environment(inputs.env)? {
            Some(keys) => Ok(BaseSource::Environment {
                keys,
                named: Some(place.clone()),
            }),
            None => Err(empty("Environment", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")),
        },
        "EcsContainer" => match container(inputs.env)? {
            Some(uri) => Ok(BaseSource::Container {
                uri,
                named: Some(place.clone()),
            }),
            None => Err(empty(
                "EcsContainer",
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI",
            )),
        },
        "Ec2InstanceMetadata" if metadata_disabled(inputs.env) => Err(empty(
            "Ec2InstanceMetadata",
            "AWS_EC2_METADATA_DISABLED not to be `true`",
        )),
        "Ec2InstanceMetadata" => Ok(BaseSource::InstanceMetadata { named: place.clone() }),
        _ => Err(Error::BadCredentialSource {
            profile: profile.to_owned(),
            source: source.to_owned(),
            place: place.clone(),
        }),
    }
}

/// The keys of the environment. An empty variable counts as unset; AWS_SECURITY_TOKEN beats AWS_SESSION_TOKEN.
pub(super) fn environment(env: &Env) -> Result<Option<Keys>, Error> {
    let lossy = |name: &str| {
        env.os(name)
            .filter(|value| !value.is_empty())
            .map(|value| value.to_string_lossy().into_owned())
    };
    let Some(access_key_id) = lossy("AWS_ACCESS_KEY_ID") else {
        return Ok(None);
    };
    let Some(secret) = lossy("AWS_SECRET_ACCESS_KEY") else {
        return Err(Error::PartialCredentials {
            provider: KeySource::Env.method(),
            missing: "AWS_SECRET_ACCESS_KEY",
            profile: None,
            place: None,
        });
    };
    Ok(Some(Keys {
        source: KeySource::Env,
        access_key_id,
        secret_access_key: Secret::new(secret),
        session_token: lossy("AWS_SECURITY_TOKEN")
            .or_else(|| lossy("AWS_SESSION_TOKEN"))
            .map(Secret::new),
        account_id: lossy("AWS_ACCOUNT_ID"),
        expiration: lossy("AWS_CREDENTIAL_EXPIRATION"),
        place: None,
    }))
}

/// The container endpoint. The relative variable wins; one that is set but empty still counts as an endpoint.
pub(super) fn container(env: &Env) -> Result<Option<String>, Error> {
    if let Some(path) = env.os("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        check_token(env)?;
        return Ok(Some(path.to_string_lossy().into_owned()));
    }
    let variable = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let Some(uri) = env.os(variable) else { return Ok(None) };
    let uri = uri.to_string_lossy().into_owned();
    check_token(env)?;
    if !allowed(&uri) {
        let reason = "must use https, or be an address on this machine or of a container service";
        return Err(Error::ContainerRefused { variable, reason });
    }
    Ok(Some(uri))
}

/// A header value cannot contain a line break.
fn check_token(env: &Env) -> Result<(), Error> {
    let variable = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    let broken = env.os("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE").is_none()
        && env
            .os(variable)
            .is_some_and(|token| token.to_string_lossy().contains(['\r', '\n']));
    if broken {
        Err(Error::ContainerRefused {
            variable,
            reason: "contains a line break",
        })
    } else {
        Ok(())
    }
}

/// Whether botocore sends a request there: https anywhere, otherwise only the loopback and the container services.
fn allowed(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once("://") else {
        return false;
    };
    if scheme.eq_ignore_ascii_case("https") {
        return true;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host)
        .to_lowercase();
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    ["169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"].contains(&host)
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// AWS_EC2_METADATA_DISABLED, whose value is not case-sensitive.
pub(super) fn metadata_disabled(env: &Env) -> bool {
    env.os("AWS_EC2_METADATA_DISABLED")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_botocore_asks() {
        for uri in [
            "https://x.example/",
            "HTTPS://x",
            "http://127.0.0.1:9/c",
            "http://localhost/c",
            "http://[::1]:8/c",
        ] {
            assert!(allowed(uri), "{uri}");
        }
        assert!(allowed("http://169.254.170.23/v1"));
        assert!(allowed("http://[fd00:ec2::23]/v1"));
        for uri in [
            "http://x.example/",
            "http://169.254.169.254/",
            "localhost",
            "",
            "http://127.0.0.1.example/",
        ] {
            assert!(!allowed(uri), "{uri}");
        }
    }

    #[test]
    fn half_a_pair_in_the_environment() {
        let of = |vars: &[(&str, &str)]| environment(&vars.iter().copied().collect());
        assert_eq!(of(&[("AWS_SECRET_ACCESS_KEY", "s")]), Ok(None));
        assert!(of(&[("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "")]).is_err());
        let keys = of(&[
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_SESSION_TOKEN", "new"),
            ("AWS_SECURITY_TOKEN", "old"),
        ]);
        assert_eq!(
            keys.unwrap().unwrap().session_token,
            Some(Secret::new("old".to_owned()))
        );
    }
}
