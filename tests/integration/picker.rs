//! The picker at a real terminal: it opens inside `eval`, takes the chosen entry and nothing else, and restores the
//! terminal.

use std::sync::Arc;

use awsenv::config::settings::Picker;
use awsenv::sys::picker::{Cell, FIELDS, Look, Menu, pick};

use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::support::{Sandbox, Strace, assert_same, assert_snapshot, require};

const CONFIG: &str = "\
[default]
region = us-east-1

# The landing zone: ask Ada before you write
# aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
[profile production-admin]
role_arn = arn:aws:iam::222222222222:role/admin
source_profile = base
mfa_serial = arn:aws:iam::111111111111:mfa/me
region = eu-west-1

[profile base]
region = eu-central-1

[profile developer]
role_arn = arn:aws:iam::333333333333:role/power
source_profile = base

[profile reader]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 444444444444
sso_role_name = ReadOnly
region = ap-southeast-2

[profile broken]
role_arn = arn:aws:iam::333333333333:role/power
source_profile = nowhere
";

const CREDENTIALS: &str = "\
[base]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
";

fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::with_config(CONFIG);
    sandbox.write(".aws/credentials", CREDENTIALS);
    sandbox.write(".config/awsenv/config", "production = prod*\n");
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    sandbox.set("XDG_STATE_HOME", sandbox.path(".local/state"));
    sandbox
}

fn status(shell: &str) -> &'static str {
    if shell == "fish" { "$status" } else { "$?" }
}

/// Through the wrapper, and by a plain eval. By name, nobody is asked for the code of a device.
fn ways(shell: &str) -> [&'static str; 2] {
    match shell {
        "fish" => ["awsenv use --name", "eval (command awsenv use --name --shell fish)"],
        _ => ["awsenv use --name", "eval \"$(command awsenv use --name)\""],
    }
}

fn open<'a>(sandbox: &'a Sandbox, shell: &str, columns: u16, rows: u16) -> Option<Terminal<'a>> {
    let terminal = Terminal::open(sandbox, shell, "")?;
    sized(&terminal, columns, rows);
    Some(terminal)
}

/// tmux reports a new size to programs with a short delay.
fn sized(terminal: &Terminal, columns: u16, rows: u16) {
    terminal.resize(columns, rows);
    let known = || terminal.answer("stty size") == format!("{rows} {columns}\n");
    assert!((0..200).any(|_| known()), "the size is never known");
}

#[test]
fn what_is_typed_and_taken_is_used() {
    for shell in INTERACTIVE {
        for way in ways(shell) {
            let sandbox = sandbox();
            let Some(terminal) = open(&sandbox, shell, 100, 30) else {
                continue;
            };
            terminal.line(way);
            terminal.wait("the picker", |screen| screen.contains("6/6>"));
            terminal.text("adm");
            terminal.wait("one profile", |screen| screen.contains("1/6> adm"));
            terminal.key("Enter");
            terminal.wait("a prompt", |screen| screen.contains("using production-admin"));
            let answer = terminal.answer(&format!("echo {} $AWS_PROFILE", status(shell)));
            assert_eq!(answer, "0 production-admin\n", "{shell}: {way}");
        }
    }
}

#[test]
fn arrows_move_and_wrap_nothing() {
    for shell in INTERACTIVE {
        let sandbox = sandbox();
        sandbox.write(".config/awsenv/config", "order = file\n");
        let Some(terminal) = open(&sandbox, shell, 80, 24) else {
            continue;
        };
        for (keys, name) in [
            (&["Up", "Enter"][..], "production-admin"),
            (&["C-p", "C-k", "Enter"], "base"),
            (&["Up", "Up", "C-n", "Enter"], "production-admin"),
            (&["Down", "C-j", "Enter"], "default"),
            (&["BTab", "BTab", "Tab", "Enter"], "production-admin"),
        ] {
            terminal.line("clear").line("awsenv use --name");
            terminal.wait("the picker", |screen| screen.contains("6/6>"));
            keys.iter().for_each(|key| _ = terminal.key(key));
            terminal.wait("a prompt", |screen| screen.contains(&format!("using {name}")));
        }
    }
}

#[test]
fn what_was_used_comes_first_here_then_elsewhere() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    for command in [
        "cd /tmp; awsenv use broken --name -q",
        "cd; awsenv use reader",
        "cd /; awsenv use base",
        "cd",
    ] {
        terminal.line(command);
    }
    terminal.line("clear").line("awsenv use");
    let screen = terminal.wait("the picker", |screen| screen.contains("6/6>"));
    let at = |name: &str| {
        screen
            .lines()
            .position(|line| line.trim_start_matches([' ', '>', '*']).starts_with(name))
    };
    let order = ["production-admin", "default", "base", "reader"].map(at);
    assert!(order.is_sorted() && order[0].is_some(), "{order:?}\n{screen}");
    terminal.key("Escape");
    terminal.wait("a prompt", |screen| screen.contains("cancelled"));

    let history = ".local/state/awsenv/history";
    let kept = std::fs::read_to_string(sandbox.path(history)).expect("the history");
    sandbox.write(history, kept.clone() + "garbage\n");
    for warnings in [1, 0] {
        terminal.line("clear").line("awsenv use");
        terminal.wait("the picker", |screen| screen.contains("6/6>"));
        terminal.key("Escape");
        let screen = terminal.wait("a prompt", |screen| screen.contains("cancelled"));
        assert_eq!(screen.matches("history.damaged").count(), warnings, "{screen}");
    }
    let mended = std::fs::read_to_string(sandbox.path(history)).expect("the history");
    assert_eq!(mended.lines().count(), kept.lines().count(), "{mended}");
}

