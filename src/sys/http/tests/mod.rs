//! The client against servers of its own, on loopback.

mod plain;
mod proxy;
mod tls;
mod trouble;

use std::io::{Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Client;
use crate::aws::{Answer, Fault, Method, Request, Transport};
use crate::provider::Http as _;
use crate::secret::Secret;

/// More than any test takes on a machine that is busy.
const LONG: Duration = Duration::from_secs(60);

/// For tests that wait for their end.
const SHORT: Duration = Duration::from_secs(1);

fn post(url: &str) -> Request {
    let form = Secret::new("application/x-www-form-urlencoded; charset=utf-8".to_owned());
    Request {
        method: Method::Post,
        url: url.to_owned(),
        headers: vec![("content-type", form)],
        body: Secret::new("Action=A&Version=1".to_owned()),
    }
}

fn send(url: &str, transport: &Transport, limit: Duration) -> Result<Answer, Fault> {
    Client::new(&|_| {}).send(&post(url), transport, limit)
}

fn directly(url: &str) -> Result<Answer, Fault> {
    send(url, &Transport::default(), LONG)
}

fn body(answer: &Answer) -> &str {
    std::str::from_utf8(answer.body.expose()).expect("text")
}

/// A server for one connection.
struct Server {
    /// Such as `127.0.0.1:40000`.
    address: String,
    thread: JoinHandle<String>,
}

impl Server {
    /// Does this with its connection, after the whole request has come.
    fn new(then: impl FnOnce(&mut TcpStream) + Send + 'static) -> Self {
        Self::raw(move |stream| {
            let request = request(stream);
            then(stream);
            request
        })
    }

    /// Says this and ends.
    fn says(text: impl Into<Vec<u8>>) -> Self {
        let text = text.into();
        Self::new(move |stream| stream.write_all(&text).expect("an answer"))
    }

    /// Does this with its connection.
    fn raw(serve: impl FnOnce(&mut TcpStream) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let run = move || serve(&mut listener.accept().expect("a connection").0);
        Self {
            address,
            thread: thread::spawn(run),
        }
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The request, after the connection has ended.
    fn request(self) -> String {
        self.thread.join().expect("a request")
    }
}

/// Reads a request to the end of its body.
fn request(stream: &mut impl Read) -> String {
    let mut text = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).expect("a request");
        text.extend_from_slice(&part[..read]);
        let so_far = String::from_utf8_lossy(&text);
        let Some((head, body)) = so_far.split_once("\r\n\r\n") else {
            assert!(read > 0, "a request without an end: {so_far}");
            continue;
        };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().expect("a length")) {
            return so_far.into_owned();
        }
    }
}

/// The names and values of its headers, sorted.
fn headers(request: &str) -> Vec<(&str, &str)> {
    let (head, _) = request.split_once("\r\n\r\n").expect("a head");
    let mut headers: Vec<_> = head.lines().skip(1).filter_map(|line| line.split_once(": ")).collect();
    headers.sort_unstable();
    headers
}
