//! What several commands read before they resolve a profile: awsenv's settings and the AWS files.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::advice::Advice;
use crate::config::boto::{BotoFiles, BotoKeys, BotoSource};
use crate::config::settings::{Export, Settings};
use crate::config::{self, Document, FileKind, Location, ProfileSet};
use crate::context::Context;
use crate::env::Env;
use crate::env::names::VarName;
use crate::error::{Error, Kind};
use crate::ops::edit::FileEdit;
use crate::ops::refusal::refused;
use crate::resolve::{self, BaseSource, Calls, Choice, CredentialPlan, Inputs, KeySource, Keys, StyleError, Survey};
use crate::sys;

#[derive(Debug)]
pub struct Files {
    /// awsenv's own settings.
    pub settings: Settings,
    /// Of the AWS files.
    pub profiles: ProfileSet,
    /// The user's own variables.
    pub env: Env,
    pub(super) config: Location,
    pub(super) credentials: Location,
    disk: Disk,
}

/// With more errors in one run, the first guesses are enough.
const MAX_GUESSES: u32 = 20;

/// How files are read: as they are, or as they would be after an edit.
#[derive(Clone)]
struct Disk(Arc<Read>);

type Read = dyn Fn(&Path) -> io::Result<Option<Vec<u8>>> + Send + Sync;

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disk")
    }
}

impl Files {
    /// Reads the files that the user's own variables name, as they are now.
    ///
    /// # Errors
    /// A file cannot be read, or botocore rejects it.
    pub fn load(context: &Context) -> Result<Self, Error> {
        let (env, settings) = (context.env(), context.settings().clone());
        let config = locate(FileKind::Config, env);
        let credentials = locate(FileKind::Credentials, env);
        let profiles = config::load(&config, &credentials, &sys::fs::read_accessible)?;
        Ok(Self {
            settings,
            profiles,
            env: env.clone(),
            config,
            credentials,
            disk: Disk(Arc::new(sys::fs::read_regular)),
        })
    }

    /// The same files as they would be after these edits. An AWS file that is not edited stays as it was loaded, whatever
    /// another program writes to it meanwhile.
    ///
    /// # Errors
    /// botocore would reject an edited file.
    pub fn edited(&self, edits: &[FileEdit]) -> Result<Self, Error> {
        let bytes = |document: &Document| Zeroizing::new(document.bytes().to_vec());
        let loaded = [
            (FileKind::Config, self.profiles.config()),
            (FileKind::Credentials, self.profiles.credentials()),
        ];
        let loaded = loaded
            .into_iter()
            .filter_map(|(kind, document)| Some((self.path(kind)?.to_owned(), document.map(bytes))));
        let mut known: BTreeMap<_, _> = loaded.collect();
        known.extend(edits.iter().map(|edit| (edit.path.clone(), Some(edit.now.clone()))));
        let disk = self.disk.clone();
        let read = move |path: &Path| match known.get(path) {
            Some(bytes) => Ok(bytes.as_ref().map(|bytes| bytes.to_vec())),
            None => (disk.0)(path),
        };
        let profiles = config::load(&self.config, &self.credentials, &read)?;
        Ok(Self {
            settings: self.settings.clone(),
            profiles,
            env: self.env.clone(),
            config: self.config.clone(),
            credentials: self.credentials.clone(),
            disk: Disk(Arc::new(read)),
        })
    }

