//! Killed after each step, or with a disk that fails at each step: every file is the old or the new one, the secret is
//! in at least one place, no profile changes its identity, and running the command again finishes the work.

use std::collections::{BTreeMap, BTreeSet};

use super::{CONFIG, KEYS, NEW, WORK, credentials, files, private, without_the_way};
use crate::support::keychain::Keychain;
use crate::support::walk::{Step, TALKS, WRITES, Walk};
use crate::support::{Key, Output, Sandbox, botocore_identities, say};

/// One command, and what must hold before and after it.
struct Work {
    /// For messages.
    name: &'static str,
    /// Commands to run before it.
    before: &'static [&'static [&'static str]],
    args: &'static [&'static str],
    /// The profile whose key it moves, and the key's secret.
    key: (&'static str, &'static str),
    /// Whether the profiles must keep their identity, and the secret must be somewhere.
    keeps_identity: bool,
    /// What the second run may do if the first one was killed after its last change.
    done: Again,
}

/// See [`Work::done`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    Nothing,
    /// It may fail, because nothing is left to do it with.
    Fails,
    /// It may undo the change.
    TurnsBack,
}

const IMPORT: Work = Work {
    name: "key import",
    before: &[],
    args: &["key", "import", "work"],
    key: ("work", WORK.1),
    keeps_identity: true,
    done: Again::Nothing,
};

/// Two keys at once.
const IMPORT_ALL: Work = Work {
    name: "key import --all",
    args: &["key", "import", "--all", "--yes"],
    ..IMPORT
};

const RESTORE: Work = Work {
    name: "key restore",
    before: &[IMPORT.args],
    args: &["key", "restore", "work"],
    key: ("work", WORK.1),
    keeps_identity: true,
    done: Again::Fails,
};

const REMOVE: Work = Work {
    name: "key remove",
    before: &[IMPORT.args],
    args: &["key", "remove", "work", "--yes"],
    key: ("work", WORK.1),
    keeps_identity: false,
    done: Again::Fails,
};

const FROM_BOTO: Work = Work {
    name: "key import --from boto",
    before: &[],
    args: &["key", "import", "old", "--from", "boto"],
    key: ("old", NEW.1),
    keeps_identity: true,
    done: Again::Fails,
};

const TO_BOTO: Work = Work {
    name: "key restore into an old file",
    before: &[FROM_BOTO.args],
    args: &["key", "restore", "old"],
    key: ("old", NEW.1),
    keeps_identity: true,
    done: Again::Fails,
};

const MOVE: Work = Work {
    name: "key move",
    before: &[IMPORT.args],
    args: &["key", "move", "work", "--to", "file"],
    key: ("work", WORK.1),
    keeps_identity: true,
    done: Again::Nothing,
};

const SET: Work = Work {
    name: "configure set",
    before: &[],
    args: &["configure", "set", "output", "yaml", "--profile", "work"],
    key: ("work", WORK.1),
    keeps_identity: true,
    done: Again::Nothing,
};

const UNDO: Work = Work {
    name: "undo",
    before: &[SET.args],
    args: &["undo"],
    key: ("work", WORK.1),
    keeps_identity: true,
    done: Again::TurnsBack,
};

/// The files that users know; each must always be complete.
const KNOWN: [&str; 3] = [".aws/config", ".aws/credentials", ".boto_old"];

/// A sandbox with the file store, after the commands before the work.
fn filed(work: &Work) -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    prepare(&sandbox, work);
    sandbox
}

fn prepare(sandbox: &Sandbox, work: &Work) {
    let pair = |key: Key<'_>| format!("aws_access_key_id = {}\naws_secret_access_key = {}\n", key.0, key.1);
    // The key is in both files, so that both are edited.
    let config = CONFIG.replace("output = json\n", &format!("output = json\n{}", pair(WORK)));
    private(sandbox, ".aws/config", config);
    private(sandbox, ".aws/credentials", credentials());
    private(sandbox, ".boto_old", format!("# old\n[Credentials]\n{}", pair(NEW)));
    for args in work.before {
        sandbox.awsenv(*args).output().success();
    }
}

/// The known files, with the sandbox's own paths replaced so that sandboxes can be compared.
fn known(sandbox: &Sandbox) -> BTreeMap<&'static str, String> {
    let text = |name: &&'static str| (*name, sandbox.stable(&super::text(sandbox, name)));
    KNOWN.iter().map(text).collect()
}

/// Of all files under HOME.
fn names(sandbox: &Sandbox) -> Vec<String> {
    files(&sandbox.home()).into_keys().collect()
}

