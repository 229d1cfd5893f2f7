//! Many processes that want the same token at once.

use std::process::Child;

use serde_json::{Value, json as value};

use crate::integration::terminal::Terminal;
use crate::stand_in::clients::boto3;
use crate::support::sso::{Browser, opened, read, sign_in, token_path};
use crate::support::{self, Aws, Sandbox, python, signal};

pub(crate) const MANY: usize = 50;

const COMMAND: &str = "exec sso-admin --login --keys -- printenv AWS_ACCESS_KEY_ID";

fn start(sandbox: &Sandbox, profile: &str) -> Child {
    support::begin(sandbox.awsenv(["credential-process", profile]).command())
}

/// Starts so many for each profile in turn, and waits until all have succeeded. What they printed.
fn at_once(sandbox: &Sandbox, profiles: &[&str]) -> Vec<String> {
    let all: Vec<Child> = (0..MANY)
        .map(|number| start(sandbox, profiles[number % profiles.len()]))
        .collect();
    let outputs = all
        .into_iter()
        .map(|child| child.wait_with_output().expect("its output"));
    outputs
        .map(|output| {
            let err = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(output.status.success(), "{err}");
            assert!(
                err.lines().all(|line| line.starts_with("awsenv: waiting for ")),
                "{err}"
            );
            String::from_utf8(output.stdout).expect("text")
        })
        .collect()
}

#[test]
fn fifty_processes_are_one_refresh() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, -60);
    let all = at_once(&sandbox, &["sso-admin", "sso-read", "sso-dev"]);
    assert_eq!((aws.count("CreateToken"), aws.count("GetRoleCredentials")), (1, 3));
    let mut keys = all.clone();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 3);
    let again = at_once(&sandbox, &["sso-admin", "sso-read", "sso-dev"]);
    assert_eq!(again, all);
    assert_eq!(aws.requests().len(), 4);
}

/// boto3 takes no lock: whichever refreshes first, the other reads what it wrote.
#[test]
fn boto3_refreshes_meanwhile() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, -60);
    // awsenv's request is refused, because that of boto3 has used the token; it reads the answer when boto3 is done.
    aws.scenario(&value!({"faults": [{"when": {"Action": "CreateToken"}, "times": 1, "slow": 1, "status": 400, "code": "InvalidGrantException"}]}));
    let asking = start(&sandbox, "sso-read");
    aws.wait_for("CreateToken", 1);
    signal(&asking, "STOP");
    let output = boto3(&sandbox, &["sso-admin"]);
    signal(&asking, "CONT");
    let asked = asking.wait_with_output().expect("its output");
    let Some(output) = output else { return };
    output.success();
    assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
    assert_eq!(aws.count("CreateToken"), 2);
    let token = read(&sandbox, &token_path("corp")).expect("a token");
    assert!(
        token["accessToken"]
            .as_str()
            .is_some_and(|token| token.starts_with("aoa"))
    );
}

/// Starts so many of a command in its own process group, which a terminal has in its foreground. When all have begun, there is
/// a file; when all have ended, another one has [status, stdout, stderr] of each. Ctrl-C does not end it.
const CROWD: &str = "\
import json, os, signal, subprocess, sys
signal.signal(signal.SIGINT, lambda *_: None)
path, count, *command = sys.argv[1:]
pipes = dict(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
crowd = [subprocess.Popen(command, **pipes) for _ in range(int(count))]
open(path + '.begun', 'w').close()
ended = [(one.communicate(), one.returncode) for one in crowd]
with open(path + '.new', 'w') as file:
    json.dump([[status, out, err] for (out, err), status in ended], file)
os.rename(path + '.new', path)
";

/// Types the line that starts a crowd of awsenv, in bash. What each ended with comes into the file `ended`.
pub(crate) fn crowd_at(terminal: &Terminal<'_>, sandbox: &Sandbox, words: &str) -> Option<()> {
    let python = python("json")?;
    sandbox.write("crowd.py", CROWD);
    let command = format!("\"$(command -v awsenv)\" {words}");
    terminal.line(&format!(
        "clear; {} -B crowd.py ended {MANY} {command}",
        python.display()
    ));
    Some(())
}

#[test]
fn fifty_at_a_terminal_are_one_page() {
    let Some(aws) = Aws::start() else { return };
    let mut sandbox = aws.sso_sandbox();
    if Browser::Allow.set(&mut sandbox).is_none() {
        return;
    }
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let Some(()) = crowd_at(&terminal, &sandbox, COMMAND) else {
        return;
    };
    let ended: Vec<(i32, String, String)> = serde_json::from_str(&terminal.file("ended")).expect("JSON");
    assert_eq!(ended.len(), MANY);
    let id = aws.issued()[0].access_key_id.clone() + "\n";
    for (status, out, err) in ended {
        assert_eq!((status, out), (0, id.clone()), "{err}");
    }
    assert_eq!(opened(&sandbox).len(), 1);
    assert_eq!((aws.count("CreateToken"), aws.count("GetRoleCredentials")), (1, 1));
}

#[test]
fn ctrl_c_ends_all_at_a_terminal() {
    let Some(aws) = Aws::start() else { return };
    let mut sandbox = aws.sso_sandbox();
    if Browser::Never.set(&mut sandbox).is_none() {
        return;
    }
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    let Some(()) = crowd_at(&terminal, &sandbox, COMMAND) else {
        return;
    };
    terminal.file("ended.begun");
    terminal.wait("a countdown", |screen| screen.contains(" left (press Ctrl-C"));
    terminal.key("C-c");
    let ended: Vec<(i32, String, Value)> = serde_json::from_str(&terminal.file("ended")).expect("JSON");
    // Some were about to wait, and one was waiting for the person: the terminal has sent the signal to all.
    for (status, out, err) in &ended {
        assert!([-2, 130].contains(status) && out.is_empty(), "{status} {err}");
    }
    assert_eq!((ended.len(), opened(&sandbox).len()), (MANY, 1));
    let files = std::fs::read_dir(sandbox.path(".aws/sso/cache"));
    assert!(files.map_or(true, |mut files| files.next().is_none()));
    assert_eq!((aws.count("CreateToken"), aws.issued().len()), (0, 0));
}
