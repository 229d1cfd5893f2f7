//! A key pair: what can be one, and what only resembles one. No message repeats a part of it.
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKey.html>

use std::fmt;

use super::TEMPORARY;
use crate::redact::{self, is_key_id};
use crate::text::{is_secret_shaped, masked, runs};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Id,
    Secret,
    Token,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Id => "the access key id",
            Part::Secret => "the secret access key",
            Part::Token => "the session token",
        })
    }
}

/// Why a text is no part of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    Empty(Part),
    /// It contains blanks or control characters.
    Blank(Part),
    /// It contains control characters.
    Control(Part),
    /// It begins or ends with a quote.
    Quoted(Part),
    /// A comment follows it on its line.
    Commented(Part),
    /// It has its name and a `=` before it.
    Named(Part),
    /// It is `$NAME` or `<name>`, and nothing fills it in.
    Placeholder(Part),
    /// The id is not 16 to 128 letters, digits or `_`.
    NotAnId,
    SecretAsId,
    /// Both halves are in one text.
    Together,
    IdAsSecret,
    Swapped,
    Temporary,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Empty(part) => write!(f, "{part} is empty"),
            Flaw::Blank(part) => write!(f, "{part} contains blanks or control characters"),
            Flaw::Control(part) => write!(f, "{part} contains control characters"),
            Flaw::Quoted(part) => write!(f, "{part} has quotes around it"),
            Flaw::Commented(part) => write!(f, "{part} has a comment behind it"),
            Flaw::Named(part) => write!(f, "{part} has its name before it"),
            Flaw::Placeholder(part) => write!(f, "{part} is a placeholder, which nothing fills in"),
            Flaw::NotAnId => write!(f, "{} is not 16 to 128 letters, digits or `_`", Part::Id),
            Flaw::SecretAsId => write!(f, "{} is shaped like a secret access key", Part::Id),
            Flaw::Together => write!(f, "{} and {} are given together", Part::Id, Part::Secret),
            Flaw::IdAsSecret => write!(f, "{} is shaped like an access key id", Part::Secret),
            Flaw::Swapped => write!(f, "{} and {} are swapped", Part::Id, Part::Secret),
            Flaw::Temporary => write!(f, "the key {TEMPORARY}"),
        }
    }
}

impl Flaw {
    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Flaw::Empty(_) => "fill it in",
            Flaw::Blank(_) | Flaw::Control(_) => "delete what does not belong to it",
            Flaw::Quoted(_) => "delete the quotes",
            Flaw::Commented(_) => "put the comment on a line of its own",
            Flaw::Named(_) => "give the value alone",
            Flaw::Placeholder(_) => "write the value itself",
            Flaw::NotAnId | Flaw::SecretAsId => "the id is the half that begins with `AKIA`",
            Flaw::Together => "give them one by one",
            Flaw::IdAsSecret => "the secret is the longer half, which AWS shows only once",
            Flaw::Swapped => "exchange the two values",
            Flaw::Temporary => "use a key that lasts",
        }
    }
}

/// What is wrong with a secret that AWS did not make.
pub const ODD_SECRET: &str = "is not 40 letters, digits, `/` or `+`, as AWS's are";

/// Checks a pair that is to be kept. `any_shape` accepts the ids of services that only resemble AWS.
///
/// # Errors
/// The first flaw.
pub fn check(id: &str, secret: &str, any_shape: bool) -> Result<(), Flaw> {
    if misplaced(id, secret) == Some(Flaw::Swapped) {
        return Err(Flaw::Swapped);
    }
    check_id(id, any_shape)?;
    check_secret(id, secret)
}

/// The halves in each other's place, or one of them in both: no shape of ids allows that. The halves of look-alike
/// services may be equal, so that alone is not enough here.
pub fn misplaced(id: &str, secret: &str) -> Option<Flaw> {
    if id.is_empty() || secret.is_empty() {
        return None;
    }
    match (is_aws_id(secret), is_secret_shaped(id)) {
        (true, _) if !is_key_id(id) => Some(Flaw::Swapped),
        (true, _) => Some(Flaw::IdAsSecret),
        (false, true) => Some(Flaw::SecretAsId),
        (false, false) => None,
    }
}

