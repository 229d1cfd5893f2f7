//! What arrives while a sign-in waits: requests that are not the browser's, slow ones, and a page that says no.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::sso::{Browser, REGION, START_URL, changed, opened, read, registration_path, token_path, write};
use crate::support::{Aws, Sandbox};

/// A sign-in that waits for a browser, and the page that it has opened.
fn waiting(aws: &Aws) -> Option<(Sandbox, Child, String)> {
    let mut sandbox = aws.sso_sandbox();
    Browser::Never.set(&mut sandbox)?;
    let mut command = sandbox.awsenv(["-v", "login", "corp"]).command();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().expect("awsenv");
    let start = Instant::now();
    while opened(&sandbox).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(30), "no page was opened");
        std::thread::sleep(Duration::from_millis(10));
    }
    let page = opened(&sandbox).remove(0);
    Some((sandbox, child, page))
}

/// A parameter of the page, as it is in the query.
fn parameter<'p>(page: &'p str, name: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("{name}=")).expect("a parameter");
    rest.split('&').next().unwrap_or_default()
}

fn port(page: &str) -> u16 {
    let (_, rest) = page.split_once("127.0.0.1%3A").expect("a port");
    rest.split('%')
        .next()
        .and_then(|port| port.parse().ok())
        .expect("a port")
}

fn connect(port: u16) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the port of a sign-in")
}

/// The status of the answer to a request; `None` if there is none.
fn asked(port: u16, request: &str) -> Option<u16> {
    let mut stream = connect(port);
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(!answer.contains("c0de"), "{answer}");
    answer.split(' ').nth(1)?.parse().ok()
}

fn callback(port: u16, query: &str) -> String {
    format!("GET /oauth/callback?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n")
}

#[test]
fn what_is_not_the_browser_ends_no_waiting() {
    let Some(aws) = Aws::start() else { return };
    let Some((mut sandbox, mut child, page)) = waiting(&aws) else {
        return;
    };
    let (port, state) = (port(&page), parameter(&page, "state"));
    // They say nothing, or half of something.
    let mut slow: Vec<TcpStream> = (0..20).map(|_| connect(port)).collect();
    for stream in &mut slow[10..] {
        stream.write_all(b"GET /oauth/callback?code=c0de").expect("a stream");
    }
    let right = callback(port, &format!("code=c0de&state={state}"));
    for (request, status) in [
        (right.replace("GET", "POST"), 405),
        (right.replace("/oauth/callback", "/"), 404),
        (right.replace("/oauth/callback", "/favicon.ico"), 404),
        (right.replace("Host: 127.0.0.1", "Host: localhost"), 400),
        (right.replace("Host: 127.0.0.1", "Host: evil.example"), 400),
        (right.replace(state, "another"), 400),
        (right.replace("code=c0de&", ""), 400),
        (right.replace("&state=", "&code=c0de&state="), 400),
        (callback(port, "code=c0de"), 400),
        (callback(port, "error=access_denied&state=another"), 400),
        (callback(port, ""), 400),
        ("\u{16}\u{3}\u{1}\r\n\r\n".to_owned(), 400),
    ] {
        assert_eq!(asked(port, &request), Some(status), "{request}");
    }
    let long = callback(port, &format!("code={}&state={state}", "x".repeat(100_000)));
    assert!([None, Some(431)].contains(&asked(port, &long)));
    assert!(child.try_wait().expect("a child").is_none(), "it has ended");
    assert_eq!(aws.count("CreateToken"), 0);

    // And then the person comes.
    let browser = Browser::Allow.set(&mut sandbox).expect("as before");
    sandbox.program(browser).args([&page]).output().success();
    let output = child.wait_with_output().expect("an end");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && output.stdout.is_empty(), "{err}");
    assert!(!err.contains("c0de"), "{err}");
    assert!(read(&sandbox, &token_path("corp")).is_some());
    drop(slow);
}

