//! The menu of roles that an import may add, of which several can be marked.

use std::fmt::Write as _;
use std::sync::Arc;

use unicode_width::UnicodeWidthStr as _;

use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ops::sso::plan::New;
use crate::sys::picker::{self, Cell, FIELDS, Look, Menu};
use crate::sys::sso::listing::Listing;
use crate::text::{cut, display};

/// The roles that the user marks, by the profiles that they would become.
///
/// # Errors
/// The user leaves without choosing; the terminal's.
pub fn pick(context: &Context, session: &str, listing: Listing, new: Vec<New>) -> Result<Vec<New>, Error> {
    let width = |of: fn(&New) -> &str| new.iter().map(|new| display(of(new)).width()).max().unwrap_or(0);
    let menu = Arc::new(Roles {
        account: width(|new| &new.role.account_name).min(MOST),
        role: width(|new| &new.role.role).min(MOST),
        session: session.to_owned(),
        listing,
        new,
    });
    let picked = picker::pick_many(
        Arc::<Roles>::clone(&menu),
        "",
        &context.settings().picker,
        context.ui.color,
    );
    let picked = picked.map_err(|error| Error::new(Kind::Failed, format!("the picker failed: {error}")))?;
    let picked = picked.ok_or_else(Error::cancelled)?;
    Ok(picked.into_iter().map(|index| menu.new[index].clone()).collect())
}

/// Checks that [`pick`] can ask.
///
/// # Errors
/// There is no terminal.
pub fn check(context: &Context) -> Result<(), Error> {
    let process = context.process;
    picker::check_terminal(process.stderr_tty, process.env.text("TERM")).map_err(|why| {
        let message = format!("cannot choose roles without a terminal: {why}");
        Error::new(Kind::Usage, message).hint("add `--all` to import every role")
    })
}

/// In columns; the names of accounts have at most 50 characters.
const MOST: usize = 50;
const GAP: usize = 2;
/// In columns, of an account's number.
const NUMBER: usize = 12;

struct Roles {
    session: String,
    listing: Listing,
    new: Vec<New>,
    /// In columns.
    account: usize,
    role: usize,
}

impl Menu for Roles {
    fn len(&self) -> usize {
        self.new.len()
    }

    fn width(&self) -> usize {
        self.account + GAP + self.role + GAP + NUMBER
    }

    fn fields(&self, index: usize) -> [String; FIELDS] {
        let New { name, role } = &self.new[index];
        [
            role.account_name.clone(),
            role.role.clone(),
            role.account_id.clone(),
            name.clone(),
            String::new(),
        ]
    }

    fn row(&self, index: usize, width: usize) -> Vec<Cell> {
        let role = &self.new[index].role;
        let mut left = width;
        let mut cells = Vec::new();
        for (text, column, look, field) in [
            (&role.account_name, self.account, Look::Plain, 0),
            (&role.role, self.role, Look::Plain, 1),
            (&role.account_id, NUMBER, Look::Faint, 2),
        ] {
            let shown = cut(display(text), column.min(left));
            let used = shown.width();
            cells.push(Cell {
                field: (shown == *text).then_some(field),
                text: shown,
                look,
            });
            let blank = (column + GAP).saturating_sub(used).min(left.saturating_sub(used));
            cells.push(Cell {
                text: " ".repeat(blank),
                look: Look::Plain,
                field: None,
            });
            left = left.saturating_sub(used + blank);
        }
        cells
    }

    fn preview(&self, index: usize) -> String {
        let New { name, role } = &self.new[index];
        let mut text = format!("[profile {}]\n", display(name));
        for (key, value) in [
            ("sso_session", &self.session),
            ("sso_account_id", &role.account_id),
            ("sso_role_name", &role.role),
        ] {
            let _ = writeln!(text, "{key} = {}", display(value));
        }
        let account = self.listing.account(&role.account_id);
        if let Some(account) = account.filter(|account| !account.email.is_empty()) {
            let _ = writeln!(text, "\naccount of {}", display(&account.email));
        }
        text
    }
}
