//! Requests that go through a proxy.

use std::io::Write as _;

use super::*;
use crate::aws::Stage;

fn by(proxy: &str) -> Transport {
    Transport {
        ca_bundle: None,
        proxy: Some(Secret::new(proxy.to_owned())),
    }
}

/// The host of the URLs is never looked up: it has no address.
#[test]
fn a_plain_request_is_handed_to_the_proxy() {
    let proxy = Server::says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let transport = by(&format!("http://me:p%40ss@{}", proxy.address));
    let answer = send("http://sts.invalid:8080/a?b=c", &transport, LONG).expect("an answer");
    assert_eq!((answer.status, body(&answer)), (200, "ok"));
    let request = proxy.request();
    assert!(
        request.starts_with("POST http://sts.invalid:8080/a?b=c HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.ends_with("\r\n\r\nAction=A&Version=1"), "{request}");
    let headers = headers(&request);
    assert!(headers.contains(&("host", "sts.invalid:8080")), "{request}");
    // me:p@ss
    assert!(
        headers.contains(&("proxy-authorization", "Basic bWU6cEBzcw==")),
        "{request}"
    );
}

#[test]
fn a_proxy_without_a_scheme_or_user_is_one_of_http() {
    let proxy = Server::says("HTTP/1.1 407 No\r\ncontent-length: 0\r\n\r\n");
    let answer = send("http://sts.invalid/", &by(&proxy.address), LONG).expect("an answer");
    assert_eq!(answer.status, 407);
    let request = proxy.request();
    assert!(
        request.starts_with("POST http://sts.invalid/ HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(!request.contains("proxy-authorization"), "{request}");
}

#[test]
fn a_large_request_is_handed_on_whole() {
    let proxy = Server::says("HTTP/1.1 204 No Content\r\n\r\n");
    let mut request = post("http://sts.invalid/");
    request.body = Secret::new("a".repeat(300_000));
    request
        .headers
        .push(("x-amz-security-token", Secret::new("t".repeat(16_000))));
    Client::new(&|_| {})
        .send(&request, &by(&proxy.address), LONG)
        .expect("an answer");
    let request = proxy.request();
    assert_eq!(request.matches("http://sts.invalid").count(), 1);
    assert!(request.ends_with(&"a".repeat(300_000)) && request.contains(&"t".repeat(16_000)));
}

#[test]
fn a_tunnel_is_asked_for_with_the_password() {
    let proxy = Server::says("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    let transport = by(&format!("http://me:hidden@{}/", proxy.address));
    let fault = send("https://sts.invalid/", &transport, LONG).expect_err("no tunnel");
    let why = "the proxy wants another user or password (status 407)".to_owned();
    assert_eq!(fault, Fault::Broken(Stage::Connect, why));
    let request = proxy.request();
    assert!(request.starts_with("CONNECT sts.invalid:443 HTTP/1.1\r\n"), "{request}");
    let lower = request.to_ascii_lowercase();
    assert!(
        lower.contains("proxy-authorization: basic bwu6aglkzgvu\r\n"),
        "{request}"
    );
    assert!(lower.contains("\r\nuser-agent: awsenv/"), "{request}");
    assert!(!request.contains("Action"), "{request}");
}

#[test]
fn a_proxy_that_makes_no_tunnel_never_had_the_request() {
    let broken = |why: &str| Some(Fault::Broken(Stage::Connect, why.to_owned()));
    for (says, expected) in [
        (
            "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n",
            broken("the proxy refused to connect to the host (status 503)"),
        ),
        ("", broken("the proxy did not answer")),
    ] {
        let proxy = Server::says(says);
        let fault = send("https://sts.invalid/", &by(&proxy.address), LONG).err();
        assert_eq!(fault, expected);
    }
    let (done, over) = std::sync::mpsc::channel::<()>();
    let silent = Server::new(move |_| {
        let _ = over.recv();
    });
    let fault = send("https://sts.invalid/", &by(&silent.address), SHORT);
    assert_eq!(fault.err(), Some(Fault::Late(Stage::Connect)));
    drop(done);
}

/// Nobody listens on the first port.
#[test]
fn a_proxy_that_is_not_there_is_no_server_that_broke_off() {
    for url in ["http://sts.invalid/", "https://sts.invalid/"] {
        let fault = send(url, &by("http://me:hidden@127.0.0.1:1"), LONG).expect_err("no proxy");
        assert!(
            matches!(&fault, Fault::Broken(Stage::Connect, why) if why.contains("refused")),
            "{fault:?}"
        );
        assert!(!format!("{fault:?}").contains("hidden"));
    }
}

#[test]
fn a_proxy_that_cannot_be_one_is_not_shown() {
    for url in [
        "http://",
        "socks5://me:hidden@127.0.0.1:1",
        "ftp://me:hidden@host",
        "http://me:hidden@ho st",
    ] {
        for target in ["http://sts.invalid/", "https://sts.invalid/"] {
            match send(target, &by(url), LONG) {
                Err(Fault::Setting(why)) => assert!(!why.contains("hidden") && why.contains("proxy"), "{why}"),
                other => panic!("{url}: {other:?}"),
            }
        }
    }
    assert!(!format!("{:?}", by("http://me:hidden@host")).contains("hidden"));
}

#[test]
fn a_tunnel_is_used_by_the_request() {
    let proxy = Server::new(|stream| {
        stream
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .expect("a tunnel");
        // What TLS begins with, and then no TLS.
        let mut first = [0];
        stream.read_exact(&mut first).expect("a handshake");
        assert_eq!(first, [0x16]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let fault = send("https://sts.invalid/", &by(&proxy.address), LONG).expect_err("no TLS");
    assert!(
        matches!(&fault, Fault::Tls(why) if why.starts_with("it does not speak TLS")),
        "{fault:?}"
    );
    proxy.request();
}
