//! What makes no request, and needs no network.

use super::{clean, sh, start};
use crate::support::walk::Walk;

/// Commands about roles that only read files; lines of sh where a switch is to be in force.
const SILENT: [&[&str]; 14] = [
    &["use", "three", "--shell", "posix"],
    &["use", "three", "--name", "--region", "us-west-2", "--shell", "fish"],
    &["exec", "three", "--", "true"],
    &["exec", "three", "--name", "--", "true"],
    &["list", "--json"],
    &["list", "three"],
    &["current"],
    &["explain", "three"],
    &["explain", "three", "--json"],
    &["prompt", "--format", "{profile}"],
    &["complete", "--", "use", "th"],
    &["doctor"],
    &["sessions", "list"],
    &["history"],
];

#[test]
fn by_name_nothing_is_asked() {
    let Some((aws, mut sandbox)) = start() else { return };
    for words in SILENT {
        let output = sandbox.awsenv(words).output();
        assert!(
            output.status < 2 && !output.err().contains("cannot assume"),
            "{}",
            output.all()
        );
    }
    let in_use = "use three && awsenv current && awsenv exec -- true && use two && use - && awsenv list >/dev/null && \
        awsenv prompt --format '{profile}' && eval \"$(awsenv unset --shell posix)\"";
    sh(&sandbox, in_use).success();
    assert!(aws.requests().is_empty(), "{:#?}", aws.requests());
    // Nor is any other host.
    sandbox.unset("AWS_ENDPOINT_URL_STS");
    let Some(walk) = Walk::new() else { return };
    for words in SILENT {
        let (_, trace) = walk.traced(&sandbox, sandbox.awsenv(words), "connect,sendto");
        assert!(!trace.contains("AF_INET"), "{words:?}\n{trace}");
    }
    // The same look finds a call.
    let (_, trace) = walk.traced(
        &sandbox,
        sandbox
            .awsenv(["whoami", "one"])
            .env("HTTPS_PROXY", "http://127.0.0.1:1"),
        "connect",
    );
    assert!(trace.contains("AF_INET"), "{trace}");
}

#[test]
fn what_is_kept_needs_no_network() {
    let Some((aws, mut sandbox)) = start() else { return };
    clean(&sandbox.awsenv(["credential-process", "three"]).output());
    let before = aws.requests().len();
    aws.scenario(&serde_json::json!({"refuse": true}));
    for words in [
        &["use", "three", "--keys", "--shell", "posix"][..],
        &["use", "two", "--keys", "--shell", "posix"],
        &["exec", "one", "--keys", "--", "true"],
        &["credential-process", "three"],
    ] {
        sandbox.awsenv(words).output().success();
    }
    assert_eq!(aws.requests().len(), before);
    // Two profiles share what is the same.
    let more = "\n[profile alias]\nrole_arn = arn:aws:iam::123456789012:role/One\nsource_profile = base\n\
        role_session_name = session\nregion = us-west-2\n";
    sandbox.write(".aws/config", crate::support::aws::CONFIG.to_owned() + more);
    clean(&sandbox.awsenv(["credential-process", "alias"]).output());
    // Without a place to keep them, they have to be got.
    let off = sandbox.write("off", "sessions = off\n");
    sandbox.set("AWSENV_CONFIG", off);
    assert_eq!(sandbox.awsenv(["credential-process", "three"]).output().status, 1);
}
