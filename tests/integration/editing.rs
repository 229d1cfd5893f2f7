//! Files as `configure` and `undo` edit them: every other byte stays, in good conditions and in bad ones.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::integration::terminal::Terminal;
use crate::support::{AWSENV, Output, Sandbox, python, require};

const CONFIG: &str = "# mine\r\n[default]\r\nregion = eu-west-1\r\n\r\n[profile a b]\n[profile 'a b']\n  Region: eu-west-2 # home\n\
     # a note\n  s3 =\n    # tuned\n    max_queue_size=3\n\n[profile keys]\noutput = text\nswallowed = x\n   aws_secret_access_key = hunter2\n\
     [profile last]\nregion=eu-west-3";

const CREDENTIALS: &str =
    "[keys]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hunter2\nregion = us-east-1\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_config(CONFIG);
    sandbox.write(".aws/credentials", CREDENTIALS);
    for name in [".aws/config", ".aws/credentials"] {
        set_mode(&sandbox.path(name), 0o600);
    }
    set_mode(&sandbox.path(".aws"), 0o700);
    sandbox
}

pub(super) fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a file of ours");
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("a file").mode() & 0o777
}

fn text(sandbox: &Sandbox, relative: &str) -> String {
    std::fs::read_to_string(sandbox.path(relative)).unwrap_or_default()
}

fn set(sandbox: &Sandbox, profile: &str, key: &str, value: &str) -> Output {
    sandbox
        .awsenv(["configure", "set", "--profile", profile, key, value])
        .output()
}

/// Only the files themselves may be left, nothing beside them.
#[track_caller]
fn assert_clean(sandbox: &Sandbox, names: &[&str]) {
    let entries = std::fs::read_dir(sandbox.path(".aws")).expect("a directory");
    let mut found: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
    found.sort();
    assert_eq!(found, names);
}

#[test]
fn a_setting_is_changed_where_it_counts() {
    let sandbox = sandbox();
    for (profile, key, value, was, now) in [
        (
            "default",
            "region",
            "us-west-2",
            "region = eu-west-1\r\n",
            "region = us-west-2\r\n",
        ),
        (
            "default",
            "Output",
            "json",
            "us-west-2\r\n",
            "us-west-2\r\noutput = json\r\n",
        ),
        ("a b", "region", "x", "  Region: eu-west-2 # home\n", "  Region: x\n"),
        ("a b", "s3.max_queue_size", "4", "max_queue_size=3", "max_queue_size=4"),
        ("a b", "s3.new", "-1", "size=4\n", "size=4\n    new = -1\n"),
        ("a b", "ec2.x", "y", "new = -1\n", "new = -1\n  ec2 =\n      x = y\n"),
        (
            "last",
            "output",
            "json",
            "region=eu-west-3",
            "region=eu-west-3\noutput = json",
        ),
        (
            "two words",
            "region",
            "r",
            "\noutput = json",
            "\noutput = json\n\n[profile 'two words']\nregion = r",
        ),
    ] {
        let before = text(&sandbox, ".aws/config");
        let output = set(&sandbox, profile, key, value);
        assert_eq!(output.clean(), "", "{}", output.all());
        let at = before.rfind(was).expect("what is replaced");
        let expected = format!("{}{now}{}", &before[..at], &before[at + was.len()..]);
        assert_eq!(text(&sandbox, ".aws/config"), expected, "{profile} {key}");
        let get = sandbox.awsenv(["configure", "get", "--profile", profile, key]).output();
        assert_eq!(get.clean(), format!("{value}\n"));
    }
    // The credentials file takes precedence, so the edit goes there.
    assert_eq!(set(&sandbox, "keys", "region", "us-east-2").clean(), "");
    assert_eq!(
        text(&sandbox, ".aws/credentials"),
        CREDENTIALS.replace("us-east-1", "us-east-2")
    );
    assert_eq!(mode(&sandbox.path(".aws/config")), 0o600);
    assert_clean(&sandbox, &["config", "credentials"]);
}

