//! A menu on the terminal: a query, a list and a preview, drawn by skim on stderr, so that stdout stays a script's.
//! Knows nothing of profiles.

#[cfg(unix)]
mod cursor;
mod edit;
mod engine;
mod item;
mod keys;
mod layout;
mod part;
mod screen;

use std::sync::Arc;

use ratatui::crossterm::terminal;
use skim::CaseMatching;
use skim::prelude::{MatchEngineFactory as _, SkimItem};

use crate::config::settings;
use crate::sys::terminal::Terminal;

use self::engine::Factory;
use self::item::Item;

/// How many fields of an entry a query is matched against.
pub const FIELDS: usize = 5;

/// How a piece of a row looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// What is active.
    Active,
    /// What deserves care.
    Danger,
    /// What matters less.
    Faint,
    /// Text.
    Plain,
}

/// A piece of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What is shown; safe for a terminal.
    pub text: String,
    /// How.
    pub look: Look,
    /// The field that the text begins like, so that what a query matched can stand out.
    pub field: Option<usize>,
}

/// What can be chosen from; asked for what is on the screen only, and from several threads.
pub trait Menu: Send + Sync + 'static {
    /// How many entries there are.
    fn len(&self) -> usize;

    /// Whether there is nothing to choose.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many columns the widest row would take.
    fn width(&self) -> usize;

    /// What a query is matched against, the most telling field first.
    fn fields(&self, index: usize) -> [String; FIELDS];

    /// The row of an entry, at most `width` columns wide.
    fn row(&self, index: usize, width: usize) -> Vec<Cell>;

    /// All about an entry, safe for a terminal but for its own colours.
    fn preview(&self, index: usize) -> String;
}

/// Whatever the terminal, skim or the runtime complains about.
type Report = Box<dyn std::error::Error + Send + Sync>;

/// Whether there is a terminal to draw on and to read keys from, and what is missing if not.
///
/// # Errors
/// In words that finish "there is no terminal to choose on: …".
pub fn check_terminal(stderr_tty: bool, term: Option<&str>) -> Result<(), &'static str> {
    Terminal::of_person(stderr_tty, term)?;
    match terminal::size() {
        Ok((columns, rows)) if columns > 1 && rows > 1 => Ok(()),
        _ => Err("it has no size"),
    }
}

/// Lets a person choose. `None` if they leave without.
///
/// # Errors
/// What the terminal refuses.
pub fn pick(
    menu: Arc<dyn Menu>,
    query: &str,
    settings: &settings::Picker,
    color: bool,
) -> std::io::Result<Option<usize>> {
    let width = menu.width();
    screen::run(items(menu, color), width, query, settings, color).map_err(std::io::Error::other)
}

/// The entry that the picker would show first for a query.
pub fn best(menu: Arc<dyn Menu>, query: &str) -> Option<usize> {
    let engine = Factory::new().create_engine_with_case(query, CaseMatching::Smart);
    let scored = items(menu, false).into_iter().enumerate().filter_map(|(index, item)| {
        let result = engine.match_item(&item)?;
        Some((std::cmp::Reverse(result.rank.score), index))
    });
    scored.min().map(|(_, index)| index)
}

fn items(menu: Arc<dyn Menu>, color: bool) -> Vec<Item> {
    (0..menu.len())
        .map(|index| Item::new(Arc::clone(&menu), index, color))
        .collect()
}

/// What skim hands back as what was chosen.
fn index_of(item: &dyn SkimItem) -> Option<usize> {
    item.as_any().downcast_ref::<Item>().map(Item::index)
}
