//! What awsenv says of tokens and keys, and where it can keep neither.

use serde_json::json as value;

use super::json;
use crate::support::sso::{LEGACY, START_URL, old, read, sign_in, token_path, write};
use crate::support::{Aws, Sandbox, require, say};

const ACCOUNT: &str = "123456789012";

#[test]
fn what_happens_is_told_to_who_asks() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, 60);
    let host = aws.endpoint().trim_end_matches('/').to_owned();
    let told = |words: &[&str]| {
        let output = sandbox
            .awsenv(["-v", "exec", "sso-admin", "--keys"].iter().chain(words))
            .output();
        output.success();
        output.err().replace(&host, "[SSO]")
    };
    let first = told(&["--", "true"]);
    assert!(
        first.contains("renewed the token of the SSO session `corp`\n"),
        "{first}"
    );
    let got = format!("got the role `Admin` in the account `{ACCOUNT}` by a call to [SSO]");
    assert!(first.contains(&got), "{first}");
    let second = told(&["--", "true"]);
    let kept = format!("the keys of the role `Admin` in the account `{ACCOUNT}` are kept and serve until ");
    assert!(second.contains(&kept) && !second.contains("call to"), "{second}");
    // New ones take another call, and no new token. Those of the same second are new.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    sandbox
        .awsenv(["use", "sso-admin", "--refresh", "--shell", "posix"])
        .output()
        .success();
    assert_eq!((aws.count("CreateToken"), aws.count("GetRoleCredentials")), (1, 2));
}

#[test]
fn keys_are_listed_and_given_up() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, 3600);
    sandbox.awsenv(["credential-process", "sso-chain"]).output().success();
    let list = || json(&sandbox.awsenv(["sessions", "list", "--json"]).output());
    let sessions = list();
    let kinds = |kind: &str| {
        let all = sessions.as_array().expect("a list").iter();
        let of_kind = all.filter(|session| session["kind"] == kind);
        of_kind.cloned().collect::<Vec<_>>()
    };
    let (sso, role) = (kinds("sso"), kinds("role"));
    assert_eq!((sso.len(), role.len()), (1, 1), "{sessions}");
    assert_eq!(sso[0]["profile"], "sso-admin");
    assert_eq!(
        (&sso[0]["account_id"], &sso[0]["role_arn"]),
        (&value!(ACCOUNT), &value!(null))
    );
    assert!(
        [&sso[0], &role[0]].iter().all(|session| session["renewable"] == true),
        "{sessions}"
    );
    let table = sandbox.awsenv(["sessions", "list"]).output();
    let row = table
        .out()
        .lines()
        .find(|line| line.starts_with("sso-admin "))
        .expect("a row");
    let words: Vec<&str> = row.split_whitespace().take(4).collect();
    assert_eq!(words, ["sso-admin", "sso", ACCOUNT, "Admin"]);
    // Nobody is signed in any more.
    std::fs::remove_file(sandbox.path(token_path("corp"))).expect("the token");
    assert!(
        list()
            .as_array()
            .expect("a list")
            .iter()
            .all(|session| session["renewable"] == false)
    );
    sandbox.awsenv(["sessions", "clear", "sso-admin"]).output().success();
    assert_eq!(list().as_array().expect("a list").len(), 1);
}

/// A renewal that could not be kept would end the login.
#[test]
fn nothing_is_renewed_where_nothing_can_be_written() {
    let Some(aws) = Aws::start() else { return };
    let Some(unshare) = require("unshare") else { return };
    let sandbox = aws.sso_sandbox();
    let cache = sandbox.path(".aws/sso/cache");
    let mount = format!(
        "mount --bind '{0}' '{0}' && mount -o remount,bind,ro '{0}' || exit 99; exec \"$@\"",
        cache.display()
    );
    let around = || ["-m", "sh", "-c", &mount, "sh"].map(Into::into);
    let process = || {
        sandbox
            .awsenv(["credential-process", "sso-admin"])
            .under(&unshare, around())
            .output()
    };
    sign_in(&aws, &sandbox, 60);
    if sandbox.program("/bin/true").under(&unshare, around()).output().status != 0 {
        return say("skipped: nothing can be mounted here");
    }
    process().success();
    sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
    write(&sandbox, &token_path("corp"), &old(&aws, START_URL, -60));
    let output = process();
    assert_eq!((output.status, output.out()), (1, ""));
    let why = "the token of the SSO session `corp` has expired, and a new one could not be kept";
    assert!(
        output.err().contains(why) && output.err().contains("Read-only file system"),
        "{}",
        output.all()
    );
    assert_eq!(aws.count("CreateToken"), 0);
}

#[test]
fn a_file_that_others_could_have_written_is_not_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let path = sign_in(&aws, &sandbox, 3600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).expect("a mode");
    let output = sandbox.awsenv(["credential-process", "sso-admin"]).output();
    assert_eq!((output.status, output.out()), (1, ""));
    assert!(
        output.err().contains("run chmod 600 on it") && output.err().contains("awsenv login sso-admin"),
        "{}",
        output.all()
    );
    assert!(aws.requests().is_empty());
}

/// What programs will find, which renew fewer tokens than awsenv.
#[test]
fn a_switch_by_name_warns_where_nobody_is_signed_in() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let warned = |profile: &str, words: &[&str]| {
        let output = sandbox
            .awsenv(["use", profile, "--shell", "posix"].iter().chain(words))
            .output();
        output.success();
        output.err().to_owned()
    };
    let missing = warned("sso-admin", &[]);
    assert!(
        missing.contains("you are not signed in to the SSO session `corp`: awsenv login sso-admin"),
        "{missing}"
    );
    let chain = warned("sso-chain", &[]);
    assert!(chain.contains("awsenv login sso-admin"), "{chain}");
    sign_in(&aws, &sandbox, -60);
    assert!(!warned("sso-admin", &[]).contains("login"), "it can be renewed");
    write(&sandbox, &token_path(LEGACY), &old(&aws, LEGACY, -60));
    let legacy = warned("sso-legacy", &[]);
    assert!(
        legacy.contains("expired at ") && legacy.contains("awsenv login sso-legacy"),
        "{legacy}"
    );
    // awsenv itself renews that one.
    assert!(!warned("sso-legacy", &["--keys"]).contains("login"));
    assert_eq!(aws.count("CreateToken"), 1);
    let token = read(&sandbox, &token_path(LEGACY)).expect("a token");
    assert!(token["startUrl"] == LEGACY);
    assert!(!warned("sso-legacy", &[]).contains("login"));
}

#[test]
fn the_portal_is_explained() {
    let Some(aws) = Aws::start() else { return };
    let sandbox: Sandbox = aws.sso_sandbox();
    let explained = json(&sandbox.awsenv(["explain", "sso-chain", "--json"]).output());
    let calls = explained["calls"].as_array().expect("calls");
    let services: Vec<&str> = calls.iter().filter_map(|call| call["service"].as_str()).collect();
    assert_eq!(services, ["sso", "sts"]);
    assert_eq!(calls[0]["url"]["variable"], "AWS_ENDPOINT_URL_SSO");
    assert_eq!(calls[0]["region"]["value"], "eu-west-1");
    assert!(aws.requests().is_empty());
    let duration = sandbox
        .awsenv(["use", "sso-admin", "--duration", "1h", "--shell", "posix"])
        .output();
    assert_eq!(duration.status, 2);
    assert!(
        duration
            .err()
            .contains("the permission set in IAM Identity Center decides"),
        "{}",
        duration.all()
    );
}
