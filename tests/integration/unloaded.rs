//! What is said at a terminal without the integration, and where `use` has changed nothing.

use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::support::{Sandbox, require, say};

fn sandbox() -> Sandbox {
    Sandbox::with_config(
        "[profile jekyl]\nregion = eu-west-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n\
         aws_secret_access_key = hunter2\n[profile \"a b\"]\nregion = eu-west-1\n",
    )
}

/// The line for the same shell that runs what `command` prints.
fn evaluated(shell: &str, command: &str) -> String {
    match shell {
        "fish" => format!("{command} | source"),
        "pwsh" => format!("Invoke-Expression (& {{ ({command} | Out-String) }})"),
        _ => format!("eval \"$({command})\""),
    }
}

#[test]
fn the_hint_is_the_line_that_was_typed() {
    for shell in INTERACTIVE.into_iter().chain(["pwsh"]) {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open_bare(&sandbox, shell, "") else {
            continue;
        };
        let flag = |flag: &str| {
            if shell == "pwsh" {
                format!("'{flag}'")
            } else {
                flag.to_owned()
            }
        };
        for (typed, shown, does) in [
            ("awsenv use jekyl", "awsenv use jekyl".to_owned(), "switch"),
            (
                "awsenv use 'a b' --region eu-west-3",
                format!("awsenv use 'a b' {} eu-west-3", flag("--region")),
                "switch",
            ),
            ("awsenv unset", "awsenv unset".to_owned(), "restore"),
        ] {
            terminal.at_prompt().line(typed);
            let hint = format!("hint: to {does} this shell, run: {}", evaluated(shell, &shown));
            terminal.wait("a hint", |screen| screen.contains(&hint));
            terminal.wait("a hint", |screen| {
                screen.contains(&format!("so that `{shown}` is enough, add to "))
            });
            terminal.at_prompt().key("C-l");
        }
        terminal.line(&evaluated(shell, "awsenv use jekyl --keys"));
        let name = if shell == "pwsh" {
            "$env:AWS_ACCESS_KEY_ID"
        } else {
            "$AWS_ACCESS_KEY_ID"
        };
        assert_eq!(
            terminal.answer(&format!("echo {name}")).trim_end(),
            "AKIAIOSFODNN7EXAMPLE"
        );
    }
}

#[test]
fn unset_says_what_it_did_not_set_and_how_to_remove_it() {
    for (shell, set, remove) in [
        ("bash", "export AWS_PROFILE=jekyl", "unset AWS_PROFILE"),
        ("zsh", "export AWS_PROFILE=jekyl", "unset AWS_PROFILE"),
        ("fish", "set -gx AWS_PROFILE jekyl", "set -e AWS_PROFILE"),
        ("pwsh", "$env:AWS_PROFILE = 'jekyl'", "$env:AWS_PROFILE = $null"),
    ] {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, set) else {
            continue;
        };
        terminal.at_prompt().line("awsenv unset");
        let said = "awsenv: `use` changed nothing in this shell, so there is nothing to restore; AWS_PROFILE is `jekyl`; \
                    to remove it: ";
        terminal.wait("a hint", |screen| screen.contains(&format!("{said}{remove}\n")));
        terminal.at_prompt().line(remove);
        terminal.at_prompt().line("awsenv unset");
        terminal.wait("a notice", |screen| screen.contains("awsenv: no profile is in use"));
    }
}

#[test]
fn a_shell_of_another_language_gets_another_way() {
    let (Some(tmux), Some(tcsh)) = (require("tmux"), require("tcsh")) else {
        return say("skipped: tcsh is not installed");
    };
    let sandbox = sandbox();
    let socket = sandbox.root().join("tmux");
    let tmux = |words: &[&str]| {
        let run = sandbox
            .program(&tmux)
            .env("TERM", "xterm")
            .args(["-f", "/dev/null", "-S"])
            .args([&socket]);
        run.args(words).output()
    };
    let tcsh = tcsh.display().to_string();
    tmux(&["new-session", "-d", "-x", "180", "-y", "50", &tcsh, "-f"]).clean();
    for (line, hint) in [
        (
            "awsenv use jekyl --keys",
            "hint: run a program as the profile: awsenv exec jekyl --keys -- PROGRAM",
        ),
        (
            "awsenv use",
            "hint: run a program as the profile: awsenv exec PROFILE -- PROGRAM",
        ),
        (
            "awsenv unset",
            "hint: if another shell reads the script, name it: --shell bash",
        ),
    ] {
        tmux(&["send-keys", line, "Enter"]);
        let screen = (0..600).find_map(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            Some(tmux(&["capture-pane", "-p"]).out().to_owned()).filter(|screen| screen.contains(hint))
        });
        let last = tmux(&["capture-pane", "-p"]).out().to_owned();
        tmux(&["send-keys", "clear", "Enter"]);
        let screen = screen.unwrap_or_else(|| {
            tmux(&["kill-server"]);
            panic!("{line}: {last}")
        });
        assert!(screen.contains("awsenv does not write scripts for tcsh"), "{screen}");
        assert!(!screen.contains("eval") && !screen.contains("add to"), "{screen}");
    }
    tmux(&["kill-server"]);
}