#[test]
fn another_query_puts_the_cursor_on_its_best_match() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("awsenv use --name");
    terminal.wait("the picker", |screen| screen.contains("6/6>"));
    let cursor = |name: &str| {
        let name = name.to_owned();
        move |screen: &str| {
            let rows = [format!(">   {name} "), format!("> * {name} ")];
            screen.lines().any(|line| rows.iter().any(|row| line.starts_with(row)))
        }
    };
    terminal.key("Up").key("Up").key("Up");
    terminal.wait("the fourth", cursor("developer"));
    terminal.text("r");
    terminal.wait("the best", |screen| screen.contains("> r") && cursor("reader")(screen));
    terminal.key("Up").key("Up").key("BSpace");
    terminal.wait("the first", |screen| {
        screen.contains("6/6>") && cursor("default")(screen)
    });
    terminal.text("r").key("Up").key("Enter");
    terminal.wait("a prompt", |screen| {
        screen.contains("using ") && !screen.contains("using reader")
    });
}

#[test]
fn leaving_is_130_and_changes_nothing() {
    for shell in INTERACTIVE {
        for way in ways(shell) {
            let sandbox = sandbox();
            let Some(terminal) = open(&sandbox, shell, 80, 24) else {
                continue;
            };
            let modes = terminal.answer("stty -a");
            for key in ["Escape", "C-c", "C-g", "C-d"] {
                terminal.line("clear").line(way);
                terminal.wait("the picker", |screen| screen.contains("6/6>"));
                terminal.key("Up").key(key);
                let screen = terminal.wait("a prompt", |screen| screen.contains("cancelled"));
                assert!(!screen.contains("static-keys"), "{shell}\n{screen}");
                let answer = terminal.answer(&format!("echo {} \"<$AWS_PROFILE>\"", status(shell)));
                assert_eq!(answer, "130 <>\n", "{shell}: {way}: {key}");
                assert_eq!(terminal.answer("stty -a"), modes, "{shell}: {way}: {key}");
            }
        }
    }
}

#[test]
fn a_signal_ends_it_like_ctrl_c() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    let modes = terminal.answer("stty -a");
    for signal in ["TERM", "INT", "HUP", "QUIT", "USR1"] {
        terminal.line("clear");
        terminal.line("sh -c 'echo $$ >~/pid.new; mv ~/pid.new ~/pid; exec awsenv list --pick >/dev/null'");
        terminal.wait("the picker", |screen| screen.contains("6/6>"));
        let pid = terminal.file("pid");
        let kill = sandbox
            .program("kill")
            .args([&format!("-{signal}"), pid.trim()])
            .output();
        kill.success();
        let screen = terminal.wait("a prompt", |screen| screen.contains("cancelled"));
        assert!(!screen.contains("static-keys"), "{signal}\n{screen}");
        assert_eq!(terminal.answer("echo $?"), "130\n", "{signal}");
        assert_eq!(terminal.answer("stty -a"), modes, "{signal}");
    }
}

#[test]
fn a_picker_that_was_stopped_is_shown_again() {
    let sandbox = sandbox();
    for shell in INTERACTIVE {
        let Some(terminal) = open(&sandbox, shell, 80, 24) else {
            continue;
        };
        let modes = terminal.answer("stty -a");
        for signal in ["-STOP", "-TSTP"] {
            terminal.line("clear");
            terminal.line("sh -c 'echo $$ >~/pid.new; mv ~/pid.new ~/pid; exec awsenv list --pick >~/picked'");
            terminal.wait("the picker", |screen| screen.contains("6/6>"));
            let pid = terminal.file("pid");
            let kill = sandbox.program("kill").args([signal, pid.trim()]).output();
            kill.success();
            // What the picker has drawn may be below the prompt.
            terminal.wait("the shell", |screen| {
                screen.matches("ready$").count() > 0 && screen.to_lowercase().contains("stopped")
                    || screen.contains("suspended")
            });
            terminal.line("clear").at_prompt();
            let visible = terminal.answer("stty -a");
            assert!(
                visible.contains(" icanon") && visible.contains(" echo "),
                "{shell} {signal}: {visible}"
            );
            terminal.line("fg");
            terminal.wait("the picker", |screen| screen.contains("6/6>"));
            terminal.text("base");
            terminal.wait("the query", |screen| {
                screen.contains("> base") && !screen.contains("basebase")
            });
            terminal.key("Enter");
            assert_eq!(terminal.answer("cat ~/picked"), "base\n", "{shell} {signal}");
            assert_eq!(terminal.answer("stty -a"), modes, "{shell} {signal}");
        }
    }
}

