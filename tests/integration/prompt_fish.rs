//! The prompt segment in fish: what it says in each state, and that it is there once, whatever draws the prompt.

use crate::integration::terminal::Terminal;
use crate::support::{Sandbox, require};

const CONFIG: &str = "[profile a]\nregion = eu-west-1\n[profile b]\nregion = eu-west-1\n[profile prod]\nregion = x\n";

fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::with_config(CONFIG);
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    sandbox.write("settings", "production = prod*, *-live\n");
    sandbox.set("AWSENV_CONFIG", sandbox.path("settings"));
    sandbox
}

/// Runs a script with the integration loaded; `None` if there is no fish.
fn run(sandbox: &Sandbox, script: &str) -> Option<String> {
    let fish = require("fish")?;
    let script = format!("awsenv init fish | source\nset -g COLUMNS 80; set -gx TERM xterm\n{script}");
    Some(
        sandbox
            .program(fish)
            .args(["--no-config", "-c", &script])
            .output()
            .clean()
            .to_owned(),
    )
}

#[test]
fn a_name_that_use_wrote_is_decoded() {
    let mut sandbox = sandbox();
    let credentials = "[ünï]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hush\n";
    sandbox.write(".aws/credentials", credentials);
    sandbox.set("LC_ALL", "C.UTF-8");
    sandbox.set("NO_COLOR", "1");
    let prompt = "set -g __awsenv_mode on; awsenv use ünï --keys -q\n";
    let Some(shown) = run(&sandbox, &format!("{prompt}__awsenv_prompt x")) else {
        return;
    };
    assert_eq!(shown, "[ünï] ");
    // Not even together are these a character.
    let broken = "set -gx AWSENV_PROFILE a''\\Xff''\\X9b";
    let shown = run(&sandbox, &format!("{prompt}{broken}; __awsenv_prompt x"));
    assert_eq!(shown.as_deref(), Some("[?] "));
}

const NAMES: [&str; 6] = [
    "AWSENV_PROFILE",
    "AWS_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWSENV_EXPECT",
    "AWS_DEFAULT_PROFILE",
    "AWSENV_EXPIRES",
];

