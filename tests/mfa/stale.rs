//! Keys that end in some minutes, where new ones would need a person who is not there: by a clock that is ahead, and a
//! stand-in whose clock is ahead as well.

use std::path::PathBuf;
use std::process::Command;

use serde_json::json as value;

use super::{exec, start};
use crate::roles::json;
use crate::stand_in::clients::boto3;
use crate::support::{Aws, Output, Sandbox, require};

/// Shows the time as it is so many seconds later.
const CLOCK: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long ahead(void) { const char *text = getenv("AHEAD"); return text ? atol(text) : 0; }
int clock_gettime(clockid_t id, struct timespec *at) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int status = real(id, at);
    if (id == CLOCK_REALTIME) at->tv_sec += ahead();
    return status;
}
int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *to) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (to) *to = now.tv_sec;
    return now.tv_sec;
}
"#;

/// `None` if there is no compiler.
fn clock(sandbox: &Sandbox) -> Option<PathBuf> {
    let source = sandbox.root().join("clock.c");
    std::fs::write(&source, CLOCK).expect("a program");
    let library = sandbox.root().join("clock.so");
    let mut compiler = Command::new(require("cc")?);
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
    assert!(compiler.status().is_ok_and(|status| status.success()));
    Some(library)
}

/// From now on, all of it.
fn later(aws: &Aws, sandbox: &mut Sandbox, clock: &PathBuf, seconds: i64) {
    aws.scenario(&value!({"clock": seconds}));
    sandbox.set("LD_PRELOAD", clock).set("AHEAD", seconds.to_string());
}

/// In seconds: what an SDK is told is left.
#[track_caller]
fn left(output: &Output, ahead: i64) -> i64 {
    output.success();
    let document = json(output);
    let end: jiff::Timestamp = document["Expiration"]
        .as_str()
        .expect("a time")
        .parse()
        .expect("a time");
    end.as_second() - jiff::Timestamp::now().as_second() - ahead
}

const CANNOT: &str = "cannot be renewed now; those at hand last until";

#[test]
fn a_session_that_ends_soon_still_gets_a_role() {
    let Some((aws, mut sandbox)) = start() else { return };
    let Some(clock) = clock(&sandbox) else { return };
    aws.scenario(&value!({"lifetime": 3600}));
    exec(&sandbox, &["base-mfa", "--mfa-code", &aws.code(0)]);
    later(&aws, &mut sandbox, &clock, 3000);
    let output = sandbox.awsenv(["credential-process", "guarded"]).output();
    assert!((3500..=3601).contains(&left(&output, 3000)), "{}", output.all());
    assert!(output.err().contains(CANNOT), "{}", output.err());
    // Its keys are new, so nothing more is said.
    let output = sandbox.awsenv(["credential-process", "guarded"]).output();
    assert!(!output.err().contains(CANNOT), "{}", output.err());
    // Less than five minutes are no help.
    later(&aws, &mut sandbox, &clock, 3310);
    let output = sandbox.awsenv(["credential-process", "audit"]).output();
    assert_eq!((output.status, output.out()), (1, ""), "{}", output.err());
    assert!(output.err().contains("nobody can be asked"), "{}", output.err());
}

/// What botocore does with it: it asks again for each request, and goes on with what it has.
#[test]
fn a_role_that_ends_soon_serves_an_sdk() {
    let Some((aws, mut sandbox)) = start() else { return };
    let Some(clock) = clock(&sandbox) else { return };
    aws.scenario(&value!({"lifetime": 3600}));
    let keys = exec(&sandbox, &["long", "--mfa-code", &aws.code(0)]);
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("a config");
    let sdk = "\n[profile sdk]\ncredential_process = awsenv credential-process long\nregion = eu-west-1\n";
    sandbox.write(".aws/config", config + sdk);
    later(&aws, &mut sandbox, &clock, 3000);
    let output = sandbox.awsenv(["credential-process", "long"]).output();
    assert!((500..=601).contains(&left(&output, 3000)), "{}", output.all());
    assert!(output.err().contains(CANNOT), "{}", output.err());
    assert_eq!(json(&output)["AccessKeyId"], *keys);
    let Some(output) = boto3(&sandbox, &["sdk"]) else {
        return;
    };
    assert!(output.success().contains("assumed-role/Guarded/"), "{}", output.all());
    later(&aws, &mut sandbox, &clock, 3310);
    let output = boto3(&sandbox, &["sdk"]).expect("as before");
    assert_ne!(output.status, 0);
    assert!(output.err().contains("awsenv use long"), "{}", output.err());
    assert_eq!(aws.count("AssumeRole"), 1);
}