#[test]
fn a_signal_after_the_pick_ends_the_program_as_ever() {
    let sandbox = sandbox();
    let process = format!(
        "sh -c \"trap '' TERM; touch {}; sleep 5\"",
        sandbox.path("started").display()
    );
    sandbox.write(
        ".aws/config",
        format!("[profile slow]\ncredential_process = {process}\n"),
    );
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("sh -c 'echo $$ >~/pid.new; mv ~/pid.new ~/pid; exec awsenv use --keys --shell bash >/dev/null'");
    terminal.wait("the picker", |screen| {
        screen.contains("1/1>") || screen.contains("2/2>")
    });
    terminal.text("slow\r");
    let pid = terminal.file("pid");
    terminal.file("started");
    let begin = std::time::Instant::now();
    sandbox
        .program("sh")
        .args(["-c", &format!("kill -TERM {}", pid.trim())])
        .output()
        .success();
    assert_eq!(terminal.answer("echo $?"), "143\n");
    assert!(begin.elapsed().as_secs() < 4, "it waits for the process");
}

#[test]
fn ctrl_z_and_keys_without_a_meaning_do_nothing() {
    let sandbox = sandbox();
    for shell in INTERACTIVE {
        let Some(terminal) = open(&sandbox, shell, 80, 24) else {
            continue;
        };
        for way in ways(shell) {
            terminal.line("clear").line(way);
            terminal.wait("the picker", |screen| screen.contains("6/6>"));
            for key in ["C-z", "C-q", "C-r", "C-l", "M-h", "M-l", "F5", "C-o"] {
                terminal.key(key);
            }
            terminal.text("base");
            terminal.wait("the query", |screen| screen.contains("> base"));
            terminal.key("Enter");
            terminal.wait("a prompt", |screen| screen.contains("using base"));
            let answer = terminal.answer(&format!("echo {} $AWS_PROFILE", status(shell)));
            assert_eq!(answer, "0 base\n", "{shell}: {way}");
        }
    }
}

#[test]
fn enter_waits_for_what_was_typed() {
    let Some(_) = require("tmux") else { return };
    let sandbox = Sandbox::new();
    let names = (0..10_000).map(|number| format!("[profile profile-{number}]\nregion = eu-west-1\n"));
    sandbox.write(".aws/config", names.collect::<String>());
    let Some(terminal) = open(&sandbox, "bash", 100, 30) else {
        return;
    };
    for number in [7_777, 42, 9_001] {
        terminal.line("clear").line("awsenv use");
        terminal.wait("the picker", |screen| screen.contains("10000/10000>"));
        terminal.text(&format!("'profile-{number}$\r"));
        terminal.wait("a prompt", |screen| screen.contains("using profile-"));
        assert_eq!(terminal.answer("echo $AWS_PROFILE"), format!("profile-{number}\n"));
    }
}

#[test]
fn what_is_typed_after_enter_counts_no_more() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    for behind in ["echo behind\r", "\u{1b}[A\u{1b}[A\r", "reader\r"] {
        terminal.line("clear").line("awsenv use");
        terminal.wait("the picker", |screen| screen.contains("6/6>"));
        terminal.text(&format!("dev\r{behind}"));
        terminal.wait("a prompt", |screen| screen.contains("using developer"));
        terminal.key("C-c");
    }
}

#[test]
fn where_nothing_matches_nothing_is_taken() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("awsenv use --query zzz");
    let screen = terminal.wait("the picker", |screen| screen.contains("0/6> zzz"));
    assert!(
        !screen.contains("exports"),
        "no preview of what is not listed\n{screen}"
    );
    terminal.key("Enter").key("C-u");
    terminal.wait("all again", |screen| {
        screen.contains("6/6>") && screen.contains("exports")
    });
    terminal.text(&"界x".repeat(600));
    terminal.wait("none", |screen| screen.contains("0/6>"));
    terminal.key("C-u");
    terminal.wait("all again", |screen| screen.contains("6/6>"));
    // Words with multi-byte letters.
    for keys in [
        &["C-w"][..],
        &["M-BSpace"],
        &["M-b"],
        &["C-a", "M-f"],
        &["C-a", "M-d"],
        &["C-Left", "BSpace"],
    ] {
        terminal.text("界é 界é x");
        terminal.wait("none", |screen| screen.contains("0/6>"));
        keys.iter().for_each(|key| _ = terminal.key(key));
        terminal.key("C-e").key("C-u");
        terminal.wait("all again", |screen| screen.contains("6/6>"));
    }
    terminal.key("Escape");
    terminal.wait("a prompt", |screen| screen.contains("cancelled"));
}