#[test]
fn what_cannot_be_got_or_set() {
    let sandbox = sandbox();
    let get = |words: &[&str]| sandbox.awsenv([&["configure", "get"], words].concat()).output();
    for words in [&["none"][..], &["s3.none", "--profile", "a b"], &["region.x"]] {
        let output = get(words);
        assert_eq!((output.status, output.out(), output.err()), (1, "", ""), "{words:?}");
    }
    assert_eq!(
        get(&["aws_access_key_id", "--profile", "keys"]).clean(),
        "AKIAIOSFODNN7EXAMPLE\n"
    );
    for (words, why) in [
        (&["s3", "--profile", "a b"][..], "is a block of keys"),
        (&["region", "--profile", "nobody"], "profile `nobody` is not defined in"),
        (&["aws_secret_access_key", "--profile", "keys"], "contains a secret"),
        (&["swallowed", "--profile", "keys"], "contains a secret"),
    ] {
        let output = get(words);
        assert_eq!((output.status, output.out()), (1, ""), "{words:?}");
        assert!(
            output.err().contains(why) && !output.err().contains("hunter2"),
            "{}",
            output.err()
        );
    }
    for (key, value, status, why) in [
        (
            "aws_secret_access_key",
            "hunter2",
            2,
            "does not belong on the command line",
        ),
        ("AWS_Session_Token", "hunter2", 2, "does not belong on the command line"),
        ("aws_access_key_id", "x", 2, "does not belong on the command line"),
        ("region", "a\nb", 1, "line break"),
        ("region", " a", 1, "white space"),
        ("a=b", "a", 1, "ends a key"),
        ("s3", "a", 1, "is a block of keys"),
        ("region.x", "a", 1, "is a value, not a block"),
    ] {
        let output = set(&sandbox, "a b", key, value);
        assert_eq!((output.status, output.out()), (status, ""), "{key}");
        assert!(
            output.err().contains(why) && !output.err().contains("hunter2"),
            "{}",
            output.err()
        );
    }
    assert_eq!(text(&sandbox, ".aws/config"), CONFIG);
    sandbox.write(".aws/config", "[a]\n[a]\n");
    assert!(set(&sandbox, "a", "region", "x").err().contains("is defined twice"));
    assert!(
        !sandbox.path(".local/state/awsenv/journal").exists(),
        "nothing was edited"
    );
}

#[test]
fn an_edit_is_undone_and_done_again() {
    let mut sandbox = sandbox();
    sandbox.set("TZ", "JST-9");
    let undo = |words: &[&str]| sandbox.awsenv([&["undo"], words].concat()).output();
    let nothing = undo(&[]);
    assert_eq!((nothing.status, nothing.out()), (1, ""));
    assert!(nothing.err().contains("nothing to undo"));
    set(&sandbox, "a b", "region", "x").success();
    let edited = text(&sandbox, ".aws/config");
    let shown = undo(&["--dry-run"]);
    assert!(
        shown.clean().contains("\n-  Region: x\n+  Region: eu-west-2 # home\n"),
        "{}",
        shown.all()
    );
    assert_eq!(text(&sandbox, ".aws/config"), edited);
    for expected in [CONFIG, edited.as_str(), CONFIG] {
        let output = undo(&[]);
        assert_eq!((output.status, output.out()), (0, ""), "{}", output.all());
        assert!(output.err().contains("set `region` of `a b`"), "{}", output.err());
        assert!(output.err().contains(" JST)"), "{}", output.err());
        assert_eq!(text(&sandbox, ".aws/config"), expected);
    }
    // Other lines may change meanwhile, but not the edited one.
    set(&sandbox, "a b", "region", "x").success();
    set_text(
        &sandbox,
        &format!("[profile first]\n\n{}", edited.replace("# a note\n", "")),
    );
    undo(&[]).success();
    assert_eq!(
        text(&sandbox, ".aws/config"),
        format!("[profile first]\n\n{}", CONFIG.replace("# a note\n", ""))
    );
    set_text(&sandbox, "[profile 'a b']\nregion = z\n");
    let refused = undo(&[]);
    assert!(
        refused.status == 1 && refused.err().contains("has changed since"),
        "{}",
        refused.all()
    );
    assert_eq!(text(&sandbox, ".aws/config"), "[profile 'a b']\nregion = z\n");
    assert_eq!(mode(&sandbox.path(".local/state/awsenv/journal")), 0o600);

    // A new file is removed, and restored.
    let empty = Sandbox::new();
    set(&empty, "new", "region", "x").success();
    assert_eq!(
        (mode(&empty.path(".aws")), mode(&empty.path(".aws/config"))),
        (0o700, 0o600)
    );
    empty.awsenv(["undo"]).output().success();
    assert_clean(&empty, &[]);
    empty.awsenv(["undo"]).output().success();
    assert_eq!(text(&empty, ".aws/config"), "[profile new]\nregion = x\n");
}

