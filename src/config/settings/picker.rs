//! The section `[picker]`: how the picker looks.

use super::key::{Key, choice, quoted, refused};
use super::keys::{Binding, bindings};
use super::words;

/// How much of the terminal the picker takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Height {
    /// All of it; its content comes back afterwards.
    #[default]
    Full,
    /// A part, below the prompt: 10 to 99.
    Percent(u16),
    /// 6 or more.
    Rows(u16),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PreviewPosition {
    /// Beside the list if that leaves room for the list's columns, otherwise below it.
    #[default]
    Auto,
    Bottom,
    /// Hidden until its key is pressed.
    Off,
    Right,
}

/// `[picker]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picker {
    /// `height = 100%|40%|15`.
    pub height: Height,
    /// `preview = auto|right|bottom|off`.
    pub preview: PreviewPosition,
    /// `keys = KEY:ACTION, …`, on top of the defaults.
    pub keys: Vec<Binding>,
    /// `colors = THEME, PART:COLOR, …`, checked, as the picker takes it; `None` for its default.
    pub colors: Option<String>,
}

const THEMES: [&str; 5] = ["dark", "light", "16", "bw", "none"];
const PARTS: [&str; 12] = [
    "normal",
    "matched",
    "current",
    "current_match",
    "query",
    "spinner",
    "info",
    "prompt",
    "cursor",
    "border",
    "separator",
    "scrollbar",
];
const MODIFIERS: [&str; 5] = ["bold", "underlined", "dim", "italic", "reverse"];

/// The keys of `[picker]`.
pub(super) const KEYS: [Key; 4] = [
    Key::new("height", |settings, value, _| {
        settings.picker.height = height(value)?;
        Ok(())
    }),
    Key::new("preview", |settings, value, _| {
        let words = [
            ("auto", PreviewPosition::Auto),
            ("right", PreviewPosition::Right),
            ("bottom", PreviewPosition::Bottom),
            ("off", PreviewPosition::Off),
        ];
        settings.picker.preview = choice("preview", &words, value)?;
        Ok(())
    }),
    Key::new("keys", |settings, value, _| {
        settings.picker.keys = bindings(value)?;
        Ok(())
    }),
    Key::new("colors", |settings, value, _| {
        settings.picker.colors = Some(colors(value)?);
        Ok(())
    }),
];

fn height(value: &str) -> Result<Height, String> {
    let parsed = match value.strip_suffix('%') {
        Some("100") => Some(Height::Full),
        Some(percent) => percent
            .parse()
            .ok()
            .filter(|percent| (10..100).contains(percent))
            .map(Height::Percent),
        None => value.parse().ok().filter(|rows| *rows >= 6).map(Height::Rows),
    };
    parsed.ok_or_else(|| refused("height", "10% to 100%, or at least 6 rows", value))
}

fn colors(value: &str) -> Result<String, String> {
    let is_color = |color: &str| {
        let hex = color.strip_prefix('#');
        hex.is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
            || color == "-1"
            || color.parse::<u8>().is_ok()
    };
    for word in words(value) {
        let known = match word.split_once(':') {
            None => THEMES.contains(&word),
            Some((part, look)) => {
                let part = part
                    .strip_suffix("_fg")
                    .or_else(|| part.strip_suffix("_bg"))
                    .unwrap_or(part);
                let mut look = look.split('+');
                PARTS.contains(&part)
                    && look.next().is_some_and(|color| color.is_empty() || is_color(color))
                    && look.all(|modifier| MODIFIERS.contains(&modifier))
            }
        };
        if !known {
            return Err(format!(
                "`colors`: `{}` is neither a theme ({}) nor PART:COLOR; PART is one of {}, with or without _fg or _bg; \
                 COLOR is 0-255, #rrggbb or -1, optionally followed by +bold, +underlined, +dim, +italic or +reverse",
                quoted(word),
                THEMES.join(", "),
                PARTS.join(", ")
            ));
        }
    }
    Ok(words(value).collect::<Vec<_>>().join(","))
}
