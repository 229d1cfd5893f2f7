//! A menu on the terminal: a query, a list and a preview. skim draws it on stderr, because stdout is for scripts. Knows
//! nothing about profiles.

#[cfg(unix)]
mod cursor;
mod edit;
mod engine;
mod item;
mod keys;
mod layout;
mod marks;
mod part;
mod screen;

use std::sync::Arc;

use ratatui::crossterm::terminal;
use skim::CaseMatching;
use skim::prelude::MatchEngineFactory as _;

use crate::config::settings;
use crate::sys::terminal::Terminal;

use self::engine::Factory;
use self::item::{Item, MARK};
use self::marks::Marks;

/// How many fields of an entry a query is matched against.
pub const FIELDS: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Active,
    /// Something that needs care.
    Danger,
    /// Something less important.
    Faint,
    Plain,
}

/// A piece of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Safe for a terminal.
    pub text: String,
    pub look: Look,
    /// The field whose text this begins with, so that matched characters can be highlighted.
    pub field: Option<usize>,
}

/// Entries are requested only for what is on the screen, and from several threads.
pub trait Menu: Send + Sync + 'static {
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The width of the widest row, in columns.
    fn width(&self) -> usize;

    /// What a query is matched against, the most significant field first.
    fn fields(&self, index: usize) -> [String; FIELDS];

    /// At most `width` columns wide.
    fn row(&self, index: usize, width: usize) -> Vec<Cell>;

    /// Safe for a terminal, except for awsenv's own colours.
    fn preview(&self, index: usize) -> String;
}

/// Any error from the terminal, skim or the runtime.
type Report = Box<dyn std::error::Error + Send + Sync>;

/// Checks that there is a terminal to draw on and to read keys from.
///
/// # Errors
/// What is missing, to complete "there is no terminal to choose on: …".
pub fn check_terminal(stderr_tty: bool, term: Option<&str>) -> Result<(), &'static str> {
    Terminal::of_person(stderr_tty, term)?;
    match terminal::size() {
        Ok((columns, rows)) if columns > 1 && rows > 1 => Ok(()),
        _ => Err("it has no size"),
    }
}

/// `None` if the user leaves without choosing.
///
/// # Errors
/// The terminal's.
pub fn pick(
    menu: Arc<dyn Menu>,
    query: &str,
    settings: &settings::Picker,
    color: bool,
) -> std::io::Result<Option<usize>> {
    let width = menu.width();
    let taken = screen::run(
        Marks::of(items(menu, color, false), false),
        width,
        query,
        settings,
        color,
    );
    Ok(taken
        .map_err(std::io::Error::other)?
        .and_then(|taken| taken.first().copied()))
}

/// As [`pick`], but the user can mark several entries, and gets the one under the cursor if none is marked. In the order
/// of the menu, never empty.
///
/// # Errors
/// The terminal's.
pub fn pick_many(
    menu: Arc<dyn Menu>,
    query: &str,
    settings: &settings::Picker,
    color: bool,
) -> std::io::Result<Option<Vec<usize>>> {
    let width = menu.width() + MARK.len();
    screen::run(Marks::of(items(menu, color, true), true), width, query, settings, color).map_err(std::io::Error::other)
}

/// The entry that the picker would show first for a query.
pub fn best(menu: Arc<dyn Menu>, query: &str) -> Option<usize> {
    let engine = Factory::new().create_engine_with_case(query, CaseMatching::Smart);
    let scored = items(menu, false, false)
        .into_iter()
        .enumerate()
        .filter_map(|(index, item)| {
            let result = engine.match_item(&item)?;
            Some((std::cmp::Reverse(result.rank.score), index))
        });
    scored.min().map(|(_, index)| index)
}

fn items(menu: Arc<dyn Menu>, color: bool, can_be_marked: bool) -> Vec<Item> {
    (0..menu.len())
        .map(|index| Item::new(Arc::clone(&menu), index, color, can_be_marked))
        .collect()
}
