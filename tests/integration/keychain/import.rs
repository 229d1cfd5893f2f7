//! `key import`: what it rejects and why, what it only shows, and where keys may come from.

use super::{CONFIG, KEYS, NEW, OTHER, WORK, credentials, everyone, files, holding, json, private, sandbox, text, who};
use crate::support::keychain::Keychain;
use crate::support::{Output, Sandbox, identities};

fn pair(key: super::Key<'_>) -> String {
    format!("aws_access_key_id = {}\naws_secret_access_key = {}\n", key.0, key.1)
}

/// Runs it, and checks that it failed, gave the reason and changed no file.
#[track_caller]
fn refused(sandbox: &Sandbox, args: &[&str], reason: &str) -> Output {
    let before = files(&sandbox.path(".aws"));
    let output = sandbox.awsenv(args).output();
    assert_eq!((output.status, output.out()), (1, ""), "{}", output.all());
    assert!(output.err().contains(reason), "wanted: {reason}\n{}", output.all());
    assert_eq!(files(&sandbox.path(".aws")), before, "{args:?}");
    for (_, secret) in KEYS {
        assert!(!output.err().contains(secret), "{}", output.all());
    }
    output
}

/// What may not be imported, and a word of the reason.
fn refusals() -> Vec<(&'static str, String, String, &'static str)> {
    let [work, new] = [WORK, NEW].map(pair);
    let credentials = |name: &str, text: &str| (String::new(), format!("[{name}]\n{text}"));
    let config = |name: &str, text: &str| (format!("[profile {name}]\n{text}"), String::new());
    let cases = [
        (
            "id-only",
            credentials("id-only", &format!("aws_access_key_id = {}\n", WORK.0)),
            "aws_secret_access_key",
        ),
        (
            "secret-only",
            credentials("secret-only", &format!("aws_secret_access_key = {}\n", WORK.1)),
            "aws_access_key_id",
        ),
        (
            "session",
            credentials("session", &format!("{work}aws_session_token = t0ken\n")),
            "temporary",
        ),
        (
            "temporary",
            credentials("temporary", &work.replace("AKIA", "ASIA")),
            "temporary",
        ),
        (
            "process",
            config("process", &format!("{work}credential_process = /bin/true\n")),
            "credential_process",
        ),
        (
            "itself",
            config(
                "itself",
                &format!("{work}role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = itself\n"),
            ),
            "role_arn",
        ),
        (
            "role",
            config(
                "role",
                &format!("{work}role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = other\n"),
            ),
            "role",
        ),
        (
            "login",
            config(
                "login",
                &format!("{work}login_session = arn:aws:iam::123456789012:user/x\n"),
            ),
            "login_session",
        ),
        (
            "both",
            (format!("[profile both]\n{work}"), format!("[both]\n{new}")),
            "a different key",
        ),
    ];
    cases
        .into_iter()
        .map(|(name, (config, credentials), reason)| (name, config, credentials, reason))
        .collect()
}

#[test]
fn what_would_change_who_a_profile_is_stays_as_it_is() {
    for (name, config, credentials, reason) in refusals() {
        let mut sandbox = Sandbox::with_config(&config);
        private(
            &sandbox,
            ".aws/credentials",
            format!("{credentials}[other]\n{}", pair(OTHER)),
        );
        let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
            return;
        };
        refused(&sandbox, &["key", "import", name], reason);
        assert_eq!(keychain.search("awsenv"), "", "{name}");
    }
    let mut sandbox = Sandbox::with_config("[DEFAULT]\nregion = eu-west-1\n[profile heir]\nregion = eu-west-1\n");
    private(
        &sandbox,
        ".aws/credentials",
        format!("[DEFAULT]\n{}[heir]\nx = y\n", pair(WORK)),
    );
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    refused(&sandbox, &["key", "import", "heir"], "heir");
    refused(&sandbox, &["key", "import", "nobody"], "nobody");
    assert_eq!(keychain.search("awsenv"), "");
}

