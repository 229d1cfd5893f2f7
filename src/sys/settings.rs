//! awsenv's own settings, read from disk.

use std::path::{Path, PathBuf};

use crate::config::settings::Settings;
use crate::env::Env;
use crate::keychain::StoreKind;
use crate::sys::fs::{config_dir, read_regular};

/// Reads the file that AWSENV_CONFIG names, else the default one if it exists. A file that cannot be read may have
/// guarded anything.
pub fn load(env: &Env) -> Settings {
    let Some(path) = path(env) else {
        return Settings::default();
    };
    match read_regular(&path) {
        Ok(Some(bytes)) => Settings::parse(&path, &bytes, &StoreKind::words()),
        Ok(None) => match (env.filled("AWSENV_CONFIG"), in_its_place(&path)) {
            (None, None) => Settings::default(),
            (None, Some(what)) => Settings::unreadable(&path, what),
            (Some(_), what) => {
                let what = what.unwrap_or("it does not exist");
                Settings::unreadable(&path, &format!("AWSENV_CONFIG names it, but {what}"))
            }
        },
        Err(error) => Settings::unreadable(&path, &error.to_string()),
    }
}

/// What is where the file should be.
fn in_its_place(path: &Path) -> Option<&'static str> {
    let is_link = path.symlink_metadata().is_ok_and(|meta| meta.is_symlink());
    match path.try_exists() {
        Ok(true) if path.is_dir() => Some("it is a directory"),
        Ok(true) => Some("it is not a regular file"),
        Ok(false) if is_link => Some("it is a link that leads nowhere"),
        Ok(false) => None,
        Err(_) => Some("it cannot be examined"),
    }
}

/// The file need not exist; `None` without a home directory.
pub fn path(env: &Env) -> Option<PathBuf> {
    let named = env.filled("AWSENV_CONFIG").map(PathBuf::from);
    named.or_else(|| Some(config_dir(env)?.join("awsenv/config")))
}
