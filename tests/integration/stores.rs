//! The stores of keys, in good condition and in bad: what `doctor --keychain` and `key unlock` report about each, and
//! how soon.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::keychain::Keychain;
use crate::support::{FORGET, Output, Sandbox, require};

/// Without a desktop the limit is 5 s; a busy machine needs some more.
const SOON: Duration = Duration::from_secs(8);

const KEYS: &str = ".local/state/awsenv/keys";

/// Each finding of `doctor --keychain` about the keychain as `STATUS MESSAGE [REMEDY]`, and how long it took.
fn findings(sandbox: &Sandbox) -> (Vec<String>, Duration) {
    let start = Instant::now();
    let output = sandbox.awsenv(["doctor", "--keychain", "--json"]).output();
    let time = start.elapsed();
    let all: Value = serde_json::from_str(output.out()).unwrap_or_else(|error| panic!("{error}: {}", output.all()));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = all.as_array().expect("a list").iter();
    let found: Vec<_> = list
        .filter(|finding| finding["check"] == "keychain")
        .map(|finding| {
            let [status, message, remedy] = ["status", "message", "remedy"].map(|key| text(&finding[key]));
            format!("{status} {message} [{remedy}]")
        })
        .collect();
    assert_eq!(
        output.status,
        i32::from(found.iter().any(|finding| finding.starts_with("fail "))),
        "{}",
        output.all()
    );
    (found, time)
}

/// Asserts that trying the system's keychain fails soon, in these words.
#[track_caller]
fn assert_fails(sandbox: &Sandbox, words: &str) {
    let (found, time) = findings(sandbox);
    let last = found.last().expect("a finding");
    assert!(last.starts_with("fail ") && last.contains(words), "{found:?}");
    assert!(time < SOON, "{time:?}");
}

fn unlock(sandbox: &Sandbox, args: &[&str], stdin: &str) -> Output {
    sandbox
        .awsenv(["key", "unlock"].iter().chain(args))
        .stdin(stdin)
        .output()
}

/// With these settings of awsenv.
fn with_settings(text: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(".config/awsenv/config", text);
    sandbox
}

/// Whether the kernel can hold a key here; containers often bar it.
fn kernel_holds(sandbox: &Sandbox) -> bool {
    let holds = sandbox
        .awsenv(["doctor", "--keychain"])
        .env("AWSENV_KEYCHAIN", "kernel")
        .output()
        .status
        == 0;
    if !holds {
        require("the kernel's keyring");
    }
    holds
}

#[test]
fn a_keychain_in_good_health_is_tried_and_nothing_is_left_in_it() {
    let mut sandbox = Sandbox::new();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let (found, _) = findings(&sandbox);
    assert_eq!(
        found[0],
        "ok new keys are stored in the system's keychain (Secret Service): it is the default []"
    );
    assert!(found[1].starts_with("ok wrote a test key ("), "{found:?}");
    assert_eq!(keychain.search("awsenv"), "");
    let output = unlock(&sandbox, &[], "");
    assert!(output.err().contains("is not locked"), "{}", output.all());
}

#[test]
fn many_use_one_keychain_at_once() {
    let mut sandbox = Sandbox::new();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let sandbox = &sandbox;
            scope.spawn(move || assert!(findings(sandbox).0[1].starts_with("ok wrote a test key (")));
        }
    });
    assert_eq!(keychain.search("awsenv"), "");
}