fn set_text(sandbox: &Sandbox, text: &str) {
    std::fs::write(sandbox.path(".aws/config"), text).expect("the config file");
}

#[test]
fn links_and_modes_stay_under_any_umask() {
    for umask in ["000", "077", "777"] {
        let sandbox = sandbox();
        let real = sandbox.write("dotfiles/aws-config", CONFIG);
        set_mode(&sandbox.path("dotfiles"), 0o755);
        set_mode(&real, 0o640);
        std::fs::remove_file(sandbox.path(".aws/config")).unwrap();
        std::os::unix::fs::symlink("../dotfiles/aws-config", sandbox.path(".aws/config")).unwrap();
        let script = format!("umask {umask}; exec {AWSENV} configure set region us-west-2");
        let output = sandbox.program("sh").args(["-c", &script]).output();
        assert_eq!(output.clean(), "", "{}", output.all());
        assert_eq!(
            text(&sandbox, "dotfiles/aws-config"),
            CONFIG.replace("eu-west-1", "us-west-2")
        );
        assert!(sandbox.path(".aws/config").is_symlink());
        assert_eq!(mode(&real), 0o640);
        let state = sandbox.path(".local/state/awsenv");
        assert_eq!(
            (
                mode(&state),
                mode(&state.join("journal")),
                mode(&state.join("edit.lock"))
            ),
            (0o700, 0o600, 0o600)
        );
    }
}

