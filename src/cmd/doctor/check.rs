//! The kinds of findings, by name. `docs/doctor.md` lists them.

use crate::config::mistakes::MistakeCode;

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// The stable name of a kind of finding, in JSON and in the settings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Check {
            $($(#[$doc])* $name,)*
            /// A mistake in an AWS file or in a variable.
            Mistake(MistakeCode),
        }

        impl Check {
            const OWN: &[Check] = &[$(Check::$name,)*];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Check::$name => $text,)*
                    Check::Mistake(code) => code.as_str(),
                }
            }
        }
    };
}

checks! {
    BotoBroken = "boto-broken",
    BotoFallback = "boto-fallback",
    BotoKeyring = "boto-keyring",
    BotoMissing = "boto-missing",
    BotoPercent = "boto-percent",
    BotoProfile = "boto-profile",
    Drift = "drift",
    Environment = "environment",
    ExpirationInvalid = "expiration-invalid",
    ExpirationPassed = "expiration-passed",
    File = "file",
    FileList = "file-list",
    FileMissing = "file-missing",
    FileOwner = "file-owner",
    FileReadable = "file-readable",
    FileRefused = "file-refused",
    FileUnreadable = "file-unreadable",
    FileVariableEmpty = "file-variable-empty",
    FileWritable = "file-writable",
    FishVariable = "fish-variable",
    ForeignHome = "foreign-home",
    ForeignMark = "foreign-mark",
    HalfKeyPair = "half-key-pair",
    Home = "home",
    /// What this shell uses does not work.
    InUse = "in-use",
    KeyBesideKeychain = "key-beside-keychain",
    KeyInvalid = "key-invalid",
    KeyMissing = "key-missing",
    Keychain = "keychain",
    KeychainProgram = "keychain-program",
    Leftovers = "leftovers",
    Mfa = "mfa",
    Network = "network",
    NoProfiles = "no-profiles",
    PlaintextKeys = "plaintext-keys",
    ProcessProgram = "process-program",
    Profile = "profile",
    ProfileAndKeys = "profile-and-keys",
    ProfileUndefined = "profile-undefined",
    ProfileVariableEmpty = "profile-variable-empty",
    ProfileVariablesDiffer = "profile-variables-differ",
    Prompt = "prompt",
    Reading = "reading",
    SecretInComment = "secret-in-comment",
    SecretInCopy = "secret-in-copy",
    Sessions = "sessions",
    Settings = "settings",
    Shell = "shell",
    SsoRegistration = "sso-registration",
    SsoSession = "sso-session",
    State = "state",
    StateDamaged = "state-damaged",
    TemporaryKeys = "temporary-keys",
    TokenFile = "token-file",
    UnusedKey = "unused-key",
    VariableForAll = "variable-for-all",
    VariableValue = "variable-value",
}

impl Check {
    pub fn all() -> impl Iterator<Item = Self> {
        let mistakes = MistakeCode::ALL.iter().map(|code| Check::Mistake(*code));
        Self::OWN.iter().copied().chain(mistakes)
    }
}
