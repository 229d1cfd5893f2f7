//! `keychain = …` and the section `[keychain]`.

use std::time::Duration;

use crate::text::either;

/// Where keys are kept, and how the encrypted file store is unlocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeychainSettings {
    /// `keychain = os|file|kernel`; `None` if the file does not say.
    pub store: Option<String>,
    /// `unlock = COMMAND`: prints the passphrase of the key file. Its words, run without a shell.
    pub unlock: Option<String>,
    /// `unlock_for = 8h`: how long the key file stays unlocked.
    pub unlock_for: Duration,
}

impl Default for KeychainSettings {
    fn default() -> Self {
        Self {
            store: None,
            unlock: None,
            unlock_for: Duration::from_secs(8 * 60 * 60),
        }
    }
}

/// Longer than anyone stays logged in, and well within what the kernel takes.
const MAX_UNLOCKED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl KeychainSettings {
    /// `keychain = …`.
    pub(super) fn choose(&mut self, value: &str, stores: &[&str]) -> Result<(), String> {
        if !stores.contains(&value) {
            return Err(format!("`keychain` must be {}, not `{value}`", choices(stores)));
        }
        self.store = Some(value.to_owned());
        Ok(())
    }

    /// A line of `[keychain]`.
    pub(super) fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "unlock" if value.is_empty() => Err("`unlock` must name a command".to_owned()),
            "unlock" => {
                self.unlock = Some(value.to_owned());
                Ok(())
            }
            "unlock_for" => {
                self.unlock_for = duration(value).filter(|time| *time <= MAX_UNLOCKED).ok_or_else(|| {
                    format!("`unlock_for` must be a number with `s`, `m`, `h` or `d`, at most `30d`, not `{value}`")
                })?;
                Ok(())
            }
            _ => Err(format!("unknown key `{key}`: expected `unlock` or `unlock_for`")),
        }
    }
}

/// Words as a choice: "`a`, `b` or `c`".
pub fn choices(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    either(&quoted)
}

fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let seconds = number.parse::<u64>().ok()?.checked_mul(seconds)?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_words() {
        assert_eq!(choices(&["os", "file", "kernel"]), "`os`, `file` or `kernel`");
        assert_eq!(choices(&["os", "file"]), "`os` or `file`");
        assert_eq!(choices(&["os"]), "`os`");
    }

    #[test]
    fn times_are_read() {
        assert_eq!(duration("90s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("8h"), Some(Duration::from_secs(28_800)));
        for bad in ["", "h", "8", "8 h", "0s", "-1s", "99999999999999999999d", "8ü"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
        let mut settings = KeychainSettings::default();
        assert!(settings.set("unlock_for", "31d").is_err() && settings.set("unlock_for", "30d").is_ok());
        assert!(settings.set("unlock", "").is_err() && settings.set("lock", "x").is_err());
        let stores = ["os", "file", "kernel"];
        assert!(settings.choose("os", &stores).is_ok() && settings.choose("disk", &stores).is_err());
    }
}
