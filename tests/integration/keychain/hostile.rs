//! What could lose a key or change a profile's identity: several commands at once, one item for several profiles, one
//! file for everything. Uses the encrypted file store, which needs no bus.

use std::os::unix::fs::symlink;
use std::time::Duration;

use super::{NEW, OTHER, WORK, holding, json, mode, private, text};
use crate::support::{Key, Sandbox};

/// A sandbox that keeps keys in encrypted files.
fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::with_config("");
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    sandbox
}

fn section(header: &str, key: Key<'_>) -> String {
    format!(
        "[{header}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.0, key.1
    )
}

fn two_lines(key: Key<'_>) -> String {
    format!("{}\n{}\n", key.0, key.1)
}

/// The key id that the line of a profile provides.
#[track_caller]
fn served(sandbox: &Sandbox, profile: &str) -> String {
    let output = sandbox.awsenv(["credential-process", profile]).output();
    let served = output.success().to_owned();
    json(&output)["AccessKeyId"].as_str().map_or(served, str::to_owned)
}

#[test]
fn imports_of_one_profile_at_once_all_come_to_an_end() {
    let sandbox = sandbox();
    private(&sandbox, ".aws/credentials", section("work", WORK));
    let started = std::time::Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| sandbox.awsenv(["key", "import", "work"]).output().success().to_owned());
        }
    });
    assert!(started.elapsed() < Duration::from_secs(5), "nobody waits for itself");
    assert_eq!(served(&sandbox, "work"), WORK.0);
}

#[test]
fn imports_and_restores_at_once_lose_nothing() {
    let sandbox = sandbox();
    private(&sandbox, ".aws/credentials", section("work", WORK));
    for _ in 0..8 {
        std::thread::scope(|scope| {
            for word in ["import", "restore", "import", "restore"] {
                let sandbox = &sandbox;
                // A command that comes too late fails, and says so.
                scope.spawn(move || sandbox.awsenv(["key", word, "work"]).output());
            }
        });
        if !text(&sandbox, ".aws/credentials").contains(WORK.1) {
            assert_eq!(served(&sandbox, "work"), WORK.0);
        }
    }
}

#[test]
fn an_item_that_another_profile_asks_for_stays() {
    let sandbox = sandbox();
    private(
        &sandbox,
        ".aws/credentials",
        section("work", WORK) + &section("new", NEW),
    );
    sandbox.awsenv(["key", "import", "work"]).output().success();
    let line = text(&sandbox, ".aws/credentials");
    let line = line.lines().nth(1).expect("the line").to_owned();
    private(
        &sandbox,
        ".aws/config",
        format!("[profile shared]\n{} shared\n", line.replace(" work", " --item work")),
    );
    let refused = sandbox
        .awsenv(["key", "import", "new", "--item", "work", "--replace"])
        .output();
    assert_eq!(refused.status, 1);
    assert!(
        refused.err().contains("also asks for the item `work`"),
        "{}",
        refused.err()
    );
    let replaced = sandbox
        .awsenv(["key", "add", "work", "--stdin", "--replace"])
        .stdin(two_lines(WORK))
        .output();
    replaced.success();
    assert!(
        replaced.err().contains("`shared` also asks for the item `work`"),
        "{}",
        replaced.err()
    );
    let restored = sandbox.awsenv(["key", "restore", "work"]).output();
    restored.success();
    assert!(restored.err().contains("`shared` asks for it"), "{}", restored.err());
    assert!(text(&sandbox, ".aws/credentials").contains(WORK.1));
    let shared = sandbox
        .awsenv(["credential-process", "--item", "work", "shared"])
        .output();
    assert!(shared.success().contains(WORK.1));
}

#[test]
fn an_item_that_another_config_file_asks_for_stays() {
    let mut sandbox = sandbox();
    for name in ["one", "two"] {
        private(&sandbox, name, section("profile work", WORK));
        sandbox.set("AWS_CONFIG_FILE", sandbox.path(name));
        sandbox.awsenv(["key", "import", "work"]).output().success();
    }
    let changed = text(&sandbox, "two").replace("[profile work]", "[profile work]\nregion = x");
    private(&sandbox, "two", changed);
    sandbox.set("AWS_CONFIG_FILE", sandbox.path("one"));
    sandbox.awsenv(["key", "restore", "work"]).output().success();
    assert_eq!(text(&sandbox, "one"), section("profile work", WORK));
    sandbox.set("AWS_CONFIG_FILE", sandbox.path("two"));
    assert_eq!(served(&sandbox, "work"), WORK.0);
    sandbox.awsenv(["key", "restore", "work"]).output().success();
    assert_eq!(sandbox.awsenv(["key", "list"]).output().success(), "");
}

