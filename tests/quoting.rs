//! Quoting: a shell reads exactly the intended value, for any value.
//!
//! Each shell has a reference parser here, written from its manual, which accepts only the forms that awsenv may print.
//! `corpus.rs` tests the real shells.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};

use awsenv::env::Env;
use awsenv::env::names::{CONTAINER, IDENTITY, MARKS, REGION, VarName};
use awsenv::env::session::{RegionChange, Target, enter, leave};
use awsenv::env::state::{State, Style};
use awsenv::env::wish::Wish;
use awsenv::secret::Secret;
use awsenv::shell::Shell;
use proptest::prelude::*;
use serde_json::Value;

/// How bash and zsh read one word: `'…'`, or `$'…'` with three octal digits for a byte.
fn read_bash(word: &str) -> Option<Vec<u8>> {
    let bytes = word.as_bytes();
    if let Some(inner) = bytes.strip_prefix(b"'").and_then(|rest| rest.strip_suffix(b"'")) {
        return (!inner.contains(&b'\'')).then(|| inner.to_vec());
    }
    let mut inner = bytes.strip_prefix(b"$'")?.strip_suffix(b"'")?;
    let mut value = Vec::new();
    while let Some((&byte, rest)) = inner.split_first() {
        inner = rest;
        match byte {
            b'\'' => return None,
            b'\\' => {
                let (digits, rest) = inner.split_at_checked(3)?;
                let digits = std::str::from_utf8(digits).ok()?;
                value.push(u8::from_str_radix(digits, 8).ok()?);
                inner = rest;
            }
            byte => value.push(byte),
        }
    }
    Some(value)
}

/// How a POSIX shell reads one word: `'…'`, `\'`, and `"$(command printf '\NNN…')"` for bytes that are not UTF-8.
fn read_posix(word: &str) -> Option<Vec<u8>> {
    const OPEN: &str = "\"$(\\command printf '";
    let mut value = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("\\'") {
            value.push(b'\'');
            rest = after;
        } else if let Some(after) = rest.strip_prefix(OPEN) {
            let (octal, after) = after.split_once("')\"")?;
            for digits in octal.strip_prefix('\\')?.split('\\') {
                let byte = u8::from_str_radix(digits, 8).ok().filter(|_| digits.len() == 3)?;
                // A command substitution would drop these.
                (byte != b'\n' && byte != 0).then(|| value.push(byte))?;
            }
            rest = after;
        } else {
            let (inner, after) = rest.strip_prefix('\'')?.split_once('\'')?;
            value.extend(inner.bytes());
            rest = after;
        }
    }
    Some(value)
}

/// How fish reads one word: `'…'` and, outside of quotes, `\Xhh`.
fn read_fish(word: &str) -> Option<Vec<u8>> {
    let mut value = Vec::new();
    let mut rest = word;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("\\X") {
            let (digits, after) = after.split_at_checked(2)?;
            value.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            let (inner, after) = rest.strip_prefix('\'')?.split_once('\'')?;
            // A backslash is special in fish's quotes.
            (!inner.contains('\\')).then(|| value.extend(inner.bytes()))?;
            rest = after;
        }
    }
    Some(value)
}

/// How PowerShell reads one expression: `'…'`, or `-join(…)` of such literals and `[char]N`.
fn read_powershell(text: &str) -> Option<String> {
    let quoted = |piece: &str| -> Option<Vec<u16>> {
        let inner = piece.strip_prefix('\'')?.strip_suffix('\'')?;
        let plain = inner.bytes().all(|b| (0x20..0x7f).contains(&b) && b != b'\'');
        plain.then(|| inner.encode_utf16().collect())
    };
    let Some(mut list) = text.strip_prefix("-join(").and_then(|rest| rest.strip_suffix(')')) else {
        return String::from_utf16(&quoted(text)?).ok();
    };
    let mut units = Vec::new();
    loop {
        let end = match list.strip_prefix('\'') {
            Some(rest) => rest.find('\'')? + 2,
            None => list.find(',').unwrap_or(list.len()),
        };
        let (piece, rest) = list.split_at(end);
        match piece.strip_prefix("[char]") {
            Some(number) => units.push(number.parse().ok()?),
            None => units.extend(quoted(piece)?),
        }
        match rest.strip_prefix(',') {
            Some(rest) => list = rest,
            None if rest.is_empty() => return String::from_utf16(&units).ok(),
            None => return None,
        }
    }
}

fn read(shell: Shell, word: &str) -> Option<Vec<u8>> {
    match shell {
        Shell::Bash | Shell::Zsh => read_bash(word),
        Shell::Fish => read_fish(word),
        Shell::Posix => read_posix(word),
        Shell::PowerShell => read_powershell(word).map(String::into_bytes),
    }
}

fn check(shell: Shell, value: &OsStr) -> Result<(), TestCaseError> {
    let word = shell.syntax().quote(value);
    let read = read(shell, &word);
    prop_assert_eq!(read.as_deref(), Some(value.as_bytes()), "{:?}: {}", shell, word);
    if shell != Shell::Posix {
        prop_assert!(word.bytes().all(|b| (0x20..0x7f).contains(&b)), "{:?}: {}", shell, word);
    }
    Ok(())
}