#[test]
fn a_page_that_says_no_ends_it_in_its_words() {
    for (query, why) in [
        ("error=access_denied&error_description=", "denied in the browser"),
        (
            "error=server_error&error_description=try%20later%1b%5b31m",
            "answers `server_error`",
        ),
    ] {
        let Some(aws) = Aws::start() else { return };
        let Some((sandbox, child, page)) = waiting(&aws) else {
            return;
        };
        let (port, state) = (port(&page), parameter(&page, "state"));
        assert_eq!(
            asked(port, &callback(port, &format!("{query}&state={state}"))),
            Some(200)
        );
        let output = child.wait_with_output().expect("an end");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        assert!(err.contains(why) && !err.contains('\u{1b}'), "{err}");
        assert!(!why.contains("server_error") || err.contains("try later"), "{err}");
        assert_eq!(aws.count("CreateToken"), 0);
        assert_eq!(read(&sandbox, &token_path("corp")), None);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }
}

const DEVICE: [&str; 4] = ["login", "corp", "--device", "--no-browser"];

#[test]
fn a_device_is_asked_for_slower_and_not_for_ever() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    aws.scenario(&json!({"faults": [{"when": {"Action": "CreateToken"}, "times": 1, "status": 400, "code": "SlowDownException"}]}));
    sandbox.awsenv(DEVICE).output().success();
    let polls: Vec<f64> = aws
        .requests()
        .into_iter()
        .filter(|seen| seen.action.as_deref() == Some("CreateToken"))
        .map(|seen| seen.at)
        .collect();
    assert!(polls.windows(2).all(|pair| pair[1] - pair[0] >= 5.9), "{polls:?}");
    let kept = read(&sandbox, &token_path("corp")).expect("a token");

    aws.scenario(&json!({"sso": {"approve": null, "expires_in": 3}}));
    let output = sandbox.awsenv(DEVICE.iter().chain(&["--force"])).output();
    assert_eq!((output.status, output.out()), (1, ""));
    assert!(output.err().contains("the time to sign in is over"), "{}", output.all());
    assert_eq!(read(&sandbox, &token_path("corp")), Some(kept));
}

#[test]
fn a_registration_that_aws_has_forgotten_is_replaced_once() {
    let Some(aws) = Aws::with(changed(|corp| corp["approve"] = json!(1))) else {
        return;
    };
    let sandbox = aws.sso_sandbox();
    let path = registration_path(START_URL, Some("corp"), Some(&["sso:account:access"]));
    let forgotten = json!({"clientId": "forgotten", "clientSecret": "gone", "expiresAt": "2099-01-01T00:00:00Z"});
    write(&sandbox, &path, &forgotten);
    sandbox.awsenv(DEVICE).output().success();
    let actions: Vec<_> = aws.requests().into_iter().filter_map(|seen| seen.action).collect();
    let begin = ["StartDeviceAuthorization", "RegisterClient"];
    assert_eq!(
        actions,
        [&begin[..], &["StartDeviceAuthorization", "CreateToken"]].concat()
    );
    let token = read(&sandbox, &token_path("corp")).expect("a token");
    assert_eq!(
        read(&sandbox, &path).expect("a registration")["clientId"],
        token["clientId"]
    );

    // A new one that is refused is an error.
    write(&sandbox, &path, &forgotten);
    aws.scenario(&json!({"faults": [{"when": {"Action": "StartDeviceAuthorization"}, "status": 401, "code": "InvalidClientException"}]}));
    let before = aws.count("RegisterClient");
    let output = sandbox.awsenv(DEVICE.iter().chain(&["--force"])).output();
    assert_eq!(
        (output.status, aws.count("RegisterClient")),
        (1, before + 1),
        "{}",
        output.all()
    );
    assert_eq!(read(&sandbox, &token_path("corp")), Some(token));
}

#[test]
fn without_a_network_nothing_is_opened_or_written() {
    let Some(aws) = Aws::start() else { return };
    let mut sandbox = aws.sso_sandbox();
    if Browser::Allow.set(&mut sandbox).is_none() {
        return;
    }
    sandbox.set("AWS_ENDPOINT_URL_SSO_OIDC", "http://127.0.0.1:1");
    for words in [&["login", "corp"][..], &DEVICE] {
        let output = sandbox.awsenv(words).output();
        assert_eq!((output.status, output.out()), (1, ""));
        let why = "cannot sign in to `corp`";
        assert!(
            output.err().contains(why) && output.err().contains("`127.0.0.1:1` cannot be reached"),
            "{REGION}: {}",
            output.all()
        );
    }
    assert!(opened(&sandbox).is_empty());
    assert_eq!(read(&sandbox, &token_path("corp")), None);
}
