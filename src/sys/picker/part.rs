//! A picker that takes a part of the screen, below the prompt.

#[cfg(unix)]
use std::io::{BufWriter, stderr};

#[cfg(unix)]
use ratatui::backend::CrosstermBackend;
#[cfg(unix)]
use ratatui::crossterm::{execute, terminal};
#[cfg(unix)]
use ratatui::layout::Rect;
#[cfg(unix)]
use ratatui::{TerminalOptions, Viewport};
use skim::Skim;
#[cfg(unix)]
use skim::tui::{Event, Size, Tui};

use super::Report;
#[cfg(unix)]
use super::cursor;

/// Asks the terminal for the cursor itself, because skim would take what was typed before the answer for a part of it,
/// and fail or wait for ever. If the terminal does not answer, the picker takes the whole screen.
#[cfg(unix)]
pub(super) fn begin(skim: &mut Skim, columns: u16, rows: u16, height: u16) -> Result<(), Report> {
    terminal::enable_raw_mode()?;
    let answer = cursor::ask().inspect_err(|_| _ = terminal::disable_raw_mode())?;
    let mut tui = Tui::new_with_height(Size::Percent(100))?;
    tui.disable_mouse();
    if let Some(row) = answer.row.map(|row| row.min(rows - 1)) {
        let y = row.min(rows - height);
        execute!(stderr(), terminal::ScrollUp(row - y))?;
        let viewport = Viewport::Fixed(Rect::new(0, y, columns, height));
        let backend = CrosstermBackend::new(BufWriter::new(stderr()));
        tui.terminal = ratatui::Terminal::with_options(backend, TerminalOptions { viewport })?;
        tui.is_fullscreen = false;
    }
    skim.init_tui_with(tui);
    let sender = skim.event_sender();
    for key in answer.typed {
        sender.try_send(Event::Key(key))?;
    }
    Ok(())
}

/// The Windows console answers without reading the keyboard.
#[cfg(not(unix))]
pub(super) fn begin(skim: &mut Skim, _: u16, _: u16, _: u16) -> Result<(), Report> {
    Ok(skim.init_tui()?)
}
