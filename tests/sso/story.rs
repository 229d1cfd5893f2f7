//! A day with IAM Identity Center in real shells: a profile by its name, its keys, and the prompt.

use std::thread;

use serde_json::json;

use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::roles::story::{show, switch};
use crate::support::sso::{Browser, opened};
use crate::support::{Aws, RealShell, Sandbox, installed};

const NAMES: [&str; 4] = ["AWS_PROFILE", "AWSENV_PROFILE", "AWS_ACCESS_KEY_ID", "AWSENV_EXPIRES"];

fn started(browser: Browser) -> Option<(Aws, Sandbox)> {
    let aws = Aws::start()?;
    let mut sandbox = aws.sso_sandbox();
    browser.set(&mut sandbox)?;
    Some((aws, sandbox))
}

#[test]
fn a_profile_is_used_signed_in_to_and_left_in_every_shell() {
    let shells = installed();
    thread::scope(|scope| {
        for shell in &shells {
            scope.spawn(move || tell(shell));
        }
    });
}

fn tell(shell: &RealShell) {
    let Some((aws, mut sandbox)) = started(Browser::Allow) else {
        return;
    };
    sandbox.set("AWS_PROFILE", "base");
    let show = show(shell, NAMES);
    let script = [
        shell.integration(),
        switch(shell, "use sso-admin"),
        show.clone(),
        "awsenv login\n".to_owned(),
        switch(shell, "use sso-read --keys"),
        show.clone(),
        "awsenv exec sso-dev --keys -- printenv AWS_ACCESS_KEY_ID\n".to_owned(),
        switch(shell, "unset"),
        show,
    ];
    let output = sandbox.script(shell, script.concat()).output();
    let lines: Vec<&str> = output.success().lines().collect();
    let [named, keys, inner, left] = &*lines else {
        panic!("{}: {}", shell.name, output.all());
    };
    let issued = aws.issued();
    assert_eq!(issued.len(), 2, "{}: {}", shell.name, output.all());
    assert_eq!(*named, "sso-admin sso-admin none none", "{}", shell.name);
    let warning = "you are not signed in to the SSO session `corp`: awsenv login sso-admin";
    assert!(output.err().contains(warning), "{}: {}", shell.name, output.all());
    let end: jiff::Timestamp = issued[0].expiration.parse().expect("a time");
    let expected = format!("none sso-read {} {}", issued[0].access_key_id, end.as_second());
    assert_eq!(*keys, expected, "{}", shell.name);
    assert_eq!(*inner, issued[1].access_key_id, "{}", shell.name);
    assert_eq!(*left, "base none none none", "{}", shell.name);
    assert_eq!(opened(&sandbox).len(), 1, "{}", shell.name);
    for session in issued {
        assert!(!output.all().contains(&session.secret_access_key), "{}", shell.name);
    }
}

#[test]
fn a_terminal_signs_in_and_the_prompt_shows_until_when() {
    thread::scope(|scope| {
        for shell in INTERACTIVE.into_iter().chain(["pwsh"]) {
            scope.spawn(move || at_a_terminal(shell));
        }
    });
}

fn at_a_terminal(shell: &str) {
    let Some((aws, mut sandbox)) = started(Browser::Allow) else {
        return;
    };
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    aws.scenario(&json!({"sso": {"role_lifetime": 1255}}));
    let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
        return;
    };
    terminal.line("awsenv use sso-admin --login");
    let screen = terminal.wait(&format!("{shell}: the profile"), |screen| {
        screen.contains("[sso-admin]")
    });
    assert!(!screen.contains("waiting for you to sign in"), "{shell}\n{screen}");
    assert_eq!((opened(&sandbox).len(), aws.count("CreateToken")), (1, 1), "{shell}");
    terminal.at_prompt().line("awsenv use sso-admin --keys");
    terminal.wait(&format!("{shell}: the time that is left"), |screen| {
        screen.contains("[sso-admin 20m]")
    });
    terminal.at_prompt().line("awsenv unset");
    terminal.at_prompt().line("clear");
    terminal.wait(&format!("{shell}: no segment"), |screen| {
        !screen.contains('[') && screen.contains("ready$")
    });
    assert_eq!(opened(&sandbox).len(), 1, "{shell}");
}

/// dash has no function that evaluates, and a terminal is there though stdout is not.
#[test]
fn an_eval_in_a_plain_shell_signs_in() {
    let Some((aws, sandbox)) = started(Browser::Allow) else {
        return;
    };
    let Some(_) = crate::support::require("dash") else {
        return;
    };
    let Some(terminal) = Terminal::open_bare(&sandbox, "bash", "") else {
        return;
    };
    let lines = "eval \"$(awsenv use sso-admin --login --shell posix)\"\necho \"<$AWS_PROFILE>\" >~/answer.new; mv ~/answer.new ~/answer\n";
    sandbox.write("story.sh", lines);
    terminal.line("dash -eu ~/story.sh");
    assert_eq!(terminal.file("answer"), "<sso-admin>\n");
    assert_eq!((opened(&sandbox).len(), aws.count("CreateToken")), (1, 1));
}
