//! The AWS CLI's cache of roles that took a code, in both directions.

use super::start;
use crate::roles::tls::of_aws;
use crate::roles::{clean, key_id};
use crate::support::mfa::CodeProgram;
use crate::support::{Authority, python};

/// Prints the ARN of a profile by botocore, with the files of the AWS CLI as its cache, and this code.
const BOTOCORE: &str = "\
import botocore.credentials, botocore.session, os, sys
session = botocore.session.Session(profile=sys.argv[1])
roles = session.get_component('credential_provider').get_provider('assume-role')
roles.cache = botocore.credentials.JSONFileCache(os.path.expanduser('~/.aws/cli/cache'))
roles._prompter = lambda prompt: sys.argv[2]
print(session.create_client('sts').get_caller_identity()['Arn'])
";

#[test]
fn what_the_aws_cli_took_a_code_for_serves_without_a_question() {
    let Some((aws, mut sandbox)) = start() else { return };
    let Some(python) = python("botocore") else { return };
    let words = ["-B", "-c", BOTOCORE, "guarded", &aws.code(0)];
    sandbox.program(python).args(words).output().success();
    let issued = aws.issued();
    // A way to AWS that no call survives.
    sandbox
        .unset("AWS_ENDPOINT_URL_STS")
        .set("HTTPS_PROXY", "http://127.0.0.1:1");
    let output = sandbox.awsenv(["credential-process", "guarded"]).output();
    assert_eq!(key_id(&output), issued[0].access_key_id);
    // It is of this role alone.
    let output = sandbox.awsenv(["credential-process", "recent"]).output();
    assert_eq!(output.status, 1);
    assert!(output.err().contains("nobody can be asked"), "{}", output.err());
}

#[test]
fn the_aws_cli_takes_what_awsenv_took_a_code_for() {
    let Some(authority) = Authority::new() else { return };
    let Some((aws, _tunnel, sandbox)) = of_aws(&authority) else {
        return;
    };
    let Some(python) = python("botocore") else { return };
    let program = CodeProgram::of_settings(&aws, &sandbox);
    let settings = format!("cli_cache = write\n{}", crate::support::mfa::SETTINGS);
    sandbox.write(".config/awsenv/config", settings);
    clean(&sandbox.awsenv(["credential-process", "guarded"]).output());
    let entries = std::fs::read_dir(sandbox.path(".aws/cli/cache")).expect("a cache");
    assert_eq!(entries.count(), 1, "the session of the user is none of its entries");
    let words = ["-B", "-c", BOTOCORE, "guarded", "none"];
    let output = sandbox.program(python).args(words).output();
    assert_eq!(output.success().trim_end(), aws.issued()[1].arn);
    assert_eq!(aws.count("AssumeRole"), 1);
    assert_eq!(program.asked().len(), 1);
}
