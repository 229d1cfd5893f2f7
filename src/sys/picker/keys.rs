//! What each key does: skim's usual keys, which are fzf's, less those that would lie, hang or write to stdout.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use skim::binds::{KeyMap, SkimEvent, parse_key};
use skim::tui::actions::{Action, ActionCallback};
use skim::tui::{App, Event};

use crate::config::settings;

use super::screen::Preview;

/// The keys, those of the settings on top.
pub(super) fn keymap(bindings: &[settings::Binding], preview: &Arc<Preview>) -> KeyMap {
    let mut keys = KeyMap::default();
    let control = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
    let alt = |c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::ALT);
    let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
    // Modes that would take our matcher away, and a horizontal scroll of rows that are as wide as the screen.
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
        keys.insert(key, vec![skim_action(action, preview)]);
    }
    keys.insert(control('d'), vec![Action::DeleteCharEof]);
    // skim's own way to clear asks the terminal for its cursor, on stdout.
    keys.insert(control('l'), vec![custom(|_| vec![Event::Redraw])]);
    let shift = KeyModifiers::SHIFT;
    for (key, action, instead) in [
        (control('w'), Action::UnixWordRubout, Action::UnixLineDiscard),
        (
            KeyEvent::new(KeyCode::Backspace, KeyModifiers::ALT),
            Action::BackwardKillWord,
            Action::UnixLineDiscard,
        ),
        (alt('d'), Action::KillWord, Action::KillLine),
        (alt('b'), Action::BackwardWord, Action::BeginningOfLine),
        (alt('f'), Action::ForwardWord, Action::EndOfLine),
        (
            KeyEvent::new(KeyCode::Left, KeyModifiers::CONTROL),
            Action::BackwardWord,
            Action::BeginningOfLine,
        ),
        (
            KeyEvent::new(KeyCode::Right, KeyModifiers::CONTROL),
            Action::ForwardWord,
            Action::EndOfLine,
        ),
        (
            KeyEvent::new(KeyCode::Left, shift),
            Action::BackwardWord,
            Action::BeginningOfLine,
        ),
        (
            KeyEvent::new(KeyCode::Right, shift),
            Action::ForwardWord,
            Action::EndOfLine,
        ),
    ] {
        keys.insert(key, vec![in_ascii(action, instead)]);
    }
    for binding in bindings {
        let Ok(mut key) = parse_key(&binding.key) else { continue };
        if key.code == KeyCode::BackTab {
            key.modifiers |= shift;
        }
        keys.insert(key, vec![skim_action(binding.action, preview)]);
    }
    keys
}

fn skim_action(action: settings::Action, preview: &Arc<Preview>) -> Action {
    match action {
        settings::Action::Abort => Action::Abort,
        settings::Action::Accept => custom(settle),
        settings::Action::ClearQuery => custom(|app| {
            app.input.move_to_end();
            vec![Event::Action(Action::UnixLineDiscard)]
        }),
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

/// Enter takes what the whole query finds, not what stood there when the key was hit: waits for the matcher, lets its
/// result be drawn, then accepts.
fn settle(app: &mut App) -> Vec<Event> {
    if app.pending_matcher_restart {
        app.restart_matcher(true);
    }
    while !app.matcher_control.stopped() {
        std::thread::sleep(Duration::from_micros(200));
    }
    // Drawing moves the matcher's result into the list.
    vec![Event::Render, Event::Action(custom(accept))]
}

/// Where nothing matches, nothing is taken.
fn accept(app: &mut App) -> Vec<Event> {
    let chosen = app.item_list.selected().map(|_| Event::Action(Action::Accept(None)));
    chosen.into_iter().collect()
}

/// skim counts words in characters and cuts in bytes, so where these differ the whole side of the line stands for the
/// word.
fn in_ascii(action: Action, instead: Action) -> Action {
    custom(move |app| {
        let action = if app.input.value.is_ascii() { &action } else { &instead };
        vec![Event::Action(action.clone())]
    })
}

fn custom(call: impl Fn(&mut App) -> Vec<Event> + Send + 'static) -> Action {
    Action::Custom(ActionCallback::new_sync(move |app| Ok(call(app))))
}
