//! Whom the client trusts. The certificates are made by openssl for each run.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, Weak};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use super::*;
use crate::aws::Stage;

/// An authority, another one that signed nothing, and certificates of the first: one for `localhost` and 127.0.0.1, one
/// for another name, one that has expired, and one that is not valid yet.
struct Certificates(TempDir);

fn make() -> Certificates {
    let dir = tempfile::tempdir().expect("a directory");
    for authority in ["ca", "stranger"] {
        let files = format!("-keyout {authority}.key -out {authority}.pem");
        openssl(
            dir.path(),
            &format!("req -x509 {KEY} {files} -days 2 -subj /CN={authority}"),
        );
    }
    let settings = "[ca]\ndefault_ca=a\n[a]\ndatabase=index\nnew_certs_dir=.\nserial=serial\ndefault_md=sha256\n\
                    policy=p\nunique_subject=no\n[p]\ncommonName=supplied\n[here]\n\
                    subjectAltName=DNS:localhost,IP:127.0.0.1\n[there]\nsubjectAltName=DNS:elsewhere.invalid\n";
    std::fs::write(dir.path().join("settings"), settings).expect("settings");
    std::fs::write(dir.path().join("index"), "").expect("a database");
    std::fs::write(dir.path().join("serial"), "01\n").expect("a number");
    for (name, is_for, start, end) in [
        ("good", "here", "20200101000000Z", "20991231000000Z"),
        ("other", "there", "20200101000000Z", "20991231000000Z"),
        ("old", "here", "20200101000000Z", "20200102000000Z"),
        ("early", "here", "20980101000000Z", "20991231000000Z"),
    ] {
        openssl(
            dir.path(),
            &format!("req {KEY} -keyout {name}.key -out {name}.csr -subj /CN={name}"),
        );
        let files = format!("-in {name}.csr -out {name}.pem -cert ca.pem -keyfile ca.key");
        let how = format!("-extensions {is_for} -startdate {start} -enddate {end}");
        openssl(dir.path(), &format!("ca -batch -notext -config settings {files} {how}"));
    }
    Certificates(dir)
}

const KEY: &str = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