/// As from a fast typist, a paste or a loaded machine.
#[test]
fn keys_that_come_at_once_are_taken_in_their_order() {
    let sandbox = sandbox();
    sandbox.write(".config/awsenv/config", "[picker]\nkeys = ctrl-x:clear-query\n");
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("awsenv use");
    terminal.wait("the picker", |screen| screen.contains("6/6>"));
    for (typed, query) in [
        ("one two\u{1b}bx\u{5}y", "one xtwoy"),
        ("界\u{1b}b\u{5}y", "界y"),
        ("one\u{1}\u{1b}fx", "onex"),
        ("界\u{1}\u{1b}fx", "界x"),
        ("one two\u{17}x", "one x"),
        ("界 two\u{17}x", "x"),
        ("one-two\u{1b}\u{7f}x", "one-x"),
        ("one two\u{1}\u{1b}dx\u{5}y", "x twoy"),
        ("界 two\u{1}\u{1b}dx\u{5}y", "xy"),
        ("one\u{18}two", "two"),
        ("one \u{1b}\u{7f}two\u{19}", "twoone "),
    ] {
        terminal.text(&format!("{typed}\u{5}#"));
        terminal.wait(query, |screen| screen.contains(&format!("/6> {query}#")));
        terminal.key("C-u");
        terminal.wait("all again", |screen| screen.contains("6/6>"));
    }
    terminal.key("Escape");
}

#[test]
fn the_preview_goes_with_its_row() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("awsenv use");
    terminal.wait("a preview", |screen| screen.contains("exports"));
    terminal.text("zzz");
    terminal.wait("none", |screen| {
        screen.contains("0/6> zzz") && !screen.contains("exports")
    });
    terminal.key("Escape");
}

#[test]
fn what_matched_stands_out_and_colours_and_preview_are_set() {
    let sandbox = sandbox();
    sandbox.write(
        ".config/awsenv/config",
        "[picker]\npreview = right\ncolors = none, matched:5+italic\n",
    );
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("awsenv use --query dev");
    terminal.wait("the picker", |screen| {
        screen.contains("/6> dev") && screen.contains("│")
    });
    terminal.text("e|'admin");
    terminal.wait("two", |screen| {
        screen.contains("2/6>") && screen.contains("production-admin")
    });
    let colored = terminal.colored();
    assert!(
        // The last letter may be drawn later.
        ["admi", "deve"]
            .iter()
            .any(|word| colored.contains(&format!("[38;5;5m{word}"))),
        "{colored:?}"
    );
    assert!(
        colored.contains("\u{1b}[3m") || colored.contains(";3m") || colored.contains("[3;"),
        "{colored:?}"
    );
    terminal.key("Escape");
}

/// tmux copies the content of an alternate screen into the main one if the terminal was resized in between.
#[test]
fn nothing_is_left_where_the_size_changed() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 40, 8) else {
        return;
    };
    terminal.line("clear").line("awsenv use");
    terminal.wait("the picker", |screen| screen.contains("6/6>"));
    for (columns, rows) in [(100, 30), (70, 14)] {
        terminal.resize(columns, rows);
        let border = "─".repeat(usize::from(columns));
        terminal.wait_rows("the size", |rows| rows.lines().any(|row| row == border));
    }
    terminal.key("Escape");
    let screen = terminal.wait("a prompt", |screen| screen.contains("cancelled"));
    let rows = ["broken", "reader", "developer", "base", "production", "default"];
    assert!(!rows.iter().any(|row| screen.contains(row)), "{screen}");
}

#[test]
fn a_long_text_pasted_by_mistake_is_cut() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("awsenv use");
    terminal.wait("the picker", |screen| screen.contains("6/6>"));
    terminal.paste(&"x".repeat(70_000));
    terminal.wait("none", |screen| screen.contains("0/6> x"));
    terminal.key("C-u").text("base");
    terminal.wait("the query", |screen| screen.contains("/6> base"));
    terminal.key("Enter");
    terminal.wait("a prompt", |screen| screen.contains("using base"));
}

/// The captures of docs/picker.md.
#[test]
fn the_screen_tells_the_truth_in_every_size() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 100, 24) else {
        return;
    };
    terminal.line("export AWS_PROFILE=base; clear");
    for (columns, rows) in [(80, 24), (200, 50), (40, 8)] {
        sized(&terminal, columns, rows);
        terminal.line("clear").line("awsenv use");
        terminal.wait("the picker", |screen| screen.contains("6/6>"));
        terminal.text("admin");
        let wanted = if columns == 40 {
            "1/6> admin"
        } else {
            "an MFA code from"
        };
        // The count may be drawn before the rows.
        terminal.wait("the chain", |screen| {
            screen.contains(wanted) && screen.contains("1/6> admin") && !screen.contains("reader")
        });
        let one = terminal.rows();
        terminal.key("C-u");
        let wanted = if columns == 40 { "6/6>" } else { "us-east-1 (~/.aws" };
        terminal.wait("all", |screen| {
            screen.contains(wanted) && screen.contains("6/6>") && screen.contains("reader")
        });
        let all = terminal.rows();
        assert!(!one.contains("wJalr"), "{one}");
        assert_snapshot(
            &format!("picker_{columns}x{rows}"),
            &format!("{all}{}\n{one}", "=".repeat(usize::from(columns))),
        );
        terminal.key("Escape");
        terminal.wait("a prompt", |screen| screen.contains("cancelled"));
    }
    let capture = std::fs::read_to_string("tests/snapshots/picker_80x24.txt").expect("the captures");
    let (_, shown) = capture.split_once("=\n").expect("two captures");
    let page = std::fs::read_to_string("docs/picker.md").expect("docs/picker.md");
    let (before, rest) = page.split_once("```text\n").expect("a capture");
    let (_, after) = rest.split_once("```\n").expect("its end");
    let shown = shown.trim_matches('\n');
    assert_same("docs/picker.md", &format!("{before}```text\n{shown}\n```\n{after}"));
}