#[test]
fn all_takes_what_it_can_and_names_the_rest() {
    let mut config = CONFIG.to_owned() + "\n";
    let mut text_of_credentials = credentials();
    for (_, more, secret, _) in refusals() {
        config += &more;
        text_of_credentials += &secret;
    }
    let mut sandbox = Sandbox::with_config(&config);
    private(&sandbox, ".aws/credentials", &text_of_credentials);
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let names: Vec<_> = ["work", "other", "ops", "bare"]
        .into_iter()
        .chain(refusals().iter().map(|case| case.0))
        .collect();
    let before = who(&sandbox, &names);
    let output = sandbox.awsenv(["key", "import", "--all"]).output();
    assert_eq!((output.status, output.out()), (1, ""), "{}", output.all());
    for (name, .., reason) in refusals() {
        let said = output
            .err()
            .lines()
            .any(|line| line.contains(name) && line.contains(reason));
        assert!(said, "{name}: {reason}\n{}", output.all());
        assert_eq!(keychain.lookup("awsenv", name), None, "{name}");
    }
    let text = text(&sandbox, ".aws/credentials");
    for (name, key) in [("work", WORK), ("other", OTHER)] {
        assert!(keychain.lookup("awsenv", name).unwrap().contains(key.1));
        assert!(text.contains(&format!("credential-process {name}")), "{text}");
    }
    assert!(!text.contains(OTHER.1), "{text}");
    assert_eq!(who(&sandbox, &names), before);
    // Again: those two are done, and the rest is unchanged.
    let again = sandbox.awsenv(["key", "import", "--all"]).output();
    assert_eq!(again.status, 1, "{}", again.all());
    assert_eq!(super::text(&sandbox, ".aws/credentials"), text);
}

#[test]
fn equal_keys_in_both_files_leave_both() {
    let mut sandbox = Sandbox::with_config(&format!("[profile twice]\nregion = eu-west-1\n{}", pair(WORK)));
    private(&sandbox, ".aws/credentials", format!("[twice]\n{}", pair(WORK)));
    let (config, secret) = (text(&sandbox, ".aws/config"), text(&sandbox, ".aws/credentials"));
    let Some(_keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let before = who(&sandbox, &["twice"]);
    sandbox.awsenv(["key", "import", "twice"]).output().success();
    assert_eq!(holding(&sandbox.home(), WORK.1), [""; 0]);
    assert_eq!(holding(&sandbox.path(".aws"), WORK.0), [""; 0]);
    assert_eq!(who(&sandbox, &["twice"]), before);
    sandbox.awsenv(["key", "restore", "twice"]).output().success();
    assert_eq!(
        (text(&sandbox, ".aws/config"), text(&sandbox, ".aws/credentials")),
        (config, secret)
    );
}

#[test]
fn an_item_that_is_there_decides() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    sandbox.awsenv(["key", "import", "work", "--keep"]).output().success();
    assert_eq!(
        text(&sandbox, ".aws/credentials"),
        credentials(),
        "--keep leaves the files"
    );
    assert!(keychain.lookup("awsenv", "work").unwrap().contains(WORK.1));
    // With the same key, the import continues.
    sandbox.awsenv(["key", "import", "work"]).output().success();
    assert!(!text(&sandbox, ".aws/credentials").contains(WORK.1));
    // `aws configure` wrote another key over it.
    let line = text(&sandbox, ".aws/credentials")
        .lines()
        .find(|line| line.contains("credential-process"))
        .unwrap()
        .to_owned();
    private(
        &sandbox,
        ".aws/credentials",
        text(&sandbox, ".aws/credentials").replace(&line, &format!("{}{line}", pair(NEW))),
    );
    let listed = sandbox.awsenv(["list"]).output();
    assert!(
        listed.err().contains("work"),
        "it is said that the file wins: {}",
        listed.all()
    );
    let used = sandbox.awsenv(["use", "work", "--shell", "bash"]).output();
    assert!(
        used.err().contains("work") && !used.err().contains(NEW.1),
        "{}",
        used.all()
    );
    assert_ne!(sandbox.awsenv(["doctor"]).output().status, 0);
    refused(&sandbox, &["key", "import", "work"], "--replace");
    let before = everyone(&sandbox, &["work"]);
    sandbox
        .awsenv(["key", "import", "work", "--replace"])
        .output()
        .success();
    assert!(keychain.lookup("awsenv", "work").unwrap().contains(NEW.1));
    assert_eq!(holding(&sandbox.home(), NEW.1), [""; 0]);
    assert_eq!(
        text(&sandbox, ".aws/credentials").matches("credential_process").count(),
        1
    );
    assert_eq!(everyone(&sandbox, &["work"]), before);
}

