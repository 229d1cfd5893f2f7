//! What several commands read before they resolve: awsenv's settings, the AWS files, and which profile is meant.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::cmd::Context;
use crate::config::boto::{BotoFiles, BotoKeys};
use crate::config::settings::Settings;
use crate::config::{self, FileKind, Location, ProfileSet};
use crate::env::Env;
use crate::env::session::is_in_use;
use crate::env::state::State;
use crate::error::{Error, Kind};
use crate::resolve::{self, Choice, CredentialPlan, Inputs, KeySource, Keys};
use crate::sys;

/// The files of one run.
#[derive(Debug)]
pub struct Files {
    /// awsenv's own.
    pub settings: Settings,
    /// The profiles of the AWS files.
    pub profiles: ProfileSet,
    config: Location,
    credentials: Location,
    env: Env,
}

impl Files {
    /// Reads the files that `env` points to.
    ///
    /// # Errors
    /// A file that cannot be read, or that botocore refuses.
    pub fn load(env: &Env) -> Result<Self, Error> {
        let settings = settings(env)?;
        let config = config::locate::locate(FileKind::Config, env, &sys::fs::home_of);
        let credentials = config::locate::locate(FileKind::Credentials, env, &sys::fs::home_of);
        let profiles = config::load(&config, &credentials, &sys::fs::read_regular)?;
        Ok(Self {
            settings,
            profiles,
            config,
            credentials,
            env: env.clone(),
        })
    }

    /// Whether some file has a profile of that name; files that cannot be read have none.
    pub fn has_profile(env: &Env, name: &OsStr) -> bool {
        let known = |files: Files, name: &str| {
            files.profiles.profile(name).is_some() || files.boto().profile(name).is_ok_and(|keys| keys.is_some())
        };
        let files = Files::load(env).ok();
        files.zip(name.to_str()).is_some_and(|(files, name)| known(files, name))
    }

    /// The legacy boto files, none of them read yet.
    pub fn boto(&self) -> BotoFiles<'_> {
        boto(&self.env)
    }

    /// The plan of the chosen profile.
    ///
    /// # Errors
    /// Whatever botocore refuses.
    pub fn resolve(&self, choice: &Choice, region: Option<&str>) -> Result<CredentialPlan, Error> {
        let login = |session: &str| sys::login::cached(&self.env, session);
        let inputs = Inputs {
            profiles: &self.profiles,
            searched: &self.searched(),
            env: &self.env,
            legacy: &Boto(self.boto()),
            login: &login,
        };
        Ok(resolve::resolve(&inputs, choice, region)?)
    }

    /// The profile that is meant: the one that is named, else the one in use, else as the AWS CLI chooses.
    ///
    /// # Errors
    /// A name that is not UTF-8, which no file can hold.
    pub fn choose(&self, context: &Context, state: Option<&State>, profile: Option<&OsStr>) -> Result<Choice, Error> {
        let env = &context.process.env;
        match (profile, state) {
            (Some(name), _) => match name.to_str() {
                Some(name) => Ok(Choice::explicit(name)),
                None => Err(Error::new(
                    Kind::ProfileNotFound,
                    format!(
                        "profile `{}` is not defined: its name is not UTF-8",
                        name.to_string_lossy()
                    ),
                )),
            },
            (None, Some(state)) if is_in_use(env, state) => Ok(Choice::explicit(&state.profile)),
            _ => Ok(resolve::select(None, env)),
        }
    }

    /// Where profiles were looked for, for people.
    pub fn searched(&self) -> String {
        format!("{} or {}", self.config.shown, self.credentials.shown)
    }

    /// What a name in the environment cannot say to every SDK: where the files are.
    pub fn path_warnings(&self) -> impl Iterator<Item = String> {
        let both = [
            (FileKind::Config, &self.config),
            (FileKind::Credentials, &self.credentials),
        ];
        both.into_iter().filter_map(|(kind, location)| {
            let name = kind.variable();
            if location.is_relative {
                Some(format!(
                    "{name} is relative, so in another directory the SDKs look for another file"
                ))
            } else if location.needs_botocore {
                Some(format!(
                    "{name} holds a `$` or `~user`, which only the AWS CLI and boto3 replace"
                ))
            } else {
                None
            }
        })
    }
}

/// The legacy boto files of an environment, none of them read yet.
pub fn boto(env: &Env) -> BotoFiles<'_> {
    BotoFiles {
        env,
        read: &sys::fs::read_regular,
        home_of: &sys::fs::home_of,
        list: &sys::fs::names_in,
    }
}

/// awsenv's own settings: of the file that AWSENV_CONFIG names, else of the usual one if it is there.
///
/// # Errors
/// A file that is named and cannot be read, or that says something without meaning.
pub fn settings(env: &Env) -> Result<Settings, Error> {
    let named = env.filled("AWSENV_CONFIG").map(PathBuf::from);
    let Some(path) = named
        .clone()
        .or_else(|| sys::fs::config_dir(env).map(|dir| dir.join("awsenv/config")))
    else {
        return Ok(Settings::default());
    };
    let unreadable = |why: String| config::Error::Unreadable {
        path: path.clone(),
        why,
    };
    let bytes = sys::fs::read_regular(&path).map_err(|error| unreadable(error.to_string()))?;
    match bytes.map(String::from_utf8) {
        Some(Ok(text)) => Ok(Settings::parse(&path, &text)?),
        Some(Err(_)) => Err(unreadable("it is not UTF-8".to_owned()).into()),
        None if named.is_some() => Err(unreadable("AWSENV_CONFIG names it, and it is not there".to_owned()).into()),
        None => Ok(Settings::default()),
    }
}

/// The legacy files, as the port that resolving asks.
struct Boto<'a>(BotoFiles<'a>);

impl resolve::Legacy for Boto<'_> {
    fn profile(&self, name: &str) -> Result<Option<Keys>, resolve::Error> {
        keys(self.0.profile(name), KeySource::BotoConfig)
    }

    fn ec2_file(&self) -> Result<Option<Keys>, resolve::Error> {
        keys(self.0.credential_file(), KeySource::Ec2CredentialsFile)
    }

    fn credentials(&self) -> Result<Option<Keys>, resolve::Error> {
        keys(self.0.anonymous(), KeySource::BotoConfig)
    }
}

fn keys(found: Result<Option<BotoKeys>, config::Error>, source: KeySource) -> Result<Option<Keys>, resolve::Error> {
    let keys = found.map_err(resolve::Error::Legacy)?;
    Ok(keys.map(|keys| Keys {
        source,
        access_key_id: keys.access_key_id,
        secret_access_key: keys.secret_access_key,
        session_token: keys.session_token,
        account_id: None,
        expiration: None,
        place: Some(keys.place),
    }))
}
