//! What botocore still reads: keys that it falls back to where a profile has none, even one named on the command line.

use std::path::{Path, PathBuf};

use super::files::{BotoFiles, SYSTEM, USER, layers};
use super::keys::{BotoKeys, CREDENTIALS};
use crate::config::document::Document;
use crate::config::error::Error;
use crate::config::locate::{expand, expand_user};
use crate::config::python::{split_lines, strip};
use crate::secret::Secret;

const BOTO_CONFIG: &str = "BOTO_CONFIG";
const AWS_CREDENTIAL_FILE: &str = "AWS_CREDENTIAL_FILE";

/// A file in which botocore looks, and what it finds there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    pub path: PathBuf,
    /// The variable that names it; `None` for the places that botocore knows.
    pub variable: Option<&'static str>,
    /// Whether a regular file exists at that path.
    pub is_there: bool,
    /// The keys, if it has some; an error ends botocore's search.
    pub found: Result<Option<BotoKeys>, Error>,
}

impl BotoFiles<'_> {
    /// Every file in which botocore looks, in its order: the first with keys or with an error decides.
    pub fn fallbacks(&self) -> Vec<Fallback> {
        let fallback = |path: PathBuf, variable, found| Fallback {
            is_there: !matches!((self.read)(&path), Ok(None)),
            path,
            variable,
            found,
        };
        let named = self.credential_path().map(|path| {
            let found = self.credential_file();
            fallback(path, Some(AWS_CREDENTIAL_FILE), found)
        });
        let variable = self.env.text(BOTO_CONFIG).map(|_| BOTO_CONFIG);
        let boto = self.anonymous_paths().into_iter().map(|path| {
            let found = self.credentials_in(&path);
            fallback(path, variable, found)
        });
        named.into_iter().chain(boto).collect()
    }

    /// What botocore falls back to when nothing else has credentials: the first of BOTO_CONFIG, or else `/etc/boto.cfg`
    /// and `~/.boto`, whose `[Credentials]` has an access key id. It belongs to no profile.
    ///
    /// # Errors
    /// A file that botocore refuses on the way; half a key pair.
    pub fn anonymous(&self) -> Result<Option<BotoKeys>, Error> {
        let found = self
            .anonymous_paths()
            .into_iter()
            .map(|path| self.credentials_in(&path));
        found.filter_map(Result::transpose).next().transpose()
    }

    fn anonymous_paths(&self) -> Vec<PathBuf> {
        let files = match self.env.text(BOTO_CONFIG) {
            Some(path) => vec![path],
            None => vec![SYSTEM, USER],
        };
        let files = files.into_iter().filter(|file| !file.is_empty());
        files.map(|file| expand(file, self.env, self.home_of)).collect()
    }

    fn credentials_in(&self, path: &Path) -> Result<Option<BotoKeys>, Error> {
        let document = self
            .document(path, |path, bytes| Document::parse(path, bytes))
            .map_err(|failed| failed.error)?;
        layers(document.as_slice(), CREDENTIALS).plain_keys()
    }

    fn credential_path(&self) -> Option<PathBuf> {
        let value = self.env.text(AWS_CREDENTIAL_FILE)?;
        Some(expand_user(value, self.env, self.home_of))
    }

    /// The keys of the file that AWS_CREDENTIAL_FILE names (`AWSAccessKeyId=`, `AWSSecretKey=`).
    ///
    /// # Errors
    /// The file does not exist, cannot be read, or has no secret: botocore then fails too.
    pub fn credential_file(&self) -> Result<Option<BotoKeys>, Error> {
        let Some(path) = self.credential_path() else {
            return Ok(None);
        };
        let unreadable = |why: &str| Error::Unreadable {
            path: path.clone(),
            why: why.to_owned(),
        };
        let bytes = (self.read)(&path).map_err(|error| Error::unread(&path, &error))?;
        let document = Document::parse_flat(
            path.as_path(),
            bytes.ok_or_else(|| unreadable("there is no such file"))?,
        );
        let text = str::from_utf8(document.bytes()).map_err(|_| unreadable("it is not UTF-8"))?;
        let of = |wanted: &str| {
            let lines = split_lines(text)
                .enumerate()
                .filter_map(|(n, line)| Some((n, line.split_once('=')?)));
            lines
                .filter(|(_, (key, _))| strip(key) == wanted)
                .last()
                .map(|(n, (_, value))| (n as u32 + 1, strip(value)))
        };
        let Some((line, key)) = of("AWSAccessKeyId") else {
            return Ok(None);
        };
        let place = document.place(line);
        let Some((_, secret)) = of("AWSSecretKey") else {
            return Err(Error::HalfPair {
                place,
                missing: "AWSSecretKey",
                keyring: None,
            });
        };
        Ok(Some(BotoKeys {
            access_key_id: key.to_owned(),
            secret_access_key: Secret::new(secret.to_owned()),
            session_token: None,
            place,
        }))
    }
}
