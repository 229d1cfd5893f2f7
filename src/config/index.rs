//! Finds the position of a string in a list that is elsewhere, without owning any string.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

/// Up to this many items a walk is faster than hashing.
const SMALL: usize = 16;

/// An index over items `0..len`; the caller says what text item `n` has.
#[derive(Debug, Default)]
pub(super) struct StrIndex {
    len: usize,
    /// All items, or none while there are few.
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl StrIndex {
    /// An index that takes so many items without growing.
    pub(super) fn with_capacity(items: usize) -> Self {
        let capacity = if items > SMALL { items } else { 0 };
        Self {
            table: HashTable::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// The item whose text is `key`; `same` tells whether an item's is.
    pub(super) fn find(&self, key: &str, same: impl Fn(usize) -> bool) -> Option<usize> {
        if self.len <= SMALL {
            return (0..self.len).find(|&n| same(n));
        }
        let found = self.table.find(self.hasher.hash_one(key), |&n| same(n as usize));
        found.map(|&n| n as usize)
    }

    /// Adds the item after the last one; its text must be one that `find` does not know.
    pub(super) fn push<'a>(&mut self, at: impl Fn(usize) -> &'a str) {
        self.len += 1;
        if self.len <= SMALL {
            return;
        }
        let hash = |&n: &u32| self.hasher.hash_one(at(n as usize));
        for n in self.table.len() as u32..self.len as u32 {
            self.table.insert_unique(hash(&n), n, hash);
        }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.table.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_item_small_and_large() {
        let items: Vec<String> = (0..5000).map(|n| format!("profile team-{n}")).collect();
        let mut index = StrIndex::default();
        for (n, item) in items.iter().enumerate() {
            assert_eq!(index.find(item, |n| items[n] == *item), None);
            index.push(|n| &items[n]);
            assert_eq!(index.find(item, |n| items[n] == *item), Some(n));
            assert_eq!(index.find(&items[n / 2], |m| items[m] == items[n / 2]), Some(n / 2));
        }
        index.clear();
        assert_eq!(index.find("profile team-1", |n| items[n] == "profile team-1"), None);
    }
}
