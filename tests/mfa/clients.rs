//! boto3 and the AWS CLI, which get their keys from `credential_process = awsenv credential-process NAME`.

use super::{calls, exec, start};
use crate::integration::terminal::Terminal;
use crate::stand_in::clients::{boto3, cli};
use crate::support::{Aws, Sandbox, python};

const GUARDED: &str = "arn:aws:sts::123456789012:assumed-role/Guarded/awsenv-tester";
const AUDIT: &str = "arn:aws:sts::123456789012:assumed-role/Audit/awsenv-tester";

/// With the profiles `sdk-guarded` and `sdk-audit`.
fn with_sdk() -> Option<(Aws, Sandbox)> {
    let (aws, sandbox) = start()?;
    python("awscli, boto3")?;
    let mut config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("a config");
    for role in ["guarded", "audit"] {
        config += &format!(
            "\n[profile sdk-{role}]\ncredential_process = awsenv credential-process {role}\nregion = eu-west-1\n"
        );
    }
    sandbox.write(".aws/config", config);
    Some((aws, sandbox))
}

#[test]
fn without_a_terminal_they_say_what_to_do_and_then_it_works() {
    let Some((aws, sandbox)) = with_sdk() else { return };
    let both = [boto3(&sandbox, &["sdk-guarded"]), cli(&sandbox, "sdk-guarded")];
    for output in both.map(|output| output.expect("as before")) {
        assert_ne!(output.status, 0);
        assert!(output.err().contains("awsenv use guarded"), "{}", output.all());
        assert!(output.err().contains("nobody can be asked"), "{}", output.all());
    }
    assert!(aws.requests().is_empty());
    exec(&sandbox, &["guarded", "--mfa-code", &aws.code(0)]);
    for (profile, arn) in [("sdk-guarded", GUARDED), ("sdk-audit", AUDIT)] {
        let both = [boto3(&sandbox, &[profile]), cli(&sandbox, profile)];
        for output in both.map(|output| output.expect("as before")) {
            assert!(output.success().contains(arn), "{}", output.all());
        }
    }
    assert_eq!(aws.count("GetSessionToken"), 1);
}

/// They hand their terminal down, so the question is there, and neither of them sees it.
#[test]
fn at_a_terminal_they_let_awsenv_ask() {
    let caller = "import boto3; print('ARN', boto3.Session().client('sts').get_caller_identity()['Arn'])";
    for number in 0..2 {
        let Some((aws, sandbox)) = with_sdk() else { return };
        let Some(python) = python("awscli, boto3") else { return };
        sandbox.write("caller.py", caller);
        let python = python.display().to_string();
        let aws_cli = format!(
            "{python} -B {} sts get-caller-identity",
            python.replace("/python", "/aws")
        );
        let line = [format!("{python} -B caller.py"), aws_cli][number].clone();
        let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
            return;
        };
        terminal.line(&format!("clear; AWS_PROFILE=sdk-guarded {line} 2>err"));
        terminal.wait("the question", |screen| {
            screen.trim_end().ends_with("for the profile `guarded`:")
        });
        terminal.line(&aws.code(0));
        let screen = terminal.wait("the ARN", |screen| screen.contains(GUARDED));
        assert_eq!(screen.matches("MFA code").count(), 1, "{screen}");
        terminal
            .at_prompt()
            .line(&format!("clear; AWS_PROFILE=sdk-audit {line} 2>err"));
        let screen = terminal.wait("the ARN", |screen| screen.contains(AUDIT));
        assert!(!screen.contains("MFA code"), "{screen}");
        let expected = [
            "GetSessionToken with a code",
            "Guarded",
            "GetCallerIdentity",
            "Audit",
            "GetCallerIdentity",
        ];
        assert_eq!(calls(&aws), expected);
        let err = std::fs::read_to_string(sandbox.path("err")).expect("a file");
        assert!(!err.contains("MFA"), "{err}");
    }
}