fn openssl(dir: &Path, words: &str) {
    let mut command = Command::new("openssl");
    command.args(words.split(' ')).current_dir(dir).stdin(Stdio::null());
    let output = command.output().expect("openssl, which tests/run installs");
    assert!(
        output.status.success(),
        "openssl {words}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

impl Certificates {
    /// The same for all tests that run at a time; the last of them removes the files.
    fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Certificates>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().expect("no test failed while it made them");
        shared.upgrade().unwrap_or_else(|| {
            let made = Arc::new(make());
            *shared = Arc::downgrade(&made);
            made
        })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn trusting(&self, bundle: &str) -> Transport {
        Transport {
            ca_bundle: Some(self.file(bundle)),
            proxy: None,
        }
    }

    /// A server that answers one request over TLS, with this certificate.
    fn server(&self, certificate: &str) -> Server {
        let config = self.config(certificate);
        Server::raw(move |stream| serve(stream, &config).unwrap_or_default())
    }

    fn config(&self, certificate: &str) -> Arc<ServerConfig> {
        let chain = CertificateDer::from_pem_file(self.file(&format!("{certificate}.pem"))).expect("a certificate");
        let key = PrivateKeyDer::from_pem_file(self.file(&format!("{certificate}.key"))).expect("a key");
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("versions");
        let config = builder.with_no_client_auth().with_single_cert(vec![chain], key);
        Arc::new(config.expect("a certificate and its key"))
    }
}

/// # Errors
/// The client does not trust this server.
fn serve(stream: &mut TcpStream, config: &Arc<ServerConfig>) -> io::Result<String> {
    let connection = ServerConnection::new(Arc::clone(config)).expect("a connection");
    let mut stream = StreamOwned::new(connection, stream);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    let request = request(&mut stream);
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")?;
    stream.flush()?;
    Ok(request)
}

fn port(server: &Server) -> &str {
    server.address.rsplit_once(':').expect("a port").1
}

#[test]
fn an_authority_of_the_bundle_is_trusted() {
    let all = Certificates::shared();
    for host in ["127.0.0.1", "localhost"] {
        let server = all.server("good");
        let url = format!("https://{host}:{}/", port(&server));
        let answer = send(&url, &all.trusting("ca.pem"), LONG).expect("an answer");
        assert_eq!((answer.status, body(&answer)), (200, "ok"));
        assert!(server.request().ends_with("Action=A&Version=1"));
    }
}

#[test]
fn a_server_that_is_not_trusted_never_has_the_request() {
    let all = Certificates::shared();
    for (certificate, bundle, expected) in [
        (
            "good",
            "stranger.pem",
            "its certificate is signed by an authority that is not trusted",
        ),
        ("other", "ca.pem", "its certificate is for another host"),
        ("old", "ca.pem", "its certificate has expired, by this machine's clock"),
        (
            "early",
            "ca.pem",
            "its certificate is not valid yet, by this machine's clock",
        ),
    ] {
        let server = all.server(certificate);
        let fault = send(&format!("https://{}/", server.address), &all.trusting(bundle), LONG).expect_err(certificate);
        assert_eq!(fault, Fault::Tls(expected.to_owned()), "{certificate}");
        assert!(fault.is_unsent() && !fault.is_passing());
        assert_eq!(server.request(), "");
    }
}

#[test]
fn a_server_without_tls_never_has_the_request() {
    let all = Certificates::shared();
    let (done, over) = std::sync::mpsc::channel::<()>();
    let silent = Server::raw(move |_| {
        let _ = over.recv();
        String::new()
    });
    let fault = send(&format!("https://{}/", silent.address), &all.trusting("ca.pem"), SHORT).err();
    assert_eq!(fault, Some(Fault::Late(Stage::Tls)));
    drop(done);
    let closing = Server::raw(|stream| {
        // All of it, so that the end is no reset.
        let mut first = [0; 4096];
        let _ = stream.read(&mut first);
        String::new()
    });
    let fault = send(&format!("https://{}/", closing.address), &all.trusting("ca.pem"), LONG).err();
    let closed = "the connection was closed".to_owned();
    assert_eq!(fault, Some(Fault::Broken(Stage::Tls, closed)));
    let plain = Server::raw(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = stream.read(&mut [0; 4096]);
        String::new()
    });
    let fault = send(&format!("https://{}/", plain.address), &all.trusting("ca.pem"), LONG).expect_err("no TLS");
    assert!(
        matches!(&fault, Fault::Tls(why) if why.starts_with("it does not speak TLS")),
        "{fault:?}"
    );
}

#[test]
fn a_bundle_that_trusts_nobody_is_an_error_that_names_it() {
    let all = Certificates::shared();
    let write = |name: &str, text: &[u8]| {
        let path = all.file(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let private_key = std::fs::read(all.file("good.key")).expect("a key");
    let garbage = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (path, why) in [
        (write("empty", b""), "it has no certificate in PEM format"),
        (
            write("words", b"no certificate\n"),
            "it has no certificate in PEM format",
        ),
        (write("binary", &[0xff; 100]), "it has no certificate in PEM format"),
        (write("private", &private_key), "it has no certificate in PEM format"),
        (write("garbage", garbage), "it has no certificate in PEM format"),
        (
            write("open", b"-----BEGIN CERTIFICATE-----\nAAAA\n"),
            "it is not a PEM file",
        ),
        (all.file("absent"), "there is no such file"),
        (all.file("."), "it is a directory"),
    ] {
        let transport = Transport {
            ca_bundle: Some(path.clone()),
            proxy: None,
        };
        let fault = send("https://127.0.0.1:1/", &transport, LONG).err();
        let expected = format!("the CA bundle `{}` cannot be used: {why}", path.display());
        assert_eq!(fault, Some(Fault::Setting(expected)));
        // Without TLS there is nothing to trust.
        assert_eq!(
            send(&Server::says(OK).url(), &transport, LONG)
                .expect("an answer")
                .status,
            200
        );
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

#[test]
fn tls_goes_through_the_tunnel_of_a_proxy() {
    let all = Certificates::shared();
    let config = all.config("good");
    let proxy = Server::new(move |stream| {
        stream
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .expect("a tunnel");
        let inner = serve(stream, &config).expect("a request");
        assert!(
            inner.starts_with("POST /a HTTP/1.1\r\n") && inner.ends_with("Action=A&Version=1"),
            "{inner}"
        );
        assert!(!inner.to_ascii_lowercase().contains("proxy"), "{inner}");
    });
    let transport = Transport {
        proxy: Some(Secret::new(format!("http://{}", proxy.address))),
        ..all.trusting("ca.pem")
    };
    let answer = send("https://localhost:9/a", &transport, LONG).expect("an answer");
    assert_eq!(body(&answer), "ok");
    assert!(proxy.request().starts_with("CONNECT localhost:9 HTTP/1.1\r\n"));
}

#[test]
fn a_proxy_may_speak_tls_itself() {
    let all = Certificates::shared();
    for (url, first_line) in [
        ("http://sts.invalid/a", "POST http://sts.invalid/a HTTP/1.1\r\n"),
        // It answers 200 without a tunnel, so that TLS inside of it fails.
        ("https://sts.invalid/a", "CONNECT sts.invalid:443 HTTP/1.1\r\n"),
    ] {
        let proxy = all.server("good");
        let transport = Transport {
            proxy: Some(Secret::new(format!("https://{}", proxy.address))),
            ..all.trusting("ca.pem")
        };
        let sent = send(url, &transport, LONG);
        assert_eq!(sent.is_ok(), url.starts_with("http:"), "{sent:?}");
        assert!(sent.err().is_none_or(|fault| fault.is_unsent()));
        assert!(proxy.request().starts_with(first_line));
    }
    let proxy = all.server("other");
    let transport = Transport {
        proxy: Some(Secret::new(format!("https://{}", proxy.address))),
        ..all.trusting("ca.pem")
    };
    let fault = send("https://sts.invalid/", &transport, LONG).expect_err("another name");
    assert!(matches!(fault, Fault::Tls(_)), "{fault:?}");
}

/// The environment is that of a process, so each case is one: this test with the next one's name.
#[cfg(target_os = "linux")]
#[test]
fn the_environment_names_authorities_and_no_proxies() {
    let all = Certificates::shared();
    let run = |url: &str, variables: &[(&str, &Path)]| {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args([
            "--exact",
            "--ignored",
            "--nocapture",
            "sys::http::tests::tls::one_request",
        ]);
        command
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program again");
        let mut stdin = child.stdin.take().expect("its stdin");
        stdin.write_all(url.as_bytes()).expect("the URL");
        drop(stdin);
        let output = child.wait_with_output().expect("its output");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let result = text
            .lines()
            .find_map(|line| line.split_once("RESULT "))
            .map(|(_, result)| result.to_owned());
        result.unwrap_or_else(|| panic!("{text}"))
    };
    let over_tls = |variables: &[(&str, &Path)]| {
        let server = all.server("good");
        run(&format!("https://{}/", server.address), variables)
    };
    let untrusted = "Err(Tls(\"its certificate is signed by an authority that is not trusted\"))";
    assert_eq!(over_tls(&[("SSL_CERT_FILE", &all.file("ca.pem"))]), "Ok(200)");
    assert_eq!(over_tls(&[("SSL_CERT_FILE", &all.file("stranger.pem"))]), untrusted);
    let nowhere = Path::new("http://127.0.0.1:1");
    let proxies = [
        "ALL_PROXY",
        "all_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
    ];
    let server = Server::says(OK);
    assert_eq!(run(&server.url(), &proxies.map(|name| (name, nowhere))), "Ok(200)");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "another test starts it"]
fn one_request() {
    let mut url = String::new();
    io::stdin().read_to_string(&mut url).expect("a URL");
    let status = directly(&url).map(|answer| answer.status);
    // Past the lint that keeps the program's own output in one place.
    let _ = writeln!(io::stdout(), "RESULT {status:?}");
}
