//! What the user sees: help, errors and answers, as stdout, stderr and status together. `AWSENV_UPDATE_SNAPSHOTS=1`
//! rewrites tests/snapshots and docs/help.md.

use std::path::Path;

use crate::support::{Output, PROJECT, Sandbox, assert_same, assert_snapshot};

/// The profiles that docs/try shows.
fn example() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.copy(Path::new(PROJECT).join("docs/example-home"), "");
    private(&sandbox, &[".aws", ".aws/credentials", ".boto_attic"]);
    sandbox
}

/// Sets the modes that a careful user would; git stores only the executable bit.
fn private(sandbox: &Sandbox, names: &[&str]) {
    #[cfg(unix)]
    for name in names {
        use std::os::unix::fs::PermissionsExt as _;
        let path = sandbox.path(name);
        let mode = if path.is_dir() { 0o700 } else { 0o600 };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("a mode");
    }
}

/// Runs awsenv with the words of each line, and compares all answers with one snapshot.
#[track_caller]
fn snapshot(name: &str, sandbox: &Sandbox, lines: &[&str]) {
    let shown: Vec<String> = lines.iter().map(|line| run(sandbox, line).shown(sandbox)).collect();
    assert_snapshot(name, &shown.join("\n"));
}

fn run(sandbox: &Sandbox, line: &str) -> Output {
    sandbox.awsenv(line.split(' ').filter(|word| !word.is_empty())).output()
}

/// The beginning of docs/help.md.
const HELP_START: &str = "\
# Help

<!-- written by tests/cli_snapshots.rs -->

This page is what `--help` prints for every command. [The command line](cli.md) says what scripts may rely on.
";

#[test]
fn help_in_the_documentation() {
    let sandbox = Sandbox::new();
    let short = run(&sandbox, "--help");
    let commands = actions(short.clean());
    assert!(
        commands.contains(&"use") && commands.contains(&"doctor"),
        "{commands:?}"
    );

    let mut text = String::from(HELP_START);
    text += &block("awsenv", short.out());
    for command in commands {
        let help = run(&sandbox, &format!("{command} --help --shell bash"));
        let script = !help.stderr.is_empty();
        assert_eq!(
            script,
            ["use", "unset", "init", "completions"].contains(&command),
            "{command}: {}",
            help.all()
        );
        let help = if script {
            help
        } else {
            run(&sandbox, &format!("{command} --help"))
        };
        let help = if script { help.err() } else { help.out() };
        text += &block(&format!("awsenv {command}"), help);
        for action in actions(help) {
            let line = format!("{command} {action}");
            text += &block(
                &format!("awsenv {line}"),
                run(&sandbox, &format!("{line} --help")).out(),
            );
        }
    }

    assert_same("docs/help.md", &text);
}

/// The names below `Commands:`.
fn actions(help: &str) -> Vec<&str> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).collect()
}

fn block(title: &str, help: &str) -> String {
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    format!("\n## {title}\n\n```text\n{}\n```\n", lines.join("\n").trim_end())
}

#[test]
fn help_never_lands_in_an_eval() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "posix"] {
        for line in ["use --help", "unset -h", "init --help", "--color always use --help"] {
            let output = run(&sandbox, &format!("{line} --shell {shell}"));
            assert_eq!(output.status, 0, "{}", output.all());
            assert!(output.err().contains("Usage: awsenv"), "{}", output.all());
            assert!(
                output.out().len() < 20 && !output.out().contains("Usage"),
                "{}",
                output.all()
            );
        }
    }
}

#[test]
fn version() {
    snapshot("version", &Sandbox::new(), &["--version", "use --version --shell bash"]);
}

#[test]
fn unknown_profiles() {
    let lines = [
        "use jekil --shell bash",
        "use jekil --shell fish",
        "use jekil --shell powershell",
        "use nobody --shell posix",
        "exec jekil -- true",
        "explain jekil",
        "explain jekil --json",
        "use - --shell bash",
    ];
    snapshot("unknown_profiles", &example(), &lines);
}

#[test]
fn no_files_at_all() {
    let lines = [
        "list",
        "list --json",
        "use jekyl --shell bash",
        "current",
        "current --json",
        "explain",
        "explain --json",
    ];
    snapshot("no_files_at_all", &Sandbox::new(), &lines);
}

#[test]
fn broken_files() {
    let lines = [
        "list",
        "list --json",
        "use a --shell bash",
        "explain a --json",
        "exec a -- true",
    ];
    for (name, config) in [
        (
            "twice",
            "[profile a]\nregion = eu-west-1\n\n[profile a]\nregion = us-east-1\n",
        ),
        ("no_section", "region = eu-west-1\n[profile a]\n"),
        ("no_delimiter", "[profile a]\nregion\n"),
    ] {
        snapshot(&format!("broken_{name}"), &Sandbox::with_config(config), &lines);
    }
}

