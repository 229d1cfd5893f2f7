//! A row of the picker: mark, name, kind, account, region, as many as fit. Where the name of an account is known, it is
//! shown instead of the number.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::ops::catalog::Entry;
use crate::ops::sso::known::Member;
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
/// In columns; no real region is wider, so the rest is cut.
const MOST_OTHER: usize = 16;
/// In columns; names of accounts may be wider, and are cut.
const MOST_ACCOUNT: usize = 24;

/// A profile, and what is known of it beside the files.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) entry: Entry,
    /// Of IAM Identity Center.
    pub(super) member: Option<Member>,
}

impl Shown {
    fn kind(&self) -> &'static str {
        match &self.member {
            Some(member) if !member.is_signed_in => "sso (out)",
            _ => self.entry.kind.as_str(),
        }
    }

    /// Its name, or its number.
    fn account(&self) -> &str {
        let name = self.member.as_ref().and_then(|member| member.account_name.as_deref());
        name.or(self.entry.account_id.as_deref()).unwrap_or_default()
    }

    /// What a query finds the account by; what is shown comes first.
    pub(super) fn account_words(&self) -> String {
        let id = self.entry.account_id.as_deref().unwrap_or_default();
        match self.account() {
            name if name != id => format!("{name} {id}"),
            _ => id.to_owned(),
        }
    }
}

impl Columns {
    pub(super) fn of(shown: &[Shown]) -> Self {
        let widest = |of: fn(&Shown) -> usize| shown.iter().map(of).max().unwrap_or(0);
        Self {
            name: widest(|shown| width(&shown.entry.name)),
            kind: widest(|shown| shown.kind().len()),
            account: widest(|shown| width(shown.account())).min(MOST_ACCOUNT),
            region: widest(|shown| shown.entry.region.as_deref().map_or(0, width)).min(MOST_OTHER),
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

    pub(super) fn row(&self, shown: &Shown, look: Look, is_active: bool, columns: usize) -> Vec<Cell> {
        let entry = &shown.entry;
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
            (shown.kind(), None),
            (shown.account(), Some(1)),
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

    fn entry(name: &str, account: Option<&str>, region: Option<&str>) -> Shown {
        let entry = Entry {
            name: name.to_owned(),
            kind: Kind::AssumeRole,
            region: region.map(str::to_owned),
            account_id: account.map(str::to_owned),
            role_arn: None,
            source_profile: None,
            place: None,
        };
        Shown { entry, member: None }
    }

    fn member(mut shown: Shown, account_name: Option<&str>, is_signed_in: bool) -> Shown {
        shown.entry.kind = Kind::Sso;
        shown.member = Some(Member {
            session: "corp".to_owned(),
            role: "Admin".to_owned(),
            account_name: account_name.map(str::to_owned),
            is_signed_in,
            is_refreshed: false,
            expires: None,
        });
        shown
    }

    #[test]
    fn an_account_has_its_name_and_its_sign_in() {
        let id = Some("123456789012");
        let entries = [
            member(entry("a", id, None), Some("Data Lake"), true),
            member(entry("b", id, None), None, false),
        ];
        assert_eq!(text(&entries, 0, 80), "* a  sso        Data Lake   ");
        assert_eq!(text(&entries, 1, 80), "  b  sso (out)  123456789012");
        assert_eq!(entries[0].account_words(), "Data Lake 123456789012");
        assert_eq!(entries[1].account_words(), "123456789012");
    }

    fn text(entries: &[Shown], at: usize, columns: usize) -> String {
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
