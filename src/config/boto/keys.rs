//! One section of boto files -> keys.

use super::Problem;
use super::percent::interpolate;
use crate::config::error::Error;
use crate::config::place::Place;
use crate::config::value::{Section, Value};
use crate::secret::Secret;

pub(super) const KEY: &str = "aws_access_key_id";
pub(super) const SECRET: &str = "aws_secret_access_key";
const TOKENS: [&str; 2] = ["aws_security_token", "aws_session_token"];

/// A key pair of a legacy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BotoKeys {
    /// The public half.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: Secret<String>,
    /// `aws_security_token`.
    pub session_token: Option<Secret<String>>,
    /// The line of the access key id.
    pub place: Place,
}

/// The sections of one name in several files, the strongest first.
pub(super) struct Layers<'a>(pub(super) Vec<Section<'a>>);

impl<'a> Layers<'a> {
    /// The value as it stands: any section's own before what one inherits.
    pub(super) fn raw(&self, key: &str) -> Option<Value<'a>> {
        let own = self.0.iter().find_map(|section| section.own(key));
        own.or_else(|| self.0.iter().find_map(|section| section.get(key)))
    }

    /// The value as boto 2 reads it, or as it stands where boto 2 would refuse it.
    fn text(&self, value: Value<'_>) -> String {
        self.interpolated(value).unwrap_or_else(|| value.text().to_owned())
    }

    fn interpolated(&self, value: Value<'_>) -> Option<String> {
        interpolate(value.text(), &|name| {
            self.raw(name).map(|value| value.text().to_owned())
        })
    }

    /// The keys of a boto profile; `None` without an access key id.
    ///
    /// # Errors
    /// [`Error::HalfPair`] without a secret.
    pub(super) fn keys(&self) -> Result<Option<BotoKeys>, Error> {
        let filled = |key| self.raw(key).filter(|value| !value.text().is_empty());
        let Some(key) = filled(KEY) else { return Ok(None) };
        let Some(secret) = filled(SECRET) else {
            return Err(self.half(key));
        };
        Ok(Some(BotoKeys {
            access_key_id: self.text(key),
            secret_access_key: Secret::new(self.text(secret)),
            session_token: TOKENS
                .into_iter()
                .find_map(filled)
                .map(|token| Secret::new(self.text(token))),
            place: key.place(),
        }))
    }

    /// The keys that botocore takes: both as they stand, even empty; a token is not read.
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
        let keyring = self.raw("keyring").map(|value| value.text().to_owned());
        Error::HalfPair {
            place: key.place(),
            missing: SECRET,
            keyring,
        }
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let keyring = self.raw("keyring");
        let keyring = keyring.map(|value| Problem::Keyring {
            place: value.place(),
            name: value.text().to_owned(),
        });
        let values = [KEY, SECRET, TOKENS[0], TOKENS[1]]
            .into_iter()
            .filter_map(|key| self.raw(key));
        let refused = values.filter(|value| self.interpolated(*value).is_none());
        let refused = refused.map(|value| Problem::Percent {
            place: value.place(),
            key: value.key().to_owned(),
        });
        keyring.into_iter().chain(refused).collect()
    }
}