#[test]
fn a_process_of_somebody_else_is_replaced_only_if_told() {
    // Keys in the credentials file take precedence over a process; those in the config file do not.
    let mut sandbox = Sandbox::with_config("[profile process]\ncredential_process = /bin/false\n");
    private(&sandbox, ".aws/credentials", format!("[process]\n{}", pair(WORK)));
    let Some(_keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let before = who(&sandbox, &["process"]);
    refused(&sandbox, &["key", "import", "process"], "--replace");
    sandbox
        .awsenv(["key", "import", "process", "--replace"])
        .output()
        .success();
    assert_eq!(who(&sandbox, &["process"]), before);
    let text = text(&sandbox, ".aws/config") + &text(&sandbox, ".aws/credentials");
    assert!(!text.contains("/bin/false"), "{text}");
    assert_eq!(text.matches("credential-process process").count(), 1, "{text}");
}

#[test]
fn a_dry_run_shows_the_change_and_no_secret() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let before = files(&sandbox.path(".aws"));
    let output = sandbox.awsenv(["key", "import", "work", "--dry-run"]).output();
    let said = format!("{}{}", output.success(), output.err());
    assert!(said.contains("+credential_process"), "{said}");
    assert!(
        said.contains("-aws_secret_access_key") || said.contains("-AWS_Access_Key_Id"),
        "{said}"
    );
    for (_, secret) in KEYS {
        assert!(!said.contains(secret), "{said}");
    }
    assert_eq!(files(&sandbox.path(".aws")), before);
    assert_eq!(keychain.search("awsenv"), "");
    sandbox.awsenv(["key", "import", "work"]).output().success();
    let before = files(&sandbox.path(".aws"));
    let output = sandbox.awsenv(["key", "restore", "work", "--dry-run"]).output();
    let said = format!("{}{}", output.success(), output.err());
    assert!(said.contains("-credential_process") && !said.contains(WORK.1), "{said}");
    assert_eq!(files(&sandbox.path(".aws")), before);
    assert!(keychain.lookup("awsenv", "work").is_some());
}

#[test]
fn keys_beside_a_role_get_a_profile_of_their_own() {
    let role = "role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = both\n";
    let mut sandbox = Sandbox::with_config(&format!("[profile both]\nregion = eu-west-1\n{role}{}", pair(WORK)));
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let before = who(&sandbox, &["both"]);
    refused(&sandbox, &["key", "import", "both"], "--split");
    sandbox
        .awsenv(["key", "import", "both", "--split", "both-keys"])
        .output()
        .success();
    assert_eq!(who(&sandbox, &["both"]), before);
    assert_eq!(holding(&sandbox.home(), WORK.1), [""; 0]);
    assert!(keychain.lookup("awsenv", "both-keys").unwrap().contains(WORK.1));
    let config = text(&sandbox, ".aws/config");
    assert!(
        config.contains("source_profile = both-keys") && config.contains("[profile both-keys]"),
        "{config}"
    );
    if let Some(answer) = identities(&sandbox, &["both-keys"], &KEYS) {
        assert_eq!(answer["both-keys"]["boto3"]["access_key_id"], WORK.0);
    }
}

#[test]
fn keys_come_from_the_environment() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let import = |token: bool| {
        let run = sandbox.awsenv(["key", "import", "fresh", "--from", "env"]);
        let run = run.env("AWS_ACCESS_KEY_ID", NEW.0).env("AWS_SECRET_ACCESS_KEY", NEW.1);
        if token {
            run.env("AWS_SESSION_TOKEN", "t0ken")
        } else {
            run
        }
        .output()
    };
    assert_eq!(import(true).status, 1, "keys of a session");
    assert_eq!(keychain.search("awsenv"), "");
    import(false).success();
    assert!(keychain.lookup("awsenv", "fresh").unwrap().contains(NEW.1));
    assert_eq!(
        sandbox
            .awsenv(["key", "import", "bare", "--from", "env"])
            .output()
            .status,
        1,
        "no keys"
    );
    // What awsenv itself exported does not count as the user's.
    let Some(bash) = crate::support::require("bash") else {
        return;
    };
    let script = "eval \"$(awsenv use --keys other --shell bash)\"; awsenv key import taken --from env";
    let output = sandbox.program(bash).args(["-c", script]).output();
    assert_eq!(output.status, 1, "{}", output.all());
    assert_eq!(keychain.lookup("awsenv", "taken"), None);
}

#[test]
fn keys_come_from_the_file_that_the_console_gives() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let csv = format!("\u{feff}Access key ID,Secret access key\r\n{},{}\r\n", NEW.0, NEW.1);
    private(&sandbox, "rootkey.csv", &csv);
    let from = format!("csv:{}", sandbox.path("rootkey.csv").display());
    let output = sandbox.awsenv(["key", "import", "fresh", "--from", &from]).output();
    assert_eq!(output.success(), "");
    assert!(
        output.err().contains("rootkey.csv"),
        "the file still holds it, and that is said: {}",
        output.all()
    );
    assert!(keychain.lookup("awsenv", "fresh").unwrap().contains(NEW.1));
    assert!(text(&sandbox, ".aws/config").contains("[profile fresh]"));
    private(&sandbox, "bad.csv", format!("User,Password\n{},{}\n", NEW.0, NEW.1));
    let from = format!("csv:{}", sandbox.path("bad.csv").display());
    let output = sandbox.awsenv(["key", "import", "worse", "--from", &from]).output();
    assert_eq!(output.status, 1, "{}", output.all());
    assert!(!output.err().contains(NEW.1), "{}", output.all());
}

