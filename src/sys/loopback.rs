//! A port of this machine to which a browser brings the code of a sign-in.
//!
//! Each connection has a thread, so that one that sends nothing keeps no other waiting. What is not a GET of the callback
//! at this very address is answered here and goes no further.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::aws::oidc::CALLBACK;
use crate::provider::sign_in::{Answer, Listener, Loopback, Visit};
use crate::secret::Secret;

/// Listens on a free port.
#[derive(Clone, Copy, Debug)]
pub struct Ports;

/// In bytes, of a request.
const LONGEST: usize = 8 * 1024;

const MOST_HEADERS: usize = 100;

/// For one request, and for its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections at once: a browser opens a few, and more than these are no browser's.
const MOST: usize = 32;

impl Loopback for Ports {
    fn listen(&self) -> io::Result<Box<dyn Listener + '_>> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = socket.local_addr()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let (calls, called) = mpsc::channel();
        let accept = {
            let is_over = Arc::clone(&is_over);
            move || accept(&socket, address.port(), &is_over, &calls)
        };
        let thread = thread::Builder::new().spawn(accept)?;
        Ok(Box::new(Open {
            address,
            is_over,
            called,
            thread: Some(thread),
        }))
    }
}

/// A port that is listened on until this is dropped.
struct Open {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    called: Receiver<Call>,
    thread: Option<JoinHandle<()>>,
}

/// A connection that waits for its answer.
struct Call {
    query: Secret<String>,
    answer: Sender<Answer>,
    written: Receiver<()>,
}

impl Listener for Open {
    fn port(&self) -> u16 {
        self.address.port()
    }

    fn next(&self, limit: Duration) -> Option<Box<dyn Visit + '_>> {
        let call = self.called.recv_timeout(limit).ok()?;
        Some(Box::new(call))
    }
}

impl Visit for Call {
    fn query(&self) -> &Secret<String> {
        &self.query
    }

