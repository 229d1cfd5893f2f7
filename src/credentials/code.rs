//! What is typed or printed as the code of an MFA device -> the code that AWS takes.

use crate::secret::Secret;

/// How many digits a code has.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub const DIGITS: usize = 6;

/// In seconds: how long a device shows a code. RFC 6238, section 5.2.
pub const STEP: i64 = 30;

/// Apps and programs show codes with blanks between the digits. `None` if these are not the digits of one code.
pub fn parse(text: &str) -> Option<Secret<String>> {
    let mut code = String::with_capacity(DIGITS);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        if !c.is_ascii_digit() || code.len() == DIGITS {
            let _ = Secret::new(code);
            return None;
        }
        code.push(c);
    }
    let code = Secret::new(code);
    (code.expose().len() == DIGITS).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits_with_any_blanks() {
        let code = |text| parse(text).map(|code| code.expose().clone());
        for text in ["012345", "012 345", " 0 1\t2345\r\n", "012\u{a0}345"] {
            assert_eq!(code(text).as_deref(), Some("012345"), "{text:?}");
        }
        for text in [
            "",
            " ",
            "12345",
            "1234567",
            "12345a",
            "-12345",
            "１２３４５６",
            "123-456",
        ] {
            assert_eq!(code(text), None, "{text:?}");
        }
    }
}
