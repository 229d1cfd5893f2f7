//! A linter accepts each file, and each loads twice in its shell's strict mode without any output.

use std::path::Path;

use crate::support::{Family, PROJECT, RealShell, Sandbox, installed, require};

/// The files of a shell: the integration, and the completion if there is one.
fn files(suffix: &str) -> Vec<String> {
    let names = ["awsenv", "complete", "segment"].map(|name| format!("{PROJECT}/shell/{name}.{suffix}"));
    names.into_iter().filter(|file| Path::new(file).exists()).collect()
}

#[test]
fn the_linters_have_nothing_to_say() {
    let sandbox = Sandbox::new();
    for (tool, args, names) in [
        ("shellcheck", &[][..], &["bash", "sh"][..]),
        ("bash", &["-n"], &["bash"]),
        ("dash", &["-n"], &["sh"]),
        ("zsh", &["-n"], &["zsh"]),
        ("fish", &["--no-execute"], &["fish"]),
    ] {
        let Some(path) = require(tool) else { continue };
        for file in names.iter().flat_map(|name| files(name)) {
            let output = sandbox.program(&path).args(args).args([file]).output();
            assert_eq!(output.clean(), "", "{}", output.all());
        }
    }
}

#[test]
fn fish_indents_it_as_it_stands() {
    let Some(fish_indent) = require("fish_indent") else {
        return;
    };
    for file in files("fish") {
        let output = Sandbox::new().program(&fish_indent).args(["--check", &file]).output();
        assert_eq!(output.status, 0, "{}", output.all());
    }
}

/// Most machines have no PowerShell to parse it, so at least its brackets and quotes are counted.
#[test]
fn powershell_brackets_match() {
    for file in files("ps1") {
        assert_brackets_match(&std::fs::read_to_string(file).unwrap());
    }
}

fn assert_brackets_match(text: &str) {
    let mut open = Vec::new();
    let mut chars = text.chars().peekable();
    let mut quote = None;
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some('"'), '`') => drop(chars.next()),
            (Some(q), _) if q == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '#') => while chars.next_if(|c| *c != '\n').is_some() {},
            (None, '(' | '[' | '{') => open.push(c),
            (None, ')' | ']' | '}') => {
                let wanted = match c {
                    ')' => '(',
                    ']' => '[',
                    _ => '{',
                };
                assert_eq!(open.pop(), Some(wanted));
            }
            _ => {}
        }
    }
    assert_eq!((open, quote), (Vec::new(), None));
}

#[test]
fn loading_twice_says_nothing_and_changes_nothing() {
    for shell in installed().into_iter().filter(RealShell::has_function) {
        let sandbox = Sandbox::new();
        let (load, look) = match shell.family {
            Family::Posix => (format!("eval \"$(awsenv init {})\"", shell.word), "set | sed 's/=.*//'"),
            Family::Fish => ("awsenv init fish | source".to_owned(), "functions -a; set -gn"),
            Family::PowerShell => (
                "Invoke-Expression (& { (awsenv init powershell | Out-String) })".to_owned(),
                "Get-ChildItem function:, variable: | ForEach-Object Name",
            ),
        };
        let once = sandbox.script(&shell, format!("{load}\n{look}\n")).output();
        let twice = sandbox.script(&shell, format!("{load}\n{load}\n{look}\n")).output();
        assert_eq!(once.clean(), twice.clean(), "{}", shell.name);
        let silent = sandbox.script(&shell, format!("{load}\n{load}\n")).output();
        assert_eq!(silent.clean(), "", "{}", shell.name);
    }
}

#[test]
fn init_takes_every_name_and_refuses_the_rest() {
    let sandbox = Sandbox::new();
    for (name, line) in [
        ("dash", "awsenv() {\n"),
        ("pwsh", "function global:awsenv {'"),
        ("bash", "function awsenv {\n"),
        ("zsh", "function awsenv {\n"),
        ("fish", "function awsenv --description"),
    ] {
        let output = sandbox.awsenv(["init", name]).output();
        assert!(output.clean().contains(line), "{name}");
    }
    let refused = sandbox.awsenv(["init", "tcsh"]).output();
    assert_eq!((refused.status, refused.out()), (2, "false\n"));
    assert!(
        refused.err().starts_with("awsenv: unknown shell `tcsh`"),
        "{}",
        refused.all()
    );
}

#[test]
fn a_slip_in_the_settings_is_said_and_the_integration_still_loads() {
    let mut sandbox = Sandbox::new();
    let settings = sandbox.write("settings", "promt = off\n");
    sandbox.set("AWSENV_CONFIG", settings);
    let output = sandbox.awsenv(["init", "bash"]).output();
    assert_eq!(output.status, 0);
    assert!(output.out().contains("function awsenv {\n"));
    assert!(
        output.err().contains("unknown key `promt`: did you mean `prompt`?"),
        "{}",
        output.all()
    );
}
