//! A sign-in by a real browser.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::Aws;
use crate::support::sso::{Browser, read, shown, token_path};

#[test]
fn a_real_browser_brings_a_code_and_shows_that_it_may_be_closed() {
    let Some(aws) = Aws::start() else { return };
    aws.scenario(&json!({"sso": {"authorize": "script"}}));
    let mut sandbox = aws.sso_sandbox();
    if Browser::real(&mut sandbox).is_none() {
        return;
    }
    let output = sandbox.awsenv(["login", "corp"]).output();
    output.success();
    assert!(read(&sandbox, &token_path("corp")).is_some());
    sandbox.awsenv(["credential-process", "sso-admin"]).output().success();
    let start = Instant::now();
    let page = loop {
        if let Some(page) = shown(&sandbox) {
            break page;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "the browser does not end");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(
        page.contains("You can close this page. awsenv goes on in the terminal."),
        "{page}"
    );
}
