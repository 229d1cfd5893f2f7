//! How list and preview share the screen, at every size.

use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};

use ratatui::layout::Rect;
use skim::Skim;
use skim::tui::layout::LayoutTemplate;
use skim::tui::{App, Direction, Size};

use crate::config::settings::{self, Height};

use super::Report;

/// Columns and rows; with fewer of either, the list takes the whole screen and has no preview.
const SMALL: (u16, u16) = (60, 12);
/// In columns; if this much room is left beside whole rows, the preview goes there.
const BESIDE: u16 = 44;
/// Columns that skim puts before a row.
const POINTER: u16 = 2;

#[derive(Debug)]
pub(super) struct Preview {
    /// Whether the user wants a preview.
    pub(super) wanted: AtomicBool,
    side: settings::PreviewPosition,
    /// The width of the list with whole rows.
    list: u16,
    columns: AtomicU16,
    rows: AtomicU16,
}

impl Preview {
    /// `width` is that of the list's rows; `columns` and `rows` are the terminal's.
    pub(super) fn new(side: settings::PreviewPosition, width: usize, columns: u16, rows: u16) -> Self {
        Self {
            wanted: AtomicBool::new(side != settings::PreviewPosition::Off),
            side,
            list: u16::try_from(width).unwrap_or(u16::MAX).saturating_add(POINTER + 1),
            columns: AtomicU16::new(columns),
            rows: AtomicU16::new(rows),
        }
    }

    pub(super) fn screen(&self) -> Rect {
        Rect::new(
            0,
            0,
            self.columns.load(Ordering::Relaxed),
            self.rows.load(Ordering::Relaxed),
        )
    }

    pub(super) fn arrange(&self, app: &mut App) {
        let (columns, rows) = (self.columns.load(Ordering::Relaxed), self.rows.load(Ordering::Relaxed));
        let window = &mut app.options.preview_window;
        window.hidden = is_small(columns, rows) || !self.wanted.load(Ordering::Relaxed);
        let beside = columns.saturating_sub(self.list);
        (window.direction, window.size) = match self.side {
            settings::PreviewPosition::Right => (Direction::Right, Size::Percent(50)),
            settings::PreviewPosition::Auto | settings::PreviewPosition::Off if beside >= BESIDE => {
                (Direction::Right, Size::Fixed(beside))
            }
            _ => (Direction::Down, Size::Percent(45)),
        };
        app.preview.direction = window.direction;
        app.layout_template = LayoutTemplate::from_options(&app.options, app.header.height());
    }
}

fn is_small(columns: u16, rows: u16) -> bool {
    columns < SMALL.0 || rows < SMALL.1
}

/// Handles a new terminal size. A picker that takes a part of the screen stays on it, at the bottom if necessary.
pub(super) fn resize(
    skim: &mut Skim,
    preview: &Preview,
    height: Height,
    columns: u16,
    rows: u16,
) -> Result<(), Report> {
    preview.columns.store(columns, Ordering::Relaxed);
    preview.rows.store(rows, Ordering::Relaxed);
    let (app, tui) = skim.app_and_tui();
    preview.arrange(app);
    if !tui.is_fullscreen {
        let height = part_of(height, columns, rows).unwrap_or(rows);
        let y = tui.get_frame().area().y.min(rows - height);
        tui.resize(Rect::new(0, y, columns, height))?;
    }
    Ok(())
}

/// The number of rows for a picker that does not take the whole screen.
pub(super) fn part_of(height: Height, columns: u16, rows: u16) -> Option<u16> {
    let wanted = match height {
        _ if is_small(columns, rows) => return None,
        Height::Full => return None,
        Height::Percent(percent) => u16::try_from(u32::from(rows) * u32::from(percent) / 100).unwrap_or(rows),
        Height::Rows(wanted) => wanted,
    };
    Some(wanted.clamp(1, rows))
}
