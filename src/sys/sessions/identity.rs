//! The key that opens sessions: found where a keeper has it, made once, never replaced.

use age::secrecy::ExposeSecret as _;
use age::x25519::Identity;

use super::keeper::{Keeper, Keepers};
use crate::sys::keychain::seal;

/// A key, and where it is.
pub(super) struct Found {
    pub(super) identity: Identity,
    pub(super) kept_in: String,
}

/// What the keepers say.
pub(super) enum Search {
    Found(Found),
    /// None has a key; the first that may keep one.
    Free(String),
}

/// The key of the first keeper that has one.
///
/// # Errors
/// Why each keeper cannot keep one.
pub(super) fn find(keepers: &Keepers) -> Result<Search, Vec<String>> {
    let mut whys = Vec::new();
    for group in [&keepers.quick, &keepers.slow] {
        let mut free = None;
        for keeper in group {
            match look(&**keeper) {
                Ok(Some(found)) => return Ok(Search::Found(found)),
                Ok(None) => free = free.or_else(|| Some(keeper.described())),
                Err(why) => whys.push(why),
            }
        }
        if let Some(free) = free {
            return Ok(Search::Free(free));
        }
    }
    Err(whys)
}

/// As [`find`]; if no keeper has a key, the first one that can gets a new one. The caller holds a lock, so that two
/// processes do not make two keys.
///
/// # Errors
/// As [`find`].
pub(super) fn make(keepers: &Keepers) -> Result<Found, Vec<String>> {
    let mut whys = match find(keepers) {
        Ok(Search::Found(found)) => return Ok(found),
        Ok(Search::Free(_)) => Vec::new(),
        Err(whys) => return Err(whys),
    };
    let identity = Identity::generate();
    let text = identity.to_string();
    for keeper in keepers.quick.iter().chain(&keepers.slow) {
        let made = match look(&**keeper) {
            Ok(None) => put(&**keeper, text.expose_secret().as_bytes()),
            Ok(Some(found)) => Ok(found),
            Err(why) => Err(why),
        };
        match made {
            Ok(found) => return Ok(found),
            Err(why) => whys.push(why),
        }
    }
    Err(whys)
}

/// Only what comes back counts as kept.
fn put(keeper: &dyn Keeper, key: &[u8]) -> Result<Found, String> {
    let failed = |why: &str| format!("{}: {why}", keeper.described());
    keeper.put(key).map_err(|why| failed(&why))?;
    look(keeper)?.ok_or_else(|| failed("it did not keep the key"))
}

fn look(keeper: &dyn Keeper) -> Result<Option<Found>, String> {
    let failed = |why: &str| format!("{}: {why}", keeper.described());
    let Some(key) = keeper.find().map_err(|why| failed(&why))? else {
        return Ok(None);
    };
    let identity = seal::parse(&key).ok_or_else(|| failed("what it has is not a key"))?;
    let kept_in = keeper.described();
    Ok(Some(Found { identity, kept_in }))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use zeroize::Zeroizing;

    use super::*;

    /// What a keeper does.
    #[derive(Default)]
    struct Fake {
        key: RefCell<Option<Vec<u8>>>,
        is_barred: bool,
        is_full: bool,
        loses: bool,
        asked: RefCell<u32>,
    }

    impl Keeper for &Fake {
        fn described(&self) -> String {
            "a fake".to_owned()
        }

        fn find(&self) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
            *self.asked.borrow_mut() += 1;
            match self.is_barred {
                true => Err("barred".to_owned()),
                false => Ok(self.key.borrow().clone().map(Zeroizing::new)),
            }
        }

        fn put(&self, key: &[u8]) -> Result<(), String> {
            if self.is_full {
                return Err("full".to_owned());
            }
            *self.key.borrow_mut() = (!self.loses).then(|| key.to_vec());
            Ok(())
        }

        fn forget(&self) {}
    }

    fn keepers<'a>(quick: &'a [Fake], slow: &'a Fake) -> Keepers<'a> {
        let boxed = |fake: &'a Fake| Box::new(fake) as Box<dyn Keeper + 'a>;
        Keepers {
            quick: quick.iter().map(boxed).collect(),
            slow: vec![boxed(slow)],
        }
    }

    fn barred() -> Fake {
        Fake {
            is_barred: true,
            ..Fake::default()
        }
    }

    fn found(keepers: &Keepers) -> Found {
        match find(keepers) {
            Ok(Search::Found(found)) => found,
            _ => panic!("there is a key"),
        }
    }

    fn public(found: &Found) -> String {
        found.identity.to_public().to_string()
    }

    #[test]
    fn it_is_made_once_by_the_first_that_can_keep_it() {
        let (quick, slow) = ([barred(), Fake::default(), Fake::default()], Fake::default());
        let keepers = keepers(&quick, &slow);
        assert!(matches!(find(&keepers), Ok(Search::Free(_))));
        let made = make(&keepers).unwrap();
        assert!(quick[1].key.borrow().is_some() && quick[2].key.borrow().is_none());
        assert_eq!(public(&make(&keepers).unwrap()), public(&made));
        assert_eq!(public(&found(&keepers)), public(&made));
        assert_eq!(*slow.asked.borrow(), 0, "what may wait is not asked");
    }

    #[test]
    fn what_may_wait_is_asked_where_nothing_else_can() {
        let (quick, slow) = ([barred(), barred()], Fake::default());
        let keepers = keepers(&quick, &slow);
        let made = make(&keepers).unwrap();
        assert!(slow.key.borrow().is_some());
        assert_eq!(public(&found(&keepers)), public(&made));
    }

    #[test]
    fn one_that_is_full_or_loses_it_is_passed_over() {
        let full = Fake {
            is_full: true,
            ..Fake::default()
        };
        let loses = Fake {
            loses: true,
            ..Fake::default()
        };
        let (quick, slow) = ([full, loses], Fake::default());
        let keepers = keepers(&quick, &slow);
        let made = make(&keepers).unwrap();
        assert!(slow.key.borrow().is_some());
        assert_eq!(public(&make(&keepers).unwrap()), public(&made));
    }

    #[test]
    fn what_is_not_a_key_is_never_replaced() {
        let odd = Fake::default();
        *odd.key.borrow_mut() = Some(b"odd".to_vec());
        let (quick, slow) = ([odd], barred());
        let keepers = keepers(&quick, &slow);
        let whys = make(&keepers).err().unwrap();
        assert_eq!(whys, ["a fake: what it has is not a key", "a fake: barred"]);
        assert_eq!(quick[0].key.borrow().as_deref(), Some(&b"odd"[..]));
    }
}
