//! A proxy for https: every connection ends at one address, whatever host is asked for.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

pub(crate) struct Tunnel {
    address: String,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    is_over: AtomicBool,
    asked: Mutex<Vec<String>>,
}

impl Tunnel {
    /// `to` is a host and a port.
    pub(crate) fn new(to: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let shared = Arc::new(Shared::default());
        let (to, own) = (to.to_owned(), Arc::clone(&shared));
        let thread = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if own.is_over.load(Ordering::Relaxed) {
                    break;
                }
                let (to, own) = (to.clone(), Arc::clone(&own));
                thread::spawn(move || connect(stream, &to, &own.asked));
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The hosts and ports that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().expect("a list").clone()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Lets the listener look.
        let _ = TcpStream::connect(&self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn connect(client: TcpStream, to: &str, asked: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    }
    let host = first.strip_prefix("CONNECT ")?.split(' ').next()?;
    asked.lock().ok()?.push(host.to_owned());
    let server = TcpStream::connect(to).ok()?;
    let (mut from, mut back) = (client.try_clone().ok()?, client);
    back.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").ok()?;
    let (mut up, mut down) = (server.try_clone().ok()?, server);
    let forth = thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut up);
        let _ = up.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut down, &mut back);
    let _ = back.shutdown(Shutdown::Both);
    forth.join().ok()
}