#[test]
fn a_resized_terminal_is_filled_and_left_clean() {
    let sandbox = sandbox();
    for height in ["100%", "60%", "9"] {
        sandbox.write(".config/awsenv/config", format!("[picker]\nheight = {height}\n"));
        let Some(terminal) = open(&sandbox, "bash", 40, 8) else {
            return;
        };
        let modes = terminal.answer("stty -a | tail -n +2");
        terminal.line("clear").line("echo above; awsenv use");
        terminal.wait("the picker", |screen| screen.contains("6/6>"));
        for (columns, rows) in [(100, 30), (61, 14), (200, 50), (59, 30), (90, 24)] {
            terminal.resize(columns, rows);
            terminal.wait("the size", |screen| {
                let has_preview = screen.contains("exports");
                screen.contains("> ") && screen.contains("default") && has_preview == (columns >= 60)
            });
        }
        terminal.text("base");
        terminal.wait("the query", |screen| screen.contains("> base"));
        terminal.key("Escape");
        let screen = terminal.wait("a prompt", |screen| screen.contains("cancelled"));
        assert!(
            !screen.contains("static-keys") && !screen.contains("6/6>"),
            "{height}\n{screen}"
        );
        assert_eq!(terminal.answer("stty -a | tail -n +2"), modes, "{height}");
    }
}

#[test]
fn the_preview_says_what_cannot_be_used_and_why() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 100, 24) else {
        return;
    };
    terminal.line("awsenv use --query broken");
    terminal.wait("why", |screen| {
        screen.contains("cannot be used:") && screen.contains("`nowhere`")
    });
    terminal.key("C-u").text("production-admin");
    terminal.wait("a warning", |screen| screen.contains("production-admin (production)"));
    terminal.key("Escape");
    terminal.wait("a prompt", |screen| screen.contains("cancelled"));
    // One row fewer than a preview needs.
    sized(&terminal, 100, 11);
    terminal.line("clear").line("awsenv use --query broken");
    let screen = terminal.wait("the row", |screen| screen.contains("1/6> broken"));
    assert!(!screen.contains("cannot be used"), "{screen}");
}

#[test]
fn a_source_profile_that_has_swallowed_a_secret_is_not_told() {
    let sandbox = sandbox();
    let section = "[profile eater]\nrole_arn = arn:aws:iam::333333333333:role/power\nsource_profile = base\n  \
                   aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";
    sandbox.write(".aws/config", format!("{CONFIG}{section}"));
    for command in [&["explain", "eater"][..], &["use", "eater", "--shell", "bash"]] {
        let run = sandbox.awsenv(command).output();
        assert!(
            run.err().contains("has the source_profile `base…`") && !run.all().contains("wJalr"),
            "{}",
            run.all()
        );
    }
}

#[test]
fn the_preview_of_an_mfa_serial_shows_no_secret_and_no_control_character() {
    let sandbox = sandbox();
    let role = "role_arn = arn:aws:iam::333333333333:role/power\nsource_profile = base\n";
    let sections = format!(
        "[profile pasted]\n{role}mfa_serial = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n\
         [profile coloured]\n{role}mfa_serial = arn:\u{1b}[8mmfa/me\n",
    );
    sandbox.write(".aws/config", format!("{CONFIG}{sections}"));
    let Some(terminal) = open(&sandbox, "bash", 100, 40) else {
        return;
    };
    terminal.line("awsenv use --query pasted");
    let screen = terminal.wait("a preview", |screen| screen.contains("with an MFA code from"));
    assert!(!screen.contains("wJalr"), "{screen}");
    terminal.key("C-u").text("coloured");
    terminal.wait("its text", |screen| {
        screen.contains(r"an MFA code from arn:\u{1b}[8mmfa/me")
    });
    terminal.key("Escape");
}

#[test]
fn a_part_of_the_screen_leaves_the_rest() {
    let sandbox = sandbox();
    sandbox.write(".config/awsenv/config", "[picker]\nheight = 50%\n");
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("clear").line("echo stays-here; awsenv use");
    let screen = terminal.wait("the picker", |screen| screen.contains("6/6>"));
    assert!(screen.contains("stays-here"), "{screen}");
    terminal.key("Escape");
    let screen = terminal.wait("a prompt", |screen| screen.contains("cancelled"));
    assert!(
        screen.contains("stays-here") && !screen.contains("static-keys"),
        "{screen}"
    );
}

/// More than skim's own buffer for the terminal's answer can hold, and text that looks like the end of that answer.
#[test]
fn what_is_typed_before_a_part_of_the_screen_is_asked_for_becomes_the_query() {
    let sandbox = sandbox();
    sandbox.write(".config/awsenv/config", "[picker]\nheight = 50%\n");
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    for typed in ["R", "a line that was pasted and is longer than any answer", "[;R"] {
        terminal.line("clear").text(&format!("awsenv use\r{typed}"));
        terminal.wait("the query", |screen| screen.contains(&format!("/6> {typed}")));
        terminal.key("C-u").text("base").key("Enter");
        terminal.wait("a prompt", |screen| screen.contains("using base"));
    }
}