#[test]
fn it_says_what_tools_take() {
    let long = format!("{}-live", "a".repeat(60));
    let longest = format!("{}-live ", "b".repeat(60));
    let states: &[(&[&str], &str)] = &[
        (&[], ""),
        (&["", ""], ""),
        // In *name* style: as used, with another name, with an empty one, with none, with keys.
        (&["a", "a", "-", "a:"], "[a]"),
        (&["a", "a", "", "a:"], "[a]"),
        (&["a", "b", "-", "a:"], "[b?]"),
        (&["a", "", "-", "a:"], "[a?]"),
        (&["a", "-", "-", "a:"], "[a?]"),
        (&["a", "a", "AKIA", "a:"], "[a?]"),
        (&["a{u+5c}", "a\\", "-", "a\\:"], "[a{u+5c}]"),
        (&["a:b", "a:b", "-", "a:b:"], "[a:b]"),
        (&["a", "a*", "-", "a:"], "[a*?]"),
        (&["a*b", "axb", "-", "a*b:"], "[axb?]"),
        // In *keys* style.
        (&["a", "-", "AKIA", ":AKIA"], "[a]"),
        (&["a", "-", "AKIB", ":AKIA"], "[a?]"),
        (&["a", "-", "-", ":AKIA"], "[a?]"),
        (&["a", "b", "AKIA", ":AKIA"], "[b?]"),
        (&["a", "", "AKIA", ":AKIA"], "[a]"),
        // Without `use`, or with less than it exports.
        (&["-", "b"], "[b]"),
        (&["-", "b", "AKIA"], "[b?]"),
        (&["-", "b", ""], "[b]"),
        (&["a", "a"], "[a?]"),
        (&["a"], "[a?]"),
        (&["a", "a", "-", ""], "[a?]"),
        (&["-", "a", "-", "a:"], "[a]"),
        (&["-", "a", "AKIA", "a:AKIA"], "[a?]"),
        // The other name of the profile.
        (&["a", "a", "-", "a:", "a"], "[a]"),
        (&["a", "a", "-", "a:", "b"], "[a?]"),
        (&["a", "a", "-", "a:", ""], "[a?]"),
        (&["a", "-", "AKIA", ":AKIA", "a"], "[a?]"),
        (&["-", "b", "-", "-", "b"], "[b]"),
        // Minutes, only with a profile in use.
        (&["a", "a", "-", "a:", "-", "1000"], "[a expired]"),
        (&["a", "b", "-", "a:", "-", "1000"], "[b? expired]"),
        (&["a", "a", "-", "a:", "-", "x[(touch canary)]"], "[a]"),
        (&["a", "a", "-", "a:", "-", "1\n2"], "[a]"),
        (&["-", "b", "-", "-", "-", "1000"], "[b]"),
        // Text that nobody cleaned.
        (&["a\u{1b}]0;x\u{7}", "-", "K", ":K"], "[?]"),
        (&["a\n ", "-", "K", ":K", "-", "1000"], "<?>"),
        (&["a\u{7f}", "-", "K", ":K"], "[?]"),
        (&["a\u{9b}1m", "-", "K", ":K"], "[?]"),
        (&["a\\e", "-", "K", ":K"], "[?]"),
        (&["a", "\u{fc}", "-", "a:"], "[?]"),
        (&["\u{fc}", "\u{fc}", "-", "\u{fc}:"], "[\u{fc}]"),
        (&["a", "b\\a", "-", "a:"], "[?]"),
        (&["-", "b\nc"], "[?]"),
        (&["a\\", "b", "-", "a:"], "[b?]"),
        (
            &["a%s $(touch canary) (touch canary)", "-", "K", ":K"],
            "[a%s $(touch canary) (touch canary)]",
        ),
        // Production, by the exact name, or by the mark where there is no name.
        (&["prod", "prod", "-", "prod:"], "<prod>"),
        (&["a", "prod1", "-", "a:"], "<prod1?>"),
        (&["prod ", "a", "-", ":K"], "[a?]"),
        (&["-", "prod"], "<prod>"),
        (&["cut\u{2026}", &long, "-", &format!("{long}:")], "<cut\u{2026}>"),
        (&["cut\u{2026} ", "-", "K", ":K"], "<cut\u{2026}>"),
        (&["prod", "-", "K", ":K"], "[prod]"),
        (
            &["-", &longest],
            "[bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-live ]",
        ),
    ];
    let sandbox = sandbox();
    let mut script = String::from("set -g __awsenv_mode on\n");
    for (state, _) in states {
        script.push_str(
            "set -eg AWSENV_PROFILE AWS_PROFILE AWS_ACCESS_KEY_ID AWSENV_EXPECT AWS_DEFAULT_PROFILE AWSENV_EXPIRES\n",
        );
        for (name, value) in NAMES.iter().zip(*state).filter(|(_, value)| **value != "-") {
            let value = value.replace('\\', "\\\\").replace('\'', "\\'");
            script.push_str(&format!("set -gx {name} '{value}'\n"));
        }
        script.push_str("__awsenv_prompt fish_prompt; echo\n");
    }
    let Some(output) = run(&sandbox, &script) else { return };
    let shown: Vec<&str> = output.lines().collect();
    assert_eq!(shown.len(), states.len(), "{output}");
    for ((state, expected), shown) in states.iter().zip(shown) {
        let red = shown.contains("\u{1b}[31m");
        let mut plain = shown.to_owned();
        for code in ["\u{1b}[31m", "\u{1b}[33m", "\u{1b}(B\u{1b}[m", "\u{1b}[m"] {
            plain = plain.replace(code, "");
        }
        let expected = if expected.is_empty() {
            String::new()
        } else {
            format!("{expected} ")
        };
        let plain = if red {
            plain.replace('[', "<").replace(']', ">")
        } else {
            plain
        };
        assert_eq!(plain, expected, "{state:?}: {shown:?}");
    }
    assert!(!sandbox.path("canary").exists());
}

#[test]
fn only_what_programs_see_counts() {
    let sandbox = sandbox();
    let script = "set -gx NO_COLOR 1; set -g AWS_PROFILE mine; set -g AWSENV_PROFILE x; __awsenv_prompt; echo .\n\
                  set -U AWS_DEFAULT_PROFILE d; set -gx AWS_PROFILE a; set -gx AWSENV_PROFILE a; set -gx AWSENV_EXPECT a:\n\
                  set -g AWS_ACCESS_KEY_ID k; __awsenv_prompt; echo .";
    let Some(shown) = run(&sandbox, script) else { return };
    assert_eq!(shown, ".\n[a] .\n");
}

/// Draws a prompt after a pipe that failed at its end, and prints it.
const DRAW: &str = "function draw; __awsenv_refresh; true | false | true; fish_prompt; __awsenv_mark; true | false; \
                    fish_right_prompt; end; function __awsenv_mark; builtin echo '|'; end\n";