#[test]
fn refused_profiles() {
    let config = "[profile loop]\nrole_arn = arn:aws:iam::111122223333:role/A\nsource_profile = pool\n\
                  [profile pool]\nrole_arn = arn:aws:iam::111122223333:role/B\nsource_profile = loop\n\
                  [profile half]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n\
                  [profile orphan]\nrole_arn = arn:aws:iam::111122223333:role/C\nsource_profile = gone\n\
                  [profile bare]\nrole_arn = arn:aws:iam::111122223333:role/D\n";
    let lines = [
        "use loop --shell bash",
        "explain half --json",
        "use half --shell bash",
        "use orphan --shell bash",
        "use bare --shell bash",
        "exec loop -- true",
    ];
    snapshot("refused_profiles", &Sandbox::with_config(config), &lines);
}

#[test]
fn usage_errors() {
    let lines = [
        "",
        "frobnicate",
        "use --shell bash",
        "use jekyl --shell tcsh",
        "use jekyl --frob --shell fish",
        "use jekyl --frob --shell powershell",
        "use --frob",
        "use jekyl --name --keys --shell bash",
        "unset extra --shell bash",
        "exec",
        "list --frob --json",
        "explain --frob",
        "--color always list --frob --json",
        "-q init fish --frob",
        "use jekyl --region= --shell bash",
    ];
    snapshot("usage_errors", &example(), &lines);
}

#[test]
fn lists() {
    snapshot("list", &example(), &["list", "list --json"]);
}

#[test]
fn history() {
    let sandbox = example();
    let lines = [
        "history",
        "history --json",
        "history remove jekyl",
        "history forget jekyl",
    ];
    snapshot("history", &sandbox, &lines);
}

#[test]
fn current() {
    let mut sandbox = example();
    snapshot("current_nothing", &sandbox, &["current", "current --json"]);
    sandbox.set("AWS_PROFILE", "prod-audit");
    snapshot("current_by_hand", &sandbox, &["current", "current --json"]);
    sandbox.set("AWS_PROFILE", "");
    snapshot("current_empty_name", &sandbox, &["current", "current --json"]);
}

#[test]
fn prompt() {
    let mut sandbox = example();
    snapshot("prompt_nothing", &sandbox, &["prompt"]);
    sandbox
        .set("AWSENV_PROFILE", "prod-audit")
        .set("AWS_PROFILE", "jekyl")
        .set("AWSENV_EXPIRES", "1000");
    let lines = [
        "prompt",
        "prompt --format {{{profile}|{remaining}|{expires}}}",
        "prompt --format {frob}",
        "prompt --format {",
    ];
    snapshot("prompt", &sandbox, &lines);
}

#[test]
fn exec() {
    let lines = [
        "exec jekyl -- printenv AWS_PROFILE",
        "exec jekyl --region eu-west-3 -- printenv AWS_REGION",
        "exec attic -- printenv AWS_ACCESS_KEY_ID",
        "exec jekyl -- false",
        "exec jekyl -- awsenv-no-such-program",
        "exec jekyl -- /etc/passwd",
    ];
    let mut sandbox = example();
    // Otherwise the hint names the shell that runs the tests.
    sandbox.set("AWSENV_WRAPPED", "bash");
    snapshot("exec", &sandbox, &lines);
}

#[test]
fn exec_in_powershell() {
    let mut sandbox = example();
    // PowerShell functions swallow the first `--`.
    sandbox.set("AWSENV_WRAPPED", "powershell");
    let lines = [
        "exec jekyl printenv AWS_PROFILE",
        "exec jekyl echo a -- b",
        "exec attic printenv AWSUME_PROFILE",
        "exec echo a -- b",
        "exec jekyl printenv AWSENV_WRAPPED",
    ];
    snapshot("exec_in_powershell", &sandbox, &lines);
}

#[test]
fn short_names() {
    let mut sandbox = example();
    sandbox.write(
        ".config/awsenv/config",
        "production = *audit\n[alias]\nj = jekyl\njekyl = hyde\nlost = prod-adit\n[region]\nhome = eu-north-1\n",
    );
    let lines = [
        "exec j -v --region home -- printenv AWS_PROFILE AWS_REGION",
        "exec jekyl -v --region apne1 -- printenv AWS_PROFILE AWS_REGION",
        "exec jekyl --region EUW1 -- printenv AWS_REGION",
        "exec jekyl --region eu-west-1b -- printenv AWS_REGION",
        "explain j --region euw3",
        "use lost --shell bash",
        "explain lost --json",
        "use hyd --shell bash",
        "use PROD --shell bash",
        "use e --shell bash",
        "use aud --first --shell bash",
        "use xyz --first --shell bash",
        "exec hyd -- true",
    ];
    snapshot("short_names", &sandbox, &lines);
    sandbox.set("AWSENV_WRAPPED", "powershell");
    let lines = ["exec j printenv AWS_PROFILE", "exec lost printenv AWS_PROFILE"];
    snapshot("short_names_in_powershell", &sandbox, &lines);
}

