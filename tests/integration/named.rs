//! A part of a name, typed at a real terminal: one question, asked only where the user can answer, and only a yes
//! switches the shell.

use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::support::Sandbox;

const KEYS: &str = "aws_access_key_id = AKIA\naws_secret_access_key = secret\n";

/// Names that try to look different on a terminal, a part to type, and how the question begins.
const HOSTILE: [(&str, &str, &str); 5] = [
    ("esc\x1b[31mred\x1b[2J", "esc", "use `esc\\u{1b}[31mred\\u{1b}[2J`"),
    (
        "clip\u{9d}52;c;cGF3bmVk\u{9c}",
        "clip",
        "use `clip\\u{9d}52;c;cGF3bmVk\\u{9c}`",
    ),
    ("safe\u{202e}dorp", "safe", "use `safe\\u{202e}dorp`"),
    ("世界の本番", "世界", "use `世界の本番` (eu-west-1)?"),
    (
        "$(touch canary)`touch canary`",
        "$(touch",
        "use `$(touch canary)`touch canary``",
    ),
];

fn sandbox() -> Sandbox {
    let mut config = format!(
        "[profile dev]\n{KEYS}[profile prod-admin]\n{KEYS}region = eu-central-1\n\
         [profile stage]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = dev\nregion = eu-west-1\n"
    );
    let names = HOSTILE.iter().map(|(name, ..)| (*name).to_owned());
    for name in names.chain([wide()]) {
        config += &format!("[profile \"{name}\"]\nregion = eu-west-1\n{KEYS}");
    }
    let mut sandbox = Sandbox::with_config(&config);
    sandbox.write(
        ".config/awsenv/config",
        "production = prod*\n[alias]\np = prod-admin\n[region]\nhome = eu-north-1\n",
    );
    for (name, ..) in LEGACY {
        sandbox.write(format!(".boto_{name}"), format!("[Credentials]\n{KEYS}"));
    }
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    sandbox
}

/// Like [`HOSTILE`], for legacy files, whose names may hold a line end or the end of a section header.
const LEGACY: [(&str, &str, &str); 2] = [
    (
        "osc\x1b]52;c;cGF3bmVk\x07",
        "osc",
        "use `osc\\u{1b}]52;c;cGF3bmVk\\u{7}`? [y/N]",
    ),
    (
        "cr\rawsenv: use `dev`? [yN]",
        "cr",
        "use `cr\\u{d}awsenv: use `dev`? [yN]`? [y/N]",
    ),
];

fn wide() -> String {
    "wide".to_owned() + &"w".repeat(296)
}

fn status(shell: &str) -> &'static str {
    if shell == "fish" { "$status" } else { "$?" }
}

/// Types the line and waits for the question.
#[track_caller]
fn asked(terminal: &Terminal<'_>, line: &str) -> String {
    terminal.line(line);
    let screen = terminal.wait("a question", |screen| {
        let shown = screen.trim_end();
        shown.ends_with("[y/N]") || shown.ends_with("`yes`:")
    });
    let last = screen.trim_end().lines().last();
    last.unwrap_or_default().to_owned()
}

#[track_caller]
fn after(terminal: &Terminal<'_>, shell: &str) -> String {
    let answer = terminal.answer(&format!("echo {} $AWS_PROFILE", status(shell)));
    answer.trim_end().to_owned()
}

#[test]
fn only_a_yes_switches_the_shell() {
    for shell in INTERACTIVE {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        terminal.line("awsenv use dev");
        assert_eq!(after(&terminal, shell), "0 dev", "{shell}");
        for answer in ["n", "", "no", "yess", "yes please", "yn", "j"] {
            let question = asked(&terminal, "awsenv use STA");
            assert_eq!(
                question, "awsenv: use `stage` (111122223333, eu-west-1)? [y/N]",
                "{shell}"
            );
            terminal.line(answer);
            assert_eq!(after(&terminal, shell), "130 dev", "{shell}: {answer:?}");
        }
        asked(&terminal, "awsenv use tag");
        terminal.key("C-d");
        assert_eq!(after(&terminal, shell), "130 dev", "{shell}: Ctrl-D");
        asked(&terminal, "awsenv use stag");
        terminal.key("C-c");
        terminal.wait("a word", |screen| {
            screen.contains("[y/N] ^C\nawsenv: cancelled, nothing changed\n")
        });
        // zsh itself returns 2 for an interrupted function.
        let code = if shell == "zsh" { 2 } else { 130 };
        assert_eq!(after(&terminal, shell), format!("{code} dev"), "{shell}: Ctrl-C");
        // Stdin does not answer.
        let question = asked(&terminal, "awsenv use stag --region home </dev/null");
        assert_eq!(
            question, "awsenv: use `stage` (111122223333, eu-north-1)? [y/N]",
            "{shell}"
        );
        terminal.line("Y");
        assert_eq!(after(&terminal, shell), "0 stage", "{shell}");
        assert_eq!(terminal.answer("echo $AWS_REGION"), "eu-north-1\n", "{shell}");
    }
}

