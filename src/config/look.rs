//! A file that botocore refuses -> what the line that it gives up at was meant to be. Names keys, never a value.

use std::fmt;

use super::document::Document;
use super::reason::Reason;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// It begins with what begins a comment elsewhere.
    Comment(&'static str),
    /// git could not merge the file.
    Conflict,
    /// The file of the console, or of `aws iam`.
    Csv,
    Json,
    /// A known key comes before the first header.
    KeyBeforeHeader,
    /// `[profile b`
    NoClosingBracket,
    /// `aws_access_key_id AKIA…`
    NoEquals(String),
    /// `profile b]`
    NoOpeningBracket,
    /// `export AWS_REGION=…` before the first header.
    Variable,
}

impl Look {
    /// With the line, which is an earlier one for a conflict.
    pub(super) fn of(document: &Document) -> Option<(u32, Self)> {
        let error = document.error()?;
        if let Some(line) = conflict(document) {
            return Some((line, Look::Conflict));
        }
        let (_, text, line) = document.lines().find(|(.., line)| *line == error.line)?;
        Some((line, of_line(text.trim(), &error.reason)?))
    }

    /// What to do about it.
    pub fn remedy(&self) -> String {
        match self {
            Look::Comment(_) => "begin the comment with `#`".to_owned(),
            Look::Conflict => {
                "keep one of the two parts, and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`".to_owned()
            }
            Look::Csv => {
                "delete these lines here; `awsenv key import NAME --from csv:PATH` takes the keys from the file of the console"
                    .to_owned()
            }
            Look::Json => {
                "delete these lines here; `awsenv key add NAME --stdin` takes the JSON of `aws iam create-access-key`"
                    .to_owned()
            }
            Look::KeyBeforeHeader => "write a header such as `[default]` above it".to_owned(),
            Look::NoClosingBracket => "end the header with `]`".to_owned(),
            Look::NoEquals(key) => format!("write `{key} = …`"),
            Look::NoOpeningBracket => "begin the header with `[`".to_owned(),
            Look::Variable => {
                "write a header such as `[default]`, and below it `aws_access_key_id = …` and so on without `export`"
                    .to_owned()
            }
        }
    }
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Look::Comment(mark) => write!(f, "`{mark}` does not begin a comment here"),
            Look::Conflict => write!(f, "git left a merge conflict in the file"),
            Look::Csv => write!(f, "the line is of a CSV file with access keys"),
            Look::Json => write!(f, "the line is of a JSON document"),
            Look::KeyBeforeHeader => write!(f, "the line is before the first section header"),
            Look::NoClosingBracket => write!(f, "the header has no `]`"),
            Look::NoEquals(key) => write!(f, "there is no `=` behind `{key}`"),
            Look::NoOpeningBracket => write!(f, "the header has no `[`"),
            Look::Variable => write!(
                f,
                "the line sets a variable of a shell, and is before the first section header"
            ),
        }
    }
}

/// The line at which the first of two sides begins.
fn conflict(document: &Document) -> Option<u32> {
    let starts = |mark: &str| {
        let mut lines = document.lines();
        lines.find(|(_, text, _)| text.starts_with(mark)).map(|(.., line)| line)
    };
    let first = starts("<<<<<<<")?;
    starts(">>>>>>>").filter(|last| *last > first).map(|_| first)
}

const COMMENTS: [&str; 5] = ["//", "/*", "<!--", "--", "%"];

/// Above a shell's variables.
const SETTERS: [&str; 5] = ["export ", "set ", "setx ", "$env:", "${env:"];

fn of_line(text: &str, reason: &Reason) -> Option<Look> {
    let lower = text.to_lowercase();
    let is_refused = matches!(reason, Reason::NoDelimiter | Reason::NoHeader | Reason::EmptyKey);
    if !is_refused || text.is_empty() {
        return None;
    }
    if let Some(mark) = COMMENTS.iter().find(|mark| text.starts_with(**mark)) {
        return Some(Look::Comment(mark));
    }
    if is_json(text) {
        return Some(Look::Json);
    }
    if is_csv(&lower) {
        return Some(Look::Csv);
    }
    match (text.starts_with('['), text.ends_with(']')) {
        (true, _) if !text.contains(']') => return Some(Look::NoClosingBracket),
        (false, true) if !text.contains(['[', '=']) => return Some(Look::NoOpeningBracket),
        _ => {}
    }
    let plain = SETTERS
        .iter()
        .find_map(|setter| lower.strip_prefix(setter))
        .unwrap_or(&lower)
        .trim_start();
    let key = plain.split([' ', '\t', '=', ':', '}']).next().unwrap_or_default();
    match (is_key(key), reason) {
        (true, Reason::NoHeader) if plain.len() < lower.len() || text.starts_with("AWS_") => Some(Look::Variable),
        (true, Reason::NoHeader) => Some(Look::KeyBeforeHeader),
        (true, Reason::NoDelimiter) if plain.len() == lower.len() => Some(Look::NoEquals(key.to_owned())),
        _ => None,
    }
}

