//! The query by which a browser comes back from the page of a sign-in -> what it brings.

use crate::secret::Secret;

/// What the browser brings. Nothing of it is checked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Callback {
    pub state: Option<Secret<String>>,
    pub code: Option<Secret<String>>,
    /// The service's name of why there is no code.
    pub error: Option<String>,
    /// In the service's words.
    pub description: Option<String>,
}

/// `None` if a part that counts appears twice, or is not UTF-8.
pub fn read(query: &str) -> Option<Callback> {
    let mut found = Callback::default();
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let is_again = match name {
            "state" => found.state.replace(Secret::new(decoded(value)?)).is_some(),
            "code" => found.code.replace(Secret::new(decoded(value)?)).is_some(),
            "error" => found.error.replace(decoded(value)?).is_some(),
            "error_description" => found.description.replace(decoded(value)?).is_some(),
            _ => false,
        };
        if is_again {
            return None;
        }
    }
    found.code = found.code.filter(|code| !code.expose().is_empty());
    Some(found)
}

fn decoded(value: &str) -> Option<String> {
    // One allocation, because growing would leave copies of secrets behind.
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        bytes.push(match first {
            b'+' => b' ',
            b'%' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                let digit = |byte: u8| char::from(byte).to_digit(16);
                u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()?
            }
            other => *other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_brings_a_code_or_says_why_not() {
        let secret = |text: &str| Some(Secret::new(text.to_owned()));
        assert_eq!(
            read("code=a%2Bb+c%C3%A9&state=S1&other=x"),
            Some(Callback {
                state: secret("S1"),
                code: secret("a+b cé"),
                ..Callback::default()
            })
        );
        assert_eq!(
            read("error=access_denied&error_description=not+you&state=S1"),
            Some(Callback {
                state: secret("S1"),
                error: Some("access_denied".to_owned()),
                description: Some("not you".to_owned()),
                ..Callback::default()
            })
        );
        assert_eq!(read("code=&state"), read("state="));
        assert_eq!(read(""), Some(Callback::default()));
    }

    #[test]
    fn what_is_ambiguous_or_broken_brings_nothing() {
        for query in [
            "code=a&code=a",
            "state=a&code=b&state=c",
            "error=a&error=a",
            "code=%",
            "code=%4",
            "code=%4g",
            "code=%-1",
            "code=%ff",
        ] {
            assert_eq!(read(query), None, "{query}");
        }
    }
}
