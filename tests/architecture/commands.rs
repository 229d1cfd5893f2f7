//! No command for pasting is put together by hand: `advice` quotes it for the shell that the user pastes it into.

use super::{code_lines, sources};

/// What makes the commands, what makes scripts, and what has lines for the settings of one shell.
const MAKERS: [&str; 3] = ["src/advice.rs", "src/shell/", "src/cmd/doctor/prompt/drawer.rs"];

/// Programs in our hints, and what a hint has them do.
const PROGRAMS: [(&str, &[&str]); 4] = [
    ("aws ", &["configure", "login", "sso", "sts"]),
    ("awsenv ", &VERBS),
    ("chmod ", &[]),
    ("chown ", &[]),
];

/// What is another command in each shell.
const PER_SHELL: [&str; 3] = ["unset ", "awsenv init ", "eval \""];

#[test]
fn commands_are_made_in_one_place() {
    let mut wrong = Vec::new();
    for source in sources() {
        if MAKERS.iter().any(|maker| source.path.starts_with(maker)) {
            continue;
        }
        let code: String = code_lines(source.split().0)
            .flat_map(|(_, line)| [line, "\n"])
            .collect();
        if code.contains("shell_words::quote") || code.contains("shell_words::join") {
            wrong.push(format!("{}: quotes for one shell only", source.path));
        }
        let by_hand = literals(&code).into_iter().filter(|text| is_by_hand(text));
        wrong.extend(by_hand.map(|text| format!("{}: {text}", source.path)));
    }
    assert!(wrong.is_empty(), "use `advice`\n{}", wrong.join("\n"));
}

#[test]
fn a_command_is_recognized_where_it_is_made_by_hand() {
    for text in [
        "awsenv use {}",
        "run `awsenv key import {name} --replace`",
        "awsenv key add -- {name}",
        "chmod u+w {}",
        "chmod u+w,go-w {}",
        "chmod 600 {shown}",
        "chown \\\"$(id -un)\\\" {shown}",
        "aws login --profile {name}",
        "aws configure set {key}",
        "fix: unset {variable}",
        "this shell has it: unset AWS_PROFILE",
        "eval \\\"$(awsenv use PROFILE)\\\"",
        "awsenv init bash",
        "awsenv explain --query={}",
    ] {
        assert!(is_by_hand(text), "{text}");
    }
    for text in [
        "`awsenv list` shows all profiles",
        "run `awsenv undo` again to {again} it",
        "awsenv exec PROFILE -- PROGRAM",
        "awsenv cannot read {path}",
        "awsenv: {message}",
        "{name} is unset",
        "is set to {store}",
        "to set `{key}` to {value}",
        "AWSENV_KEYCHAIN is set, {why}",
    ] {
        assert!(!is_by_hand(text), "{text}");
    }
    let code = "let a = \"one {\\\"x}\"; let b = r#\"two \"{}\"#; let c = '\"'; f(\"three\")";
    assert_eq!(literals(code), ["one {\\\"x}", "two \"{}", "three"]);
}

/// Whether a format string has a command with something in the place of a word, or one that is not the same in every
/// shell.
fn is_by_hand(text: &str) -> bool {
    let text = text.replace("\\\"", "\"");
    let begins_word = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "-_.".contains(c));
    let behind = |start: &'static str| {
        let places = text.match_indices(start).filter(|(at, _)| begins_word(*at));
        places.map(|(at, found)| &text[at + found.len()..])
    };
    let is_name = |rest: &str| rest.starts_with(|c: char| c.is_ascii_uppercase() || c == '{');
    let per_shell = |start| behind(start).any(|rest| start != "unset " || is_name(rest));
    PER_SHELL.into_iter().any(per_shell)
        || PROGRAMS
            .into_iter()
            .any(|(program, verbs)| behind(program).any(|rest| takes_a_value(rest, verbs)))
}

/// Whether a command goes on to a placeholder over nothing but verbs and options. "awsenv cannot read {path}" is a
/// sentence.
fn takes_a_value(rest: &str, verbs: &[&str]) -> bool {
    let is_value = |word: &str| word.starts_with('{') && !word.starts_with("{{");
    let is_own = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || "-+=,".contains(c));
    let mut words = rest.split(' ');
    if verbs.is_empty() {
        return words.any(is_value);
    }
    let is_command = words.clone().next().is_some_and(|first| verbs.contains(&first));
    let value = words.find(|word| !is_own(word));
    is_command && value.is_some_and(|word| word.split('=').any(|part| is_value(part.trim_start_matches('\''))))
}

const VERBS: [&str; 20] = [
    "complete",
    "completions",
    "configure",
    "credential-process",
    "current",
    "doctor",
    "exec",
    "explain",
    "fail",
    "history",
    "init",
    "key",
    "list",
    "login",
    "man",
    "prompt",
    "sessions",
    "undo",
    "unset",
    "use",
];

/// The texts of the string literals.
fn literals(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find('"') {
        let before = &rest[..at];
        // The character `'"'`.
        if before.ends_with('\'') && rest[at + 1..].starts_with('\'') || before.ends_with("b'") {
            rest = &rest[at + 1..];
            continue;
        }
        let hashes = before.len() - before.trim_end_matches('#').len();
        let is_raw = before.trim_end_matches('#').ends_with('r');
        let inner = &rest[at + 1..];
        let end = if is_raw {
            inner.find(&format!("\"{}", "#".repeat(hashes)))
        } else {
            let mut escaped = false;
            inner.find(|c: char| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            })
        };
        let Some(end) = end else { break };
        found.push(&inner[..end]);
        rest = &inner[end + 1..];
    }
    found
}
