//! What is a secret, and how much of a text may be shown: the one place to add a name that must be hidden.
//!
//! Works on text alone and knows no file or profile.

use std::borrow::Cow;
use std::ffi::OsString;

use serde_json::Value;

pub use crate::text::HIDDEN;
use crate::text::{SECRET, display, is_random, is_secret_shaped, masked, runs};

/// Their values never enter AWSENV_STATE.
pub const SECRET_VARIABLES: [&str; 5] = [
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
];

/// Settings of the AWS files whose values are secret.
const SETTINGS: [&str; 3] = ["aws_secret_access_key", "aws_session_token", "aws_security_token"];

const ID: &str = "aws_access_key_id";

/// The same in legacy files, CSV and JSON.
const FIELDS: [&str; 2] = ["awssecretkey", "secretaccesskey"];

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

/// In characters.
const MAX_SAID: usize = 500;

pub fn is_secret(key: &str) -> bool {
    ["secret", "token", "password", "passwd"]
        .iter()
        .any(|word| key.contains(word))
        && !matches!(key, "web_identity_token_file" | "sso_token_file")
}

/// The access key id in `text`, which may be shown: 16 to 128 letters, digits or `_`, and no secret.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>
pub fn is_key_id(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (16..=128).contains(&text.len()) && text.bytes().all(is_word) && !is_secret_shaped(text)
}

/// `None` if it is a secret or not [`harmless`], or if it should be the id of a key and is not shaped like one.
pub fn visible<'t>(key: &str, text: &'t str) -> Option<&'t str> {
    match key.to_lowercase().as_str() {
        ID => key_id(text),
        key => harmless(text).filter(|_| !is_secret(key)),
    }
}

/// `None` if it cannot be the id of a key: then it may be anything, even the secret. Short ids are those of examples.
pub fn key_id(text: &str) -> Option<&str> {
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let is_example =
        ["AKIA", "ASIA"].iter().any(|start| text.starts_with(start)) && text.len() < 16 && text.bytes().all(is_upper);
    (text.is_empty() || is_example || is_key_id(text)).then_some(text)
}

/// `None` if `text` may hold a secret: it is shaped like one, has a URL with a password, assigns one, or has swallowed
/// the line of one, because an indented line continues the value above it. In a longer word only what looks random counts.
pub fn harmless(text: &str) -> Option<&str> {
    let lower = text.to_lowercase();
    let hides = SETTINGS.iter().any(|setting| lower.contains(setting))
        || masked(text) != text
        || is_seed(text)
        || text.split_whitespace().any(embeds_secret)
        || text
            .lines()
            .any(|line| assigned(line, |_| true) || is_given(line) || has_url_user(line))
        || text
            .lines()
            .skip(1)
            .any(|line| may_hold_secret(line) || may_hold_seed(line));
    (!hides).then_some(text)
}

/// A document for stdout: a line of JSON in which no text, not even a name, is shaped like a secret.
pub fn json(value: Value) -> String {
    format!("{}\n", without_secrets(value))
}

pub fn without_secrets(value: Value) -> Value {
    match value {
        Value::String(text) => masked(&text).into(),
        Value::Array(values) => values.into_iter().map(without_secrets).collect(),
        Value::Object(values) => values
            .into_iter()
            .map(|(key, value)| (masked(&key).into_owned(), without_secrets(value)))
            .collect(),
        other => other,
    }
}

pub fn shown(text: &str) -> String {
    harmless(text).map_or_else(|| HIDDEN.to_owned(), display)
}

/// A program by the first word of its line. A word with blanks may be a whole line that is quoted by mistake, so only its
/// beginning is shown.
pub fn program(word: &str) -> String {
    match word.split_once(char::is_whitespace) {
        Some((start, _)) => format!("{}…", shown(start)),
        None => shown(word),
    }
}

/// Words of awsenv's own command line for pasting, without the code of an MFA device.
pub fn typed(words: &[OsString]) -> Vec<OsString> {
    const FLAG: &str = "--mfa-code";
    let mut is_code = false;
    let typed = words.iter().map(|word| {
        let is_hidden = std::mem::replace(&mut is_code, word == FLAG) && word != "-";
        match word.to_str().and_then(|word| word.strip_prefix(FLAG)) {
            Some(glued) if glued.starts_with('=') && glued != "=-" => format!("{FLAG}=CODE").into(),
            _ if is_hidden => "CODE".into(),
            _ => word.clone(),
        }
    });
    typed.collect()
}

