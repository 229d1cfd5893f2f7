//! `keys = KEY:ACTION, …` of the section `[picker]`. A closed list: no key can run a program.

use super::key::quoted;
use super::words;

/// What a key can do in the picker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Accept,
    /// Leave without a profile.
    Abort,
    ClearQuery,
    Down,
    First,
    /// Do nothing: disables a key.
    Ignore,
    Last,
    /// Mark the entry, where several can be taken, and go to the next one.
    Mark,
    /// Mark all entries that match, or none of them if all are marked.
    MarkAll,
    PageDown,
    PageUp,
    PreviewDown,
    PreviewUp,
    TogglePreview,
    Up,
}

impl Action {
    const ALL: [(&str, Self); 15] = [
        ("accept", Self::Accept),
        ("abort", Self::Abort),
        ("clear-query", Self::ClearQuery),
        ("down", Self::Down),
        ("first", Self::First),
        ("ignore", Self::Ignore),
        ("last", Self::Last),
        ("mark", Self::Mark),
        ("mark-all", Self::MarkAll),
        ("page-down", Self::PageDown),
        ("page-up", Self::PageUp),
        ("preview-down", Self::PreviewDown),
        ("preview-up", Self::PreviewUp),
        ("toggle-preview", Self::TogglePreview),
        ("up", Self::Up),
    ];
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The key in the notation of skim and fzf: `ctrl-t`, `alt-j`, `f2`, `pgup`.
    pub key: String,
    pub action: Action,
}

const NAMED: [&str; 14] = [
    "space", "enter", "bspace", "up", "down", "left", "right", "tab", "btab", "esc", "home", "end", "pgup", "pgdown",
];

pub(super) fn bindings(value: &str) -> Result<Vec<Binding>, String> {
    words(value).map(binding).collect()
}

fn binding(word: &str) -> Result<Binding, String> {
    let (key, name) = word
        .split_once(':')
        .ok_or_else(|| format!("`keys`: `{}` is not KEY:ACTION", quoted(word)))?;
    let action = Action::ALL.iter().find(|(known, _)| *known == name);
    let Some((_, action)) = action else {
        let known: Vec<&str> = Action::ALL.iter().map(|(known, _)| *known).collect();
        return Err(format!(
            "`keys`: unknown action `{}`: expected one of {}",
            quoted(name),
            known.join(", ")
        ));
    };
    if !is_key(key) {
        return Err(format!(
            "`keys`: unknown key `{}`: expected `ctrl-`, `alt-` or `shift-` before a character, f1 to f12, or one of {}",
            quoted(key),
            NAMED.join(", ")
        ));
    }
    Ok(Binding {
        key: key.to_owned(),
        action: *action,
    })
}

/// A character alone is text for the query, so it needs a modifier.
fn is_key(key: &str) -> bool {
    let mut rest = key;
    while let Some(shorter) = ["ctrl-", "alt-", "shift-"]
        .iter()
        .find_map(|modifier| rest.strip_prefix(modifier))
    {
        rest = shorter;
    }
    let is_function = |number: &str| number.parse::<u8>().is_ok_and(|number| (1..=12).contains(&number));
    let is_character =
        rest.len() == 1 && rest != key && rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'-');
    NAMED.contains(&rest) || rest.strip_prefix('f').is_some_and(is_function) || is_character
}
