//! What people write above a section: the comment lines that touch its header.

use super::value::Section;

/// The comments directly above the header, in their order, without their marks. Lines that may hold a secret, such as a
/// key that was commented out, are left out.
pub fn above(section: Section<'_>) -> Vec<&str> {
    let text = &section.document().text()[..section.line_span().start];
    let comments = text.lines().rev().map_while(|line| {
        let line = line.trim();
        line.starts_with(['#', ';'])
            .then(|| line.trim_start_matches(['#', ';']).trim())
    });
    let mut comments: Vec<&str> = comments
        .filter(|line| !line.is_empty() && !may_hold_secret(line))
        .collect();
    comments.reverse();
    comments
}

/// Whether a line speaks of a secret, or has a word that could be one: as long as a key id or longer, of the alphabet of
/// keys, with letters and digits.
pub fn may_hold_secret(line: &str) -> bool {
    const WORDS: [&str; 7] = [
        "secret",
        "password",
        "passwd",
        "passphrase",
        "token",
        "credential_process",
        "private key",
    ];
    let lower = line.to_lowercase();
    let is_key = |word: &str| {
        let of_keys = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
        word.len() >= 16
            && word.bytes().all(of_keys)
            && word.bytes().any(|byte| byte.is_ascii_digit())
            && word.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    let break_at = |c: char| c.is_whitespace() || "\"'`.:,;()[]{}<>|".contains(c);
    let unassigned = |word: &str| word.split('=').any(is_key) || is_key(word);
    WORDS.iter().any(|word| lower.contains(word)) || line.split(break_at).any(unassigned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Document;

    #[test]
    fn comments_that_touch_the_header() {
        let text =
            "# far\n\n# The main\r\n;;  account of team 7\n#\n  # indented\n[profile a]\nregion = x\n# end\n[b]\n[c]\n";
        let document = Document::parse(std::path::Path::new("c"), text.as_bytes().to_vec());
        let found: Vec<_> = document.sections().map(above).collect();
        assert_eq!(found[0], ["The main", "account of team 7", "indented"]);
        assert_eq!(found[1], ["end"]);
        assert!(found[2].is_empty());
    }

    #[test]
    fn secrets_are_left_out() {
        for secret in [
            "aws_secret_access_key = x",
            "AKIAIOSFODNN7EXAMPLE",
            "old key: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "was wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.",
            "pw=hunter2hunter2hunter2",
            "The Password is on the wall",
            "SESSION_TOKEN",
            "\"FwoGZXIvYXdzEBYaDEXAMPLE1\"",
        ] {
            assert!(may_hold_secret(secret), "{secret}");
        }
        for harmless in [
            "production, ask Ada before you write",
            "account 123456789012, since 2019-04-01",
            "https://example.awsapps.com/start",
            "production-database-administrators",
            "eu-central-1 and ap-southeast-2",
        ] {
            assert!(!may_hold_secret(harmless), "{harmless}");
        }
    }
}