#[test]
fn what_cannot_be_written_stays_and_says_why() {
    let sandbox = sandbox();
    let config = sandbox.path(".aws/config");
    let refused = |why: &str, hint: &str| {
        let output = set(&sandbox, "default", "region", "x");
        assert_eq!((output.status, output.out()), (1, ""), "{why}");
        assert!(
            output.err().contains(why) && output.err().contains(hint),
            "{}",
            output.err()
        );
        assert_eq!(text(&sandbox, ".aws/config"), CONFIG, "{why}");
        assert_clean(&sandbox, &["config", "credentials"]);
    };
    set_mode(&config, 0o606);
    refused("other users can write to `~/.aws/config`", "chmod go-w");
    set_mode(&config, 0o400);
    refused("`~/.aws/config` is read-only", "chmod u+w");
    set_mode(&config, 0o600);
    set_mode(&sandbox.path(".aws"), 0o777);
    refused("other users can write to", "chmod go-w");
    set_mode(&sandbox.path(".aws"), 0o700);
    let script = format!("trap '' XFSZ; ulimit -f 0; exec {AWSENV} configure set region x");
    let full = sandbox.program("sh").args(["-c", &script]).output();
    assert!(
        full.status == 1 && full.err().contains("cannot write `~/.aws/config`"),
        "{}",
        full.all()
    );
    assert_eq!(text(&sandbox, ".aws/config"), CONFIG);
    assert_clean(&sandbox, &["config", "credentials"]);
    if !is_root() {
        set_mode(&sandbox.path(".aws"), 0o500);
        refused("cannot write", "");
        set_mode(&sandbox.path(".aws"), 0o700);
        return;
    }
    std::os::unix::fs::chown(&config, Some(12345), None).unwrap();
    refused("belongs to another user", "");
    // As a user other than root, in a read-only directory; that user may not be able to enter root's folders and this
    // project.
    let awsenv = sandbox.root().join("awsenv");
    std::fs::copy(AWSENV, &awsenv).unwrap();
    give_to_nobody(sandbox.root());
    set_mode(&sandbox.path(".aws"), 0o500);
    let Some(setpriv) = require("setpriv") else { return };
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"].map(Into::into);
    let awsenv = || sandbox.program(&awsenv).args(["configure", "set", "region", "x"]);
    let output = awsenv().under(&setpriv, nobody.clone()).output();
    assert!(
        output.status == 1 && output.err().contains("cannot put a new file into `~/.aws`"),
        "{}",
        output.all()
    );
    assert_clean(&sandbox, &["config", "credentials"]);
    set_mode(&sandbox.path(".aws"), 0o700);
    let output = awsenv().under(&setpriv, nobody).output();
    assert_eq!(output.clean(), "", "{}", output.all());
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

fn give_to_nobody(path: &Path) {
    std::os::unix::fs::lchown(path, Some(65534), Some(65534)).expect("root");
    if path.is_dir() && !path.is_symlink() {
        for entry in std::fs::read_dir(path).expect("a directory") {
            give_to_nobody(&entry.expect("an entry").path());
        }
    }
}

/// Killed at the end of the test in any case.
struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn one_writes_at_a_time() {
    let sandbox = sandbox();
    std::thread::scope(|scope| {
        for number in 0..12 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                set(sandbox, "default", &format!("key_{number}"), "x")
                    .success()
                    .to_owned()
            });
        }
    });
    for number in 0..12 {
        let get = sandbox.awsenv(["configure", "get", &format!("key_{number}")]).output();
        assert_eq!(get.clean(), "x\n");
    }
    assert_clean(&sandbox, &["config", "credentials"]);

    let Some(flock) = require("flock") else { return };
    let lock = sandbox.path(".local/state/awsenv/edit.lock");
    let mut command = Command::new(flock);
    command
        .arg("--no-fork")
        .arg(&lock)
        .args(["sh", "-c", "echo held; exec sleep 60"])
        .stdout(Stdio::piped());
    let mut held = Held(command.spawn().expect("flock"));
    let mut said = [0; 5];
    std::io::Read::read_exact(held.0.stdout.as_mut().expect("a pipe"), &mut said).expect("the lock");
    let before = text(&sandbox, ".aws/config");
    let start = Instant::now();
    let output = set(&sandbox, "default", "region", "x");
    let waited = start.elapsed();
    assert!(
        output.status == 1 && output.err().contains("another awsenv"),
        "{}",
        output.all()
    );
    assert!(
        Duration::from_secs(5) <= waited && waited < Duration::from_secs(9),
        "{waited:?}"
    );
    assert_eq!(text(&sandbox, ".aws/config"), before);
    drop(held);
    set(&sandbox, "default", "region", "x").success();
}

/// `aws configure get` checks what was set.
#[test]
fn the_aws_cli_reads_what_was_set() {
    let Some(python) = python("awscli") else { return };
    let sandbox = sandbox();
    let script = "import sys, awscli.clidriver; sys.exit(awscli.clidriver.main())";
    for (profile, key, value) in [
        ("default", "region", "us-west-2"),
        ("a b", "s3.max_queue_size", "7"),
        ("a b", "s3.addressing_style", "path"),
        ("two words", "output", "yaml"),
        ("o'brien", "cli_pager", "less -R; #x"),
        ("keys", "region", "us-east-2"),
    ] {
        set(&sandbox, profile, key, value).success();
        let theirs = sandbox
            .program(&python)
            .args(["-c", script, "configure", "get", key, "--profile", profile])
            .output();
        assert_eq!(theirs.out(), format!("{value}\n"), "{}", theirs.all());
        let ours = sandbox.awsenv(["configure", "get", key, "--profile", profile]).output();
        assert_eq!(ours.out(), theirs.out());
    }
}

pub(super) const ID: &str = "AKIAIOSFODNN7NEWKEYY";
pub(super) const SECRET: &str = "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";

/// Answers the questions of `configure`, and waits for the status.
pub(super) fn answers(terminal: &Terminal<'_>, command: &str, answers: &[(&str, &str)]) -> String {
    answers_while(terminal, command, answers, || {})
}

