//! What people type by mistake or by habit, and what they are told.

use crate::support::{Key, Sandbox, executable};

const KEY: Key = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_config("[profile work]\nregion = eu-west-9\n[profile other]\n");
    let keys = format!(
        "[work]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        KEY.0, KEY.1
    );
    sandbox.write(".aws/credentials", keys);
    sandbox.write(
        ".config/awsenv/config",
        "[alias]\nw = work\ngone = lost\n[region]\nhome = eu-central-1\n",
    );
    sandbox
}

#[test]
fn a_word_that_is_no_command_gets_the_hint_that_fits() {
    let sandbox = sandbox();
    for (words, hint) in [
        (&["completion", "bash"][..], "did you mean `awsenv completions`?"),
        (&["help"], "awsenv --help"),
        (&["help", "use"], "awsenv use --help"),
        (&["help", "zzz"], "awsenv --help"),
        (&["ues", "work"], "did you mean `awsenv use`?"),
        (&["exce"], "did you mean `awsenv exec`?"),
        (&["ls"], "did you mean `awsenv list`?"),
        (&["config"], "did you mean `awsenv configure`?"),
        (&["version"], "awsenv --version"),
        (&["HELP", "use"], "awsenv use --help"),
        (&["Use"], "did you mean `awsenv use`?"),
        (&["hlep", "use"], "did you mean `awsenv use --help`?"),
        (&["help", "key", "add"], "awsenv key add --help"),
        (&["help", "kye", "ad"], "awsenv key add --help"),
        (
            &["gone"],
            "it is an alias, but profile `lost` is not defined in ~/.aws/config or ~/.aws/credentials",
        ),
        (&["work"], "it is a profile: to use it, run `awsenv use work`"),
        (&["w"], "it is a profile: to use it, run `awsenv use w`"),
        (&["qqqqq"], "`awsenv --help` lists the commands"),
        (
            &["wor"],
            "it is a part of the name of a profile: to use it, run `awsenv use work`",
        ),
        (&["profile", "list"], "did you mean `awsenv list`?"),
        (&["signin", "work"], "did you mean `awsenv login work`?"),
        (&["off"], "did you mean `awsenv unset`?"),
        (&["show", "work"], "did you mean `awsenv explain work`?"),
        (
            &["env", "work"],
            "to run a program with a profile: awsenv exec work -- env",
        ),
        (
            &["s3", "ls"],
            "to run a program with a profile: awsenv exec PROFILE -- aws s3 ls",
        ),
        (
            &["sha256sum", "f"],
            "to run a program with a profile: awsenv exec PROFILE -- sha256sum f",
        ),
    ] {
        let output = sandbox.awsenv(words).output();
        let said = format!("awsenv: unknown command `{}`\nhint: {hint}\n", words[0]);
        assert_eq!((output.status, output.err()), (2, said.as_str()), "{words:?}");
    }
}