/// # Errors
/// As [`check`].
pub fn check_id(id: &str, any_shape: bool) -> Result<(), Flaw> {
    match id {
        _ if are_together(id) => return Err(Flaw::Together),
        _ if holds_secret(id) => return Err(Flaw::SecretAsId),
        _ => check_text(Part::Id, id)?,
    }
    match id {
        _ if id.starts_with("ASIA") => Err(Flaw::Temporary),
        _ if !any_shape && !is_key_id(id) => Err(Flaw::NotAnId),
        _ => Ok(()),
    }
}

/// # Errors
/// As [`check`]; `id` has been checked.
pub fn check_secret(id: &str, secret: &str) -> Result<(), Flaw> {
    if are_together(secret) {
        return Err(Flaw::Together);
    }
    check_text(Part::Secret, secret)?;
    match () {
        () if is_aws_id(secret) || secret == id && is_key_id(id) => Err(Flaw::IdAsSecret),
        // Shorter ones may be words that the id has too.
        () if secret != id && secret.len() >= 8 && id.contains(secret) => Err(Flaw::Together),
        () => Ok(()),
    }
}

/// Whether a text is both halves of a key, with something between them or nothing.
fn are_together(text: &str) -> bool {
    const BETWEEN: [char; 7] = [',', ';', ':', '|', '"', '\'', '/'];
    let parts = || text.split(|c: char| c.is_whitespace() || BETWEEN.contains(&c));
    let is_half = |part: &&str| part.len() >= 16;
    let has_both = holds_secret(text) || !is_named(text) && parts().filter(is_half).count() > 1;
    let rest = text.get(..ID).filter(|start| is_aws_id(start)).map(|_| &text[ID..]);
    has_both && parts().any(is_aws_id) || rest.is_some_and(is_secret_shaped)
}

/// The length of AWS's ids.
const ID: usize = 20;

/// Whether something in a text that should be an id is shaped like a secret. An id has only some of the letters of
/// secrets, so a long one may look like one.
fn holds_secret(text: &str) -> bool {
    runs(text)
        .map(|run| &text[run])
        .any(|run| is_secret_shaped(run) || run.contains(['/', '+']) && redact::has_random(run))
}

/// What was copied along with a part of a key.
fn check_text(part: Part, text: &str) -> Result<(), Flaw> {
    const QUOTES: [char; 7] = ['"', '\'', '`', '“', '”', '‘', '’'];
    let is_commented = || {
        let mut words = text.split_whitespace().skip(1);
        words.any(|word| word.starts_with(['#', ';']))
    };
    match text {
        "" => Err(Flaw::Empty(part)),
        _ if is_placeholder(text) => Err(Flaw::Placeholder(part)),
        _ if is_named(text) => Err(Flaw::Named(part)),
        _ if text.starts_with(QUOTES) || text.ends_with(QUOTES) => Err(Flaw::Quoted(part)),
        _ if is_commented() => Err(Flaw::Commented(part)),
        _ if has_blank(text) => Err(Flaw::Blank(part)),
        _ => Ok(()),
    }
}

/// Whether the whole of it is `${NAME}`, `$NAME`, `%NAME%`, `{{name}}` or `<name>`.
fn is_placeholder(text: &str) -> bool {
    let between = |open: &str, close: &str| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    let is_constant = |name: &str| {
        let is_letter = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        !name.is_empty() && name.bytes().all(is_letter)
    };
    let is_inside = |open, close| between(open, close).is_some_and(|name| !name.contains(char::is_control));
    is_inside("${", "}")
        || is_inside("{{", "}}")
        || is_inside("<", ">")
        || between("%", "%").is_some_and(is_constant)
        || text.strip_prefix('$').is_some_and(is_constant)
}

/// Whether it is `NAME=VALUE` or `NAME: VALUE`, as in a file, in JSON or behind `export`.
fn is_named(text: &str) -> bool {
    let name = text.split(['=', ':']).next().filter(|name| name.len() < text.len());
    name.is_some_and(|name| {
        let is_letter = |c: &char| c.is_ascii_alphanumeric();
        let name: String = name.chars().filter(is_letter).collect::<String>().to_lowercase();
        let ends = [
            "accesskeyid",
            "secretaccesskey",
            "awssecretkey",
            "secretkey",
            "accesskey",
        ];
        ends.iter().any(|end| name.ends_with(end))
    })
}