/// As [`answers`]; this happens meanwhile, at the last question.
pub(super) fn answers_while(
    terminal: &Terminal<'_>,
    command: &str,
    answers: &[(&str, &str)],
    meanwhile: impl FnOnce(),
) -> String {
    let mut meanwhile = Some(meanwhile);
    terminal.line(&format!("clear; {command}"));
    for (number, (question, answer)) in answers.iter().enumerate() {
        let asked = answers[..=number].iter().filter(|(other, _)| other == question).count();
        terminal.wait(question, |screen| {
            screen.matches(question).count() >= asked && screen.trim_end().ends_with([':', ']'])
        });
        if number + 1 == answers.len()
            && let Some(meanwhile) = meanwhile.take()
        {
            meanwhile();
        }
        match *answer {
            "C-c" => terminal.key("C-c"),
            answer => terminal.line(answer),
        };
    }
    // What is typed while the terminal's mode is restored may be lost, and bash drops a whole line at Ctrl-C.
    terminal.wait("the prompt", |screen| {
        screen.trim_end().lines().last() == Some("ready$")
    });
    terminal.line("echo \"status $?.\"");
    terminal.wait("the status", |screen| {
        screen.lines().any(|line| line.starts_with("status "))
    })
}

pub(super) const ASK_ID: &str = "Access Key ID";
pub(super) const ASK_SECRET: &str = "Secret Access Key [";
pub(super) const ASK_REGION: &str = "region name";
pub(super) const ASK_OUTPUT: &str = "output format [";
pub(super) const ASK_REPLACE: &str = "replace the key";

#[test]
fn questions_are_asked_as_the_aws_cli_asks_them() {
    let sandbox = sandbox();
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let kept = answers(
        &terminal,
        "awsenv configure --plaintext keys",
        &[(ASK_ID, ""), (ASK_SECRET, ""), (ASK_REGION, ""), (ASK_OUTPUT, "")],
    );
    assert!(kept.contains("status 0."), "{kept}");
    for question in [
        "configuring `keys` (~/.aws/config:",
        "AWS Access Key ID [****MPLE]:",
        "AWS Secret Access Key [****]:",
        "Default region name [us-east-1]:",
        "Default output format [text]:",
    ] {
        assert!(kept.contains(question), "{kept}");
    }
    let unchanged = || (text(&sandbox, ".aws/config"), text(&sandbox, ".aws/credentials"));
    assert_eq!(unchanged(), (CONFIG.into(), CREDENTIALS.into()));

    for left in [
        &[(ASK_ID, "C-c")][..],
        &[(ASK_ID, ID), (ASK_SECRET, "C-c")],
        &[(ASK_ID, ID), (ASK_SECRET, SECRET), (ASK_REGION, "C-c")],
        // A key that works is not replaced by the way.
        &[(ASK_ID, ID), (ASK_SECRET, SECRET), (ASK_REPLACE, "")],
    ] {
        let profile = if left.last() == Some(&(ASK_REPLACE, "")) {
            "keys"
        } else {
            "new"
        };
        let screen = answers(&terminal, &format!("awsenv configure --plaintext {profile}"), left);
        assert!(screen.contains("status 130.") && !screen.contains(SECRET), "{screen}");
    }
    assert_eq!(unchanged(), (CONFIG.into(), CREDENTIALS.into()));

    let plain = answers(
        &terminal,
        "awsenv configure --plaintext new",
        &[
            (ASK_ID, ID),
            (ASK_SECRET, SECRET),
            (ASK_REGION, "eu-north-1"),
            (ASK_OUTPUT, ""),
        ],
    );
    assert!(plain.contains("status 0.") && !plain.contains(SECRET), "{plain}");
    assert!(plain.contains("`new`, a new profile"), "{plain}");
    let section = format!("\n[new]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    assert_eq!(text(&sandbox, ".aws/credentials"), format!("{CREDENTIALS}{section}"));
    assert_eq!(
        text(&sandbox, ".aws/config"),
        format!("{CONFIG}\n\n[profile new]\nregion = eu-north-1")
    );
    let journal = text(&sandbox, ".local/state/awsenv/journal");
    assert!(!journal.contains(SECRET) && !journal.contains(ID), "{journal}");
    sandbox.awsenv(["undo"]).output().success();
    assert_eq!(unchanged(), (CONFIG.into(), CREDENTIALS.into()));
    let redo = sandbox.awsenv(["undo"]).output();
    assert!(
        redo.status == 1
            && redo
                .err()
                .contains("cannot be redone, because its lines contained a secret"),
        "{}",
        redo.all()
    );
}

#[test]
fn what_cannot_be_is_said_before_the_first_question() {
    let mut sandbox = sandbox();
    for (word, instead) in [
        ("list", "awsenv explain"),
        ("list-profiles", "awsenv list"),
        ("sso", "aws configure sso"),
    ] {
        let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
            return;
        };
        let screen = answers(&terminal, &format!("awsenv configure {word}"), &[]);
        assert!(screen.contains("status 2.") && screen.contains(instead), "{screen}");
    }
    assert_eq!(text(&sandbox, ".aws/config"), CONFIG);
    // No keychain, and no key file.
    for (store, instead) in [("os", "set AWSENV_KEYCHAIN to `file`"), ("file", "awsenv key unlock")] {
        sandbox.set("AWSENV_KEYCHAIN", store);
        let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
            return;
        };
        let screen = answers(&terminal, "awsenv configure new", &[]);
        assert!(screen.contains("status 1.") && !screen.contains(ASK_ID), "{screen}");
        assert!(screen.contains("awsenv configure --plaintext new"), "{screen}");
        assert!(screen.contains(instead), "{screen}");
        let screen = answers(&terminal, "awsenv key add new", &[]);
        assert!(screen.contains("status 1.") && !screen.contains(ASK_ID), "{screen}");
        let screen = answers(
            &terminal,
            "awsenv configure keys",
            &[(ASK_REGION, ""), (ASK_OUTPUT, "")],
        );
        assert!(screen.contains("awsenv key import keys"), "{screen}");
        assert!(screen.contains("status 0.") && !screen.contains(ASK_ID), "{screen}");
    }
}

