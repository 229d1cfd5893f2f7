//! Certificates of the tests' own.

use std::path::PathBuf;
use std::process::Command;

use super::require;

/// An authority that signs certificates, made by openssl; its files are gone when the value is dropped.
pub struct Authority {
    dir: tempfile::TempDir,
    openssl: PathBuf,
}

impl Authority {
    /// `None` if openssl is missing; see [`require`].
    pub fn new() -> Option<Self> {
        let openssl = require("openssl")?;
        let dir = tempfile::Builder::new()
            .prefix("awsenv-test-authority-")
            .tempdir()
            .expect("a temporary directory");
        let authority = Self { dir, openssl };
        authority.request(
            "root",
            "/CN=tests of awsenv",
            &["-addext", "basicConstraints=critical,CA:TRUE"],
        );
        Some(authority)
    }

    /// What a program must trust, as PEM.
    pub fn root(&self) -> PathBuf {
        self.path("root", "pem")
    }

    /// A certificate for `name` (`IP:127.0.0.1` or `DNS:example.com`) and its key, as PEM.
    pub fn issue(&self, name: &str) -> (PathBuf, PathBuf) {
        let file = name.replace(':', "-");
        let (root, key) = (self.path("root", "pem"), self.path("root", "key"));
        let (root, key) = (root.to_string_lossy(), key.to_string_lossy());
        let usage = "basicConstraints=critical,CA:FALSE";
        let names = format!("subjectAltName={name}");
        let more = ["-CA", &root, "-CAkey", &key, "-addext", usage, "-addext", &names];
        self.request(&file, "/CN=stand-in", &more);
        (self.path(&file, "pem"), self.path(&file, "key"))
    }

    fn path(&self, file: &str, suffix: &str) -> PathBuf {
        self.dir.path().join(format!("{file}.{suffix}"))
    }

    /// A new key and a certificate for it.
    fn request(&self, file: &str, subject: &str, more: &[&str]) {
        let output = Command::new(&self.openssl)
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
            ])
            .args(["-config", "/dev/null", "-subj", subject, "-keyout"])
            .arg(self.path(file, "key"))
            .arg("-out")
            .arg(self.path(file, "pem"))
            .args(more)
            .output()
            .expect("openssl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