#[test]
fn a_terminal_that_is_gone_ends_the_picker() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("(trap '' HUP; awsenv use; echo $? >~/ended.new; mv ~/ended.new ~/ended)");
    terminal.wait("the picker", |screen| screen.contains("6/6>"));
    drop(terminal);
    let begin = std::time::Instant::now();
    while !sandbox.path("ended").exists() {
        assert!(begin.elapsed().as_secs() < 10, "it waits for ever");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let ended = std::fs::read_to_string(sandbox.path("ended")).expect("a status");
    assert_eq!(ended, "1\n");
}

#[test]
fn the_preview_comes_and_goes_by_its_key() {
    let sandbox = sandbox();
    sandbox.write(
        ".config/awsenv/config",
        "[picker]\npreview = off\nkeys = alt-p:toggle-preview, f2:accept, ctrl-n:ignore\n",
    );
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("awsenv use --name");
    let screen = terminal.wait("the picker", |screen| screen.contains("6/6>"));
    assert!(!screen.contains("exports"), "{screen}");
    for key in ["C-t", "M-p"] {
        terminal.key(key);
        terminal.wait("a preview", |screen| screen.contains("exports"));
        terminal.key(key);
        terminal.wait("none", |screen| !screen.contains("exports"));
    }
    terminal.key("Up").key("C-n").key("F2");
    terminal.wait("a prompt", |screen| screen.contains("using production-admin"));
}

#[test]
fn colours_warn_and_can_be_switched_off() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    terminal.line("AWS_PROFILE=base awsenv use");
    terminal.wait("the picker", |screen| screen.contains("6/6>"));
    let colored = terminal.colored();
    let line = |name: &str| {
        colored
            .lines()
            .find(|line| line.contains(name))
            .unwrap_or_else(|| panic!("no row {name}\n{colored:?}"))
            .to_owned()
    };
    let red = ["[31m", "[38;5;1m"];
    let is_red = |name: &str| red.iter().any(|red| line(name).contains(red));
    assert!(is_red("production-admin"), "red\n{colored:?}");
    assert!(line("* ").contains("base"), "marked\n{colored:?}");
    assert!(!is_red("developer"), "not red\n{colored:?}");
    terminal.key("Escape");
    // Escape and a letter at once would be one key.
    terminal.wait("a prompt", |screen| screen.contains("cancelled"));
    terminal.line("clear");
    for plain in ["NO_COLOR=1 awsenv use", "awsenv use --color never"] {
        terminal.line(plain);
        terminal.wait("the picker", |screen| {
            screen.contains("6/6>") && screen.contains("exports")
        });
        let colored = terminal.colored();
        let is_color = |number: &str| matches!(number.parse().unwrap_or(0), 30..=38 | 40..=48 | 90..=107);
        assert!(!sgr(&colored).any(is_color), "{plain}\n{colored:?}");
        let production = colored.lines().find(|line| line.contains("production-admin"));
        let has = |code: &str| production.is_some_and(|line| sgr(line).any(|number| number == code));
        let stands_out = has("1") && has("4");
        assert!(stands_out, "{plain}\n{colored:?}");
        terminal.key("Escape");
        terminal.wait("a prompt", |screen| screen.contains("cancelled"));
        terminal.line("clear");
    }
}

/// The numbers of all styles in a text.
fn sgr(text: &str) -> impl Iterator<Item = &str> {
    let sequences = text.split("\x1b[").skip(1).filter_map(|text| text.split_once('m'));
    sequences.flat_map(|(numbers, _)| numbers.split(';'))
}

#[test]
fn without_a_terminal_there_is_a_hint_and_status_2() {
    let sandbox = sandbox();
    for (way, why) in [
        (
            "eval \"$(TERM=dumb command awsenv use 2>~/said)\"",
            "stderr is redirected",
        ),
        ("TERM=dumb awsenv use", "TERM is `dumb`"),
        ("TERM=dumb awsenv list --pick", "TERM is `dumb`"),
        ("TERM=dumb awsenv exec --pick -- true", "TERM is `dumb`"),
        ("TERM=dumb awsenv explain --pick", "TERM is `dumb`"),
    ] {
        let Some(terminal) = open(&sandbox, "bash", 100, 24) else {
            return;
        };
        terminal.line(way);
        let answer = terminal.answer("echo $? \"<$AWS_PROFILE>\"");
        assert_eq!(answer, "2 <>\n", "{way}");
        let said = std::fs::read_to_string(sandbox.path("said")).unwrap_or_default() + &terminal.screen();
        let _ = std::fs::remove_file(sandbox.path("said"));
        assert!(
            said.contains(why) && said.contains("hint: `awsenv list`"),
            "{way}\n{said}"
        );
    }
    let run = sandbox.awsenv(["use", "--shell", "bash"]).output();
    assert_eq!((run.status, run.out()), (2, "(exit 2)\n"));
}

