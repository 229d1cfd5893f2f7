//! PowerShell: a model of the printed scripts, and tests in PowerShell itself, each file run by a real `pwsh` in several
//! ways. `harness.ps1` says what such a file looks like.

mod model;
#[cfg(target_os = "linux")]
mod secrets;
mod terminal;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use crate::support::{Output, PROJECT, Sandbox, powershell_word, require};

const CONFIG: &str = "[profile jekyl]\naws_access_key_id = AKIAJEKYL\naws_secret_access_key = jekyl-secret\nregion = eu-west-1\n\
                      [profile hyde]\naws_access_key_id = AKIAHYDE\naws_secret_access_key = hyde-secret\n";

const STRICT: &str = "Set-StrictMode -Version Latest";

/// How a file is run: as a script, or its text dot-sourced in the global scope, which is what a startup file does.
#[derive(Clone, Copy, Debug)]
enum Way {
    File,
    Command,
}

/// Runs a file of this folder in a sandbox of its own.
fn run(file: &str, way: Way, strict: bool) {
    let sandbox = Sandbox::with_config(CONFIG);
    run_in(&sandbox, file, way, strict);
}

fn run_in(sandbox: &Sandbox, file: &str, way: Way, strict: bool) {
    let Some(pwsh) = require("pwsh") else { return };
    let folder = Path::new(PROJECT).join("tests/powershell");
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).expect("a file of this folder");
    let strict = if strict { STRICT } else { "" };
    let script = sandbox.write(file, format!("{strict}\n{text}"));
    let script = script.display().to_string();
    let words = match way {
        Way::File => ["-File".to_owned(), script],
        Way::Command => [
            "-Command".to_owned(),
            format!(
                ". ([scriptblock]::Create([IO.File]::ReadAllText({})))",
                powershell_word(&script)
            ),
        ],
    };
    let run = sandbox
        .program(&pwsh)
        .args(["-NoLogo", "-NoProfile", "-NonInteractive"])
        .args(words)
        .env("TEST_FOLDER", folder)
        .env("TEST_PWSH", &pwsh)
        .env("TEST_HOST", host(&pwsh))
        .env("TEST_STRICT", strict)
        .limit(Duration::from_secs(600));
    judge(&run.output(), &format!("{file} by {way:?} {strict}"));
}

/// A file that ran no check has failed too.
fn judge(output: &Output, name: &str) {
    let last = output.out().lines().next_back().unwrap_or_default();
    let ran = last.strip_suffix(" checks, 0 failed").is_some_and(|count| count != "0");
    assert!(output.status == 0 && ran, "{name}: {}", output.all());
}

/// `host.cs` compiled, once for all tests, because that takes longer than most of them.
fn host(pwsh: &Path) -> &'static Path {
    static HOST: OnceLock<PathBuf> = OnceLock::new();
    HOST.get_or_init(|| {
        let sandbox = Sandbox::new();
        let built = sandbox.path("host.dll");
        let source = Path::new(PROJECT).join("tests/powershell/host.cs");
        let [from, to] = [&source, &built].map(|path| powershell_word(&path.display().to_string()));
        let compile = format!("Add-Type -Path {from} -OutputAssembly {to}");
        let run = sandbox
            .program(pwsh)
            .args(["-NoLogo", "-NoProfile", "-Command", &compile]);
        run.output().success();
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("powershell-host.dll");
        let fresh = kept.with_extension(format!("{}.dll", std::process::id()));
        std::fs::copy(&built, &fresh).expect("a copy of the host");
        std::fs::rename(&fresh, &kept).expect("the host");
        kept
    })
}

#[test]
fn every_form_of_a_call_succeeds_and_fails_as_it_reads() {
    run("forms.ps1", Way::Command, false);
}

#[test]
fn every_form_does_so_in_strict_mode() {
    run("forms.ps1", Way::File, true);
}

#[test]
fn every_preference_and_redefinition_leaves_it_exact() {
    run("preferences.ps1", Way::File, false);
}

#[test]
fn every_preference_leaves_it_exact_in_strict_mode() {
    run("preferences.ps1", Way::Command, true);
}

#[test]
fn every_word_arrives_as_typed() {
    run("words.ps1", Way::Command, false);
}

#[test]
fn every_word_arrives_as_typed_in_strict_mode() {
    run("words.ps1", Way::File, true);
}