/// The state before and after a run that is not disturbed.
struct Reference {
    old: BTreeMap<&'static str, String>,
    new: BTreeMap<&'static str, String>,
    names: Vec<String>,
    steps: Vec<Step>,
}

impl Reference {
    fn of(work: &Work, walk: &Walk, sandbox: &Sandbox, calls: &str) -> Self {
        let old = known(sandbox);
        let (output, steps) = walk.steps(sandbox, calls, work.args);
        output.success();
        assert!(!steps.is_empty(), "{}: no steps", work.name);
        let (new, names) = (known(sandbox), names(sandbox));
        Self { old, new, names, steps }
    }

    /// Asserts that every known file is the old or the new one.
    #[track_caller]
    fn assert_whole(&self, sandbox: &Sandbox, when: &str) {
        for (name, text) in known(sandbox) {
            assert!(
                text == self.old[name] || text == self.new[name],
                "{when}: {name} is neither old nor new:\n{text}"
            );
        }
    }

    /// Asserts that running the command again finishes the work.
    #[track_caller]
    fn assert_finishes(&self, work: &Work, sandbox: &Sandbox, when: &str) {
        let was_done = known(sandbox) == self.new;
        let again = sandbox.awsenv(work.args).output();
        let may_fail = was_done && work.done == Again::Fails;
        assert!(
            again.status == 0 || (may_fail && again.status == 1),
            "{when}, then again: {}",
            again.all()
        );
        let (now, turned) = (known(sandbox), was_done && work.done == Again::TurnsBack);
        assert!(
            now == self.new || (turned && now == self.old),
            "{when}, then again: {}",
            again.all()
        );
        // The journal may lack what was killed before it, but nothing else may be left over.
        let mut left = names(sandbox);
        left.retain(|name| !self.names.contains(name));
        // A command that finds nothing to do takes no lock and so cleans nothing up; this file holds no secret, and the
        // next edit removes it.
        left.retain(|name| !(may_fail && name.ends_with("/journal.new")));
        assert_eq!(left, [""; 0], "{when}, then again");
    }
}

/// Asserts that the secret is in at least one place.
#[track_caller]
fn assert_kept(sandbox: &Sandbox, work: &Work, when: &str) {
    let (profile, secret) = work.key;
    let args = ["credential-process", profile, "--item", profile];
    let item = sandbox.awsenv(args).output();
    let in_store = item.status == 0 && item.out().contains(secret);
    let in_file = KNOWN.iter().any(|name| super::text(sandbox, name).contains(secret));
    assert!(in_store || in_file, "{when}: the secret is gone: {}", item.all());
}

/// The identities that botocore gets for `work` and its role in each sandbox; empty if botocore is not installed.
fn who(sandboxes: &[&Sandbox]) -> Vec<serde_json::Value> {
    let answers = botocore_identities(sandboxes, &["work", "ops"], &KEYS);
    answers.unwrap_or_default().into_iter().map(without_the_way).collect()
}

#[track_caller]
fn assert_same_person(sandboxes: &[(String, Sandbox)], mine: &serde_json::Value) {
    let list: Vec<_> = sandboxes.iter().map(|(_, sandbox)| sandbox).collect();
    for (answer, (when, _)) in who(&list).iter().zip(sandboxes) {
        assert_eq!(answer, mine, "{when}");
    }
}

/// Kills the work before each of its steps, each time in a new sandbox.
fn kill_walk(work: &Work) -> usize {
    let Some(walk) = Walk::new() else { return 0 };
    let first = filed(work);
    let mine = who(&[&first]).pop().unwrap_or_default();
    let reference = Reference::of(work, &walk, &first, WRITES);
    let mut killed = Vec::new();
    for step in &reference.steps {
        let sandbox = filed(work);
        let when = format!("{}, killed before {step}", work.name);
        assert!(
            walk.killed_before(&sandbox, step, work.args).is_some(),
            "{when}: it was not"
        );
        reference.assert_whole(&sandbox, &when);
        if work.keeps_identity {
            assert_kept(&sandbox, work, &when);
        }
        killed.push((when, sandbox));
    }
    if work.keeps_identity {
        assert_same_person(&killed, &mine);
    }
    for (when, sandbox) in &killed {
        reference.assert_finishes(work, sandbox, when);
    }
    if work.keeps_identity {
        assert_same_person(&killed, &mine);
    }
    say(&format!("kill walk: {}: {} steps", work.name, killed.len()));
    killed.len()
}

#[test]
fn an_import_that_is_killed_loses_nothing() {
    kill_walk(&IMPORT);
    kill_walk(&IMPORT_ALL);
}

