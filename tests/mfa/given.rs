//! `--mfa-code`: a code that is given once, where it is of use and where it is not.

use super::{calls, error, exec, start};
use crate::roles::json;
use crate::support::Sandbox;

#[test]
fn a_code_of_the_command_line_serves_every_command() {
    let Some((aws, sandbox)) = start() else { return };
    let code = aws.code(0);
    assert!(exec(&sandbox, &["base-mfa", "--mfa-code", &code]).starts_with("ASIA"));
    assert_eq!(calls(&aws), ["GetSessionToken with a code"]);
    // The session serves the role, so this code is not sent.
    let kept = sandbox
        .awsenv(["whoami", "guarded", "--mfa-code", &code, "-v", "--json"])
        .output();
    let identity = json(&kept);
    assert!(
        identity["arn"].as_str().is_some_and(|arn| arn.contains("/Guarded/")),
        "{}",
        kept.all()
    );
    assert!(kept.err().contains("is not used: kept keys serve"), "{}", kept.all());
    assert_eq!(
        calls(&aws),
        ["GetSessionToken with a code", "Guarded", "GetCallerIdentity"]
    );
}

#[test]
fn the_first_line_of_stdin_is_the_code_and_the_rest_is_the_programs() {
    let Some((aws, sandbox)) = start() else { return };
    let code = aws.code(0);
    let (first, last) = code.split_at(3);
    let run = sandbox.awsenv(["exec", "guarded", "--mfa-code", "-", "--", "cat"]);
    let output = run.stdin(format!(" {first} {last}\r\nthe rest\n")).output();
    assert_eq!(output.success(), "the rest\n");
    // Where no code is needed, nothing is read.
    let run = sandbox.awsenv(["exec", "guarded", "--mfa-code=-", "--", "cat"]);
    assert_eq!(run.stdin("all of it\n").output().success(), "all of it\n");
}

#[test]
fn what_is_no_code_is_refused_before_anything_is_asked() {
    let Some((aws, sandbox)) = start() else { return };
    for wrong in ["12345", "1234567", "12345x", "", "１２３４５６"] {
        let output = sandbox
            .awsenv(["whoami", "guarded", "--mfa-code", wrong, "--json"])
            .output();
        assert_eq!(output.status, 2, "{}", output.all());
        let error = json(&output)["error"].clone();
        assert_eq!(error["kind"], "usage");
        let is_quoted = !wrong.is_empty() && output.all().lines().skip(1).any(|line| line.contains(wrong));
        assert!(!is_quoted, "{}", output.all());
    }
    let output = sandbox.awsenv(["exec", "guarded", "--mfa-code", "-", "--", "true"]);
    let output = output.stdin("no code\n").output();
    assert_eq!(output.status, 1, "{}", output.all());
    assert!(
        output.err().contains("the first line of stdin is not six digits"),
        "{}",
        output.all()
    );
    let by_name = sandbox.awsenv(["exec", "guarded", "--name", "--mfa-code", "123456", "--", "true"]);
    assert_eq!(by_name.output().status, 2);
    assert_eq!(aws.requests().len(), 0);
}

#[test]
fn a_wrong_code_is_not_asked_for_again() {
    let Some((aws, sandbox)) = start() else { return };
    let right = aws.code(0);
    let wrong = format!("{:06}", (right.parse::<u32>().expect("digits") + 1) % 1_000_000);
    let output = sandbox
        .awsenv(["whoami", "guarded", "--mfa-code", &wrong, "--json"])
        .output();
    assert_eq!(error(&output)["kind"], "mfa-rejected");
    assert!(
        !output.all().contains(&format!("`{wrong}`")) && !output.err().contains(&wrong),
        "{}",
        output.err()
    );
    assert_eq!(aws.count("GetSessionToken"), 1);
}

#[test]
fn a_code_that_nothing_needs_is_told_of() {
    let Some((aws, sandbox)) = start() else { return };
    let said = |words: &[&str]| {
        let output = sandbox.awsenv(words).output();
        output.success();
        output.err().to_owned()
    };
    let code = ["--mfa-code", "123456"];
    let exec = |sandbox: &Sandbox, profile: &str| {
        let output = sandbox
            .awsenv(["exec", profile, code[0], code[1], "--", "printenv"])
            .output();
        (output.success().contains("AWS_ACCESS_KEY_ID="), output.err().to_owned())
    };
    let (has_keys, warned) = exec(&sandbox, "one");
    assert!(has_keys && warned.contains("`one` names no MFA device"), "{warned}");
    let (has_keys, warned) = exec(&sandbox, "base");
    assert!(has_keys && warned.contains("`base` names no MFA device"), "{warned}");
    let warned = said(&["whoami", "base-mfa", code[0], code[1]]);
    assert!(
        warned.contains("`whoami` asks about the profile's own keys"),
        "{warned}"
    );
    assert!(aws.requests().iter().all(|seen| seen.field("TokenCode").is_none()));
}

