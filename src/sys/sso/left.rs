//! What signing in has left in the AWS CLI's caches, for signing out: tokens, and the keys of roles. Registrations stay.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::IgnoredAny;
use zeroize::Zeroizing;

use crate::awscli::token::Token;
use crate::config::locate::expand;
use crate::env::Env;
use crate::provider::CliEntry;
use crate::resolve::Sso;
use crate::sys::cli_cache;
use crate::sys::fs::{home_of, names_in, read_regular};

use super::FOLDER;

/// Removes every token, as `aws sso logout` does; how many there were.
///
/// # Errors
/// What the system says.
pub fn remove_tokens(env: &Env) -> io::Result<usize> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Token {
        #[serde(rename = "accessToken")]
        _access_token: IgnoredAny,
    }
    remove(env, FOLDER, |bytes| serde_json::from_slice::<Token>(bytes).is_ok())
}

/// The tokens that there are, whoever configured them, each with its file.
pub fn tokens(env: &Env) -> Vec<(PathBuf, Token)> {
    let token = |path: PathBuf| {
        let bytes = Zeroizing::new(read_regular(&path).ok()??);
        Some((path, Token::parse(&bytes)?))
    };
    files(env, FOLDER).filter_map(token).collect()
}

/// Removes the keys of every role of IAM Identity Center, as `aws sso logout` does.
///
/// # Errors
/// What the system says.
pub fn remove_roles(env: &Env) -> io::Result<()> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Entry {
        provider_type: String,
    }
    let is_sso = |bytes: &[u8]| serde_json::from_slice::<Entry>(bytes).is_ok_and(|entry| entry.provider_type == "sso");
    remove(env, cli_cache::FOLDER, is_sso).map(drop)
}

/// Removes the keys of one role.
///
/// # Errors
/// What the system says.
pub fn remove_role(env: &Env, sso: &Sso) -> io::Result<()> {
    remove_file(&cli_cache::path(env, CliEntry::Sso(sso))).map(drop)
}

/// The tokens and registrations that there are.
pub fn secret_files(env: &Env) -> Vec<PathBuf> {
    files(env, FOLDER).collect()
}

fn files(env: &Env, folder: &str) -> impl Iterator<Item = PathBuf> {
    let dir = expand(folder, env, &home_of);
    let names = names_in(&dir).into_iter().map(PathBuf::from);
    let files = names.filter(|name| name.extension().is_some_and(|ending| ending == "json"));
    files.map(move |name| dir.join(name))
}

fn remove(env: &Env, folder: &str, is_wanted: impl Fn(&[u8]) -> bool) -> io::Result<usize> {
    let mut removed = 0;
    for path in files(env, folder) {
        let bytes = read_regular(&path).ok().flatten().map(Zeroizing::new);
        if bytes.is_some_and(|bytes| is_wanted(&bytes)) {
            removed += usize::from(remove_file(&path)?);
        }
    }
    Ok(removed)
}

fn remove_file(path: &Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(io::Error::other(format!("`{}`: {error}", path.display()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Place;
    use crate::resolve::SsoSession;

    #[test]
    fn tokens_and_roles_go_and_all_else_stays() {
        let home = tempfile::tempdir().unwrap();
        let env: Env = [("HOME", home.path())].into_iter().collect();
        assert_eq!(remove_tokens(&env).unwrap(), 0);
        remove_roles(&env).unwrap();
        let write = |path: &str, text: &str| {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(".aws/sso/cache/a.json", r#"{"accessToken": "hush", "expiresAt": "x"}"#);
        write(
            ".aws/sso/cache/b.json",
            r#"{"clientId": "hush", "clientSecret": "hush"}"#,
        );
        write(".aws/sso/cache/c.txt", r#"{"accessToken": "hush"}"#);
        let role = |name: &str, provider: &str| {
            write(
                &format!(".aws/cli/cache/{name}.json"),
                &format!(r#"{{"ProviderType": "{provider}"}}"#),
            );
        };
        role("a", "sso");
        role("b", "assume-role");
        // By the name that the AWS CLI gives it.
        role("6a8f0fab0cd09b123b2c5687c0b9da5841584626", "other");
        write(".aws/cli/cache/session.db", "x");
        let place = Place {
            file: Path::new("config").into(),
            line: 1,
        };
        let sso = Sso {
            profile: "p".to_owned(),
            session: SsoSession {
                name: Some("my-sso".to_owned()),
                start_url: "https://x.awsapps.com/start".to_owned(),
                region: "us-east-1".to_owned(),
                region_place: place.clone(),
                scopes: None,
            },
            account_id: "123456789011".to_owned(),
            role_name: "readOnly".to_owned(),
            place,
        };
        remove_role(&env, &sso).unwrap();
        remove_role(&env, &sso).unwrap();
        remove_roles(&env).unwrap();
        assert_eq!(remove_tokens(&env).unwrap(), 1);
        let left = |dir: &str| {
            let mut names = names_in(&home.path().join(dir));
            names.sort();
            names
        };
        assert_eq!(left(".aws/sso/cache"), ["b.json", "c.txt"]);
        assert_eq!(left(".aws/cli/cache"), ["b.json", "session.db"]);
    }
}