#[test]
fn without_a_keychain_that_is_said_at_once() {
    let mut sandbox = Sandbox::new();
    Keychain::absent(&mut sandbox);
    assert_fails(&sandbox, "cannot reach a D-Bus session bus (No such file or directory");
    Keychain::dead(&mut sandbox);
    assert_fails(&sandbox, "cannot reach a D-Bus session bus (Connection refused");
    sandbox.set("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    assert_fails(&sandbox, "DBUS_SESSION_BUS_ADDRESS is not usable");
    let mut sandbox = Sandbox::new();
    let Some(_keychain) = Keychain::without_service(&mut sandbox) else {
        return;
    };
    let start = Instant::now();
    assert_fails(
        &sandbox,
        "no program on the D-Bus session bus provides org.freedesktop.secrets",
    );
    assert!(start.elapsed() < Duration::from_secs(3), "nothing is waited for");
    let Some(_keychain) = Keychain::empty(&mut sandbox) else {
        return;
    };
    assert_fails(&sandbox, "has no collection for keys");
}

#[test]
fn a_locked_keychain_is_said_at_once_and_no_window_is_opened_where_nobody_sees_it() {
    let mut sandbox = Sandbox::new();
    let Some(_keychain) = Keychain::locked(&mut sandbox) else {
        return;
    };
    assert_fails(&sandbox, "is locked");
    let output = unlock(&sandbox, &[], "");
    assert!(
        output.status == 1 && output.err().contains("is locked"),
        "{}",
        output.all()
    );
    // The same for an existing item; `exec` keeps the process id, from which doctor names its own item.
    let Some(_keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let lines = "printf hidden | secret-tool store --label x service awsenv username awsenv-doctor-$$\n\
                 dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \
                 org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >&2\n\
                 exec awsenv doctor --keychain";
    let output = sandbox.program("sh").args(["-c", lines]).output();
    assert!(
        output.out().contains("cannot write a test key") && output.out().contains("is locked"),
        "{}",
        output.all()
    );
    // With a desktop, awsenv requests a window, which the service cannot open in these tests.
    sandbox.set("DISPLAY", ":77");
    assert_fails(&sandbox, "the password prompt was dismissed, or could not be shown");
    let output = unlock(&sandbox, &[], "");
    assert!(
        output.status == 1 && output.err().contains("could not be shown"),
        "{}",
        output.all()
    );
    // Over SSH, a window would open on the other machine.
    sandbox.set("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22");
    assert_fails(&sandbox, "is locked");
}

#[test]
fn a_keychain_that_never_answers_is_given_up() {
    let mut sandbox = Sandbox::new();
    let Some(_keychain) = Keychain::silent(&mut sandbox) else {
        return;
    };
    assert_fails(&sandbox, "did not answer within 5 s");
    // With a desktop, awsenv waits for it and says so; Ctrl-C ends that.
    let output = sandbox
        .awsenv(["doctor", "--keychain"])
        .env("DISPLAY", ":77")
        .under("timeout", ["--preserve-status", "-s", "INT", "3"].map(Into::into))
        .output();
    assert_eq!(output.status, 130, "{}", output.all());
    assert!(
        output.err().contains("waiting for the system's keychain"),
        "{}",
        output.all()
    );
    assert_eq!(output.err().matches("waiting").count(), 1);
}

#[test]
fn several_items_of_a_name_are_refused() {
    let mut sandbox = Sandbox::new();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    // `exec` keeps the process id, from which doctor names its item.
    let lines = "for kind in one other; do printf hidden | secret-tool store --label $kind kind $kind \
                 service awsenv username awsenv-doctor-$$; done; exec awsenv doctor --keychain";
    let output = sandbox.program("sh").args(["-c", lines]).output();
    assert_eq!(output.status, 1, "{}", output.all());
    assert!(
        output.out().contains("it has 2 items with this name"),
        "{}",
        output.all()
    );
    assert!(!output.out().contains("hidden") && !output.err().contains("hidden"));
    assert_eq!(
        keychain.search("awsenv").matches("secret = hidden").count(),
        2,
        "neither is touched"
    );
}

/// A secret that names its owner.
fn secret_of(name: &str) -> String {
    name.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Stores a key for the profile `name`.
fn add(sandbox: &Sandbox, name: &str) -> Output {
    let lines = format!("AKIAIOSFODNN7EXAMPLE\n{}\n", secret_of(name));
    sandbox.awsenv(["key", "add", name, "--stdin"]).stdin(lines).output()
}

/// The secret that an SDK gets.
fn secret(sandbox: &Sandbox, name: &str) -> String {
    let output = sandbox.awsenv(["credential-process", name]).output();
    let document: Value =
        serde_json::from_str(output.success()).unwrap_or_else(|error| panic!("{error}: {}", output.all()));
    document["SecretAccessKey"].as_str().expect("a secret").to_owned()
}

/// Names that differ only in case, are not ASCII, are long, or have a meaning elsewhere.
fn names() -> Vec<String> {
    let mut names: Vec<_> = ["work", "Work", "WORK", "ünï-日本", "a@awsenv", "a:b"]
        .map(str::to_owned)
        .into();
    names.push("x".repeat(300));
    names
}

#[test]
fn every_store_tells_all_names_apart() {
    let mut sandbox = Sandbox::new();
    let keychain = Keychain::unlocked(&mut sandbox);
    let mut stores = vec!["file"];
    stores.extend(keychain.as_ref().map(|_| "os"));
    if kernel_holds(&sandbox) {
        stores.push("kernel");
    }
    sandbox.set("AWSENV_KEYCHAIN", "file");
    unlock(&sandbox, &["--no-passphrase"], "").success();
    for store in stores {
        sandbox.set("AWSENV_KEYCHAIN", store);
        // All tests share the kernel's keyring.
        let names: Vec<_> = match store {
            "kernel" => names()
                .iter()
                .map(|name| format!("{name}-{}", std::process::id()))
                .collect(),
            _ => names(),
        };
        std::thread::scope(|scope| {
            for name in &names {
                let sandbox = &sandbox;
                scope.spawn(move || add(sandbox, name).success().to_owned());
            }
        });
        for name in &names {
            assert_eq!(secret(&sandbox, name), secret_of(name), "{store}");
        }
        if let (Some(keychain), "os") = (&keychain, store) {
            assert_eq!(
                keychain
                    .search("awsenv")
                    .matches("label = awsenv: AWS keys of ")
                    .count(),
                names.len()
            );
            let item = keychain.lookup("awsenv", "Work").expect("an item");
            assert!(
                item.contains(&format!("\"SecretAccessKey\":\"{}\"", secret_of("Work"))),
                "{item}"
            );
        }
        for name in &names {
            sandbox.awsenv(["key", "remove", name, "--yes"]).output().success();
            let gone = sandbox.awsenv(["credential-process", name]).output();
            assert_eq!(gone.status, 1, "{}", gone.all());
        }
    }
    if let Some(keychain) = keychain {
        assert_eq!(keychain.search("awsenv"), "");
    }
}

#[test]
fn what_another_program_wrote_into_an_item_is_not_shown() {
    let mut sandbox = Sandbox::new();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    for content in [
        "hunter2",
        "{\"Version\":1,\"SecretAccessKey\":\"hunter2\"}",
        "hunter2\u{1}",
    ] {
        keychain.store("awsenv", "work", content);
        let output = sandbox.awsenv(["credential-process", "work"]).output();
        assert_eq!(output.status, 1, "{}", output.all());
        assert!(
            output.err().contains("cannot be used") && !output.all().contains("hunter2"),
            "{}",
            output.all()
        );
    }
}

#[test]
fn what_another_program_wrote_is_overwritten_only_with_a_warning() {
    let mut sandbox = Sandbox::new();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    keychain.store("awsenv", "work", "hunter2");
    let add = |args: &[&str]| {
        let args = ["key", "add", "work", "--stdin"].iter().chain(args);
        let pair = format!("AKIAIOSFODNN7EXAMPLE\n{}\n", secret_of("work"));
        sandbox.awsenv(args).stdin(pair).output()
    };
    let output = add(&[]);
    assert!(
        output.status == 1 && output.err().contains("--replace"),
        "{}",
        output.all()
    );
    assert_eq!(keychain.lookup("awsenv", "work").as_deref(), Some("hunter2"));
    let output = add(&["--replace"]);
    assert_eq!(output.status, 0, "{}", output.all());
    let words = ["is overwritten, and `awsenv undo` cannot bring it back"];
    assert!(words.iter().all(|word| output.err().contains(word)), "{}", output.all());
    assert!(!output.all().contains("hunter2"), "{}", output.all());
}

#[test]
fn a_key_that_only_the_keychain_knows_can_be_removed() {
    let mut sandbox = Sandbox::new();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    add(&sandbox, "work").success();
    for file in [".aws/config", ".local/state/awsenv/keychain.json"] {
        std::fs::remove_file(sandbox.path(file)).expect("a file");
    }
    let remove = |name: &str| sandbox.awsenv(["key", "remove", name, "--yes"]).output();
    assert!(
        remove("other").err().contains("has no key for `other`"),
        "{}",
        remove("other").all()
    );
    remove("work").success();
    assert_eq!(keychain.search("awsenv"), "");
    assert!(
        remove("work").err().contains("has no key for `work`"),
        "{}",
        remove("work").all()
    );
}

#[test]
fn a_locked_keychain_is_found_before_a_line_is_removed() {
    let mut sandbox = Sandbox::new();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    add(&sandbox, "work").success();
    let config = || std::fs::read_to_string(sandbox.path(".aws/config")).expect("a file");
    let before = config();
    keychain.lock();
    for args in [&["key", "remove", "work", "--yes"][..], &["undo"]] {
        let output = sandbox.awsenv(args).output();
        assert!(
            output.status != 0 && output.err().contains("is locked"),
            "{}",
            output.all()
        );
        assert_eq!(config(), before, "{}", output.all());
    }
}

#[test]
fn a_word_that_names_no_store_is_an_error() {
    let mut sandbox = Sandbox::new();
    sandbox.set("AWSENV_KEYCHAIN", "disk");
    assert_fails(&sandbox, "AWSENV_KEYCHAIN must be `os`, `file` or `kernel`, not `disk`");
    let output = unlock(&sandbox, &[], "");
    assert!(
        output.status == 2 && output.err().contains("`disk`"),
        "{}",
        output.all()
    );
}

#[test]
fn the_file_store_is_taken_only_if_it_is_chosen() {
    let mut sandbox = Sandbox::new();
    Keychain::absent(&mut sandbox);
    assert_fails(&sandbox, "set AWSENV_KEYCHAIN to `file`");
    assert!(!sandbox.path(KEYS).exists(), "nothing is made without being asked for");
}

#[test]
fn a_key_file_without_passphrase_works_at_once_and_warns() {
    let sandbox = with_settings("keychain = file\n");
    let (found, _) = findings(&sandbox);
    assert_eq!(
        found[0],
        "ok new keys are stored in the encrypted file store: the settings choose it []"
    );
    assert!(found[1].starts_with("warn the encrypted file store has no key file yet [awsenv key unlock]"));
    assert!(found[2].starts_with("fail cannot write a test key: the encrypted file store is not available"));
    let output = unlock(&sandbox, &["--no-passphrase"], "");
    assert_eq!(output.status, 0, "{}", output.all());
    assert!(
        output.err().contains("warning: it has no passphrase"),
        "{}",
        output.all()
    );
    let (found, _) = findings(&sandbox);
    assert!(found[1].starts_with("warn the key file has no passphrase"), "{found:?}");
    assert!(found[2].starts_with("ok wrote a test key ("), "{found:?}");
    let output = unlock(&sandbox, &[], "");
    assert!(
        output.success().is_empty() && output.err().contains("never locked"),
        "{}",
        output.all()
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let key = sandbox.path(KEYS).join("identity");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_fails(&sandbox, "other users can use it (mode 644); run chmod 600 on it");
    }
}

#[test]
fn a_key_file_with_a_passphrase_is_unlocked_once() {
    let mut sandbox = with_settings("[keychain]\nunlock_for = 30m\n");
    if !kernel_holds(&sandbox) {
        return;
    }
    sandbox.set("AWSENV_KEYCHAIN", "file");
    let output = unlock(&sandbox, &[], "hunter2\n");
    assert!(
        output.status == 1 && output.err().contains("without a terminal"),
        "{}",
        output.all()
    );
    let output = unlock(&sandbox, &["--stdin"], "\n");
    assert!(
        output.status == 1 && output.err().contains("is empty"),
        "{}",
        output.all()
    );
    assert!(!sandbox.path(KEYS).join("identity").exists());

    let output = unlock(&sandbox, &["--stdin"], "hunter2\n");
    assert!(
        output.success().is_empty() && output.err().contains("is unlocked until 20"),
        "{}",
        output.all()
    );
    let (found, _) = findings(&sandbox);
    assert_eq!(found[1], "ok the key file is unlocked []");
    assert!(found[2].starts_with("ok wrote a test key ("), "{found:?}");

    // The kernel holds it under a name of this key file, as long as the settings say.
    let recipient = std::fs::read_to_string(sandbox.path(KEYS).join("recipient")).unwrap();
    assert!(recipient.starts_with("age1"), "{recipient}");
    let held = release(&sandbox);
    assert!((1700..=1800).contains(&held), "{held}");
    let (found, time) = findings(&sandbox);
    assert_eq!(found[1], "warn the key file is locked [awsenv key unlock]");
    assert!(found[2].starts_with("fail cannot write a test key: the encrypted file store is locked"));
    assert!(time < Duration::from_secs(3), "it fails at once: {time:?}");

    let output = unlock(&sandbox, &["--stdin"], "wrong\n");
    assert!(
        output.status == 1 && output.err().contains("does not open the key file"),
        "{}",
        output.all()
    );
    assert!(
        !output.all().contains("wrong\n") && !output.all().contains("hunter2"),
        "{}",
        output.all()
    );
    let output = unlock(&sandbox, &["--no-passphrase"], "");
    assert!(
        output.status == 1 && output.err().contains("already has a passphrase"),
        "{}",
        output.all()
    );
    unlock(&sandbox, &["--stdin"], "hunter2\nmore\n").success();
    release(&sandbox);
}

#[test]
fn the_command_of_the_settings_gives_the_passphrase() {
    let mut sandbox = with_settings("keychain = file\n[keychain]\nunlock = sh -c 'cat \"$HOME/pass word\"'\n");
    if !kernel_holds(&sandbox) {
        return;
    }
    sandbox.set("XDG_CONFIG_HOME", sandbox.path(".config"));
    let output = unlock(&sandbox, &[], "");
    assert!(
        output.status == 1 && output.err().contains("gave no passphrase: exit status: 1"),
        "{}",
        output.all()
    );
    sandbox.write("pass word", "hunter2\n");
    unlock(&sandbox, &[], "").success();
    release(&sandbox);
    let output = unlock(&sandbox, &[], "");
    assert!(
        output.success().is_empty() && !output.all().contains("hunter2"),
        "{}",
        output.all()
    );
    assert_eq!(findings(&sandbox).0[1], "ok the key file is unlocked []");
    release(&sandbox);
}

#[test]
fn a_person_types_a_new_passphrase_twice() {
    let mut sandbox = with_settings("keychain = file\n");
    if !kernel_holds(&sandbox) {
        return;
    }
    sandbox.set("XDG_STATE_HOME", sandbox.path(".local/state"));
    let Some(terminal) = crate::integration::terminal::Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let key = sandbox.path(KEYS).join("identity");
    terminal.line("awsenv key unlock");
    terminal.wait("a question", |screen| {
        screen.contains("Passphrase for the new key file:")
    });
    terminal.line("correct horse");
    terminal.wait("the question again", |screen| screen.contains("Repeat the passphrase:"));
    terminal.line("another horse");
    terminal.wait("a refusal", |screen| {
        screen.contains("the two passphrases differ; no key file was created")
    });
    assert!(!key.exists());
    // Text typed before the question is echoed, as in any program, so the old question must be off the screen first.
    terminal.line("clear");
    terminal.wait("an empty screen", |screen| {
        !screen.contains("Passphrase") && screen.contains("ready$")
    });
    terminal.line("awsenv key unlock");
    terminal.wait("a question", |screen| {
        screen.contains("Passphrase for the new key file:")
    });
    terminal.line("correct horse");
    terminal.wait("the question again", |screen| screen.contains("Repeat the passphrase:"));
    terminal.line("correct horse");
    let screen = terminal.wait("the end", |screen| screen.contains("is unlocked until"));
    assert!(key.exists() && !screen.contains("horse"), "{screen}");
    release(&sandbox);
}

/// Releases the key held for this sandbox's key file, and returns how many seconds were left.
fn release(sandbox: &Sandbox) -> u64 {
    let keyctl = require("keyctl").expect("keyutils");
    let recipient = sandbox.path(KEYS).join("recipient");
    let words = ["session", "-", "sh", "-c", FORGET, "sh", &recipient.to_string_lossy()].map(str::to_owned);
    let output = sandbox.program(keyctl).args(words).output();
    // The fourth column of `/proc/keys` is the time left: `29m`, `59s` …
    let left = output
        .success()
        .split_whitespace()
        .nth(3)
        .expect("the time that is left");
    let (number, unit) = left.split_at(left.len() - 1);
    let seconds = if unit == "m" { 60 } else { 1 };
    number.parse::<u64>().expect("a number") * seconds
}

#[cfg(unix)]
#[test]
fn doctor_names_what_keeps_awsenv_from_using_its_state_directory() {
    let sandbox = Sandbox::new();
    let found = || {
        let output = sandbox.awsenv(["doctor", "--json"]).output();
        let all: Value = serde_json::from_str(output.out()).unwrap();
        let list = all.as_array().unwrap().clone();
        let of_state = list.into_iter().find(|finding| finding["check"] == "state");
        of_state.map(|finding| (finding["message"].to_string(), finding["remedy"].to_string()))
    };
    assert_eq!(found(), None, "it need not exist");
    let dir = sandbox.path(".local/state/awsenv");
    std::fs::create_dir_all(&dir).unwrap();
    assert_eq!(found(), None);
    let set_mode = |mode| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&dir, mode).unwrap();
    };
    set_mode(0o777);
    let (message, remedy) = found().unwrap();
    assert!(
        message.contains("other users can write to") && remedy.contains("chmod go-w"),
        "{message} {remedy}"
    );
    set_mode(0o700);
    std::os::unix::fs::symlink("/dev/null", dir.join("keychain.lock")).unwrap();
    let (message, _) = found().unwrap();
    assert!(
        message.contains("keychain.lock`") && message.contains("symbolic link"),
        "{message}"
    );
}
