//! Chains of one, two and three roles over every kind of keys: botocore ends up as the same caller.

use std::collections::BTreeMap;

use super::{arn, clean, json, roles, sh, start};
use crate::support::{Aws, Sandbox, executable, python};

/// Prints for each profile the ARN that botocore ends up as, or `denied`, as JSON.
const BOTOCORE: &str = "\
import botocore.exceptions, botocore.session, json, sys
def arn(profile):
    session = botocore.session.Session(profile=profile)
    try:
        return session.create_client('sts').get_caller_identity()['Arn']
    except botocore.exceptions.ClientError as error:
        return {'AccessDenied': 'denied'}[error.response['Error']['Code']]
json.dump({profile: arn(profile) for profile in sys.argv[1:]}, sys.stdout)
";

/// What a chain may begin with; each has the keys of the user `base`.
const BASES: [&str; 4] = ["config", "base", "kept", "process"];

/// `NAME1`, `NAME2` and `NAME3` on each base, and some chains of other forms.
fn config(aws: &Aws, program: &str) -> String {
    let (id, secret) = aws.key("base");
    let keys = format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let one = "role_arn = arn:aws:iam::123456789012:role/One\n";
    let closed = "role_arn = arn:aws:iam::123456789012:role/Closed\n";
    let mut text = format!(
        "[profile config]\n{keys}[profile process]\ncredential_process = {program}\n\
         [profile self1]\n{one}source_profile = self1\n{keys}role_session_name = name\n\
         [profile middle]\n{closed}source_profile = other\n{keys}\
         [profile middle1]\n{one}source_profile = middle\nrole_session_name = name\n\
         [profile environment1]\n{one}credential_source = Environment\nrole_session_name = name\n"
    );
    for base in BASES {
        text += &format!("[profile {base}1]\n{one}source_profile = {base}\nrole_session_name = name\n");
    }
    for base in BASES.iter().chain(&["self", "middle", "environment"]) {
        text += &format!(
            "[profile {base}2]\nrole_arn = arn:aws:iam::123456789012:role/Two\nsource_profile = {base}1\n\
             role_session_name = name\n[profile {base}3]\n\
             role_arn = arn:aws:iam::210987654321:role/teams/ops/Three\nsource_profile = {base}2\n\
             role_session_name = name\n"
        );
    }
    text.replace("[profile ", "\n[profile ")
        .replace("role_session_name", "region = eu-west-1\nrole_session_name")
}