/// Drops the arguments if they may hold a secret. A path such as `/etc/passwd` only sounds like one.
pub fn command(text: &str) -> Cow<'_, str> {
    let hides = |program: &str| {
        let is_path =
            ["/", "~/", "./", "../"].iter().any(|start| program.starts_with(start)) || program.contains(":\\");
        // A path may be as long as a key and have a digit, so its parts are looked at one by one.
        let is_plain_path = is_path
            && !program.contains('=')
            && !program.split(['/', '\\']).any(is_whole_secret)
            && !is_part_secret(program);
        harmless(program).is_none() || !is_plain_path && may_hold_secret(program)
    };
    let program = text.split_whitespace().next().filter(|word| !hides(word));
    // The argument of a program that asks for a password may be one.
    let mentions = |program: &str| {
        program
            .split(['/', '\\'])
            .any(|part| may_hold_secret(part) && !looks_secret(part))
    };
    let is_shown = |program: &str| {
        let arguments = text.trim_start().strip_prefix(program).unwrap_or(text);
        arguments.is_empty() || !may_hold_secret(arguments) && !may_hold_seed(arguments) && !mentions(program)
    };
    let is_empty = text.trim().is_empty();
    if is_empty || harmless(text).is_some() && program.is_some_and(is_shown) {
        return text.into();
    }
    program.map_or(HIDDEN.into(), |program| format!("{program} {HIDDEN}").into())
}

/// Whether the whole text is such a seed as AWS shows it: in base 32, which ids of keys may be in too.
fn is_seed(text: &str) -> bool {
    let is_base_32 = |byte: u8| byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte);
    text.len() >= 32 && text.bytes().all(is_base_32)
}

/// Whether arguments may hold the seed of an MFA device, from which all its codes can be computed: in base 32 or 16, whole
/// or in groups of four. [`may_hold_secret`] knows those with letters and digits.
fn may_hold_seed(arguments: &str) -> bool {
    let is_alike = |part: &str| {
        let is_all = |is: fn(&u8) -> bool| part.as_bytes().iter().all(is);
        // Few words are so long, and fewer of them are in capitals.
        part.len() >= 16 && (is_all(u8::is_ascii_digit) || is_all(u8::is_ascii_uppercase))
            || part.len() >= 24 && is_all(u8::is_ascii_lowercase)
    };
    let of_key = |c: char| c.is_ascii_alphanumeric();
    let mut groups = 0;
    arguments
        .split(|c: char| c.is_whitespace() || "\"'-".contains(c))
        .any(|word| {
            groups = match word.len() {
                0 => groups,
                4 if word.chars().all(of_key) => groups + 1,
                _ => 0,
            };
            groups == 4 || word.split(|c| !of_key(c)).any(is_alike)
        })
}

/// Whether a part of a path is a key or a token. Names of directories are often long, and have digits.
fn is_whole_secret(part: &str) -> bool {
    let has = |is: fn(&u8) -> bool| part.as_bytes().iter().any(is);
    let is_token = part.len() >= 32 && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let is_id = ["AKIA", "ASIA"].iter().any(|start| part.starts_with(start)) && is_key_id(part);
    is_token || is_id || has_url_user(part)
}

/// Whether parts of a path or a URL are together a secret with slashes in it.
fn is_part_secret(path: &str) -> bool {
    let mut edges = path
        .match_indices(['/', '=', '?', '&', '@'])
        .flat_map(|(at, _)| [at, at + 1]);
    edges.any(|start| {
        let rest = path.get(start + SECRET..);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '+'))
            && path.get(start..start + SECRET).is_some_and(is_random)
    })
}

/// Whether a secret is a part of the word. In a path, a URL or an ARN it begins and ends where a part does, because
/// their slashes are of the alphabet too.
fn embeds_secret(word: &str) -> bool {
    let is_path = ["/", "~/", "./", "../", "arn:"]
        .iter()
        .any(|start| word.starts_with(start))
        || word.contains("://");
    if is_path {
        return is_part_secret(word);
    }
    let mut runs = runs(word).map(|run| &word[run]).filter(|run| run.len() > SECRET);
    runs.any(|run| match run.starts_with('/') {
        true => is_part_secret(run),
        false => has_random(run),
    })
}

