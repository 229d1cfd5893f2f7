//! One code for all roles of a user, and where it takes more.

use serde_json::{Value, json as value};

use super::{calls, error, exec, hints, id, start, start_with_program};
use crate::roles::{arn, json, role};
use crate::support::aws::{SERIAL, world};
use crate::support::mfa::CodeProgram;
use crate::support::{Aws, Sandbox};

#[test]
fn the_second_role_of_a_user_asks_for_nothing() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    let guarded = id(&sandbox, &["credential-process", "guarded"]);
    assert_eq!(calls(&aws), ["GetSessionToken with a code", "Guarded"]);
    // In another region, on top of the first, and without a profile.
    let others = [
        arn(&sandbox, &["audit"]),
        arn(&sandbox, &["beyond"]),
        arn(&sandbox, &["base-mfa", "--role", &role("Audit")]),
    ];
    let audit = "arn:aws:sts::123456789012:assumed-role/Audit/awsenv-tester";
    let beyond = "arn:aws:sts::210987654321:assumed-role/Beyond/awsenv-tester";
    assert_eq!(others, [audit, beyond, audit]);
    assert_eq!(exec(&sandbox, &["guarded", "--keys"]), guarded);
    assert_eq!(program.asked(), [SERIAL]);
    let roles: Vec<String> = calls(&aws)
        .into_iter()
        .filter(|call| call != "GetCallerIdentity")
        .collect();
    assert_eq!(roles, ["GetSessionToken with a code", "Guarded", "Audit", "Beyond"]);
    assert!(aws.requests().iter().all(|seen| seen.status == 200));

    let output = sandbox.awsenv(["sessions", "list", "--json"]).output();
    let kinds = json(&output);
    let kinds: Vec<&Value> = kinds
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(kinds.iter().filter(|kind| ***kind == "mfa").count(), 1, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| ***kind == "role").count(), 3, "{kinds:?}");
}

#[test]
fn a_users_own_keys_become_a_session_where_they_are_exported() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    let (own, _) = aws.key("base");
    // Whose they are is known without one, and an SDK that assumes roles by itself needs the keys themselves.
    assert_eq!(arn(&sandbox, &["base-mfa"]), "arn:aws:iam::123456789012:user/base");
    assert_eq!(id(&sandbox, &["credential-process", "base-mfa"]), own);
    assert!(program.asked().is_empty());
    let session = exec(&sandbox, &["base-mfa"]);
    assert_eq!(session, aws.issued()[0].access_key_id);
    assert_eq!(id(&sandbox, &["credential-process", "base-mfa", "--mfa"]), session);
    // A role takes the same.
    id(&sandbox, &["credential-process", "audit"]);
    assert_eq!(program.asked().len(), 1);
    assert_eq!(aws.count("GetSessionToken"), 1);
    // A day and a half is more than is kept; half an hour is less.
    assert_eq!(exec(&sandbox, &["base-mfa", "--duration", "30m"]), session);
    let long = exec(&sandbox, &["base-mfa", "--duration", "36h"]);
    assert_ne!(long, session);
    assert_eq!(exec(&sandbox, &["base-mfa"]), long, "it serves shorter wishes too");
    let requests = aws.requests();
    let sessions = requests
        .iter()
        .filter(|seen| seen.action.as_deref() == Some("GetSessionToken"));
    let durations: Vec<Option<&str>> = sessions.map(|seen| seen.field("DurationSeconds")).collect();
    assert_eq!(durations, [None, Some("129600")]);
}

#[test]
fn a_role_for_longer_than_an_hour_takes_a_code_itself() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    let keys = id(&sandbox, &["credential-process", "long"]);
    assert_eq!(calls(&aws), ["Guarded with a code"]);
    let requests = aws.requests();
    let fields = ["SerialNumber", "DurationSeconds"].map(|name| requests[0].field(name));
    assert_eq!(fields, [Some(SERIAL), Some("7200")]);
    assert_eq!(exec(&sandbox, &["long", "--keys"]), keys, "it is kept");
    // The command line decides about the last role alone.
    exec(&sandbox, &["guarded", "--duration", "3h"]);
    exec(&sandbox, &["long", "--duration", "1h"]);
    let expected = [
        "Guarded with a code",
        "Guarded with a code",
        "GetSessionToken with a code",
        "Guarded",
    ];
    assert_eq!(calls(&aws), expected);
    assert_eq!(program.asked().len(), 3);
}

#[test]
fn without_shared_sessions_each_role_takes_a_code() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    sandbox.write(
        ".config/awsenv/config",
        "mfa_session = off\n".to_owned() + crate::support::mfa::SETTINGS,
    );
    id(&sandbox, &["credential-process", "guarded"]);
    id(&sandbox, &["credential-process", "audit"]);
    id(&sandbox, &["credential-process", "audit"]);
    assert_eq!(calls(&aws), ["Guarded with a code", "Audit with a code"]);
    assert_eq!(program.asked(), [SERIAL, SERIAL]);
}

