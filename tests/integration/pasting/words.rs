//! Any word in a command arrives as it is.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use awsenv::advice::{Advice, Command, Paste};
use awsenv::shell::Shell;
use serde_json::Value;

use super::{preludes, recorded, recorders};
use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::support::{AWSENV, RealShell, Sandbox, installed};

/// Beside those of the corpus.
const WORDS: [&str; 40] = [
    "a@b.com",
    "acme/prod",
    "a:b",
    "a+b-c",
    "_x.y",
    "-",
    "--",
    "-x",
    "-c:v",
    "--x=y",
    "=x",
    "==",
    "~",
    "~root",
    "!",
    "!!",
    "a!b",
    "it's !! $x",
    "^a^b",
    "#x",
    "{a,b}",
    "@x",
    "@(a)",
    "a,b",
    "%x",
    "%%\\",
    "'%s'!",
    "x ",
    "*",
    "it’s",
    "'‘’‚‛",
    "“x”",
    "q’; touch pwned #",
    "a\u{202e}b",
    "größe",
    "\u{301}e",
    "0x10",
    "1kb",
    "\u{feff}",
    "\u{e0067}",
];

/// What the corpus would create.
const CANARY: &str = "/tmp/awsenv-pwned";

fn corpus() -> Vec<OsString> {
    let text = include_str!("../../data/brutal-values.json").replace(CANARY, "pwned");
    let values: Vec<Value> = serde_json::from_str(&text).expect("the corpus");
    let unhex = |hex: &str| {
        let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
        OsString::from_vec((0..hex.len()).step_by(2).map(digits).collect())
    };
    let parse = |entry: &Value| match entry["v"].as_str() {
        Some(text) => OsString::from(text),
        None => unhex(entry["hex"].as_str().expect("`v` or `hex`")),
    };
    values.iter().map(parse).chain(WORDS.map(OsString::from)).collect()
}

fn line(shell: Shell, command: Command) -> String {
    let paste = Paste {
        shell: &|| shell,
        home: None,
        start_dirs: &Default::default(),
    };
    let line = Advice::from(command).shown(&paste, str::to_owned);
    let is_seen = |(_, _, is_seen)| is_seen;
    assert!(awsenv::text::judged(&line).all(is_seen), "{line:?}");
    line
}

/// Each word as an operand, as the value of an option and as a path, and what they must arrive as.
fn lines(shell: Shell, has_bytes: bool) -> (Vec<String>, Vec<Vec<OsString>>) {
    let mut lines = Vec::new();
    let mut expected = Vec::new();
    for word in corpus() {
        if has_bytes || word.to_str().is_some() {
            lines.push(line(shell, Command::new("chmod 600").file(Path::new(&word))));
            let dashes = if word.as_bytes().starts_with(b"-") {
                &["--"][..]
            } else {
                &[]
            };
            let start = ["chmod", "600"].iter().chain(dashes).map(OsString::from);
            expected.push(start.chain([word.clone()]).collect());
        }
        // A longer one is not written out.
        let Some(text) = word.to_str().filter(|text| text.len() <= 4096) else {
            continue;
        };
        lines.push(line(
            shell,
            Command::new("awsenv key import").option("--split", text).operand(text),
        ));
        let given = match text.strip_prefix('-') {
            Some(_) => vec![format!("--split={text}"), "--".to_owned(), text.to_owned()],
            None => vec!["--split".to_owned(), text.to_owned(), text.to_owned()],
        };
        let given = given.into_iter().map(OsString::from);
        expected.push(
            ["awsenv", "key", "import"]
                .map(OsString::from)
                .into_iter()
                .chain(given)
                .collect(),
        );
    }
    (lines, expected)
}

#[track_caller]
fn assert_recorded(sandbox: &Sandbox, expected: &[Vec<OsString>], label: &str) {
    let found = recorded(sandbox);
    let shown = |line: &[OsString]| line.join(OsStr::new("|"));
    for (at, expected) in expected.iter().enumerate() {
        let line = found.get(at).cloned().unwrap_or_default();
        let line: Vec<OsString> = line.into_iter().map(OsString::from_vec).collect();
        assert_eq!(shown(&line), shown(expected), "{label}: line {at}");
    }
    assert_eq!(found.len(), expected.len(), "{label}");
    assert!(!sandbox.path("pwned").exists(), "{label}");
}

/// Shells as they are, and with options that change how a word is read.
fn shells() -> Vec<RealShell> {
    let mut shells = installed();
    for shell in shells.clone() {
        let variant = |name, args, word| RealShell {
            name,
            args,
            word,
            ..shell.clone()
        };
        let odd_zsh = &[
            "-f",
            "-eu",
            "-o",
            "SH_WORD_SPLIT",
            "-o",
            "KSH_ARRAYS",
            "-o",
            "CSH_JUNKIE_QUOTES",
            "-o",
            "EXTENDED_GLOB",
            "-o",
            "RC_QUOTES",
            "-o",
            "BRACE_CCL",
            "-o",
            "MAGIC_EQUAL_SUBST",
            "-o",
            "INTERACTIVE_COMMENTS",
            "-o",
            "NULL_GLOB",
        ];
        match shell.name {
            // `sh` on many systems.
            "bash" => shells.push(variant("bash", &["--posix", "--norc", "-eu", "-O", "extglob"], "posix")),
            "zsh" => shells.push(variant("odd zsh", odd_zsh, "zsh")),
            _ => {}
        }
    }
    shells
}

#[test]
fn a_word_is_pasted_exactly() {
    for shell in shells() {
        let syntax = Shell::parse(shell.word).expect("a shell of ours");
        // These two hold only text.
        let has_bytes = !["pwsh", "yash"].contains(&shell.name);
        let (lines, expected) = lines(syntax, has_bytes);
        for prelude in preludes(&shell) {
            let sandbox = recorders();
            let label = format!("{} ({:?}) after {prelude:?}", shell.name, shell.args);
            let output = sandbox.script(&shell, prelude + &lines.join("\n") + "\n").output();
            assert_eq!(output.status, 0, "{label}: {}", output.err());
            assert_recorded(&sandbox, &expected, &label);
        }
    }
}

/// What only a terminal has: the history, the line editor, and the markers of a paste.
#[test]
fn a_word_is_pasted_exactly_at_a_prompt() {
    for name in INTERACTIVE {
        let shell = Shell::parse(name).expect("a shell of ours");
        let sandbox = recorders();
        let load = match name {
            "fish" => format!("{AWSENV} init fish --no-prompt | source"),
            _ => format!("eval \"$({AWSENV} init {name} --no-prompt)\""),
        };
        let Some(terminal) = Terminal::open_bare(&sandbox, name, &load) else {
            continue;
        };
        let mut expected = Vec::new();
        for word in WORDS {
            terminal.paste(&line(shell, Command::new("awsenv key add").operand(word)));
            terminal.key("Enter");
            let dashes = if word.starts_with('-') { &["--"][..] } else { &[] };
            let start = ["awsenv", "key", "add"].iter().chain(dashes).map(OsString::from);
            expected.push(start.chain([OsString::from(word)]).collect::<Vec<_>>());
        }
        terminal.line("awsenv list; echo >finished");
        terminal.file("finished");
        expected.push(vec!["awsenv".into(), "list".into()]);
        assert_recorded(&sandbox, &expected, name);
    }
}