#[test]
fn other_commands_pick_when_asked_to() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 100, 24) else {
        return;
    };
    let pick = |command: &str| {
        terminal.line("clear").line(command);
        terminal.wait("the picker", |screen| screen.contains("> base"));
        terminal.key("Enter");
    };
    pick("awsenv list --pick --query base >~/answer.new; mv ~/answer.new ~/answer");
    assert_eq!(terminal.file("answer"), "base\n");
    pick("awsenv exec --pick --query base -- sh -c 'echo $AWS_PROFILE' >~/answer.new; mv ~/answer.new ~/answer");
    assert_eq!(terminal.file("answer"), "base\n");
    pick("awsenv explain --pick --query base --json >~/answer.new; mv ~/answer.new ~/answer");
    assert!(terminal.file("answer").contains("\"profile\":\"base\""));
    terminal.line("clear").line("awsenv explain");
    terminal.wait("the default", |screen| {
        screen.contains("profile default, because no other profile is named")
    });
}

#[test]
fn a_part_of_several_names_opens_the_picker_with_it() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 100, 24) else {
        return;
    };
    terminal.line("clear").line("awsenv use de");
    terminal.wait("the picker", |screen| screen.contains("4/6> de"));
    terminal.text("v");
    terminal.wait("one match", |screen| screen.contains("1/6> dev"));
    terminal.key("Enter");
    terminal.wait("the prompt", |screen| screen.contains("[developer] ready$"));
    terminal.line("echo $AWS_PROFILE >~/answer.new; mv ~/answer.new ~/answer");
    assert_eq!(terminal.file("answer"), "developer\n");
    let output = sandbox.awsenv(["use", "de", "--shell", "bash"]).output();
    assert_eq!(
        (output.status, output.out()),
        (1, "(exit 1)\n"),
        "without a terminal nothing is picked"
    );
}

#[test]
fn list_fits_the_terminal() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 40, 24) else {
        return;
    };
    terminal.line("clear").line("awsenv list");
    let screen = terminal.wait("the list", |screen| screen.contains("broken"));
    let rows: Vec<&str> = screen.lines().map(str::trim_end).collect();
    let start = rows
        .iter()
        .position(|row| row.starts_with("  NAME "))
        .expect("a header");
    let names = ["default", "production-admin", "base", "developer", "reader", "broken"];
    for (row, name) in rows[start + 1..].iter().zip(names) {
        let mark = if name == "default" { '*' } else { ' ' };
        assert!(row.starts_with(&format!("{mark} {name}")), "{screen}");
    }
}

#[test]
fn list_shows_what_contains_a_text() {
    let sandbox = sandbox();
    for args in [&["list", "DE"][..], &["list", "--query", "de"]] {
        assert_eq!(sandbox.awsenv(args).output().success(), "default\ndeveloper\nreader\n");
    }
    let json = sandbox.awsenv(["list", "devel", "--json"]).output();
    assert!(json.success().matches("\"name\"").count() == 1 && json.out().contains("\"developer\""));
    for (args, out) in [
        (&["list", "zzz"][..], ""),
        (&["list", "--query", "zzz", "--json"], "[]\n"),
    ] {
        let none = sandbox.awsenv(args).output();
        assert_eq!((none.status, none.out()), (1, out));
        assert!(
            none.err().contains("no profile has `zzz` in its name"),
            "{}",
            none.all()
        );
    }
    let near = sandbox.awsenv(["list", "devloper"]).output();
    assert!(near.err().contains("did you mean `developer`?"), "{}", near.all());
    assert_eq!(sandbox.awsenv(["list", ""]).output().success().lines().count(), 6);
}

#[test]
fn the_first_match_is_taken_without_a_question_but_never_production() {
    let sandbox = sandbox();
    let run = |args: &[&str]| sandbox.awsenv(["use", "--shell", "bash"].iter().chain(args)).output();
    let first = run(&["--first", "--query", "dev"]);
    assert!(first.out().contains("AWS_PROFILE='developer'"), "{}", first.all());
    let production = run(&["--first", "--query", "admin"]);
    assert_eq!((production.status, production.out()), (1, "(exit 1)\n"));
    assert!(production.err().contains("`production-admin`"), "{}", production.all());
    let none = run(&["--first", "--query", "zzz"]);
    assert_eq!((none.status, none.out()), (1, "(exit 1)\n"));
    assert!(none.err().contains("no profile matches `zzz`"), "{}", none.all());
}

#[test]
fn a_query_finds_name_account_role_region_and_comment() {
    let sandbox = sandbox();
    let found = |query: &str| {
        let run = sandbox.awsenv(["use", "--shell", "bash", "--first", "--query", query]);
        let said = run.output().err().to_owned();
        said.split('`').nth(1).expect("a name").to_owned() + said.split('`').nth(3).unwrap_or_default()
    };
    for (query, name) in [
        ("'develo", "developer"),
        ("'444444444444", "reader"),
        ("'power", "developer"),
        ("'ReadOnly", "reader"),
        ("'southeast", "reader"),
        ("'landing", "production-admin"),
        ("'ada 'admin", "production-admin"),
    ] {
        assert!(found(query).contains(name), "{query}: {}", found(query));
    }
    let nothing = sandbox
        .awsenv(["use", "--shell", "bash", "--first", "--query", "'wJalr"])
        .output();
    assert!(nothing.err().contains("no profile matches"), "{}", nothing.all());
}