/// A flaw with which no service accepts a key that is written somewhere, whatever its keys look like; temporary keys are
/// no flaw here.
pub fn certain(id: &str, secret: &str, token: Option<&str>) -> Option<Flaw> {
    if misplaced(id, secret) == Some(Flaw::Swapped) {
        return Some(Flaw::Swapped);
    }
    let of_id = check_id(id, true).err().filter(|flaw| *flaw != Flaw::Temporary);
    let of_token = || check_text(Part::Token, token.filter(|token| !token.is_empty())?).err();
    of_id.or_else(|| check_secret(id, secret).err()).or_else(of_token)
}

/// Whether a secret that is accepted is not as AWS makes them.
pub fn is_odd(secret: &str) -> bool {
    let is_of_aws = |byte: u8| byte.is_ascii_alphanumeric() || b"/+".contains(&byte);
    secret.len() != 40 || !secret.bytes().all(is_of_aws)
}

/// Checks what a program or AWS answered, which may be the key of any service.
///
/// # Errors
/// The first flaw.
pub fn check_answer(id: &str, secret: &str, token: Option<&str>) -> Result<(), Flaw> {
    let parts = [(Part::Id, id), (Part::Secret, secret)];
    for (part, text) in parts.into_iter().chain(token.map(|token| (Part::Token, token))) {
        if text.is_empty() {
            return Err(Flaw::Empty(part));
        }
        if text.contains(char::is_control) {
            return Err(Flaw::Control(part));
        }
    }
    Ok(())
}

/// The part of a key that a text seems to be, where it should be something else.
pub fn resembles(text: &str) -> Option<Part> {
    if is_aws_id(text) {
        Some(Part::Id)
    } else {
        (masked(text) != text).then_some(Part::Secret)
    }
}

