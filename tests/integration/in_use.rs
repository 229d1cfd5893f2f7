//! What `awsenv prompt` and `awsenv current` say about a shell after `use`, and after changes of its environment by hand.

use std::ffi::OsString;

use crate::support::{Sandbox, Strace};

const KEYS: &str = "aws_access_key_id = AKIAJEKYL\naws_secret_access_key = hush\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_config("[profile jekyl]\nregion = eu-west-1\n[profile hyde]\nregion = us-east-1\n");
    sandbox.write(
        ".aws/credentials",
        format!("[jekyl]\n{KEYS}[hyde]\n{KEYS}[a\u{200b}\\b ]\n{KEYS}"),
    );
    sandbox
}

/// What `command` prints after these lines of a shell.
fn after(sandbox: &Sandbox, lines: &str, command: &str) -> (String, String) {
    let script = format!("{lines}\n{command}");
    let output = sandbox.program("sh").args(["-c", &script]).output();
    (output.out().to_owned(), output.err().to_owned())
}

/// What `list`, `explain` and `exec` without a name take, next to `current`.
fn others(sandbox: &Sandbox, lines: &str) -> [Option<String>; 3] {
    let (document, _) = after(sandbox, lines, "awsenv list --json");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&document).expect("a list");
    let active: Vec<_> = rows.iter().filter(|row| row["active"] == true).collect();
    assert!(active.len() < 2, "{lines}: {active:?}");
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let (document, _) = after(sandbox, lines, "awsenv explain --json");
    let explained: serde_json::Value = serde_json::from_str(&document).expect("a document");
    let (document, _) = after(sandbox, lines, "awsenv exec -- awsenv current --json");
    let inside: serde_json::Value = serde_json::from_str(&document).unwrap_or_default();
    [
        active.first().and_then(|row| text(&row["name"])),
        text(&explained["profile"]),
        text(&inside["profile"]),
    ]
}

