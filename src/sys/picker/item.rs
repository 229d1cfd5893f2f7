//! An entry of the menu, in the form that skim takes.

use std::borrow::Cow;
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
}

/// All fields with a blank between them.
pub(super) struct Text {
    pub(super) fields: [Arc<str>; FIELDS],
    whole: String,
}

impl Item {
    pub(super) fn new(menu: Arc<dyn Menu>, index: usize, color: bool) -> Self {
        Self {
            menu,
            index,
            color,
            text: OnceLock::new(),
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
        let cells = self.menu.row(self.index, context.container_width);
        let mut line = Line::default();
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