fn has_blank(text: &str) -> bool {
    text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Whether AWS itself makes such ids: `AKIA` and the like, in capital letters and digits. A secret may well consist of
/// letters and digits only, but not of so few.
fn is_aws_id(text: &str) -> bool {
    let prefixes = ["ABIA", "ACCA", "AKIA", "ASIA"];
    let has_prefix = text
        .get(..4)
        .is_some_and(|start| prefixes.iter().any(|prefix| start.eq_ignore_ascii_case(prefix)));
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    is_key_id(text)
        && (has_prefix && text.len() < 40 || text.starts_with('A') && text.len() == 20 && text.bytes().all(is_upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    /// A secret that has the letters of an id.
    const LETTERS: &str = "wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY";

    #[test]
    fn a_pair_is_checked() {
        for (id, secret, flaw) in [
            ("", SECRET, Flaw::Empty(Part::Id)),
            (ID, "", Flaw::Empty(Part::Secret)),
            (SECRET, ID, Flaw::Swapped),
            (LETTERS, ID, Flaw::Swapped),
            ("hunter2", ID, Flaw::Swapped),
            (SECRET, SECRET, Flaw::SecretAsId),
            (LETTERS, SECRET, Flaw::SecretAsId),
            (ID, ID, Flaw::IdAsSecret),
            (ID, "AKIAI44QH8DHBEXAMPLE", Flaw::IdAsSecret),
            (ID, "akiai44qh8dhbexample", Flaw::IdAsSecret),
            (ID, "ASIAI44QH8DHBEXAMPLE", Flaw::IdAsSecret),
            (
                "AKIAIOSFODNN7EXAMPLEMINE_",
                "AKIAIOSFODNN7EXAMPLEMINE_",
                Flaw::IdAsSecret,
            ),
            ("AKIAIOSFODNN7EX", SECRET, Flaw::NotAnId),
            ("AKIAIOSFODNN7-EXAMPLE", SECRET, Flaw::NotAnId),
            ("AKIAIOSFODNN7EXÄMPLE", SECRET, Flaw::NotAnId),
            ("AKIAIOSFODNN7 EXAMPLE", SECRET, Flaw::Blank(Part::Id)),
            ("AKIAIOSFODNN7EXAMPLE\u{85}", SECRET, Flaw::Blank(Part::Id)),
            (ID, "wJalrXUtnFEMI K7MDENG", Flaw::Blank(Part::Secret)),
            (ID, "wJalrXUtnFEMI\0K7MDENG", Flaw::Blank(Part::Secret)),
            (ID, "wJalrXUtnFEMI\u{a0}K7MDENG", Flaw::Blank(Part::Secret)),
            ("ASIAIOSFODNN7EXAMPLE", SECRET, Flaw::Temporary),
        ] {
            assert_eq!(check(id, secret, false), Err(flaw), "{id:?} {secret:?}");
        }
        let long = "a".repeat(129);
        assert_eq!(check(&long, SECRET, false), Err(Flaw::NotAnId));
        for (id, secret) in [
            (ID, SECRET),
            (ID, LETTERS),
            (ID, "short"),
            ("abcdefghij_klmno", SECRET),
            (&long[..128], SECRET),
        ] {
            assert_eq!(check(id, secret, false), Ok(()), "{id:?} {secret:?}");
        }
    }

    #[test]
    fn any_shape_lets_other_ids_in_but_no_mistake() {
        for (id, secret) in [
            ("minioadmin", "minioadmin"),
            ("a-b.c:d", "x"),
            ("x", "a'b=c:d"),
            (ID, SECRET),
        ] {
            assert_eq!(check(id, secret, true), Ok(()), "{id:?}");
        }
        for (id, secret, flaw) in [
            ("", "x", Flaw::Empty(Part::Id)),
            ("x", "", Flaw::Empty(Part::Secret)),
            ("a b", "x", Flaw::Blank(Part::Id)),
            ("x", "a\tb", Flaw::Blank(Part::Secret)),
            (ID, ID, Flaw::IdAsSecret),
            ("sixteen_letters_", "sixteen_letters_", Flaw::IdAsSecret),
            ("x", ID, Flaw::Swapped),
            (SECRET, ID, Flaw::Swapped),
            (LETTERS, ID, Flaw::Swapped),
            (SECRET, "x", Flaw::SecretAsId),
            (LETTERS, SECRET, Flaw::SecretAsId),
            (LETTERS, LETTERS, Flaw::SecretAsId),
            ("\"x\"", "x", Flaw::Quoted(Part::Id)),
            ("'x", "x", Flaw::Quoted(Part::Id)),
            ("x", "“y”", Flaw::Quoted(Part::Secret)),
            ("x", "'y'", Flaw::Quoted(Part::Secret)),
        ] {
            assert_eq!(check(id, secret, true), Err(flaw), "{id:?} {secret:?}");
        }
    }

    #[test]
    fn what_was_copied_along_is_named() {
        for (id, flaw) in [
            ("\"AKIAIOSFODNN7EXAMPLE\"", Flaw::Quoted(Part::Id)),
            ("AKIAIOSFODNN7EXAMPLE # mine", Flaw::Commented(Part::Id)),
            ("AKIAIOSFODNN7EXAMPLE ;mine", Flaw::Commented(Part::Id)),
            ("AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", Flaw::Named(Part::Id)),
            ("export AWS_ACCESS_KEY_ID='AKIAIOSFODNN7EXAMPLE'", Flaw::Named(Part::Id)),
            ("aws_access_key_id = AKIAIOSFODNN7EXAMPLE", Flaw::Named(Part::Id)),
            ("\"AccessKeyId\": \"AKIAIOSFODNN7EXAMPLE\",", Flaw::Named(Part::Id)),
        ] {
            for any_shape in [false, true] {
                assert_eq!(check(id, SECRET, any_shape), Err(flaw), "{id}");
            }
        }
        let named = format!("AWS_SECRET_ACCESS_KEY={SECRET}");
        assert_eq!(check(ID, &named, true), Err(Flaw::Named(Part::Secret)));
    }

    #[test]
    fn a_placeholder_is_no_key() {
        for text in ["${AWS_KEY}", "$SECRET", "%AWS_KEY%", "<your key>", "{{ key }}"] {
            for any_shape in [false, true] {
                assert_eq!(
                    check(text, SECRET, any_shape),
                    Err(Flaw::Placeholder(Part::Id)),
                    "{text}"
                );
            }
            assert_eq!(check(ID, text, true), Err(Flaw::Placeholder(Part::Secret)), "{text}");
        }
        for text in ["$ecret", "pa$$", "$", "<", "%", "%a%", "a<b>"] {
            assert_eq!(check(ID, text, true), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_written_key_has_no_blanks_in_any_part() {
        let token = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQ==";
        assert_eq!(certain("ASIAIOSFODNN7EXAMPLE", SECRET, Some(token)), None);
        assert_eq!(certain(ID, SECRET, Some("")), None);
        assert_eq!(certain("minioadmin", "minioadmin", None), None);
        for (id, secret, token, flaw) in [
            (&*format!("{ID}\n{SECRET}"), SECRET, None, Flaw::Blank(Part::Id)),
            (&*format!("{ID}\t{SECRET}"), SECRET, None, Flaw::Blank(Part::Id)),
            (ID, &*format!("{SECRET}\nregion = foo"), None, Flaw::Blank(Part::Secret)),
            (ID, SECRET, Some("IQoJ\nregion = foo"), Flaw::Blank(Part::Token)),
            (ID, SECRET, Some("\"IQoJ\""), Flaw::Quoted(Part::Token)),
            ("hunter2", ID, None, Flaw::Swapped),
        ] {
            assert_eq!(certain(id, secret, token), Some(flaw), "{id:?} {secret:?} {token:?}");
        }
    }

    #[test]
    fn halves_in_the_wrong_place_are_known_without_asking_for_their_shape() {
        for (id, secret, flaw) in [
            (SECRET, ID, Some(Flaw::Swapped)),
            ("hunter2", ID, Some(Flaw::Swapped)),
            (ID, ID, Some(Flaw::IdAsSecret)),
            (SECRET, "x", Some(Flaw::SecretAsId)),
            ("minioadmin", "minioadmin", None),
            ("ASIAIOSFODNN7EXAMPLE", SECRET, None),
            ("", ID, None),
            ("\"AKIAIOSFODNN7EXAMPLE\"", "x", None),
        ] {
            assert_eq!(misplaced(id, secret), flaw, "{id} {secret}");
        }
    }

    #[test]
    fn a_part_of_a_key_is_known_anywhere() {
        assert_eq!(resembles(SECRET), Some(Part::Secret));
        assert_eq!(resembles(ID), Some(Part::Id));
        for other in ["eu-west-1", "json", "AKIA", "production", "DEVELOPMENT_ACCOUNT1"] {
            assert_eq!(resembles(other), None, "{other}");
        }
    }

    #[test]
    fn an_odd_secret_is_one_that_aws_did_not_make() {
        assert!(!is_odd(SECRET) && !is_odd(LETTERS));
        for odd in [&SECRET[1..], &format!("{SECRET}a"), &SECRET.replace('/', "="), "x"] {
            assert!(is_odd(odd), "{odd}");
        }
    }

    #[test]
    fn an_answer_may_have_any_shape() {
        assert_eq!(check_answer("id", "a secret", None), Ok(()));
        assert_eq!(check_answer("id", "s", Some("t")), Ok(()));
        for (id, secret, token, flaw) in [
            ("", "s", None, Flaw::Empty(Part::Id)),
            ("i", "", None, Flaw::Empty(Part::Secret)),
            ("i", "s\n", None, Flaw::Control(Part::Secret)),
            ("i\0", "s", None, Flaw::Control(Part::Id)),
            ("i", "s", Some("t\r"), Flaw::Control(Part::Token)),
        ] {
            assert_eq!(check_answer(id, secret, token), Err(flaw));
        }
    }

    #[test]
    fn no_id_holds_the_secret() {
        for id in [
            format!("{ID},{SECRET}"),
            format!("{ID}\t{SECRET}"),
            format!("{ID} {SECRET}"),
            format!("{ID}:{SECRET}"),
            format!("{SECRET},{ID}"),
            format!("{ID},{LETTERS}"),
            format!("{ID}{SECRET}"),
            format!("{ID}{LETTERS}"),
            format!("{ID},not-shaped-like-one"),
        ] {
            for any_shape in [false, true] {
                assert_eq!(check_id(&id, any_shape), Err(Flaw::Together), "{id}");
            }
            assert_eq!(check_secret(ID, &id), Err(Flaw::Together), "{id}");
        }
        for id in [
            format!("key-{SECRET}"),
            format!("{SECRET}{SECRET}"),
            format!("x{SECRET}"),
            format!("key-{LETTERS}"),
        ] {
            assert_eq!(check_id(&id, true), Err(Flaw::SecretAsId), "{id}");
        }
        assert_eq!(check("key-hunter22", "hunter22", true), Err(Flaw::Together));
        for (id, secret) in [("minioadmin", "minioadmin"), ("test-user", "test"), ("a/b", "hunter22")] {
            assert_eq!(check(id, secret, true), Ok(()), "{id}");
        }
        // Long ids of other services.
        let long = "0aB1cD2eF3gH4iJ5".repeat(4);
        assert_eq!(check(&long, SECRET, false), Ok(()));
    }
}
