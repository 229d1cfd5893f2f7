//! Many processes that want the same keys at once.

use std::collections::BTreeSet;
use std::process::{Child, Command};

use super::start;
use crate::support::{self, Aws, Sandbox, require, say};

const MANY: usize = 50;

/// What one of the processes printed, and whether it ended well.
struct Done {
    out: String,
    err: String,
    is_good: bool,
}

/// Starts that many, each on pipes, and waits for all.
fn at_once(command: impl Fn() -> Command) -> Vec<Done> {
    let all: Vec<Child> = (0..MANY).map(|_| support::begin(command())).collect();
    all.into_iter()
        .map(|child| {
            let output = child.wait_with_output().expect("its output");
            Done {
                out: String::from_utf8(output.stdout).expect("text"),
                err: String::from_utf8(output.stderr).expect("text"),
                is_good: output.status.success(),
            }
        })
        .collect()
}

/// All have the same keys, by one call a role, and none said more than that it had to wait.
#[track_caller]
fn assert_one_call(aws: &Aws, before: usize, all: &[Done]) {
    assert_eq!(aws.count("AssumeRole") - before, 3);
    let three = aws.issued().pop().expect("a session");
    for done in all {
        assert!(
            done.is_good && done.out.contains(&three.access_key_id),
            "{}{}",
            done.out,
            done.err
        );
        let waited = |line: &str| line.starts_with("awsenv: waiting for ");
        assert!(done.err.lines().all(waited), "{}", done.err);
    }
    assert_eq!(all.iter().map(|done| &done.out).collect::<BTreeSet<_>>().len(), 1);
}

fn process(sandbox: &Sandbox) -> Command {
    sandbox.awsenv(["credential-process", "three"]).command()
}

#[test]
fn fifty_processes_are_one_call_a_role() {
    let Some((aws, sandbox)) = start() else { return };
    let all = at_once(|| process(&sandbox));
    assert_one_call(&aws, 0, &all);
    // Now nobody calls.
    let again = at_once(|| process(&sandbox));
    assert_eq!(aws.count("AssumeRole"), 3);
    assert!(
        again
            .iter()
            .all(|done| done.is_good && done.out == all[0].out && done.err.is_empty())
    );
}

/// Where neither the kernel nor another memory has the key of the sessions, the key file has it.
#[test]
fn fifty_processes_are_one_call_a_role_with_a_key_file() {
    let Some((aws, mut sandbox)) = start() else { return };
    let Some(bar) = super::barred::Bar::new(&sandbox) else {
        return;
    };
    sandbox.set("AWSENV_KEYCHAIN", "file").unset("XDG_RUNTIME_DIR");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    let all = at_once(|| bar.around(sandbox.awsenv(["credential-process", "three"])).command());
    assert_one_call(&aws, 0, &all);
    let doctor = bar.around(sandbox.awsenv(["doctor", "-v"])).output();
    assert!(
        doctor.out().contains("with the key in the key file `"),
        "{}",
        doctor.all()
    );
}

#[test]
fn where_nothing_can_be_kept_each_process_calls_and_says_so_once() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(unshare) = require("unshare") else { return };
    let mount = "mount --bind \"$HOME\" \"$HOME\" && mount -o remount,bind,ro \"$HOME\" || exit 99; exec \"$@\"";
    let around = || ["-m", "sh", "-c", mount, "sh"].map(Into::into);
    if sandbox.program("/bin/true").under(&unshare, around()).output().status != 0 {
        return say("skipped: nothing can be mounted here");
    }
    let all = at_once(|| {
        sandbox
            .awsenv(["credential-process", "one"])
            .under(&unshare, around())
            .command()
    });
    assert_eq!(aws.count("AssumeRole"), MANY);
    for done in &all {
        assert!(done.is_good, "{}", done.err);
        let lines = done
            .err
            .lines()
            .filter(|line| !line.starts_with("awsenv: waiting for "));
        let lines: Vec<&str> = lines.collect();
        let [line] = &*lines else { panic!("{lines:?}") };
        assert!(
            line.starts_with("awsenv: sessions are not kept for the next run: "),
            "{line}"
        );
        assert!(line.contains(": Read-only file system "), "{line}");
    }
    assert_eq!(all.iter().map(|done| &done.out).collect::<BTreeSet<_>>().len(), MANY);
}
