//! The AWS CLI and boto3, as people use them: they accept the answers of the stand-in, and they send it what version 2 of
//! the AWS CLI sent when its requests were recorded (`tests/data/recorded`).

use std::path::Path;

use serde_json::{Value, json};

use crate::support::aws::Seen;
use crate::support::{Aws, Output, PROJECT, Sandbox, python};

/// Prints the ARN of a profile. A code for it may follow.
const CALLER: &str = "\
import boto3, sys
session = boto3.Session(profile_name=sys.argv[1])
roles = session._session.get_component('credential_provider').get_provider('assume-role')
roles._prompter = lambda _: sys.argv[2]
print(session.client('sts').get_caller_identity()['Arn'])
";

#[test]
fn the_cli_and_boto3_take_chains_of_roles() {
    let Some((aws, mut sandbox)) = start() else {
        return;
    };
    let three = "arn:aws:sts::210987654321:assumed-role/Three/";
    let Some(output) = boto3(&sandbox, &["three"]) else {
        return;
    };
    assert!(output.success().starts_with(three), "{}", output.all());
    let roles: Vec<_> = aws
        .requests()
        .iter()
        .filter_map(|seen| seen.field("RoleArn").map(str::to_owned))
        .collect();
    let names: Vec<_> = roles.iter().filter_map(|arn| arn.rsplit('/').next()).collect();
    assert_eq!(names, ["One", "Two", "Three"]);

    for (profile, arn) in [
        ("base", "arn:aws:iam::123456789012:user/base"),
        ("external", "assumed-role/External/"),
        ("three", three),
    ] {
        let output = cli(&sandbox, profile).expect("a CLI beside boto3");
        assert!(output.success().contains(arn), "{}", output.all());
    }
    sandbox.set("AWS_ENDPOINT_URL_STS", format!("{}/some/prefix/", aws.endpoint()));
    cli(&sandbox, "two").expect("a CLI").success();
    let last = aws.requests().pop().expect("requests");
    assert_eq!((last.path.as_str(), last.status), ("/some/prefix/", 200));
}

#[test]
fn the_stand_in_is_a_proxy_too() {
    let Some((aws, mut sandbox)) = start() else {
        return;
    };
    sandbox.set("AWS_ENDPOINT_URL_STS", "http://sts.example.com");
    sandbox.set("http_proxy", aws.endpoint());
    let Some(output) = cli(&sandbox, "one") else {
        return;
    };
    output.success();
    let seen: Vec<_> = aws
        .requests()
        .into_iter()
        .map(|seen| (seen.path, seen.status))
        .collect();
    assert_eq!(seen, [(); 2].map(|()| ("http://sts.example.com/".to_owned(), 200)));
}

#[test]
fn the_cli_shows_the_refusals_of_aws() {
    let Some((_aws, sandbox)) = start() else {
        return;
    };
    let denied = |role: &str| {
        format!(
            "(AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::123456789012:user/base is not \
             authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/{role}\n"
        )
    };
    for (profile, role) in [("closed", "Closed"), ("wrong-external", "External")] {
        let Some(output) = cli(&sandbox, profile) else {
            return;
        };
        assert!(
            output.status != 0 && output.err().contains(&denied(role)),
            "{}",
            output.all()
        );
    }
}

#[test]
fn the_cli_tries_again_after_a_503() {
    let Some((aws, sandbox)) = start() else {
        return;
    };
    aws.scenario(&json!({"faults": [{"when": {"Action": "AssumeRole"}, "times": 2, "status": 503}]}));
    let Some(output) = cli(&sandbox, "one") else {
        return;
    };
    output.success();
    let seen = aws.requests();
    assert!(seen.windows(2).all(|pair| 0.0 < pair[0].at && pair[0].at < pair[1].at));
    let statuses: Vec<_> = seen
        .iter()
        .map(|seen| (seen.field("Action").unwrap_or_default(), seen.status))
        .collect();
    let assume = |status| ("AssumeRole", status);
    assert_eq!(
        statuses,
        [assume(503), assume(503), assume(200), ("GetCallerIdentity", 200)]
    );
}

/// Fields in their order, signed headers, region and content type. The values that only the recording has are left out:
/// names with a time in them, codes, and an external id with a blank, which STS refuses.
#[test]
fn what_is_sent_is_what_was_recorded() {
    let Some((aws, sandbox)) = recorded() else {
        return;
    };
    let code = aws.code_of("arn:aws:iam::123456789012:mfa/me", 0);
    for words in [&["role"] as &[&str], &["role2"], &["mfa", &code]] {
        let Some(output) = boto3(&sandbox, words) else {
            return;
        };
        output.success();
    }
    let sent = aws.requests();
    let sent = sent.iter().filter(|seen| seen.field("Action") == Some("AssumeRole"));
    assert_eq!(sent.map(compared).collect::<Vec<_>>(), recordings());
}

