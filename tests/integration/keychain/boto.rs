//! Legacy boto profiles whose secret is in a keyring, where Python's `keyring` stored it for boto 2.

use std::time::Duration;

use super::{WORK, holding, private, text};
use crate::support::keychain::Keychain;
use crate::support::{Sandbox, botocore_identities};

/// What Python's library stores beside service and user.
const PYTHON: [&str; 2] = ["application", "Python keyring lib"];

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_config("[profile other]\nregion = eu-west-1\n");
    private(
        &sandbox,
        ".boto_old",
        format!(
            "# mine\n[Credentials]\naws_access_key_id = {}\nkeyring = my keys\n",
            WORK.0
        ),
    );
    sandbox
}

#[test]
fn the_secret_is_read_where_boto_2_read_it() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    let exec = |sandbox: &Sandbox| sandbox.awsenv(["exec", "old", "--", "env"]).output();
    let missing = exec(&sandbox);
    assert_eq!(missing.status, 1);
    let place = format!("{}:4", sandbox.path(".boto_old").display());
    let said = missing.err().replace("~/", &format!("{}/", sandbox.home().display()));
    assert!(
        said.contains(&format!("{place}: the keyring has no secret for the key `{}`", WORK.0)),
        "{said}"
    );
    assert!(said.contains("the service `my keys`"), "{said}");

    keychain.store_as("my keys", WORK.0, &PYTHON, WORK.1);
    keychain.store_as("my keys", "AKIASOMEBODYELSE", &PYTHON, "not this one");
    let found = exec(&sandbox).success().to_owned();
    assert!(found.contains(&format!("AWS_ACCESS_KEY_ID={}\n", WORK.0)), "{found}");
    assert!(
        found.contains(&format!("AWS_SECRET_ACCESS_KEY={}\n", WORK.1)),
        "{found}"
    );
    let script = sandbox.awsenv(["use", "old", "--shell", "bash"]).output();
    assert!(script.success().contains(WORK.1), "a profile that only keys can serve");

    keychain.lock();
    assert!(exec(&sandbox).err().contains("is locked"));
    drop(keychain);
    assert_eq!(exec(&sandbox).status, 1);
}

#[test]
fn what_only_shows_profiles_asks_no_keyring() {
    let mut sandbox = sandbox();
    let Some(_keychain) = Keychain::silent(&mut sandbox) else {
        return;
    };
    for words in [
        &["list", "--json"][..],
        &["explain", "old"],
        &["explain", "old", "--json"],
        &["doctor"],
        &["current"],
    ] {
        let output = sandbox.awsenv(words).limit(Duration::from_secs(4)).output();
        assert!(!output.all().contains("did not answer"), "{}", output.all());
    }
    let asked = sandbox.awsenv(["exec", "old", "--", "true"]).output();
    assert!(asked.err().contains("did not answer"), "{}", asked.all());
    let explained = sandbox.awsenv(["explain", "old"]).output();
    assert!(
        explained.out().contains("with its secret in the keyring my keys"),
        "{}",
        explained.all()
    );
    let doctor = sandbox.awsenv(["doctor", "-v"]).output();
    assert!(
        doctor
            .out()
            .contains("`old` is a profile in a legacy boto file, with its secret in the keyring `my keys`")
    );
}

#[test]
fn the_key_moves_from_the_keyring_to_a_profile_of_the_aws_files() {
    let mut sandbox = sandbox();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    keychain.store_as("my keys", WORK.0, &PYTHON, WORK.1);
    let words = ["key", "import", "--from", "boto", "old", "--yes"];
    sandbox.awsenv(words).output().success();
    assert!(
        keychain
            .lookup("awsenv", "old")
            .is_some_and(|item| item.contains(WORK.1))
    );
    let old = text(&sandbox, ".boto_old");
    assert!(
        old.starts_with("# mine\n[Credentials]\n") && !old.contains("\naws_access_key_id"),
        "{old}"
    );
    assert_eq!(holding(&sandbox.home(), WORK.1), [""; 0]);
    if let Some(answers) = botocore_identities(&[&sandbox], &["old"], &[WORK]) {
        assert!(answers[0]["old"].to_string().contains(WORK.0), "{}", answers[0]);
    }
}
