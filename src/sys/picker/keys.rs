//! What each key does: skim's default keys, which are fzf's, without those that would mislead, hang or write to stdout.

use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;
use skim::binds::{KeyMap, SkimEvent, parse_key};
use skim::tui::actions::{Action, ActionCallback};
use skim::tui::{App, Event};

use crate::config::settings;

use super::edit::{Edit, edit};
use super::index_of;
use super::layout::Preview;

/// The index of the chosen entry.
pub(super) type Taken = OnceLock<usize>;

/// The keys from the settings override the others.
pub(super) fn keymap(bindings: &[settings::Binding], preview: &Arc<Preview>, taken: &Arc<Taken>) -> KeyMap {
    let skim_action = |action| skim_action(action, preview, taken);
    let mut keys = KeyMap::default();
    let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
    let alt = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT);
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    // Modes that would bypass awsenv's matcher, and a horizontal scroll of rows that are already as wide as the screen.
    for key in [control('q'), control('r'), alt('h'), alt('l')] {
        keys.remove(&key);
    }
    let own = [
        (plain(KeyCode::Enter), settings::Action::Accept),
        (SkimEvent::DoubleClick.key_event(), settings::Action::Accept),
        (plain(KeyCode::Tab), settings::Action::Down),
        (KeyEvent::new(KeyCode::Tab, KeyModifiers::SHIFT), settings::Action::Up),
        (
            KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT),
            settings::Action::Up,
        ),
        (control('t'), settings::Action::TogglePreview),
    ];
    for (key, action) in own {
        keys.insert(key, vec![skim_action(action)]);
    }
    keys.insert(control('d'), vec![Action::DeleteCharEof]);
    // skim's own action asks the terminal for its cursor, on stdout.
    keys.insert(control('l'), vec![custom(|_| vec![Event::Redraw])]);
    let shift = KeyModifiers::SHIFT;
    for (key, change) in [
        (control('w'), Edit::DeleteToSpace),
        (
            KeyEvent::new(KeyCode::Backspace, KeyModifiers::ALT),
            Edit::DeleteWordLeft,
        ),
        (alt('d'), Edit::DeleteWordRight),
        (alt('b'), Edit::WordLeft),
        (alt('f'), Edit::WordRight),
        (KeyEvent::new(KeyCode::Left, KeyModifiers::CONTROL), Edit::WordLeft),
        (KeyEvent::new(KeyCode::Right, KeyModifiers::CONTROL), Edit::WordRight),
        (KeyEvent::new(KeyCode::Left, shift), Edit::WordLeft),
        (KeyEvent::new(KeyCode::Right, shift), Edit::WordRight),
    ] {
        keys.insert(key, vec![edits(change)]);
    }
    for binding in bindings {
        let Ok(mut key) = parse_key(&binding.key) else { continue };
        if key.code == KeyCode::BackTab {
            key.modifiers |= shift;
        }
        keys.insert(key, vec![skim_action(binding.action)]);
    }
    keys
}

fn skim_action(action: settings::Action, preview: &Arc<Preview>, taken: &Arc<Taken>) -> Action {
    match action {
        settings::Action::Abort => Action::Abort,
        settings::Action::Accept => {
            let (preview, taken) = (Arc::clone(preview), Arc::clone(taken));
            custom(move |app| {
                take(app, preview.screen(), &taken);
                Vec::new()
            })
        }
        settings::Action::ClearQuery => edits(Edit::Clear),
        settings::Action::Down => Action::Down(1),
        settings::Action::First => Action::First,
        settings::Action::Ignore => Action::Ignore,
        settings::Action::Last => Action::Last,
        settings::Action::PageDown => Action::PageDown(1),
        settings::Action::PageUp => Action::PageUp(1),
        settings::Action::PreviewDown => Action::PreviewDown(1),
        settings::Action::PreviewUp => Action::PreviewUp(1),
        settings::Action::TogglePreview => {
            let preview = Arc::clone(preview);
            custom(move |app| {
                preview.wanted.fetch_xor(true, Ordering::Relaxed);
                preview.arrange(app);
                vec![Event::RunPreview, Event::Render]
            })
        }
        settings::Action::Up => Action::Up(1),
    }
}

/// Enter takes the best match of the whole query, not the entry that was on the screen when it was typed, so it waits
/// for the matcher. It runs at once, because an action sent back to skim would run after the keys typed meanwhile,
/// which could change the query or move the cursor. If nothing matches, nothing is taken.
fn take(app: &mut App, screen: Rect, taken: &Taken) {
    if app.pending_matcher_restart {
        app.restart_matcher(true);
    }
    while !app.matcher_control.stopped() {
        std::thread::sleep(Duration::from_micros(200));
    }
    // Drawing moves the matcher's result into the list.
    app.render(screen, &mut Buffer::empty(screen));
    let chosen = app.item_list.selected().and_then(|item| index_of(item.item.as_ref()));
    if let Some(index) = chosen {
        let _ = taken.set(index);
        app.should_quit = true;
    }
}

fn edits(change: Edit) -> Action {
    custom(move |app| {
        edit(app, change);
        Vec::new()
    })
}

fn custom(call: impl Fn(&mut App) -> Vec<Event> + Send + 'static) -> Action {
    Action::Custom(ActionCallback::new_sync(move |app| Ok(call(app))))
}
