//! What `doctor` finds out about old secrets, old files and lines that lead nowhere; and that it shows none of the
//! secrets.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::{Sandbox, botocore_identities};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn pair(id: &str) -> String {
    format!("aws_access_key_id = {id}\naws_secret_access_key = {SECRET}\n")
}

fn private(sandbox: &Sandbox, relative: &str, text: impl AsRef<[u8]>) {
    let path = sandbox.write(relative, text);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("a file of ours");
}

/// What `doctor --json` finds, after checking that no form of `doctor` shows a secret.
#[track_caller]
fn doctor(sandbox: &Sandbox) -> Vec<Value> {
    for args in [&["doctor"][..], &["doctor", "-v"], &["doctor", "--json"]] {
        let output = sandbox.awsenv(args).output();
        assert!(!output.all().contains(SECRET), "{}", output.all());
        assert!(!output.all().contains("hunter2"), "{}", output.all());
    }
    let output = sandbox.awsenv(["doctor", "--json"]).output();
    serde_json::from_str(output.out()).expect("a document")
}

/// The findings about leftovers as `STATUS FILE:LINE`, without HOME.
#[track_caller]
fn leftovers(sandbox: &Sandbox) -> BTreeSet<String> {
    const CHECKS: [&str; 3] = ["leftovers", "secret-in-comment", "secret-in-copy"];
    let home = sandbox.home().display().to_string();
    let of_check = doctor(sandbox).into_iter();
    let of_check = of_check.filter(|finding| CHECKS.iter().any(|check| finding["check"] == *check));
    let place = |finding: Value| {
        let file = finding["file"].as_str().unwrap_or("-").replace(&home, "~");
        let line = finding["line"]
            .as_u64()
            .map_or(String::new(), |line| format!(":{line}"));
        format!("{} {file}{line}", finding["status"].as_str().expect("a word"))
    };
    of_check.map(place).collect()
}

/// The finding of a check whose message contains this.
#[track_caller]
fn finding(sandbox: &Sandbox, check: &str, part: &str) -> Value {
    let all = doctor(sandbox);
    let of_check = all.iter().filter(|finding| finding["check"] == check);
    let message = |finding: &&Value| finding["message"].as_str().expect("words").contains(part);
    let found: Vec<&Value> = of_check.filter(message).collect();
    assert_eq!(found.len(), 1, "{part}: {all:#?}");
    found[0].clone()
}

fn set<const N: usize>(wanted: [&str; N]) -> BTreeSet<String> {
    wanted.into_iter().map(str::to_owned).collect()
}

#[test]
fn secrets_in_comments_and_copies_are_named_by_line() {
    let sandbox = Sandbox::new();
    private(
        &sandbox,
        ".aws/config",
        "[profile a]\nregion = eu-west-1\n# needs an MFA token\n",
    );
    private(&sandbox, ".aws/credentials", format!("[a]\n{}", pair("AKIAA")));
    private(&sandbox, ".boto_old", format!("[Credentials]\n{}", pair("AKIAB")));
    private(&sandbox, ".aws/notes", "nothing to see\n");
    private(&sandbox, ".bashrc", format!("export AWS_SECRET_ACCESS_KEY={SECRET}\n"));
    sandbox.write(
        ".aws/cli/cache/x.json",
        format!("{{\"SecretAccessKey\": \"{SECRET}\"}}"),
    );
    assert_eq!(leftovers(&sandbox), set(["ok -"]));

    private(
        &sandbox,
        ".aws/config",
        format!("[profile a]\nregion = eu-west-1\n# aws_secret_access_key = {SECRET}\n\n ; password: hunter2\n"),
    );
    private(
        &sandbox,
        ".boto_old",
        format!("[Credentials]\n{}#{SECRET}\n", pair("AKIAB")),
    );
    for copy in [
        ".aws/credentials~",
        ".aws/credentials.bak",
        ".aws/#credentials#",
        ".aws/config.2024-01-01",
        ".boto_old~",
        ".boto.orig",
    ] {
        private(&sandbox, copy, format!("[a]\n{}", pair("AKIAA")));
    }
    private(
        &sandbox,
        ".aws/.credentials.swp",
        format!("b0VIM\0\0x\0aws_secret_access_key = {SECRET}\0[a]"),
    );
    private(
        &sandbox,
        ".aws/accessKeys.csv",
        format!("Access key ID,Secret\r\nAKIAA,{SECRET}\r\n"),
    );
    // A link does not count as a copy, and neither does a file that could block.
    std::os::unix::fs::symlink(sandbox.path(".aws/credentials"), sandbox.path(".aws/credentials.link")).unwrap();
    let fifo = sandbox.path(".aws/credentials.fifo");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(fifo)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(
        leftovers(&sandbox),
        set([
            "warn ~/.aws/#credentials#:3",
            "warn ~/.aws/.credentials.swp:1",
            "warn ~/.aws/accessKeys.csv:2",
            "warn ~/.aws/config.2024-01-01:3",
            "warn ~/.aws/config:3",
            "warn ~/.aws/config:5",
            "warn ~/.aws/credentials.bak:3",
            "warn ~/.aws/credentials~:3",
            "warn ~/.boto.orig:3",
            "warn ~/.boto_old:4",
            "warn ~/.boto_old~:3",
        ])
    );
}

