//! Hostile values through the real shells: each arrives unchanged, and none is executed.
//!
//! Each value is a secret, a profile name, a region, and a value of the user's own that is restored: once from
//! AWSENV_STATE, as in a nested shell, and once from what the shell itself saved. A child of the shell reports its
//! environment. Some values would create a file, the canary, which must not exist afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::support::{Family, RealShell, Sandbox};
use awsenv::credentials::pair::certain;
use awsenv::env::Env;
use awsenv::env::diff::EnvDiff;
use awsenv::env::names::VarName;
use awsenv::env::session::{RegionChange, Target, enter, leave};
use awsenv::env::state::State;
use awsenv::env::style::Style;
use awsenv::env::wish::Wish;
use awsenv::redact::harmless;
use awsenv::secret::Secret;
use awsenv::shell::Shell;
use serde_json::Value;

/// The canary's path in the file of values. Each test replaces it with one of its own, because users and test runs
/// share /tmp.
const CANARY: &str = "/tmp/awsenv-pwned";

/// The user's own variable, which is restored from the shell's saved variables and from AWSENV_STATE.
const OWN: &str = "AWS_ROLE_ARN";

/// All shells run at once, so each takes minutes on a slow machine.
const LIMIT: Duration = Duration::from_secs(600);

struct Hostile {
    value: OsString,
    note: String,
}

fn corpus(canary: &Path) -> Vec<Hostile> {
    let text = include_str!("data/brutal-values.json").replace(CANARY, canary.to_str().expect("text"));
    let values: Vec<Value> = serde_json::from_str(&text).expect("the corpus");
    let parse = |entry: &Value| {
        let value = match (entry["v"].as_str(), entry["hex"].as_str()) {
            (Some(text), None) => OsString::from(text),
            (None, Some(hex)) => OsString::from_vec(unhex(hex)),
            _ => panic!("{entry}: either `v` or `hex`"),
        };
        let note = entry["note"].as_str().expect("a note").to_owned();
        Hostile { value, note }
    };
    values.iter().map(parse).collect()
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    (0..hex.len()).step_by(2).map(digits).collect()
}

/// A shell with options that change how it reads text.
struct SetUp {
    label: &'static str,
    shell: RealShell,
    locale: &'static str,
    /// The ways a script reaches the shell; `FILE` is the file that holds it.
    forms: &'static [&'static str],
}

const QUOTED: &str = "eval \"$(/bin/cat FILE)\"";
const UNQUOTED: &str = "eval $(/bin/cat FILE)";
const DOT: &str = ". ./FILE";

/// Options of zsh that people set, and that change how words are read.
const ODD_ZSH: &[&str] = &[
    "-f",
    "-euo",
    "pipefail",
    "-o",
    "SH_WORD_SPLIT",
    "-o",
    "KSH_ARRAYS",
    "-o",
    "WARN_CREATE_GLOBAL",
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
    "NO_NOMATCH",
];

fn set_ups() -> Vec<SetUp> {
    let mut all = Vec::new();
    for shell in crate::support::installed() {
        let forms: &[&str] = match (shell.name, shell.family) {
            (_, Family::PowerShell) => &[
                "Invoke-Expression (/bin/cat FILE | Out-String)",
                "/bin/cat FILE | Invoke-Expression",
            ],
            (_, Family::Fish) => &["eval (/bin/cat FILE)", "source FILE", "/bin/cat FILE | source"],
            ("bash" | "zsh", _) => &[QUOTED, UNQUOTED, DOT],
            _ => &[QUOTED, DOT],
        };
        let variant = |label, args: Option<&'static [&'static str]>, locale| {
            let args = args.unwrap_or(shell.args);
            let shell = RealShell { args, ..shell.clone() };
            SetUp {
                label,
                shell,
                locale,
                forms,
            }
        };
        all.push(variant(shell.name, None, "C.UTF-8"));
        match shell.name {
            "bash" => {
                let posix = ["--norc", "--noprofile", "--posix", "-euo", "pipefail", "-O", "extglob"].as_slice();
                all.push(SetUp {
                    forms: &[QUOTED],
                    ..variant("bash --posix", Some(posix), "C")
                });
            }
            "zsh" => {
                all.push(SetUp {
                    forms: &[QUOTED, UNQUOTED],
                    ..variant("zsh with odd options", Some(ODD_ZSH), "C.UTF-8")
                });
                // With this option zsh treats all unquoted text as a pattern, so an unquoted `eval` fails (and changes
                // nothing).
                let pattern = [ODD_ZSH, &["-o", "GLOB_SUBST"]].concat().leak();
                let mut pattern = variant("zsh with GLOB_SUBST", Some(pattern), "C.UTF-8");
                pattern.forms = &[QUOTED];
                all.push(pattern);
                all.push(variant("zsh as ksh", Some(&["--emulate", "ksh", "-f", "-eu"]), "C"));
            }
            "fish" => all.push(SetUp {
                forms: &["/bin/cat FILE | source"],
                ..variant("fish in C", None, "C")
            }),
            _ => {}
        }
    }
    all
}

