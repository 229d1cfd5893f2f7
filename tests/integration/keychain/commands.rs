//! `key add`, `key move`, `--item`: keys that were never in a file.

use super::{CONFIG, KEYS, NEW, WORK, credentials, files, holding, json, private, sandbox, text, who};
use crate::integration::terminal::Terminal;
use crate::support::keychain::Keychain;
use crate::support::{Sandbox, botocore_identities, identities};

fn two_lines(key: super::Key<'_>) -> String {
    format!("{}\n{}\n", key.0, key.1)
}

#[test]
fn a_key_from_stdin_becomes_a_profile() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let lines = two_lines(NEW);
    let document = serde_json::json!({"AccessKeyId": NEW.0, "SecretAccessKey": NEW.1, "more": 1}).to_string();
    for (profile, stdin) in [
        ("lines", lines.trim_end()),
        ("windows", &lines.replace('\n', "\r\n")),
        ("json", &document),
    ] {
        let added = sandbox.awsenv(["key", "add", profile, "--stdin"]).stdin(stdin).output();
        assert_eq!(added.success(), "", "{profile}");
        let item = keychain.lookup("awsenv", profile).expect("an item");
        assert!(item.contains(NEW.0) && item.contains(NEW.1), "{profile}");
        let config = text(&sandbox, ".aws/config");
        let section = format!("[profile {profile}]\n");
        assert!(config.starts_with(CONFIG) && config.contains(&section), "{config}");
    }
    assert_eq!(text(&sandbox, ".aws/credentials"), credentials());
    assert_eq!(holding(&sandbox.home(), NEW.1), [""; 0]);
    let Some(answer) = identities(&sandbox, &["lines"], &KEYS) else {
        return;
    };
    let caller = answer["lines"]["aws"]["caller"].as_str().unwrap_or_default();
    assert!(caller.contains(NEW.0), "{answer}");
    assert_eq!(answer["lines"]["boto3"]["access_key_id"], NEW.0);
}

#[test]
fn a_name_of_any_kind_finds_its_key() {
    let mut sandbox = Sandbox::new();
    let Some(_keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let long = "n".repeat(300);
    let names = [
        "two words",
        "it's",
        "a\"quote",
        "Größe-世界",
        "Work",
        "work",
        "$HOME",
        "back\\slash",
        &long,
    ];
    for (number, name) in names.iter().enumerate() {
        let stdin = format!("AKIAIOSFODNN7NAME{number:03}\nsecret/of+{number:030}\n");
        let added = sandbox.awsenv(["key", "add", name, "--stdin"]).stdin(stdin).output();
        added.success();
    }
    let Some(answers) = botocore_identities(&[&sandbox], &names[..6], &[]) else {
        return;
    };
    let answer = &answers[0];
    for (number, name) in names.iter().enumerate() {
        let document = json(&sandbox.awsenv(["credential-process", name]).output());
        assert_eq!(document["SecretAccessKey"], format!("secret/of+{number:030}"), "{name}");
        if number < 6 {
            assert_eq!(
                answer[name]["botocore"]["access_key_id"],
                format!("AKIAIOSFODNN7NAME{number:03}"),
                "{name}"
            );
        }
    }
}

#[test]
fn a_secret_on_the_command_line_is_refused() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let before = files(&sandbox.home());
    for args in [
        &["key", "add", "fresh", NEW.0, NEW.1][..],
        &["key", "add", "fresh", NEW.1],
        &["key", "add", NEW.1, "--stdin", NEW.0],
        &["key", "add", "fresh", "--secret", NEW.1],
        &["key", "add", "fresh", &format!("--secret-access-key={}", NEW.1)],
        &["configure", "set", "aws_secret_access_key", NEW.1, "--profile", "fresh"],
    ] {
        let output = sandbox.awsenv(args).stdin(two_lines(NEW)).output();
        assert_ne!(output.status, 0, "{args:?}");
        assert!(
            !output.err().contains(NEW.1) && !output.out().contains(NEW.1),
            "{}",
            output.all()
        );
    }
    assert_eq!(keychain.search("awsenv"), "", "nothing was stored");
    assert_eq!(files(&sandbox.home()), before);
}

