//! What cannot be finished is not begun; what fails after it has begun says what is done, and leaves no key that no
//! command knows.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process;

use super::{NEW, OTHER, WORK, files, private, text};
use crate::support::walk::Walk;
use crate::support::{Key, Output, Run, Sandbox, say};

const STATE: &str = ".local/state/awsenv";

fn empty() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    sandbox
}

fn add(sandbox: &Sandbox, key: Key<'_>, args: &[&str]) -> Run {
    let args = ["key", "add", "--stdin"].iter().chain(args);
    sandbox.awsenv(args).stdin(format!("{}\n{}\n", key.0, key.1))
}

/// With a key of `a`, whose line is the last edit.
fn added() -> Sandbox {
    let sandbox = empty();
    add(&sandbox, WORK, &["a"]).output().success();
    sandbox
}

/// With a key of `a` that comes from a file.
fn imported() -> Sandbox {
    let sandbox = empty();
    let (id, secret) = WORK;
    let pair = format!("[a]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    private(&sandbox, ".aws/credentials", pair);
    sandbox.awsenv(["key", "import", "a"]).output().success();
    sandbox
}

fn items(sandbox: &Sandbox) -> usize {
    let names = files(&sandbox.path(STATE)).into_keys();
    names.filter(|name| name.ends_with(".age")).count()
}

fn served(sandbox: &Sandbox, item: &str) -> String {
    sandbox
        .awsenv(["credential-process", "a", "--item", item])
        .output()
        .out()
        .to_owned()
}

/// Runs `chattr`; `false` where the machine bars it.
fn mark(mark: &str, path: &Path) -> bool {
    let made = process::Command::new("chattr").arg(mark).arg(path).output();
    made.is_ok_and(|made| made.status.success())
}

type Damage = fn(&Path);

/// By name, with a word that the message must have. Each keeps the index, its lock or the store from being used.
const DAMAGES: [(&str, &str, Damage); 8] = [
    ("an index that is no JSON", "is damaged", |state| {
        std::fs::write(state.join("keychain.json"), "garbage").expect("a file");
    }),
    ("a large index", "too large", |state| {
        let file = std::fs::File::options().write(true).open(state.join("keychain.json"));
        file.expect("a file").set_len((64 << 20) + 1).expect("a file");
    }),
    ("a directory for an index", "not a regular file", |state| {
        std::fs::remove_file(state.join("keychain.json")).expect("a file");
        std::fs::create_dir(state.join("keychain.json")).expect("a file");
    }),
    (
        "a directory beside the index",
        "keychain.json.new` is in the way",
        |state| {
            std::fs::create_dir(state.join("keychain.json.new")).expect("a file");
        },
    ),
    ("a link for a lock", "keychain.lock`: it is a symbolic link", |state| {
        std::fs::remove_file(state.join("keychain.lock")).expect("a file");
        symlink("/dev/null", state.join("keychain.lock")).expect("a file");
    }),
    ("no key file", "there is no key file", |state| {
        std::fs::rename(state.join("keys/identity"), state.join("identity")).expect("a file");
    }),
    ("a fixed directory of keys", "as root, run chattr -i -a", |state| {
        mark("+i", &state.join("keys"));
    }),
    ("a fixed state directory", "as root, run chattr -i -a", |state| {
        mark("+i", state);
    }),
];

type Command<'a> = (&'a [&'a str], fn() -> Sandbox);

/// Every command that takes a key out.
const COMMANDS: [Command<'_>; 3] = [
    (&["undo"], added),
    (&["key", "remove", "a", "--yes"], added),
    (&["key", "restore", "a"], imported),
];

#[test]
fn a_store_that_cannot_be_used_is_found_before_a_file_is_edited() {
    for (name, word, damage) in DAMAGES {
        for (args, sandbox) in COMMANDS {
            let sandbox = sandbox();
            let state = sandbox.path(STATE);
            if name.starts_with("a fixed") && !(mark("+i", &state) && mark("-i", &state)) {
                say("skipped: this machine makes no file immutable");
                continue;
            }
            damage(&state);
            let before = files(&sandbox.home());
            let output = sandbox.awsenv(args).output();
            let after = files(&sandbox.home());
            mark("-i", &state);
            mark("-i", &state.join("keys"));
            assert_ne!(output.status, 0, "{name}: {args:?}: {}", output.all());
            assert!(output.err().contains(word), "{name}: {args:?}: {}", output.all());
            for (file, bytes) in &before {
                // The lock says which process had it last.
                assert!(
                    file.ends_with("edit.lock") || after.get(file) == Some(bytes),
                    "{name}: {args:?}: {file}"
                );
            }
        }
    }
}

#[test]
fn a_public_half_that_is_gone_is_found_before_an_undo() {
    let sandbox = added();
    let config = text(&sandbox, ".aws/config");
    std::fs::remove_file(sandbox.path(STATE).join("keys/recipient")).expect("a file");
    let output = sandbox.awsenv(["undo"]).output();
    assert_eq!(
        (output.status, text(&sandbox, ".aws/config")),
        (1, config),
        "{}",
        output.all()
    );
}

/// What is found only after the file was written: its index cannot be renamed, or its item cannot be removed.
#[test]
fn what_fails_after_a_file_was_edited_says_so_and_can_be_finished() {
    let Some(walk) = Walk::new() else { return };
    for (args, sandbox) in COMMANDS {
        let calls = "rename,unlink";
        let (output, steps) = walk.steps(&sandbox(), calls, args);
        output.success();
        let mut said = 0;
        for step in &steps {
            let sandbox = sandbox();
            let old = files(&sandbox.path(".aws"));
            let output = walk.failed_at(&sandbox, step, "EIO", args);
            if output.status == 0 || files(&sandbox.path(".aws")) == old {
                continue;
            }
            said += 1;
            assert!(
                output.err().contains("is changed") && output.err().contains("run the same command again to finish"),
                "{args:?}: {step}: {}",
                output.all()
            );
            sandbox.awsenv(args).output().success();
            let listed = sandbox.awsenv(["key", "list", "--json"]).output();
            let is_kept = args == ["undo"];
            assert_eq!(
                listed.out().contains("a (replaced)"),
                is_kept,
                "{step}: {}",
                listed.all()
            );
            assert_eq!(items(&sandbox), usize::from(is_kept), "{args:?}: {step}");
            assert!(
                !listed.out().contains("\"item\":\"a\""),
                "{args:?}: {step}: {}",
                listed.all()
            );
        }
        assert!(said > 0, "{args:?}: {steps:?}");
    }
}

#[test]
fn undo_says_what_became_of_a_key_that_is_gone() {
    let sandbox = added();
    let store = sandbox.path(STATE).join("keys");
    let remove_items = || {
        for name in files(&store).into_keys().filter(|name| name.ends_with(".age")) {
            std::fs::remove_file(store.join(name)).expect("a file");
        }
    };
    let undo = || sandbox.awsenv(["undo"]).output();
    remove_items();
    for args in [&["undo", "--dry-run"][..], &["undo"]] {
        let output = sandbox.awsenv(args).output();
        assert_eq!(output.status, 0, "{}", output.all());
        assert!(output.err().contains("had no key of `a` any more"), "{}", output.all());
        assert!(!output.err().contains("again to redo"), "{}", output.all());
    }
    assert_eq!(sandbox.awsenv(["key", "list", "--json"]).output().out(), "[]\n");
    let before = files(&sandbox.path(".aws"));
    let output = undo();
    assert_eq!(output.status, 1, "{}", output.all());
    assert!(output.err().contains("cannot be put back") && output.err().contains("hint: awsenv key add a"));
    assert_eq!(files(&sandbox.path(".aws")), before);
    // The former key comes back even if the new one is gone.
    add(&sandbox, WORK, &["a"]).output().success();
    add(&sandbox, OTHER, &["a", "--replace"]).output().success();
    assert!(served(&sandbox, "a (replaced)").contains(WORK.0));
    let new = files(&store).into_iter().filter(|(name, _)| name.ends_with(".age"));
    let new = new.map(|(name, _)| name).collect::<Vec<_>>();
    for name in new {
        let away = std::fs::read(store.join(&name)).expect("a file");
        std::fs::remove_file(store.join(&name)).expect("a file");
        if served(&sandbox, "a (replaced)").contains(WORK.0) {
            break;
        }
        private(&sandbox, &format!("{STATE}/keys/{name}"), away);
    }
    let output = undo();
    assert!(
        output.err().contains("the new one was gone already"),
        "{}",
        output.all()
    );
    assert!(served(&sandbox, "a").contains(WORK.0));
}

/// With a key of `a` that replaced another.
fn replaced() -> Sandbox {
    let sandbox = added();
    replace(&sandbox).output().success();
    sandbox
}

fn replace(sandbox: &Sandbox) -> Run {
    add(sandbox, NEW, &["a", "--replace"])
}

/// Makes each of these calls of a run on awsenv's own files fail in turn, and calls `check` after each failure. Then
/// both keys can be removed.
fn with_failures(
    prepare: fn() -> Sandbox,
    run: fn(&Sandbox) -> Run,
    (calls, error): (&str, &str),
    check: fn(&Sandbox, &Output, &str),
) {
    let Some(walk) = Walk::new() else { return };
    let first = prepare();
    let word = if calls == "openat" { STATE } else { "" };
    let (output, steps) = walk.steps_with(&first, run(&first), calls, word);
    output.success();
    let mut failures = 0;
    for step in &steps {
        let sandbox = prepare();
        let output = walk.failing(run(&sandbox), step, error);
        if output.status == 0 {
            continue;
        }
        failures += 1;
        let when = format!("{error} at {step}: {}", output.all());
        check(&sandbox, &output, &when);
        sandbox.awsenv(["key", "remove", "a", "--yes"]).output().success();
        assert_eq!(items(&sandbox), 0, "{when}");
    }
    assert!(failures > 0, "{steps:?}");
}

const FAILURES: [(&str, &str); 4] = [
    ("write", "ENOSPC"),
    ("rename,renameat2", "EIO"),
    ("flock", "EIO"),
    ("openat", "EIO"),
];

#[test]
fn a_replacement_that_fails_leaves_no_copy_behind() {
    for how in FAILURES {
        with_failures(added, replace, how, |sandbox, output, when| {
            let is_kept = output.err().contains("keeps the former key as `a (replaced)`");
            assert!(served(sandbox, "a").contains(WORK.0) || is_kept, "{when}");
            assert!(items(sandbox) == 1 || is_kept, "{when}");
        });
    }
}

#[test]
fn an_undo_of_a_replacement_that_fails_loses_no_key_and_leaves_no_copy_behind() {
    let undo = |sandbox: &Sandbox| sandbox.awsenv(["undo"]);
    // An undo has five times as many steps.
    for how in [FAILURES[1], FAILURES[2]] {
        with_failures(replaced, undo, how, |sandbox, _, when| {
            let found = ["a", "a (replaced)", "a (replaced) (replaced)"].map(|item| served(sandbox, item));
            for key in [WORK, NEW] {
                assert!(found.iter().any(|found| found.contains(key.0)), "{when}");
            }
        });
    }
}

#[test]
fn what_is_kept_of_a_replaced_key_goes_with_it_even_if_the_index_does_not_know() {
    let sandbox = added();
    add(&sandbox, NEW, &["a", "--replace"]).output().success();
    assert_eq!(items(&sandbox), 2);
    let index = sandbox.path(STATE).join("keychain.json");
    std::fs::remove_file(&index).expect("a file");
    sandbox.awsenv(["key", "remove", "a", "--yes"]).output().success();
    assert_eq!(items(&sandbox), 0);
}

#[test]
fn a_key_that_only_the_store_knows_can_be_removed() {
    let sandbox = added();
    std::fs::remove_file(sandbox.path(STATE).join("keychain.json")).expect("a file");
    std::fs::remove_file(sandbox.path(".aws/config")).expect("a file");
    assert!(served(&sandbox, "a").contains(WORK.1));
    let listed = sandbox.awsenv(["key", "list"]).output();
    assert!(
        listed.err().contains("`a`") && listed.err().contains("the index does not list"),
        "{}",
        listed.all()
    );
    let output = sandbox.awsenv(["key", "remove", "b", "--yes"]).output();
    assert!(output.err().contains("has no key for `b`"), "{}", output.all());
    sandbox.awsenv(["key", "remove", "a", "--yes"]).output().success();
    assert_eq!(items(&sandbox), 0);
    let listed = sandbox.awsenv(["key", "list"]).output();
    assert!(!listed.err().contains("the index does not list"), "{}", listed.all());
}
