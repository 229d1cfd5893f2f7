//! The prompt segment at a real terminal: correct, harmless, and without starting a process.

use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::support::{Sandbox, Strace};

const CONFIG: &str =
    "[profile jekyl]\nregion = eu-west-1\n[profile prod-eu]\nregion = eu-west-1\n[profile a!!b]\nregion = eu-west-1\n";

fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::with_config(CONFIG);
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    sandbox
}

fn export(shell: &str, name: &str, value: &str) -> String {
    match shell {
        "fish" => format!("set -gx {name} {value}"),
        _ => format!("export {name}={value}"),
    }
}

#[test]
fn it_comes_and_goes_with_the_profile() {
    for shell in INTERACTIVE {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        assert!(!terminal.screen().contains('['), "{shell}\n{}", terminal.screen());
        terminal.line("awsenv use jekyl");
        terminal.wait("the profile", |screen| screen.contains("[jekyl]"));
        terminal.line(&export(shell, "AWS_PROFILE", "hyde"));
        terminal.wait("the drift", |screen| screen.contains("[hyde?]"));
        terminal.line(&export(shell, "AWS_PROFILE", "jekyl"));
        terminal.line("clear");
        let minutes = match shell {
            "fish" => "(math (date +%s) + 2550)",
            _ => "$(($(date +%s) + 2550))",
        };
        terminal.line(&export(shell, "AWSENV_EXPIRES", minutes));
        terminal.wait("the minutes", |screen| screen.contains("[jekyl 42m]"));
        terminal.line(&export(shell, "AWSENV_EXPIRES", "1000"));
        terminal.wait("the end", |screen| screen.contains("[jekyl expired]"));
        terminal.line("awsenv unset").line("clear");
        terminal.wait("no segment", |screen| {
            screen.contains("ready$") && !screen.contains('[')
        });
        terminal.line("false");
        let status = if shell == "fish" { "$status" } else { "$?" };
        assert_eq!(
            terminal.answer(&format!("echo {status}")),
            "1\n",
            "{shell}: the prompt keeps the status"
        );
    }
}

#[test]
fn loading_twice_shows_it_once() {
    for shell in INTERACTIVE {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        match shell {
            "fish" => terminal.line("awsenv init fish | source"),
            _ => terminal.line(&format!("eval \"$(awsenv init {shell})\"")),
        };
        terminal.line("awsenv use jekyl");
        let screen = terminal.wait("the profile", |screen| screen.contains("[jekyl]"));
        assert!(!screen.contains("[jekyl] [jekyl]"), "{shell}\n{screen}");
    }
}

#[test]
fn hostile_text_is_shown_and_nothing_more() {
    let plain = "$(touch canary)`touch canary`%n%{%(1~.a.b)$(touch canary)!!";
    for (name, shown) in [
        (plain, format!("[{plain}?]")),
        ("a\\u\\$(touch canary)", "[?]".to_owned()),
    ] {
        for shell in INTERACTIVE {
            let mut sandbox = sandbox();
            sandbox
                .set("AWSENV_PROFILE", name)
                .set("AWSENV_EXPIRES", "x[$(touch canary)0]`touch canary`");
            let settings = if shell == "zsh" {
                "setopt prompt_subst prompt_bang"
            } else {
                ""
            };
            let Some(terminal) = Terminal::open(&sandbox, shell, settings) else {
                continue;
            };
            terminal.line("true").line("true");
            let screen = terminal.wait("the name", |screen| screen.contains(&shown));
            assert!(!sandbox.path("canary").exists(), "{shell} executed a name\n{screen}");
        }
    }
}

#[test]
fn a_name_with_history_signs_is_used_as_it_is() {
    for shell in ["bash", "zsh"] {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        terminal.line("awsenv use 'a!!b'");
        terminal.wait("the profile", |screen| screen.contains("[a!!b]"));
        terminal.line("eval \"$(command awsenv use 'a!!b')\"");
        assert_eq!(terminal.answer("echo \"$AWSENV_PROFILE\""), "a!!b\n", "{shell}");
    }
}