#[test]
fn use_scripts() {
    let lines = [
        "use jekyl --shell bash -q",
        "use jekyl --shell fish -q",
        "use jekyl --shell powershell -q",
    ];
    snapshot("use", &example(), &lines);
}

#[test]
fn explain() {
    let lines = [
        "explain jekyl",
        "explain jekyl --json",
        "explain prod-audit",
        "explain prod-audit --json",
        "explain lab",
        "explain lab --json",
        "explain attic",
        "explain attic --json",
        "explain",
    ];
    snapshot("explain", &example(), &lines);
}

#[test]
fn doctor() {
    let mut sandbox = example();
    // As the wrapper function calls it, so that the shell which runs the tests does not matter.
    sandbox.set("AWSENV_WRAPPED", "bash");
    snapshot("doctor", &sandbox, &["doctor", "doctor --json"]);
}

/// Roles, SSO, keys and `credential_process` lines of three hundred profiles that are in order.
#[test]
fn doctor_of_three_hundred_profiles() {
    use std::fmt::Write as _;
    let mut sandbox = Sandbox::new();
    sandbox.set("AWSENV_WRAPPED", "bash");
    let mut config = "[default]\nregion = eu-west-1\noutput = json\n\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\n\
                      sso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n"
        .to_owned();
    let keys = |name: &str| {
        format!(
            "[{name}]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n\n"
        )
    };
    let mut credentials = keys("default");
    for n in 1..300 {
        let name = format!("team-{n}");
        let role = format!("role_arn = arn:aws:iam::{n:012}:role/admin\nsource_profile = default\n");
        let lines = match n % 5 {
            0 => {
                credentials += &keys(&name);
                String::new()
            }
            1 => role,
            2 => format!("sso_session = corp\nsso_account_id = {n:012}\nsso_role_name = Admin\n"),
            3 => format!("{role}mfa_serial = arn:aws:iam::111122223333:mfa/me\nduration_seconds = 3600\n"),
            _ => format!("credential_process = /bin/sh {n}\n"),
        };
        let _ = write!(config, "\n[profile {name}]\nregion = eu-west-1\n{lines}");
    }
    sandbox.write(".aws/config", config);
    sandbox.write(".aws/credentials", credentials);
    private(&sandbox, &[".aws", ".aws/config", ".aws/credentials"]);
    snapshot("doctor_of_three_hundred_profiles", &sandbox, &["doctor"]);
    let text = run(&sandbox, "doctor");
    assert!(text.out().lines().count() <= 15, "{}", text.out());
    let all: serde_json::Value = serde_json::from_str(run(&sandbox, "doctor --json").out()).expect("a document");
    assert!(
        all.as_array().expect("a list").len() > 150,
        "every finding is in the document"
    );
}

#[test]
fn doctor_finds_what_is_wrong() {
    let mut sandbox = Sandbox::new();
    sandbox.set("AWSENV_WRAPPED", "bash");
    sandbox.set("AWS_VAULT", "other");
    sandbox.set("AWS_PROFILE", "");
    sandbox.set("AWS_ACCESS_KEY_ID", "AKIAENV");
    sandbox.write(
        ".aws/config",
        "[profile a]\nregion = r # home\n[profile b]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = gone\n",
    );
    let credentials = sandbox.write(
        ".aws/credentials",
        "[a]\naws_access_key_id = AKIAA\naws_secret_access_key = hush\n",
    );
    sandbox.write(
        ".boto",
        "[Credentials]\naws_access_key_id = AKIAB\naws_secret_access_key = hu%sh\n",
    );
    sandbox.write(
        ".boto_old",
        "[Credentials]\naws_access_key_id = AKIAO\naws_secret_access_key = hush\n",
    );
    sandbox.write(".boto_bad", "no section\n");
    private(&sandbox, &[".aws", ".aws/config", ".boto", ".boto_old", ".boto_bad"]);
    #[cfg(unix)]
    std::fs::set_permissions(&credentials, std::os::unix::fs::PermissionsExt::from_mode(0o666)).expect("a mode");
    snapshot("doctor_finds_what_is_wrong", &sandbox, &["doctor", "doctor --json"]);
    let said = run(&sandbox, "doctor");
    assert_eq!(said.status, 1, "others can write the credentials file");
    assert!(
        !said.all().contains("hush") && !said.all().contains("hu%sh"),
        "{}",
        said.all()
    );
}

