//! The comment lines directly above a section's header.

use super::value::Section;

/// The comments directly above the header, in order, without their marks. Lines that may hold a secret, such as a key
/// that was commented out, are left out.
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

/// Whether a line mentions a secret, has a URL with a password, or contains a word that could be a secret: one in the
/// alphabet of keys that is either as long as a key id, with letters and digits, or as long as a token, with lower and
/// upper case.
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

/// Names whose values are always secret.
const KEYS: [&str; 5] = [
    "aws_secret_access_key",
    "aws_session_token",
    "aws_security_token",
    "awssecretkey",
    "secretaccesskey",
];

/// Parts of names whose values may be secret.
const NAMES: [&str; 9] = [
    "secret",
    "password",
    "passwd",
    "passphrase",
    "token",
    "pass",
    "pin",
    "pw",
    "pwd",
];

/// Whether a line holds a secret and does not just mention one: a value assigned to such a name, a URL with a password,
/// or a word with the shape of a secret access key or a session token. Narrower than [`may_hold_secret`], because what
/// it finds is reported and not just hidden.
pub fn holds_secret(line: &str) -> bool {
    let in_url = |word: &str| {
        let hosts = word.split("://").skip(1);
        let mut users = hosts.filter_map(|url| url.split(['/', '?', '#']).next()?.rsplit_once('@'));
        users.any(|(user, _)| user.split_once(':').is_some_and(|(_, password)| !password.is_empty()))
    };
    let words = || line.split(|c: char| c.is_whitespace() || "#\"'`.:,;()[]{}<>|=".contains(c));
    assigned(line) || line.split_whitespace().any(in_url) || words().any(is_key_shaped)
}

/// `NAME = VALUE` or `NAME: VALUE`.
fn assigned(line: &str) -> bool {
    let delimiters = line.match_indices(['=', ':']);
    delimiters.into_iter().any(|(at, _)| {
        let quotes: &[char] = &['"', '\'', '`', ' ', '\t'];
        let name = line[..at].trim_end_matches(quotes).to_lowercase();
        let name = name
            .rsplit(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
            .next();
        let name = name.unwrap_or_default();
        let value = line[at + 1..]
            .trim_matches(quotes)
            .trim_end_matches(',')
            .trim_end_matches(quotes);
        if KEYS.contains(&name) {
            return !is_placeholder(value);
        }
        let is_name = name.split(['_', '-']).any(|part| NAMES.contains(&part));
        let is_one_word = !value.contains(char::is_whitespace) && value.chars().count() >= 6;
        let is_mixed = value.contains(|c: char| !c.is_alphabetic()) && value.contains(char::is_alphanumeric);
        is_name && is_one_word && is_mixed && !is_placeholder(value)
    })
}

/// What templates and documentation put where a secret belongs.
fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    let is_filler = |c: char| "x*.…-_".contains(c);
    lower.chars().all(is_filler)
        || lower.starts_with(['<', '$', '{', '%', '('])
        || lower.starts_with("your")
        || ["none", "null", "secret", "redacted"].contains(&lower.as_str())
}

/// Forty characters as AWS makes them, or much longer base64; hexadecimal numbers do not mix lower and upper case.
fn is_key_shaped(word: &str) -> bool {
    let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
    let is_long = word.len() == 40 || word.len() >= 100;
    is_long
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/+".contains(&byte))
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(|byte| byte.is_ascii_digit() || b"/+".contains(byte))
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
    fn what_holds_a_secret_and_what_only_speaks_of_one() {
        for secret in [
            "#aws_secret_access_key = x1",
            "; AWS_SECRET_ACCESS_KEY: hunter",
            "# export AWS_SESSION_TOKEN=abc",
            "AWSSecretKey=S",
            "\"SecretAccessKey\": \"abc\",",
            "AKIAIOSFODNN7EXAMPLE,wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "# was wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.",
            "#wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "# pw=hunter2hunter2",
            "# old password: hunter2",
            "proxy = https://me:hunter2@example.com/start",
        ] {
            assert!(holds_secret(secret), "{secret}");
        }
        for harmless in [
            "# aws_secret_access_key =",
            "# aws_secret_access_key = xxxx",
            "# aws_secret_access_key = <the secret>",
            "# aws_secret_access_key = YOUR_SECRET",
            "# needs an MFA token: ask Ada",
            "# token: required",
            "# the password is in the safe since 2019-04-01",
            "AKIAIOSFODNN7EXAMPLE",
            "# da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "role_arn = arn:aws:iam::123456789012:role/AVeryLongNameOfARoleForTheTeam1",
            "https://me@example.com",
            "credential_process = awsenv credential-process work",
            "sso_start_url = https://example.awsapps.com/start#/",
        ] {
            assert!(!holds_secret(harmless), "{harmless}");
        }
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