#[test]
fn production_is_red_unless_colour_is_not_wanted() {
    for shell in INTERACTIVE {
        for plain in [false, true] {
            let mut sandbox = sandbox();
            let settings = sandbox.write("settings", "production = prod*, *?x?\n");
            sandbox.set("AWSENV_CONFIG", settings);
            if plain {
                sandbox.set("NO_COLOR", "1");
            }
            let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
                continue;
            };
            for (profile, code) in [("jekyl", "\u{1b}[33m"), ("prod-eu", "\u{1b}[31m")] {
                terminal.line(&format!("awsenv use {profile}"));
                terminal.wait("the profile", |screen| screen.contains(&format!("[{profile}]")));
                let colored = terminal.colored();
                let line = colored.lines().rfind(|line| line.contains(profile)).unwrap_or_default();
                assert_eq!(line.contains(code), !plain, "{shell} {profile}: {line:?}");
            }
        }
    }
}

#[test]
fn it_steps_back() {
    for (shell, settings) in [
        ("bash", "starship_precmd() { :; }"),
        ("zsh", "starship_precmd() { :; }"),
        (
            "zsh",
            "setopt prompt_subst; aws_prompt_info() { print; }; RPROMPT='$(aws_prompt_info)'",
        ),
        (
            "zsh",
            "setopt prompt_subst; prompt_aws() { :; }; build_prompt() { :; }; PROMPT='$(build_prompt)ready$ '",
        ),
        (
            "fish",
            "set -g STARSHIP_SHELL fish; function fish_prompt; set -l STARSHIP_CMD_STATUS 0; echo -n 'ready$ '; end",
        ),
    ] {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, settings) else {
            continue;
        };
        terminal.line("awsenv use jekyl");
        assert_eq!(terminal.answer("echo $AWS_PROFILE"), "jekyl\n");
        assert!(
            !terminal.screen().contains("[jekyl]"),
            "{shell} {settings}\n{}",
            terminal.screen()
        );
    }
    for shell in INTERACTIVE {
        let mut sandbox = sandbox();
        let settings = sandbox.write("settings", "prompt = off\n");
        sandbox.set("AWSENV_CONFIG", settings);
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        terminal.line("awsenv use jekyl");
        assert_eq!(terminal.answer("echo $AWS_PROFILE"), "jekyl\n");
        assert!(!terminal.screen().contains("[jekyl]"), "{shell}\n{}", terminal.screen());
    }
}

#[test]
fn five_prompts_start_no_process() {
    let Some(strace) = Strace::find() else { return };
    for shell in INTERACTIVE {
        let sandbox = sandbox();
        let trace = sandbox.path("trace").display().to_string();
        let around = strace.words(&["-f", "-qq", "-e", "trace=process", "-e", "signal=none", "-o", &trace]);
        let Some(terminal) = Terminal::open_under(&sandbox, shell, "", &around) else {
            continue;
        };
        terminal.line("awsenv use jekyl");
        terminal.wait("the profile", |screen| screen.contains("[jekyl]"));
        terminal.line(&export(shell, "AWSENV_EXPIRES", "1000"));
        terminal.wait("the end", |screen| screen.contains("[jekyl expired]"));
        let started = || {
            let trace = std::fs::read_to_string(&trace).unwrap();
            let process = |line: &&str| {
                ["clone(", "clone3(", "fork(", "vfork(", "execve("]
                    .iter()
                    .any(|call| line.contains(call))
                    && !line.contains("CLONE_THREAD")
            };
            trace.lines().filter(process).map(str::to_owned).collect::<Vec<_>>()
        };
        let before = started();
        assert!(before.len() > 1, "{shell}: strace sees processes: {before:?}");
        let prompts = |screen: &str| screen.matches("[jekyl expired]").count();
        let shown = prompts(&terminal.screen());
        for more in 1..=5 {
            terminal.key("Enter");
            terminal.wait("one more prompt", |screen| prompts(screen) >= shown + more);
        }
        assert_eq!(started(), before, "{shell}");
    }
}