/// The profiles, the keys and the roles of the recording.
pub(crate) fn recorded() -> Option<(Aws, Sandbox)> {
    let aws = Aws::with(recorded_world())?;
    let config = "[profile base]\nregion = eu-west-1\n\
        [profile role]\nrole_arn = arn:aws:iam::123456789012:role/Ops\nsource_profile = base\nexternal_id = ext1\n\
        duration_seconds = 1800\nregion = eu-west-1\n\
        [profile role2]\nrole_arn = arn:aws:iam::123456789012:role/Two\nsource_profile = role\nrole_session_name = sess\n\
        region = us-west-2\n\
        [profile mfa]\nrole_arn = arn:aws:iam::123456789012:role/Mfa\nsource_profile = base\n\
        mfa_serial = arn:aws:iam::123456789012:mfa/me\nregion = us-west-2\n";
    let mut sandbox = Sandbox::with_config(config);
    sandbox.write(
        ".aws/credentials",
        "[base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = SECRETBASE\n",
    );
    sandbox.set("AWS_ENDPOINT_URL_STS", aws.endpoint());
    Some((aws, sandbox))
}

/// The requests for `role`, `role2` by way of `role`, and `mfa`.
pub(crate) fn recordings() -> Vec<Compared> {
    let lines = include_str!("../data/recorded/assume-role.jsonl").lines();
    lines
        .map(|line| compared_recording(&serde_json::from_str(line).expect("JSON")))
        .collect()
}

/// Signed headers, region, content type and fields.
pub(crate) type Compared = (String, String, String, Vec<(String, String)>);

fn recorded_world() -> Value {
    let base = "arn:aws:iam::123456789012:user/base";
    let device = json!({"serial": "arn:aws:iam::123456789012:mfa/me", "secret": "MEQHGZLDOJSXIIDPMYQHIZLTORZSAMRQ"});
    let ops = "arn:aws:iam::123456789012:role/Ops";
    json!({
        "regions": ["eu-west-1", "us-west-2"],
        "users": [{"arn": base, "keys": [{"id": "AKIDBASE", "secret": "SECRETBASE"}], "mfa": [device]}],
        "roles": [
            {"arn": ops, "trust": [{"principals": [base], "external_id": "ext1"}]},
            {"arn": "arn:aws:iam::123456789012:role/Two", "trust": [{"principals": [ops]}]},
            {"arn": "arn:aws:iam::123456789012:role/Mfa", "trust": [{"principals": [base], "mfa": true}]},
        ],
    })
}

pub(crate) fn compared(seen: &Seen) -> Compared {
    let (signed, region) = seen.signed().expect("a signature");
    let fields = seen.fields.clone().expect("a form");
    let content_type = seen.header("content-type").expect("a content type");
    (
        signed.to_owned(),
        region.to_owned(),
        content_type.to_owned(),
        without_what_differs(fields),
    )
}

fn compared_recording(recording: &Value) -> Compared {
    let headers: Vec<(String, String)> = recording["headers"]
        .as_object()
        .expect("headers")
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
        .collect();
    let fields = recording["body"]
        .as_str()
        .expect("a form")
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let fields = fields
        .map(|(name, value)| (name.to_owned(), value.replace("%3A", ":").replace("%2F", "/")))
        .collect();
    let seen = Seen {
        headers,
        fields: Some(fields),
        ..Seen::default()
    };
    compared(&seen)
}

fn without_what_differs(fields: Vec<(String, String)>) -> Vec<(String, String)> {
    let is_made_up = |value: &str| value.starts_with("botocore-session-") || value.starts_with("awsenv");
    let differs = |name: &str, value: &str| ["ExternalId", "TokenCode"].contains(&name) || is_made_up(value);
    let kept = |(name, value): (String, String)| {
        if differs(&name, &value) {
            (name, String::new())
        } else {
            (name, value)
        }
    };
    fields.into_iter().map(kept).collect()
}

fn start() -> Option<(Aws, Sandbox)> {
    let aws = Aws::start()?;
    let sandbox = aws.sandbox();
    Some((aws, sandbox))
}

/// Prints the ARN of a profile, as boto3 gets it. A code may follow.
pub(crate) fn boto3(sandbox: &Sandbox, words: &[&str]) -> Option<Output> {
    let python = python("boto3")?;
    Some(sandbox.program(python).args(["-B", "-c", CALLER]).args(words).output())
}

pub(crate) fn cli(sandbox: &Sandbox, profile: &str) -> Option<Output> {
    let python = python("awscli")?;
    let aws = python.with_file_name("aws");
    let aws = if aws.exists() {
        aws
    } else {
        Path::new(PROJECT).join("tests/.venv/bin/aws")
    };
    let words = ["sts", "get-caller-identity", "--output", "json", "--profile", profile];
    Some(
        sandbox
            .program(python)
            .args(["-B".as_ref(), aws.as_os_str()])
            .args(words)
            .output(),
    )
}
