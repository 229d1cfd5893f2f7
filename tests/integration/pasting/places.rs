//! Every place that shows a command shows it for the shell that awsenv is called from, with the exact name.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use super::{preludes, recorded, recorders};
use crate::integration::terminal::Terminal;
use crate::support::{Output, RealShell, Sandbox, installed};

/// Of profiles, and of a folder.
const NAMES: [&str; 11] = [
    "q’; touch pwned #",
    "it's; touch pwned",
    "-x",
    "--",
    "=~",
    "a!b`touch pwned`",
    "$(touch pwned)",
    "{a,b}|touch pwned",
    "@*\\",
    "größe \u{202e}b",
    "\"'$!\\",
];

const PAIR: &str = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hunter2\n";
const OTHER: &str = "aws_access_key_id = AKIAIOSFODNN8EXAMPLE\naws_secret_access_key = hunter3\n";
const LOGIN: &str = "login_session = arn:aws:iam::123456789012:user/p\n";

/// The commands that one name leads to: as they are shown, and the words that must run.
#[derive(Default)]
struct Shown {
    lines: Vec<String>,
    expected: Vec<Vec<String>>,
}

impl Shown {
    /// `found` holds `before`, a command, and `after` at the end of a line.
    #[track_caller]
    fn take(&mut self, found: &str, before: &str, after: &str, start: &str, words: &[&str]) {
        let lines = found.lines().filter_map(|line| {
            let (_, rest) = line.split_once(before)?;
            rest.strip_suffix(after)
        });
        let lines: Vec<&str> = lines.collect();
        let [line] = lines[..] else {
            panic!("one line with `{before}` and `{after}`: {found}")
        };
        self.add(line, start, words);
    }

    fn add(&mut self, line: &str, start: &str, words: &[&str]) {
        self.lines.push(line.to_owned());
        let start = start.split(' ').map(str::to_owned);
        self.expected
            .push(start.chain(words.iter().map(|word| below_home(word))).collect());
    }
}

/// Without the HOME of a sandbox, because a line is shown in one and runs in another.
fn below_home(word: &str) -> String {
    let below = word.starts_with('/').then(|| word.split_once("/home/")).flatten();
    below.map_or(word.to_owned(), |(_, below)| format!("~/{below}"))
}

/// The operand, behind `--` if it looks like an option.
fn operand(name: &str) -> Vec<&str> {
    let dashes = name.starts_with('-').then_some("--");
    dashes.into_iter().chain([name]).collect()
}

/// A HOME with awsenv called from this shell, and keys in encrypted files.
fn home(shell: &RealShell) -> Sandbox {
    let mut sandbox = Sandbox::new();
    for (name, value) in [("AWSENV_WRAPPED", shell.word), ("AWSENV_KEYCHAIN", "file")] {
        sandbox.set(name, value);
    }
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    private(&sandbox, ".config/awsenv/config", "production = *\n");
    sandbox
}

fn private(sandbox: &Sandbox, relative: &str, text: impl AsRef<[u8]>) {
    set_mode(&sandbox.write(relative, text), 0o600);
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a file of ours");
}

/// The program for this shell gives a hint, so it fails.
#[track_caller]
fn refused(sandbox: &Sandbox, command: &str, name: Option<&str>) -> Output {
    let words = command.split(' ').chain(name.map(|_| "--")).chain(name);
    let output = sandbox.awsenv(words).stdin("AKIAIOSFODNN7EXAMPLE\nhunter2\n").output();
    assert_ne!(output.status, 0, "{command}: {}", output.all());
    assert!(!output.err().contains('\u{202e}'), "{}", output.all());
    output
}

fn remedies(sandbox: &Sandbox) -> Vec<(String, String)> {
    let output = sandbox.awsenv(["doctor", "--json"]).output();
    let list: Vec<Value> = serde_json::from_str(output.out()).expect("a document");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    list.iter()
        .map(|finding| (text(&finding["message"]), text(&finding["remedy"])))
        .collect()
}

