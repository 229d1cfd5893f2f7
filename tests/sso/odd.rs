//! Homes that cannot hold a token, and files that are not what they should be.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use serde_json::json;

use crate::support::sso::{Browser, START_URL, old, opened, read, sign_in, token_path, write};
use crate::support::walk::Walk;
use crate::support::{Aws, Output, Sandbox, require, say};

fn started() -> Option<(Aws, Sandbox)> {
    let aws = Aws::start()?;
    let mut sandbox = aws.sso_sandbox();
    Browser::Allow.set(&mut sandbox)?;
    Some((aws, sandbox))
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
}

/// A sign-in that nobody was asked for, because its token could not have been kept.
#[track_caller]
fn assert_not_begun(aws: &Aws, sandbox: &Sandbox, output: &Output, why: &str) {
    assert_eq!((output.status, output.out()), (1, ""), "{}", output.all());
    let begin = "cannot sign in to `corp`: the token cannot be kept: ";
    assert!(
        output.err().contains(begin) && output.err().contains(why),
        "{}",
        output.all()
    );
    assert!(aws.requests().is_empty() && opened(sandbox).is_empty());
}

#[test]
fn nobody_signs_in_where_nothing_can_be_written() {
    let Some((aws, sandbox)) = started() else { return };
    let Some(unshare) = require("unshare") else { return };
    let mount = "mount --bind \"$HOME\" \"$HOME\" && mount -o remount,bind,ro \"$HOME\" || exit 99; exec \"$@\"";
    let around = || ["-m", "sh", "-c", mount, "sh"].map(Into::into);
    if sandbox.program("/bin/true").under(&unshare, around()).output().status != 0 {
        return say("skipped: nothing can be mounted here");
    }
    let path = sign_in(&aws, &sandbox, -60);
    let before = std::fs::read(&path).expect("a token");
    let output = sandbox
        .awsenv(["login", "corp", "--force"])
        .under(&unshare, around())
        .output();
    assert_not_begun(&aws, &sandbox, &output, "Read-only file system");
    assert_eq!(std::fs::read(&path).expect("a token"), before);
}

#[test]
fn nobody_signs_in_where_others_may_write() {
    let Some((aws, sandbox)) = started() else { return };
    let path = sign_in(&aws, &sandbox, -60);
    let folder = path.parent().expect("a folder");
    set_mode(folder, 0o777);
    let output = sandbox.awsenv(["login", "corp", "--force"]).output();
    assert_not_begun(&aws, &sandbox, &output, "chmod go-w");
    // Nor is a token renewed there.
    let output = sandbox.awsenv(["credential-process", "sso-admin"]).output();
    assert_eq!((output.status, output.out()), (1, ""));
    assert!(aws.requests().is_empty());
    set_mode(folder, 0o700);
    sandbox.awsenv(["credential-process", "sso-admin"]).output().success();
}

#[test]
fn a_folder_in_place_of_the_token_is_named() {
    let Some((aws, sandbox)) = started() else { return };
    let path = sandbox.path(token_path("corp"));
    std::fs::create_dir_all(&path).expect("a folder");
    let output = sandbox.awsenv(["login", "corp"]).output();
    assert_not_begun(&aws, &sandbox, &output, "not a regular file");
    let output = sandbox.awsenv(["credential-process", "sso-admin"]).output();
    assert_eq!((output.status, output.out()), (1, ""));
    assert!(output.err().contains("awsenv login sso-admin"), "{}", output.all());
    assert!(path.is_dir());
}

/// Another user could have made the link before there was a token.
#[test]
fn a_link_is_not_followed_and_a_sign_in_replaces_it() {
    let Some((aws, sandbox)) = started() else { return };
    let token = old(&aws, START_URL, 3600);
    let real = write(&sandbox, "elsewhere/token", &token);
    let link = sandbox.path(token_path("corp"));
    std::fs::create_dir_all(link.parent().expect("a folder")).expect("a folder");
    symlink(&real, &link).expect("a link");
    let output = sandbox.awsenv(["credential-process", "sso-admin"]).output();
    assert_eq!((output.status, output.out()), (1, ""));
    for words in ["it is a symbolic link", "remove the link", "awsenv login sso-admin"] {
        assert!(output.err().contains(words), "{}", output.all());
    }
    assert!(aws.requests().is_empty() && link.is_symlink());
    sandbox.awsenv(["login", "corp"]).output().success();
    assert!(link.is_file() && !link.is_symlink());
    assert_eq!(read(&sandbox, "elsewhere/token"), Some(token));
}

#[test]
fn a_token_that_others_can_read_is_private_after_a_renewal() {
    let Some((aws, sandbox)) = started() else { return };
    let path = sign_in(&aws, &sandbox, -60);
    set_mode(&path, 0o644);
    sandbox.awsenv(["credential-process", "sso-admin"]).output().success();
    let mode = std::fs::metadata(&path).expect("a token").permissions().mode();
    assert_eq!((mode & 0o777, aws.count("CreateToken")), (0o600, 1));
}

/// AWS has given a new token by then, and the old one may be dead.
#[test]
fn a_disk_that_is_full_costs_no_keys_and_is_told() {
    let Some(walk) = Walk::new() else { return };
    let Some((aws, sandbox)) = started() else { return };
    aws.scenario(&json!({"sso": {"refresh": "keep"}}));
    sign_in(&aws, &sandbox, -60);
    let before = read(&sandbox, &token_path("corp"));
    let renames = [("rename", 1), ("renameat", 1), ("renameat2", 1)];
    let output = walk.failed_from(&sandbox, &renames, "ENOSPC", ["credential-process", "sso-admin"]);
    assert!(output.success().contains("ASIA"), "{}", output.all());
    assert!(output.err().contains("No space left on device"), "{}", output.all());
    assert_eq!(read(&sandbox, &token_path("corp")), before);
    sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
    sandbox.awsenv(["credential-process", "sso-admin"]).output().success();
    assert_ne!(read(&sandbox, &token_path("corp")), before);
}
