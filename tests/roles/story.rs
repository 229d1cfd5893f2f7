//! A day with a role in real shells: taken, shown, renewed and left.

use std::thread;

use super::{role, start};
use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::support::{Family, RealShell, installed};

/// Shows the values of variables in the shell, in one line.
pub(crate) fn show(shell: &RealShell, names: [&str; 4]) -> String {
    match shell.family {
        Family::Posix => {
            let values = names.map(|name| format!("${{{name}-none}}"));
            format!("printf '%s\\n' \"{}\"\n", values.join(" "))
        }
        Family::Fish => {
            let values = names.map(|name| format!("(set -q {name}; and echo ${name}; or echo none)"));
            format!("echo {}\n", values.join(" "))
        }
        Family::PowerShell => {
            let values = names.map(|name| format!("$(if (Test-Path Env:{name}) {{ $env:{name} }} else {{ 'none' }})"));
            format!("[Console]::WriteLine(\"{}\")\n", values.join(" "))
        }
    }
}

/// A line that runs awsenv in the shell itself.
pub(crate) fn switch(shell: &RealShell, words: &str) -> String {
    match shell.has_function() {
        true => format!("awsenv {words}\n"),
        false => format!("eval \"$(awsenv {words} --shell {})\"\n", shell.word),
    }
}

fn script(shell: &RealShell) -> String {
    let show = show(
        shell,
        ["AWSENV_PROFILE", "AWS_ACCESS_KEY_ID", "AWSENV_EXPIRES", "AWS_REGION"],
    );
    let one = role("One");
    let wait = match shell.family {
        Family::PowerShell => "Start-Sleep -Milliseconds 1100\n",
        // Not every sleep has parts of a second.
        _ => "sleep 2\n",
    };
    [
        shell.integration(),
        switch(
            shell,
            &format!("use base --role {one} --duration 20m --region us-west-2"),
        ),
        show.clone(),
        wait.to_owned(),
        switch(shell, "use --refresh"),
        show.clone(),
        switch(shell, "unset"),
        show,
    ]
    .concat()
}

/// In the shown name.
fn arrow(lang: &str) -> &'static str {
    if lang == "C" { "->" } else { "→" }
}

/// In LANG=C too, where the arrow is no character.
#[test]
fn a_role_is_taken_renewed_and_left_in_every_shell() {
    let shells = installed();
    thread::scope(|scope| {
        for lang in ["C.UTF-8", "C"] {
            for shell in shells.iter().filter(|shell| lang == "C.UTF-8" || shell.name != "pwsh") {
                scope.spawn(move || tell(shell, lang));
            }
        }
    });
}

fn tell(shell: &RealShell, lang: &str) {
    let Some((aws, mut sandbox)) = start() else { return };
    sandbox
        .set("LANG", lang)
        .set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    sandbox
        .set("AWS_SECRET_ACCESS_KEY", "own")
        .set("AWS_REGION", "eu-central-1");
    let output = sandbox.script(shell, script(shell)).output();
    let lines: Vec<&str> = output.success().lines().collect();
    let [taken, renewed, left] = &*lines else {
        panic!("{} {lang}: {}", shell.name, output.all());
    };
    let issued = aws.issued();
    assert_eq!(issued.len(), 2, "{} {lang}: {}", shell.name, output.all());
    for (line, session) in [(taken, &issued[0]), (renewed, &issued[1])] {
        let words: Vec<&str> = line.split(' ').collect();
        let expires = words
            .get(2)
            .and_then(|word| word.parse::<i64>().ok())
            .unwrap_or_default();
        let expected = format!(
            "base{}One@123456789012 {} {expires} us-west-2",
            arrow(lang),
            session.access_key_id
        );
        assert_eq!(**line, expected, "{} {lang}", shell.name);
        let end: jiff::Timestamp = session.expiration.parse().expect("a time");
        assert!((end.as_second() - expires).abs() <= 2, "{} {lang}: {line}", shell.name);
    }
    assert_eq!(
        *left, "none AKIAIOSFODNN7EXAMPLE none eu-central-1",
        "{} {lang}",
        shell.name
    );
    for session in issued {
        assert!(!output.all().contains(&session.secret_access_key), "{}", shell.name);
    }
}

#[test]
fn the_prompt_shows_the_role_and_its_minutes_and_no_secret() {
    thread::scope(|scope| {
        for shell in INTERACTIVE.into_iter().chain(["pwsh"]) {
            for lang in ["C.UTF-8", "C"] {
                scope.spawn(move || at_a_terminal(shell, lang));
            }
        }
    });
}

fn at_a_terminal(shell: &str, lang: &str) {
    let Some((aws, mut sandbox)) = start() else { return };
    sandbox
        .set("XDG_CONFIG_HOME", sandbox.path(".config"))
        .set("LANG", lang);
    aws.scenario(&serde_json::json!({"lifetime": 1255}));
    let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
        return;
    };
    terminal.line(&format!("awsenv use base --role {}", role("One")));
    let segment = "One@123456789012 20m]";
    let screen = terminal.wait(&format!("{shell} {lang}: the role"), |screen| screen.contains(segment));
    assert!(
        screen.contains(&format!("[base{}One@123456789012 20m]", arrow(lang))),
        "{shell} {lang}\n{screen}"
    );
    // Keys are not printed to a terminal, nor got for one.
    let before = aws.requests().len();
    let program = sandbox.bin().join("awsenv").display().to_string();
    terminal.line("clear");
    for words in ["use one --keys", "credential-process one"] {
        terminal.at_prompt().line(&format!("{program} {words}"));
    }
    let screen = terminal.wait("a refusal", |screen| {
        screen.contains("refusing to print a secret to a terminal")
    });
    for session in aws.issued() {
        assert!(!screen.contains(&session.secret_access_key[..20]) && !screen.contains(&session.session_token[..20]));
    }
    assert_eq!(aws.requests().len(), before, "{shell} {lang}\n{screen}");
    terminal.at_prompt().line("awsenv unset");
    terminal.at_prompt().line("clear");
    terminal.wait(&format!("{shell} {lang}: no segment"), |screen| {
        !screen.contains('[') && screen.contains("ready$")
    });
}
