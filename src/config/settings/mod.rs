//! awsenv's own settings, from its ini file. The only place that knows the ini crate.
//!
//! ```ini
//! export = auto
//! production = prod*, *-live
//! prompt = auto
//! order = frecency
//! history = on
//! keychain = os
//!
//! [picker]
//! height = 100%
//!
//! [keychain]
//! unlock = pass show awsenv
//! unlock_for = 8h
//!
//! [alias]
//! p = production-admin
//!
//! [region]
//! home = eu-central-1
//! ```

mod keychain;
mod keys;
mod picker;

use std::collections::BTreeMap;
use std::path::Path;

use ini::{Ini, ParseOption};
use wildmatch::WildMatch;

use super::Error;

pub use keychain::{KeychainSettings, choices};
pub use keys::{Action, Binding};
pub use picker::{Height, Picker, PreviewPosition};

/// How profiles are exported without a flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Export {
    /// What suits the kind of profile.
    #[default]
    Auto,
    /// The keys wherever awsenv can get them.
    Keys,
    Name,
}

/// When the integration adds its segment to the prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prompt {
    /// Unless another program in the prompt already shows the profile.
    #[default]
    Auto,
    Off,
    On,
}

impl Prompt {
    /// The word in the settings and in the shells' variable.
    pub fn as_str(self) -> &'static str {
        match self {
            Prompt::Auto => "auto",
            Prompt::Off => "off",
            Prompt::On => "on",
        }
    }
}

/// The order of profiles before anything is typed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Often and recently used first.
    #[default]
    Frecency,
    /// As in the files.
    File,
}

/// What the file says, or the defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `export = auto|name|keys`.
    pub export: Export,
    /// `production = GLOB, …`: profiles that are shown in red.
    pub production: Vec<String>,
    /// `prompt = auto|on|off`.
    pub prompt: Prompt,
    /// `order = frecency|file`.
    pub order: Order,
    /// `history = on|off`: whether `use` remembers what was chosen.
    pub history: bool,
    /// `keychain = os|file|kernel` and `[keychain]`: where keys are kept.
    pub keychain: KeychainSettings,
    /// `[picker]`: how the picker looks, and its keys.
    pub picker: Picker,
    /// `[alias]`: short names of profiles.
    pub aliases: BTreeMap<String, String>,
    /// `[region]`: short names of regions.
    pub regions: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            export: Export::Auto,
            production: Vec::new(),
            prompt: Prompt::Auto,
            order: Order::Frecency,
            history: true,
            keychain: KeychainSettings::default(),
            picker: Picker::default(),
            aliases: BTreeMap::new(),
            regions: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Reads the text of the file at `path`. `stores` are the words that `keychain = …` may have.
    ///
    /// # Errors
    /// [`Error::Settings`] for a line that is none, an unknown section or key, or a value that is not allowed.
    pub fn parse(path: &Path, text: &str, stores: &[&str]) -> Result<Self, Error> {
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
            for (key, value) in properties.iter() {
                let set = match section {
                    None if key == "keychain" => settings.keychain.choose(value, stores),
                    None => settings.set(key, value),
                    Some("keychain") => settings.keychain.set(key, value),
                    Some("picker") => settings.picker.set(key, value),
                    Some("alias") => name(&mut settings.aliases, key, value),
                    Some("region") => name(&mut settings.regions, key, value),
                    Some(section) => {
                        let why = format!(
                            "unknown section `[{section}]`: expected `[picker]`, `[keychain]`, `[alias]` or `[region]`"
                        );
                        return Err(fail(line_of_header(text, section), why));
                    }
                };
                set.map_err(|why| fail(line_of_key(text, section, key), why))?;
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
                    _ => return Err(format!("`export` must be `auto`, `name` or `keys`, not `{value}`")),
                }
            }
            "production" => self.production = words(value).map(str::to_owned).collect(),
            "prompt" => {
                self.prompt = match value {
                    "auto" => Prompt::Auto,
                    "on" => Prompt::On,
                    "off" => Prompt::Off,
                    _ => return Err(format!("`prompt` must be `auto`, `on` or `off`, not `{value}`")),
                }
            }
            "history" => self.history = switch(key, value)?,
            "order" => {
                self.order = match value {
                    "frecency" => Order::Frecency,
                    "file" => Order::File,
                    _ => return Err(format!("`order` must be `frecency` or `file`, not `{value}`")),
                }
            }
            _ => {
                return Err(format!(
                    "unknown key `{key}`: expected `export`, `production`, `prompt`, `order`, `history` or `keychain`"
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

/// The words of a comma-separated list.
fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|word| !word.is_empty())
}

fn switch(key: &str, value: &str) -> Result<bool, String> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("`{key}` must be `on` or `off`, not `{value}`")),
    }
}

