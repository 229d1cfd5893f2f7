//! What boto3 and the AWS CLI do with what awsenv gives them.

use serde_json::Value;

use super::{json, start};
use crate::support::{Sandbox, python};

/// Prints the ARN of the session that the environment names.
const BOTO3: &str = "import boto3; print(boto3.Session().client('sts').get_caller_identity()['Arn'])";

const THREE: &str = "arn:aws:sts::210987654321:assumed-role/Three/awsenv-tester";

/// The AWS CLI of a Python that has it, with the words for the identity.
fn cli(python: &std::path::Path) -> Vec<String> {
    let aws = python.with_file_name("aws").display().to_string();
    let words = [&python.display().to_string(), "-B", &aws, "sts", "get-caller-identity"];
    words.map(str::to_owned).to_vec()
}

#[test]
fn programs_of_exec_have_the_keys_of_the_chain() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(python) = python("awscli, boto3") else { return };
    let boto3 = [&python.display().to_string(), "-B", "-c", BOTO3].map(str::to_owned);
    let output = sandbox.awsenv(["exec", "three", "--keys", "--"]).args(&boto3).output();
    assert_eq!(output.success().trim_end(), THREE);
    assert_eq!(aws.count("AssumeRole"), 3);
    // By name, boto3 assumes the roles itself.
    let output = sandbox.awsenv(["exec", "three", "--"]).args(&boto3).output();
    assert!(
        output.success().contains("assumed-role/Three/botocore-session-"),
        "{}",
        output.all()
    );
    assert_eq!(aws.count("AssumeRole"), 6);
    let output = sandbox
        .awsenv(["exec", "three", "--keys", "--"])
        .args(cli(&python))
        .output();
    output.success();
    assert_eq!(json(&output)["Arn"], THREE);
    assert_eq!(aws.count("AssumeRole"), 6, "the kept keys serve");
}

#[test]
fn sdks_get_the_keys_of_the_chain_from_credential_process() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(python) = python("awscli, boto3") else { return };
    with_process(&sandbox);
    let mut words = cli(&python);
    words.extend(["--profile", "sdk"].map(str::to_owned));
    let output = sandbox.program(&words[0]).args(&words[1..]).output();
    output.success();
    assert_eq!(json(&output)["Arn"], THREE);
    let before = aws.count("AssumeRole");
    assert_eq!(before, 3);
    let run = sandbox.program(&words[0]).args(["-B", "-c", BOTO3]);
    let output = run.env("AWS_PROFILE", "sdk").output();
    assert_eq!(output.success().trim_end(), THREE);
    assert_eq!(aws.count("AssumeRole"), before);
}

/// A profile that gets its keys from awsenv.
fn with_process(sandbox: &Sandbox) {
    let more = "\n[profile sdk]\ncredential_process = awsenv credential-process three\nregion = eu-west-1\n";
    sandbox.write(".aws/config", crate::support::aws::CONFIG.to_owned() + more);
}

/// Twenty processes ask for the profile at the same moment; prints their keys and ARNs.
const AT_ONCE: &str = "\
import botocore.session, json, multiprocessing, sys
fork = multiprocessing.get_context('fork')
start, answers = fork.Barrier(20), fork.SimpleQueue()
session = botocore.session.Session(profile='sdk')
client = session.create_client('sts', aws_access_key_id='none', aws_secret_access_key='none')
def ask():
    start.wait()
    try:
        found = session.get_credentials()
        keys = found.get_frozen_credentials()
        client._request_signer._credentials = found
        answers.put([keys.access_key, client.get_caller_identity()['Arn']])
    except Exception as error:
        answers.put([repr(error), ''])
processes = [fork.Process(target=ask) for _ in range(20)]
for process in processes: process.start()
json.dump([answers.get() for _ in processes], sys.stdout)
";

#[test]
fn twenty_sdks_at_once_are_one_call_a_role() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(python) = python("botocore") else { return };
    with_process(&sandbox);
    let output = sandbox.program(python).args(["-B", "-c", AT_ONCE]).output();
    output.success();
    let answers: Vec<(String, String)> = serde_json::from_value::<Value>(json(&output))
        .and_then(serde_json::from_value)
        .expect("answers");
    let three = &aws.issued()[2];
    assert_eq!(answers.len(), 20);
    for (id, arn) in answers {
        assert_eq!((id.as_str(), arn.as_str()), (three.access_key_id.as_str(), THREE));
    }
    assert_eq!(aws.count("AssumeRole"), 3);
}