#[test]
fn keys_come_from_the_files_of_boto_2() {
    let mut sandbox = Sandbox::new();
    let old = format!("# old\n[Credentials]\n{}\n[Boto]\ndebug = 0\n", pair(NEW));
    private(&sandbox, ".boto_legacy", &old);
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    sandbox
        .awsenv(["key", "import", "legacy", "--from", "boto"])
        .output()
        .success();
    assert!(keychain.lookup("awsenv", "legacy").unwrap().contains(NEW.1));
    let left = text(&sandbox, ".boto_legacy");
    assert!(
        left.starts_with("# old\n[Credentials]\n") && left.ends_with("[Boto]\ndebug = 0\n"),
        "{left}"
    );
    assert!(
        !left.contains(NEW.1) && left.contains("awsenv"),
        "a comment says where it went: {left}"
    );
    assert_eq!(holding(&sandbox.home(), NEW.1), [""; 0]);
    let listed = json(&sandbox.awsenv(["list", "--json"]).output());
    assert!(
        listed
            .as_array()
            .unwrap()
            .iter()
            .any(|entry| entry["name"] == "legacy" && entry["kind"] == "keychain"),
        "{listed}"
    );
    if let Some(answer) = identities(&sandbox, &["legacy"], &KEYS) {
        assert_eq!(answer["legacy"]["boto3"]["access_key_id"], NEW.0);
    }
}

#[test]
fn a_store_that_forgets_takes_no_key_out_of_a_file() {
    if !crate::support::kernel_keyring() {
        return;
    }
    let mut sandbox = sandbox();
    sandbox.set("AWSENV_KEYCHAIN", "kernel");
    refused(&sandbox, &["key", "import", "work"], "reboot");
}

#[test]
fn a_bad_keychain_leaves_the_files_alone() {
    let fails = |sandbox: &Sandbox, what: &str| {
        let start = std::time::Instant::now();
        let output = sandbox.awsenv(["key", "import", "work"]).output();
        assert_eq!((output.status, output.out()), (1, ""), "{what}: {}", output.all());
        assert_eq!(text(sandbox, ".aws/credentials"), credentials(), "{what}");
        assert!(start.elapsed().as_secs() < 8, "{what}: {:?}", start.elapsed());
        assert_eq!(files(&sandbox.path(".aws")).len(), 2, "{what}");
    };
    let mut one = sandbox();
    Keychain::absent(&mut one);
    fails(&one, "absent");
    Keychain::dead(&mut one);
    fails(&one, "dead");
    for (what, make) in [
        (
            "without a service",
            Keychain::without_service as fn(&mut Sandbox) -> Option<Keychain>,
        ),
        ("locked", Keychain::locked),
        ("silent", Keychain::silent),
    ] {
        let mut sandbox = sandbox();
        let Some(_keychain) = make(&mut sandbox) else { return };
        fails(&sandbox, what);
    }
}

#[test]
fn many_at_once_lose_neither_a_line_nor_a_key() {
    let names: Vec<String> = (0..12).map(|number| format!("p{number}")).collect();
    let secret = |name: &str| format!("secretOf{name}{}", "x".repeat(30));
    let config: String = names
        .iter()
        .map(|name| format!("[profile {name}]\nregion = eu-west-1\n\n"))
        .collect();
    let section = |name: &String| {
        format!(
            "[{name}]\n{}\n",
            pair((&format!("AKIAIOSFODNN7000{name}"), &secret(name)))
        )
    };
    let credentials: String = names.iter().map(section).collect();
    let mut sandbox = Sandbox::with_config(&config);
    private(&sandbox, ".aws/credentials", &credentials);
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let each = |action: &str| {
        std::thread::scope(|scope| {
            let run = |name| sandbox.awsenv(["key", action, name]);
            let started: Vec<_> = names
                .iter()
                .map(|name| scope.spawn(move || run(name).output()))
                .collect();
            for one in started {
                one.join().expect("a run").success();
            }
        });
    };
    each("import");
    for name in &names {
        assert!(
            keychain
                .lookup("awsenv", name)
                .is_some_and(|item| item.contains(&secret(name))),
            "{name}"
        );
        assert_eq!(holding(&sandbox.home(), &secret(name)), [""; 0], "{name}");
    }
    let keys = json(&sandbox.awsenv(["key", "list", "--json"]).output());
    assert_eq!(keys.as_array().map(Vec::len), Some(names.len()), "{keys}");
    each("restore");
    assert_eq!(text(&sandbox, ".aws/credentials"), credentials);
    assert_eq!(text(&sandbox, ".aws/config"), config);
    assert_eq!(
        json(&sandbox.awsenv(["key", "list", "--json"]).output()),
        serde_json::json!([])
    );
    assert_eq!(keychain.search("awsenv"), "");
}
