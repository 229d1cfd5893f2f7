//! The path of a key from a plaintext file into the keychain and back, checked by everything that reads the profile.

use std::os::unix::fs::PermissionsExt as _;

use super::{CONFIG, WORK, credentials, everyone, files, holding, json, mode, sandbox, text, who};
use crate::support::identities;
use crate::support::keychain::Keychain;
use crate::support::walk::Walk;

const ALL: [&str; 4] = ["work", "ops", "other", "bare"];

/// The profiles that every reader is asked for.
const READ: [&str; 2] = ["work", "ops"];

#[test]
fn a_key_moves_into_the_keychain_and_back_and_nobody_becomes_somebody_else() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let before = (who(&sandbox, &ALL), everyone(&sandbox, &READ));

    let imported = sandbox.awsenv(["key", "import", "work"]).output();
    assert_eq!(imported.success(), "", "nothing but talk");
    let item = keychain.lookup("awsenv", "work").expect("an item");
    let item: serde_json::Value = serde_json::from_str(&item).expect("JSON");
    assert_eq!(
        (&item["AccessKeyId"], &item["SecretAccessKey"]),
        (&WORK.0.into(), &WORK.1.into())
    );
    assert_eq!(holding(&sandbox.home(), WORK.1), [""; 0], "the secret stands in a file");
    assert_eq!(text(&sandbox, ".aws/config"), CONFIG);
    let process = format!(
        "credential_process: {}/awsenv credential-process work",
        sandbox.bin().display()
    );
    let after = credentials().replace(&format!("AWS_Access_Key_Id: {}", WORK.0), &process);
    let after = after.replace(&format!("aws_secret_access_key={}\r\n", WORK.1), "");
    assert_eq!(text(&sandbox, ".aws/credentials"), after);
    assert_eq!(mode(&sandbox, ".aws/credentials"), 0o600);
    assert_eq!((who(&sandbox, &ALL), everyone(&sandbox, &READ)), before);
    if let Some(answer) = identities(&sandbox, &["work"], &super::KEYS) {
        assert_eq!(answer["work"]["botocore"]["method"], "custom-process");
    }

    let restored = sandbox.awsenv(["key", "restore", "work"]).output();
    assert_eq!(restored.success(), "", "nothing but talk");
    assert_eq!(text(&sandbox, ".aws/credentials"), credentials());
    assert_eq!(text(&sandbox, ".aws/config"), CONFIG);
    assert_eq!(mode(&sandbox, ".aws/credentials"), 0o600);
    assert_eq!(keychain.lookup("awsenv", "work"), None);
    assert_eq!((who(&sandbox, &ALL), everyone(&sandbox, &READ)), before);
    assert_eq!(
        json(&sandbox.awsenv(["key", "list", "--json"]).output()),
        serde_json::json!([])
    );
}

