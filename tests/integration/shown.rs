//! What is shown of the values in files: a secret in every key, in every form in which people put one there by mistake,
//! then every command that shows values, then a search of what it printed.

use std::fmt::Write as _;

use crate::support::{Output, Sandbox};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// A secret that has no other characters than an id.
const LETTERS: &str = "je7MtGbClwBF0Zp9Utk1h3yCo8nvbEXAMPLEKEY5";
const PASSWORD: &str = "hun/ter2-in-a-url";

/// Keys with a value that is right for them.
const KEYS: [(&str, &str); 26] = [
    ("aws_access_key_id", "AKIAIOSFODNN7EXAMPLE"),
    ("aws_account_id", "123456789012"),
    ("ca_bundle", "/etc/ca.pem"),
    ("cli_pager", "less"),
    ("credential_process", "true"),
    ("credential_source", "Environment"),
    ("duration_seconds", "3600"),
    ("endpoint_url", "https://localhost"),
    ("external_id", "an-id"),
    ("login_session", "arn:aws:iam::123456789012:user/me"),
    ("mfa_serial", "arn:aws:iam::123456789012:mfa/me"),
    ("output", "json"),
    ("proxy", "https://proxy"),
    ("region", "eu-west-1"),
    ("role_arn", "arn:aws:iam::123456789012:role/x"),
    ("role_session_name", "me"),
    ("s3", "x"),
    ("services", "mine"),
    ("source_profile", "plain"),
    ("sso_account_id", "123456789012"),
    ("sso_region", "eu-west-1"),
    ("sso_role_name", "Admin"),
    ("sso_session", "corp"),
    ("sso_start_url", "https://example.awsapps.com/start"),
    ("web_identity_token_file", "/token"),
    ("x_unknown", "x"),
];

/// The lines of a profile that has the key in some role, so that the commands come to show it.
fn beside(key: &str) -> &'static str {
    match key {
        "external_id" | "mfa_serial" | "role_session_name" | "duration_seconds" | "source_profile" => {
            "role_arn = arn:aws:iam::123456789012:role/x\n"
        }
        "credential_source" | "web_identity_token_file" => "role_arn = arn:aws:iam::123456789012:role/x\n",
        "role_arn" => "source_profile = plain\n",
        "sso_account_id" => "sso_role_name = Admin\nsso_region = eu-west-1\nsso_start_url = https://x\n",
        "sso_role_name" => "sso_account_id = 123456789012\nsso_region = eu-west-1\nsso_start_url = https://x\n",
        "sso_start_url" => "sso_account_id = 123456789012\nsso_region = eu-west-1\nsso_role_name = Admin\n",
        "sso_region" => "sso_account_id = 123456789012\nsso_start_url = https://x\nsso_role_name = Admin\n",
        "sso_session" => "sso_account_id = 123456789012\nsso_role_name = Admin\n",
        "aws_access_key_id" => "aws_secret_access_key = uNsEeN\n",
        _ => "",
    }
}

/// What people make of `key = value`.
fn forms(key: &str, value: &str) -> [String; 9] {
    [
        format!("{key} = {SECRET}\n"),
        format!("{key} = {LETTERS}\n"),
        format!("{key} = \"{SECRET}\"\n"),
        format!("{key} = {value} {SECRET}\n"),
        format!("{key} = {value}\n  {SECRET}\n"),
        format!("{key} = {value}\n  # {LETTERS}\n"),
        format!("{key} = {value}\n  aws_secret_access_key = {PASSWORD}\n"),
        format!("{key} =\n  x = {value}\n  aws_secret_access_key = {PASSWORD}\n  {LETTERS} = {SECRET}\n"),
        format!("{key} = https://me:{PASSWORD}@{value}\n"),
    ]
}

#[derive(Default)]
struct Search {
    hits: Vec<String>,
    looks: usize,
}

impl Search {
    fn look(&mut self, args: &[&str], output: &Output) {
        self.looks += 1;
        let shown = format!("{}{}", output.out(), output.err());
        for secret in [SECRET, LETTERS, PASSWORD] {
            let traces = [&secret[..12], &secret[secret.len() - 12..]];
            if let Some(line) = shown
                .lines()
                .find(|line| traces.iter().any(|trace| line.contains(trace)))
            {
                self.hits
                    .push(format!("{args:?}: {}", line.chars().take(300).collect::<String>()));
            }
        }
    }
}

impl Search {
    fn run(&mut self, sandbox: &Sandbox, args: &[&str]) {
        self.look(args, &sandbox.awsenv(args).output());
    }

