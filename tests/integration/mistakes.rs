//! Mistakes in AWS files are named with file and line, by `doctor` and by the error that meets them.

use std::collections::BTreeSet;
use std::os::unix::fs::{PermissionsExt as _, chown};

use serde_json::Value;

use crate::support::Sandbox;

const PAIR: &str =
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";

/// With private files, the function of a shell, and the file store.
pub(super) fn sandbox(config: &str, credentials: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    for (name, text) in [(".aws/config", config), (".aws/credentials", credentials)] {
        let path = sandbox.write(name, text);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    }
    sandbox.set("AWSENV_WRAPPED", "bash").set("AWSENV_KEYCHAIN", "file");
    sandbox
}

fn doctor(sandbox: &Sandbox) -> Vec<Value> {
    serde_json::from_str(sandbox.awsenv(["doctor", "--json"]).output().out()).expect("a document")
}

/// The findings of a kind as `STATUS MESSAGE [REMEDY]`.
pub(super) fn found(sandbox: &Sandbox, kind: &str) -> Vec<String> {
    let all = doctor(sandbox).into_iter().filter(|finding| finding["check"] == kind);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let words = |finding: Value| {
        let [status, message, remedy] = ["status", "message", "remedy"].map(|key| text(&finding[key]));
        format!("{status} {message} [{remedy}]")
    };
    all.map(words).collect()
}

/// `use`, `explain`, `exec` and `credential-process` of the profile fail, and name the line and what must be there.
#[track_caller]
fn refused(sandbox: &Sandbox, profile: &str, place: &str, right: &str) {
    for words in [
        &["use", "--shell=bash", profile][..],
        &["use", "--shell=bash", "--keys", profile],
        &["explain", profile],
        &["exec", profile, "--", "true"],
        &["credential-process", profile],
    ] {
        let output = sandbox.awsenv(words).output();
        assert_eq!(output.status, 1, "{words:?}: {}", output.all());
        let hint = output
            .err()
            .lines()
            .find(|line| line.starts_with("hint: ") && line.contains(place));
        let hint = hint.unwrap_or_else(|| panic!("{words:?}: {}", output.all()));
        assert!(hint.ends_with(right), "{words:?}: {hint}");
    }
}

#[test]
fn a_name_behind_a_mistaken_header_is_no_other_name() {
    let sandbox = sandbox("[x4]\nregion = eu-west-1\n[profile s4]\nregion = eu-west-1\n", "");
    for words in [
        &["use", "--shell=bash", "x4"][..],
        &["explain", "x4"],
        &["use", "--shell=bash", "x5"],
    ] {
        let output = sandbox.awsenv(words).output();
        let is_header = output.err().contains("`[profile x4]`");
        assert_eq!(is_header, words.contains(&"x4"), "{words:?}: {}", output.all());
        assert!(
            !is_header || !output.err().contains("s4"),
            "{words:?}: {}",
            output.all()
        );
    }
}

#[test]
fn doctor_says_a_place_once() {
    let sandbox = sandbox("[profile g]\nregion = eu-west-1\n", "");
    sandbox.write(".boto", "[Credentials\naws_access_key_id = x\n");
    let text = sandbox.awsenv(["doctor"]).output().out().to_owned();
    let lines: Vec<_> = text.lines().filter(|line| line.contains("~/.boto:1")).collect();
    assert!(!lines.is_empty(), "{text}");
    for line in lines {
        assert_eq!(line.matches("~/.boto:1").count(), 1, "{line}");
        assert!(!line.contains("config:1: ~/"), "{line}");
    }
}