#[track_caller]
fn remedy(sandbox: &Sandbox, message: &str) -> String {
    let found = remedies(sandbox).into_iter().find(|(text, _)| text.contains(message));
    found.unwrap_or_else(|| panic!("{message}")).1
}

/// `use`, `list`, `explain` and `doctor`.
fn chosen(shell: &RealShell, name: &str, shown: &mut Shown) {
    let sandbox = home(shell);
    let credentials = |text: String| private(&sandbox, ".aws/credentials", text);
    credentials(format!("[{name}]\n{LOGIN}"));
    let err = refused(&sandbox, "use --first", None);
    shown.take(err.err(), "hint: ", "", "awsenv use", &operand(name));
    let err = refused(&sandbox, "explain", Some(name));
    let option = format!("--profile={name}");
    let option = if name.starts_with('-') {
        vec![&*option]
    } else {
        vec!["--profile", name]
    };
    shown.take(err.err(), "hint: ", "", "aws login", &option);
    let json: Value = serde_json::from_str(refused(&sandbox, "explain --json", Some(name)).out()).expect("a document");
    shown.add(
        json["error"]["hints"][0].as_str().expect("a hint"),
        "aws login",
        &option,
    );

    credentials(format!("[{name}1]\n{LOGIN}[{name}2]\n{LOGIN}"));
    let err = refused(&sandbox, "use", Some(name));
    let query = format!("--query={name}");
    let query = if name.starts_with('-') {
        vec![&*query]
    } else {
        vec!["--query", name]
    };
    shown.take(
        err.err(),
        "hint: run `",
        "` to choose among all 2",
        "awsenv use",
        &query,
    );

    let word = name.replace('\\', "\\\\").replace('"', "\\\"");
    let line = format!("credential_process = awsenv credential-process -- \"{word}\"\n");
    credentials(format!("[{name}]\n{line}{PAIR}region = eu-west-1 # home\n"));
    let words = [&["--replace"][..], &operand(name)].concat();
    let err = sandbox.awsenv(["list"]).output().err().to_owned();
    shown.take(&err, "use it (", ")", "awsenv key import", &words);
    let doctor = remedy(&sandbox, "takes precedence");
    shown.add(&doctor, "awsenv key import", &words);
    shown.add(&remedy(&sandbox, "inline-comment"), "awsenv explain", &operand(name));
    let text = sandbox.awsenv(["doctor"]).output().out().to_owned();
    assert!(text.contains(&format!("fix: {doctor}\n")), "{text}");
}

/// The commands on keys.
fn keys(shell: &RealShell, name: &str, shown: &mut Shown) {
    let sandbox = home(shell);
    let credentials = |text: String| private(&sandbox, ".aws/credentials", text);
    let operand = operand(name);
    credentials(format!("[{name}]\nregion = eu-west-1\n"));
    let err = refused(&sandbox, "key import", Some(name));
    shown.take(err.err(), "hint: ", "", "awsenv key add", &operand);

    credentials(format!("[{name}]\n{PAIR}"));
    let err = refused(&sandbox, "key add --stdin", Some(name));
    shown.take(err.err(), "hint: ", "", "awsenv key import", &operand);

    sandbox.awsenv(["key", "import", "--", name]).output().success();
    let err = refused(&sandbox, "undo", None);
    shown.take(err.err(), "hint: ", "", "awsenv key restore", &operand);
    let imported = std::fs::read_to_string(sandbox.path(".aws/credentials")).expect("a file");
    credentials(imported.clone() + OTHER);
    let err = refused(&sandbox, "key restore", Some(name)).err().to_owned();
    let (replace, remove) = err
        .split_once("` keeps that key and moves it into the keychain; `")
        .expect("two ways");
    let words = [&["--replace"][..], &operand].concat();
    shown.take(replace, "hint: `", "", "awsenv key import", &words);
    shown.take(
        &format!("`{remove}"),
        "`",
        "` keeps it in the file",
        "awsenv key remove",
        &operand,
    );

    credentials(String::new());
    let lost = remedy(&sandbox, "no profile uses it");
    let (remove, add) = lost
        .split_once(", or add the profile's line again: ")
        .expect("two ways");
    shown.add(remove, "awsenv key remove", &operand);
    shown.add(add, "awsenv key add", &operand);
    credentials(imported);
    sandbox
        .awsenv(["key", "remove", "--yes", "--", name])
        .output()
        .success();
    let err = refused(&sandbox, "undo", None);
    shown.take(err.err(), "hint: ", "", "awsenv key add", &operand);

    credentials(format!(
        "[{name}]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = {name}\n{PAIR}"
    ));
    let err = refused(&sandbox, "key import", Some(name));
    let (new, glued) = (format!("{name}-keys"), format!("--split={name}-keys"));
    let split = if name.starts_with('-') {
        vec![&*glued]
    } else {
        vec!["--split", &new]
    };
    let words = [split, operand].concat();
    shown.take(
        err.err(),
        "give the key a profile of its own: ",
        "",
        "awsenv key import",
        &words,
    );
}

