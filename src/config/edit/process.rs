//! The words of a program -> a value of `credential_process` that all readers split alike.
//!
//! botocore splits by Python's `shlex`, other SDKs pass the value to `sh -c` or `cmd.exe /C`, and some of them end it
//! earlier at a `#` or `;` after a blank, or remove quotes around the whole value.

use super::EditError;
use super::names::{breaks, unholdable};
use crate::config::shlex;

/// The value that means these words, the program first.
///
/// # Errors
/// A word that no file can hold, or no word at all.
pub(in crate::config) fn process_value(words: &[String]) -> Result<String, EditError> {
    const WHAT: &str = "the command";
    if words.first().is_none_or(String::is_empty) {
        return unholdable(WHAT, "it does not name a program");
    }
    if words.iter().any(|word| word.contains(breaks)) {
        return unholdable(WHAT, "it has a line break or control character");
    }
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    let mut value = quoted.join(" ");
    if is_wrapped(&value) {
        let first = unwrapped(&words[0]);
        value = std::iter::once(first.as_str())
            .chain(quoted.iter().skip(1).map(String::as_str))
            .collect::<Vec<_>>()
            .join(" ");
    }
    if is_wrapped(&value) || shlex::split(&value).as_deref() != Ok(words) {
        return unholdable(WHAT, "readers would interpret its quotes differently");
    }
    Ok(value)
}

/// Characters that are special neither to `shlex` nor to a shell. `=` would set a variable, `~` would be a directory.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-/.%@:+,".contains(c)
}

/// One word. In double quotes, which `cmd.exe` knows too, unless something in it is special to a shell.
fn quote(word: &str) -> String {
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    let is_special = word.contains(['"', '$', '`']) || word.contains("\\\\") || word.ends_with('\\');
    if !is_special {
        return enclose(word, '"');
    }
    let parts: Vec<String> = word.split('\'').map(|part| enclose(part, '\'')).collect();
    parts.join("\"'\"")
}

/// `word` in quotes, which are closed and opened again before a `#` or `;` that follows a blank.
fn enclose(word: &str, quote: char) -> String {
    let mut out = String::from(quote);
    let mut before = 'x';
    for c in word.chars() {
        if matches!(c, '#' | ';') && matches!(before, ' ' | '\t') {
            out.extend([quote, quote]);
        }
        out.push(c);
        before = c;
    }
    out.push(quote);
    out
}

/// Whether the value begins and ends with the same quote.
fn is_wrapped(value: &str) -> bool {
    ['"', '\'']
        .into_iter()
        .any(|quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote))
}

/// The word with its first character outside the quotes, if possible.
fn unwrapped(word: &str) -> String {
    match word.chars().next() {
        Some(first) if is_plain(first) => format!("{first}{}", quote(&word[first.len_utf8()..])),
        _ => quote(word),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        process_value(&words).unwrap()
    }

    #[test]
    fn words_are_quoted_only_if_need_be() {
        assert_eq!(
            value(&["/usr/bin/awsenv", "credential-process", "a/b@c"]),
            "/usr/bin/awsenv credential-process a/b@c"
        );
        assert_eq!(value(&["/x/awsenv", "p", "two words"]), "/x/awsenv p \"two words\"");
        assert_eq!(
            value(&["/my bin/awsenv", "p", "two words"]),
            "/\"my bin/awsenv\" p \"two words\""
        );
        assert_eq!(value(&["a", "$x"]), "a '$x'");
        assert_eq!(value(&["a", "o'b$"]), "a 'o'\"'\"'b$'");
        assert_eq!(value(&["a", ""]), "a \"\"");
        assert_eq!(value(&["a", "b #c"]), "a \"b \"\"#c\"");
        assert_eq!(
            value(&[r"C:\My Files\awsenv.exe", "x y"]),
            "C\":\\My Files\\awsenv.exe\" \"x y\""
        );
        assert!(process_value(&[]).is_err());
        assert!(process_value(&["a".into(), "b\nc".into()]).is_err());
    }

    /// How `sh` splits it.
    #[cfg(unix)]
    fn by_shell(value: &str) -> Vec<String> {
        let script = format!("set -f; printf '%s\\0' {value}");
        let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    #[cfg(unix)]
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_shell_and_python_agree(words in prop::collection::vec(r#"[a-z '"$`\\#;~*=!&|%()ü]{0,6}"#, 1..4)) {
            prop_assume!(!words[0].is_empty());
            if let Ok(value) = process_value(&words) {
                prop_assert_eq!(&shlex::split(&value).unwrap(), &words);
                prop_assert_eq!(&by_shell(&value), &words);
                let cut = [" #", " ;", "\t#", "\t;"];
                prop_assert!(!cut.iter().any(|cut| value.contains(cut)));
                prop_assert_eq!(value.trim(), value.as_str());
            }
        }
    }
}
