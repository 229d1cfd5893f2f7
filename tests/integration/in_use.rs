//! What `awsenv prompt` and `awsenv current` say about a shell after `use`, and after changes of its environment by hand.

use std::ffi::OsString;

use crate::support::{Sandbox, Strace};

const KEYS: &str = "aws_access_key_id = AKIAJEKYL\naws_secret_access_key = hush\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_config("[profile jekyl]\nregion = eu-west-1\n[profile hyde]\nregion = us-east-1\n");
    sandbox.write(".aws/credentials", format!("[jekyl]\n{KEYS}[a\u{200b}\\b ]\n{KEYS}"));
    sandbox
}

/// What `command` prints after these lines of a shell.
fn after(sandbox: &Sandbox, lines: &str, command: &str) -> (String, String) {
    let script = format!("{lines}\n{command}");
    let output = sandbox.program("sh").args(["-c", &script]).output();
    (output.out().to_owned(), output.err().to_owned())
}

#[test]
fn prompt_and_current_agree() {
    let sandbox = sandbox();
    let by_name = "eval \"$(awsenv use jekyl --shell posix -q)\"; ";
    let by_keys = "eval \"$(awsenv use jekyl --keys --shell posix -q)\"; ";
    for (before, change, name, style, mark) in [
        (by_name, "", "jekyl", "name", ""),
        (by_name, "export AWS_REGION=x AWS_PAGER=", "jekyl", "name", ""),
        (by_name, "export AWS_DEFAULT_PROFILE=jekyl", "jekyl", "name", ""),
        (by_name, "export AWS_PROFILE=hyde", "hyde", "name", "?"),
        (by_name, "export AWS_PROFILE=jekyl2", "jekyl2", "name", "?"),
        (by_name, "export AWS_PROFILE=", "jekyl", "name", "?"),
        (by_name, "unset AWS_PROFILE", "jekyl", "name", "?"),
        (by_name, "export AWS_ACCESS_KEY_ID=AKIAOTHER", "jekyl", "name", "?"),
        (by_name, "export AWS_DEFAULT_PROFILE=hyde", "jekyl", "name", "?"),
        (by_name, "unset AWSENV_EXPECT", "jekyl", "name", "?"),
        (by_name, "unset AWSENV_PROFILE", "jekyl", "name", ""),
        (by_name, "AWSENV_STATE=damaged", "jekyl", "name", ""),
        (by_keys, "", "jekyl", "keys", ""),
        (by_keys, "AWSENV_STATE=damaged", "jekyl", "keys", ""),
        (by_keys, "export AWS_PROFILE=hyde", "hyde", "name", "?"),
        (by_keys, "export AWS_PROFILE=jekyl", "jekyl", "name", "?"),
        (by_keys, "AWS_ACCESS_KEY_ID=AKIAJEKYL2", "jekyl", "keys", "?"),
        (by_keys, "unset AWS_ACCESS_KEY_ID", "jekyl", "keys", "?"),
        (by_keys, "export AWS_DEFAULT_PROFILE=jekyl", "jekyl", "keys", "?"),
        ("", "export AWS_PROFILE=hyde", "hyde", "name", ""),
        ("", "export AWS_PROFILE=hyde AWS_ACCESS_KEY_ID=A", "hyde", "name", "?"),
        (
            "",
            "export AWS_PROFILE=hyde AWS_DEFAULT_PROFILE=jekyl",
            "hyde",
            "name",
            "?",
        ),
    ] {
        let lines = format!("{before}{change}");
        let (shown, _) = after(&sandbox, &lines, "awsenv prompt --format '{profile} {style}'");
        assert_eq!(shown, format!("{name}{mark} {style}\n"), "{lines}");
        let (document, _) = after(&sandbox, &lines, "awsenv current --json");
        let current: serde_json::Value = serde_json::from_str(&document).expect("a document");
        assert_eq!(current["profile"], name, "{lines}");
        assert_eq!(current["style"], style, "{lines}");
        assert_eq!(current["drift"], !mark.is_empty(), "{lines}");
    }
}