    /// The commands that show a profile.
    fn of_profile(&mut self, sandbox: &Sandbox, name: &str) {
        for args in [
            &["explain", name][..],
            &["explain", name, "--json"],
            &["exec", name, "--", "true"],
            &["key", "import", name, "--dry-run"],
        ] {
            self.run(sandbox, args);
        }
        // The script must have the exact name, and the key that botocore would use.
        if name != LETTERS && !name.starts_with("aws_access_key_id") {
            self.run(sandbox, &["use", "--shell", "bash", name, "-v"]);
        }
    }

    /// The commands that show all profiles.
    fn of_all(&mut self, sandbox: &Sandbox) {
        for args in [
            &["list"][..],
            &["list", "--json"],
            &["list", "-v"],
            &["sso", "list"],
            &["sso", "list", "--json"],
            &["doctor"],
            &["doctor", "--json"],
            &["doctor", "-v"],
            &["current"],
            &["key", "list"],
            &["key", "import", "--all", "--dry-run"],
            &["key", "import", "--all", "--from", "boto", "--dry-run"],
            &["complete", "--", "use", ""],
            &["complete", "--", "key", "import", ""],
        ] {
            self.run(sandbox, args);
        }
    }

    #[track_caller]
    fn finish(self, least: usize) {
        assert!(self.looks >= least, "{}", self.looks);
        assert!(
            self.hits.is_empty(),
            "{} hits:\n{}",
            self.hits.len(),
            self.hits.join("\n")
        );
    }
}

#[test]
fn no_secret_in_a_value_is_shown() {
    std::thread::scope(|scope| {
        let part = |keys: &'static [(&str, &str)]| move || keys.iter().for_each(|(key, value)| values_of(key, value));
        let parts: Vec<_> = KEYS.chunks(7).map(|keys| scope.spawn(part(keys))).collect();
        parts.into_iter().for_each(|part| part.join().expect("no hits"));
    });
}

fn values_of(key: &str, value: &str) {
    let mut config = "[default]\nregion = eu-west-1\n".to_owned();
    let mut names = Vec::new();
    for (number, form) in forms(key, value).iter().enumerate() {
        let name = format!("{key}-{number}");
        let _ = write!(config, "# {SECRET}\n[profile {name}]\n{form}{}", beside(key));
        names.push(name);
    }
    let mut sandbox = Sandbox::with_config(&config);
    sandbox.write(
        ".aws/credentials",
        "[plain]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n",
    );
    let mut search = Search::default();
    search.of_all(&sandbox);
    for name in &names {
        search.of_profile(&sandbox, name);
        search.run(&sandbox, &["configure", "get", key, "--profile", name]);
        search.run(&sandbox, &["configure", "set", "x", "y", "--profile", name]);
        search.run(&sandbox, &["undo"]);
        sandbox.set("AWS_PROFILE", name);
        search.run(&sandbox, &["current"]);
        search.run(&sandbox, &["current", "--json"]);
    }
    search.finish(80);
}

/// Where sessions are named that were not asked about.
#[test]
fn no_password_in_a_start_url_is_shown() {
    let sandbox = Sandbox::with_config(&format!(
        "[profile p]\nsso_account_id = 123456789012\nsso_role_name = Admin\nsso_region = eu-west-1\n\
         sso_start_url = https://me:{PASSWORD}@x\n[profile plain]\nregion = eu-west-1\n"
    ));
    let mut search = Search::default();
    search.of_all(&sandbox);
    let near = format!("https://me:{}@x", &PASSWORD[1..PASSWORD.len() - 1]);
    for args in [
        &["login", "plain"][..],
        &["logout", "plain"],
        &["login", &near],
        &["sso", "accounts", "--session", &near],
        &["sso", "import", "--all"],
        &["sso", "accounts"],
        &["logout"],
        &["--no-input", "login", "p"],
        &["whoami", "p"],
    ] {
        search.run(&sandbox, args);
    }
    search.finish(10);
}

