//! `mfa_session = …` and the section `[mfa]`.

use super::key::{Key, choice, switch};

/// Where the codes of MFA devices come from, and how they are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MfaSettings {
    /// `mfa_session = on|off`: whether the roles of a user share a session that took one code.
    pub has_session: bool,
    /// `process = COMMAND`: prints a code. Its words, run without a shell; `{serial}` is the device's.
    pub process: Option<String>,
    /// `prompt = terminal|gui`.
    pub prompt: CodePrompt,
}

/// Where a person is asked for a code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CodePrompt {
    #[default]
    Terminal,
    /// In a window, or at the terminal where none can be shown.
    Gui,
}

impl Default for MfaSettings {
    fn default() -> Self {
        Self {
            has_session: true,
            process: None,
            prompt: CodePrompt::default(),
        }
    }
}

/// `mfa_session = …`.
pub(super) const SESSION: Key = Key::new("mfa_session", |settings, value, _| {
    settings.mfa.has_session = switch("mfa_session", value)?;
    Ok(())
})
.guarded("each role takes a code of its own", |settings, _| {
    settings.mfa.has_session = false
});

/// The keys of `[mfa]`.
pub(super) const KEYS: [Key; 2] = [
    Key::new("process", |settings, value, _| {
        if value.is_empty() {
            return Err("`process` must name a command".to_owned());
        }
        settings.mfa.process = Some(value.to_owned());
        Ok(())
    })
    .guarded("no command is run for codes", |settings, _| settings.mfa.process = None),
    Key::new("prompt", |settings, value, _| {
        let words = [("terminal", CodePrompt::Terminal), ("gui", CodePrompt::Gui)];
        settings.mfa.prompt = choice("prompt", &words, value)?;
        Ok(())
    }),
];
