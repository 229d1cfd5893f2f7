//! What other users could have written or put in the place of awsenv's own files is neither read nor followed.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;

use super::{NEW, WORK, files, private, text};
use crate::support::{Output, Sandbox, say};

const STATE: &str = ".local/state/awsenv";

/// With a key of `a` in the file store, and an edit that can be undone.
fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    add(&sandbox, "a").success();
    sandbox
        .awsenv(["configure", "set", "region", "eu-west-1", "--profile", "a"])
        .output()
        .success();
    sandbox
}

fn add(sandbox: &Sandbox, profile: &str) -> Output {
    let pair = format!("{}\n{}\n", WORK.0, WORK.1);
    sandbox.awsenv(["key", "add", profile, "--stdin"]).stdin(pair).output()
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a file");
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}

/// What awsenv must say of a file, and what makes it so.
type Way = (&'static str, fn(&Path));

/// Each way to make a file another user's work that this machine allows.
fn ways() -> Vec<Way> {
    let mut ways: Vec<Way> = vec![
        ("it is a symbolic link", |path| {
            let away = path.with_extension("away");
            std::fs::rename(path, &away).expect("a file");
            symlink(away, path).expect("a file");
        }),
        ("other users can use it (mode 666)", |path| set_mode(path, 0o666)),
        ("other users can use it (mode 620)", |path| set_mode(path, 0o620)),
    ];
    if is_root() {
        ways.push(("it belongs to another user", |path| {
            chown(path, Some(12345), None).expect("a file")
        }));
    } else {
        say("skipped: only root can give a file to another user");
    }
    ways
}

#[test]
fn a_journal_that_others_may_have_written_is_not_executed() {
    for (words, make) in ways() {
        let sandbox = sandbox();
        make(&sandbox.path(STATE).join("journal"));
        let before = files(&sandbox.path(".aws"));
        for args in [&["undo"][..], &["undo", "--dry-run"]] {
            let output = sandbox.awsenv(args).output();
            assert_eq!(output.status, 1, "{words}: {}", output.all());
            assert!(output.err().contains(words), "{words}: {}", output.all());
            assert_eq!(output.out(), "");
        }
        assert_eq!(files(&sandbox.path(".aws")), before);
    }
}

#[test]
fn an_index_that_others_may_have_written_is_not_used() {
    for (words, make) in ways() {
        let sandbox = sandbox();
        make(&sandbox.path(STATE).join("keychain.json"));
        // Root reads the index of any user, but changes only its own.
        let foreign = words == "it belongs to another user";
        let output = sandbox.awsenv(["key", "list"]).output();
        assert_eq!(output.err().contains(words), !foreign, "{words}: {}", output.all());
        if !foreign {
            let output = add(&sandbox, "b");
            assert!(
                output.status == 1 && output.err().contains(words),
                "{words}: {}",
                output.all()
            );
        }
        // The store is asked by name.
        let output = sandbox.awsenv(["credential-process", "a"]).output();
        assert!(output.out().contains(WORK.1), "{}", output.err());
    }
}

#[test]
fn a_damaged_journal_is_not_replaced_without_a_word() {
    let sandbox = sandbox();
    private(&sandbox, &format!("{STATE}/journal"), "garbage");
    let output = sandbox.awsenv(["undo"]).output();
    assert!(
        output.err().contains("the next edit starts a new one"),
        "{}",
        output.all()
    );
    let set = |value: &str| {
        let args = ["configure", "set", "region", value, "--profile", "a"];
        sandbox.awsenv(args).output()
    };
    let output = set("eu-west-2");
    assert!(
        output.status == 0 && output.err().contains("the edit before this one is forgotten"),
        "{}",
        output.all()
    );
    assert_eq!(set("eu-west-3").err(), "");
    sandbox.awsenv(["undo"]).output().success();
    assert!(text(&sandbox, ".aws/config").contains("eu-west-2"));
}

#[test]
fn a_directory_that_others_can_replace_is_refused() {
    let sandbox = sandbox();
    let secret = NEW.1;
    let refused = |what: &str| {
        let before = files(&sandbox.path(".aws"));
        let output = add(&sandbox, "b");
        assert_eq!(output.status, 1, "{what}: {}", output.all());
        assert!(
            output.err().contains("other users can write to") && !output.err().contains(secret),
            "{what}: {}",
            output.all()
        );
        assert_eq!(files(&sandbox.path(".aws")), before, "{what}");
    };
    let home = sandbox.home();
    let usual = std::fs::metadata(&home).expect("a file").permissions().mode();
    set_mode(&home, 0o777);
    refused("HOME");
    set_mode(&home, usual);
    // Links into a directory that others can write to.
    for linked in [STATE, ".local/state/awsenv/keys", ".aws"] {
        let shared = sandbox.path("shared");
        std::fs::create_dir(&shared).expect("a file");
        let (path, target) = (sandbox.path(linked), shared.join("target"));
        std::fs::rename(&path, &target).expect("a file");
        symlink(&target, &path).expect("a file");
        set_mode(&shared, 0o777);
        refused(linked);
        set_mode(&shared, 0o755);
        std::fs::remove_file(&path).expect("a file");
        std::fs::rename(&target, &path).expect("a file");
        std::fs::remove_dir(&shared).expect("a file");
    }
    add(&sandbox, "b").success();
}
