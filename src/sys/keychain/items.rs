//! The items of one kind in one store: typed values on top of bytes.

use std::marker::PhantomData;

use super::store::{Access, Name, Store};
use crate::keychain::{Content, Error};

pub(in crate::sys) struct Items<'a, T> {
    store: Box<dyn Store + 'a>,
    content: PhantomData<T>,
}

impl<'a, T: Content> Items<'a, T> {
    pub(super) fn new(store: Box<dyn Store + 'a>) -> Self {
        let content = PhantomData;
        Self { store, content }
    }

    /// Accesses the store once.
    pub(in crate::sys) fn read(&self, item: &str) -> Result<T, Error> {
        let bytes = self.store.read(&Name::of::<T>(item))?;
        T::parse(&bytes).map_err(|why| Error::Damaged {
            store: self.store.kind(),
            item: item.to_owned(),
            why,
        })
    }

    /// Replaces the item of the same name, if there is one.
    pub(in crate::sys) fn write(&self, item: &str, content: &T) -> Result<(), Error> {
        self.store.write(&Name::of::<T>(item), &content.to_bytes())
    }

    pub(super) fn check(&self, item: &str, access: Access) -> Result<(), Error> {
        self.store.check(&Name::of::<T>(item), access)
    }

    pub(in crate::sys) fn delete(&self, item: &str) -> Result<(), Error> {
        self.store.delete(&Name::of::<T>(item))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use zeroize::Zeroizing;

    use super::*;
    use crate::credentials::Timestamp;
    use crate::keychain::{Item, StoreKind};
    use crate::secret::Secret;
    use crate::sys::keychain::store::Lock;

    /// A store in memory.
    #[derive(Default)]
    struct Memory(RefCell<BTreeMap<(String, String), Vec<u8>>>);

    impl Store for &Memory {
        fn kind(&self) -> StoreKind {
            StoreKind::Os
        }

        fn read(&self, name: &Name) -> Result<Zeroizing<Vec<u8>>, Error> {
            let found = self.0.borrow().get(&key(name)).cloned();
            found.map(Zeroizing::new).ok_or_else(|| missing(&name.user))
        }

        fn write(&self, name: &Name, content: &[u8]) -> Result<(), Error> {
            self.0.borrow_mut().insert(key(name), content.to_vec());
            Ok(())
        }

        fn delete(&self, name: &Name) -> Result<(), Error> {
            let old = self.0.borrow_mut().remove(&key(name));
            old.map(drop).ok_or_else(|| missing(&name.user))
        }

        fn check(&self, _: &Name, _: Access) -> Result<(), Error> {
            Ok(())
        }

        fn unlock(&self) -> Result<Lock, Error> {
            Ok(Lock::Never)
        }
    }

    fn key(name: &Name) -> (String, String) {
        (name.service.clone(), name.user.clone())
    }

    fn missing(item: &str) -> Error {
        Error::Missing {
            store: StoreKind::Os,
            item: item.to_owned(),
        }
    }

    /// A second kind of item, with everything it needs.
    #[derive(Debug, PartialEq)]
    struct Note(String);

    impl Content for Note {
        const SERVICE: &'static str = "awsenv-note";
        const LABEL: &'static str = "a note";

        fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
            Zeroizing::new(self.0.clone().into_bytes())
        }

        fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
            let text = str::from_utf8(bytes).map_err(|_| "it is not text")?;
            Ok(Self(text.to_owned()))
        }
    }

    fn keys() -> Item {
        Item {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret_access_key: Secret::new("hunter2".into()),
            account_id: None,
            since: Timestamp(1),
            layout: Vec::new(),
        }
    }

    #[test]
    fn two_kinds_of_items_have_names_of_their_own() {
        let memory = Memory::default();
        let (items, notes) = (
            Items::<Item>::new(Box::new(&memory)),
            Items::<Note>::new(Box::new(&memory)),
        );
        items.write("work", &keys()).unwrap();
        assert_eq!(notes.read("work"), Err(missing("work")));
        notes.write("work", &Note("hidden".into())).unwrap();
        assert_eq!(items.read("work"), Ok(keys()));
        assert_eq!(notes.read("work"), Ok(Note("hidden".into())));
        items.delete("work").unwrap();
        assert_eq!(items.delete("work"), Err(missing("work")));
        assert_eq!(notes.read("work"), Ok(Note("hidden".into())));
    }

    #[test]
    fn what_is_not_ours_is_damaged_and_not_repeated() {
        let memory = Memory::default();
        (&memory)
            .write(&Name::of::<Item>("work"), b"hunter2 is no JSON")
            .unwrap();
        let error = Items::<Item>::new(Box::new(&memory)).read("work").unwrap_err();
        assert!(
            matches!(&error, Error::Damaged { item, .. } if item == "work"),
            "{error:?}"
        );
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn people_are_told_what_an_item_is() {
        assert_eq!(Name::of::<Item>("work").label, "awsenv: AWS keys of work");
    }
}