#[test]
fn half_a_key_is_refused() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let before = files(&sandbox.home());
    for stdin in [
        "",
        "\n",
        NEW.0,
        &format!("{}\n\n", NEW.0),
        &format!("\n{}\n", NEW.1),
        &format!("{}\n{}\nand more\n", NEW.0, NEW.1),
        &format!("{{\"AccessKeyId\": \"{}\"}}", NEW.0),
        &format!("{{\"AccessKeyId\": \"{}\", \"SecretAccessKey\": 1}}", NEW.0),
        &format!("{}\nnul\0in it\n", NEW.0),
    ] {
        let output = sandbox.awsenv(["key", "add", "fresh", "--stdin"]).stdin(stdin).output();
        assert_ne!(output.status, 0, "{stdin:?}");
        assert!(!output.err().contains(NEW.1), "{}", output.all());
    }
    // A session's keys expire, but a keychain item does not.
    let stdin = format!(
        r#"{{"AccessKeyId":"ASIAX","SecretAccessKey":"{}","SessionToken":"t"}}"#,
        NEW.1
    );
    assert_ne!(
        sandbox
            .awsenv(["key", "add", "fresh", "--stdin"])
            .stdin(stdin)
            .output()
            .status,
        0
    );
    assert_eq!(keychain.search("awsenv"), "");
    assert_eq!(files(&sandbox.home()), before);
}

#[test]
fn what_is_there_is_replaced_only_if_told() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let add = |profile: &str, key, more: &[&str]| {
        let args = ["key", "add", profile, "--stdin"];
        sandbox.awsenv(args.iter().chain(more)).stdin(two_lines(key)).output()
    };
    add("fresh", NEW, &[]).success();
    assert_eq!(add("fresh", WORK, &[]).status, 1, "another key");
    assert!(keychain.lookup("awsenv", "fresh").unwrap().contains(NEW.1));
    add("fresh", WORK, &["--replace"]).success();
    assert!(keychain.lookup("awsenv", "fresh").unwrap().contains(WORK.1));
    // Plaintext keys take precedence over the line in every SDK, so an item beside them would be a trap.
    assert_eq!(add("other", NEW, &[]).status, 1, "a profile with keys of its own");
    assert_eq!(text(&sandbox, ".aws/credentials"), credentials());
    assert_eq!(keychain.lookup("awsenv", "other"), None);
}

#[test]
fn two_files_that_share_a_name_have_an_item_each() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    private(
        &sandbox,
        "elsewhere/config",
        format!(
            "[profile work]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            NEW.0, NEW.1
        ),
    );
    sandbox.awsenv(["key", "import", "work"]).output().success();
    let elsewhere = |args: &[&str]| {
        let config = sandbox.path("elsewhere/config");
        let run = sandbox.awsenv(args).env("AWS_CONFIG_FILE", config);
        run.env("AWS_SHARED_CREDENTIALS_FILE", sandbox.path("elsewhere/credentials"))
    };
    assert_eq!(
        elsewhere(&["key", "import", "work"]).output().status,
        1,
        "the item holds another key"
    );
    assert!(keychain.lookup("awsenv", "work").unwrap().contains(WORK.1));
    elsewhere(&["key", "import", "work", "--item", "work of mine"])
        .output()
        .success();
    assert!(keychain.lookup("awsenv", "work").unwrap().contains(WORK.1));
    assert!(keychain.lookup("awsenv", "work of mine").unwrap().contains(NEW.1));
    let line = text(&sandbox, "elsewhere/config");
    assert!(line.contains("--item") && !line.contains(NEW.1), "{line}");
    let theirs = elsewhere(&["use", "--keys", "work", "--shell", "bash"]).output();
    assert!(theirs.out().contains(NEW.1), "{}", theirs.all());
    let ours = sandbox.awsenv(["use", "--keys", "work", "--shell", "bash"]).output();
    assert!(ours.out().contains(WORK.1), "{}", ours.all());
    elsewhere(&["key", "restore", "work"]).output().success();
    assert!(text(&sandbox, "elsewhere/config").contains(NEW.1));
    assert_eq!(keychain.lookup("awsenv", "work of mine"), None);
    assert!(keychain.lookup("awsenv", "work").is_some());
}

