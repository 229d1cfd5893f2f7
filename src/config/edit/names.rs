//! What a file can hold so that botocore and awsenv read back exactly that.

use super::EditError;
use crate::config::locate::FileKind;
use crate::config::python::{lower, strip};
use crate::config::shlex;
use crate::credentials::pair::resembles;

/// A key on a line of its own, lower case.
pub(super) fn check_key(key: &str) -> Result<(), EditError> {
    let refused = |why| unholdable("the key", why);
    text("the key", key)?;
    if key.is_empty() {
        return refused("it is empty");
    }
    if key.contains(['=', ':']) {
        return refused("a `=` or `:` ends a key");
    }
    if key.starts_with('[') {
        return refused("a `[` begins a section");
    }
    if lower(key).is_some() {
        return refused("keys are read in lower case");
    }
    not_a_comment("the key", key)
}

/// A key in a block, which is case-sensitive.
pub(super) fn check_nested_key(key: &str) -> Result<(), EditError> {
    text("the key", key)?;
    if key.is_empty() {
        return unholdable("the key", "it is empty");
    }
    if key.contains('=') {
        return unholdable("the key", "a `=` ends a key");
    }
    not_a_comment("the key", key)
}

/// A value of one line, perhaps empty.
pub(super) fn check_value(value: &str) -> Result<(), EditError> {
    text("the value", value)
}

/// A value that is no part of a key: `aws configure` writes a secret as the region if its answers are one line late.
///
/// # Errors
/// Which part of a key it is.
pub fn check_setting(key: &str, value: &str) -> Result<(), EditError> {
    let is_checked = key == "output"
        || key.ends_with("region")
        || ["role_session_name", "services", "source_profile", "sso_session"].contains(&key);
    match resembles(value).filter(|_| is_checked) {
        Some(part) => Err(EditError::KeyPart {
            what: format!("`{key}`"),
            part,
        }),
        None => Ok(()),
    }
}

/// The name of a new profile or item.
///
/// # Errors
/// It is a part of a key.
pub fn check_name(name: &str) -> Result<(), EditError> {
    match resembles(name) {
        Some(part) => Err(EditError::KeyPart {
            what: "the name".to_owned(),
            part,
        }),
        None => Ok(()),
    }
}

/// The text after a `#`.
pub(super) fn check_comment(comment: &str) -> Result<(), EditError> {
    text("the comment", comment)
}

/// The text between the brackets of a section.
pub(super) fn check_header(header: &str) -> Result<(), EditError> {
    let refused = |why| unholdable("the section's name", why);
    if header.is_empty() {
        return refused("it is empty");
    }
    if header.contains(breaks) {
        return refused("it has a line break or control character");
    }
    if header.contains(']') {
        return refused("a `]` ends it");
    }
    if header == "DEFAULT" {
        return refused("`[DEFAULT]` is inherited by every profile of the file");
    }
    Ok(())
}

/// The header of a new section that defines a profile: `default`, `profile x`, `profile 'two words'`, or in the
/// credentials file the name itself.
///
/// # Errors
/// A name that botocore would not read back.
pub(super) fn header_of(kind: FileKind, profile: &str) -> Result<String, EditError> {
    check_name(profile)?;
    if kind == FileKind::Credentials || profile == "default" {
        check_header(profile)?;
        return Ok(profile.to_owned());
    }
    titled("profile", profile)
}

/// A header of two words, such as `sso-session NAME`.
///
/// # Errors
/// A name that botocore would not read back.
pub(super) fn titled(word: &str, name: &str) -> Result<String, EditError> {
    let is_plain = |c: char| c.is_alphanumeric() || "_-/.%@:+=,".contains(c);
    let header = if name.is_empty() || name.chars().all(is_plain) {
        format!("{word} {name}")
    } else if !name.contains('\'') {
        format!("{word} '{name}'")
    } else if !name.contains(['"', '\\']) {
        format!("{word} \"{name}\"")
    } else {
        format!("{word} '{}'", name.replace('\'', "'\"'\"'"))
    };
    check_header(&header)?;
    let words = shlex::split(&header).unwrap_or_default();
    if words != [word, name] || name.is_empty() {
        return unholdable("the name", "it would not be read back unchanged");
    }
    Ok(header)
}

