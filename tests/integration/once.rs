//! What a run does only once: it opens a file once, and reports a damaged state once.

use std::ffi::OsString;

use crate::support::{Run, Sandbox, Strace};

const CONFIG: &str = "[profile a]\nregion = eu-west-1\n[profile ab]\nregion = eu-west-1\n";

#[test]
fn each_file_is_opened_once() {
    let Some(strace) = Strace::find() else { return };
    let sandbox = Sandbox::with_config(CONFIG);
    sandbox.write(
        ".aws/credentials",
        "[a]\naws_access_key_id = AKIA1\naws_secret_access_key = hush\n",
    );
    sandbox.write(".config/awsenv/config", "[alias]\nx = a\n");
    let trace = sandbox.path("trace");
    for line in [
        "use --shell bash --first --query b",
        "use --shell bash --first b",
        "use --shell bash x",
        "use --shell bash a",
        "exec a -- true",
        "explain a",
        "current",
        "list --json",
        "configure get region --profile a",
    ] {
        let options = ["-f", "-e", "trace=openat", "-o"].map(OsString::from);
        let run = sandbox.awsenv(line.split(' ')).env("AWS_PROFILE", "a");
        let run = strace.around(run, options.into_iter().chain([trace.clone().into()]));
        run.output().success();
        let trace = std::fs::read_to_string(&trace).expect("a trace");
        for path in [".aws/config\"", ".aws/credentials\"", ".config/awsenv/config\""] {
            let opened = trace.lines().filter(|line| line.contains(path)).count();
            assert_eq!(opened, 1, "{line}: {path}\n{trace}");
        }
    }
}

/// SDKs run it often, and it may ask the index three things.
#[test]
fn the_index_of_the_keychain_is_opened_once() {
    let Some(strace) = Strace::find() else { return };
    let mut sandbox = Sandbox::with_config("[profile a]\naws_access_key_id = A\naws_secret_access_key = s\n");
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    let add = sandbox
        .awsenv(["key", "add", "stored", "--stdin"])
        .stdin("AKIAIOSFODNN7EXAMPLE\ns\n");
    add.output().success();
    let trace = sandbox.path("trace");
    for (profile, status) in [("a", 0), ("stored", 0), ("none", 1)] {
        let options = ["-f", "-e", "trace=openat", "-o"].map(OsString::from);
        let run = sandbox.awsenv(["credential-process", profile]);
        let run = strace.around(run, options.into_iter().chain([trace.clone().into()]));
        let output = run.output();
        assert_eq!(output.status, status, "{}", output.all());
        let trace = std::fs::read_to_string(&trace).expect("a trace");
        let opened = trace.lines().filter(|line| line.contains("keychain.json\"")).count();
        assert_eq!(opened, 1, "{profile}\n{trace}");
    }
}

#[test]
fn a_damaged_state_is_reported_once() {
    let sandbox = Sandbox::with_config(CONFIG);
    for line in [
        "use --shell bash a",
        "unset --shell bash",
        "list",
        "exec a -- true",
        "explain a",
        "doctor",
        "history",
        "configure get region --profile a",
        "configure set region us-east-1 --profile a",
        "undo",
        "key list",
    ] {
        assert_reported_once(sandbox.awsenv(line.split(' ')));
    }
    // PowerShell has swallowed the dashes, so the files are read to tell what `a` is.
    let line = ["exec", "a", "true"];
    assert_reported_once(sandbox.awsenv(line).env("AWSENV_WRAPPED", "powershell"));
}

fn assert_reported_once(run: Run) {
    let output = run.env("AWSENV_STATE", "damaged").output();
    let said = output.err().matches("AWSENV_STATE is damaged").count();
    assert_eq!(said, 1, "{}", output.all());
}
