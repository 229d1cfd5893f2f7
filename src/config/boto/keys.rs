//! One section of boto files -> keys.

use super::Problem;
use super::percent::interpolate;
use crate::config::error::Error;
use crate::config::place::Place;
use crate::config::value::{Section, Value};
use crate::secret::Secret;

pub(super) const CREDENTIALS: &str = "Credentials";
pub(super) const KEY: &str = "aws_access_key_id";
pub(super) const SECRET: &str = "aws_secret_access_key";
pub(super) const TOKENS: [&str; 2] = ["aws_security_token", "aws_session_token"];

/// A key pair of a legacy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotoKeys {
    pub access_key_id: String,
    pub secret_access_key: Secret<String>,
    /// `aws_security_token`.
    pub session_token: Option<Secret<String>>,
    /// The line of the access key id.
    pub place: Place,
}

/// A key whose secret half is in the desktop's keyring: `[Credentials] keyring = SERVICE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotoKeyring {
    /// The service in that keyring; the user is the access key id.
    pub service: String,
    pub access_key_id: String,
    /// `aws_security_token`.
    pub session_token: Option<Secret<String>>,
    /// The line of `keyring`.
    pub place: Place,
}

/// The keys of a boto profile, or where their secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BotoSource {
    Keys(BotoKeys),
    Keyring(BotoKeyring),
}

/// The sections of one name in several files, the strongest first.
pub(super) struct Layers<'a>(pub(super) Vec<Section<'a>>);

impl<'a> Layers<'a> {
    /// The value as written: any section's own before what one inherits.
    pub(super) fn raw(&self, key: &str) -> Option<Value<'a>> {
        let own = self.0.iter().find_map(|section| section.own(key));
        own.or_else(|| self.0.iter().find_map(|section| section.get(key)))
    }

    /// The value as boto 2 reads it, or as written where boto 2 would refuse it.
    fn text(&self, value: Value<'_>) -> String {
        self.interpolated(value).unwrap_or_else(|| value.text().to_owned())
    }

    fn interpolated(&self, value: Value<'_>) -> Option<String> {
        interpolate(value.text(), &|name| {
            self.raw(name).map(|value| value.text().to_owned())
        })
    }

    /// The source of a boto profile; `None` without an access key id. As in boto 2, a keyring is asked only if there is
    /// no secret, not even an empty one, and only for `[Credentials]`.
    ///
    /// # Errors
    /// [`Error::HalfPair`] without a secret.
    pub(super) fn source(&self) -> Result<Option<BotoSource>, Error> {
        let filled = |key| self.raw(key).filter(|value| !value.text().is_empty());
        let Some(key) = filled(KEY) else { return Ok(None) };
        let access_key_id = self.text(key);
        let session_token = TOKENS.into_iter().find_map(filled);
        let session_token = session_token.map(|token| Secret::new(self.text(token)));
        if let Some(keyring) = self.keyring() {
            return Ok(Some(BotoSource::Keyring(BotoKeyring {
                service: self.text(keyring),
                access_key_id,
                session_token,
                place: keyring.place(),
            })));
        }
        let Some(secret) = filled(SECRET) else {
            return Err(self.half(key));
        };
        Ok(Some(BotoSource::Keys(BotoKeys {
            access_key_id,
            secret_access_key: Secret::new(self.text(secret)),
            session_token,
            place: key.place(),
        })))
    }

    /// The `keyring` that boto 2 asks for the secret.
    pub(super) fn keyring(&self) -> Option<Value<'a>> {
        let is_asked = self.raw(SECRET).is_none() && self.0.iter().all(|section| section.header() == CREDENTIALS);
        self.raw("keyring")
            .filter(|keyring| is_asked && !keyring.text().is_empty())
    }

    /// The keys that botocore takes: both as written, even empty; it does not read a token.
    ///
    /// # Errors
    /// [`Error::HalfPair`] without a secret.
    pub(super) fn plain_keys(&self) -> Result<Option<BotoKeys>, Error> {
        let Some(key) = self.raw(KEY) else { return Ok(None) };
        let Some(secret) = self.raw(SECRET) else {
            return Err(self.half(key));
        };
        Ok(Some(BotoKeys {
            access_key_id: key.text().to_owned(),
            secret_access_key: Secret::new(secret.text().to_owned()),
            session_token: None,
            place: key.place(),
        }))
    }

    fn half(&self, key: Value<'_>) -> Error {
        let keyring = self.keyring().map(|value| value.text().to_owned());
        Error::HalfPair {
            place: key.place(),
            missing: SECRET,
            keyring,
        }
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let values = [KEY, SECRET, TOKENS[0], TOKENS[1]]
            .into_iter()
            .filter_map(|key| self.raw(key));
        let refused = values.filter(|value| self.interpolated(*value).is_none());
        let refused = refused.map(|value| Problem::Percent {
            place: value.place(),
            key: value.key().to_owned(),
        });
        let keyring = self.raw("keyring").filter(|_| self.keyring().is_none());
        let keyring = keyring.map(|value| Problem::Keyring {
            place: value.place(),
            name: value.text().to_owned(),
        });
        keyring.into_iter().chain(refused).collect()
    }
}