/// All that [`config`] needs, with the key of `kept` in the encrypted file.
fn prepared() -> Option<(Aws, Sandbox)> {
    let (aws, mut sandbox) = start()?;
    let (id, secret) = aws.key("base");
    let program = sandbox.bin().join("keys");
    let document = format!(r#"{{"Version": 1, "AccessKeyId": "{id}", "SecretAccessKey": "{secret}"}}"#);
    executable(&program, format!("#!/bin/sh\necho '{document}'\n"));
    sandbox.write(".aws/config", config(&aws, &program.display().to_string()));
    sandbox.set("AWSENV_KEYCHAIN", "file");
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    let add = sandbox.awsenv(["key", "add", "--stdin", "kept"]);
    add.stdin(format!("{id}\n{secret}\n")).output().success();
    sandbox
        .set("AWS_ACCESS_KEY_ID", id)
        .set("AWS_SECRET_ACCESS_KEY", secret);
    Some((aws, sandbox))
}

#[test]
fn every_chain_leads_to_the_caller_of_botocore() {
    let Some((_aws, sandbox)) = prepared() else { return };
    let bases = BASES.iter().chain(&["middle", "environment"]);
    let chains = bases.flat_map(|base| (1..=3).map(move |length| format!("{base}{length}")));
    // A profile that is its own source has its own keys below its role, but for another one it is those keys alone.
    let profiles: Vec<String> = chains.chain(["self1", "self2"].map(str::to_owned)).collect();
    let expected = |profile: &String| match (profile.as_str(), profile.chars().last()) {
        ("self2", _) => "denied",
        (_, Some('1')) => "arn:aws:sts::123456789012:assumed-role/One/name",
        (_, Some('2')) => "arn:aws:sts::123456789012:assumed-role/Two/name",
        _ => "arn:aws:sts::210987654321:assumed-role/Three/name",
    };
    for profile in &profiles {
        let output = sandbox.awsenv(["whoami", "--json", profile]).output();
        let answer = json(&output);
        let found = answer["arn"].as_str().or(answer["error"]["kind"].as_str());
        assert_eq!(found, Some(expected(profile)), "{profile}: {}", output.all());
    }
    let Some(python) = python("botocore") else { return };
    let run = sandbox.program(python).args(["-B", "-c", BOTOCORE]);
    let output = run.args(&profiles).output();
    output.success();
    let theirs: BTreeMap<String, String> = serde_json::from_value(json(&output)).expect("texts");
    for profile in &profiles {
        assert_eq!(theirs[profile], expected(profile), "{profile}");
    }
}

#[test]
fn each_hop_is_called_once_with_the_keys_of_the_one_below() {
    let Some((aws, sandbox)) = prepared() else { return };
    let hops = ["One", "Two", "Three"];
    for base in ["process", "kept", "middle", "environment"] {
        sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
        let before = aws.requests().len();
        clean(&sandbox.awsenv(["credential-process", &format!("{base}3")]).output());
        assert_eq!(roles(&aws)[before..], hops, "{base}");
        let requests = &aws.requests()[before..];
        let issued = aws.issued();
        let last = &issued[issued.len() - 3..];
        let callers = [aws.key("base").0, &last[0].access_key_id, &last[1].access_key_id];
        for (request, caller) in requests.iter().zip(callers) {
            let authorization = request.header("authorization").expect("a signature");
            assert!(
                authorization.contains(&format!("Credential={caller}/")),
                "{base}: {authorization}"
            );
        }
        // A shorter chain is a part of the longer one.
        clean(&sandbox.awsenv(["credential-process", &format!("{base}2")]).output());
        assert_eq!(aws.requests().len(), before + 3, "{base}");
    }
}

#[test]
fn a_role_goes_on_top_of_a_boto_profile() {
    let Some((aws, sandbox)) = start() else { return };
    let (id, secret) = aws.key("base");
    sandbox.write(
        ".boto",
        format!("[profile old]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"),
    );
    let found = arn(&sandbox, &["old", "--role", &super::role("One")]);
    assert_eq!(found, "arn:aws:sts::123456789012:assumed-role/One/awsenv-tester");
    // Where no file names a region, the first of the partition is called.
    let requests = aws.requests();
    assert_eq!(requests[0].signed().expect("a signature").1, "us-east-1");
}

#[test]
fn keys_of_the_environment_are_not_those_of_a_use() {
    let Some((aws, mut sandbox)) = prepared() else { return };
    sandbox.unset("AWS_ACCESS_KEY_ID").unset("AWS_SECRET_ACCESS_KEY");
    let (id, secret) = aws.key("base");
    let own = format!("export AWS_ACCESS_KEY_ID={id} AWS_SECRET_ACCESS_KEY={secret}\n");
    let lines = "use environment1 --keys || exit 9\nuse environment1 --keys && exit 8\nawsenv whoami environment2 && exit 7\n\
        eval \"$(awsenv unset --shell posix)\"\nawsenv whoami environment2 --json";
    let output = sh(&sandbox, &(own + lines));
    assert_eq!(output.status, 0, "{}", output.all());
    assert_eq!(json(&output)["arn"], "arn:aws:sts::123456789012:assumed-role/Two/name");
    let hint = "hint: `use` has put your own keys aside; `awsenv unset` brings them back\n";
    assert_eq!(output.err().matches(hint).count(), 2, "{}", output.all());
    assert_eq!(roles(&aws), ["One", "Two"]);

    let output = sandbox.awsenv(["whoami", "environment1", "--json"]).output();
    assert_eq!(
        (output.status, &json(&output)["error"]["kind"]),
        (1, &"credential-source-empty".into())
    );
    assert!(!output.err().contains("awsenv unset"), "{}", output.all());
}
