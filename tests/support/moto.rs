//! moto, another stand-in for AWS: see `tests/aws/moto_server.py`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command};

use serde::Deserialize;

use super::aws::{end, sandbox, serve, world};
use super::{PROJECT, Sandbox, python};

/// A running moto, which is gone when the value is dropped. It takes seconds to start, so a file of tests has one.
pub struct Moto {
    server: Child,
    ready: Ready,
}

#[derive(Deserialize)]
struct Ready {
    port: u16,
    /// By the ARN of the user.
    keys: BTreeMap<String, Key>,
}

#[derive(Deserialize)]
struct Key {
    id: String,
    secret: String,
}

impl Moto {
    /// With the user and the roles that [`world`] has in its first account, and without regions, codes and a clock. `None`
    /// if no Python has moto; see [`python`].
    pub fn start() -> Option<Self> {
        let python = python("boto3, flask_cors, moto.server")?;
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("world");
        std::fs::write(&path, world().to_string()).expect("a world");
        let mut command = Command::new(python);
        command
            .env_clear()
            .args(["-X", "utf8", "-B"])
            .arg(Path::new(PROJECT).join("tests/aws/moto_server.py"))
            .arg(&path);
        let (server, first) = serve(command);
        let ready = serde_json::from_str(&first).expect("its port and keys");
        Some(Self { server, ready })
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.ready.port)
    }

    /// The id and the secret of the user `base`.
    pub fn key(&self) -> (&str, &str) {
        let key = &self.ready.keys["arn:aws:iam::123456789012:user/base"];
        (&key.id, &key.secret)
    }

    /// As [`Aws::sandbox`](super::Aws::sandbox), with the key of `base` only.
    pub fn sandbox(&self) -> Sandbox {
        sandbox(&self.endpoint(), &[("base", self.key())])
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        end(&mut self.server);
    }
}