#[cfg(unix)]
#[test]
fn what_cannot_be_written_is_said_before_the_first_question() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut sandbox = sandbox();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    sandbox
        .awsenv(["key", "add", "kept", "--stdin"])
        .stdin(format!("{ID}\n{SECRET}\n"))
        .output()
        .success();
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let set_mode = |name: &str, mode| {
        let path = sandbox.path(name);
        let was = std::fs::metadata(&path).unwrap().permissions();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (path, was)
    };
    let commands = [
        "awsenv configure new",
        "awsenv configure --plaintext new",
        "awsenv configure keys",
        "awsenv configure kept",
        "awsenv key add new",
    ];
    for (name, mode, words) in [
        (".aws/config", 0o444, "is read-only"),
        (".aws/config", 0o666, "other users can write to"),
        (".aws", 0o777, "other users can write to"),
        (".local/state/awsenv", 0o777, "other users can write to"),
    ] {
        let (path, was) = set_mode(name, mode);
        for command in commands {
            let screen = answers(&terminal, command, &[]);
            assert!(
                screen.contains("status 1.") && screen.contains(words),
                "{name} {mode:o} {command}: {screen}"
            );
            let is_last = screen.contains("awsenv key add --replace kept");
            assert_eq!(
                is_last,
                name.starts_with(".aws") && command.ends_with("kept"),
                "{screen}"
            );
        }
        std::fs::set_permissions(path, was).unwrap();
    }
    let config = text(&sandbox, ".aws/config");
    std::fs::remove_file(sandbox.path(".aws/config")).unwrap();
    std::os::unix::fs::symlink("none/config", sandbox.path(".aws/config")).unwrap();
    for command in [commands[0], commands[1], commands[4]] {
        let screen = answers(&terminal, command, &[]);
        assert!(
            screen.contains("status 1.") && screen.contains("does not exist"),
            "{command}: {screen}"
        );
    }
    std::fs::remove_file(sandbox.path(".aws/config")).unwrap();
    sandbox.write(".aws/config", config);
    let screen = answers(
        &terminal,
        "awsenv configure kept",
        &[(ASK_ID, ""), (ASK_SECRET, ""), (ASK_REGION, ""), (ASK_OUTPUT, "")],
    );
    assert!(screen.contains("`kept` is unchanged"), "{screen}");
}

