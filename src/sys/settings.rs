//! awsenv's own settings, read from disk.

use std::path::PathBuf;

use crate::config::Error;
use crate::config::settings::Settings;
use crate::env::Env;
use crate::keychain::StoreKind;
use crate::sys::fs::{config_dir, read_regular};

/// Reads the file that AWSENV_CONFIG names, else the default one if it exists.
///
/// # Errors
/// The file that AWSENV_CONFIG names cannot be read, or the settings are invalid.
pub fn load(env: &Env) -> Result<Settings, Error> {
    let is_named = env.filled("AWSENV_CONFIG").is_some();
    let Some(path) = path(env) else {
        return Ok(Settings::default());
    };
    let unreadable = |why: String| Error::Unreadable {
        path: path.clone(),
        why,
    };
    let bytes = read_regular(&path).map_err(|error| Error::unread(&path, &error))?;
    match bytes.map(String::from_utf8) {
        Some(Ok(text)) => Settings::parse(&path, &text, &StoreKind::words()),
        Some(Err(_)) => Err(unreadable("it is not UTF-8".to_owned())),
        None if is_named => {
            let what = if path.is_dir() {
                "it is a directory"
            } else if path.exists() {
                "it is not a regular file"
            } else {
                "it does not exist"
            };
            Err(unreadable(format!("AWSENV_CONFIG names it, but {what}")))
        }
        None => Ok(Settings::default()),
    }
}

/// The file need not exist; `None` without a home directory.
pub fn path(env: &Env) -> Option<PathBuf> {
    let named = env.filled("AWSENV_CONFIG").map(PathBuf::from);
    named.or_else(|| Some(config_dir(env)?.join("awsenv/config")))
}