const USED: &str = "set -gx NO_COLOR 1; set -gx AWS_PROFILE a; set -gx AWSENV_PROFILE a; set -gx AWSENV_EXPECT a:\n\
                    function fish_prompt; echo -n \"left $pipestatus> \"; end\n\
                    function fish_right_prompt; echo -n \"right $status\"; end\n";

fn drawn(script: &str) -> Option<String> {
    run(&sandbox(), &format!("{USED}{DRAW}{script}"))
}

#[test]
fn whatever_defines_the_prompt_later_gets_it_once() {
    for (script, expected) in [
        ("draw", "left 0 1 0> \n|\n[a] right 1\n"),
        (
            "draw >/dev/null; function fish_right_prompt; echo -n new; end; draw",
            "left 0 1 0> \n|\n[a] new\n",
        ),
        (
            "draw >/dev/null; functions -e fish_right_prompt; draw",
            "left 0 1 0> \n|\n[a] \n",
        ),
        (
            "draw >/dev/null; function fish_prompt; echo -n 'new> '; end; draw",
            "new> \n|\n[a] right 1\n",
        ),
        // A theme that defines the right prompt each time it draws the left one.
        (
            "function fish_prompt; function fish_right_prompt; echo -n in; end; echo -n '> '; end; for i in 1 2 3; draw; end",
            "> \n|\n[a] in\n> \n|\n[a] in\n> \n|\n[a] in\n",
        ),
        // As a virtual environment does, on and off.
        (
            "draw >/dev/null; functions -c fish_prompt old; function fish_prompt; echo -n '(v) '; old; end; draw; \
             functions -e fish_prompt; functions -c old fish_prompt; functions -e old; draw",
            "(v) left 0> \n|\n[a] right 1\nleft 0 1 0> \n|\n[a] right 1\n",
        ),
        (
            "draw >/dev/null; functions -c fish_right_prompt old; function fish_right_prompt; old; echo -n ' X'; end; draw; draw",
            "left 0 1 0> \n|\n[a] right 1 X\nleft 0 1 0> \n|\n[a] right 1 X\n",
        ),
        // Two lines, and no line at all.
        (
            "function fish_prompt; echo one; echo -n 'two> '; end; draw",
            "one\ntwo> \n|\n[a] right 1\n",
        ),
        ("function fish_prompt; end; draw", "\n|\n[a] right 1\n"),
        (
            "awsenv init fish | source; draw >/dev/null; awsenv init fish | source; draw",
            "left 0 1 0> \n|\n[a] right 1\n",
        ),
        // Without its event, the text is still live.
        (
            "draw >/dev/null; functions -e __awsenv_refresh; set -gx AWS_PROFILE b; true; fish_prompt; fish_right_prompt",
            "left 0> \n[b?] right 0\n",
        ),
        // Drawing was interrupted.
        (
            "draw >/dev/null; set -g __awsenv_inner y; draw",
            "left 0 1 0> \n|\n[a] right 1\n",
        ),
        // What fish 4 says of a prompt that it draws for the last time.
        (
            "function fish_prompt; echo -n \"$argv> \"; end; __awsenv_refresh; fish_prompt --final-rendering",
            "--final-rendering> \n",
        ),
    ] {
        let Some(shown) = drawn(script) else { return };
        assert_eq!(shown, expected, "{script}");
    }
}

#[test]
fn it_is_on_the_left_where_the_right_prompt_cannot_show() {
    for (script, expected) in [
        ("set -gx TERM dumb; draw", "[a] left 0 1 0> \n|\nright 1\n"),
        ("set -g COLUMNS 20; draw", "[a] \nleft 0 1 0> \n|\nright 1\n"),
        (
            "function fish_prompt; echo one; printf '%75s> ' x; end; draw",
            &*format!("one\n[a] \n{:>75}> \n|\nright 1\n", "x"),
        ),
        // Both do not fit.
        (
            "function fish_right_prompt; printf '%70s' x; end; draw",
            "left 0 1 0> \n|\n[a] \n",
        ),
        (
            "set -e AWS_PROFILE AWSENV_PROFILE AWSENV_EXPECT; function fish_right_prompt; printf '%70s' x; end; draw",
            &*format!("left 0 1 0> \n|\n{:>70}\n", "x"),
        ),
    ] {
        let Some(shown) = drawn(script) else { return };
        assert_eq!(shown, expected, "{script}");
    }
}