    /// # Errors
    /// What the system says.
    pub fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        (self.disk.0)(path)
    }

    /// `None` if the file's variable is empty.
    pub fn path(&self, kind: FileKind) -> Option<&Path> {
        let location = match kind {
            FileKind::Config => &self.config,
            FileKind::Credentials => &self.credentials,
        };
        location.path.as_deref()
    }

    /// # Errors
    /// The variable of the file is empty.
    pub fn path_to_write(&self, kind: FileKind) -> Result<&Path, Error> {
        let variable = kind.variable();
        self.path(kind).ok_or_else(|| {
            Error::new(
                Kind::Failed,
                format!("{variable} is empty, so there is no file to write"),
            )
            .hint(Advice::default().unset([VarName::of(variable)]))
        })
    }

    /// Whether any file defines a profile of exactly that name, even one that cannot be read.
    pub fn has(&self, name: &str) -> bool {
        self.profiles.profile(name).is_some() || !matches!(self.boto().profile(name), Ok(None))
    }

    /// Reads none of them yet.
    pub fn boto(&self) -> BotoFiles<'_> {
        BotoFiles {
            read: &*self.disk.0,
            ..boto(&self.env)
        }
    }

    /// # Errors
    /// Whatever botocore rejects.
    pub fn resolve(&self, choice: &Choice, region: Option<&str>) -> Result<CredentialPlan, Error> {
        let plan = self.ask(&Boto(self.boto()), choice, region);
        plan.map_err(|error| refused(&self.profiles, error))
    }

    /// Like [`Files::resolve`], in another environment.
    ///
    /// # Errors
    /// Whatever botocore rejects.
    pub fn resolve_in(&self, env: &Env, choice: &Choice, region: Option<&str>) -> Result<CredentialPlan, Error> {
        let boto = BotoFiles { env, ..self.boto() };
        let plan = self.ask_in(env, &Boto(boto), choice, region);
        plan.map_err(|error| refused(&self.profiles, error))
    }

    /// Like [`Files::resolve`], but a broken boto file does not keep a profile of the AWS files from being resolved:
    /// its error is returned with the plan.
    ///
    /// # Errors
    /// Whatever else botocore rejects.
    pub fn resolve_past_boto(
        &self,
        choice: &Choice,
        region: Option<&str>,
    ) -> Result<(CredentialPlan, Option<Error>), Error> {
        match self.ask(&Boto(self.boto()), choice, region) {
            Err(broken @ resolve::Error::Legacy(_)) if self.profiles.profile(&choice.name).is_some() => {
                let plan = self.ask(&NoBoto, choice, region);
                let plan = plan.map_err(|error| refused(&self.profiles, error))?;
                Ok((plan, Some(broken.into())))
            }
            plan => Ok((plan.map_err(|error| refused(&self.profiles, error))?, None)),
        }
    }

    fn ask(
        &self,
        legacy: &dyn resolve::Legacy,
        choice: &Choice,
        region: Option<&str>,
    ) -> Result<CredentialPlan, resolve::Error> {
        self.ask_in(&self.env, legacy, choice, region)
    }

    fn ask_in(
        &self,
        env: &Env,
        legacy: &dyn resolve::Legacy,
        choice: &Choice,
        region: Option<&str>,
    ) -> Result<CredentialPlan, resolve::Error> {
        self.with_inputs(env, legacy, |inputs| resolve::resolve(inputs, choice, region))
    }

    /// How AWS is called by the settings of a profile, or else by those of the environment alone.
    pub fn calls(&self, profile: Option<&str>) -> Calls {
        self.with_inputs(&self.env, &NoBoto, |inputs| resolve::calls(inputs, profile))
    }

    /// For many profiles at once.
    pub fn survey<T>(&self, work: impl FnOnce(&mut Survey<'_>) -> T) -> T {
        self.with_inputs(&self.env, &Boto(self.boto()), |inputs| work(&mut Survey::new(inputs)))
    }

    fn with_inputs<T>(&self, env: &Env, legacy: &dyn resolve::Legacy, work: impl FnOnce(&Inputs<'_>) -> T) -> T {
        let login = |session: &str| sys::login::cached(env, session);
        work(&Inputs {
            profiles: &self.profiles,
            searched: &self.searched(),
            env,
            legacy,
            login: &login,
            guesses: Cell::new(MAX_GUESSES),
        })
    }

    /// Which style to export: the one `asked` on the command line, else the one in the settings if it works, else the
    /// one that suits the profile's kind.
    ///
    /// # Errors
    /// No style works, or the one asked for does not.
    pub fn style(
        &self,
        plan: &CredentialPlan,
        choice: &Choice,
        asked: Option<Export>,
    ) -> Result<resolve::ExportDecision, StyleError> {
        let is_known = self.profiles.profile(&choice.name).is_some();
        let style = |wish| resolve::export_style(plan, &choice.name, is_known, wish);
        match asked {
            Some(asked) => style(asked),
            None => style(self.settings.export).or_else(|_| style(Export::Auto)),
        }
    }
}

/// An absolute path: what awsenv shows and stores must not depend on the current directory.
pub fn locate(kind: FileKind, env: &Env) -> Location {
    let mut location = config::locate::locate(kind, env, &sys::fs::home_of);
    if let (true, Some(path)) = (location.is_relative, &mut location.path)
        && let Some(dir) = sys::fs::current_dir()
    {
        *path = dir.join(&*path);
    }
    location
}

/// Reads none of them yet.
pub fn boto(env: &Env) -> BotoFiles<'_> {
    BotoFiles {
        env,
        read: &sys::fs::read_regular,
        home_of: &sys::fs::home_of,
        list: &sys::fs::names_in,
    }
}