#[test]
fn what_configure_cannot_replace_comes_with_a_remedy_that_works() {
    let config = format!(
        "[profile cp]\ncredential_process = /bin/other\n[profile half]\naws_access_key_id = {ID}\n\
         [profile sw]\naws_access_key_id = {SECRET}\naws_secret_access_key = {ID}\n"
    );
    let mut sandbox = Sandbox::with_config(&config);
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    for (profile, told) in [
        ("cp", "hint: awsenv key add --replace cp"),
        ("--plaintext cp", "delete this line first"),
        ("half", "complete the pair, or delete the line"),
        ("sw", "exchange the two values"),
    ] {
        let questions = [(ASK_REGION, ""), (ASK_OUTPUT, "")];
        let screen = answers(&terminal, &format!("awsenv configure {profile}"), &questions);
        assert!(screen.contains(told) && !screen.contains("key import"), "{screen}");
    }
    let questions = [(ASK_ID, ""), (ASK_SECRET, ""), (ASK_REGION, ""), (ASK_OUTPUT, "")];
    let screen = answers(&terminal, "awsenv configure x4", &questions);
    assert!(screen.contains("there is still no profile `x4`"), "{screen}");
    assert_eq!(text(&sandbox, ".aws/config"), config);
}

#[test]
fn no_secret_on_the_command_line_is_written() {
    let sandbox = Sandbox::with_config("[profile x]\nregion = eu-west-1\n");
    for (key, value) in [
        ("foo", SECRET),
        (SECRET, "foo"),
        ("s3.foo", SECRET),
        ("proxy", "https://me:hun/ter3@example.com"),
        ("sso_start_url", "https://me:hunter2@example.com"),
        ("credential_process", "get --password=hunter2"),
        ("credential_process", "get --password hunter2"),
        ("foo", "password=hunter2"),
        ("foo", "pin: 1234"),
        ("foo", &format!("x{SECRET}")),
        ("mfa_serial", &format!("{SECRET}/x")),
        ("ca_bundle", &format!("/a/{SECRET}/b")),
        ("web_identity_token_file", &format!("/x/{SECRET}")),
    ] {
        let output = sandbox
            .awsenv(["configure", "set", "--profile", "x", key, value])
            .output();
        assert_ne!(output.status, 0, "{key}: {}", output.all());
        for trace in [SECRET, "hunter2", "hun/ter3"] {
            assert!(
                !output.out().contains(trace) && !output.err().contains(trace),
                "{}",
                output.all()
            );
        }
    }
    assert_eq!(text(&sandbox, ".aws/config"), "[profile x]\nregion = eu-west-1\n");
    let id = ["configure", "set", "--profile", "x", "external_id", SECRET];
    sandbox.awsenv(id).output().success();
}

#[test]
fn an_answer_is_checked_when_it_is_given() {
    let mut sandbox = sandbox();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    // Everything one line late, and the secret everywhere.
    let screen = answers(
        &terminal,
        "awsenv configure last",
        &[
            (ASK_ID, SECRET),
            (ASK_ID, "short"),
            (ASK_ID, ID),
            (ASK_SECRET, ID),
            (ASK_SECRET, "two words"),
            (ASK_SECRET, ""),
            (ASK_SECRET, "not-forty"),
            ("keep it anyway", "n"),
            (ASK_SECRET, SECRET),
            (ASK_REGION, SECRET),
            (ASK_REGION, ID),
            (ASK_REGION, "us-east-1a"),
            (ASK_REGION, "Ireland"),
            (ASK_REGION, "eu-west-1"),
            (ASK_OUTPUT, SECRET),
            (ASK_OUTPUT, "yml"),
            (ASK_OUTPUT, "yaml"),
        ],
    );
    assert!(screen.contains("status 0."), "{screen}");
    for trace in [&SECRET[..12], &SECRET[28..], "not-forty", "two words"] {
        assert!(!screen.contains(trace), "{screen}");
    }
    assert!(screen.contains(&format!("{ASK_ID} [None]: {ID}")), "{screen}");
    let config = text(&sandbox, ".aws/config");
    assert!(!config.contains(SECRET), "{config}");
    assert!(
        config.contains("\nregion=eu-west-1\n") && config.ends_with("\noutput = yaml"),
        "{config}"
    );
    let document = sandbox.awsenv(["credential-process", "last"]).output();
    assert!(document.out().contains(SECRET), "{}", document.all());
}

