//! A network that does not do its part: the way to AWS, or what answers there.

use std::time::{Duration, Instant};

use serde_json::{Value, json as value};

use super::{clean, json, said, start};
use crate::support::{Output, Run};

/// The error of a run that must fail for reasons outside.
#[track_caller]
fn error(output: &Output, kind: &str) -> String {
    let error = &json(output)["error"];
    assert_eq!(
        (output.status, &error["kind"]),
        (1, &Value::from(kind)),
        "{}",
        output.all()
    );
    assert!(
        !error["hints"].as_array().expect("hints").is_empty(),
        "{}",
        output.all()
    );
    error["message"].as_str().expect("a message").to_owned()
}

#[test]
fn what_answers_is_not_what_was_asked_for() {
    let Some((aws, sandbox)) = start() else { return };
    let html = value!({"body": "<html><body>log in</body></html>", "content_type": "text/html"});
    for (fault, kind, calls, why) in [
        (value!({"pad": 10 << 20}), "invalid-request", 1, "is larger than 1 MiB"),
        (html, "invalid-request", 1, "has no `AssumeRoleResult`"),
        (value!({"body": "no"}), "invalid-request", 1, "is not XML"),
        (value!({"body": ""}), "invalid-request", 1, "is not XML"),
        (
            value!({"body": "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"}),
            "invalid-request",
            1,
            "is not XML",
        ),
        (
            value!({"body": "<html/>", "status": 302}),
            "network",
            1,
            "answered with status 302, but not as AWS does",
        ),
        (
            value!({"body": "<html/>", "status": 407}),
            "network",
            1,
            "answered with status 407, but not as AWS does",
        ),
        (
            value!({"status": 307, "headers": {"Location": "https://example.com/"}}),
            "invalid-request",
            1,
            "rejects",
        ),
        (
            value!({"cut": "request"}),
            "network",
            3,
            "did not answer (the connection was closed)",
        ),
        (value!({"cut": "reset"}), "network", 3, "did not answer"),
        (value!({"cut": "headers"}), "network", 3, "did not answer"),
        (value!({"cut": "body"}), "network", 3, "did not answer"),
    ] {
        aws.scenario(&value!({"faults": [fault]}));
        let before = aws.requests().len();
        let output = sandbox.awsenv(["whoami", "one", "--json"]).output();
        let message = error(&output, kind);
        assert!(
            message.contains("/.aws/config:6: cannot assume the role `") && message.contains(why),
            "{fault}: {message}"
        );
        assert_eq!(aws.requests().len() - before, calls, "{fault}");
        assert!(
            aws.issued()
                .iter()
                .all(|session| !output.all().contains(&session.secret_access_key))
        );
    }
    aws.scenario(&value!({"refuse": true}));
    error(&sandbox.awsenv(["whoami", "one", "--json"]).output(), "network");
    // Nothing of that was kept.
    aws.scenario(&value!({}));
    let before = aws.count("AssumeRole");
    clean(&sandbox.awsenv(["credential-process", "one"]).output());
    assert_eq!(aws.count("AssumeRole"), before + 1);
}

#[test]
fn what_passes_is_tried_again() {
    let Some((aws, sandbox)) = start() else { return };
    for (fault, calls) in [
        (value!({"status": 503, "times": 2}), 3),
        (value!({"status": 400, "times": 1}), 2),
        (value!({"cut": "request", "times": 2}), 3),
    ] {
        sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
        aws.scenario(&value!({"faults": [fault]}));
        let before = aws.requests().len();
        clean(&sandbox.awsenv(["credential-process", "one"]).output());
        assert_eq!(aws.requests().len() - before, calls, "{fault}");
    }
    sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
    aws.scenario(&value!({"faults": [{"status": 503}]}));
    for tries in [1, 5] {
        let before = aws.requests().len();
        let run = sandbox.awsenv(["credential-process", "one"]);
        assert_eq!(run.env("AWS_MAX_ATTEMPTS", tries.to_string()).output().status, 1);
        assert_eq!(aws.requests().len() - before, tries);
    }
}

#[test]
fn a_slow_answer_is_awaited_and_the_user_knows_for_what() {
    let Some((aws, sandbox)) = start() else { return };
    aws.scenario(&value!({"faults": [{"slow": 1.5, "times": 1}]}));
    let start = Instant::now();
    let output = sandbox.awsenv(["credential-process", "one"]).output();
    output.success();
    assert!(start.elapsed() >= Duration::from_millis(1_500));
    assert_eq!(
        output.err(),
        "awsenv: waiting for 127.0.0.1 (press Ctrl-C to give up)\n"
    );
    assert_eq!(aws.requests().len(), 1);
}