fn name(names: &mut BTreeMap<String, String>, key: &str, value: &str) -> Result<(), String> {
    if value.is_empty() {
        return Err(format!("`{key}` is empty"));
    }
    names.insert(key.to_owned(), value.to_owned());
    Ok(())
}

fn line_of_header(text: &str, section: &str) -> Option<u32> {
    let at = text.lines().position(|line| header(line) == Some(section))?;
    u32::try_from(at + 1).ok()
}

fn line_of_key(text: &str, section: Option<&str>, key: &str) -> Option<u32> {
    let mut within = None;
    let at = text.lines().position(|line| {
        within = header(line).or(within);
        let word = line.split(['=', ':']).next().unwrap_or_default();
        within == section && word.trim() == key
    })?;
    u32::try_from(at + 1).ok()
}

/// The name of the section that a line opens.
fn header(line: &str) -> Option<&str> {
    line.trim().strip_prefix('[')?.split(']').next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(Path::new("s"), text, &["os", "file", "kernel"]).map_err(|error| error.to_string())
    }

    #[test]
    fn settings_are_read() {
        let settings = parse("# mine\nexport = keys\nproduction = prod*, *-live ,\nprompt=off\n").unwrap();
        assert_eq!(settings.export, Export::Keys);
        assert_eq!(settings.production, ["prod*", "*-live"]);
        assert!(settings.prompt == Prompt::Off && settings.history);
        assert!(settings.is_production("prod-eu") && settings.is_production("x-live"));
        assert!(!settings.is_production("nonprod"));
        assert_eq!(parse(""), Ok(Settings::default()));
    }

    #[test]
    fn sections_are_read() {
        let text = "order = file\nhistory = off\n[alias]\np = prod admin\n[region]\nhome = eu-central-1\n\
                    [picker]\nheight = 40%\npreview = bottom\ncolors = light, current_bg:#101010\n\
                    keys = ctrl-t:toggle-preview, alt-j:preview-down\n";
        let settings = parse(text).unwrap();
        assert_eq!((settings.order, settings.history), (Order::File, false));
        assert_eq!(settings.aliases["p"], "prod admin");
        assert_eq!(settings.regions["home"], "eu-central-1");
        assert_eq!(settings.picker.height, Height::Percent(40));
        assert_eq!(settings.picker.preview, PreviewPosition::Bottom);
        assert_eq!(settings.picker.keys.len(), 2);
        assert_eq!(settings.picker.keys[1].action, Action::PreviewDown);
    }

    #[test]
    fn what_has_no_meaning_is_an_error_with_its_line() {
        assert_eq!(
            parse("\nexport = both").unwrap_err(),
            "s:2: `export` must be `auto`, `name` or `keys`, not `both`"
        );
        assert_eq!(
            parse("exprot = auto").unwrap_err(),
            "s:1: unknown key `exprot`: expected `export`, `production`, `prompt`, `order`, `history` or `keychain`"
        );
        assert!(
            parse("prompt = on\n[x]\na = b")
                .unwrap_err()
                .starts_with("s:2: unknown section `[x]`")
        );
        assert!(parse("no delimiter").unwrap_err().starts_with("s:1:"));
        for (text, why) in [
            ("prompt = on\n[alias]\nprompt =", "s:3: `prompt` is empty"),
            ("order = name", "s:1: `order` must be `frecency` or `file`, not `name`"),
            ("history = yes", "s:1: `history` must be `on` or `off`, not `yes`"),
            (
                "[picker]\nheight = 5%",
                "s:2: `height` must be 10% to 100%, or at least 6 rows, not `5%`",
            ),
            (
                "[picker]\npreview = left",
                "s:2: `preview` must be `auto`, `right`, `bottom` or `off`, not `left`",
            ),
            ("[picker]\ncolors = pink", "s:2: `colors`: `pink`"),
            ("[picker]\ncolors = fg:pink", "s:2: `colors`: `fg:pink`"),
            ("[picker]\nkeys = ctrl-t", "s:2: `keys`: `ctrl-t`"),
            (
                "[picker]\nkeys = ctrl-t:execute(rm)",
                "s:2: `keys`: unknown action `execute(rm)`",
            ),
            ("[picker]\nkeys = super-t:up", "s:2: `keys`: unknown key `super-t`"),
            ("[picker]\nmouse = on", "s:2: unknown key `mouse`"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.starts_with(why), "{error}");
        }
    }
}