#[test]
fn a_restored_file_is_never_readable_by_others() {
    let mut sandbox = sandbox();
    let Some(_keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let wide = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(sandbox.path(".aws/credentials"), wide).unwrap();
    sandbox.awsenv(["key", "import", "work"]).output().success();
    sandbox.awsenv(["key", "restore", "work"]).output().success();
    assert_eq!(mode(&sandbox, ".aws/credentials"), 0o600);
    assert_eq!(text(&sandbox, ".aws/credentials"), credentials());
}

#[test]
fn what_changed_meanwhile_stays_when_a_key_comes_back() {
    let mut sandbox = sandbox();
    let Some(_keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let before = who(&sandbox, &ALL);
    sandbox.awsenv(["key", "import", "work"]).output().success();
    let grown =
        text(&sandbox, ".aws/credentials").replace("[empty]\n", "[empty]\n[later]\naws_access_key_id = LATER\n");
    super::private(&sandbox, ".aws/credentials", grown);
    sandbox.awsenv(["key", "restore", "work"]).output().success();
    let text = text(&sandbox, ".aws/credentials");
    assert!(text.contains("[later]\naws_access_key_id = LATER\n"), "{text}");
    assert_eq!(text.matches(WORK.1).count(), 1, "{text}");
    assert!(!text.contains("credential_process"), "{text}");
    assert_eq!(who(&sandbox, &ALL), before);
}

#[test]
fn what_awsenv_says_of_an_imported_profile() {
    let mut sandbox = sandbox();
    let Some(_keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    sandbox.awsenv(["key", "import", "work"]).output().success();

    let listed = json(&sandbox.awsenv(["list", "--json"]).output());
    let kind = |name: &str| {
        let mut entries = listed.as_array().unwrap().iter();
        entries
            .find(|entry| entry["name"] == name)
            .map(|entry| entry["kind"].clone())
    };
    assert_eq!(kind("work"), Some("keychain".into()));
    assert_eq!(kind("other"), Some("static-keys".into()));
    assert_eq!(kind("ops"), Some("assume-role".into()));

    let explained = json(&sandbox.awsenv(["explain", "work", "--json"]).output());
    assert_eq!(explained["credentials"], "custom-process");
    assert_eq!(explained["export"]["style"], "name");
    let source = json(&sandbox.awsenv(["explain", "ops", "--json"]).output());
    assert_eq!(source["chain"][0]["kind"], "custom-process");

    let keys = json(&sandbox.awsenv(["key", "list", "--json"]).output());
    let key = &keys[0];
    assert_eq!((&key["profile"], &key["store"]), (&"work".into(), &"os".into()));
    let id = key["access_key_id"].as_str().unwrap();
    assert!(
        id.ends_with("KKEY") && !id.contains("WORKKEY") && !id.contains("OSFODNN"),
        "{id}"
    );
    assert!(
        key["since"].as_str().is_some_and(|since| since.starts_with("20")),
        "{key}"
    );
    assert!(key.as_object().unwrap().contains_key("account_id"), "{key}");
    assert_eq!(keys.as_array().unwrap().len(), 1);
    let table = sandbox.awsenv(["key", "list"]).output();
    assert!(
        table.success().contains("work") && !table.out().contains(WORK.0),
        "{}",
        table.all()
    );
}

#[test]
fn who_only_names_the_profile_opens_no_keychain() {
    let mut sandbox = sandbox();
    let (Some(keychain), Some(walk)) = (Keychain::unlocked(&mut sandbox), Walk::new()) else {
        return;
    };
    sandbox.awsenv(["key", "import", "work"]).output().success();
    let bus = keychain.socket().display().to_string();
    let connects = |args: &[&str]| {
        let (output, trace) = walk.traced(&sandbox, sandbox.awsenv(args), "connect");
        output.success();
        (output, trace.contains(&bus))
    };
    for args in [
        &["use", "work", "--shell", "bash"][..],
        &["use", "--name", "work", "--shell", "bash"],
        &["list"],
        &["list", "--json"],
        &["explain", "work", "--json"],
        &["explain", "ops"],
        &["key", "list", "--json"],
        &["prompt"],
        &["complete", "--", "use", "w"],
        &["exec", "work", "--", "true"],
    ] {
        let (output, connected) = connects(args);
        assert!(!connected, "{args:?} opens the keychain");
        assert!(!output.out().contains(WORK.1), "{args:?}");
    }
    let (output, connected) = connects(&["use", "--keys", "work", "--shell", "bash"]);
    assert!(connected, "strace sees who connects");
    assert!(
        output.out().contains(WORK.0) && output.out().contains(WORK.1),
        "the key"
    );
    let (output, _) = connects(&["exec", "--keys", "work", "--", "env"]);
    assert!(
        output.out().contains(&format!("AWS_SECRET_ACCESS_KEY={}\n", WORK.1)),
        "the key"
    );
    assert!(output.out().contains("AWS_REGION=eu-central-1\n"), "{}", output.out());
    // Reading one key takes one access, and writes nothing.
    let calls = "sendmsg,sendto,write";
    let (output, trace) = walk.traced(&sandbox, sandbox.awsenv(["credential-process", "work"]), calls);
    output.clean();
    assert_eq!(trace.matches("GetSecret").count(), 1, "{trace}");
    assert!(!trace.contains("CreateItem") && !trace.contains("SetSecret"), "{trace}");
}

#[test]
fn a_removed_key_takes_its_line_along() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    sandbox.awsenv(["key", "import", "work"]).output().success();
    let imported = files(&sandbox.home());
    let refused = sandbox.awsenv(["key", "remove", "work"]).output();
    assert_ne!(
        refused.status,
        0,
        "without a terminal it needs a yes: {}",
        refused.all()
    );
    assert!(refused.err().contains("--yes"), "{}", refused.all());
    assert_eq!(files(&sandbox.home()), imported, "nothing happened");
    assert!(keychain.lookup("awsenv", "work").is_some());

    let removed = sandbox.awsenv(["key", "remove", "work", "--yes"]).output();
    assert_eq!(removed.success(), "");
    assert!(
        removed.err().contains("ops"),
        "it names who depends on it: {}",
        removed.all()
    );
    assert_eq!(keychain.lookup("awsenv", "work"), None);
    let after = text(&sandbox, ".aws/credentials");
    assert!(
        !after.contains("credential_process") && after.contains("# a comment\r\n"),
        "{after}"
    );
    assert_eq!(text(&sandbox, ".aws/config"), CONFIG);
    assert_eq!(
        json(&sandbox.awsenv(["key", "list", "--json"]).output()),
        serde_json::json!([])
    );
    if let Some(answer) = identities(&sandbox, &["work", "other"], &super::KEYS) {
        assert_eq!(answer["work"]["botocore"]["method"], serde_json::Value::Null);
        assert_eq!(answer["other"]["botocore"]["access_key_id"], super::OTHER.0);
    }
}
