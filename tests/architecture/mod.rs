//! The structure of the source that docs/architecture.md describes: dependencies point down, each crate has its home,
//! files stay short, nothing is left unfinished.

mod circles;
mod commands;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::support::PROJECT;

/// Lowest first: a module may use the layers below its own. `lib` and `main` are above them all.
const LAYERS: [&[&str]; 14] = [
    &["near", "secret", "text"],
    &["redact"],
    &["credentials"],
    &["aws", "env", "session"],
    &["awscli", "process"],
    &["config"],
    &["resolve", "shell", "prompt", "history", "journal", "keychain"],
    &["advice", "provider"],
    &["sys"],
    &["cli", "error"],
    &["ui"],
    &["context"],
    &["ops"],
    &["cmd"],
];

/// Modules that are lower layers but still off limits: a shell never sees a profile.
const BLIND: [(&str, &str); 2] = [("shell", "config"), ("prompt", "config")];

/// Each outside crate, by its name in code, and the only files or folders that may use it.
const HOMES: [(&str, &[&str]); 42] = [
    ("age", &["src/sys/keychain", "src/sys/sessions"]),
    ("aws_credential_types", &["src/aws/sign.rs"]),
    ("aws_sigv4", &["src/aws/sign.rs"]),
    (
        "base64",
        &[
            "src/env/origin.rs",
            "src/env/state.rs",
            "src/provider/sign_in",
            "src/sys/http",
        ],
    ),
    // `lib` parses, `unparsed` finds out how a rejected command line was meant, `complete` and `man` read the tree of
    // commands.
    (
        "clap",
        &[
            "src/cli",
            "src/lib.rs",
            "src/ops/unparsed.rs",
            "src/cmd/complete",
            "src/cmd/man.rs",
        ],
    ),
    ("clap_mangen", &["src/cmd/man.rs"]),
    ("dirs", &["src/sys/fs.rs"]),
    ("filedescriptor", &["src/sys/reader"]),
    ("getrandom", &["src/sys/random.rs"]),
    ("hashbrown", &["src/config/index.rs"]),
    ("hmac", &["src/sys/keychain"]),
    ("httparse", &["src/sys/loopback.rs"]),
    ("ini", &["src/config/settings"]),
    ("jiff", &["src/credentials/mod.rs", "src/sys/clock.rs"]),
    ("keyring", &["src/sys/keychain"]),
    ("keyring_core", &["src/sys/keychain"]),
    ("linux_keyutils", &["src/sys/keychain"]),
    ("linux_keyutils_keyring_store", &["src/sys/keychain"]),
    ("nix", &["src/sys/reader"]),
    ("qrcode", &["src/ops/sign_in/qr.rs"]),
    // Its terminal part, crossterm, reads what must not be echoed.
    ("ratatui", &["src/sys/picker", "src/sys/terminal"]),
    ("regex_syntax", &["src/text.rs"]),
    ("roxmltree", &["src/aws"]),
    ("rustix", &["src/sys/"]),
    ("rustls", &["src/sys/http"]),
    // JSON is a vocabulary, like the standard library's types.
    ("serde", &["src/"]),
    ("serde_json", &["src/"]),
    ("sha1", &["src/awscli/mod.rs"]),
    // `login` and `keychain` compute file names.
    (
        "sha2",
        &[
            "src/env/origin.rs",
            "src/journal",
            "src/keychain",
            "src/provider/sign_in",
            "src/session",
            "src/sys/",
        ],
    ),
    (
        "shell_words",
        &["src/cmd/key/unlock.rs", "src/ops/codes", "src/sys/browser.rs"],
    ),
    ("signal_hook", &["src/sys/signals.rs"]),
    ("skim", &["src/sys/picker"]),
    ("strsim", &["src/near.rs"]),
    ("tokio", &["src/sys/picker"]),
    ("toml", &["src/shell/starship.rs"]),
    (
        "unicode_width",
        &[
            "src/text.rs",
            "src/cmd/explain/text.rs",
            "src/ops/pick/row.rs",
            "src/ops/sso/menu.rs",
        ],
    ),
    ("ureq", &["src/sys/http"]),
    ("wildmatch", &["src/config/settings"]),
    ("zbus", &["src/sys/keychain"]),
    ("zeroize", &["src/"]),
    ("proptest", &[]),
    ("tempfile", &[]),
];

/// In lines, without the file's tests.
const LONGEST: usize = 400;

