//! Many processes that want the same token at once.

use std::process::{Child, Command, Stdio};

use serde_json::json as value;

use crate::stand_in::clients::boto3;
use crate::support::sso::{read, sign_in, token_path};
use crate::support::{Aws, Sandbox};

const MANY: usize = 50;

fn start(sandbox: &Sandbox, profile: &str) -> Child {
    let mut command = sandbox.awsenv(["credential-process", profile]).command();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().expect("a process")
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status();
    assert!(sent.expect("kill").success());
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
    signal(&asking, "-STOP");
    let output = boto3(&sandbox, &["sso-admin"]);
    signal(&asking, "-CONT");
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
