//! What `sso list`, `sso accounts` and `sso roles` show, and when they ask AWS.

use serde_json::{Value, json};

use crate::support::sso::{LEGACY, LONG, START_URL, from_now, old, sign_in, token_path, write};
use crate::support::{Aws, Sandbox};

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn sessions_are_listed_from_files_alone() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let listed = |sandbox: &Sandbox| json_of(sandbox.awsenv(["sso", "list", "--json"]).output().success());
    let row = |session: Value, start_url: &str, token: Option<&Value>, is_in: bool, refreshable: bool| {
        json!({
            "session": session, "start_url": start_url, "region": "eu-west-1", "signed_in": is_in,
            "expires": token.map(|token| token["expiresAt"].clone()), "refreshable": refreshable,
            "registration_expires": token.map(|token| token["registrationExpiresAt"].clone()),
        })
    };
    let out = |session: Value, start_url: &str| row(session, start_url, None, false, false);
    assert_eq!(
        listed(&sandbox),
        json!([out(json!("corp"), START_URL), out(Value::Null, LEGACY)])
    );
    let mut token = old(&aws, START_URL, -60);
    write(&sandbox, &token_path("corp"), &token);
    let text = sandbox.awsenv(["sso", "list"]).output().success().to_owned();
    assert!(
        text.contains("corp") && text.contains("renewed when it is used"),
        "{text}"
    );
    assert_eq!(
        listed(&sandbox)[0],
        row(json!("corp"), START_URL, Some(&token), true, true)
    );
    token["registrationExpiresAt"] = json!(from_now(-1));
    write(&sandbox, &token_path("corp"), &token);
    assert_eq!(
        listed(&sandbox)[0],
        row(json!("corp"), START_URL, Some(&token), false, false)
    );
    let legacy = old(&aws, LEGACY, 3600);
    write(&sandbox, &token_path(LEGACY), &legacy);
    assert_eq!(listed(&sandbox)[1], row(Value::Null, LEGACY, Some(&legacy), true, true));
    assert_eq!(aws.requests().len(), 0);

    let empty = Sandbox::new();
    let output = empty.awsenv(["sso", "list"]).output();
    assert!(output.err().contains("awsenv sso setup NAME"), "{}", output.err());
    assert_eq!(
        json_of(empty.awsenv(["sso", "list", "--json"]).output().success()),
        json!([])
    );
}

#[test]
fn accounts_and_roles_are_asked_for_once_an_hour() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    sign_in(&aws, &sandbox, LONG);
    let run = |args: &[&str]| sandbox.awsenv(args).output().success().to_owned();
    let accounts = run(&["sso", "accounts", "--session", "corp", "--json"]);
    assert_eq!(
        json_of(&accounts),
        json!([
            {"account_id": "210987654321", "name": "Development", "email": "development@example.com"},
            {"account_id": "123456789012", "name": "Production", "email": "production@example.com"},
            {"account_id": "345678901234", "name": "Zürich & Söhne", "email": "zurich@example.com"},
        ])
    );
    assert_eq!(aws.count("ListAccounts"), 1);
    let roles = |args: &[&str]| json_of(&run(&[&["sso", "roles", "--session", "corp", "--json"], args].concat()));
    let production = json!([
        {"account_id": "123456789012", "role": "Admin"}, {"account_id": "123456789012", "role": "ReadOnly"},
    ]);
    assert_eq!(roles(&["production"]), production);
    assert_eq!((aws.count("ListAccounts"), aws.count("ListAccountRoles")), (1, 1));
    assert_eq!(roles(&["123456789012"]), production);
    assert_eq!(roles(&[]).as_array().expect("roles").len(), 4);
    assert_eq!((aws.count("ListAccounts"), aws.count("ListAccountRoles")), (1, 3));
    assert_eq!(roles(&["Zürich & Söhne", "--refresh"])[0]["role"], "Operator");
    assert_eq!((aws.count("ListAccounts"), aws.count("ListAccountRoles")), (2, 4));
    // The list knows nothing that is secret.
    let text = run(&["sso", "roles", "--session", "corp"]);
    assert_eq!(text.lines().count(), 4, "{text}");
    let kept = sandbox.path(".local/state/awsenv/sso/listings");
    let kept = std::fs::read_dir(kept)
        .expect("the lists")
        .map(|entry| entry.expect("a list").path());
    let kept: String = kept
        .map(|path| std::fs::read_to_string(path).expect("a list"))
        .collect();
    assert!(kept.contains("Production"), "{kept}");
    assert!(aws.secrets().iter().all(|secret| !kept.contains(&secret.value)));
}

#[test]
fn what_cannot_be_listed_says_what_to_do() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let refused = |args: &[&str], status: i32, words: &[&str]| {
        let output = sandbox.awsenv(args).output();
        assert_eq!(output.status, status, "{}", output.err());
        for word in words {
            assert!(output.err().contains(word), "{word}: {}", output.err());
        }
    };
    refused(
        &["sso", "accounts"],
        2,
        &["there are 2 SSO sessions", "awsenv sso accounts --session NAME", "corp"],
    );
    refused(
        &["sso", "accounts", "--session", "crop"],
        1,
        &["no SSO session `crop`", "did you mean `corp`?"],
    );
    refused(
        &["sso", "accounts", "--session", "corp"],
        1,
        &["hint: awsenv login corp\n"],
    );
    refused(
        &["sso", "accounts", "--session", LEGACY],
        1,
        &[&format!("hint: awsenv login {LEGACY}\n")],
    );
    sign_in(&aws, &sandbox, LONG);
    refused(
        &["sso", "roles", "Prodction", "--session", "corp"],
        1,
        &["did you mean `Production`?", "awsenv sso accounts --session corp"],
    );
    refused(
        &["sso", "roles", "999999999999", "--session", "corp"],
        1,
        &["you have no account `999999999999`"],
    );
}

#[test]
fn a_hint_signs_in_to_the_session_although_a_profile_has_its_name() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sso_sandbox();
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("the config file");
    let twin = "[profile corp]\nsso_start_url = https://legacy.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = Admin\n";
    sandbox.write(".aws/config", config + twin);
    let output = sandbox.awsenv(["sso", "accounts", "--session", "corp"]).output();
    assert_eq!(output.status, 1);
    assert!(
        output.err().contains("hint: awsenv login --session corp\n"),
        "{}",
        output.err()
    );
    let mut token = old(&aws, START_URL, -60);
    token["refreshToken"] = Value::Null;
    write(&sandbox, &token_path("corp"), &token);
    let doctor = sandbox.awsenv(["doctor"]).output();
    assert!(
        doctor.out().contains("fix: awsenv login --session corp\n"),
        "{}",
        doctor.out()
    );
}

#[test]
fn a_section_that_lacks_a_key_is_no_session_and_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write(".aws/config", "[sso-session half]\nsso_region = eu-west-1\n");
    let output = sandbox.awsenv(["sso", "list"]).output();
    output.success();
    assert!(
        output.err().contains("the sso-session `half`") && output.err().contains("lacks sso_start_url"),
        "{}",
        output.err()
    );
    assert!(!output.err().contains("there are no SSO sessions"), "{}", output.err());
}

#[test]
fn a_session_without_profiles_leads_to_the_import() {
    let sandbox = Sandbox::new();
    sandbox.write(
        ".aws/config",
        "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n",
    );
    let output = sandbox.awsenv(["list"]).output();
    assert!(
        output.err().contains("hint: `awsenv sso import` adds profiles"),
        "{}",
        output.err()
    );
}