fn var(name: &str) -> VarName {
    VarName::parse(name).expect("a name")
}

/// The three scripts for one value: a nested `unset` that gives `value` back to the user, a `use` over it, and the
/// `unset` in the same shell.
fn scripts(value: &OsStr) -> [EnvDiff; 3] {
    let switched = |env: &Env, target: &Target| -> Env { enter(env, None, target).apply(env).into_iter().collect() };
    let way_back = |env: &Env| leave(env, State::read(env).expect("our own state").as_ref()).diff;
    let user = Env::from_iter([(OsStr::new(OWN), value)]);
    let plain = target("plain", "eu-west-1");
    let hostile = value.to_str().map_or_else(|| plain.clone(), |text| target(text, text));
    [
        way_back(&switched(&user, &plain)),
        enter(&user, None, &hostile),
        way_back(&switched(&user, &hostile)),
    ]
}

fn target(name: &str, region: &str) -> Target {
    let vars = ["AWS_PROFILE", "AWS_SECRET_ACCESS_KEY"].map(|to| (var(to), Secret::new(name.to_owned())));
    Target {
        profile: "exact".into(),
        wish: Wish::default(),
        shown: "shown".into(),
        style: Style::Keys,
        vars: BTreeMap::from(vars),
        region: RegionChange::Set(region.to_owned()),
        container: false,
        expires: None,
    }
}

/// The environment that a child reported with `env -0`.
fn reported(file: &Path) -> BTreeMap<OsString, OsString> {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let entries = bytes.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
    let pair = |entry: &[u8]| {
        let at = entry.iter().position(|byte| *byte == b'=').expect("an equals sign");
        (
            OsStr::from_bytes(&entry[..at]).to_owned(),
            OsStr::from_bytes(&entry[at + 1..]).to_owned(),
        )
    };
    entries.map(pair).collect()
}

