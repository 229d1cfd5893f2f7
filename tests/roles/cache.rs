//! The cache of the AWS CLI, in both directions, with the AWS CLI itself and botocore.

use serde_json::{Value, json as value};

use super::tls::of_aws;
use super::{clean, json, key_id, named, start};
use crate::stand_in::clients::cli;
use crate::support::{Authority, Sandbox, python};

/// A way to AWS that no call survives.
fn without_network(mut sandbox: Sandbox) -> Sandbox {
    sandbox.unset("AWS_ENDPOINT_URL_STS");
    sandbox.set("HTTPS_PROXY", "http://127.0.0.1:1");
    sandbox
}

#[test]
fn what_the_aws_cli_has_got_serves_without_a_call() {
    let Some((aws, sandbox)) = start() else { return };
    let Some(output) = cli(&sandbox, "two") else { return };
    output.success();
    let issued = aws.issued();
    let sandbox = without_network(sandbox);
    for (profile, session) in [("one", &issued[0]), ("two", &issued[1])] {
        let output = sandbox.awsenv(["credential-process", profile]).output();
        assert_eq!(key_id(&output), session.access_key_id);
        assert_eq!(json(&output)["SessionToken"], *session.session_token);
        assert_eq!(json(&output)["Expiration"], *session.expiration);
    }
    // It has not asked for that long, nor is it new.
    for words in [&["--duration", "2h"][..], &["--refresh"]] {
        let words = ["use", "one", "--keys", "--shell", "posix"].iter().chain(words);
        assert_eq!(sandbox.awsenv(words).output().status, 1);
    }
    let off = sandbox.write("off", "cli_cache = off\n");
    let run = sandbox.awsenv(["credential-process", "one"]).env("AWSENV_CONFIG", off);
    assert_eq!(run.output().status, 1);
}

/// As version 2 writes it, with a role's name in the ARN that is another one in the second case.
#[test]
fn an_entry_of_version_2_serves_if_it_is_of_the_role() {
    let config = "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/Ops\nsource_profile = base\n\
        external_id = ext 1\nduration_seconds = 1800\nregion = eu-west-1\n\
        [profile base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n";
    for (name, serves) in [("Ops", true), ("r", false)] {
        let sandbox = without_network(named(Sandbox::with_config(config)));
        let entry = value!({
            "Credentials": {"AccessKeyId": "ASIA6", "SecretAccessKey": "secret6", "SessionToken": "token6",
                "Expiration": "2099-01-01T00:00:00+00:00", "AccountId": "123456789012"},
            "AssumedRoleUser": {"AssumedRoleId": "AROAEXAMPLE:botocore-session-1795228629",
                "Arn": format!("arn:aws:sts::123456789012:assumed-role/{name}/botocore-session-1795228629")},
            "ResponseMetadata": {"RequestId": "c6104cbe-af31-11e0-8154-cbc7ccf896c7", "HTTPStatusCode": 200,
                "HTTPHeaders": {"server": "BaseHTTP/0.6 Python/3.11.7", "date": "Sat, 21 Nov 2026 02:37:09 GMT",
                    "content-type": "text/xml", "content-length": "589"}, "RetryAttempts": 0},
        });
        let file = ".aws/cli/cache/ea2bf230927f113d91263ef9922db7591d6b1908.json";
        sandbox.write(file, entry.to_string());
        let output = sandbox.awsenv(["credential-process", "role"]).output();
        assert_eq!(
            output.status == 0 && json(&output)["AccessKeyId"] == "ASIA6",
            serves,
            "{}",
            output.all()
        );
    }
}

/// Prints the ARN of a profile by botocore, with the files of the AWS CLI as its cache.
const BOTOCORE: &str = "\
import botocore.credentials, botocore.session, os, sys
session = botocore.session.Session(profile=sys.argv[1])
roles = session.get_component('credential_provider').get_provider('assume-role')
roles.cache = botocore.credentials.JSONFileCache(os.path.expanduser('~/.aws/cli/cache'))
print(session.create_client('sts').get_caller_identity()['Arn'])
";

#[test]
fn the_aws_cli_and_botocore_take_what_awsenv_has_got() {
    let Some(authority) = Authority::new() else { return };
    let Some((aws, _tunnel, sandbox)) = of_aws(&authority) else {
        return;
    };
    sandbox.write(".config/awsenv/config", "cli_cache = write\n");
    let output = sandbox.awsenv(["credential-process", "one"]).output();
    clean(&output);
    let folder = sandbox.path(".aws/cli/cache");
    let ours = entries(&folder);
    let [(name, entry)] = &*ours else { panic!("{ours:?}") };
    let session = &aws.issued()[0];
    let expected = value!({
        "Credentials": {
            "AccessKeyId": session.access_key_id, "SecretAccessKey": session.secret_access_key,
            "SessionToken": session.session_token, "Expiration": session.expiration.replace('Z', "+00:00"),
            "AccountId": "123456789012",
        },
        "AssumedRoleUser": {"Arn": session.arn},
    });
    assert_eq!(*entry, expected);
    let mode = std::fs::metadata(folder.join(name)).expect("an entry").permissions();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o600);

    let Some(output) = cli(&sandbox, "one") else { return };
    assert!(output.success().contains(&session.arn), "{}", output.all());
    let python = python("botocore").expect("as before");
    let output = sandbox.program(python).args(["-B", "-c", BOTOCORE, "one"]).output();
    assert_eq!(output.success().trim_end(), session.arn);
    assert_eq!(aws.count("AssumeRole"), 1, "{:#?}", aws.requests());

    // What the AWS CLI writes for the same has the same name, and nothing less.
    std::fs::remove_file(folder.join(name)).expect("an entry");
    cli(&sandbox, "one").expect("as before").success();
    let theirs = entries(&folder);
    assert_eq!(theirs[0].0, *name);
    for part in ["Credentials", "AssumedRoleUser"] {
        let keys =
            |entry: &Value| -> Vec<String> { entry[part].as_object().expect("an object").keys().cloned().collect() };
        let theirs = keys(&theirs[0].1);
        let all = keys(entry).iter().all(|key| theirs.contains(key) || key == "AccountId");
        assert!(all, "{theirs:?}");
    }
}

/// The names and contents of the cache.
fn entries(folder: &std::path::Path) -> Vec<(String, Value)> {
    let files = std::fs::read_dir(folder).expect("a cache").flatten();
    let files = files.filter(|file| file.path().extension() == Some("json".as_ref()));
    let read = |file: std::fs::DirEntry| {
        let text = std::fs::read(file.path()).expect("an entry");
        let name = file.file_name().to_string_lossy().into_owned();
        (name, serde_json::from_slice(&text).expect("JSON"))
    };
    files.map(read).collect()
}