#[test]
fn a_broken_boto_file_stops_only_its_own_profile() {
    let sandbox = Sandbox::with_config(
        "[profile jekyl]\nregion = r\naws_access_key_id = AKIAJ\naws_secret_access_key = hush\n[profile bare]\nregion = r\n",
    );
    sandbox.write(".boto", "no section\n");
    sandbox.write(".boto_bad", "no section\n");
    sandbox.write(
        ".boto_good",
        "[Credentials]\naws_access_key_id = AKIAG\naws_secret_access_key = hush\n",
    );
    assert_eq!(run(&sandbox, "use jekyl --shell bash").status, 0);
    assert_eq!(run(&sandbox, "use bare --shell bash").status, 0);
    assert_eq!(run(&sandbox, "exec good -- true").status, 0);
    snapshot("broken_boto", &sandbox, &["use bad --shell bash", "list"]);
}

/// The setting is only a wish; a flag must be obeyed.
#[test]
fn the_setting_export_yields_where_it_cannot_be() {
    let sandbox = example();
    let settings = sandbox.write(".config/awsenv/config", "export = keys\n");
    let config = std::fs::read_to_string(sandbox.path(".aws/config")).expect("the config");
    let serial = "arn:aws:iam::123456789012:mfa/jekyl";
    let coded = format!("role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = jekyl\nmfa_serial = {serial}\n");
    sandbox.write(".aws/config", format!("{config}\n[profile coded]\n{coded}"));
    let exported = |sandbox: &Sandbox, profile: &str| {
        let answer = run(sandbox, &format!("exec {profile} -- env"));
        let names = answer.success().lines().filter_map(|line| line.split('=').next());
        names
            .filter(|name| name.starts_with("AWS_"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert!(exported(&sandbox, "jekyl").contains("AWS_SECRET_ACCESS_KEY"));
    let coded = run(&sandbox, "exec coded -- env");
    assert_eq!((coded.status, coded.out()), (1, ""));
    assert!(coded.err().contains("code of the MFA device"), "{}", coded.all());
    let signed_out = run(&sandbox, "exec lab -- env");
    assert_eq!((signed_out.status, signed_out.out()), (1, ""));
    assert!(signed_out.err().contains("awsenv login lab"), "{}", signed_out.all());
    std::fs::write(&settings, "export = name\n").expect("the settings");
    assert!(
        exported(&sandbox, "attic").contains("AWS_SECRET_ACCESS_KEY"),
        "no SDK knows the name"
    );
    assert_eq!(run(&sandbox, "use attic --name --shell bash").status, 1);
    std::fs::write(&settings, "export = both\n").expect("the settings");
    assert!(
        !exported(&sandbox, "jekyl").contains("AWS_SECRET_ACCESS_KEY"),
        "a value that is none takes the safe side"
    );
}

#[test]
fn an_empty_region_is_no_region() {
    let refused = run(&example(), "use jekyl --region= --shell bash");
    assert_eq!((refused.status, refused.out()), (2, "(exit 2)\n"), "{}", refused.all());
}

#[test]
fn a_credential_process_without_end_is_ended() {
    let sandbox = Sandbox::with_config("[profile a]\ncredential_process = yes\n");
    let refused = run(&sandbox, "use a --keys --shell bash");
    assert_eq!((refused.status, refused.out()), (1, "(exit 1)\n"));
    assert!(refused.err().contains("it prints too much"), "{}", refused.all());
}

/// An indented line continues the value above it, even if it is the line of a secret.
#[test]
fn a_secret_that_a_value_has_swallowed_is_shown_nowhere() {
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let swallow = |key: &str| format!("{key} = x\n  aws_secret_access_key = {SECRET}\n");
    let role = ["role_arn", "mfa_serial", "external_id", "role_session_name", "region"];
    let sso = [
        "sso_start_url",
        "sso_region",
        "sso_account_id",
        "sso_role_name",
        "region",
        "aws_account_id",
    ];
    let section = |keys: &[&str]| keys.iter().map(|key| swallow(key)).collect::<String>();
    let config = format!(
        "[profile role]\n{}source_profile = keys\n[profile sso]\n{}[profile keys]\n{}aws_access_key_id = AKIA\naws_secret_access_key = y\n",
        section(&role),
        section(&sso),
        section(&["region", "aws_account_id", "output"])
    );
    let sandbox = Sandbox::with_config(&config);
    for words in [
        &["list"][..],
        &["list", "--json"],
        &["doctor"],
        &["current"],
        &["current", "--json"],
        &["use", "--shell=bash", "--verbose", "--name"],
        &["explain"],
        &["explain", "--json"],
    ] {
        for profile in ["role", "sso", "keys"] {
            let mut run = sandbox.awsenv(words).env("AWS_PROFILE", profile);
            if ["explain", "use"].contains(&words[0]) {
                run = run.args([profile]);
            }
            let all = run.output().all();
            assert!(!all.contains(SECRET), "{words:?} {profile}\n{all}");
        }
    }
}