#[test]
fn the_mode_decides_and_is_read_at_each_prompt() {
    const PURE: &str = "set -g pure_enable_aws_profile true; function fish_prompt; echo (_pure_prompt a)'left> '; end;";
    const STARSHIP: &str =
        "set -gx STARSHIP_SHELL fish; function fish_prompt; set STARSHIP_CMD_STATUS 1; echo 'left> '; end;";
    for (script, shows) in [
        ("set -g __awsenv_mode off;", false),
        ("draw >/dev/null; set -g __awsenv_mode off;", false),
        (
            "set -g __awsenv_mode off; draw >/dev/null; set -g __awsenv_mode on;",
            true,
        ),
        (STARSHIP, false),
        (&*format!("{STARSHIP} set -g __awsenv_mode on;"), true),
        // It was started in another shell, or its prompt was replaced.
        ("set -gx STARSHIP_SHELL fish;", true),
        (
            &*format!("{STARSHIP} draw >/dev/null; function fish_prompt; echo 'left> '; end;"),
            true,
        ),
        (PURE, false),
        (&*format!("{PURE} set -g pure_enable_aws_profile false;"), true),
        (&*format!("{PURE} set -gx AWS_VAULT x;"), true),
        (
            &*format!("{PURE} set -e AWS_PROFILE; set -gx AWSENV_EXPECT :K; set -gx AWS_ACCESS_KEY_ID K;"),
            true,
        ),
        // It would not say that programs take something else.
        (&*format!("{PURE} set -gx AWS_PROFILE b;"), true),
        ("function _omp_get_prompt; end;", true),
        ("function _tide_item_aws; end;", true),
    ] {
        let Some(shown) = drawn(&format!("function _pure_prompt; echo; end; {script} draw")) else {
            return;
        };
        assert_eq!(shown.contains('['), shows, "{script}: {shown}");
        assert!(shown.contains("left"), "{script}: {shown}");
    }
    let none = "awsenv init fish --no-prompt | source; functions -q __awsenv_refresh; or echo none; set -q __awsenv_hook; or echo none";
    let Some(shown) = drawn(none) else { return };
    assert_eq!(shown, "none\nnone\n");
}

#[test]
fn a_prompt_that_was_saved_to_a_file_works_in_shells_without_awsenv() {
    let sandbox = sandbox();
    let save = "functions fish_prompt | string collect; end";
    let script = format!("{USED}{DRAW}function save; {save}; draw >/dev/null; save >saved.fish");
    let Some(_) = run(&sandbox, &script) else { return };
    let fish = require("fish").expect("it ran");
    for load in ["", "awsenv init fish | source;"] {
        let script = format!("{load} source saved.fish; for i in 1 2; true | false; fish_prompt; end");
        let output = sandbox.program(&fish).args(["--no-config", "-c", &script]).output();
        assert_eq!(output.clean(), "left 0> left 0 1> ", "{load}");
    }
}

#[test]
fn it_follows_at_a_terminal() {
    let sandbox = sandbox();
    let Some(terminal) = Terminal::open(&sandbox, "fish", "") else {
        return;
    };
    let once = |screen: &str, text: &str| {
        screen
            .trim_end()
            .lines()
            .last()
            .is_some_and(|line| line.matches(text).count() == 1)
    };
    terminal.line("awsenv use -q a");
    terminal.wait("the profile", |screen| once(screen, "[a]"));
    terminal.line("function fish_right_prompt; echo -n later; end");
    terminal.wait("both", |screen| once(screen, "[a] later"));
    terminal.line("function fish_prompt; echo -n 'again '; echo -n 'ready$ '; end");
    terminal.wait("the new prompt", |screen| {
        once(screen, "again ready$") && once(screen, "[a] later")
    });
    terminal.line("source ~/.config/fish/config.fish");
    terminal.wait("the configured prompt", |screen| {
        !once(screen, "again") && once(screen, "[a] later")
    });
    terminal.line("false | true; false");
    terminal
        .line("echo status $status")
        .wait("the status", |screen| screen.contains("status 1"));
    terminal.line("fish_config prompt choose arrow; clear");
    terminal.wait("the prompt of fish", |screen| {
        !screen.contains("ready$") && once(screen, "[a]")
    });
    terminal
        .line("set -gx AWS_PROFILE b; clear")
        .wait("the drift", |screen| once(screen, "[b?]"));
    terminal.resize(12, 20);
    terminal.wait_rows("the segment on a line of its own", |rows| {
        rows.lines().any(|row| row == "[b?]")
    });
}
