//! What `current` says before the call, `doctor` says too, and about the right profile.

use serde_json::Value;

use super::mistakes::sandbox;
use crate::support::{Sandbox, executable};

const ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const PAIR: &str =
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";
const ROLE: &str = "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = c\n";
const SSO: &str = "sso_session = s\nsso_account_id = 123456789012\nsso_role_name = x\n\
                   [sso-session s]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n";

/// The findings that fail, as `KIND MESSAGE [REMEDY]`.
fn failures(sandbox: &Sandbox) -> Vec<String> {
    let all: Vec<Value> = serde_json::from_str(sandbox.awsenv(["doctor", "--json"]).output().out()).expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let words = |finding: &Value| {
        let [check, message, remedy] = ["check", "message", "remedy"].map(|key| text(&finding[key]));
        format!("{check} {message} [{remedy}]")
    };
    all.iter()
        .filter(|finding| finding["status"] == "fail")
        .map(words)
        .collect()
}

/// `current` fails with these words, and so does `doctor`, once; `explain` says them.
#[track_caller]
fn fails(config: &str, credentials: &str, words: &[&str]) {
    let mut sandbox = sandbox(config, credentials);
    sandbox.set("AWS_PROFILE", "p");
    let current = sandbox.awsenv(["current"]).output();
    assert_eq!(current.status, 1, "{}", current.all());
    let explain = sandbox.awsenv(["explain"]).output();
    let failures = failures(&sandbox);
    assert_eq!(failures.len(), 1, "{failures:?}");
    for word in words {
        assert!(current.err().contains(word), "{word}: {}", current.all());
        assert!(explain.all().contains(word), "{word}: {}", explain.all());
        assert!(failures[0].contains(word), "{word}: {failures:?}");
    }
    assert!(!current.all().contains(SECRET), "{}", current.all());
}

#[test]
fn certificates_that_are_missing_stop_every_call() {
    let bundle = |path: &str| format!("ca_bundle = {path}\n{PAIR}");
    for (config, is_stopped) in [
        (format!("[profile p]\n{}", bundle("/missing.pem")), true),
        (format!("[profile p]\n{}", bundle("~/x.pem")), true),
        // Those of the base of a role are not taken.
        (format!("{ROLE}[profile c]\n{}", bundle("/missing.pem")), false),
    ] {
        let mut sandbox = sandbox(&config, "");
        sandbox.set("AWS_PROFILE", "p");
        let current = sandbox.awsenv(["current"]).output();
        assert_eq!(
            (current.status, current.err().contains("the file of certificates `")),
            (i32::from(is_stopped), is_stopped),
            "{config}: {}",
            current.all()
        );
    }
}

#[test]
fn a_role_works_only_if_its_base_does() {
    let two_deep = format!(
        "{}[profile d]\n{SSO}",
        ROLE.to_owned() + "[profile c]\nrole_arn = arn:aws:iam::123456789012:role/c\nsource_profile = d\n"
    );
    fails(
        &two_deep,
        "",
        &["you are not signed in to the SSO session `s`", "awsenv login d"],
    );
    let of = |base: &str| format!("{ROLE}[profile c]\n{base}");
    fails(
        &of(SSO),
        "",
        &["you are not signed in to the SSO session `s`", "awsenv login c"],
    );
    fails(
        &of("login_session = arn:aws:iam::123456789012:user/x\n"),
        "",
        &["is not logged in", "aws login --profile c"],
    );
    fails(
        &of("credential_process = /nope/x\n"),
        "",
        &["the credential_process of `c` runs `/nope/x`, which does not exist"],
    );
    fails(
        &of("web_identity_token_file = /nope/t\nrole_arn = arn:aws:iam::123456789012:role/b\n"),
        "",
        &["the token file `/nope/t` does not exist"],
    );
    fails(
        &of("credential_process = awsenv credential-process c\n"),
        "",
        &["the encrypted file store has no key for `c`", "awsenv key add c"],
    );
    let swapped = format!("[c]\naws_access_key_id = {SECRET}\naws_secret_access_key = {ID}\n");
    fails(&of("x = y\n"), &swapped, &["are swapped", "exchange the two values"]);
}

