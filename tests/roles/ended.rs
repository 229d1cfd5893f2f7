//! Processes that end before they should: by a signal while they wait, call or write.

use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::json as value;

use super::{json, key_id, start};
use crate::support::walk::{WRITES, Walk};
use crate::support::{Aws, Sandbox, signal};

/// A run on pipes.
fn begin(sandbox: &Sandbox, words: &[&str]) -> Child {
    let mut command = sandbox.awsenv(words).command();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("awsenv")
}

fn process(sandbox: &Sandbox) -> Child {
    begin(sandbox, &["credential-process", "one"])
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn id(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    document["AccessKeyId"].as_str().expect("an id").to_owned()
}

/// A process whose call is answered late, and some that wait for it. What is to end them comes before the answer.
fn holder_and_waiters(aws: &Aws, sandbox: &Sandbox) -> (Child, Vec<Child>) {
    aws.scenario(&value!({"faults": [{"when": {"Action": "AssumeRole"}, "slow": 30, "times": 1}]}));
    let before = aws.count("AssumeRole");
    let holder = process(sandbox);
    aws.wait_for("AssumeRole", before + 1);
    let waiters: Vec<Child> = (0..8).map(|_| process(sandbox)).collect();
    let lock = lock_file(sandbox);
    let start = Instant::now();
    while waiters.iter().any(|waiter| !has_open(waiter, &lock)) {
        assert!(start.elapsed() < Duration::from_secs(30), "they do not wait");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(aws.count("AssumeRole"), before + 1);
    (holder, waiters)
}

fn lock_file(sandbox: &Sandbox) -> std::path::PathBuf {
    let folders = std::fs::read_dir(sandbox.path(".local/state/awsenv/sessions"))
        .expect("sessions")
        .flatten();
    let files = folders
        .filter_map(|folder| std::fs::read_dir(folder.path()).ok())
        .flatten()
        .flatten();
    let mut locks = files
        .map(|file| file.path())
        .filter(|path| path.extension() == Some("lock".as_ref()));
    locks.next().expect("a lock")
}

/// Whether the process has the file open, as those that wait for a lock do.
fn has_open(child: &Child, file: &std::path::Path) -> bool {
    let open = std::fs::read_dir(format!("/proc/{}/fd", child.id()))
        .expect("a process")
        .flatten();
    open.filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .any(|path| path == file)
}

#[test]
fn a_killed_caller_is_replaced_by_one_other() {
    // By the second, an SDK ends a process whose answer it no longer needs.
    for name in ["KILL", "TERM"] {
        let Some((aws, sandbox)) = start() else { return };
        let (mut holder, waiters) = holder_and_waiters(&aws, &sandbox);
        signal(&holder, name);
        holder.wait().expect("its end");
        let ids: Vec<String> = waiters
            .into_iter()
            .map(|waiter| id(&waiter.wait_with_output().expect("its output")))
            .collect();
        let issued = aws.issued();
        assert_eq!(issued.len(), 2, "{name}: the call of the killed one, and one more");
        assert!(ids.iter().all(|id| *id == issued[1].access_key_id), "{name}: {ids:?}");
        assert_eq!(aws.count("AssumeRole"), 2, "{name}");
    }
}

#[test]
fn what_a_user_cancels_is_cancelled_for_all_that_wait() {
    for (name, number) in [("INT", 2), ("HUP", 1)] {
        let Some((aws, sandbox)) = start() else { return };
        let (holder, waiters) = holder_and_waiters(&aws, &sandbox);
        signal(&holder, name);
        let ended = holder.wait_with_output().expect("its output");
        let status = std::os::unix::process::ExitStatusExt::signal(&ended.status);
        assert_eq!(status, Some(number), "{}", text(&ended.stderr));
        assert!(ended.stdout.is_empty());
        for waiter in waiters {
            let output = waiter.wait_with_output().expect("its output");
            assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
            assert!(output.stdout.is_empty());
            let message = format!(
                "awsenv: cancelled in another awsenv that was getting the keys of the role `{}`\n",
                super::role("One")
            );
            assert!(text(&output.stderr).ends_with(&message), "{}", text(&output.stderr));
        }
        assert_eq!(aws.count("AssumeRole"), 1, "{name}: nobody asked again");
        key_id(&sandbox.awsenv(["credential-process", "one"]).output());
        assert_eq!(aws.count("AssumeRole"), 2, "{name}");
    }
}

#[test]
fn an_eval_that_is_cancelled_fails_and_changes_nothing() {
    let Some((aws, sandbox)) = start() else { return };
    for (number, (name, status)) in [("INT", 2), ("TERM", 15)].into_iter().enumerate() {
        aws.scenario(&value!({"faults": [{"slow": 30, "times": 1}], "lifetime": 900 + number}));
        let child = begin(&sandbox, &["use", "one", "--keys", "--shell", "posix"]);
        aws.wait_for("AssumeRole", number + 1);
        signal(&child, name);
        let output = child.wait_with_output().expect("its output");
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&output.status),
            Some(status)
        );
        let script = text(&output.stdout);
        let check = format!("{script}\necho \"$? ${{AWS_ACCESS_KEY_ID-none}} ${{AWSENV_STATE-none}}\"");
        let checked = sandbox.program("sh").args(["-c", &check]).output();
        assert_eq!(checked.clean(), format!("{} none none\n", 128 + status), "{script}");
    }
}

/// Where a process is killed before each step that changes a file, the next one has the keys, and reads no half of any.
#[test]
fn whoever_is_killed_while_writing_leaves_no_half_of_a_session() {
    let Some(walk) = Walk::new() else { return };
    let Some((aws, sandbox)) = start() else { return };
    let words = ["credential-process", "one"];
    let clear = || drop(sandbox.awsenv(["sessions", "clear", "--all"]).output());
    let (output, steps) = walk.steps(&sandbox, WRITES, words);
    output.success();
    assert!(steps.len() > 5, "{steps:?}");
    let mut killed = 0;
    for step in &steps {
        clear();
        if walk.killed_before(&sandbox, step, words).is_none() {
            continue;
        }
        killed += 1;
        let list = sandbox.awsenv(["sessions", "list", "--json"]).output();
        let count = json(&list).as_array().expect("a list").len();
        let before = aws.count("AssumeRole");
        let output = sandbox.awsenv(words).output();
        let issued = aws.issued();
        assert!(
            issued.iter().any(|session| session.access_key_id == key_id(&output)),
            "{step}"
        );
        // What is listed is whole, and serves.
        assert_eq!(aws.count("AssumeRole") - before, 1 - count, "{step}");
        let again = key_id(&sandbox.awsenv(words).output());
        assert_eq!(again, key_id(&output), "{step}");
    }
    assert!(killed > 5, "{killed} of {steps:?}");
    // Half of a file is none.
    let folder = lock_file(&sandbox);
    let folder = folder.parent().expect("a folder");
    let files = std::fs::read_dir(folder)
        .expect("sessions")
        .flatten()
        .map(|file| file.path());
    for file in files.filter(|path| path.extension() == Some("age".as_ref())) {
        let bytes = std::fs::read(&file).expect("a session");
        std::fs::write(&file, &bytes[..bytes.len() / 2]).expect("half of it");
    }
    let before = aws.count("AssumeRole");
    key_id(&sandbox.awsenv(words).output());
    assert_eq!(aws.count("AssumeRole"), before + 1);
}