#[test]
fn no_secret_is_shown_as_a_name_or_an_id() {
    let near = format!("k{}", &LETTERS[1..]);
    let mut sandbox = Sandbox::with_config(&format!(
        "[profile {LETTERS}]\nregion = eu-west-1\n[sso-session {LETTERS}]\nsso_region = x\n[services {LETTERS}]\n\
         [profile to-name]\nrole_arn = x\nsource_profile = {near}\n[profile to-session]\nsso_session = {near}\n\
         sso_account_id = 1\nsso_role_name = x\n"
    ));
    sandbox.write(
        ".aws/credentials",
        format!(
            "[plain]\naws_access_key_id = {SECRET}\naws_secret_access_key = AKIAIOSFODNN7EXAMPLE\n\
             [swapped]\naws_access_key_id = {LETTERS}\naws_secret_access_key = AKIAIOSFODNN7EXAMPLE\n"
        ),
    );
    sandbox.write(
        ".boto",
        format!(
            "[Credentials]\naws_access_key_id = {LETTERS}\nkeyring = x\n  {SECRET}\n[profile {LETTERS}]\nkeyring = {SECRET}\n"
        ),
    );
    sandbox.write(
        ".boto_old",
        format!("[Credentials]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\nkeyring = {SECRET}\n"),
    );
    let mut search = Search::default();
    search.of_all(&sandbox);
    for name in [LETTERS, "to-name", "to-session", "old", "nosuch"] {
        search.of_profile(&sandbox, name);
    }
    for name in ["plain", "swapped"] {
        for args in [
            &["explain", name][..],
            &["explain", name, "--json"],
            &["key", "import", name],
            &["configure", "get", "aws_access_key_id", "--profile", name],
        ] {
            search.run(&sandbox, args);
        }
    }
    for args in [
        &["configure", "set", "region", SECRET, "--profile", "plain"][..],
        &["configure", "set", "output", LETTERS, "--profile", "plain"],
        &["configure", "set", "region", "eu-west-2", "--profile", SECRET],
        &["key", "add", SECRET, "--stdin"],
        &["key", "add", "new", "--item", LETTERS, "--stdin"],
    ] {
        let output = sandbox.awsenv(args).output();
        assert_ne!(output.status, 0, "{}", output.all());
        search.look(args, &output);
    }
    assert!(
        !sandbox.path(".local/state/awsenv/journal").exists(),
        "nothing was written"
    );
    sandbox.set("AWS_PROFILE", LETTERS);
    search.run(&sandbox, &["current"]);
    search.run(&sandbox, &["current", "--json"]);
    search.finish(50);
}

#[test]
fn no_secret_is_exported_as_a_region() {
    let sandbox = Sandbox::new();
    sandbox.write(
        ".aws/config",
        format!(
            "[profile long]\nregion = {SECRET}\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = uNsEeN\n\
             [profile lines]\nregion = eu-west-1\n  b\n"
        ),
    );
    sandbox.write(".config/awsenv/config", "export_region = on\n");
    for args in [
        &["exec", "long", "--", "env"][..],
        &["exec", "long", "--keys", "--", "env"],
        &["use", "long", "--shell", "bash"],
    ] {
        let output = sandbox.awsenv(args).output();
        assert_eq!(output.status, 0, "{}", output.all());
        assert!(!output.all().contains(SECRET), "{}", output.all());
        assert!(output.err().contains("the region `(secret)`"), "{}", output.all());
    }
    let lines = sandbox.awsenv(["exec", "lines", "--", "env"]).output();
    assert!(!lines.out().contains("REGION"), "{}", lines.all());
    let typed = sandbox
        .awsenv(["exec", "long", "--region", SECRET, "--", "env"])
        .output();
    assert_eq!((typed.status, typed.out()), (2, ""), "{}", typed.all());
    assert!(!typed.err().contains(SECRET), "{}", typed.all());
}

#[test]
fn no_program_gets_a_secret_as_something_else() {
    let pair = |id: &str, secret: &str| format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let mut sandbox = Sandbox::with_config(&format!(
        "[profile keys]\noutput = {SECRET}\n{}[profile swapped]\n{}",
        pair("AKIAIOSFODNN7EXAMPLE", "x"),
        pair(SECRET, "AKIAIOSFODNN7EXAMPLE")
    ));
    let output = sandbox.awsenv(["exec", "--keys", "keys", "--", "env"]).output();
    assert_eq!(output.status, 0, "{}", output.all());
    assert!(!output.all().contains(SECRET) && output.err().contains("AWS_DEFAULT_OUTPUT is not exported"));
    for args in [
        &["exec", "--keys", "swapped", "--", "env"][..],
        &["use", "--keys", "swapped", "--shell", "sh"],
        &["credential-process", "swapped"],
    ] {
        let output = sandbox.awsenv(args).output();
        assert_ne!(output.status, 0, "{args:?}");
        assert!(!output.all().contains(SECRET), "{args:?}");
        assert!(
            output.err().contains("config:6: ") && output.err().contains("are swapped"),
            "{}",
            output.err()
        );
    }
    let doctor = sandbox.awsenv(["doctor"]).output();
    assert!(
        doctor.all().contains("swapped-key: ~/.aws/config:6: "),
        "{}",
        doctor.all()
    );
    assert!(
        doctor.all().contains("plaintext-keys: ~/.aws/config:3: "),
        "{}",
        doctor.all()
    );
    sandbox.set("AWS_VAULT", SECRET);
    let script = format!("{} unset --shell sh", crate::support::AWSENV);
    let output = sandbox.awsenv(["exec", "keys", "--", "sh", "-c", &script]).output();
    assert_eq!(output.status, 0, "{}", output.all());
    assert!(!output.all().contains(SECRET));
    assert!(output.out().contains("cannot restore AWS_VAULT"), "{}", output.all());
}