/// Whether a part of a text that is of the alphabet of secrets has the shape of one.
pub fn has_random(run: &str) -> bool {
    let ends = SECRET..=run.len();
    ends.into_iter()
        .any(|end| run.get(end - SECRET..end).is_some_and(is_random))
}

/// The stderr of a program that handles secrets; hidden entirely if it may hold one. JSON may be the credentials
/// themselves, and scripts print their variables as `secret_access_key=` and the like.
pub fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let text = text.trim();
    let letters = text.to_ascii_lowercase().replace(['_', '-'], "");
    let names = ["secretaccesskey", "secretkey", "sessiontoken", "securitytoken"];
    if text.contains('{') || names.iter().any(|name| letters.contains(name)) {
        return String::new();
    }
    text.chars().take(MAX_SAID).collect()
}

/// Whether a line mentions a secret, has a URL with a password, or contains a word that could be a secret: one that
/// uses the alphabet of keys and is as long as a key id, with letters and digits, as long as a token, with lower and upper
/// case, or the seed of an MFA device.
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
    PARTS.iter().any(|part| lower.contains(part))
        || lower
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| WORDS.contains(&word))
        || looks_secret(line)
}

/// [`may_hold_secret`] without what a line mentions.
fn looks_secret(line: &str) -> bool {
    let is_key = |word: &str| {
        let of_keys = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
        let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
        word.bytes().all(of_keys)
            && (word.len() >= 16 && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
                || word.len() >= 32 && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase)
                || is_seed(word))
    };
    let break_at = |c: char| c.is_whitespace() || "\"'`.:,;()[]{}<>|".contains(c);
    let unassigned = |word: &str| word.trim_end_matches('=').split('=').any(is_key);
    has_url_user(line) || line.split(break_at).any(unassigned)
}

/// Whether a line holds a secret and does not merely mention one: a value assigned to such a name, a URL with a
/// password, or a word with the shape of a secret access key or session token. Narrower than [`may_hold_secret`],
/// because what it finds is reported and not just hidden.
pub fn holds_secret(line: &str) -> bool {
    let is_port = |text: &str| {
        let port = text.split('/').next().unwrap_or_default();
        port.len() < text.len() && port.bytes().all(|byte| byte.is_ascii_digit())
    };
    let in_url = |word: &str| {
        let mut users = word.split("://").skip(1).filter_map(|url| url.rsplit_once('@'));
        users.any(|(user, _)| {
            let parts = user.split_once(':');
            parts.is_some_and(|(name, password)| !name.contains('/') && !password.is_empty() && !is_port(password))
        })
    };
    let words = || line.split(|c: char| c.is_whitespace() || "#\"'`.:,;()[]{}<>|=".contains(c));
    // Longer texts are sentences, and shorter ones are words of them.
    let is_one_secret = |value: &str| {
        let is_one_word = !value.contains(char::is_whitespace) && value.chars().count() >= 6;
        is_one_word && value.contains(|c: char| !c.is_alphabetic()) && value.contains(char::is_alphanumeric)
    };
    assigned(line, is_one_secret) || line.split_whitespace().any(in_url) || words().any(is_key_shaped)
}

/// Whether there is a URL with a user, who may have a password: even one with a slash in it, which ends the host in a
/// valid URL.
fn has_url_user(line: &str) -> bool {
    let has_user = |url: &str| {
        let in_host = url.split(['/', '?', '#']).next().is_some_and(|host| host.contains('@'));
        in_host || url.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    };
    line.split_whitespace()
        .any(|word| word.split("://").skip(1).any(has_user))
}

/// `NAME = VALUE` or `NAME: VALUE`, where `is_value`, or the name leaves no doubt.
fn assigned(line: &str, is_value: impl Fn(&str) -> bool) -> bool {
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
        if SETTINGS.contains(&name) || FIELDS.contains(&name) {
            return !is_placeholder(value);
        }
        let is_name = name.split(['_', '-']).any(|part| NAMES.contains(&part));
        is_name && is_value(value) && !is_placeholder(value)
    })
}

