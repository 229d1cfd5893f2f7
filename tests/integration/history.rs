//! What `use` records: only at a terminal, without a secret, by many at once; and the resulting order.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::integration::terminal::{INTERACTIVE, Terminal};
use crate::support::{Output, Sandbox, require};

const FILE: &str = ".local/state/awsenv/history";

/// A sandbox with these profiles, each with a key.
fn sandbox(names: &[&str]) -> Sandbox {
    let section =
        |name: &&str| format!("[profile {name}]\naws_access_key_id = AKIA\naws_secret_access_key = WORDLESS\n");
    let mut sandbox = Sandbox::with_config(&names.iter().map(section).collect::<String>());
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    sandbox
}

/// Runs lines of sh with a terminal for everything that is not redirected, and returns what the terminal showed.
fn at_terminal(sandbox: &Sandbox, lines: &str) -> Option<Output> {
    // `script` takes other arguments on other systems.
    let script = cfg!(target_os = "linux").then(|| require("script"))??;
    let run = sandbox.program(script).env("SHELL", "/bin/sh");
    Some(run.args(["-qec", lines, "/dev/null"]).output())
}

fn file(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.path(FILE)).unwrap_or_default()
}

/// One for each line of the file.
fn remembered(sandbox: &Sandbox) -> Vec<String> {
    let text = file(sandbox);
    let profile = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        value["profile"].as_str().expect("a name").to_owned()
    };
    text.lines().map(profile).collect()
}

fn now() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the tests' own clock, not the program's")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).expect("a clock").as_secs()
}

/// A use `ago` seconds ago.
fn used(profile: &str, dir: &PathBuf, ago: u64, count: u32) -> String {
    let at = now() - ago;
    format!(
        "{}\n",
        serde_json::json!({"profile": profile, "dir": dir, "at": at, "count": count})
    )
}

#[test]
fn a_person_at_a_terminal_is_remembered_and_nobody_else() {
    let sandbox = sandbox(&["one", "two"]);
    sandbox.write(
        ".boto_attic",
        "[Credentials]\naws_access_key_id = A\naws_secret_access_key = WORDLESS\n",
    );
    sandbox.awsenv(["use", "one", "--shell", "bash"]).output().clean();
    assert_eq!(file(&sandbox), "", "stderr is no terminal");
    let lines = "awsenv use nope --shell bash >/dev/null; mkdir sub; cd sub\n\
                 eval \"$(awsenv use one --shell sh)\"; eval \"$(awsenv use two --shell sh)\"\n\
                 eval \"$(awsenv use - --shell sh)\"; awsenv use attic --keys --shell sh >/dev/null\n\
                 awsenv exec two -- true; awsenv list >/dev/null";
    let Some(output) = at_terminal(&sandbox, lines) else {
        return;
    };
    assert_eq!(remembered(&sandbox), ["one", "two", "one", "attic"], "{}", output.all());
    let text = file(&sandbox);
    assert!(!text.contains("WORDLESS") && !text.contains("AKIA"), "{text}");
    let first: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    assert_eq!(first["dir"], *sandbox.path("sub").to_string_lossy());
    assert!(first["at"].as_u64().is_some_and(|at| at <= now() && at + 600 > now()));

    sandbox.write(".config/awsenv/config", "history = off\n");
    at_terminal(&sandbox, "awsenv use two --shell bash >/dev/null");
    assert_eq!(file(&sandbox), text);
}

