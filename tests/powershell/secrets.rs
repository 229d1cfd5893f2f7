//! `secrets.ps1`, with a `syslog()` that writes what PowerShell logs to a file.

use std::path::Path;

use super::{CONFIG, Way, run_in};
use crate::support::{PROJECT, Sandbox, require};

const SETTINGS: &str = r#"{ "LogLevel": "Verbose", "PowerShellPolicies": {
  "ModuleLogging": { "EnableModuleLogging": true, "ModuleNames": ["*"] },
  "ScriptBlockLogging": { "EnableScriptBlockLogging": false } } }"#;

fn search(way: Way, strict: bool) {
    let Some(cc) = require("cc") else { return };
    let mut sandbox = Sandbox::with_config(CONFIG);
    let source = Path::new(PROJECT).join("tests/powershell/syslog.c");
    let library = sandbox.path("syslog.so");
    let words = [source.as_os_str(), "-shared".as_ref(), "-fPIC".as_ref(), "-o".as_ref()];
    sandbox.program(cc).args(words).args([&library]).output().clean();
    let settings = sandbox.write("settings.json", SETTINGS);
    let log = sandbox.path("log.all");
    for (name, path) in [("TEST_SYSLOG", library), ("TEST_SETTINGS", settings), ("TEST_LOG", log)] {
        sandbox.set(name, path);
    }
    run_in(&sandbox, "secrets.ps1", way, strict);
}

#[test]
fn no_secret_is_logged_traced_or_kept() {
    search(Way::File, false);
}

#[test]
fn no_secret_is_logged_traced_or_kept_in_strict_mode() {
    search(Way::Command, true);
}
