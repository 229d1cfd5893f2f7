//! Requests and answers as they should be.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use super::*;
use crate::credentials::Timestamp;

#[test]
fn a_request_has_its_own_headers_and_no_others() {
    let server = Server::says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let (address, url) = (server.address.clone(), server.url() + "a/b?c=d");
    let answer = directly(&url).expect("an answer");
    assert_eq!((answer.status, body(&answer)), (200, "ok"));
    assert_eq!((answer.date, answer.retry_after), (None, None));
    let request = server.request();
    assert!(request.starts_with("POST /a/b?c=d HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\nAction=A&Version=1"), "{request}");
    let agent = format!("awsenv/{}", env!("CARGO_PKG_VERSION"));
    let expected = [
        ("content-length", "18"),
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("host", &*address),
        ("user-agent", &*agent),
    ];
    assert_eq!(headers(&request), expected);
}

#[test]
fn a_host_that_was_signed_is_sent_as_it_was_signed() {
    let server = Server::says("HTTP/1.1 204 No Content\r\n\r\n");
    let mut request = post(&server.url());
    request
        .headers
        .push(("host", Secret::new("sts.eu-west-1.amazonaws.com".to_owned())));
    let client = Client::new(&|_| {});
    client.send(&request, &Transport::default(), LONG).expect("an answer");
    assert!(headers(&server.request()).contains(&("host", "sts.eu-west-1.amazonaws.com")));
}

#[test]
fn a_get_has_no_body() {
    let server = Server::says("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let request = Request {
        method: Method::Get,
        headers: vec![("accept", Secret::new("application/json".to_owned()))],
        body: Secret::default(),
        ..post(&server.url())
    };
    Client::new(&|_| {})
        .send(&request, &Transport::default(), LONG)
        .expect("an answer");
    let request = server.request();
    assert!(
        request.starts_with("GET / HTTP/1.1\r\n") && request.ends_with("\r\n\r\n"),
        "{request}"
    );
    let names: Vec<_> = headers(&request).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["accept", "host", "user-agent"]);
}

#[test]
fn an_answer_is_read_in_every_framing() {
    for (text, status, expected) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"),
        ("HTTP/1.1 200 OK\r\n\r\nhello", 200, "hello"),
        ("HTTP/1.0 200 OK\r\n\r\nhello", 200, "hello"),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
            200,
            "hello",
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na",
            200,
            "a",
        ),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
        (
            "HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\n<html>",
            403,
            "<html>",
        ),
        ("HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\n\r\n", 503, ""),
        ("HTTP/1.1 429 Whatever\r\ncontent-length: 0\r\n\r\n", 429, ""),
    ] {
        let answer = directly(&Server::says(text).url()).expect(text);
        assert_eq!((answer.status, body(&answer)), (status, expected), "{text}");
    }
}

#[test]
fn a_redirect_is_an_answer() {
    for status in [301, 302, 303, 307, 308] {
        let head = format!("HTTP/1.1 {status} Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 4\r\n\r\nhere");
        let answer = directly(&Server::says(head).url()).expect("an answer");
        assert_eq!((answer.status, body(&answer)), (status, "here"));
    }
}

#[test]
fn the_date_and_a_wish_to_wait_are_read() {
    let head = |lines: &str| format!("HTTP/1.1 503 No\r\ncontent-length: 0\r\n{lines}\r\n");
    let asks = |lines: &str| directly(&Server::says(head(lines)).url()).expect("an answer");
    let answer = asks("Date: Sat, 21 Nov 2026 02:37:07 GMT\r\nx-amz-retry-after: 1500\r\n");
    assert_eq!(answer.date, Some(Timestamp(1_795_228_627)));
    assert_eq!(answer.retry_after, Some(Duration::from_millis(1500)));
    let answer = asks("Date: today\r\nx-amz-retry-after: -1\r\n");
    assert_eq!((answer.date, answer.retry_after), (None, None));
}

#[test]
fn a_connection_that_stays_open_is_not_waited_for() {
    let server = Server::new(|stream| {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            .expect("an answer");
        let mut rest = Vec::new();
        // Until the client closes it.
        let _ = stream.read_to_end(&mut rest);
        assert!(rest.is_empty());
    });
    assert_eq!(body(&directly(&server.url()).expect("an answer")), "ok");
    server.request();
}

#[test]
fn the_user_is_told_once_who_is_waited_for() {
    let said = std::sync::Mutex::new(Vec::new());
    let say = |text: &str| said.lock().unwrap().push(text.to_owned());
    let client = Client::new(&say);
    for _ in 0..2 {
        let server = Server::new(|stream| {
            thread::sleep(Duration::from_millis(1500));
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
        });
        client
            .send(&post(&server.url()), &Transport::default(), LONG)
            .expect("an answer");
    }
    assert_eq!(
        *said.lock().unwrap(),
        ["waiting for 127.0.0.1 (press Ctrl-C to give up)"]
    );
}
