//! The table of the settings: its sections, their keys, and which of those are guards.

use super::key::{Key, choice, quoted, switch};
use super::{CacheUse, Export, Names, Order, Prompt, Settings, keychain, mfa, picker, words};

/// The keys above the first section.
const TOP: [Key; 11] = [
    Key::new("export", |settings, value, _| {
        let words = [("auto", Export::Auto), ("name", Export::Name), ("keys", Export::Keys)];
        settings.export = choice("export", &words, value)?;
        Ok(())
    })
    .guarded("profiles are exported by name where possible", |settings, _| {
        settings.export = Export::Name
    }),
    Key::new("export_region", |settings, value, _| {
        settings.export_region = switch("export_region", value)?;
        Ok(())
    }),
    Key::new("production", |settings, value, _| {
        settings.production = globs(value)?;
        Ok(())
    })
    .guarded("every profile counts as production", |settings, _| {
        settings.production = vec!["*".to_owned()]
    }),
    Key::new("prompt", |settings, value, _| {
        let words = [("auto", Prompt::Auto), ("on", Prompt::On), ("off", Prompt::Off)];
        settings.prompt = choice("prompt", &words, value)?;
        Ok(())
    }),
    Key::new("order", |settings, value, _| {
        let words = [("frecency", Order::Frecency), ("file", Order::File)];
        settings.order = choice("order", &words, value)?;
        Ok(())
    }),
    Key::new("history", |settings, value, _| {
        settings.history = switch("history", value)?;
        Ok(())
    })
    .guarded("`use` remembers nothing", |settings, _| settings.history = false),
    keychain::STORE,
    Key::new("sessions", |settings, value, _| {
        settings.sessions = switch("sessions", value)?;
        Ok(())
    })
    .guarded("no session is kept", |settings, _| settings.sessions = false),
    Key::new("cli_cache", |settings, value, _| {
        let words = [
            ("off", CacheUse::Off),
            ("read", CacheUse::Read),
            ("write", CacheUse::Write),
        ];
        settings.cli_cache = choice("cli_cache", &words, value)?;
        Ok(())
    })
    .guarded("awsenv does not use the AWS CLI's cache", |settings, _| {
        settings.cli_cache = CacheUse::Off
    }),
    mfa::SESSION,
    Key::new("write_through", |settings, value, _| {
        settings.write_through = switch("write_through", value)?;
        Ok(())
    }),
];

const SSO: [Key; 1] = [Key::new("login", |settings, value, _| {
    settings.offers_login = choice("login", &[("off", false), ("ask", true)], value)?;
    Ok(())
})];

const DOCTOR: [Key; 1] = [Key::new("ignore", |settings, value, _| {
    settings.doctor_ignore = words(value).map(str::to_owned).collect();
    Ok(())
})];

/// What a section may hold.
pub(super) enum Holds {
    Keys(&'static [Key]),
    /// Short names that the user invents.
    Names(fn(&mut Settings) -> &mut Names),
}

/// The sections; the first is what is above all of them.
pub(super) const SECTIONS: [(&str, Holds); 8] = [
    ("", Holds::Keys(&TOP)),
    ("picker", Holds::Keys(&picker::KEYS)),
    ("keychain", Holds::Keys(&keychain::KEYS)),
    ("sso", Holds::Keys(&SSO)),
    ("mfa", Holds::Keys(&mfa::KEYS)),
    ("doctor", Holds::Keys(&DOCTOR)),
    ("alias", Holds::Names(|settings| &mut settings.aliases)),
    ("region", Holds::Names(|settings| &mut settings.regions)),
];

pub(super) fn section(name: &str) -> Option<&'static Holds> {
    SECTIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, holds)| holds)
}

/// Every key with its section.
pub(super) fn keys() -> impl Iterator<Item = (&'static str, &'static Key)> {
    SECTIONS.iter().flat_map(|(section, holds)| {
        let keys: &'static [Key] = match holds {
            Holds::Keys(keys) => keys,
            Holds::Names(_) => &[],
        };
        keys.iter().map(move |key| (*section, key))
    })
}

/// A glob that can match no name that it was meant for is refused, because it would protect nothing.
fn globs(value: &str) -> Result<Vec<String>, String> {
    const SWITCHES: [&str; 9] = ["all", "any", "false", "no", "none", "off", "on", "true", "yes"];
    for glob in words(value) {
        let why = if glob.contains([';', '"', '\'']) || glob.contains(" #") {
            "a glob has no quotes, and a comment needs a line of its own"
        } else if glob.contains(['[', ']', '{', '}', '(', ')', '|', '^', '$', '\\'])
            || glob.starts_with(['!', '/', '.'])
        {
            "in a glob, `*` is any text and `?` any one character, also one that is special elsewhere"
        } else if SWITCHES.contains(&glob.to_lowercase().as_str()) {
            "expected names or globs; `*` is every profile"
        } else if glob.contains(char::is_whitespace) && glob.contains(['*', '?']) {
            "globs are separated by commas; `?` matches a blank in a name"
        } else {
            continue;
        };
        return Err(format!("`production`: `{}`: {why}", quoted(glob)));
    }
    if words(value).next().is_none() {
        return Err("`production` names no profile: add one, or delete the line".to_owned());
    }
    Ok(words(value).map(str::to_owned).collect())
}
