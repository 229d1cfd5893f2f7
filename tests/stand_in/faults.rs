//! What goes wrong when a test asks for it.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::ask;
use crate::support::Aws;

/// The status without a fault, because nobody has signed.
const UNSIGNED: u16 = 403;

#[test]
fn a_fault_counts_the_requests_that_it_fits() {
    let Some(aws) = Aws::start() else {
        return;
    };
    let fault = json!({"when": {"Action": "AssumeRole"}, "skip": 1, "times": 2, "status": 503, "headers": {"x-amz-retry-after": "1500"}});
    aws.scenario(
        &json!({"faults": [fault, {"when": {"Action": "GetSessionToken"}, "status": 400, "message": "slow down"}]}),
    );
    let statuses = [
        "AssumeRole",
        "GetCallerIdentity",
        "AssumeRole",
        "AssumeRole",
        "AssumeRole",
    ]
    .map(|action| status(&call(&aws, action)));
    assert_eq!(statuses, [UNSIGNED, UNSIGNED, 503, 503, UNSIGNED]);
    aws.scenario(&json!({"faults": [fault]}));
    call(&aws, "AssumeRole");
    let answer = call(&aws, "AssumeRole");
    assert!(answer.contains("\r\nx-amz-retry-after: 1500\r\n"), "{answer}");
    assert!(
        answer.contains("<Type>Receiver</Type>") && answer.contains("<Code>ServiceUnavailable</Code>"),
        "{answer}"
    );

    aws.scenario(&json!({"faults": [{"status": 400, "message": "slow <down>"}]}));
    let answer = call(&aws, "GetSessionToken");
    assert!(
        answer.contains("<Code>Throttling</Code>") && answer.contains("<Message>slow &lt;down&gt;</Message>"),
        "{answer}"
    );
    aws.scenario(&json!({"faults": [{"status": 307, "headers": {"Location": "https://example.com/"}}]}));
    assert!(call(&aws, "AssumeRole").contains("\r\nLocation: https://example.com/\r\n"));
    aws.scenario(&json!({}));
    assert_eq!(status(&call(&aws, "AssumeRole")), UNSIGNED);
    let faults: Vec<_> = aws.requests().into_iter().map(|seen| seen.fault).collect();
    let status = || Some("status".to_owned());
    let wanted = [
        None,
        None,
        status(),
        status(),
        None,
        None,
        status(),
        status(),
        status(),
        None,
    ];
    assert_eq!(faults, wanted);
}

#[test]
fn a_slow_answer_is_logged_before_it_comes() {
    let Some(aws) = Aws::start() else {
        return;
    };
    aws.scenario(&json!({"faults": [{"slow": 0.6}]}));
    let start = Instant::now();
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| call(&aws, "AssumeRole"));
        aws.wait_for("AssumeRole", 1);
        assert!(!asking.is_finished());
        // Others are not held up.
        aws.scenario(&json!({}));
        assert_eq!(status(&call(&aws, "GetCallerIdentity")), UNSIGNED);
        assert!(!asking.is_finished());
        assert_eq!(status(&asking.join().expect("an answer")), UNSIGNED);
    });
    assert!(start.elapsed() >= Duration::from_millis(600));
}

#[test]
fn an_answer_is_cut_where_it_should_be() {
    let Some(aws) = Aws::start() else {
        return;
    };
    let cut = |place: &str| {
        aws.scenario(&json!({"faults": [{"cut": place}]}));
        raw(&aws, "AssumeRole")
    };
    assert_eq!(cut("request").expect("an end"), b"");
    assert_eq!(cut("reset").expect_err("no end").kind(), ErrorKind::ConnectionReset);
    let head = String::from_utf8(cut("headers").expect("an end")).expect("text");
    assert!(head.ends_with("\r\n\r\n") && length(&head) > 0, "{head}");
    let half = String::from_utf8(cut("body").expect("an end")).expect("text");
    let (head, body) = half.split_once("\r\n\r\n").expect("a head");
    assert!(!body.is_empty() && body.len() < length(head), "{half}");

    aws.scenario(&json!({"refuse": true}));
    // The connection may be gone before the request is written.
    let refused = raw(&aws, "AssumeRole");
    assert!(refused.is_err() || refused.is_ok_and(|bytes| bytes.is_empty()));
    let last = aws.requests().pop().expect("requests");
    assert_eq!((last.fault.as_deref(), last.method.as_str()), (Some("refuse"), ""));
}