#[test]
fn a_role_with_keys_of_its_own_gives_them_to_others() {
    let config = "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = c\n\
                  [profile c]\nrole_arn = arn:aws:iam::123456789012:role/c\nsource_profile = d\n";
    let credentials = format!("[c]\naws_access_key_id = a b\naws_secret_access_key = {SECRET}\n[d]\n{PAIR}");
    fails(config, &credentials, &["the key of profile `c` cannot work"]);
}

#[test]
fn keys_that_the_aws_cli_still_has_of_a_role_spare_its_base() {
    let mut sandbox = sandbox(&format!("{ROLE}external_id = ee\n[profile c]\n{SSO}"), "");
    sandbox.set("AWS_PROFILE", "p");
    // The SHA-1 of what botocore asks for.
    let name = "5b721cbd8936587f13aae62113f3b684b3f7dbb4.json";
    let path = format!(".aws/cli/cache/{name}");
    for (end, status) in [("2020-01-01T00:00:00Z", 1), ("2100-01-01T00:00:00Z", 0)] {
        let keys = "\"AccessKeyId\": \"ASIA\", \"SecretAccessKey\": \"s\", \"SessionToken\": \"t\"";
        sandbox.write(
            &path,
            format!("{{\"Credentials\": {{{keys}, \"Expiration\": \"{end}\"}}}}"),
        );
        let current = sandbox.awsenv(["current"]).output();
        assert_eq!(current.status, status, "{end}: {}", current.all());
        assert!(current.err().contains("you are not signed in"), "{}", current.all());
    }
}

#[test]
fn a_program_that_only_a_shell_finds() {
    let mut sandbox = sandbox("", "");
    let script = sandbox.path("headless");
    executable(&script, "echo\n");
    sandbox.set("AWS_PROFILE", "p");
    for (command, words) in [
        ("~/bin/x --y", "`~/bin/x`, which the AWS CLI and boto3 do not expand"),
        (
            "$HOME/bin/x",
            "`$HOME/bin/x`, which the AWS CLI and boto3 do not expand",
        ),
        ("A=/b/c x", "`A=/b/c`, which the AWS CLI and boto3 do not expand"),
        (&script.display().to_string(), "a script without a `#!` line"),
    ] {
        fails(&format!("[profile p]\ncredential_process = {command}\n"), "", &[words]);
    }
    for (command, word) in [
        ("cat f | jq .", "`|`"),
        ("sh ~/x", "`~/x`"),
        ("sh -c true; true", "`true;`"),
    ] {
        sandbox.write(".aws/config", format!("[profile p]\ncredential_process = {command}\n"));
        let current = sandbox.awsenv(["current"]).output();
        assert_eq!(current.status, 0, "{}", current.all());
        let said = format!("has the word {word}, which the AWS CLI and boto3, without a shell");
        assert!(current.err().contains(&said), "{}", current.all());
    }
    for healthy in ["sh -c 'cat f | jq .'", "sh -c true --end \\;", "sh -c true '|' '>'"] {
        sandbox.write(".aws/config", format!("[profile p]\ncredential_process = {healthy}\n"));
        let current = sandbox.awsenv(["current"]).output();
        assert_eq!((current.status, current.err()), (0, ""), "{healthy}");
    }
}

#[test]
fn a_key_and_a_token_that_do_not_belong_together() {
    let of = |id: &str, more: &str| format!("[p]\naws_access_key_id = {id}\naws_secret_access_key = {SECRET}\n{more}");
    for empty in ["", "aws_session_token =\n"] {
        fails(
            "[profile p]\nregion = eu-west-1\n",
            &of("ASIAIOSFODNN7EXAMPLE", empty),
            &["is temporary, and its session token is missing"],
        );
    }
    let mut sandbox = sandbox("[profile p]\nregion = eu-west-1\n", &of(ID, "aws_session_token = x\n"));
    sandbox.set("AWS_PROFILE", "p");
    let refused = "has the session token of another key";
    let current = sandbox.awsenv(["current"]).output();
    assert!(
        current.status == 0 && current.err().contains(refused),
        "{}",
        current.all()
    );
    sandbox.unset("AWS_PROFILE");
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", "x"),
    ] {
        sandbox.set(name, value);
    }
    let current = sandbox.awsenv(["current"]).output();
    assert!(
        current.status == 0 && current.err().contains(refused),
        "{}",
        current.all()
    );
    assert!(sandbox.awsenv(["doctor"]).output().all().contains(refused));
}