/// Whether a word is a key by its look. No secret has a `_`.
fn is_key(word: &str) -> bool {
    const WITHOUT: [&str; 4] = ["output", "region", "s3", "services"];
    let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    WITHOUT.contains(&word) || word.contains('_') && word.len() < 40 && word.split('_').all(is_plain)
}

fn is_json(text: &str) -> bool {
    let is_entry = text.starts_with('"') && text.contains("\":");
    is_entry || text.starts_with('{') || ["[", "[{", "}", "},", "]"].contains(&text)
}

/// The titles of the columns, or an access key id between commas.
fn is_csv(lower: &str) -> bool {
    let mut columns = lower
        .split(',')
        .map(|column| column.trim_matches(['"', ' ', '\u{feff}']));
    lower.contains(',')
        && columns.any(|column| {
            let is_id = column.len() >= 16 && (column.starts_with("akia") || column.starts_with("asia"));
            is_id || ["access key id", "secret access key", "user name"].contains(&column)
        })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn look(text: &str) -> Option<(u32, Look)> {
        Look::of(&Document::parse(Path::new("f"), text.as_bytes().to_vec()))
    }

    #[test]
    fn lines_that_were_meant_otherwise() {
        let key = |key: &str| Look::NoEquals(key.to_owned());
        for (text, line, found) in [
            ("[profile a]\n[profile b\nregion = r\n", 2, Look::NoClosingBracket),
            ("[profile b\n", 1, Look::NoClosingBracket),
            ("[profile a]\nprofile b]\n", 2, Look::NoOpeningBracket),
            (
                "[a]\naws_access_key_id AKIAIOSFODNN7EXAMPLE\n",
                2,
                key("aws_access_key_id"),
            ),
            (
                "[a]\nAWS_Access_Key_Id\tAKIAIOSFODNN7EXAMPLE\n",
                2,
                key("aws_access_key_id"),
            ),
            ("[a]\nregion eu-west-1\n", 2, key("region")),
            ("[a]\nregion\n", 2, key("region")),
            ("region = eu-west-1\n", 1, Look::KeyBeforeHeader),
            ("export AWS_ACCESS_KEY_ID=\"AKIA\"\n[a]\n", 1, Look::Variable),
            ("AWS_ACCESS_KEY_ID=AKIA\n", 1, Look::Variable),
            ("$Env:AWS_ACCESS_KEY_ID=\"AKIA\"\n", 1, Look::Variable),
            ("SET AWS_ACCESS_KEY_ID=AKIA\n", 1, Look::Variable),
            ("[a]\n// note\n", 2, Look::Comment("//")),
            ("// note\n[a]\n", 1, Look::Comment("//")),
            ("[a]\n-- note\n", 2, Look::Comment("--")),
            ("[a]\n/* note */\n", 2, Look::Comment("/*")),
            ("{\n  \"AccessKey\": {\n", 1, Look::Json),
            ("[a]\n{\n", 2, Look::Json),
            ("[a]\n}\n", 2, Look::Json),
            ("\"AccessKeyId\": \"x\"\n", 1, Look::Json),
            ("Access key ID,Secret access key\nAKIA,x\n", 1, Look::Csv),
            ("User name,Password\n", 1, Look::Csv),
            (
                "[a]\nAKIAIOSFODNN7EXAMPLE,wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
                2,
                Look::Csv,
            ),
            (
                "[a]\n<<<<<<< HEAD\nregion = r\n=======\nregion = q\n>>>>>>> x\n",
                2,
                Look::Conflict,
            ),
            ("<<<<<<< HEAD\n[a]\n=======\n[b]\n>>>>>>> x\n", 1, Look::Conflict),
        ] {
            assert_eq!(look(text), Some((line, found)), "{text}");
        }
    }

    #[test]
    fn other_lines_are_not_guessed() {
        for text in [
            "[a]\nwJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
            "[a]\nnonsense\n",
            "[a]\nregion = r\nregion = q\n",
            "[a]\n<<<<<<< HEAD\n",
            "[]\n",
            "[a]\n= x\n",
            "\u{feff}[a]\n",
            "[a]\nregion = r\n",
        ] {
            assert_eq!(look(text), None, "{text}");
        }
    }
}
