//! Finds the position of a string in a list that lives elsewhere, without owning any string.

/// Below this many items a walk is faster than hashing.
const SMALL: usize = 16;
const EMPTY: u32 = u32::MAX;

/// An index over items `0..len`; the caller says what text item `n` has.
#[derive(Debug, Default)]
pub(super) struct StrIndex {
    len: usize,
    /// Open addressing, a power of two, at most half full; nothing while the list is small.
    slots: Vec<u32>,
}

impl StrIndex {
    /// An index that takes in so many items without growing.
    pub(super) fn with_capacity(items: usize) -> Self {
        let slots = match items {
            0..=SMALL => Vec::new(),
            _ => vec![EMPTY; (items * 2).next_power_of_two()],
        };
        Self { len: 0, slots }
    }

    /// The item whose text is `key`; `same` tells whether an item's is.
    pub(super) fn find(&self, key: &str, same: impl Fn(usize) -> bool) -> Option<usize> {
        if self.slots.is_empty() {
            return (0..self.len).find(|&n| same(n));
        }
        let mut slot = self.slot(key);
        loop {
            match self.slots[slot] {
                EMPTY => return None,
                n if same(n as usize) => return Some(n as usize),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// Takes in the item behind the last one; its text must be one that `find` does not know.
    pub(super) fn push<'a>(&mut self, at: impl Fn(usize) -> &'a str) {
        self.len += 1;
        if self.slots.is_empty() {
            if self.len > SMALL {
                self.grow(at);
            }
        } else if self.len * 2 > self.slots.len() {
            self.grow(at);
        } else {
            self.insert(self.len - 1, at(self.len - 1));
        }
    }

    /// Forgets all items.
    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.slots.clear();
    }

    fn grow<'a>(&mut self, at: impl Fn(usize) -> &'a str) {
        self.slots = vec![EMPTY; (self.len * 4).next_power_of_two()];
        for n in 0..self.len {
            self.insert(n, at(n));
        }
    }

    fn insert(&mut self, n: usize, key: &str) {
        let mut slot = self.slot(key);
        while self.slots[slot] != EMPTY {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = n as u32;
    }

    fn slot(&self, key: &str) -> usize {
        (hash(key.as_bytes()) >> 32) as usize & (self.slots.len() - 1)
    }
}

/// Multiply and fold, eight bytes at a time: the keys are the user's own, nobody floods this table.
fn hash(bytes: &[u8]) -> u64 {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut state = K ^ bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.iter().rev().fold(0, |word, &b| word << 8 | u64::from(b));
        state = fold(state ^ word, K);
    }
    let word = chunks
        .remainder()
        .iter()
        .rev()
        .fold(0, |word, &b| word << 8 | u64::from(b));
    fold(fold(state ^ word, K), K)
}

fn fold(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    wide as u64 ^ (wide >> 64) as u64
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