#[test]
fn the_way_there_is_named() {
    let Some((aws, sandbox)) = start() else { return };
    let whoami = || sandbox.awsenv(["whoami", "one", "--json"]);
    let at = |run: Run, url: &str| run.env("AWS_ENDPOINT_URL_STS", url);
    let cases = [
        (
            at(whoami(), "http://127.0.0.1:1"),
            "`127.0.0.1:1` cannot be reached (Connection refused",
        ),
        (
            at(whoami(), "https://no.such.host.invalid"),
            "the host `no.such.host.invalid` cannot be found",
        ),
        (
            at(whoami(), "https://sts.example.com").env("HTTPS_PROXY", "http://me:hunter2@127.0.0.1:1"),
            "`sts.example.com` cannot be reached through the proxy `http://127.0.0.1:1` (Connection refused",
        ),
        (
            at(whoami(), "http://sts.example.com").env("http_proxy", "http://me:hunter2@no.such.host.invalid:1"),
            "the proxy `http://no.such.host.invalid:1` cannot be found",
        ),
    ];
    for (run, why) in cases {
        let output = run.output();
        let message = error(&output, "network");
        assert!(message.contains(why), "{message}");
        assert!(!output.all().contains("hunter2"), "{}", output.all());
    }
    let socks = at(whoami(), "https://sts.example.com").env("HTTPS_PROXY", "socks5://me:hunter2@127.0.0.1:1");
    let output = socks.output();
    let refused = &json(&output)["error"];
    assert_eq!(refused["kind"], "invalid-config");
    let message = refused["message"].as_str().expect("a message");
    assert!(
        message.starts_with("HTTPS_PROXY ") && message.contains("SOCKS"),
        "{message}"
    );
    assert!(!output.all().contains("hunter2"), "{}", output.all());
    assert!(aws.requests().is_empty());
}

#[test]
fn a_setting_that_no_call_can_follow_is_shown_where_it_is() {
    let Some((aws, mut sandbox)) = start() else { return };
    sandbox.unset("AWS_ENDPOINT_URL_STS");
    for line in [
        "endpoint_url = ftp://x",
        "endpoint_url = http://",
        "max_attempts = five",
        "services = none",
    ] {
        let config = crate::support::aws::CONFIG.replace("[profile one]\n", &format!("[profile one]\n{line}\n"));
        sandbox.write(".aws/config", config);
        for words in [
            &["whoami", "one", "--json"][..],
            &["use", "one", "--keys", "--shell", "posix"],
        ] {
            let output = sandbox.awsenv(words).output();
            assert!(output.err().contains("~/.aws/config:6"), "{line}: {}", output.all());
            assert_eq!(output.status, 1, "{line}");
        }
        error(&sandbox.awsenv(["whoami", "one", "--json"]).output(), "invalid-config");
        // By name, nothing is called.
        sandbox.awsenv(["use", "one", "--shell", "posix"]).output().success();
    }
    assert!(aws.requests().is_empty());
}

#[test]
fn a_wrong_clock_is_corrected_and_said_once() {
    let Some((aws, sandbox)) = start() else { return };
    for (seconds, way) in [(3_600, "slow"), (-3_600, "fast")] {
        sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
        aws.scenario(&value!({"clock": seconds}));
        let output = sandbox.awsenv(["whoami", "two", "--json"]).output();
        assert_eq!(
            json(&output)["arn"],
            "arn:aws:sts::123456789012:assumed-role/Two/session-two"
        );
        let warning = format!("awsenv: warning: the clock of this machine is 60 min {way}, by AWS's time\n");
        assert_eq!(said(&output), warning);
        // The keys last as long as they do, whatever the clock says.
        let before = aws.count("AssumeRole");
        let script = super::sh(&sandbox, "use two --keys -q && awsenv prompt --format '{remaining}'");
        let minutes = script.success().trim_end();
        assert!(["59m", "60m", "1h"].contains(&minutes), "{minutes}");
        assert_eq!(aws.count("AssumeRole"), before);
    }
    // Only the date differs: AWS takes the requests as they are.
    sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
    aws.scenario(&value!({"date": 3_600}));
    let before = aws.requests().len();
    let output = sandbox.awsenv(["whoami", "one"]).output();
    assert!(output.err().contains("is 60 min slow"), "{}", output.all());
    assert_eq!(aws.requests().len(), before + 2);
    // A few minutes are no matter.
    aws.scenario(&value!({"clock": 200}));
    clean(&sandbox.awsenv(["whoami", "one"]).output());
}
