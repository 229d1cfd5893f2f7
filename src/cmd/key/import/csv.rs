//! CSV files with access keys, as the AWS console creates them. They are small and hold secrets, so they are parsed
//! here, in memory that is wiped.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html>

use std::path::Path;

use zeroize::Zeroizing;

use super::elsewhere::Found;
use crate::error::{Error, Kind};
use crate::secret::Secret;
use crate::sys;
use crate::text::display;

/// In bytes; enough for more than a thousand keys.
const MAX: usize = 1024 * 1024;

const ID: &str = "access key id";
const SECRET: &str = "secret access key";
const USER: &str = "user name";

/// The users that the file names, as profiles to import for.
pub(super) fn names(path: &Path) -> Result<Vec<String>, Error> {
    let rows = rows(path)?;
    let names: Option<Vec<String>> = rows
        .iter()
        .map(|row| row.user.as_ref().map(|user| user.to_string()))
        .collect();
    names.ok_or_else(|| {
        Error::new(
            Kind::Usage,
            "the file has no user names: name the profile that its key is for",
        )
    })
}

/// The key of the user named like the profile, else the only key.
pub(super) fn keys(path: &Path, profile: &str) -> Result<Found, Error> {
    let mut rows = rows(path)?;
    let at = rows
        .iter()
        .position(|row| row.user.as_ref().is_some_and(|user| **user == profile));
    let only = (rows.len() == 1).then_some(0);
    let Some(at) = at.or(only) else {
        let message = format!(
            "`{}` has several keys, but none for a user `{}`",
            path.display(),
            display(profile)
        );
        return Err(Error::new(Kind::Failed, message));
    };
    let row = rows.swap_remove(at);
    Ok(Found {
        place: format!("{}:{}: ", path.display(), row.line),
        access_key_id: row.id.to_string(),
        secret_access_key: Secret::new(row.secret.to_string()),
        edits: Vec::new(),
        layout: Vec::new(),
    })
}

struct Row {
    line: usize,
    user: Option<Zeroizing<String>>,
    id: Zeroizing<String>,
    secret: Zeroizing<String>,
}

fn rows(path: &Path) -> Result<Vec<Row>, Error> {
    let fail = |why: String| Error::new(Kind::Failed, format!("cannot read `{}`: {why}", path.display()));
    let bytes = sys::fs::read_named(path).map_err(|error| fail(error.to_string()))?;
    let bytes = Zeroizing::new(bytes);
    if bytes.len() > MAX {
        return Err(fail("it is too large for a list of keys".to_owned()));
    }
    let text = str::from_utf8(&bytes).map_err(|_| fail("it is not UTF-8".to_owned()))?;
    parse(text).map_err(|(line, why)| {
        Error::new(Kind::Failed, format!("{}:{line}: {why}", path.display()))
            .hint("a CSV file from the AWS console has the columns `Access key ID` and `Secret access key`")
    })
}

/// The error holds the line number.
fn parse(text: &str) -> Result<Vec<Row>, (usize, &'static str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, head) = lines.next().ok_or((1, "it is empty"))?;
    let head = cells(head).ok_or((1, "a quote is not closed"))?;
    let column = |name: &str| head.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name));
    let (Some(id), Some(secret)) = (column(ID), column(SECRET)) else {
        return Err((1, "it has no columns for an access key"));
    };
    let user = column(USER);
    let mut rows = Vec::new();
    for (at, line) in lines {
        let cells = cells(line).ok_or((at + 1, "a quote is not closed"))?;
        let cell = |column: usize| cells.get(column).map(|cell| Zeroizing::new(cell.trim().to_owned()));
        let full = |column| cell(column).filter(|cell| !cell.is_empty());
        let (Some(id), Some(secret)) = (full(id), full(secret)) else {
            return Err((at + 1, "half of the key is missing"));
        };
        let user = user.and_then(full);
        rows.push(Row {
            line: at + 1,
            user,
            id,
            secret,
        });
    }
    if rows.is_empty() {
        Err((1, "it has no key"))
    } else {
        Ok(rows)
    }
}

/// `None` if a quote is not closed. `""` within quotes is a quote (RFC 4180).
fn cells(line: &str) -> Option<Vec<Zeroizing<String>>> {
    let new = || Zeroizing::new(String::with_capacity(line.len()));
    let mut cells = vec![new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let cell = cells.last_mut()?;
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(new()),
            c => cell.push(c),
        }
    }
    (!quoted).then_some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Cells = (Option<String>, String, String);

    fn read(text: &str) -> Result<Vec<Cells>, (usize, &'static str)> {
        let rows = parse(text)?.into_iter();
        Ok(rows
            .map(|row| {
                (
                    row.user.map(|user| user.to_string()),
                    row.id.to_string(),
                    row.secret.to_string(),
                )
            })
            .collect())
    }

    #[test]
    fn both_forms_of_the_console() {
        let keys = |user: Option<&str>| vec![(user.map(str::to_owned), "AKIA1".to_owned(), "a/b+c".to_owned())];
        assert_eq!(
            read("\u{feff}Access key ID,Secret access key\r\nAKIA1,a/b+c\r\n"),
            Ok(keys(None))
        );
        assert_eq!(
            read(
                "User name,Password,Access key ID,Secret access key,Console login link\nada,,AKIA1,\"a/b+c\",https://x\n"
            ),
            Ok(keys(Some("ada")))
        );
    }

    #[test]
    fn what_is_none_says_where() {
        assert_eq!(read(""), Err((1, "it is empty")));
        assert_eq!(read("a,b\n1,2\n"), Err((1, "it has no columns for an access key")));
        assert_eq!(
            read("Access key ID,Secret access key\n\nAKIA1\n"),
            Err((3, "half of the key is missing"))
        );
        assert_eq!(
            read("Access key ID,Secret access key\n\"AKIA1,x\n"),
            Err((2, "a quote is not closed"))
        );
        assert_eq!(read("Access key ID,Secret access key\n"), Err((1, "it has no key")));
    }
}
