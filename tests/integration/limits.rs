//! What no environment can hold is refused before anything changes: the shell stays as it was, and can run programs.

use crate::support::{Family, RealShell, Sandbox, executable, installed};

const LONG: usize = 200 * 1024;

/// Profiles whose files hold NULs and values that are too long.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let long = "x".repeat(LONG);
    let process = |name: &str, token: &str| {
        let path = sandbox.bin().join(name);
        let document = format!(
            r#"{{"Version":1,"AccessKeyId":"AKIA1","SecretAccessKey":"hush","SessionToken":"{token}","Expiration":"2090-01-01T00:00:00Z"}}"#
        );
        std::fs::write(sandbox.path(name), document).expect("a document");
        executable(&path, format!("#!/bin/sh\nexec cat {}\n", sandbox.path(name).display()));
        path.display().to_string()
    };
    let (wide, cut, fits) = (
        process("wide", &long),
        process("cut", "a\\u0000b"),
        process("fits", &long[..100 * 1024]),
    );
    sandbox.write(
        ".aws/config",
        format!(
            "[profile prod]\nregion = eu-west-1\n\
             [profile prod\0-sandbox]\nregion = eu-west-1\n\
             [profile keys\0-sandbox]\naws_access_key_id = AKIA1\naws_secret_access_key = hush\n\
             [profile secret]\naws_access_key_id = AKIA1\naws_secret_access_key = hu\0sh\n\
             [profile url]\nendpoint_url = http://a\0b\naws_access_key_id = AKIA1\naws_secret_access_key = hush\n\
             [profile service]\nservices = s\naws_access_key_id = AKIA1\naws_secret_access_key = hush\n\
             [services s]\ns3 =\n  endpoint_url = http://a\0b\n\
             [profile output]\noutput = {long}\naws_access_key_id = AKIA1\naws_secret_access_key = hush\n\
             [profile token]\naws_access_key_id = AKIA1\naws_secret_access_key = hush\naws_session_token = {long}\n\
             [profile wide]\ncredential_process = {wide}\n\
             [profile cut]\ncredential_process = {cut}\n\
             [profile fits]\ncredential_process = {fits}\n\
             [profile small]\nregion = eu-west-1\naws_access_key_id = AKIA1\naws_secret_access_key = hush\n\
             [profile w-{long}]\nregion = eu-west-1\n"
        ),
    );
    sandbox.write(".config/awsenv/config", "production = prod\n");
    sandbox
}

/// Command lines that fail, and what the error names.
const REFUSED: [(&str, &str); 13] = [
    ("use --first prod-sandbox", "prod-sandbox"),
    ("use --first sandbox", "contains a NUL character"),
    ("use --first prod*", "prod*"),
    ("use --first keys", "contains a NUL character"),
    (
        "use secret --keys",
        "the secret access key contains blanks or control characters",
    ),
    (
        "use url --keys",
        "AWS_ENDPOINT_URL of the profile `url` would contain a NUL",
    ),
    (
        "use service --keys",
        "AWS_ENDPOINT_URL_S3 of the profile `service` would contain a NUL",
    ),
    (
        "use output --keys",
        "AWS_DEFAULT_OUTPUT of the profile `output` would take ",
    ),
    (
        "use token --keys",
        "AWS_SECURITY_TOKEN of the profile `token` would take ",
    ),
    (
        "use wide --keys",
        "AWS_SECURITY_TOKEN of the profile `wide` would take ",
    ),
    ("use cut --keys", "the session token contains control characters"),
    ("use --first w-", "would take "),
    // What the user has is kept in the state.
    (
        "use small",
        "AWSENV_STATE, which keeps the variables from before `use`, would take",
    ),
];

fn calls(shell: &RealShell, args: &str) -> String {
    match shell.family {
        Family::Fish => format!("eval (awsenv {args}); and echo lied\nenv | sort | cksum\n"),
        _ => format!("eval \"$(awsenv {args})\" && echo lied\nenv | sort | cksum\n"),
    }
}

fn shells() -> impl Iterator<Item = RealShell> {
    installed()
        .into_iter()
        .filter(|shell| shell.family != Family::PowerShell)
}

