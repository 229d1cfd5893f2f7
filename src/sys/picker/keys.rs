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
use super::layout::Preview;
use super::marks::{Marks, of_skim};

/// The indexes of the chosen entries.
pub(super) type Taken = OnceLock<Vec<usize>>;

/// What the actions of keys work on.
pub(super) struct Desk {
    pub(super) preview: Arc<Preview>,
    pub(super) marks: Marks,
    pub(super) taken: Arc<Taken>,
}

/// The keys from the settings override the others.
pub(super) fn keymap(bindings: &[settings::Binding], desk: &Desk) -> KeyMap {
    let skim_action = |action| skim_action(action, desk);
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
    if desk.marks.can_mark() {
        // The list grows upwards, so the next entry is above.
        keys.insert(plain(KeyCode::Tab), vec![mark(desk, 1)]);
        for code in [KeyCode::Tab, KeyCode::BackTab] {
            keys.insert(KeyEvent::new(code, KeyModifiers::SHIFT), vec![mark(desk, -1)]);
        }
        keys.insert(alt('a'), vec![skim_action(settings::Action::MarkAll)]);
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

fn skim_action(action: settings::Action, desk: &Desk) -> Action {
    let Desk { preview, marks, taken } = desk;
    match action {
        settings::Action::Abort => Action::Abort,
        settings::Action::Accept => {
            let (preview, marks, taken) = (Arc::clone(preview), marks.clone(), Arc::clone(taken));
            custom(move |app| {
                take(app, preview.screen(), &marks, &taken);
                Vec::new()
            })
        }
        settings::Action::ClearQuery => edits(Edit::Clear),
        settings::Action::Down => Action::Down(1),
        settings::Action::First => Action::First,
        settings::Action::Ignore => Action::Ignore,
        settings::Action::Last => Action::Last,
        settings::Action::Mark => mark(desk, 1),
        settings::Action::MarkAll => {
            let marks = marks.clone();
            custom(move |app| {
                marks.turn_all(&app.input.value);
                vec![Event::Render]
            })
        }
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
/// which could change the query or move the cursor. If nothing matches, nothing is taken, except for what is marked.
fn take(app: &mut App, screen: Rect, marks: &Marks, taken: &Taken) {
    let mut chosen = marks.marked();
    if chosen.is_empty() {
        settle(app, screen);
        let selected = app.item_list.selected();
        chosen.extend(selected.and_then(|item| Some(of_skim(item.item.as_ref())?.index())));
    }
    if !chosen.is_empty() {
        let _ = taken.set(chosen);
        app.should_quit = true;
    }
}

/// Turns the mark of the entry that Enter would take, and moves on by `step`.
fn mark(desk: &Desk, step: i32) -> Action {
    let preview = Arc::clone(&desk.preview);
    custom(move |app| {
        settle(app, preview.screen());
        if let Some(item) = app.item_list.selected()
            && let Some(item) = of_skim(item.item.as_ref())
        {
            item.mark(!item.is_marked());
            app.item_list.scroll_by(step);
            app.pending_preview_run = true;
        }
        vec![Event::Render]
    })
}

/// Waits until the list is that of the whole query.
fn settle(app: &mut App, screen: Rect) {
    if app.pending_matcher_restart {
        app.restart_matcher(true);
    }
    while !app.matcher_control.stopped() {
        std::thread::sleep(Duration::from_micros(200));
    }
    // Drawing moves the matcher's result into the list.
    app.render(screen, &mut Buffer::empty(screen));
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
