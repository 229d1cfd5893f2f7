//! Tab at a real terminal: a name of any kind completes to something that works, and nothing is executed.

use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::support::Sandbox;

/// What is typed, and the name that it must become. The first letters differ.
const NAMES: [(&str, &str); 14] = [
    ("a", "a b  c"),
    ("c", "c$(touch canary)`touch canary`"),
    ("d", "d:e:f"),
    ("g", "g'h"),
    ("i", "i\\j"),
    ("k", "k!l!!"),
    ("m", "m*?[n]{o,p}"),
    ("q", "q;touch canary&"),
    ("r", "r%n~#=x"),
    ("s", "sch\u{f6}n"),
    ("t", "t<u>|(v)"),
    ("w", "w'"),
    ("y", "y$"),
    ("z", "z\"x\""),
];

fn sandbox() -> Sandbox {
    let profiles: String = NAMES
        .iter()
        .map(|(_, name)| {
            // Python's shlex reads the header.
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            format!("[profile \"{quoted}\"]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n")
        })
        .collect();
    let mut sandbox = Sandbox::with_config(&profiles);
    // Otherwise fish would look for its startup file elsewhere.
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    sandbox
}

fn in_use(terminal: &Terminal<'_>) -> String {
    let document = terminal.answer("awsenv current --json");
    let value: serde_json::Value = serde_json::from_str(&document).unwrap_or_default();
    value["profile"].as_str().unwrap_or("nothing").to_owned()
}

#[test]
fn every_name_completes_to_itself() {
    for shell in INTERACTIVE.into_iter().chain(["pwsh"]) {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        for (typed, name) in NAMES {
            let line = format!("awsenv use {typed}");
            terminal.at_prompt().text(&line).key("Tab").key("Enter");
            assert_eq!(in_use(&terminal), name, "{shell}\n{}", terminal.screen());
        }
        assert!(!sandbox.path("canary").exists(), "{shell} executed a name");
    }
}

#[test]
fn every_name_completes_inside_quotes() {
    for shell in INTERACTIVE.into_iter().chain(["pwsh"]) {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        for quote in ["'", "\""] {
            for (typed, name) in NAMES {
                // A completed name is followed by its quote and a blank, except where a shell leaves both to the user.
                terminal
                    .at_prompt()
                    .text(&format!("awsenv use {quote}{typed}"))
                    .key("Tab")
                    .key("Enter");
                assert_eq!(in_use(&terminal), name, "{shell} {quote}\n{}", terminal.screen());
            }
        }
        assert!(!sandbox.path("canary").exists(), "{shell} executed a name");
    }
}

#[test]
fn names_complete_in_steps_across_what_bash_breaks_words_at() {
    for shell in INTERACTIVE.into_iter().chain(["pwsh"]) {
        let sandbox = Sandbox::with_config(
            "[profile \"w:one x\"]\naws_access_key_id = A\naws_secret_access_key = B\n[profile \"w:two=y z\"]\naws_access_key_id = A\naws_secret_access_key = B\n",
        );
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        terminal.at_prompt().text("awsenv use w:t").key("Tab").key("Enter");
        assert_eq!(in_use(&terminal), "w:two=y z", "{shell}\n{}", terminal.screen());
        terminal.at_prompt().text("awsenv use w:two=y").key("Tab").key("Enter");
        assert_eq!(in_use(&terminal), "w:two=y z", "{shell}\n{}", terminal.screen());
    }
}

#[test]
fn commands_flags_and_the_command_line_of_exec_complete() {
    for shell in INTERACTIVE {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        sandbox.write("some file.txt", "found");
        terminal.text("awsenv expl").key("Tab");
        terminal.wait("the command", |screen| screen.contains("awsenv explain "));
        terminal.text("--js").key("Tab");
        terminal.wait("the flag", |screen| screen.contains("awsenv explain --json "));
        terminal.key("C-u").text("awsenv init po").key("Tab");
        terminal.wait("nothing: two fit", |screen| screen.contains("awsenv init po"));
        terminal.key("C-u").text("awsenv list --color al").key("Tab");
        terminal.wait("the value", |screen| screen.contains("--color always"));
        terminal
            .key("C-u")
            .text("awsenv exec a")
            .key("Tab")
            .text("-- cat some")
            .key("Tab");
        terminal.text(" >~/answer.new; mv ~/answer.new ~/answer").key("Enter");
        assert_eq!(terminal.file("answer"), "found", "{shell}\n{}", terminal.screen());
    }
}

/// `exec` starts programs only.
#[test]
fn behind_the_dashes_of_exec_only_programs_complete() {
    for shell in INTERACTIVE {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        terminal.text("awsenv exec a -- mkfif").key("Tab");
        terminal.wait("the program", |screen| screen.contains("-- mkfifo "));
        terminal.key("C-u").text("awsenv exec a -- whil").key("Tab").text("x");
        let screen = terminal.wait("what was typed", |screen| screen.trim_end().ends_with('x'));
        assert!(screen.trim_end().ends_with("-- whilx"), "{shell}\n{screen}");
        terminal
            .key("C-u")
            .text("awsenv exec a -- __awsenv_com")
            .key("Tab")
            .text("x");
        let screen = terminal.wait("what was typed", |screen| screen.trim_end().ends_with('x'));
        assert!(screen.trim_end().ends_with("__awsenv_comx"), "{shell}\n{screen}");
    }
}

/// Names that no shell could type or no list could show are not offered.
#[test]
fn only_names_that_can_be_typed_are_offered() {
    let sandbox = Sandbox::with_config(
        "[profile good]\n[profile \"esc\u{1b}[31m\"]\n[profile \"bidi\u{202e}\"]\n[profile \"tab\tx\"]\n[profile good two]\n",
    );
    sandbox.write(
        ".boto_attic",
        "[Credentials]\naws_access_key_id = A\naws_secret_access_key = B\n",
    );
    let output = sandbox.awsenv(["complete", "--shell", "zsh", "--", "use", ""]).output();
    assert_eq!(output.clean(), "good\nattic\tboto\n");
    let output = sandbox
        .awsenv(["complete", "--shell", "powershell", "--", "use", ""])
        .output();
    assert_eq!(output.clean(), "'good';'good'\n'attic';'boto'\n");
    let behind = sandbox
        .awsenv(["complete", "--shell", "zsh", "--", "exec", "good", "--", ""])
        .output();
    assert_eq!((behind.status, behind.out()), (10, ""));
}

#[test]
fn broken_files_give_no_names_and_no_words() {
    for shell in INTERACTIVE {
        let sandbox = Sandbox::with_config("[profile broken\nno delimiter\n");
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        terminal.text("awsenv use ").key("Tab").text("x");
        let screen = terminal.wait("what was typed", |screen| screen.trim_end().ends_with('x'));
        assert!(
            !screen.contains("broken") && !screen.contains("delimiter"),
            "{shell}\n{screen}"
        );
    }
}