#[test]
fn lines_that_are_pasted_together_answer_without_being_seen() {
    let mut sandbox = sandbox();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    for (profile, end) in [("one", "\n"), ("two", "\r\n")] {
        terminal.line(&format!("clear; awsenv key add {profile}"));
        terminal.wait("the question", |screen| screen.trim_end().ends_with("ID:"));
        terminal.paste(&format!("{ID}{end}{SECRET}{end}"));
        let screen = terminal.wait("the end", |screen| screen.contains("is in"));
        assert!(!screen.contains(&SECRET[..12]) && screen.contains(ID), "{screen}");
        let document = sandbox.awsenv(["credential-process", profile]).output();
        assert!(document.out().contains(SECRET), "{}", document.all());
    }
    // The other way round, nothing is taken, and the rest of the paste is dropped.
    terminal.line("clear; awsenv key add three");
    terminal.wait("the question", |screen| screen.trim_end().ends_with("ID:"));
    terminal.paste(&format!("{SECRET}\n{ID}\ntouch canary\n"));
    let screen = terminal.wait("a question", |screen| screen.matches("ID:").count() == 2);
    assert!(
        !screen.contains(&SECRET[..12]) && screen.contains("shaped like a secret"),
        "{screen}"
    );
    terminal.key("C-c");
    assert_eq!(terminal.answer("echo alive"), "alive\n");
    assert!(!sandbox.path("canary").exists());
}

#[test]
fn undo_brings_a_replaced_key_back() {
    let mut sandbox = sandbox();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let screen = answers(
        &terminal,
        "awsenv configure last",
        &[
            (ASK_ID, ID),
            (ASK_SECRET, SECRET),
            (ASK_REGION, ""),
            (ASK_OUTPUT, "json"),
        ],
    );
    assert!(screen.contains("status 0.") && !screen.contains(SECRET), "{screen}");
    let line = "\ncredential_process = ";
    let config = text(&sandbox, ".aws/config");
    assert!(
        config.starts_with(&format!("{CONFIG}{line}")) && config.ends_with("\noutput = json"),
        "{config}"
    );
    let key = || sandbox.awsenv(["credential-process", "last"]).output();
    assert!(key().out().contains(SECRET), "{}", key().all());
    let other = "AKIAIOSFODNN7OTHERKE";
    let screen = answers(
        &terminal,
        "awsenv configure last",
        &[
            (ASK_ID, other),
            (ASK_SECRET, SECRET),
            (ASK_REPLACE, "y"),
            (ASK_REGION, "eu-north-1"),
            (ASK_OUTPUT, ""),
        ],
    );
    assert!(
        screen.contains("[****KEYY]") && screen.contains("replace the key ****KEYY"),
        "{screen}"
    );
    assert!(key().out().contains(other));
    for (wanted, region) in [(ID, false), (other, true), (ID, false)] {
        sandbox.awsenv(["undo"]).output().success();
        assert!(key().out().contains(wanted), "{}", key().all());
        assert_eq!(text(&sandbox, ".aws/config").contains("eu-north-1"), region);
    }
    assert_eq!(text(&sandbox, ".aws/config"), config);
    // Neither key is left when the profile's is deleted.
    sandbox.awsenv(["key", "remove", "last", "--yes"]).output().success();
    assert_eq!(sandbox.awsenv(["key", "list", "--json"]).output().success(), "[]\n");

    // A key that is new goes, and comes back.
    let add = |id: &str| {
        let add = sandbox.awsenv(["key", "add", "fresh", "--stdin"]);
        add.stdin(format!("{id}\n{SECRET}\n")).output().success();
    };
    add(ID);
    let fresh = || sandbox.awsenv(["credential-process", "fresh"]).output();
    for status in [1, 0] {
        sandbox.awsenv(["undo"]).output().success();
        assert_eq!(fresh().status, status, "{}", fresh().all());
    }
    let plain = answers(
        &terminal,
        "awsenv configure --plaintext fresh",
        &[(ASK_REGION, ""), (ASK_OUTPUT, "")],
    );
    assert!(
        plain.contains("status 0.") && plain.contains("from a credential_process"),
        "{plain}"
    );
}