#[test]
fn one_file_for_both_is_not_written_twice() {
    let mut sandbox = sandbox();
    let whole = section("default", WORK);
    private(&sandbox, ".aws/config", &whole);
    symlink("config", sandbox.path(".aws/credentials")).expect("a link");
    let refused = sandbox.awsenv(["key", "import", "default"]).output();
    assert_eq!(refused.status, 1);
    assert!(refused.err().contains("are the same file"), "{}", refused.err());
    assert_eq!(text(&sandbox, ".aws/config"), whole);

    let whole = whole + "[profile other]\nregion = x\n" + &section("other", OTHER);
    private(&sandbox, "both", &whole);
    for name in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        sandbox.set(name, sandbox.path("both"));
    }
    sandbox.awsenv(["key", "import", "default", "other"]).output().success();
    assert_eq!(holding(&sandbox.home(), WORK.1), [".aws/config"]);
    assert_eq!(
        (served(&sandbox, "default"), served(&sandbox, "other")),
        (WORK.0.into(), OTHER.0.into())
    );
    for name in ["default", "other"] {
        sandbox.awsenv(["key", "restore", name]).output().success();
    }
    assert_eq!(text(&sandbox, "both"), whole);
}

#[test]
fn an_item_that_cannot_be_read_is_not_replaced_unasked() {
    let sandbox = sandbox();
    private(&sandbox, ".aws/credentials", section("work", WORK));
    sandbox.awsenv(["key", "import", "work", "--keep"]).output().success();
    let items = || {
        let dir = sandbox.home().join(".local/state/awsenv/keys");
        let names = std::fs::read_dir(dir).expect("the store").flatten();
        names
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|ending| ending == "age"))
            .expect("an item")
    };
    std::fs::write(items(), "somebody else's").expect("an item");
    let before = text(&sandbox, ".aws/credentials");
    let refused = sandbox.awsenv(["key", "import", "work"]).output();
    assert_eq!(refused.status, 1);
    assert!(refused.err().contains("--replace"), "{}", refused.err());
    assert_eq!(std::fs::read_to_string(items()).expect("an item"), "somebody else's");
    assert_eq!(text(&sandbox, ".aws/credentials"), before);
    sandbox
        .awsenv(["key", "import", "work", "--replace"])
        .output()
        .success();
    assert_eq!(served(&sandbox, "work"), WORK.0);
}

#[test]
fn replacing_a_process_does_not_ask_who_names_no_profile() {
    let mut sandbox = sandbox();
    private(&sandbox, ".aws/config", "[profile work]\ncredential_process = echo\n");
    sandbox.set("AWS_PROFILE", "work");
    let add = || {
        sandbox
            .awsenv(["key", "add", "work", "--stdin", "--replace"])
            .stdin(two_lines(WORK))
    };
    add().output().success();
    assert_eq!(served(&sandbox, "work"), WORK.0);
    // A role based on it would change its identity, which was not requested.
    let role = "[profile ops]\nrole_arn = arn:aws:iam::123456789012:role/ops\nsource_profile = work\n";
    private(
        &sandbox,
        ".aws/config",
        format!("[profile work]\ncredential_process = echo\n{role}"),
    );
    assert!(add().output().err().contains("`ops` would change"));
}

#[test]
fn keys_of_all_profiles_are_refused_by_name() {
    let sandbox = sandbox();
    private(
        &sandbox,
        ".aws/credentials",
        section("DEFAULT", WORK) + "[work]\nregion = x\n",
    );
    let refused = sandbox.awsenv(["key", "import", "--all"]).output();
    assert_eq!(refused.status, 1);
    assert!(
        refused.err().contains("`work` inherits its key from `[DEFAULT]`"),
        "{}",
        refused.err()
    );
}

#[test]
fn a_store_that_is_not_there_is_asked_once() {
    let mut sandbox = sandbox();
    sandbox.set("AWSENV_KEYCHAIN", "os");
    private(
        &sandbox,
        ".aws/credentials",
        section("work", WORK) + &section("other", OTHER),
    );
    let refused = sandbox.awsenv(["key", "import", "--all"]).output();
    assert_eq!(
        (refused.status, refused.err().matches("is not available").count()),
        (1, 1),
        "{}",
        refused.err()
    );
}

