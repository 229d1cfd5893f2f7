//! What is known without asking: names of accounts and sign-ins in the picker, near names in errors, findings of `doctor`.

use serde_json::{Value, json};

use crate::integration::terminal::Terminal;
use crate::support::sso::{
    LEGACY, LONG, START_URL, from_now, old, old_registration, registration_path, sign_in, token_path, write,
};
use crate::support::{Aws, Sandbox};

#[test]
fn the_picker_shows_accounts_by_name_and_who_is_signed_in() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, LONG);
    sandbox
        .awsenv(["sso", "accounts", "--session", "corp"])
        .output()
        .success();
    let before = aws.requests().len();
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    terminal.resize(170, 30);
    terminal.line("awsenv use");
    terminal.wait("the picker", |screen| screen.contains(">"));
    terminal.text("'sso-admin");
    let has = |screen: &str, words: &[&str]| words.iter().all(|word| screen.contains(word));
    terminal.wait("an account", |screen| {
        has(screen, &["sso-admin", "Production", "corp, signed in"])
    });
    // A query finds it by name and by number.
    terminal.key("C-u").text("'Development 'sso");
    terminal.wait("one", |screen| screen.contains("1/") && screen.contains("sso-dev"));
    terminal.key("C-u").text("'210987654321 'sso-dev");
    terminal.wait("one", |screen| screen.contains("1/") && screen.contains("sso-dev"));
    terminal.key("C-u").text("'sso-legacy");
    terminal.wait("nobody", |screen| {
        has(screen, &["sso (out)", "you are not signed in to"])
    });
    terminal.key("Escape");
    terminal.wait("a prompt", |screen| screen.contains("cancelled"));
    assert_eq!(aws.requests().len(), before);
}

#[test]
fn a_role_that_is_not_given_has_near_names() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("the config file");
    let wrong = "[profile typo]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Readonly\n[profile far]\nsso_session = corp\nsso_account_id = 123456789013\nsso_role_name = Admin\n";
    sandbox.write(".aws/config", config + wrong);
    sign_in(&aws, &sandbox, LONG);
    let error = |args: &[&str]| {
        let output = sandbox.awsenv(args).output();
        assert_eq!(output.status, 1, "{}", output.err());
        output.err().to_owned()
    };
    assert!(!error(&["credential-process", "typo"]).contains("did you mean"));
    sandbox.awsenv(["sso", "roles", "--session", "corp"]).output().success();
    for command in [
        &["credential-process", "typo"][..],
        &["whoami", "typo"],
        &["exec", "typo", "--keys", "--", "true"],
    ] {
        let error = error(command);
        assert!(error.contains("did you mean `ReadOnly`?"), "{command:?}: {error}");
    }
    let error = error(&["credential-process", "far"]);
    assert!(
        error.contains("was not among yours") && error.contains("which is `Production`"),
        "{error}"
    );
}

fn findings(sandbox: &Sandbox, check: &str) -> Vec<Value> {
    let found: Value = serde_json::from_str(sandbox.awsenv(["doctor", "--json"]).output().out()).expect("JSON");
    let found = found.as_array().expect("findings").iter();
    found.filter(|finding| finding["check"] == check).cloned().collect()
}

#[test]
fn doctor_knows_sign_ins_and_what_cannot_be_renewed() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let sessions = |sandbox: &Sandbox| {
        let found = findings(sandbox, "sso-session").into_iter();
        let found = found.map(|finding| format!("{} {}\n", finding["status"], finding["message"]));
        found.collect::<String>()
    };
    let both = sessions(&sandbox);
    for name in ["corp", LEGACY] {
        assert!(
            both.contains(&format!("\"ok\" \"you are not signed in to `{name}`")),
            "{both}"
        );
    }
    sign_in(&aws, &sandbox, LONG);
    let mut legacy = old(&aws, LEGACY, -60);
    legacy["refreshToken"] = Value::Null;
    write(&sandbox, &token_path(LEGACY), &legacy);
    let both = sessions(&sandbox);
    assert!(both.contains("\"ok\" \"`corp` is signed in until"), "{both}");
    assert!(both.contains("\"warn\" \"the sign-in to `https://legacy"), "{both}");

    let mut token = old(&aws, START_URL, 3600);
    token["registrationExpiresAt"] = json!(from_now(-60));
    write(&sandbox, &token_path("corp"), &token);
    let registration = registration_path(START_URL, Some("corp"), Some(&["sso:account:access"]));
    write(&sandbox, &registration, &old_registration(&aws, START_URL, -60));
    let found = findings(&sandbox, "sso-registration");
    assert!(
        found[0]["message"].to_string().contains("cannot be renewed"),
        "{found:?}"
    );
    assert!(
        found[0]["remedy"].to_string().contains("awsenv login --force corp"),
        "{found:?}"
    );
}

#[cfg(unix)]
#[test]
fn doctor_finds_tokens_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let path = sign_in(&aws, &sandbox, LONG);
    let readable = |sandbox: &Sandbox| {
        let found = findings(sandbox, "file-readable").into_iter();
        found
            .filter(|finding| finding["file"] == json!(path))
            .collect::<Vec<_>>()
    };
    assert_eq!(readable(&sandbox), [Value::Null; 0]);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let found = readable(&sandbox);
    assert!(found[0]["remedy"].to_string().contains("chmod 600"), "{found:?}");
}