/// `--NAME VALUE`, as programs take it.
fn is_given(line: &str) -> bool {
    let mut words = line.split_whitespace().peekable();
    std::iter::from_fn(|| words.next().map(|word| (word, words.peek().copied()))).any(|(word, next)| {
        let name = word.strip_prefix("--").unwrap_or_default().to_lowercase();
        NAMES.contains(&name.as_str()) && next.is_some_and(|value| !value.starts_with('-') && !is_placeholder(value))
    })
}

/// What templates and documentation use in place of a secret.
fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    let is_filler = |c: char| "x*.…-_".contains(c);
    lower.chars().all(is_filler)
        || lower.starts_with(['<', '$', '{', '%', '('])
        || lower.starts_with("your")
        || ["none", "null", "secret", "redacted"].contains(&lower.as_str())
}

/// Forty characters as in AWS keys, or much longer base64; hexadecimal numbers do not mix lower and upper case.
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

    #[test]
    fn a_command_line_is_repeated_without_its_code() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        for (line, expected) in [
            ("use p --mfa-code 123456 --keys", "use p --mfa-code CODE --keys"),
            ("use p --mfa-code=123456", "use p --mfa-code=CODE"),
            ("use p --mfa-code -", "use p --mfa-code -"),
            ("use p --mfa-code=-", "use p --mfa-code=-"),
            ("use p --mfa-codes 123456", "use p --mfa-codes 123456"),
            ("use p --mfa-code", "use p --mfa-code"),
        ] {
            assert_eq!(typed(&words(line)), words(expected), "{line}");
        }
    }

    #[test]
    fn a_command_is_shown_without_the_seed_of_a_device() {
        for seed in [
            "JBSWY3DPEHPK3PXP",
            "MEQHGZLDOJSXIIDPMYQHIZLTORZSAMRQ",
            "QWERTYUIOPASDFGHJKLZXCVBNMQWERTY",
            "qwertyuiopasdfghjklzxcvbnmqwerty",
            "3132333435363738393031323334353637383930",
            "'jbsw ydpe hpkp xpqw'",
            "JBSW-Y3DP-EHPK-3PXP",
        ] {
            assert_eq!(command(&format!("oathtool --totp -b {seed}")), "oathtool (secret)");
            assert_eq!(command(&format!("code --of={seed}")), "code (secret)");
        }
        let seed = "MEQHGZLDOJSXIIDPMYQHIZLTORZSAMRQ";
        assert_eq!(shown(seed), HIDDEN, "in place of a serial number");
        for plain in [
            "ykman oath accounts code --single arn:aws:iam::123456789012:mfa/root-account-mfa-device",
            "code --from /srv/home/test/file --with this and that",
            "authenticator --internationalization",
        ] {
            assert_eq!(command(plain), plain);
        }
    }

    #[test]
    fn a_command_is_shown_without_what_may_be_a_secret() {
        for plain in [
            "aws configure export-credentials --profile x",
            "",
            "/opt/bin/get 'a b'",
            "/opt/tools2/bin/aws-creds",
            "~/.local/share/tools2/get --profile x",
            "/nix/store/1q8w5f3yv0k2j9m4n6b7c8d0s1a2z3x4-awsenv-0.1.0/bin/awsenv credential-process x",
            "C:\\Programs2\\aws-creds-helper.exe",
        ] {
            assert_eq!(command(plain), plain);
        }
        assert_eq!(
            command("/opt/tools2/aws-creds --password x"),
            "/opt/tools2/aws-creds (secret)"
        );
        for secret in [
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "/opt/AKIAIOSFODNN7EXAMPLE/x",
        ] {
            assert_eq!(command(secret), HIDDEN);
        }
        assert_eq!(command("get --password hunter2"), "get (secret)");
        assert_eq!(command("get wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "get (secret)");
        assert_eq!(command("get\naws_secret_access_key = x"), "get (secret)");
        assert_eq!(command("TOKEN=x get"), "(secret)");
        assert_eq!(command("/etc/passwd"), "/etc/passwd");
        assert_eq!(command("/opt/get-token --user me"), "/opt/get-token (secret)");
        assert_eq!(command("/token=x get"), "(secret)");
        assert_eq!(command("/JalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY/token"), "(secret)");
    }

    #[test]
    fn a_value_with_a_secret_is_not_shown() {
        const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        for text in [
            SECRET.to_owned(),
            format!("eu-west-1\n{SECRET}"),
            format!("eu-west-1 # {SECRET}"),
            format!("arn:aws:iam::1:role/x\n\"{SECRET}\""),
            "eu-west-1\nhunter2hunter2hunter2".to_owned(),
            "eu-west-1\npassword hunter2".to_owned(),
            "x password=hunter2".to_owned(),
            "x\naws_secret_access_key = x".to_owned(),
            "https://me:hunter2@example.com".to_owned(),
            "https://me:hun/ter2@example.com".to_owned(),
            format!("{SECRET}{SECRET}{SECRET}"),
            format!("x{SECRET}"),
            format!("{SECRET}/x"),
            format!("/a/{SECRET}/b"),
            format!("~/x/{SECRET}"),
            format!("arn:aws:iam::123456789012:mfa/{SECRET}"),
            format!("https://example.com/{SECRET}?x"),
            "password=abc".to_owned(),
            "get --password hunter2".to_owned(),
            "Token: of mine".to_owned(),
        ] {
            assert_eq!((harmless(&text), visible("region", &text)), (None, None), "{text}");
            assert_eq!(shown(&text), HIDDEN, "{text}");
        }
        for text in [
            "eu-west-1",
            "arn:aws:iam::123456789012:role/AVeryLongNameOfARoleForTheTeam12345",
            "arn:aws:iam::123456789012:mfa/me",
            "https://example.awsapps.com/start#/",
            "http://localhost:4566",
            "/Users/Ada1/projects/Terraform/modules/network/certificates/ca.pem",
            "projects/Team1/certificates/of/the/whole/company/and/more",
            "--file=/home/Ada1/certificates/of/the/whole/company/and/more",
            "get --token-file /run/x --password=xxx",
            "a\nb",
        ] {
            assert_eq!(shown(text).replace("\\u{a}", "\n"), text);
        }
    }

    #[test]
    fn a_document_has_no_text_that_is_shaped_like_a_secret() {
        const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let document = serde_json::json!({"name": SECRET, SECRET: [1, format!("x {SECRET}")], "n": null});
        assert_eq!(
            json(document),
            "{\"name\":\"(secret)\",\"(secret)\":[1,\"x (secret)\"],\"n\":null}\n"
        );
    }

    #[test]
    fn only_an_id_is_shown_as_one() {
        for id in ["AKIAIOSFODNN7EXAMPLE", "AKIA1", "a_service_with_other_ids", ""] {
            assert_eq!(visible("aws_access_key_id", id), Some(id));
        }
        for other in [
            "hunter2",
            "minioadmin",
            "akia1",
            "AKIAIOSFODNN7 EXAMPLE",
            "AKIAIOSFODNN7EXAMPLE\nx",
            "wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY",
            "wJalrXUtnFEMI/K7MDENG",
        ] {
            assert_eq!(visible("AWS_ACCESS_KEY_ID", other), None, "{other}");
        }
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
            "proxy = https://me:hun/ter2@example.com/start",
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
            "https://example.com:8080/@me",
            "https://example.com/a:b@c",
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
            "https://me:hun/ter2@example.com/start",
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
            "region=eu-west-3",
            "eu-central-1 and ap-southeast-2",
            "passes through the bypass, spinning",
            "mail me@example.com or see https://example.com/@me:there",
            "AmazonElasticContainerService",
        ] {
            assert!(!may_hold_secret(harmless), "{harmless}");
        }
    }

    #[test]
    fn what_a_program_says_is_shown_unless_it_may_hold_a_secret() {
        for words in [
            "{\"SecretAccessKey\": \"hidden\"}",
            "answer: {\"Secret\": \"hidden\"}",
            "+ aws_secret_access_key=hidden",
            "AWS_SESSION_TOKEN=hidden",
            "secret-key hidden",
        ] {
            assert_eq!(said(words.as_bytes()), "");
        }
        assert_eq!(said(b"  no network\n"), "no network");
    }
}