#[test]
fn only_the_file_that_gets_the_key_is_narrowed() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = sandbox();
    let config = sandbox.write(".aws/config", "[profile work]\nregion = x\n");
    std::fs::set_permissions(config, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    sandbox
        .awsenv(["key", "add", "work", "--stdin"])
        .stdin(two_lines(WORK))
        .output()
        .success();
    sandbox.awsenv(["key", "restore", "work"]).output().success();
    assert_eq!(
        (mode(&sandbox, ".aws/config"), mode(&sandbox, ".aws/credentials")),
        (0o644, 0o600)
    );
}

#[test]
fn a_csv_with_what_is_no_lasting_key_is_refused() {
    let sandbox = sandbox();
    for (id, secret, why) in [
        ("ASIAX", "x", "temporary"),
        ("AKIAIOSFODNN7EXAMPLE", "\"hun ter2\"", "blanks"),
    ] {
        let path = sandbox.write("keys.csv", format!("Access key ID,Secret access key\n{id},{secret}\n"));
        let from = format!("csv:{}", path.display());
        let refused = sandbox.awsenv(["key", "import", "work", "--from", &from]).output();
        assert_eq!(refused.status, 1);
        assert!(
            refused.err().contains(why) && !refused.err().contains("hun ter2"),
            "{}",
            refused.err()
        );
    }
    assert_eq!(sandbox.awsenv(["key", "list"]).output().success(), "");
}

#[test]
fn a_key_of_the_kernels_keyring_is_moved_first() {
    if !crate::support::kernel_keyring() {
        return;
    }
    let mut sandbox = sandbox();
    sandbox.set("AWSENV_KEYCHAIN", "kernel");
    // The keyring is the user's, not the sandbox's.
    let name = format!("awsenv-test-{}", std::process::id());
    private(&sandbox, ".aws/credentials", section(&name, WORK));
    sandbox.awsenv(["key", "import", &name, "--keep"]).output().success();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    let refused = sandbox.awsenv(["key", "import", &name]).output();
    assert!(refused.err().contains("awsenv key move"), "{}", refused.err());
    sandbox
        .awsenv(["key", "move", &name, "--to", "file"])
        .output()
        .success();
    sandbox.awsenv(["key", "import", &name]).output().success();
    assert_eq!(served(&sandbox, &name), WORK.0);
}

#[test]
fn a_split_that_was_killed_between_two_files_is_finished() {
    let sandbox = sandbox();
    let config = "[profile work]\nrole_arn = arn:aws:iam::123456789012:role/own\nsource_profile = work\n[profile ops]\nrole_arn = arn:aws:iam::123456789012:role/ops\nsource_profile = work\n";
    private(&sandbox, ".aws/config", config);
    private(&sandbox, ".aws/credentials", section("work", WORK));
    let split = || sandbox.awsenv(["key", "import", "work", "--split", "keys"]).output();
    split().success();
    let whole = text(&sandbox, ".aws/config");
    assert!(whole.contains("source_profile = keys"), "{whole}");
    private(&sandbox, ".aws/config", config);
    split().success();
    assert_eq!(text(&sandbox, ".aws/config"), whole);
    assert_eq!(served(&sandbox, "keys"), WORK.0);
}

#[test]
fn a_key_beside_the_line_is_not_lost_by_a_restore() {
    let sandbox = sandbox();
    private(&sandbox, ".aws/credentials", section("work", WORK));
    sandbox.awsenv(["key", "import", "work"]).output().success();
    let imported = text(&sandbox, ".aws/credentials");
    let beside = |key| imported.clone() + section("", key).strip_prefix("[]\n").expect("lines");
    private(&sandbox, ".aws/credentials", beside(NEW));
    let refused = sandbox.awsenv(["key", "restore", "work"]).output();
    assert!(
        refused.err().contains("has a different key in this file"),
        "{}",
        refused.err()
    );
    assert_eq!(text(&sandbox, ".aws/credentials"), beside(NEW));
    private(&sandbox, ".aws/credentials", beside(WORK));
    sandbox.awsenv(["key", "restore", "work"]).output().success();
    assert_eq!(text(&sandbox, ".aws/credentials"), section("work", WORK));
}

#[test]
fn a_secret_typed_behind_a_setting_is_not_repeated() {
    let sandbox = sandbox();
    let refused = sandbox
        .awsenv(["configure", "set", "aws_secret_access_key=hunter2", "x"])
        .output();
    assert_eq!(refused.status, 2);
    assert!(!refused.err().contains("hunter2"), "{}", refused.err());
}

