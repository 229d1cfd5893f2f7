//! Translates the errors of `keyring`, and drops the bytes of secrets that some of them hold.

use keyring_core::Error as Theirs;
use zeroize::Zeroize as _;

use crate::keychain::{Error, StoreKind};

/// The user closed the window, or there was no screen to open it on.
pub(super) const TURNED_DOWN: &str = "the password prompt was dismissed, or could not be shown";

pub(super) fn error(store: StoreKind, item: &str, error: Theirs) -> Error {
    let refused = |why: String| Error::Refused { store, why };
    let damaged = |mut bytes: Vec<u8>| {
        bytes.zeroize();
        Error::Damaged {
            store,
            item: item.to_owned(),
            why: "it is not text",
        }
    };
    match error {
        Theirs::NoEntry => Error::Missing {
            store,
            item: item.to_owned(),
        },
        Theirs::BadEncoding(bytes) | Theirs::BadDataFormat(bytes, _) => damaged(bytes),
        Theirs::TooLong(what, limit) if what == "secret" || what == "password" => Error::TooLarge {
            store,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
        },
        Theirs::TooLong(what, limit) => refused(format!("its {what} is limited to {limit} characters")),
        Theirs::Ambiguous(items) => refused(several(items.len())),
        Theirs::NoStorageAccess(why) => no_access(store, &why.to_string()),
        Theirs::PlatformFailure(why) => refused(why.to_string()),
        Theirs::NoDefaultStore => Error::Absent {
            store,
            why: "this system has none".to_owned(),
        },
        other => refused(other.to_string()),
    }
}

pub(super) fn several(count: usize) -> String {
    format!("it has {count} items with this name; delete all but one with its own program")
}

/// The library has one error for a locked store, a dismissed question and everything else; only the text distinguishes
/// them.
fn no_access(store: StoreKind, why: &str) -> Error {
    let letters = why.to_lowercase();
    if letters.contains("locked") || letters.contains("interaction is not allowed") {
        Error::Locked { store }
    } else if letters.contains("dismissed") {
        let why = TURNED_DOWN.to_owned();
        Error::Refused { store, why }
    } else {
        Error::Refused {
            store,
            why: why.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_of_a_secret_comes_through() {
        let hidden = || b"hunter2".to_vec();
        let of = |theirs| error(StoreKind::Os, "work", theirs);
        for theirs in [
            Theirs::BadEncoding(hidden()),
            Theirs::BadDataFormat(hidden(), "hunter2".into()),
        ] {
            let error = of(theirs);
            assert!(matches!(error, Error::Damaged { .. }));
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }

    #[test]
    fn each_has_its_kind() {
        let store = StoreKind::Os;
        let of = |theirs| error(store, "work", theirs);
        let item = "work".to_owned();
        assert_eq!(of(Theirs::NoEntry), Error::Missing { store, item });
        let too_long = Theirs::TooLong("secret".into(), 2560);
        assert_eq!(of(too_long), Error::TooLarge { store, limit: 2560 });
        let locked = Theirs::NoStorageAccess("SS Error: object locked".into());
        assert_eq!(of(locked), Error::Locked { store });
        for theirs in [
            Theirs::NoStorageAccess("SS error: prompt dismissed".into()),
            Theirs::Ambiguous(Vec::new()),
            Theirs::TooLong("user".into(), 513),
            Theirs::Invalid("user".into(), "empty".into()),
        ] {
            assert!(matches!(of(theirs), Error::Refused { .. }));
        }
    }
}
