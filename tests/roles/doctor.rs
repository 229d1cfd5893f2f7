//! What `doctor --network` says of the way to AWS, and what is learnt on the way.

use serde_json::{Value, json as value};

use super::{json, start};
use crate::support::{AWSENV, Output, Sandbox, executable};

/// The status and message of each finding about the network.
fn findings(sandbox: &Sandbox, vars: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut run = sandbox.awsenv(["doctor", "--network", "--json"]);
    for (name, text) in vars {
        run = run.env(name, text);
    }
    let found = json(&run.output());
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let all = found.as_array().expect("findings").iter();
    let network = all.filter(|finding| finding["check"] == "network");
    network
        .map(|finding| (text(finding, "status"), text(finding, "message")))
        .collect()
}

#[test]
fn the_way_and_the_clock_are_tried_without_keys() {
    let Some((aws, sandbox)) = start() else { return };
    let reached = findings(&sandbox, &[]);
    let url = format!("AWS STS can be reached at {}/", aws.endpoint());
    let clock = "the clock of this machine agrees with that of AWS";
    assert_eq!(reached, [("ok".to_owned(), url), ("ok".to_owned(), clock.to_owned())]);
    let requests = aws.requests();
    assert_eq!(requests.len(), 1, "one request");
    assert!(requests[0].header("authorization").is_none() && !requests[0].headers.is_empty());

    aws.scenario(&value!({"clock": -3600}));
    let fast = findings(&sandbox, &[]);
    assert_eq!(
        (fast[1].0.as_str(), fast[1].1.as_str()),
        ("fail", "the clock of this machine is 60 min fast, by the time of AWS")
    );
    let none = findings(&sandbox, &[("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1/")]);
    assert_eq!(none.len(), 1);
    assert!(
        none[0].0 == "fail" && none[0].1.starts_with("`127.0.0.1:1` cannot be reached"),
        "{none:?}"
    );
    let wrong = findings(&sandbox, &[("AWS_ENDPOINT_URL_STS", "nowhere")]);
    assert!(
        wrong[0].0 == "fail" && wrong[0].1.contains("AWS_ENDPOINT_URL_STS"),
        "{wrong:?}"
    );
    let without = sandbox.awsenv(["doctor", "--json"]).output();
    assert!(!without.out().contains("\"network\""), "only where it is asked for");
}

/// Another service may say anything of a key, and the key would have that account for ever.
#[test]
fn only_aws_itself_names_the_account_of_a_key() {
    let Some((_aws, sandbox)) = start() else { return };
    let account = || {
        let output: Output = sandbox
            .awsenv(["current", "--json"])
            .env("AWS_PROFILE", "base")
            .output();
        json(&output)["account_id"].clone()
    };
    assert_eq!(account(), Value::Null);
    sandbox.awsenv(["whoami", "base"]).output().success();
    assert_eq!(account(), Value::Null);
}

#[test]
fn what_a_process_says_is_shown_as_it_comes() {
    let Some((_aws, sandbox)) = start() else { return };
    let document = r#"{"Version":1,"AccessKeyId":"AKIARZPUZDIKJLTGEFZP","SecretAccessKey":"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"}"#;
    let program = sandbox.path("get");
    executable(
        &program,
        format!("#!/bin/sh\necho 'touch the key' >&2\necho '{document}'\n"),
    );
    let config = format!(
        "[profile of-process]\nregion = eu-west-1\ncredential_process = {}\n",
        program.display()
    );
    sandbox.write(".aws/config", config);
    let output = sandbox.awsenv(["whoami", "of-process"]).output();
    output.success();
    assert_eq!(output.err(), "touch the key\n");
}

/// SDKs run such a line; so does awsenv, because no keychain has the keys of a role.
#[test]
fn a_line_of_awsenv_may_lead_to_a_role() {
    let Some((aws, sandbox)) = start() else { return };
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("the profiles");
    let line = format!(
        "[profile shared]\nregion = eu-west-1\ncredential_process = {} credential-process one\n\
         [profile above]\nregion = eu-west-1\nrole_arn = {}\nsource_profile = shared\n",
        AWSENV,
        super::role("Two")
    );
    sandbox.write(".aws/config", config + &line);
    let key = super::key_id(&sandbox.awsenv(["credential-process", "one"]).output());
    assert_eq!(
        super::key_id(&sandbox.awsenv(["credential-process", "shared"]).output()),
        key
    );
    let arn = super::arn(&sandbox, &["above"]);
    assert!(arn.contains("assumed-role/Two/"), "{arn}");
    assert_eq!(super::roles(&aws), ["One", "Two"]);
}