#[test]
fn current_says_what_use_had_set() {
    let sandbox = sandbox();
    let line = "eval \"$(awsenv use jekyl --shell posix -q)\"; export AWS_PROFILE=hyde";
    assert_eq!(
        after(&sandbox, line, "awsenv current"),
        (
            "hyde (by name, us-east-1)\n".to_owned(),
            "awsenv: warning: `use` had set `jekyl`; changed since: AWS_PROFILE\n".to_owned()
        )
    );
    let line = "export AWS_PROFILE=hyde AWS_ACCESS_KEY_ID=AKIAOTHER";
    let (_, warning) = after(&sandbox, line, "awsenv current");
    assert_eq!(
        warning,
        "awsenv: warning: AWS_ACCESS_KEY_ID is set too, and most SDKs use that key\n"
    );
}

#[test]
fn a_misleading_name_is_exact_in_json_and_harmless_in_a_prompt() {
    let sandbox = sandbox();
    for style in ["--name", "--keys"] {
        let line = format!("eval \"$(awsenv use \"$(printf 'a\\342\\200\\213\\134b ')\" {style} --shell posix -q)\"");
        let (shown, _) = after(
            &sandbox,
            &line,
            "awsenv prompt; echo \"$AWSENV_PROFILE|$AWSUME_PROFILE|\"",
        );
        let name = "a{u+200b}{u+5c}b{u+20}";
        let twin = if style == "--keys" { name } else { "" };
        assert_eq!(shown, format!("{name}\n{name}|{twin}|\n"), "{style}");
        let (document, _) = after(&sandbox, &line, "awsenv current --json");
        let current: serde_json::Value = serde_json::from_str(&document).expect("a document");
        assert_eq!(current["profile"], "a\u{200b}\\b ", "{style}");
    }
}

#[test]
fn prompt_programs_get_plain_text_without_a_file_being_read() {
    let mut sandbox = Sandbox::with_config("[broken");
    assert_eq!(sandbox.awsenv(["prompt"]).output().clean(), "");
    sandbox
        .set("AWSENV_PROFILE", "jekyl\u{200b}")
        .set("AWSENV_EXPECT", ":AKIA")
        .set("AWS_ACCESS_KEY_ID", "AKIA")
        .set("AWSENV_EXPIRES", "1000")
        .set("AWS_REGION", "eu\\west")
        .set("AWSENV_STATE", "damaged");
    assert_eq!(sandbox.awsenv(["prompt"]).output().clean(), "jekyl{u+200b} expired\n");
    let format = sandbox.awsenv(["prompt", "--format", "<{profile}|{region}>"]).output();
    assert_eq!(format.clean(), "<jekyl{u+200b}|eu{u+5c}west>\n");
    let hostile = sandbox.awsenv(["prompt", "--format", "[{profile}]"]);
    let hostile = hostile.env("AWSENV_PROFILE", "jek\u{1b}yl").output();
    assert_eq!(hostile.clean(), "[?]\n");
    let wrong = sandbox.awsenv(["prompt", "--format", "{nope}"]).output();
    assert_eq!((wrong.status, wrong.out()), (2, ""));
    assert!(
        wrong
            .err()
            .starts_with("awsenv: `{nope}` is not a prompt field\nhint: "),
        "{}",
        wrong.all()
    );

    let Some(strace) = Strace::find() else { return };
    let trace = sandbox.root().join("trace");
    let options = ["-f", "-e", "trace=file", "-o"].map(OsString::from);
    let run = sandbox.awsenv(["prompt", "--format", "{profile} {region}"]);
    let run = strace.around(run, options.into_iter().chain([trace.clone().into()]));
    run.output().success();
    let trace = std::fs::read_to_string(&trace).expect("a trace");
    let home = sandbox.home().display().to_string();
    let below_home = |line: &&str| line.contains(&home) && !line.contains("execve");
    assert_eq!(trace.lines().find(below_home), None, "{trace}");
}

#[test]
fn the_region_of_the_profile_is_known_without_its_file() {
    let sandbox = sandbox();
    let line = "eval \"$(awsenv use jekyl --shell posix -q)\"; rm -r \"$HOME/.aws\"; ";
    for (change, region) in [
        ("", "eu-west-1"),
        ("export AWS_REGION=r", "r"),
        ("export AWS_PROFILE=hyde", ""),
    ] {
        let sandbox = self::sandbox();
        let (shown, _) = after(
            &sandbox,
            &format!("{line}{change}"),
            "awsenv prompt --format '{region}'",
        );
        assert_eq!(shown, format!("{region}\n"), "{change}");
    }
    let (shown, _) = after(
        &sandbox,
        "eval \"$(awsenv use jekyl --region us-west-2 --shell posix -q)\"",
        "awsenv prompt --format '{region}'",
    );
    assert_eq!(shown, "us-west-2\n");
}
