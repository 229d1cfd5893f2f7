//! `keychain = …` and the section `[keychain]`.

use std::time::Duration;

use super::key::{Key, choices, refused};

/// Where keys are kept, and how the encrypted file store is unlocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeychainSettings {
    /// `keychain = os|file|kernel`; `Ok(None)` if the file does not say, `Err` with the reason if it cannot be known.
    pub store: Result<Option<String>, String>,
    /// `unlock = COMMAND`: prints the passphrase of the key file. Its words, run without a shell.
    pub unlock: Option<String>,
    /// `unlock_for = 8h`: how long the key file stays unlocked.
    pub unlock_for: Duration,
}

impl Default for KeychainSettings {
    fn default() -> Self {
        Self {
            store: Ok(None),
            unlock: None,
            unlock_for: Duration::from_secs(8 * 60 * 60),
        }
    }
}

/// Longer than anyone stays logged in, and well within what the kernel takes.
const MAX_UNLOCKED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// If the settings do not say how long: enough for one command.
const SHORT: Duration = Duration::from_secs(60);

/// `keychain = …`.
pub(super) const STORE: Key = Key::new("keychain", |settings, value, stores| {
    if !stores.contains(&value) {
        return Err(refused("keychain", &choices(stores), value));
    }
    settings.keychain.store = Ok(Some(value.to_owned()));
    Ok(())
})
.guarded("awsenv does not store new keys", |settings, place| {
    settings.keychain.store = Err(format!(
        "{place}: correct `keychain` first, which says where the keys are"
    ))
});

/// The keys of `[keychain]`.
pub(super) const KEYS: [Key; 2] = [
    Key::new("unlock", |settings, value, _| {
        if value.is_empty() {
            return Err("`unlock` must name a command".to_owned());
        }
        settings.keychain.unlock = Some(value.to_owned());
        Ok(())
    })
    .guarded("no command is run for the passphrase", |settings, _| {
        settings.keychain.unlock = None
    }),
    Key::new("unlock_for", |settings, value, _| {
        let time = duration(value).filter(|time| *time <= MAX_UNLOCKED);
        let allowed = "a number with `s`, `m`, `h` or `d`, at most `30d`";
        settings.keychain.unlock_for = time.ok_or_else(|| refused("unlock_for", allowed, value))?;
        Ok(())
    })
    .guarded("the key file stays unlocked for a minute", |settings, _| {
        settings.keychain.unlock_for = SHORT
    }),
];

/// Words as a choice: "`a`, `b` or `c`".
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
    fn times_are_read() {
        assert_eq!(duration("90s"), Some(Duration::from_secs(90)));
        assert_eq!(duration("8h"), Some(Duration::from_secs(28_800)));
        for bad in ["", "h", "8", "8 h", "0s", "-1s", "99999999999999999999d", "8ü"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }
}
