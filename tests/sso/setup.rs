//! `sso setup`: from an empty machine to profiles that work.

use crate::integration::terminal::Terminal;
use crate::support::sso::{Browser, LONG, START_URL, sign_in};
use crate::support::{Aws, Sandbox};

fn config(sandbox: &Sandbox) -> String {
    std::fs::read_to_string(sandbox.path(".aws/config")).unwrap_or_else(|_| "none".to_owned())
}

const SECTION: &str = "\
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-west-1
sso_registration_scopes = sso:account:access
";

/// Without any AWS file.
fn empty(aws: &Aws) -> Sandbox {
    let sandbox = aws.sso_sandbox();
    std::fs::remove_dir_all(sandbox.path(".aws")).expect("the files");
    sandbox
}

#[test]
fn nothing_becomes_profiles_that_work() {
    let Some(aws) = Aws::start() else { return };
    let mut sandbox = empty(&aws);
    let Some(_) = Browser::Allow.set(&mut sandbox) else {
        return;
    };
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    terminal.resize(100, 30);
    terminal.line("awsenv sso setup corp");
    terminal.wait("a question", |screen| {
        screen.contains("Start URL of the access portal:")
    });
    terminal.line("corp.awsapps.com/start");
    terminal.wait("it again", |screen| {
        screen.contains("does not begin with `https://`") && screen.matches("Start URL of").count() == 2
    });
    assert_eq!(config(&sandbox), "none");
    terminal.line("https://corp.awsapps.com/start/#/");
    terminal.wait("a question", |screen| screen.contains("Region of IAM Identity Center:"));
    terminal.line("Ireland");
    terminal.wait("it again", |screen| screen.matches("Region of IAM").count() == 2);
    assert_eq!(config(&sandbox), "none");
    terminal.line("euw1");
    terminal.wait("the offer", |screen| screen.contains("accounts and roles now? [y/N]"));
    assert_eq!(config(&sandbox), SECTION);
    terminal.line("n");
    terminal.wait("a prompt", |screen| screen.contains("awsenv sso import --session corp"));
}

#[test]
fn what_exists_goes_on_where_it_was() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = empty(&aws);
    sandbox.write(".aws/config", SECTION);
    sign_in(&aws, &sandbox, LONG);
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    terminal.resize(100, 30);
    for is_last in [false, true] {
        terminal.line("clear; awsenv sso setup corp --region eu-west-1");
        terminal.wait("the offer", |screen| screen.contains("accounts and roles now? [y/N]"));
        assert_eq!(config(&sandbox), SECTION);
        terminal.line("y");
        terminal.wait("the picker", |screen| screen.contains("4/4>"));
        if !is_last {
            terminal.key("Escape");
            terminal.wait("the end", |screen| {
                screen.contains("cancelled, no profile was added")
                    && screen.contains("awsenv sso import --session corp")
            });
        }
    }
    terminal.text("dev").key("Enter");
    terminal.wait("a question", |screen| {
        screen.contains("Region of the new profiles [None]:")
    });
    terminal.key("Enter");
    terminal.wait("the end", |screen| {
        screen.contains("imported 1 profile: `Development-ReadOnly`")
    });
    let new = "\n[profile Development-ReadOnly]\nsso_session = corp\nsso_account_id = 210987654321\nsso_role_name = ReadOnly\n";
    assert_eq!(config(&sandbox), format!("{SECTION}{new}"));
    let answer = terminal.answer("awsenv exec Development-ReadOnly --keys -- printenv AWS_ACCESS_KEY_ID");
    assert!(answer.starts_with("ASIA"), "{answer}");
}

#[test]
fn ctrl_c_at_a_question_leaves_the_file_as_it_was() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = empty(&aws);
    let Some(terminal) = Terminal::open(&sandbox, "bash", "") else {
        return;
    };
    for answers in [&[][..], &[START_URL]] {
        terminal.line("clear").line("awsenv sso setup corp");
        terminal.wait("a question", |screen| {
            screen.contains("Start URL of the access portal:")
        });
        for answer in answers {
            terminal.line(answer);
            terminal.wait("the next one", |screen| {
                screen.contains("Region of IAM Identity Center:")
            });
        }
        terminal.key("C-c");
        terminal.wait("a prompt", |screen| screen.contains("cancelled"));
        assert_eq!(terminal.answer("echo $?"), "130\n");
        assert_eq!(config(&sandbox), "none");
    }
}

#[test]
fn what_cannot_be_set_up_is_refused_with_the_reason() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = empty(&aws);
    sandbox.write(".aws/config", SECTION);
    let refused = |args: &[&str], status: i32, words: &[&str]| {
        let output = sandbox.awsenv([&["sso", "setup"], args].concat()).output();
        assert_eq!(output.status, status, "{}", output.err());
        for word in words {
            assert!(output.err().contains(word), "{word}: {}", output.err());
        }
        assert_eq!(config(&sandbox), SECTION);
    };
    refused(&["my corp"], 2, &["cannot be the name"]);
    refused(
        &["corp", "--start-url", "https://other.awsapps.com/start"],
        1,
        &[
            "already exists",
            START_URL,
            "https://other.awsapps.com/start",
            "config:2",
            "awsenv sso setup corp",
        ],
    );
    refused(
        &["corp", "--region", "us-east-1"],
        1,
        &["`sso_region` is `eu-west-1`, not `us-east-1`"],
    );
    refused(
        &["new", "--start-url", "http://corp.awsapps.com/start"],
        2,
        &["is not https"],
    );
    refused(&["new"], 1, &["--start-url URL", "--region REGION"]);
}

#[test]
fn without_a_terminal_the_section_is_written_and_the_rest_is_told() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = empty(&aws);
    sign_in(&aws, &sandbox, LONG);
    let setup = [
        "sso",
        "setup",
        "corp",
        "--start-url",
        START_URL,
        "--region",
        "eu-west-1",
    ];
    let output = sandbox.awsenv(setup).output();
    output.success();
    assert_eq!(config(&sandbox), SECTION);
    assert!(
        output.err().contains("awsenv sso import --session corp"),
        "{}",
        output.err()
    );
    sandbox.awsenv(["undo"]).output().success();
    assert_eq!(config(&sandbox), "none");
}

#[test]
fn a_start_url_may_end_as_browsers_show_it() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = empty(&aws);
    sandbox.write(".aws/config", SECTION);
    sign_in(&aws, &sandbox, LONG);
    for behind in ["/", "#/", "/#/?tab=accounts"] {
        let url = format!("{START_URL}{behind}");
        let args = ["sso", "setup", "corp", "--start-url", &url, "--region", "eu-west-1"];
        sandbox.awsenv(args).output().success();
        assert_eq!(config(&sandbox), SECTION);
    }
}

#[test]
fn a_sign_in_that_fails_says_how_to_remove_the_session() {
    let Some(aws) = Aws::start() else { return };
    let sandbox = empty(&aws);
    let url = "https://nowhere.awsapps.com/start";
    let args = ["sso", "setup", "corp", "--start-url", url, "--region", "eu-west-1"];
    let output = sandbox.awsenv(args).output();
    assert_eq!(output.status, 1);
    assert!(
        output
            .err()
            .contains("hint: the session stays; to remove it: awsenv undo\n"),
        "{}",
        output.err()
    );
    sandbox.awsenv(["undo"]).output().success();
    assert_eq!(config(&sandbox), "none");
}