#[test]
fn arrows_point_down() {
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(module) = source.module.first() else { continue };
        for used in source.used_modules().into_iter().filter(|used| used != module) {
            let below = layer(&used).is_some() && layer(&used) < layer(module);
            let blind = BLIND.contains(&(module, &used));
            if blind || !below {
                wrong.push(format!("{}: {module} -> {used}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn siblings_form_no_circle() {
    let modules: Vec<circles::Module> = sources()
        .into_iter()
        .filter(|source| !source.is_test())
        .map(|source| circles::Module {
            code: code_lines(source.split().0)
                .flat_map(|(_, line)| [line, "\n"])
                .collect(),
            path: source.module,
        })
        .collect();
    assert_eq!(
        circles::circles(&modules),
        [""; 0],
        "move what both need into a third file"
    );
}

#[test]
fn nothing_climbs_to_the_root_by_super() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (number, line) in source.code() {
            let inside_tests = number > source.lines_before_tests();
            // `super` from a top-level module, or `super::super` from its child, is the crate's root.
            let steps = source.module.len() + usize::from(inside_tests);
            if line.contains(&"super::".repeat(steps.max(1))) {
                wrong.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "write `crate::` instead\n{}", wrong.join("\n"));
}

#[test]
fn commands_are_leaves() {
    let cli = read("src/cli/mod.rs");
    let start = cli.find("pub enum Command {").expect("the commands");
    let commands: BTreeSet<String> = cli[start..]
        .lines()
        .skip(1)
        .take_while(|line| *line != "}")
        .filter_map(|line| Some(line.trim().split_once('(')?.0.to_lowercase()))
        .filter(|name| name.chars().all(|c| c.is_ascii_alphabetic()))
        .map(|name| match name.as_str() {
            "use" => "use_".into(),
            "credentialprocess" => "credential_process".into(),
            _ => name,
        })
        .collect();
    assert!(
        commands.contains("use_") && commands.contains("explain"),
        "{commands:?}"
    );
    let folder: BTreeSet<String> = sources()
        .iter()
        .filter(|source| source.module.len() > 1 && source.module[0] == "cmd")
        .map(|source| source.module[1].clone())
        .collect();
    assert_eq!(folder, commands, "cmd holds the commands and nothing else");
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| source.module.len() > 1 && source.module[0] == "cmd")
    {
        for (number, line) in source.code() {
            for command in commands.iter().filter(|command| **command != source.module[1]) {
                if ["crate::cmd::", "super::"]
                    .iter()
                    .any(|path| uses(line, &format!("{path}{command}")))
                {
                    wrong.push(format!("{}:{number}: {}", source.path, line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "a command calls another\n{}", wrong.join("\n"));
}

#[test]
fn each_crate_stays_in_its_home() {
    let homes: BTreeMap<_, _> = HOMES.into_iter().collect();
    let names: Vec<String> = dependencies().iter().map(|(name, _)| code_name(name)).collect();
    for name in &names {
        assert!(
            homes.contains_key(name.as_str()),
            "the dependency `{name}` has no home in this test"
        );
    }
    for name in homes.keys() {
        assert!(
            names.iter().any(|known| known == name),
            "`{name}` has a home but is no dependency"
        );
    }
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        let (before, _) = source.split();
        for (name, places) in &homes {
            let used = code_lines(before).any(|(_, line)| uses(line, &format!("{name}::")));
            if used && !places.iter().any(|place| source.path.starts_with(place)) {
                wrong.push(format!("{} uses {name}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_dependency_says_why() {
    for (name, reason) in dependencies() {
        assert!(
            reason.starts_with("# "),
            "Cargo.toml: `{name}` has no line above it that says why"
        );
    }
}

/// `Cargo.toml` names `tests/main.rs`; every other file must be a module of another.
#[test]
fn no_test_file_is_forgotten() {
    let mut paths = Vec::new();
    collect(&Path::new(PROJECT).join("tests"), &mut paths);
    let texts: Vec<String> = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("a test"))
        .collect();
    for path in &paths {
        let stem = path.file_stem().expect("a name").to_string_lossy();
        let found_by_cargo = path == &Path::new(PROJECT).join("tests/main.rs");
        let name = if stem == "mod" {
            path.parent()
                .and_then(Path::file_stem)
                .expect("a folder")
                .to_string_lossy()
        } else {
            stem
        };
        let line = format!("mod {name};");
        assert!(
            found_by_cargo || texts.iter().any(|text| text.contains(&line)),
            "no test has `{line}`"
        );
    }
}

#[test]
fn every_source_file_says_what_it_is_for() {
    for source in sources() {
        assert!(source.text.starts_with("//! "), "{} begins without `//!`", source.path);
    }
}

#[test]
fn files_stay_short() {
    let lengths: Vec<_> = sources()
        .iter()
        .map(|source| (source.lines_before_tests(), source.path.clone()))
        .collect();
    let long: Vec<_> = lengths.iter().filter(|(lines, _)| *lines > LONGEST).collect();
    assert!(long.is_empty(), "more than {LONGEST} lines before the tests: {long:?}");
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = ["TO", "FIX", "XX"].map(|start| format!("{start}{}", if start == "TO" { "DO" } else { "ME" }));
    let mut wrong = Vec::new();
    for source in sources() {
        for (number, line) in source.text.lines().enumerate() {
            let macros = ["todo!(", "unimplemented!("].iter().any(|name| line.contains(name));
            if macros || marks.iter().any(|mark| line.contains(mark)) {
                wrong.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_reads_them() {
    let text = "use crate::{\n    env::{Env, diff},\n    ui,\n};\nfn f() { crate::shell::x(crate::sys::y) }\nuse crate::Process;\n// crate::cmd\n";
    let source = Source {
        path: String::new(),
        module: vec!["a".into()],
        text: text.into(),
    };
    assert_eq!(
        source.used_modules().into_iter().collect::<Vec<_>>(),
        ["Process", "env", "shell", "sys", "ui"]
    );
    assert!(uses("use ini::Ini;", "ini::") && !uses("use mini::Ini;", "ini::"));
}

struct Source {
    /// Relative to the project.
    path: String,
    /// Empty for `lib.rs` and `main.rs`.
    module: Vec<String>,
    text: String,
}

impl Source {
    /// The text before the unit tests, and the tests.
    fn split(&self) -> (&str, &str) {
        let at = self.text.find("\n#[cfg(test)]").map_or(self.text.len(), |at| at + 1);
        self.text.split_at(at)
    }

    /// Whether it is a file of unit tests, in a folder or file of their own.
    fn is_test(&self) -> bool {
        self.module.iter().any(|part| part == "tests")
    }

    fn lines_before_tests(&self) -> usize {
        self.split().0.lines().count()
    }

    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        code_lines(&self.text)
    }

    /// The names directly after every `crate::`, also in groups. What `lib` itself defines is no layer.
    fn used_modules(&self) -> BTreeSet<String> {
        let text: String = self.code().flat_map(|(_, line)| [line, "\n"]).collect();
        let mut found = BTreeSet::new();
        for (at, _) in text.match_indices("crate::") {
            let rest = &text[at + "crate::".len()..];
            match rest.strip_prefix('{') {
                None => found.extend(first_word(rest)),
                Some(group) => found.extend(group_members(group)),
            }
        }
        found
    }
}

fn first_word(text: &str) -> Option<String> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

/// The first words of the members of a `{…}`, after its opening brace.
fn group_members(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                members.extend(first_word(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.extend(first_word(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    members
}

/// Whether `line` contains `path` as a whole path, not as the end of a longer word.
fn uses(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + path.len()..].chars().next();
        let part_of_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !part_of_word(before) && before != Some(':') && (path.ends_with(':') || !part_of_word(after))
    })
}

/// Line numbers and lines, without comments.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn sources() -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&Path::new(PROJECT).join("src"), &mut paths);
    paths.sort();
    assert!(paths.len() > 10, "the source is here");
    paths.into_iter().map(|path| source(&path)).collect()
}

fn source(path: &Path) -> Source {
    let relative = path.strip_prefix(PROJECT).expect("a file of the project");
    let mut module: Vec<String> = relative
        .with_extension("")
        .iter()
        .skip(1)
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    module.retain(|part| !["lib", "main", "mod"].contains(&part.as_str()));
    let path = relative.to_string_lossy().replace('\\', "/");
    Source {
        text: read(&path),
        path,
        module,
    }
}

fn collect(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// Each with the line above it in Cargo.toml.
fn dependencies() -> Vec<(String, String)> {
    let cargo = read("Cargo.toml");
    let (mut inside, mut above, mut found) = (false, String::new(), Vec::new());
    for line in cargo.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if inside && !line.starts_with('#') {
            found.extend(line.split_once(" = ").map(|(name, _)| (name.to_owned(), above.clone())));
        }
        above = line.to_owned();
    }
    found
}

/// The name of a crate in code.
fn code_name(dependency: &str) -> String {
    if dependency == "rust-ini" {
        "ini".into()
    } else {
        dependency.replace('-', "_")
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(PROJECT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