#[test]
fn any_name_is_one_line() {
    let sandbox = Sandbox::with_config(
        "[profile \"a'b \u{202e}\u{1b}]0;x\u{7}\u{e4}\"]\naws_access_key_id = A\naws_secret_access_key = B\n",
    );
    let name = "a'b \u{202e}\u{1b}]0;x\u{7}\u{e4}";
    let Some(output) = at_terminal(&sandbox, &format!("awsenv use \"{name}\" --shell bash >/dev/null")) else {
        return;
    };
    assert_eq!(remembered(&sandbox), [name], "{}", output.all());
    let table = sandbox.awsenv(["history"]).output();
    let shown = "a'b \\u{202e}\\u{1b}]0;x\\u{7}\u{e4}  1 use  just now  ";
    assert!(table.clean().starts_with(shown), "{}", table.all());
    let json = sandbox.awsenv(["history", "--json"]).output();
    let json: Value = serde_json::from_str(json.clean()).expect("JSON");
    assert_eq!(json[0]["profile"], name);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_it_whatever_the_umask() {
    use std::os::unix::fs::PermissionsExt as _;
    for umask in ["000", "022", "777"] {
        let sandbox = sandbox(&["one"]);
        let lines = format!("umask {umask}; awsenv use one --shell bash 2>&1 >/dev/null");
        let Some(output) = at_terminal(&sandbox, &format!("{lines}; {lines}")) else {
            return;
        };
        assert_eq!(remembered(&sandbox), ["one", "one"], "{umask}\n{}", output.all());
        let mode = |path: &str| {
            let meta = std::fs::metadata(sandbox.path(path)).expect(path);
            format!("{:o}", meta.permissions().mode() & 0o777)
        };
        for dir in [".local", ".local/state", ".local/state/awsenv"] {
            assert_eq!(mode(dir), "700", "umask {umask}: {dir}");
        }
        for name in [FILE, ".local/state/awsenv/history.lock"] {
            assert_eq!(mode(name), "600", "umask {umask}: {name}");
        }
    }
}

/// Twenty processes write while one keeps rewriting the file.
#[test]
fn no_line_is_lost() {
    let names: Vec<String> = (0..20).flat_map(|n| (0..6).map(move |i| format!("p{n}-{i}"))).collect();
    let mut all: Vec<&str> = names.iter().map(String::as_str).collect();
    all.push("victim");
    let sandbox = sandbox(&all);
    let lines = "use() { awsenv use \"$1\" -q --shell sh >/dev/null; }\n\
                 touch busy\n\
                 while [ -e busy ]; do use victim; awsenv history remove victim -q && echo x >>removed; done &\n\
                 writers=\n\
                 for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do\n\
                 (for i in 0 1 2 3 4 5; do use \"p$n-$i\"; done) & writers=\"$writers $!\"; done\n\
                 wait $writers; rm busy; wait";
    let Some(output) = at_terminal(&sandbox, lines) else {
        return;
    };
    let remembered = remembered(&sandbox);
    let missing: Vec<&String> = names.iter().filter(|name| !remembered.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}\n{}", output.all());
    let removed = std::fs::read_to_string(sandbox.path("removed")).unwrap_or_default();
    assert!(
        removed.lines().count() > 2,
        "it was written anew meanwhile\n{}",
        output.all()
    );
}

#[test]
fn a_damaged_file_is_kept_and_said_once() {
    let sandbox = sandbox(&["one", "two"]);
    let damaged = used("two", &sandbox.home(), 5, 3) + &"\0\u{1b}[2Jgarbage\n".repeat(100_000);
    sandbox.write(FILE, &damaged);
    let lines = "awsenv use one --shell bash >/dev/null";
    let Some(output) = at_terminal(&sandbox, lines) else {
        return;
    };
    let warning = "awsenv: warning:";
    assert!(output.out().contains(warning), "{}", output.all());
    assert!(
        output.out().contains("~/.local/state/awsenv/history.damaged"),
        "{}",
        output.all()
    );
    assert_eq!(remembered(&sandbox), ["two", "one"]);
    let kept = std::fs::read_to_string(sandbox.path(".local/state/awsenv/history.damaged")).expect("it is kept");
    assert!(kept.starts_with(&damaged) && kept.ends_with("}\n"));
    let again = at_terminal(&sandbox, lines).expect("a terminal");
    assert!(!again.out().contains(warning), "{}", again.all());

    sandbox.write(FILE, damaged.split_at(2000).0);
    let output = sandbox.awsenv(["history", "remove", "one"]).output();
    assert_eq!((output.status, output.out()), (1, ""), "{}", output.all());
    let output = sandbox.awsenv(["history", "remove", "two"]).output();
    assert!(output.err().contains(warning), "{}", output.all());
    assert_eq!(remembered(&sandbox), [""; 0]);
}

#[test]
fn where_nothing_can_be_remembered_use_works_and_is_silent() {
    let mut sandbox = sandbox(&["one"]);
    sandbox.write("a-file", "");
    let lines = "awsenv use one -q --shell bash >script";
    for state in ["a-file", "a-file/below", "/dev/null", "/proc/nothing"] {
        sandbox.set("XDG_STATE_HOME", sandbox.path(state));
        let Some(output) = at_terminal(&sandbox, lines) else {
            return;
        };
        assert_eq!((output.status, output.out()), (0, ""), "{state}\n{}", output.all());
        let script = std::fs::read_to_string(sandbox.path("script")).expect("a script");
        assert!(script.contains("AWS_PROFILE"), "{state}: {script}");
    }
    let verbose = at_terminal(&sandbox, "awsenv use one -v --shell bash >script").expect("a terminal");
    assert!(verbose.out().contains("cannot update the history"), "{}", verbose.all());
    sandbox.set("AWS_CONFIG_FILE", sandbox.path(".aws/config"));
    sandbox.unset("XDG_STATE_HOME").unset("HOME");
    let output = at_terminal(&sandbox, lines).expect("a terminal");
    assert_eq!((output.status, output.out()), (0, ""), "{}", output.all());
}

#[test]
fn the_history_is_shown_and_forgotten() {
    let sandbox = sandbox(&["alpha", "beta", "gamma"]);
    let (home, srv) = (sandbox.home(), PathBuf::from("/srv"));
    let text = used("beta", &srv, 3 * 3_600, 2) + &used("gamma", &home, 90, 1) + &used("gone", &home, 5, 9);
    sandbox.write(FILE, text + &used("beta", &home, 9 * 86_400, 1));
    let output = sandbox.awsenv(["history"]).output();
    let home = home.display();
    assert_eq!(
        output.clean(),
        format!(
            "gamma  1 use   1 min ago   {home}\nbeta   2 uses  3 h ago     /srv\nbeta   1 use   9 days ago  {home}\n"
        )
    );
    let output = sandbox.awsenv(["history", "--json"]).output();
    let json: Value = serde_json::from_str(output.clean()).expect("JSON");
    assert_eq!(json.as_array().map(Vec::len), Some(4));
    assert_eq!(
        (json[0]["profile"].as_str(), json[0]["exists"].as_bool()),
        (Some("gone"), Some(false))
    );
    assert_eq!(
        (json[0]["count"].as_u64(), json[0]["score"].as_f64()),
        (Some(9), Some(36.0))
    );
    assert_eq!(
        (&json[2]["directory"], json[2]["exists"].as_bool()),
        (&"/srv".into(), Some(true))
    );
    assert!(json[2]["last_used"].as_str().is_some_and(|time| time.ends_with('Z')));

    sandbox.awsenv(["history", "remove", "beta"]).output().clean();
    sandbox.awsenv(["history", "remove", "gone"]).output().clean();
    assert_eq!(remembered(&sandbox), ["gamma"]);
    let output = sandbox.awsenv(["history", "remove", "beta"]).output();
    assert_eq!(output.status, 1, "{}", output.all());
    assert!(
        output.err().contains("profile `beta` is not in the history"),
        "{}",
        output.all()
    );
}

fn offered(sandbox: &Sandbox, words: &[&str]) -> String {
    let before = ["complete", "--shell", "zsh", "--"];
    let output = sandbox.awsenv(before.iter().chain(words)).output();
    output.clean().replace("\tstatic-keys", "").replace('\n', " ")
}

#[test]
fn completion_offers_what_was_used_here_first() {
    let sandbox = sandbox(&["alpha", "beta", "gamma", "delta"]);
    let (home, srv) = (sandbox.home(), PathBuf::from("/srv"));
    let text = used("beta", &srv, 5, 9) + &used("delta", &home, 9 * 86_400, 1) + &used("gone", &home, 5, 9);
    sandbox.write(FILE, &text);
    for words in [&["use", ""][..], &["explain", ""]] {
        assert_eq!(offered(&sandbox, words), "delta beta alpha gamma ", "{words:?}");
    }
    let remembered = offered(&sandbox, &["history", "remove", ""]);
    assert_eq!(remembered, "beta gone delta ", "also what exists no more");
    assert_eq!(file(&sandbox), text, "completion writes nothing");
    assert!(!sandbox.path(".local/state/awsenv/history.lock").exists());
    for off in ["order = file\n", "history = off\n"] {
        sandbox.write(".config/awsenv/config", off);
        assert_eq!(offered(&sandbox, &["use", ""]), "alpha beta gamma delta ", "{off}");
    }
    sandbox.write(".config/awsenv/config", "");
    sandbox.write(FILE, b"\0\xff garbage\n");
    assert_eq!(offered(&sandbox, &["use", ""]), "alpha beta gamma delta ");
    assert_eq!(
        std::fs::read(sandbox.path(FILE)).expect("the file"),
        b"\0\xff garbage\n"
    );
}

#[test]
fn completion_offers_aliases_of_what_exists() {
    let sandbox = sandbox(&["alpha", "beta"]);
    sandbox.write(
        ".config/awsenv/config",
        "[alias]\nb = beta\nalpha = beta\nnothing = nowhere\n",
    );
    assert_eq!(offered(&sandbox, &["use", ""]), "alpha beta b\talias of beta ");
    assert_eq!(offered(&sandbox, &["exec", ""]).matches("alias of").count(), 1);
    assert_eq!(offered(&sandbox, &["key", "add", ""]), "alpha beta ");
}

#[test]
fn the_first_match_is_the_one_that_was_used() {
    let sandbox = sandbox(&["team-a", "team-b", "team-c"]);
    let taken = |args: &[&str]| {
        let run = sandbox
            .awsenv(["use", "--shell", "bash", "--first"].iter().chain(args))
            .output();
        let said = run.err().to_owned();
        said.split('`').nth(1).expect("a name").to_owned()
    };
    assert_eq!(taken(&["team"]), "team-a");
    sandbox.write(FILE, used("team-c", &"/elsewhere".into(), 60, 1));
    assert_eq!(taken(&["team"]), "team-c");
    assert_eq!(taken(&["--query", "team"]), "team-c");
    // No menu is shown, so the file is only read.
    let damaged = used("team-b", &"/elsewhere".into(), 60, 9) + "garbage\n";
    sandbox.write(FILE, &damaged);
    assert_eq!(taken(&["team"]), "team-b");
    assert_eq!(taken(&["--query", "team"]), "team-b");
    assert_eq!(file(&sandbox), damaged);
}

/// The shells show the names in awsenv's order, and step through them without sorting.
#[test]
fn no_shell_sorts_the_names() {
    for shell in INTERACTIVE {
        let sandbox = sandbox(&["alpha", "beta", "gamma", "delta"]);
        let home = sandbox.home();
        let text = used("gamma", &home, 5, 9) + &used("beta", &home, 5, 3) + &used("delta", &home, 5, 2);
        sandbox.write(FILE, text);
        sandbox.write(".config/awsenv/config", "[alias]\na2 = alpha\n");
        let Some(terminal) = Terminal::open(&sandbox, shell, "") else {
            continue;
        };
        terminal.text("awsenv use ").key("Tab");
        if shell == "bash" {
            terminal.key("Tab");
        }
        let wanted = ["gamma", "beta", "delta", "alpha", "a2"];
        let screen = terminal.wait("the names", |screen| wanted.iter().all(|name| screen.contains(name)));
        let places: Vec<_> = wanted.iter().map(|name| screen.find(name)).collect();
        assert!(places.is_sorted(), "{shell}\n{screen}");
    }
}

/// bash before 4.4 does not know the option.
#[test]
fn a_bash_that_always_sorts_completes_all_the_same() {
    let sandbox = sandbox(&["alpha"]);
    let Some(bash) = require("bash") else { return };
    let text = sandbox.awsenv(["init", "bash"]).output().clean().to_owned();
    for (text, wanted) in [
        (text.clone(), "complete -o nosort -F __awsenv_complete awsenv\n"),
        (
            text.replace("-o nosort", "-o unknown"),
            "complete -F __awsenv_complete awsenv\n",
        ),
    ] {
        sandbox.write("integration", text);
        let args = ["--norc", "-euc", ". ./integration; complete -p awsenv"];
        assert_eq!(sandbox.program(&bash).args(args).output().clean(), wanted);
    }
}
