//! A bash command line up to the cursor -> its words, and how to continue the unfinished one. Pure.
//!
//! bash does not give its completion functions the words without quotes, nor the position where it will insert an
//! answer, and it does not quote what it inserts. So this parses the line as bash does.

/// The words after the command, and the unfinished one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The finished words, as the command will get them.
    pub(super) before: Vec<String>,
    /// The typed part of the word at the cursor, without its quotes.
    pub(super) current: String,
    /// How many bytes of `current` bash leaves alone: up to an open quote or the last character that breaks words.
    kept: usize,
    open: Quote,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

impl Line {
    /// Words that a shell has already parsed; the last one is unfinished.
    pub(super) fn of_words(mut words: Vec<String>) -> Self {
        let current = words.pop().unwrap_or_default();
        Self {
            before: words,
            current,
            kept: 0,
            open: Quote::None,
        }
    }

    /// `breaks` is COMP_WORDBREAKS. `None` where awsenv has nothing to complete: in the command's own name, inside
    /// `$'…'` or a substitution.
    pub(super) fn parse(text: &str, breaks: &str) -> Option<Self> {
        let mut words: Vec<String> = Vec::new();
        let mut word: Option<String> = None;
        // The end of the last break, and of the last break or opening quote.
        let (mut broken, mut kept, mut open) = (0, 0, Quote::None);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match (open, c) {
                (Quote::None, ' ' | '\t') => {
                    words.extend(word.take());
                    (broken, kept) = (0, 0);
                    continue;
                }
                (Quote::None, ';' | '|' | '&' | '\n') => {
                    words.clear();
                    word = None;
                    (broken, kept) = (0, 0);
                    continue;
                }
                (Quote::None, '`' | '(' | '<' | '>') | (Quote::Double, '`') => return None,
                (Quote::None | Quote::Double, '$') => match chars.peek() {
                    Some('(' | '{' | '\'') if open == Quote::None => return None,
                    Some('(' | '{') => return None,
                    _ => {}
                },
                _ => {}
            }
            let text = word.get_or_insert_default();
            match (open, c) {
                (Quote::None, '\'' | '"') => {
                    open = if c == '"' { Quote::Double } else { Quote::Single };
                    kept = text.len();
                }
                (Quote::Single, '\'') | (Quote::Double, '"') => {
                    open = Quote::None;
                    kept = broken;
                }
                (Quote::None, '\\') => text.extend(chars.next()),
                (Quote::Double, '\\') => match chars.next() {
                    Some(next @ ('"' | '\\' | '$' | '`')) => text.push(next),
                    next => text.extend(['\\'].into_iter().chain(next)),
                },
                _ => {
                    text.push(c);
                    if open == Quote::None && breaks.contains(c) {
                        broken = text.len();
                        kept = broken;
                    }
                }
            }
        }
        let assignments = words.iter().take_while(|word| is_assignment(word)).count();
        if words.len() <= assignments {
            return None;
        }
        Some(Self {
            before: words.split_off(assignments + 1),
            current: word.unwrap_or_default(),
            kept,
            open,
        })
    }

    /// What bash must insert in place of the part that it replaces, so that the word becomes `value`; `None` if the
    /// word begins differently.
    pub(super) fn finish(&self, value: &str) -> Option<String> {
        if !value.starts_with(&self.current) {
            return None;
        }
        let rest = value.get(self.kept..)?;
        let mut out = String::with_capacity(rest.len());
        for c in rest.chars() {
            match (self.open, c) {
                (Quote::Single, '\'') => out.push_str(r"'\''"),
                // Between double quotes bash keeps the backslash of `\!`, so it goes outside them.
                (Quote::Double, '!') => out.push_str(r#""\!""#),
                (Quote::Double, '"' | '\\' | '$' | '`') => out.extend(['\\', c]),
                (Quote::None, _) if c.is_ascii() && !is_plain(c) => out.extend(['\\', c]),
                _ => out.push(c),
            }
        }
        // Readline closes the quote unless the text already seems to end with it.
        match self.open {
            Quote::Single if out.ends_with('\'') => out.push('\''),
            Quote::Double if out.ends_with('"') => out.push('"'),
            _ => {}
        }
        Some(out)
    }
}

/// Whether bash takes the character literally anywhere in a word.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_./:=,@%+-".contains(c)
}

/// `NAME=value` before the command.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BREAKS: &str = " \t\n\"'><=;|&(:";

    fn line(text: &str) -> Line {
        Line::parse(text, BREAKS).unwrap()
    }

    /// bash keeps the typed part up to the last open quote or break.
    fn completed(kept: &str, replaced: &str, value: &str) -> Option<String> {
        let text = format!("awsenv use {kept}{replaced}");
        line(&text).finish(value).map(|rest| format!("{kept}{rest}"))
    }

    #[test]
    fn words_lose_their_quotes() {
        let read = line(r#"X=1 awsenv use 'a b'"c\"d"\ e\$  -q my\ p"#);
        assert_eq!(read.before, ["use", "a bc\"d e$", "-q"]);
        assert_eq!((read.current.as_str(), read.kept), ("my p", 0));
        assert_eq!(line("true; awsenv use ").before, ["use"]);
        assert_eq!(line("awsenv use ").current, "");
        assert_eq!(line("awsenv use ''").current, "");
        for nothing in [
            "",
            "awsenv",
            "X=1 ",
            "awsenv use $(x",
            "awsenv use `x",
            "awsenv use $'x",
            "awsenv x >",
        ] {
            assert_eq!(Line::parse(nothing, BREAKS), None, "{nothing}");
        }
    }

    #[test]
    fn a_candidate_goes_on_where_bash_replaces() {
        let name = r#"z$(touch x)'"\`!y"#;
        assert_eq!(completed("", "z", name).unwrap(), r#"z\$\(touch\ x\)\'\"\\\`\!y"#);
        assert_eq!(completed("'", "z", name).unwrap(), r#"'z$(touch x)'\''"\`!y"#);
        assert_eq!(
            completed("\"", "z", name).unwrap(),
            "\"z\\$(touch x)'\\\"\\\\\\`\"\\!\"y"
        );
        assert_eq!(completed("'", "z", "z'").unwrap(), r"'z'\'''");
        assert_eq!(completed("\"", "z", "z!").unwrap(), r#""z"\!"""#);
        assert_eq!(completed("", "y", name), None);
        assert_eq!(completed("w:", "", "w:w x").unwrap(), r"w:w\ x");
        assert_eq!(completed("", r"w\:", "w:w").unwrap(), "w:w");
        assert_eq!(completed("", "'my 'p", "my prod").unwrap(), r"my\ prod");
        assert_eq!(completed("a:", "'b'", "a:b c").unwrap(), r"a:b\ c");
        assert_eq!(completed("a:'", "b", "a:b c").unwrap(), "a:'b c");
        assert_eq!(completed("", "~", "~root").unwrap(), r"\~root");
        assert_eq!(completed("", "", "#{a,b}*?[x]").unwrap(), r"\#\{a,b\}\*\?\[x\]");
        assert_eq!(completed("", "ü", "ünï").unwrap(), "ünï");
        assert_eq!(
            line("awsenv list --color=al").finish("--color=always").unwrap(),
            "always"
        );
    }
}
