//! The screen of the picker, from first to last: how it is divided, and the loop that draws it at once.

#[cfg(unix)]
use std::io::{BufWriter, stderr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::time::{Duration, Instant};

use ratatui::backend::Backend;
#[cfg(unix)]
use ratatui::backend::CrosstermBackend;
#[cfg(unix)]
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal;
use ratatui::layout::Rect;
#[cfg(unix)]
use ratatui::{TerminalOptions, Viewport};
use skim::prelude::{SkimItem, unbounded};
use skim::tui::Size;
#[cfg(unix)]
use skim::tui::Tui;
use skim::tui::layout::LayoutTemplate;
use skim::tui::statusline::InfoDisplay;
use skim::tui::{App, Direction, Event};
use skim::{Skim, SkimOptions};
use tokio::runtime;

use crate::config::settings::{self, Height};
use crate::sys::terminal::Terminal;

#[cfg(unix)]
use super::cursor;
use super::engine;
use super::item::Item;
use super::keys;

/// Below either, the list takes the whole screen and has no preview.
const SMALL: (u16, u16) = (60, 12);
/// With as many columns beside whole rows, the preview stands there.
const BESIDE: u16 = 44;
/// What skim puts before a row.
const POINTER: u16 = 2;

/// The terminal's own colours, so that they can be read on a dark and on a light one. What matched keeps the colour of
/// its row.
const COLORS: &str =
    "none,matched:+bold+underlined,current:+reverse,current_match:+reverse+bold+underlined,prompt:4,border:8";

/// How often the matcher is looked at while it works.
const GLANCE: Duration = Duration::from_millis(2);

/// In bytes, longer than any name. A text pasted by mistake would cost time for each entry, and skim counts columns in
/// 16 bits.
const LONGEST_QUERY: usize = 1024;

type Report = Box<dyn std::error::Error + Send + Sync>;

/// Shows `items` until one is chosen; `None` if none is.
pub(super) fn run(
    items: Vec<Item>,
    width: usize,
    query: &str,
    settings: &settings::Picker,
    color: bool,
) -> Result<Option<usize>, Report> {
    let (columns, rows) = terminal::size()?;
    let part = part_of(settings.height, columns, rows);
    let preview = Arc::new(Preview {
        wanted: AtomicBool::new(settings.preview != settings::Preview::Off),
        side: settings.preview,
        list: u16::try_from(width).unwrap_or(u16::MAX).saturating_add(POINTER + 1),
        columns: AtomicU16::new(columns),
        rows: AtomicU16::new(rows),
    });
    let taken = Arc::new(keys::Taken::new());
    let mut options = SkimOptions::default();
    options.keymap = keys::keymap(&settings.keys, &preview, &taken);
    options.height = match part {
        None => "100%".to_owned(),
        Some(height) => height.to_string(),
    };
    options.min_height = "1".to_owned();
    options.query = Some(query.to_owned());
    // Present, so that entries are asked for theirs; never run.
    options.preview = Some(String::new());
    options.preview_window.wrap = true;
    let colors = settings.colors.as_deref().unwrap_or(COLORS);
    options.color = Some(if color { colors } else { "none" }.to_owned());
    // The prompt says how many match.
    options.info = InfoDisplay::Hidden.into();
    options.highlight_line = true;
    options.no_hscroll = true;
    options.no_mouse = true;
    // Everything is there already, so the reader has nothing to read.
    let (sender, receiver) = unbounded();
    drop(sender);
    let mut skim = Skim::init(options, Some(receiver))?;
    let app = skim.app_mut();
    app.matcher = engine::matcher();
    app.item_pool.append(
        items
            .into_iter()
            .map(|item| Arc::new(item) as Arc<dyn SkimItem>)
            .collect(),
    );
    preview.arrange(app);
    skim.start();
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let done = runtime.block_on(async {
        // The first screen shouldn't be an empty one.
        let began = Instant::now();
        while !skim.matcher_stopped() && began.elapsed() < Duration::from_millis(20) {
            std::thread::sleep(Duration::from_micros(200));
        }
        let app = skim.app_mut();
        app.input.prompt = prompt(app);
        match part {
            None => skim.init_tui()?,
            Some(height) => init_part(&mut skim, columns, rows, height)?,
        }
        skim.enter().await?;
        let done = tokio::select! {
            done = until_done(&mut skim, &preview, settings) => done,
            () = told_to_end() => Ok(()),
        };
        leave_blank(&mut skim)?;
        done
    });
    // Gives the terminal back.
    drop(skim);
    runtime.shutdown_background();
    done?;
    Ok(taken.get().copied())
}

/// skim draws what its matcher found twelve times a second; here it is drawn when it is there.
async fn until_done(skim: &mut Skim, preview: &Preview, settings: &settings::Picker) -> Result<(), Report> {
    let mut query = skim.app().input.value.clone();
    loop {
        let app = skim.app();
        let busy = app.pending_matcher_restart || app.pending_preview_run || !app.matcher_control.stopped();
        let done = if busy {
            tokio::time::timeout(GLANCE, skim.tick()).await.unwrap_or(Ok(false))?
        } else {
            skim.tick().await?
        };
        if done {
            return Ok(());
        }
        // A terminal that is gone ends no wait for a key, and may have sent no signal that we heed.
        if matches!(skim.final_event(), Event::Heartbeat) {
            Terminal::open()?;
        }
        if let Event::Resize(columns, rows) = *skim.final_event() {
            resize(skim, preview, settings.height, columns, rows)?;
        }
        let sender = skim.event_sender();
        let app = skim.app_mut();
        if app.input.value.len() > LONGEST_QUERY {
            app.input
                .value
                .truncate(app.input.value.floor_char_boundary(LONGEST_QUERY));
            app.input.move_to_end();
        }
        if app.input.value != query {
            query.clone_from(&app.input.value);
            // Another query has another best match, and that is what Enter is meant for.
            app.item_list.jump_to_first();
            app.pending_preview_run = true;
        }
        if app.pending_matcher_restart {
            app.restart_matcher(true);
        }
        if app.needs_render.swap(false, Ordering::Relaxed) {
            sender.try_send(Event::Render)?;
        }
        if app.pending_preview_run {
            app.pending_preview_run = false;
            app.last_preview_spawn = Instant::now()
                .checked_sub(Duration::from_secs(1))
                .unwrap_or(app.last_preview_spawn);
            sender.try_send(Event::RunPreview)?;
        }
        if !app.pending_matcher_restart && app.matcher_control.stopped() {
            let prompt = prompt(app);
            if app.input.prompt != prompt {
                app.input.prompt = prompt;
                sender.try_send(Event::Render)?;
            }
        }
        // A preview of what is no longer on the list would lie.
        if app.item_list.selected().is_none() && app.preview.total_lines > 0 {
            app.preview.content(b"")?;
        }
    }
}

/// Waits for a signal that would end the program here and leave the terminal as the picker needs it. It then ends as if
/// the person had left.
#[cfg(unix)]
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()];
    let [Ok(mut hangup), Ok(mut interrupt), Ok(mut terminate)] = kinds.map(signal) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = hangup.recv() => {}
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// The console has no such signals; skim minds its Ctrl-C.
#[cfg(not(unix))]
async fn told_to_end() {
    std::future::pending().await
}

