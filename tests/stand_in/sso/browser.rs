//! The browsers that tests use.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::support::sso::{Browser, CONFIG, answered, opened, shown};
use crate::support::{Aws, Sandbox};

const STATE: &str = "5362b912-2b14-43ea-ac35-44022b578e25";

/// The requests for the callback while BROWSER opens the page of a sign-in. All but the last of `count` are refused.
fn arrived(aws: &Aws, sandbox: &Sandbox, count: usize) -> Vec<String> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = listener.local_addr().expect("an address").port();
    let url = format!(
        "{}/authorize?response_type=code&client_id=corp-client&redirect_uri=http%3A%2F%2F127.0.0.1%3A{port}%2Foauth%2Fcallback\
         &state={STATE}&code_challenge_method=S256&scopes=sso%3Aaccount%3Aaccess\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        aws.endpoint()
    );
    let ended = AtomicBool::new(false);
    let seen = Mutex::new(Vec::new());
    listener.set_nonblocking(true).expect("a listener");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ended.load(Ordering::Relaxed) {
                match listener.accept() {
                    // A browser opens connections that it may not use.
                    Ok((stream, _)) => drop(scope.spawn(|| answer(stream, &seen, count))),
                    Err(_) => std::thread::sleep(Duration::from_millis(5)),
                }
            }
        });
        let output = sandbox.program(sandbox.root().join("browser")).args([&url]).output();
        ended.store(true, Ordering::Relaxed);
        output.success();
    });
    seen.into_inner().expect("no panic")
}

fn answer(mut stream: TcpStream, seen: &Mutex<Vec<String>>, count: usize) {
    stream.set_nonblocking(false).expect("a stream");
    stream
        .set_read_timeout(Some(Duration::from_secs(2)))
        .expect("a time limit");
    let (mut bytes, mut chunk) = (Vec::new(), [0; 4096]);
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut chunk) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&chunk[..read]),
            _ => return,
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().next().unwrap_or_default();
    let status = if line.starts_with("GET /oauth/callback?") {
        let mut seen = seen.lock().expect("no panic");
        seen.push(line.to_owned());
        if seen.len() < count {
            "400 Bad Request"
        } else {
            "200 OK"
        }
    } else {
        "404 Not Found"
    };
    let answer =
        format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK");
    stream.write_all(answer.as_bytes()).expect("an answer");
}

fn start() -> Option<(Aws, Sandbox)> {
    let aws = Aws::start()?;
    Some((aws, Sandbox::with_config(CONFIG)))
}

#[test]
fn each_browser_does_what_its_user_does() {
    let Some((aws, mut sandbox)) = start() else { return };
    for authorize in ["allow", "page"] {
        aws.scenario(&json!({"sso": {"authorize": authorize}}));
        let (code, error, state) = ("code=", "error=access_denied", STATE);
        for (browser, expected) in [
            (Browser::Allow, &[[true, false, true]] as &[_]),
            (Browser::Deny, &[[false, true, true]]),
            (Browser::WrongState, &[[true, false, false]]),
            (Browser::WrongStateFirst, &[[true, false, false], [true, false, true]]),
            (Browser::Never, &[]),
        ] {
            browser.set(&mut sandbox).expect("Python");
            let lines = arrived(&aws, &sandbox, expected.len());
            let found: Vec<_> = lines
                .iter()
                .map(|line| [code, error, state].map(|part| line.contains(part)))
                .collect();
            assert_eq!(found, expected, "{browser:?} {lines:?}");
            assert!(
                opened(&sandbox)
                    .last()
                    .is_some_and(|url| url.starts_with(aws.endpoint()))
            );
        }
    }
    let answers = answered(&sandbox);
    let statuses: Vec<_> = answers.iter().map(|answer| answer["status"].as_u64()).collect();
    assert_eq!(statuses[..5], [200, 200, 200, 400, 200].map(Some));
    assert_eq!(
        (&answers[0]["body"], &answers[0]["headers"]["content-type"]),
        (&json!("OK"), &json!("text/html"))
    );
    assert_eq!(opened(&sandbox).len(), 10);
}

#[test]
fn a_real_browser_clicks_and_follows() {
    let Some((aws, mut sandbox)) = start() else { return };
    aws.scenario(&json!({"sso": {"authorize": "script"}}));
    if Browser::real(&mut sandbox).is_none() {
        return;
    }
    let lines = arrived(&aws, &sandbox, 1);
    assert!(
        lines.len() == 1 && lines[0].contains("code=") && lines[0].contains(STATE),
        "{lines:?}"
    );
    assert!(shown(&sandbox).is_some_and(|page| page.contains("OK")));
}