#[test]
fn a_line_in_another_order_gets_the_right_one() {
    let sandbox = sandbox();
    for (words, hint) in [
        (
            &["--profile", "work"][..],
            "a profile comes after the command: awsenv use work",
        ),
        (&["--profile="], "a profile comes after the command: awsenv use PROFILE"),
        (&["-p", "work"], "a profile comes after the command: awsenv use work"),
        (
            &["--profile=work", "list"],
            "a profile comes after the command: awsenv use work",
        ),
        (
            &["-q", "--profile", "work", "exec", "--", "ls"],
            "a profile comes after the command: awsenv exec --profile work -- ls",
        ),
        (
            &["exec", "work", "sh"],
            "write `--` before the program: awsenv exec work -- sh",
        ),
        (
            &["exec", "work", "--keys", "aws s3 ls"],
            "write `--` before the program: awsenv exec work --keys -- aws s3 ls",
        ),
        (
            &["exec", "sh", "-c", "ls"],
            "write `--` before the program: awsenv exec -- sh -c ls",
        ),
        (&["key", "help"], "awsenv key --help"),
        (&["key", "help", "add"], "awsenv key add --help"),
        (
            &["use", "-p", "work"],
            "did you mean `--profile`: awsenv use --profile work",
        ),
        (
            &["explain", "-pwork", "--json"],
            "did you mean `--profile`: awsenv explain --profile work --json",
        ),
        (
            &["exec", "-p", "work", "--", "true"],
            "did you mean `--profile`: awsenv exec --profile work -- true",
        ),
        (
            &["key", "add", "-p", "work"],
            "did you mean `--profile`: awsenv key add --profile work",
        ),
        (&["list", "--profile", "work"], "did you mean `awsenv list work`?"),
        (&["list", "--profile=work"], "did you mean `awsenv list work`?"),
        (&["current", "-p", "work"], "did you mean `awsenv explain work`?"),
        (&["doctor", "--profile", "work"], "`doctor` is not about one profile"),
        (
            &["doctor", "--fix"],
            "`doctor` changes nothing; each finding says what to do",
        ),
        (&["key", "delete", "work"], "did you mean `awsenv key remove work`?"),
        (&["key", "show"], "did you mean `awsenv key list`?"),
        (&["history", "list"], "did you mean `awsenv history`?"),
        (
            &["history", "clear"],
            "to forget all, delete the file ~/.local/state/awsenv/history",
        ),
        (&["exec", "work"], "awsenv exec work -- PROGRAM"),
        (&["exec", "work", "--keys", "--"], "awsenv exec work --keys -- PROGRAM"),
        (&["exec"], "awsenv exec PROFILE -- PROGRAM"),
        (&["exec", "sh"], "write `--` before the program: awsenv exec -- sh"),
        (&["man", "exce"], "did you mean `awsenv man exec`?"),
        (&["man", "key", "ad"], "did you mean `awsenv man key add`?"),
    ] {
        let output = sandbox.awsenv(words).output();
        let said = output.err().lines().find_map(|line| line.strip_prefix("hint: "));
        assert_eq!((output.status, said), (2, Some(hint)), "{words:?}: {}", output.all());
    }
    for words in [
        &["use", "work", "--export"][..],
        &["use", "-p", "work"],
        &["exec", "-x"],
    ] {
        let output = sandbox.awsenv(words).output();
        assert!(!output.err().contains("begins with a dash"), "{}", output.all());
    }
    let slip = sandbox.awsenv(["exec", "work", "--kyes", "ls"]).output();
    assert!(!slip.err().contains("before the program"), "{}", slip.all());
    let output = sandbox.awsenv(["-v"]).output();
    assert!(
        output.err().contains("completions, man]") && !output.err().contains("fail"),
        "{}",
        output.all()
    );
}

#[test]
fn configure_takes_the_profile_before_its_action() {
    let sandbox = sandbox();
    let output = sandbox
        .awsenv(["configure", "--profile", "work", "get", "region"])
        .output();
    assert_eq!(output.clean(), "eu-west-9\n");
    let output = sandbox
        .awsenv(["exec", "--profile", "work", "other", "--", "true"])
        .output();
    assert_eq!(output.status, 2, "{}", output.all());
    assert!(output.err().contains("cannot be used with"), "{}", output.all());
}

#[test]
fn exec_explains_what_is_no_program() {
    let sandbox = sandbox();
    let hint = |words: &[&str]| {
        let args = ["exec", "work", "--"].iter().chain(words);
        // The login shell is not the one in use.
        let output = sandbox
            .awsenv(args)
            .env("SHELL", "/bin/fish")
            .env("AWSENV_WRAPPED", "zsh:1:0:")
            .output();
        assert_eq!(output.status, 127, "{}", output.all());
        output.err().lines().nth(1).unwrap_or_default().to_owned()
    };
    for (words, end) in [
        (&["ll"][..], "known only to the shell: awsenv exec work -- zsh -ic ll"),
        (&["ll", "-a"], "awsenv exec work -- zsh -ic 'll -a'"),
        (&["aws s3 ls"], "as words: awsenv exec work -- aws s3 ls"),
        (&["ls -l", "foo"], "as words: awsenv exec work -- ls -l foo"),
        (&["aws s3 ls | sort"], "-- sh -c 'aws s3 ls | sort'"),
        (&["A=1", "aws"], "awsenv exec work -- env 'A=1' aws"),
    ] {
        assert!(hint(words).ends_with(end), "{}", hint(words));
    }
    assert_eq!(hint(&["/no/such/program"]), "");
    assert_eq!(
        hint(&["other"]),
        "hint: it is a profile, which comes before `--`: awsenv exec other -- PROGRAM"
    );
    let home = sandbox.home().display().to_string();
    assert!(hint(&["~/bin/x"]).ends_with(&format!("awsenv exec work -- {home}/bin/x")));
    assert!(hint(&["echo \"x"]).ends_with("in which a quote is not closed"));
}

