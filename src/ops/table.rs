//! Rows for stdout: a table with a header on a terminal, and columns without one elsewhere.

use crate::context::Context;
use crate::sys;
use crate::text::columns_within;

/// The cells are safe to show. Nothing without rows.
pub fn of<const N: usize>(context: &Context, header: [&str; N], mut rows: Vec<[String; N]>) -> String {
    let is_terminal = context.process.stdout_tty;
    let width = is_terminal.then(sys::terminal::width).flatten();
    let has_header = is_terminal && !rows.is_empty();
    if has_header {
        rows.insert(0, header.map(str::to_owned));
    }
    let is_bold = |at: usize| has_header && at == 0 && context.ui.color_out;
    let lines = columns_within(&rows, width).into_iter().enumerate();
    let text = lines.map(|(at, line)| match is_bold(at) {
        true => format!("\x1b[1m{line}\x1b[0m\n"),
        false => line + "\n",
    });
    text.collect()
}