#[test]
fn an_answer_is_large_or_is_something_else() {
    let Some(aws) = Aws::start() else {
        return;
    };
    aws.scenario(&json!({"faults": [{"pad": 10 << 20}]}));
    let answer = call(&aws, "AssumeRole");
    assert!(answer.len() > 10 << 20 && length(&answer) > 10 << 20);
    assert!(answer.trim_end().ends_with("</ErrorResponse>"));

    aws.scenario(&json!({"faults": [{"body": "<html>no", "content_type": "text/html"}]}));
    let answer = call(&aws, "AssumeRole");
    assert!(
        answer.contains("\r\nContent-Type: text/html\r\n") && answer.ends_with("\r\n\r\n<html>no"),
        "{answer}"
    );
}

#[test]
fn the_clock_of_the_server_is_another() {
    let Some(aws) = Aws::start() else {
        return;
    };
    let (id, secret) = aws.key("base");
    let key = json!({"id": id, "secret": secret});
    let form = json!([
        ["Action", "AssumeRole"],
        ["Version", "2011-06-15"],
        ["RoleArn", super::cases::ONE],
        ["RoleSessionName", "session"]
    ]);
    let identity = json!([["Action", "GetCallerIdentity"], ["Version", "2011-06-15"]]);
    let now = json!({"name": "now", "key": key, "form": form});
    let later = json!({"name": "later", "key": key, "form": form, "at": 3600});
    let used = json!({"name": "used", "key": {"of": "later"}, "form": identity, "at": 3600});
    let asked = |scenario: Value| {
        aws.scenario(&scenario);
        let answers = ask(aws.endpoint(), &json!([now, later, used]))?;
        Some(
            answers
                .into_iter()
                .map(|answer| (answer.code, answer.lifetime))
                .collect::<Vec<_>>(),
        )
    };
    let Some(fast) = asked(json!({"clock": 3600})) else {
        return;
    };
    assert_eq!(fast[0].0.as_deref(), Some("SignatureDoesNotMatch"));
    // The session ends by that clock.
    assert!(matches!(fast[1], (None, Some(7190..=7201))), "{fast:?}");
    assert_eq!(fast[2].0, None);

    let short = asked(json!({"clock": 3600, "lifetime": 60})).expect("answers");
    assert!(matches!(short[1], (None, Some(3650..=3661))), "{short:?}");
    let ended = asked(json!({"clock": 3600, "ended": true})).expect("answers");
    assert_eq!(ended[2].0.as_deref(), Some("ExpiredToken"));

    let date = |scenario: Value| {
        aws.scenario(&scenario);
        let answer = call(&aws, "AssumeRole");
        let date = answer
            .lines()
            .find_map(|line| line.strip_prefix("Date: "))
            .expect("a date")
            .to_owned();
        jiff::fmt::rfc2822::parse(&date)
            .expect("a date")
            .timestamp()
            .as_second()
    };
    let (plain, clock, both) = (
        date(json!({})),
        date(json!({"clock": 3600})),
        date(json!({"clock": 3600, "date": -7200})),
    );
    assert!(
        (3595..=3605).contains(&(clock - plain)) && (-3605..=-3595).contains(&(both - plain)),
        "{plain} {clock} {both}"
    );
}

#[test]
fn the_server_is_gone_with_its_value() {
    let Some(aws) = Aws::start() else {
        return;
    };
    let address = aws.endpoint().trim_start_matches("http://").to_owned();
    TcpStream::connect(&address).expect("a server");
    drop(aws);
    assert_eq!(
        TcpStream::connect(&address).expect_err("no server").kind(),
        ErrorKind::ConnectionRefused
    );
}

/// The answer to a request that nobody has signed.
fn call(aws: &Aws, action: &str) -> String {
    String::from_utf8(raw(aws, action).expect("an answer")).expect("text")
}

fn raw(aws: &Aws, action: &str) -> std::io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(aws.endpoint().trim_start_matches("http://"))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let form = format!("Action={action}");
    let length = form.len();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: stand.in\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n{form}"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

fn status(answer: &str) -> u16 {
    let word = answer.split(' ').nth(1);
    word.and_then(|status| status.parse().ok()).expect("a status")
}

fn length(head: &str) -> usize {
    let line = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    line.and_then(|length| length.parse().ok()).expect("a length")
}
