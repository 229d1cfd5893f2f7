//! A row of the picker: mark, name, kind, account, region, as many as fit.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::ops::catalog::Entry;
use crate::sys::picker::{Cell, Look};
use crate::text::{cut, display};

/// The maximum width of each column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    name: usize,
    kind: usize,
    account: usize,
    region: usize,
}

const GAP: usize = 2;
/// Columns for the mark of the active profile, or a blank.
const MARK: usize = 2;
/// Columns that the name keeps even if the other columns have to go.
const LEAST_NAME: usize = 24;
/// In columns; no real account or region is wider, so the rest is cut.
const MOST_OTHER: usize = 16;

impl Columns {
    pub(super) fn of(entries: &[Entry]) -> Self {
        let widest = |of: fn(&Entry) -> usize| entries.iter().map(of).max().unwrap_or(0);
        Self {
            name: widest(|entry| width(&entry.name)),
            kind: widest(|entry| entry.kind.as_str().len()),
            account: widest(|entry| entry.account_id.as_deref().map_or(0, width)).min(MOST_OTHER),
            region: widest(|entry| entry.region.as_deref().map_or(0, width)).min(MOST_OTHER),
        }
    }

    /// Of a row that needs no cut.
    pub(super) fn width(&self) -> usize {
        MARK + self.name + self.beside()
    }

    fn beside(&self) -> usize {
        let others = [self.kind, self.account, self.region];
        others.iter().filter(|width| **width > 0).map(|width| width + GAP).sum()
    }

    pub(super) fn row(&self, entry: &Entry, look: Look, is_active: bool, columns: usize) -> Vec<Cell> {
        let others = [self.kind, self.account, self.region];
        let beside = self.beside();
        let room = columns.saturating_sub(MARK);
        let name = self.name.min(room.saturating_sub(beside).max(LEAST_NAME)).min(room);
        let mut left = room - name;
        // A blank of another colour would be visible in the row under the cursor, which is drawn in reverse.
        let (mark, mark_look) = if is_active {
            ("* ", Look::Active)
        } else {
            ("  ", Look::Plain)
        };
        let mut cells = vec![cell(mark, MARK, mark_look, None), name_cell(&entry.name, name, look)];
        let texts = [
            (entry.kind.as_str(), None),
            (entry.account_id.as_deref().unwrap_or_default(), Some(1)),
            (entry.region.as_deref().unwrap_or_default(), Some(3)),
        ];
        for ((text, field), width) in texts.into_iter().zip(others) {
            if width == 0 {
                continue;
            }
            if left < width + GAP {
                break;
            }
            left -= width + GAP;
            cells.push(cell("", GAP, Look::Plain, None));
            cells.push(cell(text, width, Look::Faint, field));
        }
        cells
    }
}

/// Cuts a long name in the middle, because long names often differ at their ends.
fn name_cell(name: &str, width: usize, look: Look) -> Cell {
    let shown = display(name);
    // In an escaped or cut name the characters are not where a query found them.
    let field = (shown == name && shown.width() <= width).then_some(0);
    let tail = width / 3;
    if shown.width() <= width || tail == 0 {
        return cell(name, width, look, field);
    }
    let mut room = tail;
    let fits = |c: &char| {
        let left = room.checked_sub(c.width().unwrap_or(0));
        room = left.unwrap_or(0);
        left.is_some()
    };
    let mut end: Vec<char> = shown.chars().rev().take_while(fits).collect();
    end.reverse();
    let mut text = cut(shown, width - tail);
    text.extend(end);
    fill(text, width, look, field)
}

/// Makes `text` safe, and cuts or fills it to `width`.
fn cell(text: &str, width: usize, look: Look, field: Option<usize>) -> Cell {
    fill(cut(display(text), width), width, look, field)
}

fn fill(mut text: String, width: usize, look: Look, field: Option<usize>) -> Cell {
    let missing = width.saturating_sub(text.width());
    text.extend(std::iter::repeat_n(' ', missing));
    Cell { text, look, field }
}

fn width(text: &str) -> usize {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        text.len()
    } else {
        display(text).width()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Kind;

    fn entry(name: &str, account: Option<&str>, region: Option<&str>) -> Entry {
        Entry {
            name: name.to_owned(),
            kind: Kind::AssumeRole,
            region: region.map(str::to_owned),
            account_id: account.map(str::to_owned),
            role_arn: None,
            source_profile: None,
            place: None,
        }
    }

    fn text(entries: &[Entry], at: usize, columns: usize) -> String {
        let row = Columns::of(entries).row(&entries[at], Look::Plain, at == 0, columns);
        row.into_iter().map(|cell| cell.text).collect()
    }

    #[test]
    fn columns_stand_below_each_other_and_go_from_the_right() {
        let entries = [
            entry("dev", Some("123456789012"), Some("eu-west-1")),
            entry("production-admin", None, Some("us-east-1")),
        ];
        assert_eq!(
            text(&entries, 0, 80),
            "* dev               assume-role  123456789012  eu-west-1"
        );
        assert_eq!(
            text(&entries, 1, 80),
            "  production-admin  assume-role                us-east-1"
        );
        assert_eq!(text(&entries, 1, 45), "  production-admin  assume-role              ");
        assert_eq!(text(&entries, 1, 20), "  production-admin");
        assert_eq!(text(&entries, 1, 12), "  produc…min");
        assert_eq!(text(&entries, 1, 0), "  ");
    }

    #[test]
    fn hostile_names_are_shown_safe_and_never_wider_than_the_row() {
        for name in [
            "\x1b]52;c;x\x07",
            "a\u{202e}b",
            &"x".repeat(300),
            &"界".repeat(150),
            "\u{301}\u{200b}",
        ] {
            let entries = [entry("plain", None, None), entry(name, Some(name), Some(name))];
            for columns in [0, 1, 2, 3, 10, 40, 80, 200] {
                let shown = text(&entries, 1, columns);
                assert!(shown.width() <= columns.max(MARK), "{columns}: {shown:?}");
                assert_eq!(display(&shown), shown);
            }
        }
    }
}