#[test]
fn copies_beside_files_that_stand_elsewhere_are_found() {
    let mut sandbox = Sandbox::new();
    private(&sandbox, "elsewhere/keys", format!("[a]\n{}", pair("AKIAA")));
    private(&sandbox, "elsewhere/keys.old", format!("[a]\n{}", pair("AKIAA")));
    private(&sandbox, "elsewhere/other", pair("AKIAA"));
    sandbox.set("AWS_SHARED_CREDENTIALS_FILE", sandbox.path("elsewhere/keys"));
    assert_eq!(leftovers(&sandbox), set(["warn ~/elsewhere/keys.old:3"]));
}

#[test]
fn files_with_keys_that_others_can_read_are_named() {
    let sandbox = Sandbox::new();
    let open = [".aws/config", ".boto", ".boto_old"];
    private(&sandbox, ".aws/config", "[profile a]\nregion = eu-west-1\n");
    private(&sandbox, ".boto", format!("[Credentials]\n{}", pair("AKIAA")));
    private(&sandbox, ".boto_old", format!("[Credentials]\n{}", pair("AKIAB")));
    let readable = |part: &str| {
        let all = doctor(&sandbox).into_iter();
        let of = all.filter(|finding| finding["message"].as_str().unwrap().contains(part));
        of.map(|finding| finding["file"].as_str().unwrap().to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert!(readable("can be read by other users").is_empty());
    for file in open {
        std::fs::set_permissions(sandbox.path(file), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let paths = |files: &[&str]| {
        files
            .iter()
            .map(|file| sandbox.path(file).display().to_string())
            .collect()
    };
    // A config file without a secret may be readable by all.
    assert_eq!(readable("can be read by other users"), paths(&open[1..]));
    std::fs::write(sandbox.path(".aws/config"), format!("[profile a]\n{}", pair("AKIAC"))).unwrap();
    assert_eq!(readable("can be read by other users"), paths(&open));
}

#[test]
fn awsenvs_own_lines_lead_somewhere() {
    let sandbox = Sandbox::new();
    let program = sandbox.root().join("opt/awsenv");
    let line = |program: &str, name: &str| {
        format!("[profile {name}]\ncredential_process = {program} credential-process {name}\n")
    };
    let config = [
        line(&program.display().to_string(), "full"),
        line("awsenv", "bare"),
        line("bin/awsenv", "relative"),
        format!("{}{}", line("awsenv", "written"), pair("AKIAW")),
    ];
    private(&sandbox, ".aws/config", config.concat());
    private(&sandbox, ".aws/credentials", format!("[bare]\n{}", pair("AKIAB")));
    let about = |check: &str, part: &str| finding(&sandbox, check, part);
    let text = |finding: &Value| finding["message"].as_str().unwrap().to_owned();
    let message = |part: &str| text(&about("keychain-program", part));
    let shown = program.display();
    assert!(message("`full`").contains(&format!("`{shown}`, which does not exist")));
    std::fs::create_dir(program.parent().unwrap()).unwrap();
    std::fs::write(&program, "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(message("`full`").contains("which cannot be executed"));
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let all = doctor(&sandbox);
    assert!(
        all.iter()
            .filter(|finding| finding["check"] == "keychain-program")
            .all(|finding| !finding["message"].as_str().unwrap().contains("`full`"))
    );
    // The sandbox's PATH has an awsenv.
    assert!(message("the credential_process of `relative`").contains("is not an absolute path"));
    let bare = about("key-beside-keychain", "`bare`");
    assert_eq!(bare["status"], "fail");
    assert_eq!(bare["remedy"], "awsenv key import --replace bare");
    assert!(bare["message"].as_str().unwrap().contains("boto3"), "{bare}");
    assert_eq!(bare["file"], sandbox.path(".aws/credentials").display().to_string());
    assert!(text(&about("key-beside-keychain", "`written`")).contains("JavaScript"));
}

#[test]
fn a_bare_name_is_looked_for_on_the_path() {
    let mut sandbox = Sandbox::new();
    private(
        &sandbox,
        ".aws/config",
        "[profile bare]\ncredential_process = awsenv credential-process bare\n",
    );
    sandbox.set("PATH", "/nowhere");
    let bare = finding(&sandbox, "keychain-program", "`bare`");
    assert!(
        bare["message"].as_str().unwrap().contains("which is not on the PATH"),
        "{bare}"
    );
    assert_eq!((&bare["status"], &bare["line"]), (&"fail".into(), &2.into()));
}

#[test]
fn a_key_that_no_profile_uses_is_named() {
    let mut sandbox = Sandbox::new();
    sandbox.set("XDG_STATE_HOME", sandbox.path("state"));
    let item = |name: &str| serde_json::json!({"item": name, "profile": name, "last_four": "WXYZ", "account_id": null, "since": null, "store": "file"});
    let index = serde_json::json!({"version": 1, "items": [item("used"), item("unused")]});
    private(&sandbox, "state/awsenv/keychain.json", index.to_string());
    private(
        &sandbox,
        ".aws/config",
        "[profile p]\ncredential_process = awsenv credential-process p --item used\n",
    );
    let unused = finding(&sandbox, "unused-key", "no profile uses it");
    assert!(unused["message"].as_str().unwrap().contains("`unused`"), "{unused}");
}

/// The fallbacks, and the profiles that real botocore gives their key to.
#[test]
fn doctor_knows_whose_keys_botocore_hands_to_whom() {
    let mut sandbox = Sandbox::new();
    let profiles = ["own", "none", "late", "role"];
    private(
        &sandbox,
        ".aws/config",
        format!(
            "[profile own]\n{}[profile none]\nregion = eu-west-1\n[profile late]\noutput = json\n\
             [profile role]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = own\n",
            pair("AKIAOWN")
        ),
    );
    private(&sandbox, ".boto", format!("[Credentials]\n{}", pair("AKIABOTO")));
    private(&sandbox, "other", format!("[Credentials]\n{}", pair("AKIAOTHER")));
    private(
        &sandbox,
        "old",
        format!("AWSAccessKeyId=AKIAOLD\nAWSSecretKey={SECRET}\n"),
    );
    let keys = ["AKIAOWN", "AKIABOTO", "AKIAOTHER", "AKIAOLD"].map(|id| (id, SECRET));
    for (variables, key, file) in [
        (&[][..], "AKIABOTO", ".boto"),
        (&[("BOTO_CONFIG", "other")], "AKIAOTHER", "other"),
        (
            &[("BOTO_CONFIG", "other"), ("AWS_CREDENTIAL_FILE", "old")],
            "AKIAOLD",
            "old",
        ),
    ] {
        for (name, path) in variables {
            sandbox.set(name, sandbox.path(path));
        }
        let finding = finding(&sandbox, "boto-fallback", &format!("key {key} here, and uses it for"));
        let message = finding["message"].as_str().unwrap();
        assert!(
            message.contains("uses it for `none`, `late` and commands that name no profile"),
            "{message}"
        );
        assert_eq!(finding["file"], sandbox.path(file).display().to_string());
        if let Some(answers) = botocore_identities(&[&sandbox], &profiles, &keys) {
            let takes = profiles.map(|profile| answers[0][profile].to_string().contains(key));
            assert_eq!(takes, [false, true, true, false], "{key}: {}", answers[0]);
        }
        for (profile, taken) in [("own", false), ("none", true), ("role", false)] {
            let output = sandbox.awsenv(["explain", profile, "--json"]).output();
            let explained: Value = serde_json::from_str(output.out()).expect("a document");
            let first = explained["legacy"].as_array().unwrap().iter();
            let of_key = first
                .filter(|legacy| legacy["access_key_id"] == key)
                .collect::<Vec<_>>();
            assert_eq!(of_key.len(), 1, "{explained}");
            assert_eq!(of_key[0]["taken"], taken, "{profile} {explained}");
        }
    }
    let shadowed = finding(&sandbox, "boto-fallback", "does not use it");
    assert!(
        shadowed["message"].as_str().unwrap().contains("AKIAOTHER"),
        "{shadowed}"
    );
}

#[test]
fn what_names_no_file_is_told_as_it_is() {
    let mut sandbox = Sandbox::with_config("[profile a]\nregion = eu-west-1\n");
    let fifo = sandbox.path("fifo");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    sandbox.set("BOTO_CONFIG", &fifo);
    let told = finding(&sandbox, "boto-missing", "BOTO_CONFIG does not name a regular file");
    assert_eq!(told["file"], fifo.display().to_string());
    sandbox.unset("BOTO_CONFIG");
    for (path, what) in [
        (sandbox.home(), "it is a directory"),
        (fifo, "it is not a regular file"),
        (sandbox.path("none"), "it does not exist"),
    ] {
        let output = sandbox.awsenv(["list"]).env("AWSENV_CONFIG", path).output();
        assert_eq!(output.status, 0);
        assert!(
            output.err().contains(&format!("AWSENV_CONFIG names it, but {what}")),
            "{}",
            output.all()
        );
    }
}
