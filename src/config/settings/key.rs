//! What a key of the settings is, and how its value is refused.

use super::Settings;
use crate::redact;
use crate::text::{cut, either};

/// Reads a value; the last argument is what `keychain = …` may be.
type Set = fn(&mut Settings, &str, &[&str]) -> Result<(), String>;

/// A key with a meaning. To add one, add it to the table of its section.
pub(super) struct Key {
    pub name: &'static str,
    pub set: Set,
    pub guard: Option<Guard>,
}

/// For a key that protects something.
#[derive(Clone, Copy)]
pub(super) struct Guard {
    /// Sets what is safe whatever the user meant; gets the place of the mistake.
    pub make_safe: fn(&mut Settings, &str),
    /// That, in words.
    pub effect: &'static str,
}

impl Key {
    /// A mistake leaves the default.
    pub(super) const fn new(name: &'static str, set: Set) -> Self {
        Self { name, set, guard: None }
    }

    /// A mistake takes the safe side.
    pub(super) const fn guarded(self, effect: &'static str, make_safe: fn(&mut Settings, &str)) -> Self {
        let guard = Some(Guard { make_safe, effect });
        Self { guard, ..self }
    }
}

/// `on` or `off`.
pub(super) fn switch(key: &str, value: &str) -> Result<bool, String> {
    choice(key, &[("on", true), ("off", false)], value)
}

pub(super) fn choice<T: Copy>(key: &str, words: &[(&str, T)], value: &str) -> Result<T, String> {
    let found = words.iter().find(|(word, _)| *word == value);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        refused(key, &choices(&words), value)
    })
}

pub(super) fn refused(key: &str, allowed: &str, value: &str) -> String {
    format!("`{key}` must be {allowed}, not `{}`", quoted(value))
}

/// In characters: what may be a secret, or is shown, is decided by so much of a word.
const JUDGED: usize = 1000;

/// In columns.
const SHOWN: usize = 60;

/// The beginning of a word of the file, unless it may be a secret.
pub(super) fn quoted(word: &str) -> String {
    let end = word.char_indices().nth(JUDGED).map_or(word.len(), |(at, _)| at);
    let word = &word[..end];
    if redact::may_hold_secret(word) {
        redact::HIDDEN.to_owned()
    } else {
        cut(word.to_owned(), SHOWN)
    }
}

/// Words as a choice: "`a`, `b` or `c`".
pub fn choices(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    either(&quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_words() {
        assert_eq!(choices(&["os", "file", "kernel"]), "`os`, `file` or `kernel`");
        assert_eq!(choices(&["os", "file"]), "`os` or `file`");
        assert_eq!(choices(&["os"]), "`os`");
    }
}