/// Files.
fn files(shell: &RealShell, name: &str, shown: &mut Shown) {
    let mut sandbox = home(shell);
    let relative = format!("{name}/config");
    private(&sandbox, &relative, format!("[profile p]\n{PAIR}"));
    set_mode(&sandbox.path(name), 0o700);
    let path = sandbox.path(&relative);
    let shown_path = path.to_str().expect("text");
    // A `~` and variables in it are botocore's.
    let typed = shown_path.replace('$', "${DOLLAR}");
    sandbox.set("DOLLAR", "$").set("AWS_CONFIG_FILE", typed);
    set_mode(&path, 0o606);
    let set = "configure set --profile p region x";
    let err = refused(&sandbox, set, None);
    shown.take(err.err(), "hint: ", "", "chmod go-w", &[shown_path]);
    shown.add(
        &remedy(&sandbox, "can be written by other users"),
        "chmod go-w",
        &[shown_path],
    );
    set_mode(&path, 0o444);
    let err = refused(&sandbox, set, None);
    shown.take(err.err(), "hint: ", "", "chmod u+w", &[shown_path]);
    shown.add(
        &remedy(&sandbox, "can be read by other users"),
        "chmod 600",
        &[shown_path],
    );
    // Only root can give a file away.
    if std::os::unix::fs::chown(&path, Some(12345), None).is_ok() {
        let user = sandbox.program("id").args(["-un"]).output();
        let words = [user.success().trim(), shown_path];
        shown.add(&remedy(&sandbox, "belongs to another user"), "chown", &words);
    }
}

#[test]
fn each_place_shows_a_command_that_can_be_pasted() {
    let wanted = |shell: &&RealShell| ["bash", "zsh", "fish", "dash", "pwsh"].contains(&shell.name);
    for shell in installed().iter().filter(wanted) {
        let mut shown = Shown::default();
        for name in NAMES {
            chosen(shell, name, &mut shown);
            keys(shell, name, &mut shown);
            files(shell, name, &mut shown);
        }
        for prelude in preludes(shell) {
            let sandbox = recorders();
            let output = sandbox.script(shell, prelude + &shown.lines.join("\n") + "\n").output();
            assert_eq!(output.status, 0, "{}: {}", shell.name, output.err());
            let found = recorded(&sandbox);
            for ((line, expected), found) in shown.lines.iter().zip(&shown.expected).zip(&found) {
                let found: Vec<_> = found
                    .iter()
                    .map(|word| below_home(&String::from_utf8_lossy(word)))
                    .collect();
                assert_eq!(&found, expected, "{}: {line}", shell.name);
            }
            assert_eq!(found.len(), shown.expected.len(), "{}", shell.name);
            assert!(!sandbox.path("pwned").exists(), "{}", shell.name);
        }
    }
}

