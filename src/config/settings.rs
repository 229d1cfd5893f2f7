//! awsenv's own settings, from its ini file. The only place that knows the ini crate.
//!
//! ```ini
//! export = auto
//! production = prod*, *-live
//! prompt = on
//! ```

use std::path::Path;

use ini::{Ini, ParseOption};
use wildmatch::WildMatch;

use super::Error;

/// How profiles are exported when no flag says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Export {
    /// What suits the kind of profile.
    #[default]
    Auto,
    /// The keys wherever they can be had.
    Keys,
    /// The name.
    Name,
}

/// What the file says, or the defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `export = auto|name|keys`.
    pub export: Export,
    /// `production = GLOB, …`: profiles that are shown in red.
    pub production: Vec<String>,
    /// `prompt = on|off`: whether the integration touches the prompt.
    pub prompt: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            export: Export::Auto,
            production: Vec::new(),
            prompt: true,
        }
    }
}

impl Settings {
    /// Reads the text of the file at `path`.
    ///
    /// # Errors
    /// [`Error::Settings`] for a line that is none, an unknown section or key, or a value that is not allowed.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let fail = |line: Option<u32>, why: String| Error::Settings {
            path: path.to_owned(),
            line,
            why,
        };
        let options = ParseOption {
            enabled_escape: false,
            enabled_quote: false,
            ..ParseOption::default()
        };
        let ini = Ini::load_from_str_opt(text, options)
            .map_err(|error| fail(u32::try_from(error.line).ok(), error.msg.to_string()))?;
        let mut settings = Self::default();
        for (section, properties) in &ini {
            if let Some(section) = section {
                let line = line_of(text, |line| line.starts_with('[') && line.contains(section));
                return Err(fail(
                    line,
                    format!("the section `[{section}]` is unknown: settings stand before any section"),
                ));
            }
            for (key, value) in properties.iter() {
                settings
                    .set(key, value)
                    .map_err(|why| fail(line_of_key(text, key), why))?;
            }
        }
        Ok(settings)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "export" => {
                self.export = match value {
                    "auto" => Export::Auto,
                    "keys" => Export::Keys,
                    "name" => Export::Name,
                    _ => return Err(format!("`export = {value}`: it is `auto`, `name` or `keys`")),
                }
            }
            "production" => {
                self.production = value
                    .split(',')
                    .map(|glob| glob.trim().to_owned())
                    .filter(|glob| !glob.is_empty())
                    .collect();
            }
            "prompt" => {
                self.prompt = match value {
                    "on" => true,
                    "off" => false,
                    _ => return Err(format!("`prompt = {value}`: it is `on` or `off`")),
                }
            }
            _ => {
                return Err(format!(
                    "`{key}` is unknown: there are `export`, `production` and `prompt`"
                ));
            }
        }
        Ok(())
    }

    /// Whether `profile` matches one of the production globs: `*` for any text, `?` for one character.
    pub fn is_production(&self, profile: &str) -> bool {
        self.production.iter().any(|glob| WildMatch::new(glob).matches(profile))
    }
}

fn line_of_key(text: &str, key: &str) -> Option<u32> {
    line_of(text, |line| {
        line.split(['=', ':']).next().is_some_and(|word| word.trim() == key)
    })
}

fn line_of(text: &str, wanted: impl Fn(&str) -> bool) -> Option<u32> {
    let at = text.lines().position(|line| wanted(line.trim_start()))?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(Path::new("s"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_are_read() {
        let settings = parse("# mine\nexport = keys\nproduction = prod*, *-live ,\nprompt=off\n").unwrap();
        assert_eq!(settings.export, Export::Keys);
        assert_eq!(settings.production, ["prod*", "*-live"]);
        assert!(!settings.prompt);
        assert!(settings.is_production("prod-eu") && settings.is_production("x-live"));
        assert!(!settings.is_production("nonprod"));
        assert_eq!(parse(""), Ok(Settings::default()));
    }

    #[test]
    fn what_has_no_meaning_is_an_error_with_its_line() {
        assert_eq!(
            parse("\nexport = both").unwrap_err(),
            "s:2: `export = both`: it is `auto`, `name` or `keys`"
        );
        assert_eq!(
            parse("exprot = auto").unwrap_err(),
            "s:1: `exprot` is unknown: there are `export`, `production` and `prompt`"
        );
        assert!(
            parse("prompt = on\n[x]\na = b")
                .unwrap_err()
                .starts_with("s:2: the section `[x]` is unknown")
        );
        assert!(parse("no delimiter").unwrap_err().starts_with("s:1:"));
    }
}
