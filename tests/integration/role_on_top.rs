//! A shell that `use --role` put into a role: what repeats it, and what is said of it.

use serde_json::Value;

use crate::support::Sandbox;
use crate::support::aws::Aws;

const ROLE: &str = "arn:aws:iam::123456789012:role/One";

/// What the lines print in a shell in the role, and their errors.
fn said(sandbox: &Sandbox, lines: &str) -> String {
    let script = format!("eval \"$(awsenv use base --role {ROLE} --shell posix -q)\" || exit\n{lines}");
    let output = sandbox.program("sh").args(["-c", &script]).output();
    format!("{}{}", output.out(), output.err())
}

/// The document that the last line prints.
fn document(sandbox: &Sandbox, lines: &str) -> Value {
    let script = format!("eval \"$(awsenv use base --role {ROLE} --shell posix -q)\" || exit\n{lines}");
    let output = sandbox.program("sh").args(["-c", &script]).output();
    serde_json::from_str(output.out()).expect("a document")
}

/// By its name, the profile has the rights of its own keys.
#[test]
fn the_name_is_not_exported_for_the_role() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sandbox();
    for (lines, command) in [
        ("", "awsenv exec --name -- env"),
        (
            "eval \"$(awsenv use other --shell posix -q)\"; unset AWS_PROFILE",
            "awsenv use - --name --shell posix",
        ),
    ] {
        let said = said(&sandbox, &format!("{lines}\n{command}; echo status $?"));
        assert!(
            said.contains("status 2") && !said.contains("AWS_PROFILE"),
            "{command}: {said}"
        );
        assert!(
            said.contains(&format!("cannot be used by name with the role `{ROLE}` on top")),
            "{command}: {said}"
        );
    }
    let by_name = said(&sandbox, "awsenv exec base --name -- env");
    assert!(by_name.contains("AWS_PROFILE=base\n"), "{by_name}");
}

#[test]
fn whoami_asks_about_the_role_in_any_region() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sandbox();
    let arn = "arn:aws:sts::123456789012:assumed-role/One/awsenv";
    for command in ["awsenv whoami --json", "awsenv whoami --region us-west-2 --json"] {
        let document = document(&sandbox, command);
        assert_eq!(document["arn"], arn, "{command}");
        assert_eq!(document["profile"], "base→One@123456789012", "{command}");
        assert!(document["expires"].is_string(), "{command}");
    }
    let regions: Vec<_> = aws
        .requests()
        .iter()
        .filter(|seen| seen.field("Action") == Some("GetCallerIdentity"))
        .filter_map(|seen| Some(seen.signed()?.1.to_owned()))
        .collect();
    assert_eq!(regions, ["eu-west-1", "us-west-2"]);
    // A profile that is named is asked about by itself.
    let base = document(&sandbox, "awsenv whoami base --json");
    assert_eq!(
        (&base["arn"], &base["profile"]),
        (&"arn:aws:iam::123456789012:user/base".into(), &"base".into())
    );
}

#[test]
fn what_is_said_of_the_shell_names_the_role() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sandbox();
    let current = said(&sandbox, "awsenv current");
    assert!(
        current.starts_with("base→One@123456789012 (by keys, 123456789012, eu-west-1, until "),
        "{current}"
    );
    assert_eq!(
        document(&sandbox, "awsenv current --json")["profile"],
        "base",
        "exact names are for scripts"
    );
    let other = said(
        &sandbox,
        "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY\nAWS_PROFILE=base awsenv current",
    );
    assert!(other.starts_with("base (by name"), "{other}");
    // Only this way there is the role again.
    let over = said(
        &sandbox,
        "AWS_CREDENTIAL_EXPIRATION=2020-01-01T00:00:00Z awsenv current",
    );
    assert!(over.contains("hint: awsenv use --refresh\n"), "{over}");
}

/// A quarter of an hour is less than what is left at least of keys that last longer.
#[test]
fn keys_that_last_for_a_short_time_are_not_got_again_at_each_run() {
    let Some(aws) = Aws::start() else { return };
    let mut sandbox = aws.sandbox();
    sandbox.write("settings", "sessions = off\n");
    sandbox.set("AWSENV_CONFIG", sandbox.path("settings"));
    let script = format!(
        "eval \"$(awsenv use base --role {ROLE} --duration 15m --shell posix -q)\" || exit\nawsenv exec -- true; awsenv exec -- true"
    );
    let output = sandbox.program("sh").args(["-c", &script]).output();
    assert_eq!((output.err(), aws.count("AssumeRole")), ("", 1));
}

/// What a hint says must work when it is typed.
#[test]
fn hints_about_the_name_fit_the_command() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = aws.sandbox();
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).unwrap();
    let web = "[profile web]\nrole_arn = arn:aws:iam::123456789012:role/Web\n\
               web_identity_token_file = token\nregion = eu-west-1\n";
    sandbox.write(".aws/config", format!("{config}\n{web}"));
    let hint = |words: &[&str]| sandbox.awsenv(words).output().err().to_owned();
    let whoami = hint(&["whoami", "web"]);
    assert!(
        whoami.contains("hint: aws sts get-caller-identity --profile web\n"),
        "{whoami}"
    );
    // Neither has a `--name`, and the AWS CLI would not know of the role.
    for words in [&["whoami", "web", "--role", ROLE][..], &["credential-process", "web"]] {
        let said = hint(words);
        assert!(
            said.contains("needs a call to AWS STS") && !said.contains("hint: "),
            "{said}"
        );
    }
    let on_top = hint(&["exec", "web", "--role", ROLE, "--", "true"]);
    assert!(
        on_top.contains("`--name` alone lets the SDKs get the keys of the profile\n"),
        "{on_top}"
    );
}

#[test]
fn whoami_says_whether_there_is_a_profile_at_all() {
    let sandbox = Sandbox::with_config("[profile empty]\nregion = eu-west-1\n");
    let nothing = sandbox.awsenv(["whoami"]).output();
    assert_eq!(
        (nothing.status, nothing.err().lines().next()),
        (1, Some("awsenv: no profile is in use in this shell"))
    );
    let empty = sandbox.awsenv(["whoami", "empty"]).output();
    assert_eq!(
        (empty.status, empty.err().lines().next()),
        (1, Some("awsenv: profile `empty` has no credentials"))
    );
}

/// A host that is said to be away may be well.
#[test]
fn a_failed_call_says_what_is_between() {
    let Some(aws) = Aws::start() else { return };
    let mut sandbox = aws.sandbox();
    let says = |sandbox: &Sandbox, hint: &str| {
        let said = sandbox.awsenv(["exec", "one", "--keys", "--", "true"]).output();
        assert_eq!(said.status, 1);
        assert!(
            said.err().contains(hint) && !said.err().contains("hunter2"),
            "{}",
            said.err()
        );
    };
    sandbox.set("AWS_ENDPOINT_URL_STS", "https://sts.example.com");
    sandbox.set("AWS_MAX_ATTEMPTS", "1");
    sandbox.set("HTTPS_PROXY", "http://me:hunter2@127.0.0.1:1");
    says(
        &sandbox,
        "hint: HTTPS_PROXY sends the call through the proxy http://127.0.0.1:1\n",
    );
    sandbox.unset("HTTPS_PROXY");
    sandbox.set("AWS_CA_BUNDLE", "/nowhere");
    says(&sandbox, "hint: AWS_CA_BUNDLE names the certificates to trust\n");
}