#[test]
fn prompt_and_current_agree() {
    let sandbox = sandbox();
    let by_name = "eval \"$(awsenv use jekyl --shell posix -q)\"; ";
    let by_keys = "eval \"$(awsenv use jekyl --keys --shell posix -q)\"; ";
    let pair = "export AWS_ACCESS_KEY_ID=AKIAOTHER AWS_SECRET_ACCESS_KEY=x";
    let hyde = "export AWS_PROFILE=hyde";
    // What was done, what the prompt shows, what tools take and how, or why they fail.
    for (before, change, shown, taken, how) in [
        (by_name, "", "jekyl name", "jekyl", "name"),
        (by_name, "export AWS_REGION=x AWS_PAGER=", "jekyl name", "jekyl", "name"),
        (
            by_name,
            "export AWS_DEFAULT_PROFILE=jekyl",
            "jekyl name",
            "jekyl",
            "name",
        ),
        (by_name, "export AWS_PROFILE=hyde", "hyde? name", "hyde", "name"),
        (
            by_name,
            "export AWS_PROFILE=jekyl2",
            "jekyl2? name",
            "jekyl2",
            "profile-not-found",
        ),
        (by_name, "export AWS_PROFILE=", "jekyl? name", "", "profile-not-found"),
        (by_name, "unset AWS_PROFILE", "jekyl? name", "nothing", "failed"),
        (
            by_name,
            "export AWS_ACCESS_KEY_ID=AKIAOTHER",
            "jekyl? name",
            "jekyl",
            "partial-credentials",
        ),
        (by_name, pair, "jekyl? name", "jekyl", "keys"),
        (
            by_name,
            "export AWS_DEFAULT_PROFILE=hyde",
            "jekyl? name",
            "jekyl",
            "name",
        ),
        (by_name, "unset AWSENV_EXPECT", "jekyl? name", "jekyl", "name"),
        (by_name, "unset AWSENV_PROFILE", "jekyl name", "jekyl", "name"),
        (by_name, "AWSENV_STATE=damaged", "jekyl name", "jekyl", "name"),
        (by_keys, "", "jekyl keys", "jekyl", "keys"),
        (by_keys, "AWSENV_STATE=damaged", "jekyl keys", "jekyl", "keys"),
        (by_keys, "export AWS_PROFILE=hyde", "hyde? name", "hyde", "keys"),
        (by_keys, "export AWS_PROFILE=jekyl", "jekyl? name", "jekyl", "keys"),
        (
            by_keys,
            "AWS_ACCESS_KEY_ID=AKIAJEKYL2",
            "jekyl? keys",
            "nothing",
            "keys",
        ),
        (by_keys, "AWS_SECRET_ACCESS_KEY=other", "jekyl keys", "nothing", "keys"),
        (by_keys, "unset AWS_ACCESS_KEY_ID", "jekyl? keys", "nothing", "failed"),
        (
            by_keys,
            "unset AWS_SECRET_ACCESS_KEY",
            "jekyl keys",
            "nothing",
            "partial-credentials",
        ),
        (
            by_keys,
            "export AWS_DEFAULT_PROFILE=jekyl",
            "jekyl? keys",
            "jekyl",
            "keys",
        ),
        ("", hyde, "hyde name", "hyde", "name"),
        (
            hyde,
            "; export AWS_ACCESS_KEY_ID=A",
            "hyde? name",
            "hyde",
            "partial-credentials",
        ),
        (hyde, "; export AWS_DEFAULT_PROFILE=jekyl", "hyde? name", "hyde", "name"),
        ("", pair, "", "nothing", "keys"),
        (
            pair,
            "; export AWS_PROFILE=nosuch",
            "nosuch? name",
            "nosuch",
            "profile-not-found",
        ),
        ("", "export AWS_DEFAULT_PROFILE=hyde", "", "hyde", "name"),
    ] {
        let lines = format!("{before}{change}");
        let (prompt, _) = after(&sandbox, &lines, "awsenv prompt --format '{profile} {style}'");
        assert_eq!(prompt.trim_end(), shown, "{lines}");
        let (document, _) = after(&sandbox, &lines, "awsenv current --json");
        let current: serde_json::Value = serde_json::from_str(&document).expect("a document");
        let taken = Some(taken).filter(|taken| *taken != "nothing");
        assert_eq!(current["profile"].as_str(), taken, "{lines}");
        let works = current["error"]["kind"].as_str();
        assert_eq!(works.or(current["style"].as_str()), Some(how), "{lines}");
        let (_, status) = after(&sandbox, &lines, "awsenv current -q >/dev/null; echo $? >&2");
        let status = status.lines().last().unwrap_or_default().to_owned();
        assert_eq!(status == "0", works.is_none(), "{lines}");
        if shown.contains('?') && how != "failed" {
            assert_eq!(current["drift"], true, "{lines}");
        }
        let [active, explained, inside] = others(&sandbox, &lines);
        let known = taken.filter(|name| ["hyde", "jekyl"].contains(name));
        assert_eq!(active.as_deref(), known, "{lines}");
        if works.is_none() {
            assert_eq!(explained.as_deref().filter(|name| *name != "default"), taken, "{lines}");
            assert_eq!(inside.as_deref(), taken, "{lines}");
        }
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
    let line = "export AWS_PROFILE=hyde AWS_ACCESS_KEY_ID=AKIAOTHER AWS_SECRET_ACCESS_KEY=x";
    assert_eq!(
        after(&sandbox, line, "awsenv current"),
        (
            "key AKIAOTHER from the environment, with the settings of hyde (by keys, us-east-1)\n".to_owned(),
            "awsenv: warning: the key in the environment wins over AWS_PROFILE, except in the SDK for JavaScript\n"
                .to_owned()
        )
    );
}

#[test]
fn current_says_until_when_in_local_time() {
    let mut sandbox = sandbox();
    let keys = "export AWS_ACCESS_KEY_ID=ASIAOTHER AWS_SECRET_ACCESS_KEY=x AWS_SESSION_TOKEN=t \
                AWS_ACCOUNT_ID=111122223333 AWS_CREDENTIAL_EXPIRATION=";
    let key = "key ASIAOTHER from the environment (by keys, 111122223333, ";
    for (zone, until) in [
        ("Europe/Berlin", "2100-07-01 02:00 CEST"),
        ("UTC", "2100-07-01 00:00 UTC"),
        ("EST5EDT,M3.2.0,M11.1.0", "2100-06-30 20:00 EDT"),
        ("<+0330>-3:30", "2100-07-01 03:30 +0330"),
        ("Nowhere/Land", "2100-07-01 00:00 UTC"),
    ] {
        sandbox.set("TZ", zone);
        let (said, _) = after(&sandbox, &format!("{keys}2100-07-01T00:00:00Z"), "awsenv current");
        assert_eq!(said, format!("{key}until {until})\n"), "{zone}");
    }
    sandbox.set("TZ", "Europe/Berlin");
    let expired = format!("{keys}2020-07-01T00:00:00Z");
    let (said, error) = after(&sandbox, &expired, "awsenv current || echo failed");
    assert_eq!(said, format!("{key}expired 2020-07-01 02:00 CEST)\nfailed\n"));
    assert!(error.starts_with("awsenv: the keys in the environment expired at 2020-07-01 02:00 CEST\nhint: "));
    let (document, _) = after(&sandbox, &expired, "awsenv current --json");
    let current: serde_json::Value = serde_json::from_str(&document).expect("a document");
    assert_eq!(current["expires"], "2020-07-01T00:00:00Z");
    assert_eq!(
        (&current["expired"], &current["account_id"]),
        (&true.into(), &"111122223333".into())
    );
    let (_, error) = after(&sandbox, &format!("{keys}; unset AWS_SESSION_TOKEN"), "awsenv current");
    assert!(error.starts_with("awsenv: the key in the environment is temporary, and AWS_SESSION_TOKEN is not set\n"));
}

#[test]
fn use_says_until_when_in_local_time() {
    let mut sandbox = sandbox();
    let document = r#"{"Version":1,"AccessKeyId":"ASIA1","SecretAccessKey":"hush","SessionToken":"t","Expiration":"2090-07-01T00:00:00Z"}"#;
    sandbox.write("keys.json", document);
    sandbox.write(".aws/config", "[profile p]\ncredential_process = cat keys.json\n");
    sandbox.set("TZ", "Europe/Berlin");
    let (_, said) = after(&sandbox, "cd", "eval \"$(awsenv use p --keys -v --shell posix)\"");
    assert!(
        said.contains("awsenv: using p, by keys, until 2090-07-01 02:00 CEST\n"),
        "{said}"
    );
    let (current, _) = after(
        &sandbox,
        "cd; eval \"$(awsenv use p --keys --shell posix)\"",
        "awsenv current",
    );
    assert_eq!(current, "p (by keys, until 2090-07-01 02:00 CEST)\n");
}

#[test]
fn current_says_that_an_sso_session_is_over() {
    let mut sandbox = sandbox();
    sandbox.set("TZ", "Europe/Berlin").set("AWS_PROFILE", "p");
    let profile = "[profile p]\nsso_session = my-sso\nsso_account_id = 123456789011\nsso_role_name = readOnly\n";
    let session = "[sso-session my-sso]\nsso_region = eu-west-1\nsso_start_url = https://x\n";
    sandbox.write(".aws/config", format!("{profile}{session}"));
    let current = |error: &str| {
        let shown = "p (by name, 123456789011)\n";
        let hint = "hint: awsenv login p\n";
        let error = format!("awsenv: {error}\n{hint}failed\n");
        let (said, said_error) = after(&sandbox, "", "awsenv current || echo failed >&2");
        assert_eq!((said.as_str(), said_error), (shown, error));
    };
    current("you are not signed in to the SSO session `my-sso`");
    // Named by the SHA-1 of the session.
    let token = ".aws/sso/cache/0ad374308c5a4e22f723adf10145eafad7c4031c.json";
    sandbox.write(token, r#"{"accessToken":"hush","expiresAt":"2020-07-01T00:00:00Z"}"#);
    current("the SSO session `my-sso` expired at 2020-07-01 02:00 CEST");
    sandbox.write(token, r#"{"accessToken":"hush","expiresAt":"2100-07-01T00:00:00Z"}"#);
    let (said, error) = after(&sandbox, "", "awsenv current && echo works");
    assert_eq!(
        (said.as_str(), error.as_str()),
        ("p (by name, 123456789011)\nworks\n", "")
    );
}

#[test]
fn a_default_profile_counts_where_nothing_else_is_named() {
    let sandbox = sandbox();
    sandbox.write(
        ".aws/config",
        "[default]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = jekyl\nregion = eu-west-1\n",
    );
    let (said, error) = after(&sandbox, "", "awsenv current && echo works");
    let default = "default, because no other profile is named (by name, 111122223333, eu-west-1)\nworks\n";
    assert_eq!((said.as_str(), error.as_str()), (default, ""));
    let [active, explained, inside] = others(&sandbox, "");
    assert!(
        [active, explained, inside]
            .iter()
            .all(|name| name.as_deref() == Some("default"))
    );
    sandbox.write(".aws/config", "[default]\nregion = eu-west-1\n");
    let (_, error) = after(&sandbox, "", "awsenv current || echo fails >&2");
    assert_eq!(
        error,
        "awsenv: no profile is in use in this shell, and profile `default` has no credentials\n\
         hint: awsenv explain default\nfails\n"
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
