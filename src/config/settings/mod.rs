//! awsenv's own settings, from its ini file. A mistake costs its own line only, and never opens what a setting guards.
//!
//! ```ini
//! export = auto
//! export_region = off
//! production = prod*, *-live
//! prompt = auto
//! order = frecency
//! history = on
//! keychain = os
//! sessions = on
//! cli_cache = read
//! mfa_session = on
//!
//! [picker]
//! height = 100%
//!
//! [keychain]
//! unlock = pass show awsenv
//! unlock_for = 8h
//!
//! [sso]
//! login = off
//!
//! [mfa]
//! process = ykman oath accounts code --single aws
//! prompt = terminal
//!
//! [doctor]
//! ignore = plaintext-keys
//!
//! [alias]
//! p = production-admin
//!
//! [region]
//! home = eu-central-1
//! ```

mod key;
mod keychain;
mod keys;
mod lines;
mod mfa;
mod picker;
mod read;
mod table;

use std::collections::BTreeMap;

use wildmatch::WildMatch;

pub use key::choices;
pub use keychain::KeychainSettings;
pub use keys::{Action, Binding};
pub use mfa::{CodePrompt, MfaSettings};
pub use picker::{Height, Picker, PreviewPosition};
pub use read::Problem;

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

/// What is done with the roles that the AWS CLI has in its cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CacheUse {
    Off,
    #[default]
    Read,
    /// Read, and roles that awsenv gets are put there too.
    Write,
}

/// What the file says, or the defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `export = auto|name|keys`.
    pub export: Export,
    /// `export_region = on|off`: whether the name is exported with the profile's region.
    pub export_region: bool,
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
    /// `sessions = on|off`: whether temporary keys are kept, encrypted, for the next run.
    pub sessions: bool,
    /// `cli_cache = off|read|write`.
    pub cli_cache: CacheUse,
    /// `write_through = on|off`: whether a file that cannot be replaced may be overwritten.
    pub write_through: bool,
    /// `[picker]`: how the picker looks, and its keys.
    pub picker: Picker,
    /// `[sso]`, `login = off|ask`: whether commands that need a sign-in offer it.
    pub offers_login: bool,
    /// `[mfa]`: where codes come from, and how they are used (`mfa_session = on|off`, `[mfa]`).
    pub mfa: MfaSettings,
    /// `[doctor]`, `ignore = KIND, …`: warnings that `doctor` leaves out.
    pub doctor_ignore: Vec<String>,
    /// Where each key is that is set.
    pub lines: BTreeMap<&'static str, u32>,
    /// `[alias]`: short names of profiles.
    pub aliases: Names,
    /// `[region]`: short names of regions.
    pub regions: Names,
    /// What is wrong with the file, in the order of its lines.
    pub problems: Vec<Problem>,
}

/// Short names, each with what it is short for.
pub type Names = BTreeMap<String, String>;

impl Default for Settings {
    fn default() -> Self {
        Self {
            export: Export::Auto,
            export_region: false,
            production: Vec::new(),
            prompt: Prompt::Auto,
            order: Order::Frecency,
            history: true,
            keychain: KeychainSettings::default(),
            sessions: true,
            cli_cache: CacheUse::default(),
            write_through: false,
            picker: Picker::default(),
            offers_login: false,
            mfa: MfaSettings::default(),
            doctor_ignore: Vec::new(),
            lines: BTreeMap::new(),
            aliases: Names::new(),
            regions: Names::new(),
            problems: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether `profile` matches one of the production globs: `*` for any text, `?` for one character.
    pub fn is_production(&self, profile: &str) -> bool {
        self.production.iter().any(|glob| WildMatch::new(glob).matches(profile))
    }
}

/// The words of a comma-separated list.
fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests;