#[test]
fn each_device_has_a_session_of_its_own() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    let both = ["pair-phone", "pair-token"].map(|profile| id(&sandbox, &["credential-process", profile]));
    assert_ne!(both[0], both[1]);
    assert_eq!(
        program.asked(),
        ["arn:aws:iam::123456789012:mfa/pair-phone", "GAHT12345678"]
    );
    assert_eq!((aws.count("GetSessionToken"), aws.count("AssumeRole")), (2, 2));
}

/// Keys that a program gives are asked for once, and not at all where the session is kept.
#[test]
fn keys_of_a_program_are_a_users_as_well() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    id(&sandbox, &["credential-process", "by-program"]);
    let keys = sandbox.bin().join("keys");
    std::fs::rename(&keys, keys.with_extension("away")).expect("a program");
    refreshed(&sandbox, "by-program", "--refresh");
    assert_eq!(calls(&aws), ["GetSessionToken with a code", "Guarded", "Guarded"]);
    assert_eq!(program.asked().len(), 1);
}

/// AWS gives a root user an hour, whatever is asked for.
#[test]
fn a_root_user_gets_an_hour() {
    let Some((aws, sandbox, _)) = start_with_program() else {
        return;
    };
    let output = sandbox.awsenv(["credential-process", "root", "--mfa"]).output();
    output.success();
    let issued = aws.issued();
    assert_eq!(json(&output)["Expiration"], *issued[0].expiration);
    let list = sandbox.awsenv(["sessions", "list", "--json"]).output();
    assert_eq!(json(&list)[0]["account_id"], "345678901234", "{}", list.all());
}

#[test]
fn a_trust_policy_with_an_age_says_how_to_go_on() {
    let mut world = world();
    let recent = world["roles"].as_array_mut().expect("roles").iter_mut();
    let mut recent = recent.filter(|role| role["arn"].as_str().is_some_and(|arn| arn.ends_with("/Recent")));
    recent.next().expect("a role")["trust"][0]["mfa_age"] = value!(3);
    let Some(aws) = Aws::with(world) else { return };
    let sandbox = crate::roles::named(aws.mfa_sandbox());
    let program = CodeProgram::of_settings(&aws, &sandbox);
    exec(&sandbox, &["base-mfa"]);
    std::thread::sleep(std::time::Duration::from_millis(3100));
    let failed = sandbox.awsenv(["whoami", "recent", "--json"]).output();
    let error = error(&failed);
    assert_eq!(error["kind"], "denied", "{error}");
    assert!(hints(&error).contains("`--refresh=all`"), "{error}");
    exec(&sandbox, &["recent", "--keys", "--refresh=all"]);
    assert_eq!(program.asked().len(), 2);
}

#[test]
fn refreshing_takes_a_code_only_if_all_is_meant() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    let first = exec(&sandbox, &["guarded", "--keys"]);
    let second = refreshed(&sandbox, "guarded", "--refresh");
    assert_eq!((second == first, program.asked().len()), (false, 1));
    let third = refreshed(&sandbox, "guarded", "--refresh=all");
    assert_eq!(([&first, &second].contains(&&third), program.asked().len()), (false, 2));
    let expected = [
        "GetSessionToken with a code",
        "Guarded",
        "Guarded",
        "GetSessionToken with a code",
        "Guarded",
    ];
    assert_eq!(calls(&aws), expected);
}

/// Keys of the same second count as new.
fn refreshed(sandbox: &Sandbox, profile: &str, word: &str) -> String {
    std::thread::sleep(std::time::Duration::from_millis(1100));
    exec(sandbox, &[profile, "--keys", word])
}

#[test]
fn a_code_of_the_command_line_serves_once_and_for_all_roles() {
    let Some((aws, sandbox)) = start() else { return };
    let code = aws.code(0);
    let keys = exec(&sandbox, &["guarded", "--mfa-code", &code]);
    assert_eq!(exec(&sandbox, &["guarded", "--keys"]), keys);
    assert_eq!(
        arn(&sandbox, &["audit"]),
        "arn:aws:sts::123456789012:assumed-role/Audit/awsenv-tester"
    );
    // The same again is known, before a call; and nobody can be asked for another one.
    let before = aws.requests().len();
    let again = sandbox
        .awsenv(["exec", "long", "--keys", "--mfa-code", &code, "--", "true"])
        .output();
    assert_eq!((again.status, aws.requests().len()), (1, before), "{}", again.all());
    assert!(again.err().contains("AWS has had this code"), "{}", again.err());
    assert!(!again.err().contains(&code) && again.out().is_empty());
    // From stdin, of which the program has the rest.
    let next = format!("{}\nrest\n", aws.code(1));
    let output = sandbox
        .awsenv(["exec", "long", "--mfa-code", "-", "--", "cat"])
        .stdin(next)
        .output();
    assert_eq!(output.success(), "rest\n");
    let expected = [
        "GetSessionToken with a code",
        "Guarded",
        "Audit",
        "GetCallerIdentity",
        "Guarded with a code",
    ];
    assert_eq!(calls(&aws), expected);
}