#[test]
fn current_speaks_of_use_only_after_it() {
    let mut sandbox = sandbox("[profile g]\nregion = eu-west-1\n", "");
    sandbox
        .set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .set("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
        .set("AWS_DEFAULT_PROFILE", "");
    let output = sandbox.awsenv(["current"]).output();
    assert!(!output.all().contains("again"), "{}", output.all());
}

#[test]
fn variables_of_powershell_are_told_from_a_repeated_key() {
    let lines = "[profile g]\n$env:AWS_ACCESS_KEY_ID = \"AKIA1\"\n$env:AWS_SECRET_ACCESS_KEY = \"s\"\n";
    let output = sandbox(lines, "").awsenv(["explain", "g"]).output();
    assert!(
        output.err().contains("`$env:` sets variables in PowerShell"),
        "{}",
        output.all()
    );
}

#[test]
fn an_empty_variable_is_said_to_be_empty() {
    let mut sandbox = sandbox("[profile g]\nregion = eu-west-1\n", "");
    sandbox
        .set("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .set("AWS_SECRET_ACCESS_KEY", "");
    let output = sandbox.awsenv(["current"]).output();
    assert!(output.err().contains("is not set, or is empty"), "{}", output.all());
}

#[test]
fn a_profile_that_a_mistaken_header_hides() {
    for (header, name, right) in [
        ("stage", "stage", "`[profile stage]`"),
        ("prfile x", "x", "`[profile x]`"),
        ("Profile x", "x", "`[profile x]`"),
        ("profile:x", "x", "`[profile x]`"),
        ("profile.x", "x", "`[profile x]`"),
        ("profile \"x", "x", "`[profile x]`"),
        ("profile my company", "my company", "`[profile \"my company\"]`"),
    ] {
        let sandbox = sandbox(&format!("[{header}]\nregion = eu-west-1\n{PAIR}"), "");
        refused(
            &sandbox,
            name,
            "~/.aws/config:1: ",
            &format!("there it must be {right}"),
        );
    }
    let sandbox = sandbox("", &format!("[profile x]\n{PAIR}"));
    refused(&sandbox, "x", "~/.aws/credentials:1: ", "there it must be `[x]`");
}

#[test]
fn what_a_profile_refers_to_may_have_a_mistaken_header() {
    let role = "[profile r]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = stage\n[stage]\nregion = r\n";
    refused(&sandbox(role, ""), "r", "~/.aws/config:4: ", "`[profile stage]`");
    let sso =
        "[profile s]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n[sso_session corp]\nsso_region = r\n";
    refused(&sandbox(sso, ""), "s", "~/.aws/config:5: ", "`[sso-session corp]`");
    let bare = sso.replace("[sso_session corp]", "[corp]");
    refused(&sandbox(&bare, ""), "s", "~/.aws/config:5: ", "`[sso-session corp]`");
}

#[test]
fn what_a_profile_refers_to_may_be_in_quotes() {
    let quoted =
        "[profile r]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = \"base\"\n[profile base]\nregion = r\n";
    refused(&sandbox(quoted, ""), "r", "~/.aws/config:3: ", ": delete the quotes");
    let comment = quoted.replace("\"base\"", "base # keys");
    refused(
        &sandbox(&comment, ""),
        "r",
        "~/.aws/config:3: ",
        ": put the comment on a line of its own",
    );
}

/// The config file has the profile, and the credentials file has its keys under another name.
#[test]
fn keys_behind_a_mistaken_header() {
    let sandbox = sandbox("[profile x]\nregion = eu-west-1\n", &format!("[profile x]\n{PAIR}"));
    let instead = "`[profile x]` defines the profile `profile x` in the credentials file: there it must be `[x]`";
    for words in [
        &["use", "--shell=bash", "x"][..],
        &["explain", "x"],
        &["exec", "x", "--", "true"],
    ] {
        let output = sandbox.awsenv(words).output();
        let all = output.all();
        assert!(
            all.contains("~/.aws/credentials:1") && all.contains(instead),
            "{words:?}: {all}"
        );
    }
}

#[test]
fn the_key_that_a_profile_lacks_may_be_mistyped() {
    let sso = "[profile s]\nso_start_url = https://x\nsso_region = r\nsso_account_id = 1\nsso_role_name = r\n";
    refused(
        &sandbox(sso, ""),
        "s",
        "~/.aws/config:2: ",
        "did you mean `sso_start_url`?",
    );
    let role = "[profile r]\nrole_arn = arn:aws:iam::1:role/x\nsource-profile = r\n";
    refused(
        &sandbox(role, ""),
        "r",
        "~/.aws/config:3: ",
        "did you mean `source_profile`?",
    );
    let secret = "[profile k]\naws_access_key_id = AKIA\naws_secret_acess_key = hush\n";
    refused(
        &sandbox(secret, ""),
        "k",
        "~/.aws/config:3: ",
        "did you mean `aws_secret_access_key`?",
    );
    let session = "[profile s]\nsso_session = c\nsso_account_id = 1\nsso_role_name = r\n[sso-session c]\nsso_region = r\nsso_star_url = https://x\n";
    refused(
        &sandbox(session, ""),
        "s",
        "~/.aws/config:7: ",
        "did you mean `sso_start_url`?",
    );
}

#[test]
fn a_profile_without_credentials_is_told_why() {
    let sandbox = sandbox(
        &format!("[profile k]\n{}", PAIR.replace("access_key_id", "acces_key_id")),
        "",
    );
    let used = sandbox.awsenv(["use", "--shell=bash", "k"]).output();
    assert!(
        used.err().contains("~/.aws/config:2: ") && used.err().contains("did you mean `aws_access_key_id`?"),
        "{}",
        used.all()
    );
    let explained = sandbox.awsenv(["explain", "k"]).output();
    assert!(
        explained.out().contains("did you mean `aws_access_key_id`?"),
        "{}",
        explained.all()
    );
    assert!(!used.all().contains("K7MDENG") && !explained.all().contains("K7MDENG"));
}

#[test]
fn variables_that_name_nothing() {
    let mut sandbox = sandbox("[profile prod]\nregion = eu-west-1\n[stage]\nregion = eu-west-1\n", "");
    assert!(found(&sandbox, "profile-undefined").is_empty());
    for (name, remedy) in [
        (
            "stage",
            "`[stage]` defines nothing in the config file: there it must be `[profile stage]`",
        ),
        ("prdo", "did you mean: awsenv use prod"),
        ("nosuch", "unset AWS_PROFILE"),
    ] {
        sandbox.set("AWS_PROFILE", name);
        let found = found(&sandbox, "profile-undefined");
        let start = format!("fail AWS_PROFILE names `{name}`, which ");
        assert!(found.len() == 1 && found[0].starts_with(&start), "{found:?}");
        assert!(found[0].ends_with(&format!("[{remedy}]")), "{found:?}");
    }
    sandbox.set("AWS_PROFILE", "prod").set("AWS_DEFAULT_PROFILE", "gone");
    assert!(found(&sandbox, "profile-undefined")[0].contains("AWS_DEFAULT_PROFILE names `gone`"));
    sandbox
        .set("AWS_DEFAULT_PROFILE", "prod")
        .set("AWS_REGION", "us-east-1a");
    sandbox
        .set("AWS_DEFAULT_REGION", "Ireland")
        .set("AWS_DEFAULT_OUTPUT", "yml");
    assert_eq!(
        found(&sandbox, "variable-value"),
        [
            "fail AWS_REGION: the region `us-east-1a` is a zone of `us-east-1`, not a region [write `us-east-1`]",
            "fail AWS_DEFAULT_REGION: the region `Ireland` is the name of `eu-west-1`, not a code [write `eu-west-1`]",
            "fail AWS_DEFAULT_OUTPUT: the AWS CLI has no output format `yml` [did you mean `yaml`?]",
        ]
    );
    sandbox.set("AWS_ENDPOINT_URL", "http://localhost:9000");
    assert_eq!(found(&sandbox, "variable-value").len(), 1);
}

#[test]
fn two_paths_in_the_variable_of_one_file() {
    let mut sandbox = sandbox("[profile a]\nregion = eu-west-1\n", "");
    let config = sandbox.path(".aws/config").display().to_string();
    assert!(found(&sandbox, "file-list").is_empty());
    sandbox.set("AWS_CONFIG_FILE", format!("{config}:{config}.d/more"));
    let list = found(&sandbox, "file-list");
    assert!(
        list.len() == 1 && list[0].starts_with("fail AWS_CONFIG_FILE takes one path"),
        "{list:?}"
    );
    assert!(found(&sandbox, "file-missing").is_empty());
}

#[test]
fn plaintext_keys_have_one_line_and_one_remedy() {
    let token = "[temporary]\naws_session_token = t\n";
    let sandbox = sandbox("", &format!("[a]\n{PAIR}[b]\n{PAIR}{token}{PAIR}"));
    assert_eq!(
        found(&sandbox, "plaintext-keys"),
        [
            "warn the key of `a` is in plain text [awsenv key import a]",
            "warn the key of `b` is in plain text [awsenv key import b]",
        ]
    );
    let text = sandbox.awsenv(["doctor"]).output().out().to_owned();
    let lines = "warn  plaintext-keys (2): ~/.aws/credentials:2: the key of `a` is in plain text\n      fix: awsenv key import --all\n";
    assert!(text.contains(lines), "{text}");
}

#[test]
fn failures_come_first_and_nothing_is_lost() {
    let sandbox = sandbox(
        "[profile a]\nso_start_url = x\nregion = eu-west-1 # home\n[stage]\nregion = \"eu-west-1\"\n[prfile b]\noutput = json\n",
        &format!("[a]\n{PAIR}"),
    );
    let all = doctor(&sandbox);
    let kinds = |status: &str| {
        let of = all.iter().filter(|finding| finding["status"] == status);
        of.map(|finding| finding["check"].as_str().expect("a name").to_owned())
            .collect::<Vec<_>>()
    };
    let fails = kinds("fail");
    assert_eq!(fails.iter().filter(|kind| *kind == "header").count(), 2);
    let text = sandbox.awsenv(["doctor"]).output();
    assert_eq!(text.status, 1);
    let shown: Vec<&str> = text
        .out()
        .lines()
        .filter(|line| !line.starts_with("      fix: "))
        .collect();
    let (summary, lines) = shown.split_last().expect("a summary");
    let different = |kinds: Vec<String>| kinds.into_iter().collect::<BTreeSet<_>>().len();
    assert_eq!(
        lines.len(),
        different(fails.clone()) + different(kinds("warn")),
        "{}",
        text.out()
    );
    assert!(
        lines
            .iter()
            .skip_while(|line| line.starts_with("fail"))
            .all(|line| line.starts_with("warn"))
    );
    assert!(summary.starts_with(&format!("{} failures", fails.len())), "{summary}");
    let verbose = sandbox.awsenv(["doctor", "-v"]).output();
    for finding in &all {
        let message = finding["message"].as_str().expect("words");
        let message = message.replace(&format!("{}/", sandbox.home().display()), "~/");
        assert!(verbose.out().contains(&message), "{message}\n{}", verbose.out());
    }
    assert!(!verbose.out().contains("doctor -v"));
}

#[test]
fn warnings_can_be_switched_off_and_failures_cannot() {
    let sandbox = sandbox(
        "[prfile a]\nregion = eu-west-1\n[notes]\nx = y\n",
        &format!("[a]\n{PAIR}"),
    );
    let text = |args: &[&str]| sandbox.awsenv(args).output().out().to_owned();
    let settings = |ignore: &str| {
        sandbox.write(".config/awsenv/config", format!("[doctor]\nignore = {ignore}\n"));
    };
    let all = text(&["doctor"]);
    for kind in ["fail  header", "warn  unread-section", "warn  plaintext-keys"] {
        assert!(all.contains(kind), "{all}");
    }
    settings("plaintext-keys, unread-section,header");
    let less = text(&["doctor"]);
    assert!(
        less.contains("fail  header") && !less.contains("plaintext-keys") && !less.contains("unread-section"),
        "{less}"
    );
    assert!(
        less.contains("1 warning,") && less.contains("2 switched off in the settings"),
        "{less}"
    );
    let verbose = text(&["doctor", "-v"]);
    assert!(
        verbose.contains("warn  plaintext-keys") && verbose.contains("warn  unread-section"),
        "{verbose}"
    );
    assert_eq!(found(&sandbox, "plaintext-keys").len(), 1);
    assert!(found(&sandbox, "settings").is_empty());

    settings("plaintxt-keys, nosuch");
    let wrong = found(&sandbox, "settings");
    assert!(wrong.len() == 2, "{wrong:?}");
    assert!(
        wrong[0].contains("`plaintxt-keys`") && wrong[0].ends_with("[did you mean `plaintext-keys`?]"),
        "{wrong:?}"
    );
    assert!(
        wrong[1].starts_with("warn ") && wrong[1].contains("`nosuch`"),
        "{wrong:?}"
    );
    let shown = text(&["doctor"]);
    assert!(
        shown.contains("warn  plaintext-keys")
            && shown.contains("warn  settings (2): ~/.config/awsenv/config:2: `ignore`"),
        "{shown}"
    );
}

#[test]
fn a_machine_without_profiles_is_told_how_to_begin() {
    let told = |sandbox: &Sandbox| found(sandbox, "no-profiles");
    let empty = Sandbox::new();
    let [warning] = told(&empty).try_into().expect("one finding");
    assert!(
        warning.starts_with("warn there are no profiles in ") && warning.ends_with("[awsenv configure]"),
        "{warning}"
    );
    empty.write(".aws/config", "[profiles]\n");
    assert_eq!(told(&empty).len(), 1);
    assert_eq!(told(&sandbox("[default]\n", "")), [""; 0]);
    let boto = Sandbox::new();
    boto.write(".boto", format!("[profile legacy]\n{PAIR}"));
    assert_eq!(told(&boto), [""; 0]);
}

/// Root may look at the files of another user, and must not take them away.
#[test]
fn root_in_another_home_takes_no_file() {
    let sandbox = sandbox("[profile a]\nregion = eu-west-1\n", &format!("[a]\n{PAIR}"));
    let [home, config, credentials] = [
        sandbox.home().to_path_buf(),
        sandbox.path(".aws/config"),
        sandbox.path(".aws/credentials"),
    ];
    assert!(found(&sandbox, "file-owner").is_empty() && found(&sandbox, "foreign-home").is_empty());
    if chown(&home, Some(12345), None).is_err() {
        return crate::support::say("skipped: only root can give files away");
    }
    chown(&config, Some(12345), None).expect("root");
    assert_eq!(
        found(&sandbox, "foreign-home"),
        ["warn HOME belongs to `12345`, and this runs as root: awsenv edits no files there [run awsenv as `12345`]"]
    );
    let owners = found(&sandbox, "file-owner");
    assert!(
        owners.len() == 1 && owners[0].starts_with("warn belongs to root"),
        "{owners:?}"
    );
    assert!(
        owners[0].contains("chown") && owners[0].contains("12345 ~/.aws/credentials"),
        "{owners:?}"
    );
    chown(&credentials, Some(54321), None).expect("root");
    let owners = found(&sandbox, "file-owner");
    assert!(
        owners.len() == 1 && owners[0].starts_with("fail belongs to another user than HOME"),
        "{owners:?}"
    );
    assert!(
        owners[0].contains("12345") && !owners[0].contains("id -un"),
        "{owners:?}"
    );
    chown(&credentials, Some(12345), None).expect("root");
    assert!(found(&sandbox, "file-owner").is_empty());
}
