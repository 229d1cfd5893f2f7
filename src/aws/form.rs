//! The bodies of requests in AWS's query protocol.

use crate::secret::Secret;

/// Fields in this order, without those that have no value.
pub(super) fn body(fields: &[(&str, Option<&str>)]) -> Secret<String> {
    let longest = |(name, value): &(&str, Option<&str>)| value.map_or(0, |value| name.len() + 3 * value.len() + 2);
    // One allocation, because growing would leave copies of secrets behind.
    let mut text = String::with_capacity(fields.iter().map(longest).sum());
    for (name, value) in fields.iter().filter_map(|(name, value)| Some((name, (*value)?))) {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        value.bytes().for_each(|byte| encode(byte, &mut text));
    }
    Secret::new(text)
}

/// As Python's `urlencode`, byte for byte.
fn encode(byte: u8, text: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => text.push(char::from(byte)),
        b' ' => text.push('+'),
        _ => {
            text.push('%');
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_encoded_as_python_does() {
        let odd = "a b+c&d=e/f:g*h~i_j.k-l%é€\n'\"";
        assert_eq!(
            body(&[("A", Some("")), ("B", None), ("C", Some(odd))]).expose(),
            "A=&C=a+b%2Bc%26d%3De%2Ff%3Ag%2Ah~i_j.k-l%25%C3%A9%E2%82%AC%0A%27%22"
        );
    }

    #[test]
    fn a_body_is_allocated_once() {
        let odd = "é".repeat(1000);
        let text = body(&[("A", Some("b")), ("C", Some(&odd)), ("D", Some("&"))]);
        let most = 4 + (1 + 6000 + 2) + 6;
        assert!(text.expose().len() <= most && text.expose().capacity() <= most + 16);
    }
}