fn text(what: &'static str, text: &str) -> Result<(), EditError> {
    if text.contains(breaks) {
        return unholdable(what, "it has a line break or control character");
    }
    if strip(text) != text {
        return unholdable(what, "it begins or ends with white space, which readers remove");
    }
    Ok(())
}

fn not_a_comment(what: &'static str, text: &str) -> Result<(), EditError> {
    if text.starts_with(['#', ';']) {
        return unholdable(what, "a `#` or `;` begins a comment");
    }
    Ok(())
}

/// What ends a line for some reader, or does not belong in a text file.
pub(super) fn breaks(c: char) -> bool {
    c != '\t' && c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

pub(super) fn unholdable<T>(what: &'static str, why: &'static str) -> Result<T, EditError> {
    Err(EditError::Unholdable { what, why })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{Document, ProfileSet};

    #[test]
    fn no_part_of_a_key_is_written_as_something_else() {
        const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        for part in [SECRET, &SECRET.replace('/', "1"), "AKIAIOSFODNN7EXAMPLE"] {
            for key in ["region", "sso_region", "output", "source_profile"] {
                assert!(
                    matches!(check_setting(key, part), Err(EditError::KeyPart { .. })),
                    "{key} {part}"
                );
            }
            for kind in [FileKind::Config, FileKind::Credentials] {
                let error = header_of(kind, part).unwrap_err();
                assert!(!error.to_string().contains(part), "{error}");
            }
            check_setting("external_id", part).unwrap();
        }
        check_setting("region", "eu-west-1").unwrap();
    }

    #[test]
    fn headers_are_read_back() {
        for name in [
            "default",
            "a",
            "a/b@c:d",
            "two words",
            "o'brien",
            "dom\\user",
            "ünï",
            "a\"b'c\\",
            "#x",
            "DEFAULTS",
        ] {
            let header = header_of(FileKind::Config, name).unwrap();
            let text = format!("[{header}]\n");
            let document = Document::parse(Path::new("c"), text.into_bytes());
            let set = ProfileSet::new(Some(document), None).unwrap();
            assert_eq!(set.names().collect::<Vec<_>>(), [name], "{header}");
        }
        assert_eq!(header_of(FileKind::Config, "two words").unwrap(), "profile 'two words'");
        assert_eq!(header_of(FileKind::Config, "o'brien").unwrap(), "profile \"o'brien\"");
        assert_eq!(header_of(FileKind::Credentials, "two words").unwrap(), "two words");
        for bad in ["", "a]b", "a\nb", "a\0", "a\u{2028}"] {
            assert!(header_of(FileKind::Config, bad).is_err(), "{bad:?}");
            assert!(header_of(FileKind::Credentials, bad).is_err(), "{bad:?}");
        }
        assert!(header_of(FileKind::Credentials, "DEFAULT").is_err());
    }

    #[test]
    fn what_a_file_cannot_hold() {
        for bad in [
            "a\nb", "a\r", " a", "a ", "a\u{a0}", "\0", "a\u{85}b", "a\x1cb", "\u{b}",
        ] {
            assert!(check_value(bad).is_err(), "{bad:?}");
            assert!(check_key(bad).is_err(), "{bad:?}");
        }
        for good in ["", "x", "a\tb", "#x", "a # b", "[x]", "= :", "ü"] {
            check_value(good).unwrap();
        }
        for bad in ["", "a=b", "a:b", "#a", ";a", "[a", "Region", "İ"] {
            assert!(check_key(bad).is_err(), "{bad:?}");
        }
        check_key("a b").unwrap();
        check_nested_key("Max:x").unwrap();
        assert!(check_nested_key("a=").is_err());
    }
}