/// The lines that differ from shell to shell as a whole: for the set-up, for variables, for an eval.
fn own_lines(word: &str) -> [&'static str; 3] {
    match word {
        "bash" => [
            "eval \"$(awsenv init bash)\"",
            "unset AWS_DEFAULT_PROFILE",
            "eval \"$(awsenv use p)\"",
        ],
        "fish" => [
            "awsenv init fish | source",
            "set -e AWS_DEFAULT_PROFILE",
            "awsenv use p | source",
        ],
        "posix" => [
            "eval \"$(awsenv init posix)\"",
            "unset AWS_DEFAULT_PROFILE",
            "eval \"$(awsenv use p)\"",
        ],
        "powershell" => [
            "Invoke-Expression (& { (awsenv init powershell | Out-String) })",
            "$env:AWS_DEFAULT_PROFILE = $null",
            "Invoke-Expression (& { (awsenv use p | Out-String) })",
        ],
        "zsh" => [
            "eval \"$(awsenv init zsh)\"",
            "unset AWS_DEFAULT_PROFILE",
            "eval \"$(awsenv use p)\"",
        ],
        word => panic!("{word}"),
    }
}

fn start_file(word: &str) -> &'static str {
    match word {
        "bash" => "~/.bashrc",
        "fish" => "~/.config/fish/config.fish",
        "posix" => "the file that ENV names",
        "powershell" => "$PROFILE",
        "zsh" => "~/.zshrc",
        word => panic!("{word}"),
    }
}

/// Without a function that says which shell this is.
#[test]
fn doctor_speaks_the_language_of_the_shell_around_it() {
    for shell in installed() {
        let mut sandbox = Sandbox::new();
        sandbox.write(".aws/config", "[profile a]\nregion = r\n[profile b]\nregion = r\n");
        sandbox.write(
            ".aws/credentials",
            "[a]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
        );
        sandbox.set("AWS_PROFILE", "a").set("AWS_DEFAULT_PROFILE", "b");
        let output = sandbox.script(&shell, "awsenv doctor\necho end\n").output();
        let [set_up, unset, _] = own_lines(shell.word);
        let set_up = format!("fix: add to {}: {set_up}\n", start_file(shell.word));
        for line in [set_up, format!("fix: {unset}\n")] {
            assert!(output.success().contains(&line), "{}: {}", shell.name, output.all());
        }
    }
}

#[test]
fn doctor_shows_no_command_with_a_name_that_is_code() {
    for shell in installed() {
        let mut sandbox = Sandbox::new();
        for name in [
            "AWS_ENDPOINT_URL_X;touch PWN",
            "AWS_BEARER_TOKEN_$(id)",
            "AWS_ENDPOINT_URL_a-b",
        ] {
            sandbox.set(name, "x");
        }
        let output = sandbox.script(&shell, "awsenv doctor\necho end\n").output();
        let fixes: Vec<_> = output.success().lines().filter(|line| line.contains("fix:")).collect();
        assert!(
            fixes.iter().all(|line| !line.contains("AWS_")),
            "{}: {fixes:?}",
            shell.name
        );
    }
}

#[test]
fn use_at_a_terminal_names_the_lines_of_this_shell() {
    let mut sandbox = Sandbox::new();
    for typed in [false, true] {
        for word in ["bash", "fish", "posix", "powershell", "zsh"] {
            sandbox.set("AWSENV_WRAPPED", if typed { "bash" } else { word });
            let Some(terminal) = Terminal::open_bare(&sandbox, "bash", "") else {
                return;
            };
            let option = if typed {
                format!("--shell {word}")
            } else {
                String::new()
            };
            terminal.line(&format!("awsenv use p {option} 2>new; mv new said"));
            let said = terminal.file("said");
            let [set_up, _, eval] = own_lines(word);
            let shown = match (typed, word) {
                (false, _) => "awsenv use p".to_owned(),
                (true, "powershell" | "pwsh") => format!("awsenv use p '--shell' {word}"),
                (true, _) => format!("awsenv use p --shell {word}"),
            };
            let eval = eval.replace("awsenv use p", &shown);
            assert!(said.contains(&format!("run: {eval}\n")), "{word}: {said}");
            let set_up = format!("is enough, add to {}: {set_up}\n", start_file(word));
            assert!(said.contains(&set_up), "{word}: {said}");
        }
    }
}
