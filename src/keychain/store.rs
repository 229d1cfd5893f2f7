//! Which stores there are and the facts about each: the one table that commands and messages use.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreKind {
    /// The operating system's: Secret Service, macOS Keychain, Windows Credential Manager.
    #[default]
    Os,
    /// awsenv's own encrypted files.
    File,
    /// The kernel's keyring, on Linux only.
    Kernel,
}

struct Properties {
    word: &'static str,
    described: &'static str,
    lasts: bool,
    has_key_file: bool,
    if_absent: &'static str,
    if_locked: &'static str,
}

impl StoreKind {
    /// In the order of the help.
    pub const ALL: [Self; 3] = [Self::Os, Self::File, Self::Kernel];

    const fn properties(self) -> Properties {
        match self {
            Self::Os => Properties {
                word: "os",
                described: if cfg!(target_os = "macos") {
                    "the macOS keychain"
                } else if cfg!(windows) {
                    "the Windows Credential Manager"
                } else {
                    "the system's keychain (Secret Service)"
                },
                lasts: true,
                has_key_file: false,
                if_absent: "without a desktop, set AWSENV_KEYCHAIN to `file` to use the encrypted file store (docs/keychain.md)",
                if_locked: "log in to the desktop or unlock it there, then try again",
            },
            Self::File => Properties {
                word: "file",
                described: "the encrypted file store",
                lasts: true,
                has_key_file: true,
                if_absent: "`awsenv key unlock` creates its key file",
                if_locked: "awsenv key unlock",
            },
            Self::Kernel => Properties {
                word: "kernel",
                described: "the kernel's keyring",
                lasts: false,
                has_key_file: false,
                if_absent: "only Linux has one, and containers often block it",
                if_locked: "awsenv key unlock",
            },
        }
    }

    /// As in settings, flags and JSON.
    pub fn as_str(self) -> &'static str {
        self.properties().word
    }

    /// Reads [`StoreKind::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    pub fn words() -> [&'static str; Self::ALL.len()] {
        Self::ALL.map(Self::as_str)
    }

    /// As part of a sentence.
    pub fn described(self) -> &'static str {
        self.properties().described
    }

    /// Whether items survive a reboot.
    pub fn lasts(self) -> bool {
        self.properties().lasts
    }

    /// Whether a key file opens the items; the user may have to unlock it first.
    pub fn has_key_file(self) -> bool {
        self.properties().has_key_file
    }

    pub fn if_absent(self) -> &'static str {
        self.properties().if_absent
    }

    pub fn if_locked(self) -> &'static str {
        self.properties().if_locked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_store_has_a_word_of_its_own() {
        for kind in StoreKind::ALL {
            assert_eq!(StoreKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(StoreKind::parse("disk"), None);
    }
}