/// Names that draw, retitle, copy, reverse the line, or are wider than the screen.
#[test]
fn hostile_names_are_shown_harmless_and_taken_exactly() {
    let names = [
        "osc\u{1b}]52;c;cHduZWQ=\u{7}52".to_owned(),
        "csi\u{1b}[2J\u{1b}[H\u{1b}[31m".to_owned(),
        "bidi\u{202e}drowssap\u{2066}".to_owned(),
        "zero\u{200b}\u{feff}width".to_owned(),
        "c1\u{9b}31m\u{90}q".to_owned(),
        format!("wide{}", "界".repeat(150)),
        format!("long{}", "x".repeat(296)),
        "quote'\"`$(touch canary)".to_owned(),
        "link\u{1b}]8;;http://evil\u{7}here".to_owned(),
    ];
    let sandbox = sandbox();
    let text = names.iter().map(|name| {
        format!("# note \u{1b}[31m {name}\n[{name}]\naws_access_key_id = AKIAX\naws_secret_access_key = y\n")
    });
    sandbox.write(".aws/credentials", text.collect::<String>());
    sandbox.write(".aws/config", "");
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    for (index, name) in names.iter().enumerate() {
        let begin: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
        terminal.line("clear").line(&format!(
            "awsenv list --pick --query ^{begin} >~/answer.new; mv ~/answer.new ~/answer"
        ));
        let screen = terminal.wait("the row", |screen| {
            screen.contains("1/9>") && screen.contains("credentials:")
        });
        assert!(
            !screen.chars().any(|c| "\u{202e}\u{2066}\u{200b}\u{feff}".contains(c)),
            "{name:?}\n{screen}"
        );
        let colored = terminal.colored();
        assert!(!colored.contains("\x1b]"), "{name:?}\n{colored:?}");
        terminal.key("Enter");
        assert_eq!(terminal.file("answer"), format!("{name}\n"), "{index}");
    }
    assert!(!sandbox.path("canary").exists());
}

#[test]
fn nothing_is_run_and_nobody_is_called() {
    let Some(strace) = Strace::find() else { return };
    let sandbox = sandbox();
    sandbox.write(
        ".aws/config",
        "[profile process]\ncredential_process = touch canary\n[profile sso]\nsso_start_url = https://example.com\nsso_region = x\nsso_account_id = 1\nsso_role_name = r\n",
    );
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    let strace = strace.words(&["-f", "-e", "trace=execve,connect,openat", "-o", "~/trace"]);
    terminal.line(&format!("{} \"$(command -v awsenv)\" list --pick", strace.join(" ")));
    terminal.wait("the picker", |screen| screen.contains("3/3>"));
    for _ in 0..3 {
        terminal.key("Up");
    }
    terminal.wait("a preview", |screen| screen.contains("exports"));
    terminal.key("Enter");
    terminal.wait("a prompt", |screen| screen.trim_end().ends_with("ready$"));
    let trace = std::fs::read_to_string(sandbox.path("trace")).expect("a trace");
    let count = |call: &str| trace.lines().filter(|line| line.contains(call)).count();
    assert!(count(".aws/config\"") > 0, "strace sees what awsenv opens: {trace}");
    assert_eq!((count("execve("), count("connect(")), (1, 0), "{trace}");
    assert!(!sandbox.path("canary").exists());
}

/// Shows a row, but panics when asked for its preview.
struct Failing;

impl Menu for Failing {
    fn len(&self) -> usize {
        1
    }

    fn width(&self) -> usize {
        8
    }

    fn fields(&self, _: usize) -> [String; FIELDS] {
        Default::default()
    }

    fn row(&self, _: usize, _: usize) -> Vec<Cell> {
        vec![Cell {
            text: "a row".into(),
            look: Look::Plain,
            field: None,
        }]
    }

    fn preview(&self, _: usize) -> String {
        panic!("no preview")
    }
}

/// The next test runs this at a terminal.
#[test]
fn a_menu_that_panics() {
    #[expect(clippy::disallowed_methods, reason = "how the next test tells this one")]
    if std::env::var_os("AWSENV_TEST_PANIC").is_some() {
        let _ = pick(Arc::new(Failing), "", &Picker::default(), true);
    }
}

#[test]
fn a_panic_gives_the_terminal_back() {
    let sandbox = sandbox();
    let Some(terminal) = open(&sandbox, "bash", 80, 24) else {
        return;
    };
    let modes = terminal.answer("stty -a");
    let program = std::env::current_exe().expect("this program");
    terminal.line("clear").line("echo stays-here");
    terminal.line(&format!(
        "AWSENV_TEST_PANIC=1 RUST_BACKTRACE=0 {} --exact integration::picker::a_menu_that_panics --nocapture; echo ended",
        program.display()
    ));
    let screen = terminal.wait("the end", |screen| screen.contains("\nended"));
    assert!(
        screen.contains("stays-here") && screen.contains("panicked") && !screen.contains("a row"),
        "{screen}"
    );
    assert_eq!(terminal.answer("stty -a"), modes);
}