#[test]
fn a_production_profile_takes_the_whole_word() {
    for shell in INTERACTIVE {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        terminal.line("awsenv use dev");
        for answer in ["y", "", "yes!"] {
            let question = asked(&terminal, "awsenv use adm");
            assert_eq!(
                question, "awsenv: use `prod-admin` (eu-central-1), a PRODUCTION profile? Type the whole word `yes`:",
                "{shell}"
            );
            assert!(
                terminal.colored().contains("\x1b[31mawsenv: use `prod-admin`"),
                "{shell}"
            );
            terminal.line(answer);
            assert_eq!(after(&terminal, shell), "130 dev", "{shell}: {answer:?}");
        }
        asked(&terminal, "awsenv use adm");
        terminal.line("yes");
        assert_eq!(after(&terminal, shell), "0 prod-admin", "{shell}");
        // A full name is not asked about.
        terminal.line("awsenv use dev");
        terminal.line("awsenv use p");
        assert_eq!(after(&terminal, shell), "0 prod-admin", "{shell}: an alias");
        terminal.line("awsenv use dev --first");
        terminal.line("awsenv use adm --first");
        assert_eq!(after(&terminal, shell), "1 dev", "{shell}: --first");
    }
}

#[test]
fn nobody_is_asked_where_nobody_answers() {
    for shell in INTERACTIVE {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        let plain = if shell == "fish" {
            "command awsenv use stag | source"
        } else {
            "eval \"$(command awsenv use stag)\""
        };
        let loaded = if shell == "fish" {
            "eval (awsenv use stag)"
        } else {
            "eval \"$(awsenv use stag)\""
        };
        // fish redirects what a function writes, but not what it substitutes.
        let silent = if shell == "fish" {
            "set -x AWSENV_WRAPPED fish; command awsenv use stag 2>said | source"
        } else {
            "awsenv use stag 2>said"
        };
        let dumb = "TERM=dumb awsenv use stag";
        for line in [plain, loaded, silent, dumb] {
            terminal.line(line);
            assert_eq!(after(&terminal, shell), "1", "{shell}: {line}");
        }
        let said = std::fs::read_to_string(sandbox.path("said")).expect("what was said");
        assert!(said.contains("hint: did you mean `stage`?"), "{shell}: {said}");
        assert!(!terminal.screen().contains("[y/N]"), "{shell}: {}", terminal.screen());
    }
}

#[test]
fn a_hostile_name_is_shown_harmless_and_chosen_exactly() {
    for shell in INTERACTIVE {
        let sandbox = sandbox();
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        let wide = wide();
        let shown = format!("use `{}…`", &wide[..119]);
        let more = [(wide.as_str(), "WIDE", shown.as_str())];
        for (name, part, shown) in HOSTILE.into_iter().chain(LEGACY).chain(more) {
            let question = asked(&terminal, &format!("awsenv use '{part}'"));
            assert!(question.starts_with(&format!("awsenv: {shown}")), "{shell}: {question}");
            terminal.line("yes");
            let document = terminal.answer("awsenv current --json");
            let current: serde_json::Value = serde_json::from_str(&document).expect("a document");
            assert_eq!(current["profile"], name, "{shell}");
        }
        terminal.line("clear; awsenv list");
        let row = format!("\n* {}", &wide[..60]);
        let screen = terminal.wait("the list", |screen| screen.contains(&row));
        assert!(
            !screen.contains("[y/N] yes"),
            "{shell}: the screen holds nothing but the list"
        );
        for (.., shown) in HOSTILE.into_iter().chain(LEGACY) {
            let name = shown
                .trim_start_matches("use `")
                .split("` (")
                .next()
                .unwrap_or_default();
            let name = name.trim_end_matches("`? [y/N]").trim_end_matches('`');
            assert!(screen.contains(name), "{shell}: {name}: {screen}");
        }
        assert!(!sandbox.path("canary").exists(), "{shell} executed a name");
    }
}