/// Runs all values through one shell in one form. Returns how many values were read back, in all their roles.
fn run(set_up: &SetUp, form: &str, corpus: &[Hostile]) -> usize {
    let SetUp {
        label, shell, locale, ..
    } = set_up;
    let mut sandbox = Sandbox::new();
    sandbox.set("LC_ALL", *locale);
    let syntax = Shell::parse(shell.word).expect("a shell").syntax();
    // PowerShell's variables are text, and yash rejects a script that is not.
    let any = shell.family != Family::PowerShell && shell.name != "yash";
    // What may be a secret is not written into the state.
    let is_kept = |hostile: &&Hostile| {
        let is_read = any || hostile.value.to_str().is_some();
        is_read && harmless(&hostile.value.to_string_lossy()).is_some()
    };
    let values = || corpus.iter().filter(is_kept);
    let mut story = String::new();
    for (at, hostile) in values().enumerate() {
        for (step, diff) in scripts(&hostile.value).iter().enumerate() {
            let file = format!("{at}.{step}");
            sandbox.write(&file, syntax.script(diff, None) + "\n");
            story.push_str(&form.replace("FILE", &file));
            story.push_str(&format!("\n/usr/bin/env -0 > {file}.out\n"));
        }
        story.push_str(match shell.family {
            Family::Fish => "set -e AWS_ROLE_ARN\n",
            Family::PowerShell => "Remove-Item env:AWS_ROLE_ARN -ErrorAction Ignore\n",
            Family::Posix => "unset AWS_ROLE_ARN\n",
        });
    }
    // Options that change what is matched need something to match.
    for name in ["a", "x", "-e", "A=b"] {
        sandbox.write(name, "");
    }
    let output = sandbox.script(shell, &story).limit(LIMIT).output();
    assert_eq!(
        (output.status, output.err()),
        (0, ""),
        "{label}: {form}: {}",
        output.all()
    );

    for (at, Hostile { value, note }) in values().enumerate() {
        let steps = [0, 1, 2].map(|step| reported(&sandbox.path(format!("{at}.{step}.out"))));
        let found = |step: usize, name: &str| steps[step].get(OsStr::new(name)).map(OsString::as_os_str);
        let own = Some(value.as_os_str());
        assert_eq!(found(0, OWN), own, "{label}: {form}: {note}: from AWSENV_STATE");
        if value.to_str().is_some() {
            for name in [
                "AWS_PROFILE",
                "AWS_SECRET_ACCESS_KEY",
                "AWS_REGION",
                "AWS_DEFAULT_REGION",
            ] {
                assert_eq!(found(1, name), own, "{label}: {form}: {note}: {name}");
            }
        }
        assert_eq!(found(1, OWN), None, "{label}: {form}: {note}: cleared");
        assert_eq!(found(2, OWN), own, "{label}: {form}: {note}: from what the shell saved");
        assert_eq!(
            found(2, "AWS_SECRET_ACCESS_KEY"),
            None,
            "{label}: {form}: {note}: unset"
        );
        assert!(
            steps[2].keys().all(|name| !name.as_bytes().starts_with(b"__awsenv")),
            "{label}: a saved variable is exported"
        );
    }
    let places = |hostile: &Hostile| if hostile.value.to_str().is_some() { 6 } else { 2 };
    values().map(places).sum()
}

/// The values of a test, the path of their canary, and the sandbox that holds it.
fn values() -> (Vec<Hostile>, PathBuf, Sandbox) {
    let nest = Sandbox::new();
    let canary = nest.path("canary");
    let corpus = corpus(&canary);
    let executable = |hostile: &&Hostile| hostile.value.to_str().is_some_and(|text| text.contains("/home/canary"));
    assert!(
        corpus.iter().filter(executable).count() > 3,
        "values that would create it"
    );
    (corpus, canary, nest)
}

#[test]
fn every_value_arrives_in_every_shell_by_every_form() {
    let (corpus, canary, _nest) = values();
    assert!(corpus.len() > 100 && corpus.iter().any(|hostile| hostile.value.to_str().is_none()));
    let runs: Vec<(&'static str, &'static str, usize)> = std::thread::scope(|scope| {
        let corpus = &corpus;
        let start = |set_up: SetUp| {
            scope.spawn(move || -> Vec<_> {
                let forms = set_up.forms.iter();
                forms
                    .map(|form| (set_up.label, *form, run(&set_up, form, corpus)))
                    .collect()
            })
        };
        let threads: Vec<_> = set_ups().into_iter().map(start).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("a shell's run"))
            .collect()
    });
    assert!(!canary.exists(), "a value was executed");
    for (label, form, places) in &runs {
        say(&format!("{label:22} {form:26} {places} values read back"));
    }
    let total: usize = runs.iter().map(|(.., places)| places).sum();
    let set_ups: BTreeSet<_> = runs.iter().map(|(label, ..)| label).collect();
    say(&format!(
        "{} values x {} shell set-ups x their forms ({} runs): {total} values read back",
        corpus.len(),
        set_ups.len(),
        runs.len()
    ));
}

/// Whether a line of a credentials file gives exactly this value, to Python's `configparser` as well as to awsenv.
fn fits_a_line(value: &OsStr) -> bool {
    let blank = |c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c);
    value.to_str().is_some_and(|text| {
        !text.is_empty() && !text.contains(['\n', '\r']) && !text.starts_with(blank) && !text.ends_with(blank)
    })
}