#[test]
fn a_file_that_gave_its_keys_up_holds_none_for_doctor() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = sandbox();
    let path = sandbox.write(".aws/credentials", section("work", WORK));
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let says = || sandbox.awsenv(["doctor"]).output().out().contains("it contains keys");
    assert!(says());
    sandbox.awsenv(["key", "import", "work"]).output().success();
    assert!(!says());
}

#[test]
fn a_relative_config_file_is_restored_from_another_directory() {
    let sandbox = sandbox();
    let before = section("profile work", WORK) + "\n# end\n";
    private(&sandbox, "dir/cfg", before.clone());
    let run = |dir: &str, cfg: &str, word: &str| {
        let run = sandbox.awsenv(["key", word, "work"]).env("AWS_CONFIG_FILE", cfg);
        run.directory(sandbox.path(dir)).output().success().to_owned()
    };
    run("dir", "cfg", "import");
    assert!(!text(&sandbox, "dir/cfg").contains(WORK.1));
    run("", "dir/cfg", "restore");
    assert_eq!(text(&sandbox, "dir/cfg"), before);
}

#[test]
fn a_boto_key_does_not_become_that_of_a_profile_that_has_another() {
    let sandbox = sandbox();
    let boto = |key: Key<'_>| section("Credentials", key);
    private(&sandbox, ".boto", boto(OTHER));
    private(&sandbox, ".boto_x", boto(WORK));
    private(&sandbox, ".aws/config", "[profile x]\nregion = eu-west-1\n");
    let output = sandbox.awsenv(["key", "import", "x", "--from", "boto"]).output();
    assert_eq!(output.status, 1);
    assert!(output.err().contains("`x` would change"), "{}", output.err());
    assert_eq!(text(&sandbox, ".boto_x"), boto(WORK));
}

#[test]
fn a_lost_index_is_named_when_a_key_is_not_found() {
    let mut sandbox = sandbox();
    private(&sandbox, ".aws/credentials", section("work", WORK));
    sandbox.awsenv(["key", "import", "work"]).output().success();
    let index = sandbox.path(".local/state/awsenv/keychain.json");
    // There is no bus here.
    sandbox.set("AWSENV_KEYCHAIN", "os");
    assert_eq!(served(&sandbox, "work"), WORK.0);
    let hint = |sandbox: &Sandbox| {
        let output = sandbox.awsenv(["credential-process", "work"]).output();
        assert_eq!((output.status, output.out()), (1, ""));
        assert!(output.err().contains("AWSENV_KEYCHAIN"), "{}", output.err());
    };
    std::fs::write(&index, "{").expect("a damaged index");
    hint(&sandbox);
    std::fs::remove_file(&index).expect("no index");
    hint(&sandbox);
    sandbox.set("AWSENV_KEYCHAIN", "file");
    assert_eq!(served(&sandbox, "work"), WORK.0);
}

/// `aws configure` writes a key into a profile that has awsenv's line.
#[test]
fn a_key_that_goes_before_the_keychain_is_said_where_the_profile_is_used() {
    let sandbox = sandbox();
    private(&sandbox, ".aws/credentials", section("work", WORK));
    sandbox.awsenv(["key", "import", "work"]).output().success();
    let commands: [&[&str]; 2] = [&["use", "work", "--shell", "bash"], &["list"]];
    for command in commands {
        let output = sandbox.awsenv(command).output();
        output.success();
        assert!(!output.err().contains("keychain"), "{}", output.err());
    }
    let line = text(&sandbox, ".aws/credentials").replace("[work]\n", "");
    private(&sandbox, ".aws/credentials", section("work", NEW) + &line);
    for command in commands {
        let output = sandbox.awsenv(command).output();
        output.success();
        let err = output.err();
        assert!(
            err.contains(".aws/credentials:2: the key in this file takes precedence"),
            "{err}"
        );
        assert!(err.contains("awsenv key import --replace work"), "{err}");
        assert!(!output.all().contains(NEW.1), "{}", output.all());
    }
    let doctor = sandbox.awsenv(["doctor"]).output();
    assert!(
        doctor.out().contains("takes precedence over the one for `work`"),
        "{}",
        doctor.out()
    );
    sandbox
        .awsenv(["key", "import", "work", "--replace"])
        .output()
        .success();
    assert_eq!(served(&sandbox, "work"), NEW.0);
    assert!(!text(&sandbox, ".aws/credentials").contains(NEW.1));
}