#[test]
fn an_id_that_is_none_is_mentioned_unless_the_service_is_another() {
    let pair = |id: &str, secret: &str| format!("[p]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let plain = "[profile p]\nregion = eu-west-1\n";
    fails(
        plain,
        &pair("${AWS_KEY}", "$SECRET"),
        &["the access key id is a placeholder"],
    );
    fails(plain, &pair(ID, "$SECRET"), &["the secret access key is a placeholder"]);
    for (config, is_said) in [
        (plain, true),
        ("[profile p]\nendpoint_url = http://localhost:4566\n", false),
        (
            "[profile p]\nservices = s\n[services s]\ns3 =\n  endpoint_url = http://localhost\n",
            false,
        ),
    ] {
        let mut sandbox = sandbox(config, &pair("test", "test"));
        sandbox.set("AWS_PROFILE", "p");
        let current = sandbox.awsenv(["current"]).output();
        assert_eq!(current.status, 0, "{}", current.all());
        assert_eq!(current.err().contains("is not 16 to 128"), is_said, "{}", current.all());
        let doctor = sandbox.awsenv(["doctor", "-v"]).output();
        assert_eq!(doctor.out().contains("is not 16 to 128"), is_said, "{}", doctor.all());
    }
}

#[test]
fn doctor_fails_where_current_does() {
    let pair = format!("[p]\n{PAIR}");
    let keys = [("AWS_ACCESS_KEY_ID", ID), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let with = |more: &[(&'static str, &'static str)]| [&keys, more].concat();
    let p = [("AWS_PROFILE", "p")];
    let and = |more: &[(&'static str, &'static str)]| [&p, more].concat();
    let plain = "[profile p]\nregion = eu-west-1\n";
    for (config, credentials, env, status) in [
        (plain, &*pair, and(&[]), 0),
        ("[profile p]\ns3 =\n  addressing_style = Path\n", &pair, and(&[]), 1),
        ("[profile p]\ns3 =\n  addressing_style =\n", &pair, and(&[]), 1),
        ("[profile p]\ns3 =\n  addressing_style = path\n", &pair, and(&[]), 0),
        ("[profile p]\nendpoint_url = \"http://x\"\n", &pair, and(&[]), 1),
        ("[profile p]\nca_bundle = '/x'\n", &pair, and(&[]), 1),
        ("[profile p]\nregion =\n", &pair, and(&[]), 1),
        ("[profile p]\nregion = eu_west_1\n", &pair, and(&[]), 1),
        ("[profile p]\nregion = -\n", &pair, and(&[]), 1),
        ("[profile p]\nregion = <region>\n", &pair, and(&[]), 1),
        (plain, &pair, and(&[("AWS_REGION", "eu west 1")]), 1),
        (plain, &pair, and(&[("AWS_DEFAULT_REGION", "")]), 1),
        (
            "[profile p]\nrole_arn = \"r\"\nsource_profile = c\n[profile c]\ncredential_process = sh\n",
            &pair,
            and(&[]),
            1,
        ),
        (
            plain,
            "[p]\naws_access_key_id =\naws_secret_access_key =\n",
            and(&[]),
            1,
        ),
        (plain, "[p]\naws_access_key_id = AKIA\n", and(&[]), 1),
        (plain, "", and(&[]), 1),
        ("[profile p]\nsource_profile = q\n", "", and(&[]), 1),
        (plain, &pair, vec![("AWS_PROFILE", "")], 1),
        (plain, &pair, vec![("AWS_PROFILE", "zz")], 1),
        (plain, &pair, vec![("AWS_DEFAULT_PROFILE", "")], 1),
        (plain, &pair, vec![("AWS_ACCESS_KEY_ID", ID)], 1),
        (plain, &pair, with(&[]), 0),
        (
            plain,
            &pair,
            with(&[("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z")]),
            1,
        ),
        (
            plain,
            &pair,
            with(&[("AWS_CREDENTIAL_EXPIRATION", "2100-01-01T00:00:00Z")]),
            0,
        ),
        (plain, &pair, with(&[("AWS_CREDENTIAL_EXPIRATION", "soon")]), 1),
        (plain, &pair, with(&[("AWS_PROFILE", "zz")]), 1),
        (plain, &pair, vec![("AWS_WEB_IDENTITY_TOKEN_FILE", "/etc/passwd")], 1),
        (
            plain,
            &pair,
            vec![
                ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
                ("AWS_SECRET_ACCESS_KEY", SECRET),
            ],
            1,
        ),
        (&format!("[profile p]\n{SSO}"), "", and(&[]), 1),
    ] {
        let mut sandbox = sandbox(config, credentials);
        for (name, value) in &env {
            sandbox.set(name, value);
        }
        let current = sandbox.awsenv(["current"]).output();
        let doctor = sandbox.awsenv(["doctor"]).output();
        let case = format!("{config}{credentials}{env:?}\n{}{}", current.all(), doctor.all());
        assert_eq!((current.status, doctor.status), (status, status), "{case}");
        assert!(status == 0 || failures(&sandbox).len() == 1, "{case}");
    }
}

#[test]
fn nothing_in_use_is_no_failure_of_doctor() {
    for config in [
        "",
        "[profile p]\nregion = eu-west-1\n",
        "[default]\nregion = eu-west-1\n",
    ] {
        let sandbox = sandbox(config, "");
        assert_eq!(sandbox.awsenv(["current"]).output().status, 1, "{config}");
        let doctor = sandbox.awsenv(["doctor"]).output();
        assert_eq!(doctor.status, 0, "{config}: {}", doctor.all());
    }
}

#[test]
fn one_mistake_is_one_finding() {
    let of = |id: &str, secret: &str| format!("[p]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    for (credentials, findings) in [
        (of(SECRET, ID), &["swapped-key"][..]),
        (of(&format!("\"{ID}\""), SECRET), &["quotes-in-value"]),
        (of(ID, &format!("'{SECRET}'")), &["quotes-in-value"]),
        (of(&format!("{ID} # mine"), SECRET), &["comment-in-value"]),
    ] {
        let mut sandbox = sandbox("[profile p]\nregion = eu-west-1\n", &credentials);
        sandbox.set("AWS_PROFILE", "p");
        let found = failures(&sandbox);
        let kinds: Vec<&str> = found.iter().filter_map(|found| found.split(' ').next()).collect();
        assert_eq!(kinds, findings, "{found:?}");
        let current = sandbox.awsenv(["current"]).output();
        assert_eq!(current.status, 1, "{}", current.all());
        assert!(!current.err().contains("warning"), "{}", current.all());
    }
}

#[test]
fn a_source_without_a_role_is_told_what_is_missing() {
    for line in ["source_profile = c", "credential_source = Environment"] {
        let mut sandbox = sandbox(&format!("[profile p]\n{line}\n"), &format!("[c]\n{PAIR}"));
        sandbox.set("AWS_PROFILE", "p");
        for words in ["current", "doctor", "explain"] {
            let output = sandbox.awsenv([words]).output();
            assert!(output.all().contains("add role_arn"), "{words}: {}", output.all());
        }
    }
}

#[test]
fn exec_without_a_name_runs_nothing_where_current_fails() {
    let sandbox = sandbox("[profile a]\nregion = eu-west-1\n", &format!("[a]\n{PAIR}"));
    let line = "eval \"$(awsenv use a --shell posix -q)\"; CHANGE; awsenv current >&2; echo $?; awsenv exec -- echo ran; echo $?";
    for (change, right) in [
        ("true", "0\nran\n0\n"),
        ("mv .aws/credentials x; echo '[profile b]' >.aws/config", "1\n1\n"),
        (
            "echo 'aws_access_key_id = x' >>.aws/config; echo '[a]' >.aws/credentials",
            "1\n1\n",
        ),
    ] {
        let program = sandbox
            .program("sh")
            .args(["-c", &format!("cd; {}", line.replace("CHANGE", change))]);
        let output = program.output();
        assert_eq!(output.out(), right, "{change}: {}", output.all());
    }
}

#[test]
fn current_says_whose_region_it_is() {
    let config =
        "[profile a]\nregion = eu-west-1\n[profile b]\nregion = us-east-1\n[profile zone]\nregion = eu-west-1a\n";
    let sandbox = sandbox(config, &format!("[a]\n{PAIR}[b]\n{PAIR}[zone]\n{PAIR}"));
    let run = |line: &str| {
        let line = format!("eval \"$(awsenv use {line} --shell posix -q 2>/dev/null)\"; awsenv current");
        sandbox.program("sh").args(["-c", &line]).output()
    };
    assert!(!run("a --region us-west-2").err().contains("AWS_REGION"));
    let line = "eval \"$(awsenv use a --region us-west-2 --shell posix -q)\"; export AWS_PROFILE=b; awsenv current";
    let other = sandbox.program("sh").args(["-c", line]).output();
    assert!(
        other
            .err()
            .contains("the region `us-west-2` is that of AWS_REGION, which `use` set for `a`"),
        "{}",
        other.all()
    );
    for style in ["--name", "--keys"] {
        let zone = run(&format!("zone {style}"));
        assert_eq!(zone.status, 1, "{}", zone.all());
        assert!(zone.err().contains("/.aws/config:6: "), "{}", zone.all());
        assert!(!zone.err().contains("AWS_REGION"), "{}", zone.all());
    }
    sandbox.write(".config/awsenv/config", "export_region = on\n");
    let zone = run("zone");
    assert!(
        zone.err().contains("/.aws/config:6: ") && !zone.err().contains("AWS_REGION"),
        "{}",
        zone.all()
    );
}

#[test]
fn current_names_no_variable_that_is_not_set() {
    for env in [
        &[
            ("AWS_PROFILE", "zz"),
            ("AWS_ACCESS_KEY_ID", ID),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
        ][..],
        &[("AWS_PROFILE", "p"), ("AWS_ACCESS_KEY_ID", ID)],
        &[("AWS_PROFILE", "p\r")],
    ] {
        let mut sandbox = sandbox("[profile p]\nregion = eu-west-1\n", "");
        for (name, value) in env {
            sandbox.set(name, value);
        }
        let current = sandbox.awsenv(["current"]).output();
        assert!(
            !current.err().contains("AWS_DEFAULT_PROFILE"),
            "{env:?}: {}",
            current.all()
        );
    }
}

#[test]
fn no_key_with_blanks_leaves_the_files() {
    for (lines, place) in [
        (
            format!("aws_access_key_id = {ID}\n  {SECRET}\naws_secret_access_key = {SECRET}\n"),
            2,
        ),
        (
            format!("aws_access_key_id = {ID}\t{SECRET}\naws_secret_access_key = {SECRET}\n"),
            2,
        ),
        (
            format!("aws_access_key_id = \"{ID}\"\naws_secret_access_key = {SECRET}\n"),
            2,
        ),
        (
            format!("aws_access_key_id = {ID} # c\naws_secret_access_key = {SECRET}\n"),
            2,
        ),
        (
            format!("aws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n  region = foo\n"),
            2,
        ),
        (format!("{PAIR}aws_session_token = abc\n  region = foo\n"), 2),
        (
            format!(
                "aws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_secret_access_key = {SECRET}\naws_session_token = a b\n"
            ),
            2,
        ),
        ("aws_access_key_id = ${ID}\naws_secret_access_key = x\n".to_owned(), 2),
    ] {
        let sandbox = sandbox("", &format!("[p]\n{lines}"));
        for words in [
            &["exec", "--keys", "p", "--", "true"][..],
            &["use", "--shell=bash", "--keys", "p"],
            &["credential-process", "p"],
        ] {
            let output = sandbox.awsenv(words).output();
            assert_eq!(output.status, 1, "{words:?} {lines}: {}", output.all());
            let at = format!("/.aws/credentials:{place}: ");
            assert!(output.err().contains(&at), "{words:?} {lines}: {}", output.all());
            assert!(!output.all().contains(SECRET), "{words:?} {lines}: {}", output.all());
        }
    }
}
