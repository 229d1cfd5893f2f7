//! The picker's screen from start to end: how it is divided, and the loop that draws it without delay.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ratatui::backend::Backend;
use ratatui::crossterm::terminal;
use skim::prelude::{SkimItem, unbounded};
use skim::tui::statusline::InfoDisplay;
use skim::tui::{App, Event};
use skim::{Skim, SkimOptions};
use tokio::runtime;

use crate::config::settings;
use crate::sys::signals::Signals;
use crate::sys::terminal::Terminal;

use super::layout::{Preview, part_of, resize};
use super::marks::{self, Marks};
use super::part;
use super::{Report, engine, keys};

/// The terminal's own colours, which are readable on dark and light backgrounds. Matched characters keep the colour of
/// their row.
const COLORS: &str =
    "none,matched:+bold+underlined,current:+reverse,current_match:+reverse+bold+underlined,prompt:4,border:8";

/// How often to check the matcher while it works.
const GLANCE: Duration = Duration::from_millis(2);

/// In bytes, longer than any name. Text pasted by mistake would cost time for each entry, and skim counts columns in 16
/// bits.
const LONGEST_QUERY: usize = 1024;

/// `None` if the user leaves without choosing.
pub(super) fn run(
    marks: Marks,
    width: usize,
    query: &str,
    settings: &settings::Picker,
    color: bool,
) -> Result<Option<Vec<usize>>, Report> {
    let (columns, rows) = terminal::size()?;
    let part = part_of(settings.height, columns, rows);
    let preview = Arc::new(Preview::new(settings.preview, width, columns, rows));
    let desk = keys::Desk {
        preview: Arc::clone(&preview),
        marks: marks.clone(),
        taken: Arc::new(keys::Taken::new()),
    };
    let mut options = SkimOptions::default();
    options.keymap = keys::keymap(&settings.keys, &desk);
    options.header = marks.can_mark().then(|| marks::HELP.to_owned());
    options.height = match part {
        None => "100%".to_owned(),
        Some(height) => height.to_string(),
    };
    options.min_height = "1".to_owned();
    options.query = Some(query.to_owned());
    // Set so that skim asks entries for their preview; never run as a command.
    options.preview = Some(String::new());
    options.preview_window.wrap = true;
    let colors = settings.colors.as_deref().unwrap_or(COLORS);
    options.color = Some(if color { colors } else { "none" }.to_owned());
    // The prompt shows the number of matches.
    options.info = InfoDisplay::Hidden.into();
    options.highlight_line = true;
    options.no_hscroll = true;
    options.no_mouse = true;
    // All items are already there, so the reader has nothing to read.
    let (sender, receiver) = unbounded();
    drop(sender);
    let mut skim = Skim::init(options, Some(receiver))?;
    let app = skim.app_mut();
    app.matcher = engine::matcher();
    app.item_pool.append(
        marks
            .items()
            .iter()
            .map(|item| Arc::clone(item) as Arc<dyn SkimItem>)
            .collect(),
    );
    preview.arrange(app);
    skim.start();
    let signals = Signals::heed()?;
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let done = runtime.block_on(async {
        // So that the first screen is not empty.
        let began = Instant::now();
        while !skim.matcher_stopped() && began.elapsed() < Duration::from_millis(20) {
            std::thread::sleep(Duration::from_micros(200));
        }
        let app = skim.app_mut();
        app.input.prompt = prompt(app, &marks);
        match part {
            None => skim.init_tui()?,
            Some(height) => part::begin(&mut skim, columns, rows, height)?,
        }
        skim.enter().await?;
        let done = until_done(&mut skim, &desk, settings, &signals).await;
        stop_reading(&mut skim).await;
        leave_blank(&mut skim)?;
        done
    });
    // Restores the terminal.
    drop(skim);
    runtime.shutdown_background();
    done?;
    Ok(desk.taken.get().cloned())
}

/// skim draws matches only twelve times a second; this draws them as soon as they are found.
async fn until_done(
    skim: &mut Skim,
    desk: &keys::Desk,
    settings: &settings::Picker,
    signals: &Signals,
) -> Result<(), Report> {
    let mut query = skim.app().input.value.clone();
    loop {
        let app = skim.app();
        let busy = app.pending_matcher_restart || app.pending_preview_run || !app.matcher_control.stopped();
        let done = if busy {
            tokio::time::timeout(GLANCE, skim.tick()).await.unwrap_or(Ok(false))?
        } else {
            skim.tick().await?
        };
        if done || signals.told_to_end() {
            return Ok(());
        }
        if signals.told_to_stop() {
            stop_reading(skim).await;
            skim.tui_mut().pause()?;
            signals.stop();
            show_again(skim)?;
        } else if signals.has_continued() {
            // It was stopped without a word, and the shell has used the terminal since.
            skim.tui_mut().pause()?;
            show_again(skim)?;
        }
        // If the terminal is gone, waiting for a key does not end, and there may have been no signal.
        if matches!(skim.final_event(), Event::Heartbeat) {
            Terminal::open()?;
        }
        if let Event::Resize(columns, rows) = *skim.final_event() {
            resize(skim, &desk.preview, settings.height, columns, rows)?;
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
            // Another query has another best match, and Enter should take that one.
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
            let prompt = prompt(app, &desk.marks);
            if app.input.prompt != prompt {
                app.input.prompt = prompt;
                sender.try_send(Event::Render)?;
            }
        }
        // The preview must not show an entry that is no longer on the list.
        if app.item_list.selected().is_none() && app.preview.total_lines > 0 {
            app.preview.content(b"")?;
        }
    }
}

/// The number of matches and of entries, and how many are marked.
fn prompt(app: &App, marks: &Marks) -> String {
    let (matched, all) = (app.matcher_control.get_num_matched(), app.item_pool.len());
    match marks.marked().len() {
        0 => format!("{matched}/{all}> "),
        marked => format!("{matched}/{all} ({marked})> "),
    }
}

/// Waits until skim no longer reads keys. Otherwise it would go on until its task is dropped, and take keys meant for
/// the shell after the terminal is restored.
async fn stop_reading(skim: &mut Skim) {
    let tui = skim.tui_mut();
    tui.stop();
    if let Some(task) = tui.task.take() {
        // The task ends as told or has panicked; in both cases it no longer reads.
        let _ = task.await;
    }
}

/// After the shell has given the terminal back.
fn show_again(skim: &mut Skim) -> Result<(), Report> {
    let sender = skim.event_sender();
    let tui = skim.tui_mut();
    tui.resume(true)?;
    if tui.task.is_none() {
        tui.start();
    }
    tui.force_full_redraw();
    sender.try_send(Event::Render)?;
    Ok(())
}

/// After a resize, some terminals (tmux) mix the content of the alternate screen into the main one, so it is cleared.
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
