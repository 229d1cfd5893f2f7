//! Devices that AWS does not know, codes that are wrong, and nobody to ask.

use super::{calls, error, hints, start, start_with_program};
use crate::support::{Sandbox, executable};

/// A program that prints these codes, one a run, and then the last one again.
fn printing(sandbox: &Sandbox, codes: &[&str]) {
    let list = sandbox.root().join("codes");
    std::fs::write(&list, codes.join("\n") + "\n").expect("codes");
    let list = list.display();
    let script = format!("#!/bin/sh\nhead -n 1 {list}\n[ \"$(wc -l <{list})\" -gt 1 ] && sed -i 1d {list}\nexit 0\n");
    executable(&sandbox.bin().join("code"), script);
    sandbox.write(".config/awsenv/config", crate::support::mfa::SETTINGS);
}

#[test]
fn a_serial_number_that_is_not_a_device_costs_one_call() {
    let Some((aws, sandbox)) = start() else { return };
    printing(&sandbox, &["123456", "234567"]);
    let error = error(&sandbox.awsenv(["whoami", "wrong-serial", "--json"]).output());
    assert_eq!(error["kind"], "mfa-rejected", "{error}");
    assert!(
        hints(&error).contains("`arn:aws:iam::123456789012:mfa/base`"),
        "{error}"
    );
    assert_eq!(calls(&aws), ["GetSessionToken with a code"]);
}

#[test]
fn a_security_key_is_refused_before_anything_happens() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    let error = error(&sandbox.awsenv(["whoami", "fido", "--json"]).output());
    assert_eq!(error["kind"], "invalid-config", "{error}");
    assert!(error["message"].as_str().expect("text").contains("FIDO"), "{error}");
    assert!(program.asked().is_empty() && aws.requests().is_empty());
}

/// As botocore does it; AWS takes a code only from a user.
#[test]
fn a_role_of_a_role_gets_the_refusal_of_aws() {
    let Some((aws, sandbox, program)) = start_with_program() else {
        return;
    };
    let error = error(&sandbox.awsenv(["whoami", "middle", "--json"]).output());
    assert_eq!(error["kind"], "mfa-rejected", "{error}");
    let message = error["message"].as_str().expect("text");
    assert!(
        message.contains("AWS takes no code") && message.contains("role/Two"),
        "{error}"
    );
    assert!(hints(&error).contains("only from a user's own keys"), "{error}");
    assert_eq!(calls(&aws), ["One", "Two with a code"]);
    assert_eq!(program.asked().len(), 1);
}

#[test]
fn wrong_codes_are_asked_for_again_and_three_are_enough() {
    let Some((aws, sandbox)) = start() else { return };
    let wrong = ["000001", "000002", "000003", "000004"];
    printing(&sandbox, &wrong);
    let output = sandbox.awsenv(["whoami", "guarded", "--json"]).output();
    let error = error(&output);
    assert_eq!(error["kind"], "mfa-rejected", "{error}");
    assert_eq!(calls(&aws), ["GetSessionToken with a code"; 3]);
    assert!(
        wrong.iter().all(|code| !output.all().contains(code)),
        "{}",
        output.all()
    );
    let right = aws.code(0);
    printing(&sandbox, &["000005", &right]);
    sandbox.awsenv(["whoami", "guarded"]).output().success();
    assert_eq!(aws.count("GetSessionToken"), 5);
}

/// As a program does it that knows the time, while the device shows a code that AWS has had.
#[test]
fn a_code_that_aws_has_had_is_waited_out() {
    let Some((aws, sandbox)) = start() else { return };
    executable(&sandbox.bin().join("code"), aws.device(""));
    sandbox.write(".config/awsenv/config", crate::support::mfa::SETTINGS);
    sandbox.awsenv(["credential-process", "long"]).output().success();
    sandbox.awsenv(["credential-process", "long-audit"]).output().success();
    assert_eq!(calls(&aws), ["Guarded with a code", "Audit with a code"]);
    let requests = aws.requests();
    assert!(requests.iter().all(|seen| seen.status == 200), "{requests:#?}");
    assert!(requests[1].at - requests[0].at < 32.0);
}

#[test]
fn where_nobody_can_be_asked_it_says_what_to_do() {
    let Some((aws, sandbox)) = start() else { return };
    let output = sandbox.awsenv(["credential-process", "guarded"]).output();
    assert_eq!((output.status, output.out()), (1, ""), "{}", output.all());
    assert!(output.err().contains("awsenv use guarded"), "{}", output.err());
    let error = error(&sandbox.awsenv(["whoami", "guarded", "--json"]).output());
    assert_eq!(error["kind"], "mfa-required", "{error}");
    assert!(aws.requests().is_empty());
    let output = sandbox.awsenv(["use", "guarded", "--shell", "posix"]).output();
    assert_eq!(output.status, 1);
    assert!(!output.out().contains("AWS_"), "{}", output.out());
    // Other keys would not serve.
    let long = sandbox
        .awsenv(["exec", "guarded", "--duration", "2h", "--", "true"])
        .output();
    assert!(
        long.err().contains("hint: awsenv use --duration 7200 guarded\n") && long.err().contains("are kept"),
        "{}",
        long.err()
    );
    sandbox.write(".config/awsenv/config", "sessions = off\n");
    let alone = sandbox.awsenv(["exec", "guarded", "--", "true"]).output();
    assert!(
        alone.err().contains("no keys are kept") && !alone.err().contains("serve here"),
        "{}",
        alone.err()
    );
}