#[test]
fn a_code_is_in_no_hint() {
    let Some((_aws, sandbox)) = start() else { return };
    let output = sandbox.awsenv(["exec", "base", "--mfa-code", "123456", "env"]).output();
    assert_eq!(output.status, 2, "{}", output.all());
    let hint = "awsenv exec base --mfa-code CODE -- env";
    assert!(
        output.err().contains(hint) && !output.all().contains("--mfa-code 123456 --"),
        "{}",
        output.all()
    );
    let output = sandbox
        .awsenv(["exec", "base", "--mfa-code=123456", "--", "one", "env"])
        .output();
    assert!(output.err().contains("awsenv exec one -- env"), "{}", output.all());
}

#[test]
fn the_session_of_a_user_has_a_duration() {
    let Some((aws, sandbox)) = start() else { return };
    for (time, is_right) in [("14m", false), ("37h", false), ("15m", true), ("36h", true)] {
        let code = aws.code(if time == "36h" { 1 } else { 0 });
        let words = [
            "exec",
            "base-mfa",
            "--duration",
            time,
            "--refresh",
            "--mfa-code",
            &code,
            "--",
            "true",
        ];
        let output = sandbox.awsenv(words).output();
        assert_eq!(output.status, if is_right { 0 } else { 2 }, "{time}: {}", output.all());
    }
    let asked: Vec<_> = aws
        .requests()
        .iter()
        .filter_map(|seen| seen.field("DurationSeconds").map(str::to_owned))
        .collect();
    assert_eq!(asked, ["900", "129600"]);
    let lasting = sandbox
        .awsenv(["exec", "base", "--duration", "1h", "--", "true"])
        .output();
    assert_eq!(lasting.status, 2);
    assert!(
        lasting.err().contains("last until they are deleted") && lasting.err().contains("mfa_serial"),
        "{}",
        lasting.all()
    );
    let section =
        "[token]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\naws_session_token = t\n";
    let credentials = std::fs::read_to_string(sandbox.path(".aws/credentials")).expect("the keys");
    sandbox.write(".aws/credentials", credentials + section);
    let lasting = sandbox
        .awsenv(["exec", "token", "--duration", "1h", "--", "true"])
        .output();
    let message = "awsenv: AWS decided with the session token how long the keys of `token` last\n";
    assert_eq!((lasting.status, lasting.err()), (2, message));
    let long = sandbox
        .awsenv(["exec", "guarded", "--duration", "13h", "--", "true"])
        .output();
    assert!(
        long.status == 2 && long.err().contains("at most 12h for a role"),
        "{}",
        long.all()
    );
}

#[test]
fn a_program_may_ask_for_the_session_of_a_user() {
    let Some((aws, sandbox)) = start() else { return };
    let own = json(&sandbox.awsenv(["credential-process", "base-mfa"]).output());
    assert_eq!(own["AccessKeyId"], aws.key("base").0);
    let none = sandbox.awsenv(["credential-process", "base-mfa", "--mfa"]).output();
    assert_eq!((none.status, none.out()), (1, ""));
    assert!(none.err().contains("nobody can be asked"), "{}", none.all());
    exec(&sandbox, &["base-mfa", "--mfa-code", &aws.code(0)]);
    let session = json(&sandbox.awsenv(["credential-process", "base-mfa", "--mfa"]).output());
    assert!(session["AccessKeyId"].as_str().is_some_and(|id| id.starts_with("ASIA")));
    // A role is the same with the flag and without it.
    let role = |words: &[&str]| json(&sandbox.awsenv(words).output())["AccessKeyId"].clone();
    let words = ["credential-process", "guarded", "--mfa"];
    assert_eq!(role(&words), role(&words[..2]));
    let refused = sandbox.awsenv(["credential-process", "base", "--mfa"]).output();
    assert_eq!(refused.status, 1);
    assert!(
        refused.err().contains("`base` has no session that takes an MFA code"),
        "{}",
        refused.all()
    );
}
