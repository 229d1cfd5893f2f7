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

/// Whether a line speaks of a secret, has a URL with a password, or a word that could be a secret: of the alphabet of
/// keys, and either as long as a key id and of letters and digits, or as long as a token and of small letters and
/// capitals.
pub fn may_hold_secret(line: &str) -> bool {
    const PARTS: [&str; 7] = [
        "secret",
        "password",
        "passwd",
        "passphrase",
        "token",
        "credential_process",
        "private key",
    ];
    const WORDS: [&str; 6] = ["otp", "pass", "pin", "pw", "pwd", "seed"];
    let lower = line.to_lowercase();
    let is_key = |word: &str| {
        let of_keys = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
        let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
        word.bytes().all(of_keys)
            && (word.len() >= 16 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
                || word.len() >= 32 && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
    };
    let break_at = |c: char| c.is_whitespace() || "\"'`.:,;()[]{}<>|".contains(c);
    let unassigned = |word: &str| word.split('=').any(is_key) || is_key(word);
    let has_user = |url: &str| url.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@'));
    PARTS.iter().any(|part| lower.contains(part))
        || lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| WORDS.contains(&word))
        || line
            .split_whitespace()
            .any(|word| word.split("://").skip(1).any(has_user))
        || line.split(break_at).any(unassigned)
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
            "pass: hunter2",
            "PW=hunter2",
            "ask for the pwd, it is hunter2",
            "the seed is JBSW Y3DP EHPK 3PXP",
            "https://me:hunter2@example.com/start",
            "ghp_abcdefghijklmnopqrstuvwxyzABCDEFGHIJ",
            "{\"k\":\"QUFBcUFBQUFxQUFBcUFBQUFxQUFBcUFB\"}",
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
            "passes through the bypass, spinning",
            "mail me@example.com or see https://example.com/@me:there",
            "AmazonElasticContainerService",
        ] {
            assert!(!may_hold_secret(harmless), "{harmless}");
        }
    }
}