#[test]
fn an_import_of_an_old_file_that_is_killed_loses_nothing() {
    kill_walk(&FROM_BOTO);
    kill_walk(&TO_BOTO);
}

#[test]
fn a_restore_that_is_killed_loses_nothing() {
    kill_walk(&RESTORE);
}

#[test]
fn a_removal_that_is_killed_can_be_finished() {
    kill_walk(&REMOVE);
}

#[test]
fn a_setting_that_is_killed_is_there_or_not() {
    kill_walk(&SET);
}

#[test]
fn an_undo_that_is_killed_is_done_or_not() {
    kill_walk(&UNDO);
}

/// As the other walk, but with gnome-keyring, which outlives the files in the sandbox's HOME: one sandbox, reset for
/// each step. botocore is asked once for all steps that leave the same state.
#[test]
fn a_killed_command_loses_nothing_with_a_real_keychain_either() {
    let Some(walk) = Walk::new() else { return };
    let mut sandbox = Sandbox::new();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    sandbox
        .awsenv(["key", "unlock", "--no-passphrase"])
        .env("AWSENV_KEYCHAIN", "file")
        .output()
        .success();
    for work in [IMPORT, RESTORE, MOVE] {
        let reset = || {
            keychain.clear("awsenv", "work");
            for (name, _) in files(&sandbox.home()) {
                if !name.ends_with("/keys/identity") && !name.ends_with("/keys/recipient") {
                    std::fs::remove_file(sandbox.path(name)).expect("a removable file");
                }
            }
        };
        reset();
        prepare(&sandbox, &work);
        let mine = who(&[&sandbox]).pop().unwrap_or_default();
        let reference = Reference::of(&work, &walk, &sandbox, &format!("{TALKS},rename,renameat,renameat2"));
        let mut judged = BTreeSet::new();
        for step in &reference.steps {
            reset();
            prepare(&sandbox, &work);
            let when = format!("{} with gnome-keyring, killed before {step}", work.name);
            let killed = walk.killed_before(&sandbox, step, work.args);
            assert!(killed.is_some(), "{when}: it was not");
            reference.assert_whole(&sandbox, &when);
            assert_kept(&sandbox, &work, &when);
            if judged.insert((known(&sandbox), keychain.lookup("awsenv", "work"))) {
                assert_eq!(who(&[&sandbox]).pop().unwrap_or_default(), mine, "{when}");
            }
            reference.assert_finishes(&work, &sandbox, &when);
        }
        let steps = reference.steps.len();
        say(&format!("kill walk: {} with gnome-keyring: {steps} steps", work.name));
    }
}

/// Makes each of the calls fail in turn, each time in a new sandbox.
fn failure_walk(work: &Work, calls: &str, error: &str) -> usize {
    let Some(walk) = Walk::new() else { return 0 };
    let first = filed(work);
    let mine = who(&[&first]).pop().unwrap_or_default();
    let reference = Reference::of(work, &walk, &first, calls);
    let mut failed = Vec::new();
    for step in &reference.steps {
        let sandbox = filed(work);
        let when = format!("{}, {error} at {step}", work.name);
        let output = walk.failed_at(&sandbox, step, error, work.args);
        assert_ended(&output, &when);
        reference.assert_whole(&sandbox, &when);
        assert_kept(&sandbox, work, &when);
        if output.status == 0 {
            assert_eq!(known(&sandbox), reference.new, "{when}: {}", output.all());
        } else if work.args.starts_with(&["key", "import"]) && known(&sandbox) == reference.old {
            let left = names(&sandbox).into_iter().filter(|name| name.ends_with(".age"));
            assert_eq!(left.count(), 0, "{when}: the item was not taken back: {}", output.all());
            assert_eq!(sandbox.awsenv(["key", "list"]).output().out(), "", "{when}");
        }
        failed.push((when, sandbox));
    }
    assert_same_person(&failed, &mine);
    for (when, sandbox) in &failed {
        reference.assert_finishes(work, sandbox, when);
    }
    say(&format!(
        "failure walk: {}: {error} at {} steps",
        work.name,
        failed.len()
    ));
    failed.len()
}

/// Asserts that the user was told, and that the message shows no secret.
#[track_caller]
fn assert_ended(output: &Output, when: &str) {
    assert!(output.status < 128, "{when}: {}", output.all());
    assert!(!output.err().contains("internal error"), "{when}: {}", output.all());
    assert!(
        !output.err().contains(WORK.1) && !output.out().contains(WORK.1),
        "{when}"
    );
}