/// The legacy files, as the port that resolving uses.
struct Boto<'a>(BotoFiles<'a>);

impl resolve::Legacy for Boto<'_> {
    fn profile(&self, name: &str) -> Result<Option<BaseSource>, resolve::Error> {
        let found = self.0.profile(name).map_err(resolve::Error::Legacy)?;
        Ok(found.map(|found| match found {
            BotoSource::Keys(keys) => BaseSource::Boto(of_boto(keys, KeySource::BotoConfig)),
            BotoSource::Keyring(keyring) => BaseSource::BotoKeyring(keyring),
        }))
    }

    fn ec2_file(&self) -> Result<Option<Keys>, resolve::Error> {
        keys(self.0.credential_file(), KeySource::Ec2CredentialsFile)
    }

    fn credentials(&self) -> Result<Option<Keys>, resolve::Error> {
        keys(self.0.anonymous(), KeySource::BotoConfig)
    }
}

struct NoBoto;

impl resolve::Legacy for NoBoto {
    fn profile(&self, _: &str) -> Result<Option<BaseSource>, resolve::Error> {
        Ok(None)
    }

    fn ec2_file(&self) -> Result<Option<Keys>, resolve::Error> {
        Ok(None)
    }

    fn credentials(&self) -> Result<Option<Keys>, resolve::Error> {
        Ok(None)
    }
}

fn keys(found: Result<Option<BotoKeys>, config::Error>, source: KeySource) -> Result<Option<Keys>, resolve::Error> {
    let keys = found.map_err(resolve::Error::Legacy)?;
    Ok(keys.map(|keys| of_boto(keys, source)))
}

fn of_boto(keys: BotoKeys, source: KeySource) -> Keys {
    Keys {
        source,
        access_key_id: keys.access_key_id,
        secret_access_key: keys.secret_access_key,
        session_token: keys.session_token,
        account_id: None,
        expiration: None,
        place: Some(keys.place),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::cli::Global;
    use crate::process::Process;
    use crate::ui::Ui;

    #[test]
    fn what_others_write_meanwhile_is_no_part_of_an_edit() {
        let dir = tempfile::tempdir().unwrap();
        let [config, credentials] = ["config", "credentials"].map(|name| dir.path().join(name));
        let process = Process::of_env(
            [
                ("AWS_CONFIG_FILE", &config),
                ("AWS_SHARED_CREDENTIALS_FILE", &credentials),
            ]
            .into_iter()
            .collect(),
        );
        let ui = Ui::new(&Global::default(), &process);
        fs::write(&config, "[profile a]\n").unwrap();
        let files = Files::load(&Context::new(&process, &ui)).unwrap();
        fs::write(&config, "[profile written]\n").unwrap();
        fs::write(&credentials, "[written]\n").unwrap();
        let edit = |now: &str| FileEdit {
            path: credentials.clone(),
            was: None,
            now: Zeroizing::new(now.as_bytes().to_vec()),
        };
        let names = |files: &Files| files.profiles.names().collect::<Vec<_>>().join(" ");
        assert_eq!(names(&files.edited(&[]).unwrap()), "a");
        let once = files.edited(&[edit("[b]\n")]).unwrap();
        assert_eq!(names(&once), "a b");
        assert_eq!(names(&once.edited(&[]).unwrap()), "a b");
    }
}