/// What a file may hold as a secret: the value, unless it cannot be one.
fn secret(value: &str) -> &str {
    match certain("AKIA", value, None) {
        None => value,
        Some(_) => "hush",
    }
}

/// From a credentials file through the program into a shell: the value is a profile's name and, if it can be one, its
/// secret. `story` is the beginning of the script.
fn end_to_end(shell: &RealShell, mut story: String, values: &[&Hostile]) -> usize {
    let sandbox = Sandbox::new();
    let mut file = String::new();
    for (at, Hostile { value, .. }) in values.iter().enumerate() {
        let text = value.to_str().expect("text");
        file.push_str(&format!(
            "[{text}]\naws_access_key_id = AKIA\naws_secret_access_key = {}\nregion = eu-west-1\n",
            secret(text)
        ));
        let name = match shell.family {
            Family::PowerShell => crate::support::powershell_word(text),
            Family::Posix | Family::Fish => Shell::parse(shell.word).expect("a shell").syntax().quote(value),
        };
        for (style, step) in [("--keys", 0), ("--name", 1)] {
            let call = format!("awsenv use -q {style} -- {name}");
            story.push_str(&match shell.family {
                Family::Fish => format!("{call} | source; or exit 9"),
                Family::PowerShell => format!("Invoke-Expression (& awsenv use -q {style} -- {name} | Out-String)"),
                Family::Posix => format!("eval \"$({call})\""),
            });
            story.push_str(&format!("\n/usr/bin/env -0 > {at}.{step}.out\n"));
        }
    }
    sandbox.write(".aws/credentials", file);
    let output = sandbox.script(shell, &story).limit(LIMIT).output();
    assert_eq!(
        (output.status, output.err()),
        (0, ""),
        "{}: {}",
        shell.name,
        output.all()
    );
    for (at, Hostile { value, note }) in values.iter().enumerate() {
        let [keys, name] = [0, 1].map(|step| reported(&sandbox.path(format!("{at}.{step}.out"))));
        let secret = secret(value.to_str().expect("text"));
        assert_eq!(
            keys.get(OsStr::new("AWS_SECRET_ACCESS_KEY")),
            Some(&OsString::from(secret)),
            "{}: {note}",
            shell.name
        );
        assert_eq!(
            name.get(OsStr::new("AWS_PROFILE")),
            Some(value),
            "{}: {note}",
            shell.name
        );
        assert_eq!(
            name.get(OsStr::new("AWS_SECRET_ACCESS_KEY")),
            None,
            "{}: {note}",
            shell.name
        );
    }
    2 * values.len()
}

/// An eval without the integration, and with it if its function passes the script on.
fn begins(shell: &RealShell) -> impl Iterator<Item = String> {
    let has_reader = shell.has_function() && shell.family != Family::PowerShell;
    let loaded = has_reader.then(|| shell.integration());
    std::iter::once(String::new()).chain(loaded)
}

#[test]
fn every_value_that_a_file_can_hold_arrives_end_to_end() {
    let (corpus, canary, _nest) = values();
    // `-` is the previous profile.
    let values: Vec<_> = corpus
        .iter()
        .filter(|hostile| fits_a_line(&hostile.value) && hostile.value != "-")
        .collect();
    assert!(values.len() > 80, "{}", values.len());
    let secrets = values
        .iter()
        .filter(|hostile| hostile.value.to_str().is_some_and(|text| secret(text) == text));
    assert!(secrets.count() > 20);
    let shells = crate::support::installed();
    let total: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = shells
            .iter()
            .flat_map(|shell| begins(shell).map(move |begin| (shell, begin)))
            .map(|(shell, begin)| scope.spawn(|| end_to_end(shell, begin, &values)))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a shell's run"))
            .sum()
    });
    assert!(!canary.exists(), "a value was executed");
    say(&format!(
        "end to end: {} values x {} shells: {total} values read back",
        values.len(),
        shells.len()
    ));
}

#[expect(clippy::print_stdout, reason = "the counts are what this test is for")]
fn say(line: &str) {
    println!("{line}");
}