/// Bytes that a variable can hold, with dangerous ones more often than by chance.
fn bytes() -> impl Strategy<Value = OsString> {
    let piece = prop_oneof![
        3 => any::<u8>().prop_map(|b| vec![b.max(1)]),
        3 => prop::sample::select(b"'\"\\$`!*?[]{}()#;&|<>~= \t\n\r%-\x01\x7f\xff\xc3".as_slice()).prop_map(|b| vec![b]),
        2 => any::<char>().prop_filter("no NUL", |c| *c != '\0').prop_map(|c| c.to_string().into_bytes()),
        1 => "[a-z0-9]{1,4}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| OsString::from_vec(pieces.concat()))
}

fn text() -> impl Strategy<Value = String> {
    bytes().prop_map(|value| value.to_string_lossy().into_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_as_they_are(value in bytes()) {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Posix] {
            check(shell, &value)?;
        }
    }

    #[test]
    fn any_text_is_read_as_it_is(value in text()) {
        for shell in Shell::ALL {
            check(shell, value.as_ref())?;
        }
    }
}

#[test]
fn each_byte_is_read_as_it_is_whatever_stands_beside_it() {
    for first in 1..=255 {
        let mut word = vec![first];
        for second in std::iter::once(None).chain(b"07nxa'\\ \n\x80\xbf\xc3\xff".iter().map(Some)) {
            word.truncate(1);
            word.extend(second);
            for shell in [Shell::Bash, Shell::Fish, Shell::Posix] {
                check(shell, OsStr::from_bytes(&word)).expect("the same bytes");
            }
        }
    }
}

#[test]
fn powershell_literals_are_those_that_were_measured() {
    let golden: Vec<Value> = serde_json::from_str(include_str!("data/powershell-golden.json")).expect("the table");
    assert!(golden.len() > 100);
    for entry in golden {
        let (value, literal) = (
            entry["v"].as_str().expect("v"),
            entry["literal"].as_str().expect("literal"),
        );
        assert_eq!(
            Shell::PowerShell.syntax().quote(value.as_ref()),
            literal,
            "{}",
            entry["note"]
        );
        assert_eq!(read_powershell(literal).as_deref(), Some(value));
    }
}

/// An environment with hostile values under names that `use` manages.
fn environment() -> impl Strategy<Value = Env> {
    let managed: Vec<&str> = [&IDENTITY[..], &CONTAINER, &MARKS, &REGION, &["GRANTED_SSO_X"]].concat();
    prop::collection::btree_map(prop::sample::select(managed), bytes(), 0..8).prop_map(Env::from_iter)
}

fn target() -> impl Strategy<Value = Target> {
    let exported: Vec<&str> = vec![
        "AWS_PROFILE",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_CA_BUNDLE",
        "AWS_ENDPOINT_URL_S3",
    ];
    let vars = prop::collection::btree_map(prop::sample::select(exported), text(), 0..4);
    let region = prop_oneof![
        text().prop_map(RegionChange::Clear),
        Just(RegionChange::Own),
        text().prop_map(RegionChange::Set),
    ];
    (text(), vars, region, any::<bool>(), any::<Option<i64>>()).prop_map(
        |(profile, vars, region, container, expires)| {
            let vars = vars
                .into_iter()
                .filter_map(|(name, value)| Some((VarName::parse(name)?, Secret::new(value))));
            Target {
                wish: Wish::default(),
                shown: profile.escape_debug().to_string(),
                profile,
                style: Style::Keys,
                vars: vars.collect::<BTreeMap<_, _>>(),
                region,
                container,
                expires,
            }
        },
    )
}

/// The guarantees for a whole script, whatever it sets.
fn check_script(shell: Shell, script: &str) -> Result<(), TestCaseError> {
    let (start, end) = match shell {
        Shell::Fish => ("begin; ", "; end"),
        Shell::PowerShell => ("& { ", " }"),
        Shell::Bash | Shell::Posix | Shell::Zsh => ("{ ", "; }"),
    };
    prop_assert!(
        script.starts_with(start) && script.ends_with(end),
        "one block: {script}"
    );
    if shell != Shell::Posix {
        prop_assert!(
            script.bytes().all(|b| (0x20..0x7f).contains(&b)),
            "one line of ASCII: {script}"
        );
    }
    if matches!(shell, Shell::Bash | Shell::Zsh) {
        // An unquoted `eval $(…)` splits the text at blanks and treats each word as a pattern.
        prop_assert!(!script.contains("  "), "a run of blanks: {script}");
        for word in script.split(' ') {
            let class = word.find('[').is_some_and(|at| word[at..].contains(']'));
            prop_assert!(
                !class && !word.contains(['*', '?']),
                "{word} could match a file: {script}"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_script_is_one_line_in_one_block(env in environment(), a in target(), b in target()) {
        let first = enter(&env, None, &a);
        let inside: Env = first.apply(&env).into_iter().collect();
        let state = State::read(&inside).expect("our own state");
        let second = enter(&inside, state.as_ref(), &b);
        let back = leave(&inside, state.as_ref()).diff;
        let blind = leave(&inside, None).diff;
        for shell in Shell::ALL {
            for diff in [&first, &second, &back, &blind] {
                let script = shell.syntax().script(diff, None);
                check_script(shell, &script)?;
                prop_assert_eq!(&script, &shell.syntax().script(diff, None), "the same changes, the same bytes");
            }
        }
    }
}