#[test]
fn a_full_disk_harms_nothing() {
    for work in [IMPORT, RESTORE] {
        failure_walk(&work, "write,pwrite64,writev,mkdir,mkdirat", "ENOSPC");
    }
}

/// The key is in both files. The exchanges fail, and the renames that are tried instead.
#[test]
fn both_files_are_written_or_it_is_said_which() {
    let Some(walk) = Walk::new() else { return };
    let new = {
        let sandbox = filed(&IMPORT);
        sandbox.awsenv(IMPORT.args).output().success();
        known(&sandbox)
    };
    // The item and the index are renamed before the files are.
    let from = |exchange| [("renameat2", exchange), ("rename", 3)];
    let sandbox = filed(&IMPORT);
    let old = known(&sandbox);
    let output = walk.failed_from(&sandbox, &from(1), "EIO", IMPORT.args);
    assert_eq!(output.status, 1, "{}", output.all());
    assert_eq!(known(&sandbox), old, "{}", output.all());
    // The index is written again only if its second has passed, so this is another sandbox.
    let sandbox = filed(&IMPORT);
    let old = known(&sandbox);
    let output = walk.failed_from(&sandbox, &from(2), "EIO", IMPORT.args);
    assert_eq!(output.status, 1, "{}", output.all());
    assert!(
        output.err().contains("cannot replace `~/.aws/credentials`")
            && output
                .err()
                .contains("`~/.aws/config` is already changed and cannot be put back"),
        "{}",
        output.all()
    );
    let now = known(&sandbox);
    assert_eq!(now[".aws/config"], new[".aws/config"]);
    assert_eq!(now[".aws/credentials"], old[".aws/credentials"]);
    assert_kept(&sandbox, &IMPORT, "half done");
    assert_eq!(names(&sandbox).iter().filter(|name| name.ends_with(".age")).count(), 1);
    sandbox.awsenv(IMPORT.args).output().success();
    assert_eq!(known(&sandbox), new);
}

/// Each failure of a sync is told, and what cannot be synced is not written; a directory comes after that.
#[test]
fn a_directory_that_cannot_be_synced_is_a_warning() {
    let Some(walk) = Walk::new() else { return };
    let reference = Reference::of(&SET, &walk, &filed(&SET), "fsync");
    let mut warned = 0;
    for step in &reference.steps {
        let sandbox = filed(&SET);
        let output = walk.failed_at(&sandbox, step, "EIO", SET.args);
        let is_warned = output.err().contains("cannot be synced to disk");
        let is_new = known(&sandbox) == reference.new;
        assert!(is_new || known(&sandbox) == reference.old, "{step}");
        assert_eq!(output.status == 0, is_new, "{step}: {}", output.all());
        assert!(!output.err().contains("cannot replace"), "{step}: {}", output.all());
        warned += usize::from(is_new && is_warned);
    }
    assert_eq!(warned, 1, "{:?}", reference.steps);
}

#[test]
fn a_failing_disk_harms_nothing() {
    failure_walk(&IMPORT, "fsync,fdatasync", "EIO");
    failure_walk(&RESTORE, "fsync,fdatasync", "EIO");
    failure_walk(&IMPORT, "rename,renameat,renameat2,unlink,unlinkat", "EACCES");
    failure_walk(&RESTORE, "rename,renameat,renameat2,unlink,unlinkat", "EROFS");
}

/// What came out of an exchange cannot be read. No other program writes here, so none may be named.
#[test]
fn a_text_that_cannot_be_read_any_more_is_put_back() {
    let Some(walk) = Walk::new() else { return };
    let (mut failed, all) = (0, [SET, UNDO, IMPORT, RESTORE, REMOVE]);
    for work in &all {
        let first = filed(work);
        let old = known(&first);
        let run = first.awsenv(work.args);
        let (output, steps) = walk.steps_with(&first, run, "openat", ".awsenv-");
        output.success();
        let new = known(&first);
        for step in &steps {
            for error in ["EACCES", "EIO"] {
                let sandbox = filed(work);
                let output = walk.failed_at(&sandbox, step, error, work.args);
                let when = format!("{}, {error} at {step}: {}", work.name, output.all());
                assert!(!output.err().contains("by another program"), "{when}");
                let now = known(&sandbox);
                let is_done = output.status == 0 || output.err().contains("already");
                assert!(
                    if output.status == 0 {
                        now == new
                    } else {
                        is_done || now == old
                    },
                    "{when}"
                );
                failed += usize::from(output.status != 0);
                sandbox.awsenv(work.args).output();
            }
        }
    }
    assert!(failed > all.len(), "{failed}");
}
