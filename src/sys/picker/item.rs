//! An entry of the menu, in the form that skim takes.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use skim::{DisplayContext, ItemPreview, Matches, PreviewContext, SkimItem};

use super::{Cell, FIELDS, Look, Menu};

pub(super) struct Item {
    menu: Arc<dyn Menu>,
    index: usize,
    color: bool,
    /// Computed only when a query needs it; the first screen does not.
    text: OnceLock<Text>,
    /// `None` where only one entry can be taken.
    marked: Option<AtomicBool>,
}

/// Before a row where several entries can be taken; none is wider.
pub(super) const MARK: &str = "+ ";
const NO_MARK: &str = "  ";

/// All fields with a blank between them.
pub(super) struct Text {
    pub(super) fields: [Arc<str>; FIELDS],
    whole: String,
}

impl Item {
    pub(super) fn new(menu: Arc<dyn Menu>, index: usize, color: bool, can_be_marked: bool) -> Self {
        Self {
            menu,
            index,
            color,
            text: OnceLock::new(),
            marked: can_be_marked.then(AtomicBool::default),
        }
    }

    pub(super) fn is_marked(&self) -> bool {
        self.marked
            .as_ref()
            .is_some_and(|marked| marked.load(Ordering::Relaxed))
    }

    pub(super) fn mark(&self, is_marked: bool) {
        if let Some(marked) = &self.marked {
            marked.store(is_marked, Ordering::Relaxed);
        }
    }

    pub(super) fn index(&self) -> usize {
        self.index
    }

    pub(super) fn parts(&self) -> &Text {
        self.text.get_or_init(|| {
            let fields = self.menu.fields(self.index);
            let whole = fields.join(" ");
            Text {
                fields: fields.map(Arc::from),
                whole,
            }
        })
    }
}

impl SkimItem for Item {
    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.parts().whole)
    }

    fn display(&self, context: DisplayContext) -> Line<'_> {
        let matched = match &context.matches {
            Matches::CharIndices(indices) => indices.clone(),
            Matches::CharRange(start, end) => (*start..*end).collect(),
            Matches::ByteRange(..) | Matches::None => Vec::new(),
        };
        let mut line = Line::default();
        let mut width = context.container_width;
        if self.marked.is_some() {
            let (mark, look) = match self.is_marked() {
                true => (MARK, Look::Active),
                false => (NO_MARK, Look::Plain),
            };
            line.push_span(Span::styled(mark, context.base_style.patch(style(look, self.color))));
            width = width.saturating_sub(MARK.len());
        }
        let cells = self.menu.row(self.index, width);
        for cell in cells {
            let style = context.base_style.patch(style(cell.look, self.color));
            let at = if matched.is_empty() { None } else { self.offset(&cell) };
            let Some(at) = at else {
                line.push_span(Span::styled(cell.text, style));
                continue;
            };
            let is_matched = |(position, _): &(usize, char)| matched.contains(&(at + position));
            let mut chars = cell.text.chars().enumerate().peekable();
            while let Some(first) = chars.next() {
                let stands_out = is_matched(&first);
                let mut text = String::from(first.1);
                while let Some((_, c)) = chars.next_if(|next| is_matched(next) == stands_out) {
                    text.push(c);
                }
                let style = if stands_out {
                    style.patch(context.matched_style)
                } else {
                    style
                };
                line.push_span(Span::styled(text, style));
            }
        }
        line
    }

    fn preview(&self, _: PreviewContext) -> ItemPreview {
        ItemPreview::AnsiText(self.menu.preview(self.index))
    }
}

impl Item {
    /// Where the cell's field begins in the text, in characters.
    fn offset(&self, cell: &Cell) -> Option<usize> {
        let before = &self.parts().fields[..cell.field?];
        Some(before.iter().map(|field| field.chars().count() + 1).sum())
    }
}

/// Without colour, bold and the like still make the difference visible.
fn style(look: Look, color: bool) -> Style {
    match look {
        Look::Active if color => Style::new().fg(Color::Green).bold(),
        Look::Active => Style::new().bold(),
        Look::Danger if color => Style::new().fg(Color::Red),
        Look::Danger => Style::new().bold().underlined(),
        Look::Faint => Style::new().dim(),
        Look::Plain => Style::new(),
    }
}