/// How many match, of how many.
fn prompt(app: &App) -> String {
    format!("{}/{}> ", app.matcher_control.get_num_matched(), app.item_pool.len())
}

/// A terminal that was resized may mix what the alternate screen still holds into the other one (tmux does), so nothing
/// is left there.
fn leave_blank(skim: &mut Skim) -> std::io::Result<()> {
    let tui = skim.tui_mut();
    if tui.is_fullscreen {
        let screen = tui.backend_mut();
        screen.clear()?;
        screen.set_cursor_position((0, 0))?;
        Backend::flush(screen)?;
    }
    Ok(())
}

/// Where the preview stands and whether it does.
#[derive(Debug)]
pub(super) struct Preview {
    /// Whether the person wants it.
    pub(super) wanted: AtomicBool,
    side: settings::Preview,
    /// How wide the list is with whole rows.
    list: u16,
    columns: AtomicU16,
    rows: AtomicU16,
}

impl Preview {
    /// The whole screen.
    pub(super) fn screen(&self) -> Rect {
        Rect::new(
            0,
            0,
            self.columns.load(Ordering::Relaxed),
            self.rows.load(Ordering::Relaxed),
        )
    }

    /// Divides the screen anew.
    pub(super) fn arrange(&self, app: &mut App) {
        let (columns, rows) = (self.columns.load(Ordering::Relaxed), self.rows.load(Ordering::Relaxed));
        let window = &mut app.options.preview_window;
        window.hidden = is_small(columns, rows) || !self.wanted.load(Ordering::Relaxed);
        let beside = columns.saturating_sub(self.list);
        (window.direction, window.size) = match self.side {
            settings::Preview::Right => (Direction::Right, Size::Percent(50)),
            settings::Preview::Auto | settings::Preview::Off if beside >= BESIDE => {
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

/// The terminal has another size. A picker that takes a part of it stays within, at its bottom if need be.
fn resize(skim: &mut Skim, preview: &Preview, height: Height, columns: u16, rows: u16) -> Result<(), Report> {
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

/// How many rows a picker takes that has no screen of its own.
fn part_of(height: Height, columns: u16, rows: u16) -> Option<u16> {
    let wanted = match height {
        _ if is_small(columns, rows) => return None,
        Height::Full => return None,
        Height::Percent(percent) => u16::try_from(u32::from(rows) * u32::from(percent) / 100).unwrap_or(rows),
        Height::Rows(wanted) => wanted,
    };
    Some(wanted.clamp(1, rows))
}

/// Below the prompt. skim itself would ask the terminal for its cursor too, but takes what was typed before the answer
/// for a part of it, and fails or waits for ever. Where the terminal does not say, the picker takes all of it.
#[cfg(unix)]
fn init_part(skim: &mut Skim, columns: u16, rows: u16, height: u16) -> Result<(), Report> {
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

/// The console is asked without any typing.
#[cfg(not(unix))]
fn init_part(skim: &mut Skim, _: u16, _: u16, _: u16) -> Result<(), Report> {
    Ok(skim.init_tui()?)
}