#[test]
fn a_key_moves_from_store_to_store() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    // The kernel's keyring belongs to the whole user, so no other run may use the same name.
    let name = format!("awsenv-test-{}", sandbox.root().file_name().unwrap().to_string_lossy());
    private(
        &sandbox,
        ".aws/credentials",
        credentials().replace("[work]", &format!("[{name}]")),
    );
    sandbox.write(".aws/config", CONFIG.replace("work", &name));
    let profiles = [&*name, "ops"];
    let before = who(&sandbox, &profiles);
    sandbox
        .awsenv(["key", "unlock", "--no-passphrase"])
        .env("AWSENV_KEYCHAIN", "file")
        .output()
        .success();
    sandbox.awsenv(["key", "import", &name]).output().success();
    let store = || json(&sandbox.awsenv(["key", "list", "--json"]).output())[0]["store"].clone();
    let mut stores = vec!["file", "os"];
    if crate::support::kernel_keyring() {
        stores.extend(["kernel", "file", "kernel", "os"]);
    }
    for to in stores {
        sandbox.awsenv(["key", "move", &name, "--to", to]).output().success();
        assert_eq!(store(), to);
        assert_eq!(keychain.lookup("awsenv", &name).is_some(), to == "os", "{to}");
        assert_eq!(holding(&sandbox.home(), WORK.1), [""; 0], "{to}");
        assert_eq!(who(&sandbox, &profiles), before, "{to}");
    }
    assert_eq!(
        sandbox.awsenv(["key", "move", &name, "--to", "cellar"]).output().status,
        2
    );
    assert_eq!(
        sandbox.awsenv(["key", "move", "other", "--to", "file"]).output().status,
        1
    );
    sandbox.awsenv(["key", "restore", &name]).output().success();
    assert_eq!(who(&sandbox, &profiles), before);
}

#[test]
fn a_secret_is_typed_unseen() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    terminal.line("awsenv key add typed; echo sta\"\"tus=$?");
    terminal.wait("the question for the id", |screen| {
        screen.to_lowercase().contains("access key id")
    });
    terminal.line(NEW.0);
    terminal.wait("the question for the secret", |screen| {
        screen.to_lowercase().contains("secret")
    });
    terminal.line(NEW.1);
    let screen = terminal.wait("the end", |screen| screen.contains("status="));
    assert!(screen.contains("status=0"), "{screen}");
    assert!(
        !screen.contains(&NEW.1[..8]) && screen.contains("(not shown): \n"),
        "{screen}"
    );
    assert!(keychain.lookup("awsenv", "typed").unwrap().contains(NEW.1));
    assert_eq!(holding(&sandbox.home(), NEW.1), [""; 0]);
    let screen = terminal
        .line("clear; stty -a | grep -o -- '-*echo '; echo over")
        .wait("the mode", |screen| screen.contains("\nover"));
    assert!(!screen.contains("-echo"), "the terminal echoes again: {screen}");
}

#[test]
fn nothing_changes_when_the_secret_is_not_given() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "set -o ignoreeof") else {
        return;
    };
    let before = files(&sandbox.path(".aws"));
    for key in ["C-c", "C-d"] {
        terminal.line("clear; awsenv key add typed; echo sta\"\"tus=$?");
        terminal.wait("the question for the id", |screen| {
            !screen.contains("status=") && screen.to_lowercase().contains("access key id")
        });
        terminal.line(NEW.0);
        terminal.wait("the question for the secret", |screen| {
            screen.to_lowercase().contains("secret")
        });
        terminal.key(key);
        let screen = terminal.wait("the end", |screen| screen.contains("status="));
        assert!(screen.contains("status=130"), "{key}: {screen}");
    }
    assert_eq!(keychain.search("awsenv"), "");
    assert_eq!(files(&sandbox.path(".aws")), before);
}
