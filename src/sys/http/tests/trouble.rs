//! Servers that are slow, absent, or no HTTP servers.

use std::io::Write as _;
use std::net::SocketAddr;
use std::time::Instant;

use super::super::LONGEST;
use super::*;
use crate::aws::Stage;

fn broken(server: Server) -> (Stage, String) {
    match directly(&server.url()) {
        Err(Fault::Broken(stage, why)) => (stage, why),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_server_that_does_not_answer_in_time_has_the_request() {
    let (done, over) = std::sync::mpsc::channel::<()>();
    let server = Server::new(move |_| {
        let _ = over.recv();
    });
    let start = Instant::now();
    assert_eq!(
        send(&server.url(), &Transport::default(), SHORT).err(),
        Some(Fault::Late(Stage::Sent))
    );
    assert!(start.elapsed() < LONG / 2);
    drop(done);
    server.request();
}

#[test]
fn a_body_that_trickles_in_ends_at_the_limit() {
    let server = Server::new(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
        while stream.write_all(b"a").is_ok() {
            thread::sleep(Duration::from_millis(20));
        }
    });
    assert_eq!(
        send(&server.url(), &Transport::default(), SHORT).err(),
        Some(Fault::Late(Stage::Sent))
    );
    server.request();
}

#[test]
fn an_answer_that_breaks_off_is_none() {
    for text in [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
    ] {
        let (stage, why) = broken(Server::says(text));
        assert_eq!(
            (stage, why.as_str()),
            (Stage::Sent, "the connection was closed"),
            "{text:?}"
        );
    }
}

#[test]
fn what_is_no_http_is_refused() {
    for text in [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n".to_owned(),
        "HTTP/1.1 abc OK\r\n\r\n".to_owned(),
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello".to_owned(),
        format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(2 * LONGEST)),
        format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(1_000)),
    ] {
        let start = text.chars().take(40).collect::<String>();
        let server = Server::new(move |stream| {
            // The client may have hung up before the end.
            let _ = stream.write_all(text.as_bytes());
        });
        assert_eq!(broken(server).0, Stage::Sent, "{start}");
    }
}

#[test]
fn an_answer_has_at_most_1_mib() {
    let sized = |length: usize| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        [head.as_bytes(), &vec![b'a'; length]].concat()
    };
    let answer = directly(&Server::says(sized(LONGEST)).url()).expect("an answer");
    assert_eq!(answer.body.expose().len(), LONGEST);
    let endless = |head: &'static str, part: &'static [u8]| {
        Server::new(move |stream| {
            let _ = stream.write_all(head.as_bytes());
            while stream.write_all(part).is_ok() {}
        })
    };
    for server in [
        endless("HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n", &[b'a'; 4096]),
        endless(
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999\r\n\r\n",
            &[b'a'; 4096],
        ),
        endless("HTTP/1.1 200 OK\r\n\r\n", &[b'a'; 4096]),
        endless(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            b"5\r\nhello\r\n",
        ),
    ] {
        assert_eq!(directly(&server.url()).err(), Some(Fault::TooLarge));
        server.request();
    }
}

#[test]
fn a_host_that_is_not_there_cannot_have_the_request() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let fault = directly(&format!("http://{address}/")).expect_err("nobody there");
    assert!(
        matches!(&fault, Fault::Broken(Stage::Connect, why) if why.contains("refused")),
        "{fault:?}"
    );
    assert!(fault.is_unsent());
    // Too long to be asked for.
    let name = "a".repeat(64);
    let fault = directly(&format!("http://{name}.invalid/")).expect_err("no name");
    assert!(matches!(fault, Fault::Broken(Stage::Resolve, _)), "{fault:?}");
    assert!(fault.is_unsent());
}

/// The system drops connections that nobody accepts, once there are too many of them.
#[cfg(target_os = "linux")]
#[test]
fn a_host_that_does_not_take_the_connection_is_given_up_on() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address: SocketAddr = listener.local_addr().expect("an address");
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        waiting.push(stream);
        assert!(waiting.len() < 100_000, "connections without end");
    }
    let fault = send(&format!("http://{address}/"), &Transport::default(), SHORT);
    assert_eq!(fault.err(), Some(Fault::Late(Stage::Connect)));
}

#[test]
fn a_url_that_is_none_is_a_setting() {
    for url in [
        "",
        "127.0.0.1:80",
        "ftp://127.0.0.1/",
        "http://",
        "http:///a",
        "/a",
        "http://a b/",
    ] {
        assert!(matches!(directly(url), Err(Fault::Setting(_))), "{url}");
    }
    let mut request = post("http://127.0.0.1:1/");
    request
        .headers
        .push(("x-amz-security-token", Secret::new("hidden\nhidden".to_owned())));
    let fault = Client::new(&|_| {}).send(&request, &Transport::default(), LONG);
    let expected = "the value of `x-amz-security-token` cannot be sent".to_owned();
    assert_eq!(fault.err(), Some(Fault::Setting(expected)));
}
