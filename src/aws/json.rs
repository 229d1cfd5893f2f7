//! JSON as Python writes it, byte for byte: what the AWS CLI sends, and what it names and writes its cache files by.

use serde::de::DeserializeOwned;

use super::document::Unreadable;
use crate::secret::Secret;

/// A value of a request.
#[derive(Clone, Copy, Debug)]
pub(super) enum Json<'a> {
    Text(&'a str),
    Texts(&'a [String]),
}

/// The body of a request, with the fields in this order.
pub(super) fn body(fields: &[(&str, Json<'_>)]) -> Secret<String> {
    let length = |text: &str| 2 + 6 * text.len();
    let longest = |(name, value): &(&str, Json<'_>)| {
        let value = match value {
            Json::Text(text) => length(text),
            Json::Texts(texts) => texts.iter().map(|text| 2 + length(text)).sum::<usize>() + 2,
        };
        6 + name.len() + value
    };
    // One allocation, because growing would leave copies of secrets behind.
    let mut text = String::with_capacity(2 + fields.iter().map(longest).sum::<usize>());
    text.push('{');
    for (at, (name, value)) in fields.iter().enumerate() {
        text.push_str(if at == 0 { "\"" } else { ", \"" });
        text.push_str(name);
        text.push_str("\": ");
        match value {
            Json::Text(value) => quote(value, &mut text),
            Json::Texts(values) => list(values, ", ", &mut text),
        }
    }
    text.push('}');
    Secret::new(text)
}

/// A list of texts.
pub fn texts(values: &[String]) -> String {
    let mut text = String::new();
    list(values, ", ", &mut text);
    text
}

fn list(values: &[String], comma: &str, text: &mut String) {
    text.push('[');
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            text.push_str(comma);
        }
        quote(value, text);
    }
    text.push(']');
}

/// Reads an answer; `what` it is to be, for the error.
///
/// # Errors
/// It is something else.
pub(super) fn read<T: DeserializeOwned>(body: &[u8], what: &str) -> Result<T, Unreadable> {
    // The parser's own message may quote the answer.
    serde_json::from_slice(body).map_err(|_| Unreadable(format!("is not {what}")))
}

/// JSON as Python writes it, from names and values that are JSON already.
pub fn object(comma: &str, colon: &str, parts: &[(&str, String)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|(name, value)| format!("\"{name}\"{colon}{value}"))
        .collect();
    format!("{{{}}}", parts.join(comma))
}

/// A text in JSON as Python writes it: what is not printable ASCII is escaped, in UTF-16.
pub fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(2 + 6 * text.len());
    quote(text, &mut json);
    json
}

fn quote(text: &str, json: &mut String) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            '\u{8}' => json.push_str("\\b"),
            '\u{c}' => json.push_str("\\f"),
            ' '..='~' => json.push(c),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    json.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_made_in_one_piece() {
        let list = ["a".to_owned(), "\u{1}".to_owned()];
        let body = body(&[
            ("one", Json::Text("ü\"")),
            ("two", Json::Texts(&list)),
            ("three", Json::Texts(&[])),
        ]);
        assert_eq!(
            body.expose(),
            r#"{"one": "\u00fc\"", "two": ["a", "\u0001"], "three": []}"#
        );
        let most = 2 + (6 + 3 + 2 + 6 * 3) + (6 + 3 + 2 + (2 + 8) * 2) + (6 + 5 + 2);
        assert_eq!(body.expose().capacity(), most);
        assert_eq!(super::body(&[]).expose(), "{}");
    }

    #[test]
    fn objects_and_lists_are_written_as_python_writes_them() {
        let parts = [
            ("a", quoted("x")),
            ("b", texts(&[])),
            ("c", texts(&["y".to_owned(), "z".to_owned()])),
        ];
        assert_eq!(object(", ", ": ", &parts), r#"{"a": "x", "b": [], "c": ["y", "z"]}"#);
        assert_eq!(object(",", ":", &parts[..2]), r#"{"a":"x","b":[]}"#);
    }

    /// `json.dumps` of Python 3 says so.
    #[test]
    fn texts_are_escaped_as_python_escapes_them() {
        assert_eq!(quoted("a\"\\/\n\r\t\u{8}\u{c}"), r#""a\"\\/\n\r\t\b\f""#);
        assert_eq!(
            quoted("\u{1}\u{7f}ü€😀 ~"),
            r#""\u0001\u007f\u00fc\u20ac\ud83d\ude00 ~""#
        );
    }
}