    /// Returns when the page is sent, because the process may end after that.
    fn answer(self: Box<Self>, with: Answer) {
        if self.answer.send(with).is_ok() {
            let _ = self.written.recv_timeout(PATIENCE);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread.
        let _ = TcpStream::connect_timeout(&self.address, PATIENCE);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn accept(socket: &TcpListener, port: u16, is_over: &AtomicBool, calls: &Sender<Call>) {
    let open = Arc::new(AtomicUsize::new(0));
    for stream in socket.incoming() {
        if is_over.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else {
            // Out of descriptors, which others may give back.
            thread::sleep(Duration::from_millis(50));
            continue;
        };
        if open.fetch_add(1, Ordering::SeqCst) >= MOST {
            open.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let (calls, left) = (calls.clone(), Arc::clone(&open));
        let serve = move || {
            // A connection that breaks off is a browser's own affair.
            let _ = serve(stream, port, &calls);
            left.fetch_sub(1, Ordering::SeqCst);
        };
        if thread::Builder::new().spawn(serve).is_err() {
            open.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

fn serve(mut stream: TcpStream, port: u16, calls: &Sender<Call>) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let (status, written) = match read(&mut stream, port)? {
        Err(status) => (status, None),
        Ok(query) => {
            let (answer, answers) = mpsc::channel();
            let (done, written) = mpsc::channel();
            let call = Call { query, answer, written };
            match calls.send(call).ok().and_then(|()| answers.recv().ok()) {
                Some(Answer::Taken) => (Status::Taken, Some(done)),
                Some(Answer::Refused) => (Status::Refused, Some(done)),
                Some(Answer::Unknown) => (Status::Bad, Some(done)),
                None => return Ok(()),
            }
        }
    };
    let sent = write(&mut stream, status);
    drop(written);
    sent
}

/// The query of a request that is for us, or how it is refused.
fn read(stream: &mut TcpStream, port: u16) -> io::Result<Result<Secret<String>, Status>> {
    let end = Instant::now() + PATIENCE;
    // One allocation, because growing would leave copies of the code behind.
    let mut bytes = Zeroizing::new(vec![0; LONGEST]);
    let mut length = 0;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        let more = match stream.read(&mut bytes[length..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            more => more?,
        };
        length += more;
        match judge(&bytes[..length], port) {
            Some(judged) => return Ok(judged),
            None if more == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            None if length == bytes.len() => return Ok(Err(Status::TooLong)),
            None => {}
        }
    }
}

/// `None` if the request is not complete.
fn judge(bytes: &[u8], port: u16) -> Option<Result<Secret<String>, Status>> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    match request.parse(bytes) {
        Ok(httparse::Status::Partial) => return None,
        Ok(httparse::Status::Complete(_)) => {}
        Err(_) => return Some(Err(Status::Bad)),
    }
    let (path, query) = request.path.unwrap_or_default().split_once('?').unwrap_or_default();
    let is_path = path == CALLBACK || request.path == Some(CALLBACK);
    let mut hosts = request
        .headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("host"));
    // A page elsewhere can give this address another name, and read what that name answers.
    let is_host = |value: &[u8]| value == format!("127.0.0.1:{port}").as_bytes();
    let is_here = hosts.next().is_some_and(|host| is_host(host.value)) && hosts.next().is_none();
    Some(match (is_here, is_path, request.method) {
        (false, ..) => Err(Status::Bad),
        (_, false, _) => Err(Status::Missing),
        (_, _, Some("GET")) => Ok(Secret::new(query.to_owned())),
        _ => Err(Status::Method),
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Taken,
    Refused,
    Bad,
    Missing,
    Method,
    TooLong,
}

impl Status {
    fn line(self) -> &'static str {
        match self {
            Status::Taken | Status::Refused => "200 OK",
            Status::Bad => "400 Bad Request",
            Status::Missing => "404 Not Found",
            Status::Method => "405 Method Not Allowed",
            Status::TooLong => "431 Request Header Fields Too Large",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Status::Taken => "You can close this page. awsenv goes on in the terminal.",
            Status::Refused => "You are not signed in. The terminal says why; you can close this page.",
            Status::Bad | Status::Missing | Status::Method | Status::TooLong => {
                "This is not the sign-in that awsenv waits for."
            }
        }
    }
}

/// A page that has nothing of the request, and loads nothing.
fn write(stream: &mut TcpStream, status: Status) -> io::Result<()> {
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>awsenv</title>\n<p>{}</p>\n</html>\n",
        status.text()
    );
    let answer = format!(
        "HTTP/1.1 {}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\ncache-control: no-store\r\n\
         content-security-policy: default-src 'none'; frame-ancestors 'none'\r\nreferrer-policy: no-referrer\r\n\
         x-content-type-options: nosniff\r\nconnection: close\r\n\r\n{page}",
        status.line(),
        page.len()
    );
    stream.write_all(answer.as_bytes())?;
    stream.flush()?;
    stream.shutdown(Shutdown::Write)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is answered to `request`, in which PORT is the port.
    fn asked(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        let request = request.replace("PORT", &port.to_string());
        let _ = stream.write_all(request.as_bytes());
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    const GOOD: &str = "GET /oauth/callback?code=s3cret&state=x HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n";

    fn next(listener: &dyn Listener) -> Option<Box<dyn Visit + '_>> {
        listener.next(Duration::from_secs(60))
    }

    #[test]
    fn a_browser_comes_and_is_answered() {
        let listener = Ports.listen().unwrap();
        let port = listener.port();
        for (answer, status, text) in [
            (Answer::Unknown, "400 Bad Request", "not the sign-in"),
            (Answer::Refused, "200 OK", "not signed in"),
            (Answer::Taken, "200 OK", "close this page"),
        ] {
            let browser = thread::spawn(move || asked(port, GOOD));
            let visit = next(&*listener).unwrap();
            assert_eq!(visit.query().expose(), "code=s3cret&state=x");
            visit.answer(answer);
            let page = browser.join().unwrap();
            assert!(page.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{page}");
            assert!(page.contains(text) && !page.contains("s3cret"), "{page}");
            for header in ["cache-control: no-store", "referrer-policy: no-referrer"] {
                assert!(page.contains(header), "{page}");
            }
        }
        drop(listener);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }

    #[test]
    fn what_is_not_for_us_goes_no_further() {
        let listener = Ports.listen().unwrap();
        let long = format!(
            "GET /oauth/callback?code={} HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            "x".repeat(LONGEST)
        );
        for (request, status) in [
            (GOOD.replace("GET", "POST").as_str(), 405),
            (GOOD.replace("GET", "HEAD").as_str(), 405),
            (GOOD.replace("/oauth/callback", "/").as_str(), 404),
            (GOOD.replace("/oauth/callback", "/oauth/callback/").as_str(), 404),
            (GOOD.replace("/oauth/callback", "/favicon.ico").as_str(), 404),
            (GOOD.replace("127.0.0.1:PORT", "localhost:PORT").as_str(), 400),
            (GOOD.replace("127.0.0.1:PORT", "evil.example:PORT").as_str(), 400),
            (GOOD.replace("127.0.0.1:PORT", "127.0.0.1").as_str(), 400),
            (GOOD.replace("Host: 127.0.0.1:PORT\r\n", "").as_str(), 400),
            (
                GOOD.replace("\r\n\r\n", "\r\nHost: 127.0.0.1:PORT\r\n\r\n").as_str(),
                400,
            ),
            ("\u{16}\u{3}\u{1} no HTTP\r\n\r\n", 400),
            (long.as_str(), 431),
        ] {
            let answer = asked(listener.port(), request);
            // The rest of a request that is too long may cut its answer off.
            let is_cut = status == 431 && answer.is_empty();
            assert!(
                is_cut || answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{request:.80} {answer}"
            );
        }
        assert!(listener.next(Duration::ZERO).is_none());
    }

    #[test]
    fn a_connection_that_sends_nothing_keeps_no_other_waiting() {
        let listener = Ports.listen().unwrap();
        let port = listener.port();
        let silent: Vec<_> = (0..MOST - 2)
            .map(|_| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap())
            .collect();
        let mut slow = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        slow.write_all(b"GET /oauth").unwrap();
        let browser = thread::spawn(move || asked(port, GOOD));
        next(&*listener).unwrap().answer(Answer::Taken);
        assert!(browser.join().unwrap().contains("close this page"));
        drop((silent, slow));
    }

    #[test]
    fn a_request_may_come_in_pieces() {
        let listener = Ports.listen().unwrap();
        let port = listener.port();
        let browser = thread::spawn(move || {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            for byte in GOOD.replace("PORT", &port.to_string()).bytes() {
                stream.write_all(&[byte]).unwrap();
                stream.flush().unwrap();
            }
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            answer
        });
        next(&*listener).unwrap().answer(Answer::Taken);
        assert!(browser.join().unwrap().contains("close this page"));
    }
}
