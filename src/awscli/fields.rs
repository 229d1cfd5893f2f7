//! The fields of a JSON object -> their values, and back. No value is copied to where it would not be wiped.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::moment;
use crate::aws::json::quoted;
use crate::credentials::Timestamp;
use crate::secret::Secret;

/// Names, each once, and values as they are in the file.
#[derive(Clone)]
pub(super) struct Fields<'j>(Vec<(String, &'j str)>);

impl<'j> Fields<'j> {
    /// `None` if this is not a JSON object.
    pub(super) fn parse(json: &'j [u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// Takes out the value of a name: of exactly this one, else of one in other capitals, as some SDKs write it. A value
    /// that `read` rejects stays.
    fn take<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let exact = self.0.iter().position(|(known, _)| known == name);
        let any = || self.0.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let at = exact.or_else(any)?;
        let value = read(self.0[at].1)?;
        self.0.remove(at);
        Some(value)
    }

    /// `None` for an empty one, which no service accepts.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, |json| {
            let text: String = serde_json::from_str(json).ok()?;
            (!text.is_empty()).then_some(text)
        })
    }

    /// As [`Fields::text`].
    pub(super) fn secret(&mut self, name: &str) -> Option<Secret<String>> {
        self.take(name, |json| secret(json).filter(|secret| !secret.expose().is_empty()))
    }

    pub(super) fn moment(&mut self, name: &str) -> Option<Timestamp> {
        self.take(name, |json| moment(&serde_json::from_str::<String>(json).ok()?))
    }

    pub(super) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.take(name, |json| serde_json::from_str(json).ok())
    }

    /// What was not taken.
    pub(super) fn rest(self) -> Vec<(String, Secret<String>)> {
        let kept = |(name, json): (String, &str)| (name, Secret::new(json.to_owned()));
        self.0.into_iter().map(kept).collect()
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::<(String, &str)>::new();
                while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                    // Python takes the last value of a name.
                    match fields.iter_mut().find(|(known, _)| *known == name) {
                        Some(field) => field.1 = value.get(),
                        None => fields.push((name, value.get())),
                    }
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// A text out of its JSON. serde would put one with escapes together in memory that is not wiped.
fn secret(json: &str) -> Option<Secret<String>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = Zeroizing::new(String::with_capacity(inner.len()));
    let mut rest = inner.chars();
    while let Some(c) = rest.next() {
        text.push(match c {
            '\\' => match rest.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => match unit(&mut rest)? {
                    high @ 0xd800..0xdc00 => {
                        let low = (rest.next()? == '\\' && rest.next()? == 'u').then(|| unit(&mut rest))??;
                        char::decode_utf16([high, low]).next()?.ok()?
                    }
                    unit => char::from_u32(unit.into())?,
                },
                other => other,
            },
            other => other,
        });
    }
    Some(Secret::new(std::mem::take(&mut *text)))
}

/// The four digits of an escape.
fn unit(rest: &mut std::str::Chars<'_>) -> Option<u16> {
    let digits = (0..4).map(|_| rest.next()?.to_digit(16));
    let number = digits
        .into_iter()
        .try_fold(0, |number, digit| Some(number * 16 + digit?))?;
    u16::try_from(number).ok()
}

/// An object of these names and values, which are JSON already, as Python writes it. It is made in one piece, because
/// growing would leave copies of secrets behind.
pub(super) fn object(fields: &[(&str, Secret<String>)]) -> Secret<String> {
    let names: Vec<String> = fields.iter().map(|(name, _)| quoted(name)).collect();
    let length = |(name, (_, value)): (&String, &(&str, Secret<String>))| name.len() + value.expose().len() + 4;
    let room = names.iter().zip(fields).map(length).sum::<usize>() + 2;
    let mut text = String::with_capacity(room);
    for (at, (name, (_, value))) in names.iter().zip(fields).enumerate() {
        text.push_str(if at == 0 { "{" } else { ", " });
        text.extend([name, ": ", value.expose()]);
    }
    text.push_str(if fields.is_empty() { "{}" } else { "}" });
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_what_serde_reads() {
        for json in [
            r#""""#,
            r#""plain""#,
            r#""a\"b\\c\/d\b\f\n\r\t""#,
            r#""\u00fc\u20AC\ud83d\ude00 ü€😀""#,
        ] {
            let expected: String = serde_json::from_str(json).unwrap();
            assert_eq!(secret(json).unwrap().expose(), &expected, "{json}");
        }
        for json in [
            "null",
            "5",
            "[\"a\"]",
            r#""\ud800""#,
            r#""\ud800\n""#,
            r#""\udc00""#,
            r#""\ud800\ud800""#,
        ] {
            assert_eq!(secret(json), None, "{json}");
        }
    }

    #[test]
    fn the_exact_name_comes_first_and_the_last_value_counts() {
        let json = br#"{"NAME": "upper", "name": "first", "other": [1, {"a": null}], "name": "last", "empty": ""}"#;
        let mut fields = Fields::parse(json).unwrap();
        assert_eq!(fields.text("name").as_deref(), Some("last"));
        assert_eq!(fields.text("name").as_deref(), Some("upper"));
        assert_eq!(fields.text("name"), None);
        assert_eq!(fields.text("other"), None);
        assert_eq!((fields.text("empty"), fields.secret("empty")), (None, None));
        let json = |json: &str| Secret::new(json.to_owned());
        let rest = [
            ("other".to_owned(), json("[1, {\"a\": null}]")),
            ("empty".to_owned(), json("\"\"")),
        ];
        assert_eq!(fields.rest(), rest);
    }

    #[test]
    fn what_is_no_object_is_none() {
        for json in ["", "[]", "\"a\"", "null", "{", "{\"a\": 1} x", "{\"a\": }"] {
            assert!(Fields::parse(json.as_bytes()).is_none(), "{json}");
        }
        assert!(Fields::parse(b"{\"a\": \"\xff\"}").is_none());
    }

    #[test]
    fn an_object_is_made_in_one_piece() {
        let value = |json: &str| Secret::new(json.to_owned());
        let text = object(&[("a", value("\"ü\"")), ("b\"", value("[1]"))]);
        assert_eq!(text.expose(), r#"{"a": "ü", "b\"": [1]}"#);
        assert!(text.expose().capacity() - text.expose().len() <= 2);
        assert_eq!(object(&[]).expose(), "{}");
    }
}
