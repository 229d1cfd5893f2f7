//! The words of a section header or a `credential_process`, split as Python's `shlex.split` splits them.
//!
//! Not a shell: no variables, globs, comments or operators. Outside quotes a backslash takes the next character
//! literally; within double quotes it does so only before `"` and `\`, and is kept otherwise; within single quotes
//! nothing is special. White space is blank, tab, carriage return and newline only.

use std::fmt;

/// Why a text cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShlexError {
    NoClosingQuotation,
    /// The text ends in a backslash.
    NoEscapedCharacter,
}

impl fmt::Display for ShlexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ShlexError::NoClosingQuotation => "a quote is not closed",
            ShlexError::NoEscapedCharacter => "it ends with a backslash",
        })
    }
}

/// The words of `text`; `""` is a word, blanks are not.
pub fn split(text: &str) -> Result<Vec<String>, ShlexError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\\' => {
                let next = chars.next().ok_or(ShlexError::NoEscapedCharacter)?;
                word.get_or_insert_default().push(next);
            }
            '\'' | '"' => quoted(c, &mut chars, word.get_or_insert_default())?,
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn quoted(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), ShlexError> {
    loop {
        match chars.next().ok_or(ShlexError::NoClosingQuotation)? {
            c if c == quote => return Ok(()),
            '\\' if quote == '"' => {
                let next = chars.next().ok_or(ShlexError::NoEscapedCharacter)?;
                if next != '"' && next != '\\' {
                    word.push('\\');
                }
                word.push(next);
            }
            c => word.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        split(text).unwrap()
    }

    #[test]
    fn words_and_quotes() {
        assert_eq!(words("profile  foo\tbar"), ["profile", "foo", "bar"]);
        assert_eq!(words("profile \"foo bar\""), ["profile", "foo bar"]);
        assert_eq!(words("profile ''"), ["profile", ""]);
        assert_eq!(words("a\"b c\"'d'e"), ["ab cde"]);
        assert_eq!(words("a\u{a0}b #c $HOME *"), ["a\u{a0}b", "#c", "$HOME", "*"]);
        assert_eq!(words(" \t"), Vec::<String>::new());
    }

    #[test]
    fn backslashes() {
        assert_eq!(words(r"profile dom\user"), ["profile", "domuser"]);
        assert_eq!(words(r#""\$a \" \\ \n""#), [r#"\$a " \ \n"#]);
        assert_eq!(words(r"'\'a\ b"), [r"\a b"]);
        assert_eq!(words("a\\\nb"), ["a\nb"]);
    }

    #[test]
    fn what_is_left_open() {
        assert_eq!(split("profile o'brien"), Err(ShlexError::NoClosingQuotation));
        assert_eq!(split("\"a\\"), Err(ShlexError::NoEscapedCharacter));
        assert_eq!(split("a\\"), Err(ShlexError::NoEscapedCharacter));
    }
}