#[test]
fn what_no_environment_can_hold_changes_nothing() {
    for shell in shells() {
        let mut sandbox = sandbox();
        sandbox.set("AWS_PROFILE", "mine");
        for (args, error) in REFUSED {
            // bash and fish read no `*` here.
            let args = args.replace('*', "\\*");
            let before = "env | sort | cksum\n";
            let big = "y".repeat(100 * 1024);
            let mut run = sandbox.script(&shell, format!("{before}{}", calls(&shell, &args)));
            if args == "use small" {
                run = run.env("AWS_VAULT", big);
            }
            // Each shell ends with the status of `cksum`.
            let output = run.output();
            let sums: Vec<&str> = output.out().lines().collect();
            assert!(
                sums.len() == 2 && sums[0] == sums[1],
                "{}, {args}: {}",
                shell.name,
                output.all()
            );
            assert!(output.err().contains(error), "{}, {args}: {}", shell.name, output.all());
        }
    }
}

#[test]
fn what_fits_works_and_goes_back() {
    for shell in shells() {
        let sandbox = sandbox();
        let again = calls(&shell, "unset")
            .replace("lied", "back")
            .replace("env | sort", "env | grep AWS | sort");
        let text = format!("{}{again}", calls(&shell, "use fits --keys").replace("lied", "used"));
        let output = sandbox.script(&shell, text).output();
        let lines: Vec<&str> = output.out().lines().collect();
        assert_eq!(
            (lines.len(), lines[0], lines[2]),
            (4, "used", "back"),
            "{}: {}",
            shell.name,
            output.all()
        );
    }
}

#[test]
fn an_environment_with_no_room_left_is_refused() {
    let sandbox = sandbox();
    // A stack of 512 KiB leaves 128 KiB for a program's environment and arguments.
    let text = "ulimit -s 512\nexport MINE=$(printf '%070000d' 0)\n\
                eval \"$(awsenv use fits --keys)\" && echo lied\nenv >/dev/null && echo runs\n\
                eval \"$(awsenv use small)\" && awsenv current\neval \"$(awsenv unset)\" && env >/dev/null && echo back\n";
    let output = sandbox.program("bash").args(["-c", text]).output();
    assert_eq!(
        output.out(),
        "runs\nsmall (by name, eu-west-1)\nback\n",
        "{}",
        output.all()
    );
    for words in [
        "the environment of the profile `fits` would take",
        "MINE, 70000 bytes: unset it first",
    ] {
        assert!(output.err().contains(words), "{}", output.all());
    }
}

#[test]
fn exec_starts_nothing() {
    let sandbox = sandbox();
    for (args, error) in REFUSED {
        let Some((profile, rest)) = args
            .strip_prefix("use ")
            .filter(|args| !args.starts_with('-'))
            .map(|args| args.split_once(' ').unwrap_or((args, "--name")))
        else {
            continue;
        };
        let mut run = sandbox
            .awsenv(["exec", profile])
            .args(rest.split(' '))
            .args(["--", "echo", "lied"]);
        if profile == "small" {
            run = run.env("AWS_VAULT", "y".repeat(100 * 1024));
        }
        let output = run.output();
        assert_eq!((output.status, output.out()), (1, ""), "{args}: {}", output.all());
        assert!(output.err().contains(error), "{args}: {}", output.all());
        assert!(!output.err().contains("hush") && output.err().len() < 2000, "{args}");
    }
}

/// The production guard is about the name that the shell will have.
#[test]
fn a_name_with_a_nul_is_shown_whole_and_completed_nowhere() {
    let sandbox = sandbox();
    let listed = sandbox.awsenv(["list"]).output();
    assert!(listed.success().contains(r"prod\u{0}-sandbox"), "{}", listed.all());
    let json = sandbox.awsenv(["list", "--json"]).output();
    assert!(json.success().contains(r#""prod\u0000-sandbox""#), "{}", json.all());
    for shell in ["bash", "zsh", "fish"] {
        let line = if shell == "bash" { "awsenv use prod" } else { "prod" };
        let words = if shell == "bash" { vec![line] } else { vec!["use", line] };
        let args = ["complete", "--shell", shell, "--"].into_iter().chain(words);
        let output = sandbox.awsenv(args).output();
        let names: Vec<&str> = output.out().lines().filter(|line| line.contains("prod")).collect();
        assert!(
            names.len() == 1 && !output.out().contains("sandbox"),
            "{shell}: {}",
            output.all()
        );
    }
}
