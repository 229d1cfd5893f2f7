//! Processes that end before they should while a code is asked for, or between two steps.

use std::path::Path;
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json as value};

use super::{calls, id, start_with_program};
use crate::support::walk::{Step, WRITES, Walk};
use crate::support::{self, Aws, Sandbox, executable, signal};

fn begin(sandbox: &Sandbox, profile: &str) -> Child {
    support::begin(sandbox.awsenv(["credential-process", profile]).command())
}

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A program that only the first time takes for ever.
fn stuck_once(sandbox: &Sandbox) {
    let code = sandbox.bin().join("code");
    std::fs::rename(&code, sandbox.bin().join("code-at-once")).expect("a program");
    let script =
        "#!/bin/sh\nif mkdir \"$TMPDIR/first\" 2>/dev/null; then exec sleep 50; fi\nexec code-at-once \"$@\"\n";
    executable(&code, script);
}

/// Whether the process waits for the lock of a device.
fn waits(child: &Child) -> bool {
    let open = std::fs::read_dir(format!("/proc/{}/fd", child.id())).expect("a process");
    let open = open.flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok());
    let is_lock = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("mfa-") && name.ends_with(".lock")
    };
    open.into_iter().any(|path| is_lock(&path))
}

#[test]
fn where_the_one_that_asks_is_ended_another_one_asks() {
    for name in ["KILL", "TERM"] {
        let Some((aws, sandbox, program)) = start_with_program() else {
            return;
        };
        stuck_once(&sandbox);
        let mut asks = begin(&sandbox, "guarded");
        wait_until("it asks", || sandbox.root().join("tmp/first").exists());
        let all: Vec<Child> = (0..8).map(|_| begin(&sandbox, "guarded")).collect();
        wait_until("they wait", || all.iter().all(waits));
        signal(&asks, name);
        asks.wait().expect("its end");
        let answers: Vec<Vec<u8>> = all
            .into_iter()
            .map(|child| {
                let output = child.wait_with_output().expect("its output");
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                output.stdout
            })
            .collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{name}");
        assert_eq!(calls(&aws), ["GetSessionToken with a code", "Guarded"], "{name}");
        assert_eq!(program.asked().len(), 1, "{name}");
    }
}

#[test]
fn what_a_person_cancels_is_cancelled_for_all_that_wait() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    stuck_once(&sandbox);
    let mut asks = begin(&sandbox, "guarded");
    wait_until("it asks", || sandbox.root().join("tmp/first").exists());
    let profiles = ["guarded", "audit", "beyond", "base"];
    let all: Vec<Child> = (0..8).map(|number| begin(&sandbox, profiles[number % 3])).collect();
    wait_until("they wait", || all.iter().all(waits));
    signal(&asks, "INT");
    asks.wait().expect("its end");
    for child in all {
        let output = child.wait_with_output().expect("its output");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(130), "{err}");
        assert!(err.contains("cancelled in another awsenv"), "{err}");
        assert!(output.stdout.is_empty());
    }
    assert!(aws.requests().is_empty() && program.asked().is_empty());
    id(&sandbox, &["credential-process", "guarded"]);
}

/// A world with so many users, each with a device, and a sandbox with a role for each: AWS takes a code once, so each kill
/// takes another user.
fn world_of(users: usize) -> (Value, String, String) {
    let mut world = crate::support::aws::world();
    let base = world["users"][0].clone();
    let (mut config, mut credentials) = (String::new(), String::new());
    for number in 0..users {
        let mut user = base.clone();
        let (id, secret) = (
            format!("AKIARZPUZDIKJLTGE{number:03}"),
            format!("secret/of/user/{number:025}"),
        );
        let serial = format!("arn:aws:iam::123456789012:mfa/u{number}");
        user["arn"] = value!(format!("arn:aws:iam::123456789012:user/u{number}"));
        user["keys"] = value!([{"id": id, "secret": secret}]);
        user["mfa"][0]["serial"] = value!(serial);
        world["users"].as_array_mut().expect("users").push(user);
        config += &format!(
            "[profile u{number}]\nregion = eu-west-1\n[profile r{number}]\nrole_arn = arn:aws:iam::123456789012:role/All\n\
             source_profile = u{number}\nmfa_serial = {serial}\nregion = eu-west-1\n"
        );
        credentials += &format!("[u{number}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    }
    let all = value!({"arn": "arn:aws:iam::123456789012:role/All",
        "trust": [{"principals": ["arn:aws:iam::123456789012:root"], "mfa": true}]});
    world["roles"].as_array_mut().expect("roles").push(all);
    (world, config, credentials)
}

/// Where a process is killed before each step that changes a file, the next one has the keys, sends no code twice, and leaves
/// nothing behind.
#[test]
fn whoever_is_killed_between_two_steps_stops_nobody() {
    const USERS: usize = 120;
    let Some(walk) = Walk::new() else { return };
    let (world, config, credentials) = world_of(USERS);
    let Some(aws) = Aws::with(world) else { return };
    let sandbox = || {
        let sandbox = crate::roles::named(aws.mfa_sandbox());
        sandbox.write(".aws/config", &config);
        sandbox.write(".aws/credentials", &credentials);
        // What a device shows now.
        executable(&sandbox.bin().join("code"), aws.device(""));
        sandbox.write(".config/awsenv/config", crate::support::mfa::SETTINGS);
        sandbox
    };
    let walk = walk.alone();
    let (output, steps) = walk.steps(&sandbox(), WRITES, ["credential-process", "r0"]);
    output.success();
    assert!((10..USERS).contains(&steps.len()), "{steps:?}");
    let killed = AtomicUsize::new(0);
    let next = AtomicUsize::new(0);
    // Those that wait for the next code of their device do so at the same time.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while let Some((number, step)) = steps.iter().enumerate().nth(next.fetch_add(1, Ordering::Relaxed)) {
                    let profile = format!("r{}", number + 1);
                    let is_killed = check(&aws, &walk, &sandbox(), step, &profile);
                    killed.fetch_add(usize::from(is_killed), Ordering::Relaxed);
                }
            });
        }
    });
    let killed = killed.into_inner();
    assert!(killed > 10, "{killed} of {steps:?}");
    let requests = aws.requests();
    assert!(
        requests.iter().all(|seen| seen.status == 200),
        "a code was sent twice: {requests:#?}"
    );
}

/// Whether it was killed. If so, what comes next is as if it had not been there.
fn check(aws: &Aws, walk: &Walk, sandbox: &Sandbox, step: &Step, profile: &str) -> bool {
    let words = ["credential-process", profile];
    if walk.killed_before(sandbox, step, words).is_none() {
        return false;
    }
    let keys = id(sandbox, &words);
    let serial = format!("arn:aws:iam::123456789012:mfa/u{}", &profile[1..]);
    let of_device = || {
        let requests = aws.requests().into_iter();
        requests
            .filter(|seen| seen.field("SerialNumber") == Some(&serial))
            .count()
    };
    let before = of_device();
    assert_eq!(id(sandbox, &words), keys, "{step}");
    assert_eq!(of_device(), before, "{step}");
    let files = std::fs::read_dir(sandbox.path(".local/state/awsenv/sessions")).expect("sessions");
    for file in files.flatten().filter(|file| !file.path().is_dir()) {
        let name = file.file_name().to_string_lossy().into_owned();
        let hash = name.strip_prefix("mfa-").unwrap_or_default().trim_end_matches(".lock");
        let is_hash = hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(name == "lock" || is_hash, "{step} leaves {name}");
    }
    true
}