#[cfg(unix)]
#[test]
fn exec_says_what_a_file_lacks() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = sandbox();
    let said = |text: &[u8], mode: u32| {
        let path = sandbox.path("script");
        executable(&path, text);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a mode");
        let output = sandbox
            .awsenv([&"exec".into(), &"work".into(), &"--".into(), &path])
            .output();
        output.err().replace("~/script", "script")
    };
    for (text, mode, right) in [
        (
            &b"#!/bin/sh\r\nls\r\n"[..],
            0o755,
            "awsenv: cannot run `script`: its first line names `/bin/sh\\u{d}`, which does not exist\n\
             hint: its lines end as on Windows (CR LF): save it with lines that end in LF\n",
        ),
        (
            b"#! /no/such -x\n",
            0o755,
            "awsenv: cannot run `script`: its first line names `/no/such`, which does not exist\n\
             hint: correct its first line, or install that program\n",
        ),
        (
            b"#!/bin/sh\n",
            0o644,
            "awsenv: cannot run `script`: it is not executable\nhint: chmod +x script\n",
        ),
    ] {
        assert_eq!(said(text, mode), right);
    }
    let output = sandbox.awsenv(["exec", "work", "--", "/"]).output();
    assert_eq!(
        (output.status, output.err()),
        (126, "awsenv: cannot run `/`: it is a directory\n")
    );
}

#[test]
fn a_profile_can_be_named_by_the_flag_of_the_aws_cli() {
    let sandbox = sandbox();
    for args in [
        &["exec", "--profile", "work", "--", "sh", "-c", "echo $AWS_PROFILE"][..],
        &["exec", "--profile=w", "--", "sh", "-c", "echo $AWS_PROFILE"],
        &[
            "exec",
            "work",
            "--profile",
            "work",
            "--",
            "sh",
            "-c",
            "echo $AWS_PROFILE",
        ],
    ] {
        assert_eq!(sandbox.awsenv(args).output().clean(), "work\n", "{args:?}");
    }
    let used = sandbox.awsenv(["use", "--profile", "work", "--shell", "bash"]).output();
    assert!(used.success().contains("AWS_PROFILE='work'"));
    let differ = sandbox
        .awsenv(["use", "other", "--profile", "work", "--shell", "bash"])
        .output();
    assert_eq!((differ.status, differ.out()), (2, "(exit 2)\n"), "{}", differ.all());
    let keys = sandbox.awsenv(["credential-process", "--profile", "work"]).output();
    assert!(keys.success().contains(KEY.0));
}

#[test]
fn an_empty_machine_is_told_how_to_begin() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.awsenv(["list"]).output().status, 0);
    assert_eq!(sandbox.awsenv(["list", "x"]).output().status, 1);
    for args in [
        &["use", "x", "--shell", "bash"][..],
        &["exec", "--", "true"],
        &["explain", "x"],
        &["list"],
    ] {
        let output = sandbox.awsenv(args).output();
        assert!(
            output.err().contains("`awsenv configure` sets up a first profile"),
            "{args:?}: {}",
            output.all()
        );
    }
}

#[test]
fn completion_offers_what_is_there() {
    let mut sandbox = sandbox();
    sandbox.set("AWSENV_KEYCHAIN", "file");
    let offered = |sandbox: &Sandbox, words: &[&str]| {
        let args = ["complete", "--shell", "fish", "--"].iter().chain(words);
        let output = sandbox.awsenv(args).output();
        let lines = output
            .clean()
            .lines()
            .map(|line| line.split('\t').next().unwrap_or_default().to_owned());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(offered(&sandbox, &["key", "remove", ""]), Vec::<String>::new());
    sandbox.awsenv(["key", "unlock", "--no-passphrase"]).output().success();
    sandbox.awsenv(["key", "import", "work"]).output().success();
    for command in ["remove", "restore", "move"] {
        assert_eq!(offered(&sandbox, &["key", command, ""]), ["work"], "{command}");
    }
    let regions = offered(&sandbox, &["use", "--region", ""]);
    assert_eq!(regions[..2], ["home", "eu-west-9"]);
    assert!(regions.contains(&"us-east-1".to_owned()));
    let keys = offered(&sandbox, &["configure", "get", ""]);
    assert!(keys.contains(&"role_arn".to_owned()) && keys.contains(&"aws_access_key_id".to_owned()));
    let refused = ["aws_secret_access_key", "aws_session_token"];
    assert!(!keys.iter().any(|key| refused.contains(&key.as_str())), "{keys:?}");
    assert!(offered(&sandbox, &["configure", "get", "s3."]).contains(&"s3.max_bandwidth".to_owned()));
    assert_eq!(
        offered(&sandbox, &["configure", "set", "region", ""])[..2],
        ["home", "eu-west-9"]
    );
    assert!(offered(&sandbox, &["configure", "set", "output", ""]).contains(&"yaml".to_owned()));
    assert_eq!(offered(&sandbox, &["history", "remove", ""]), Vec::<String>::new());
}
