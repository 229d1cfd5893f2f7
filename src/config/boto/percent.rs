//! Python's `%` interpolation, as boto 2 reads its files.

use crate::config::python::lower;

/// How deep values may refer to each other, as in Python.
const DEPTH: usize = 10;

/// `%%` is a percent sign, `%(name)s` the value of that name; `None` where Python raises an error.
pub(super) fn interpolate(text: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    replace(text, lookup, DEPTH)
}

fn replace(text: &str, lookup: &dyn Fn(&str) -> Option<String>, depth: usize) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        if let Some(after) = tail.strip_prefix('%') {
            out.push('%');
            rest = after;
        } else {
            let (name, after) = tail.strip_prefix('(')?.split_once(')')?;
            let value = lookup(&lower(name).unwrap_or_else(|| name.to_owned()))?;
            out.push_str(&replace(&value, lookup, depth.checked_sub(1)?)?);
            rest = after.strip_prefix('s').filter(|_| !name.is_empty())?;
        }
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        interpolate(text, &|name| match name {
            "name" => Some("v".to_owned()),
            "twice" => Some("%(name)s%%".to_owned()),
            "loop" => Some("%(loop)s".to_owned()),
            _ => None,
        })
    }

    #[test]
    fn as_python_does() {
        assert_eq!(read("a%%b").as_deref(), Some("a%b"));
        assert_eq!(read("x%(NAME)s%(twice)s").as_deref(), Some("xvv%"));
        assert_eq!(read("plain").as_deref(), Some("plain"));
        for text in ["a%b", "a%", "%(none)s", "%(name)", "%(name", "%()s", "%(loop)s"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
