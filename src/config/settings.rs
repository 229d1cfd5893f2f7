//! awsenv's own settings: an ini file with keys and no sections.
//!
//! ```ini
//! export = auto               # or name, keys: what `use` exports
//! production = prod*, *-live  # profiles whose prompt is coloured
//! prompt = on                 # or off
//! ```
//!
//! The only file that knows rust-ini. A word that has no meaning is an error: a setting that silently does nothing is worse.

use std::path::{Path, PathBuf};

use ini::{Ini, ParseOption};
use wildmatch::WildMatch;

use super::error::Error;
use super::load::Reader;
use crate::env::Env;

/// What `use` exports when no flag says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Export {
    /// What suits the kind of profile.
    #[default]
    Auto,
    /// The keys.
    Keys,
    /// The name.
    Name,
}

/// The settings; the default is that of a missing file.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `export`
    pub export: Export,
    /// `prompt`: whether `init` adds the segment.
    pub prompt: bool,
    /// `production`: globs over profile names.
    pub production: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            export: Export::Auto,
            prompt: true,
            production: Vec::new(),
        }
    }
}

impl Settings {
    /// Reads the file of AWSENV_CONFIG, or else `awsenv/config` in `config_dir`.
    ///
    /// # Errors
    /// A file that AWSENV_CONFIG names and that is not there; one that cannot be read; a key or value without meaning.
    pub fn load(env: &Env, config_dir: Option<&Path>, read: Reader<'_>) -> Result<Self, Error> {
        let named = env
            .os("AWSENV_CONFIG")
            .filter(|path| !path.is_empty())
            .map(PathBuf::from);
        let is_named = named.is_some();
        let Some(path) = named.or_else(|| Some(config_dir?.join("awsenv").join("config"))) else {
            return Ok(Self::default());
        };
        match read(&path) {
            Ok(Some(bytes)) => match str::from_utf8(&bytes) {
                Ok(text) => Self::parse(&path, text),
                Err(_) => Err(Error::Settings {
                    path,
                    line: None,
                    why: "the file is not UTF-8".to_owned(),
                }),
            },
            Ok(None) if !is_named => Ok(Self::default()),
            Ok(None) => Err(Error::Settings {
                path,
                line: None,
                why: "AWSENV_CONFIG names a file that is not there".to_owned(),
            }),
            Err(error) => Err(Error::Unreadable {
                path,
                why: error.kind().to_string(),
            }),
        }
    }

    /// Reads the text of a settings file.
    ///
    /// # Errors
    /// [`Error::Settings`] with the line and what is allowed.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let wrong = |line, why| Error::Settings {
            path: path.to_owned(),
            line,
            why,
        };
        let options = ParseOption {
            enabled_escape: false,
            ..ParseOption::default()
        };
        let ini = Ini::load_from_str_opt(text.trim_start_matches('\u{feff}'), options)
            .map_err(|error| wrong(u32::try_from(error.line).ok(), format!("cannot be read: {}", error.msg)))?;
        if let Some(section) = ini.sections().flatten().next() {
            return Err(wrong(
                line_of(text, "["),
                format!("no section `[{section}]` is known; settings stand before any section"),
            ));
        }
        let mut settings = Self::default();
        let mut seen = Vec::new();
        for (key, value) in ini.general_section().iter() {
            if seen.contains(&key) {
                return Err(wrong(line_of(text, key), format!("`{key}` stands twice")));
            }
            seen.push(key);
            settings
                .set(key, value.trim())
                .map_err(|why| wrong(line_of(text, key), why))?;
        }
        Ok(settings)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let refuse = |allowed| Err(format!("`{key} = {value}` has no meaning; allowed are {allowed}"));
        match (key, value) {
            ("export", "auto") => self.export = Export::Auto,
            ("export", "keys") => self.export = Export::Keys,
            ("export", "name") => self.export = Export::Name,
            ("export", _) => return refuse("`auto`, `name` and `keys`"),
            ("prompt", "on") => self.prompt = true,
            ("prompt", "off") => self.prompt = false,
            ("prompt", _) => return refuse("`on` and `off`"),
            ("production", globs) => {
                let globs = globs.split(',').map(str::trim).filter(|glob| !glob.is_empty());
                self.production = globs.map(str::to_owned).collect();
            }
            _ => {
                return Err(format!(
                    "`{key}` is not a setting; allowed are `export`, `production` and `prompt`"
                ));
            }
        }
        Ok(())
    }

    /// Whether a glob of `production` matches the name.
    pub fn is_production(&self, profile: &str) -> bool {
        self.production.iter().any(|glob| WildMatch::new(glob).matches(profile))
    }
}

/// The first line that begins with `start`.
fn line_of(text: &str, start: &str) -> Option<u32> {
    let at = text.lines().position(|line| line.trim_start().starts_with(start))?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(Path::new("c"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn all_settings() {
        let settings = parse("# mine\nexport = keys\nproduction = prod*, *-live ,\nprompt=off\n").unwrap();
        assert_eq!(settings.export, Export::Keys);
        assert!(!settings.prompt);
        for (name, is) in [
            ("prod", true),
            ("prod-eu", true),
            ("a-live", true),
            ("alive", false),
            ("preprod", false),
        ] {
            assert_eq!(settings.is_production(name), is, "{name}");
        }
        assert_eq!(parse("").unwrap(), Settings::default());
    }

    #[test]
    fn what_has_no_meaning_is_an_error() {
        let error = |text| parse(text).unwrap_err();
        assert_eq!(
            error("\nexport = all\n"),
            "c:2: `export = all` has no meaning; allowed are `auto`, `name` and `keys`"
        );
        assert_eq!(
            error("prompt =\n"),
            "c:1: `prompt = ` has no meaning; allowed are `on` and `off`"
        );
        assert_eq!(
            error("exprot = name"),
            "c:1: `exprot` is not a setting; allowed are `export`, `production` and `prompt`"
        );
        assert_eq!(
            error("prompt=on\n[x]\n"),
            "c:2: no section `[x]` is known; settings stand before any section"
        );
        assert_eq!(error("prompt=on\nprompt=off"), "c:1: `prompt` stands twice");
        assert!(error("prompt=on\nwhat is this\n").starts_with("c:"));
    }

    #[test]
    fn where_the_file_is() {
        let read = |path: &Path| -> io::Result<Option<Vec<u8>>> {
            Ok((path == Path::new("/c/awsenv/config")).then(|| b"export=name".to_vec()))
        };
        let load = |vars: &[(&str, &str)], dir| Settings::load(&Env::from_iter(vars.iter().copied()), dir, &read);
        assert_eq!(load(&[], Some(Path::new("/c"))).unwrap().export, Export::Name);
        assert_eq!(
            load(&[("AWSENV_CONFIG", "")], Some(Path::new("/c"))).unwrap().export,
            Export::Name
        );
        assert_eq!(load(&[], Some(Path::new("/d"))).unwrap(), Settings::default());
        assert_eq!(load(&[], None).unwrap(), Settings::default());
        let error = load(&[("AWSENV_CONFIG", "/none")], Some(Path::new("/c"))).unwrap_err();
        assert_eq!(error.to_string(), "/none: AWSENV_CONFIG names a file that is not there");
    }
}
