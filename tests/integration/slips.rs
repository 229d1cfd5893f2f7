//! Slips in names, in the variables of files, in values and in whole lines: each is named where it is met.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::mistakes::{found, sandbox};
use crate::support::{Sandbox, say};

const PAIR: &str =
    "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n";

fn said(sandbox: &Sandbox, words: &[&str]) -> String {
    sandbox.awsenv(words).output().all().to_owned()
}

#[test]
fn a_name_with_something_around_it_is_recognized() {
    let config = format!(
        "[profile b]\nregion = eu-west-1\n{PAIR}[profile other]\nsource_profile = profile b\nrole_arn = arn:aws:iam::123456789012:role/x\n"
    );
    let mut sandbox = sandbox(&config, "");
    for name in ["profile b", "\"b\"", "[b]", "[profile b]", "profile=b", "b,", "b\r"] {
        for words in [&["use", "--shell=bash", "--", name][..], &["exec", name, "--", "true"]] {
            let said = said(&sandbox, words);
            assert!(said.contains("did you mean `b`?"), "{name}: {said}");
        }
        sandbox.set("AWS_PROFILE", name);
        let said = said(&sandbox, &["current"]);
        assert!(said.contains("did you mean `b`?"), "{name}: {said}");
        let undefined = found(&sandbox, "profile-undefined");
        assert!(undefined[0].ends_with("[did you mean: awsenv use b]"), "{undefined:?}");
        sandbox.unset("AWS_PROFILE");
    }
    let said = said(&sandbox, &["explain", "other"]);
    assert!(said.contains("did you mean `b`?"), "{said}");
}

#[test]
fn the_header_that_was_meant_comes_before_all_others() {
    let sandbox = sandbox("[alpha]\n[prod]\n[stage]\n[profle dev]\n", "");
    let said = said(&sandbox, &["use", "--shell=bash", "dev"]);
    assert!(said.contains("config:4") && !said.contains("[alpha]"), "{said}");
    let of_all = self::said(&sandbox, &["use", "--shell=bash", "nosuch"]);
    assert!(of_all.contains("[alpha]"), "{of_all}");
}

#[test]
fn a_variable_that_names_no_file_is_at_fault() {
    let mut sandbox = sandbox("", "");
    for (value, why) in [
        ("\"~/cfg\"", "quotes"),
        ("/x/cfg ", "blanks"),
        ("/x/cfg\r", "carriage return"),
        ("$NOPE/cfg", "NOPE is not set"),
        ("file:///x", "a URL"),
        ("/x/none", "AWS_CONFIG_FILE names no file"),
    ] {
        sandbox.set("AWS_CONFIG_FILE", value);
        for words in [&["current"][..], &["list"], &["use", "--shell=bash", "x"]] {
            let said = said(&sandbox, words);
            assert!(
                said.contains(why) && said.contains("correct AWS_CONFIG_FILE"),
                "{value}: {said}"
            );
            assert!(!said.contains("awsenv configure"), "{value}: {said}");
        }
        let missing = found(&sandbox, "file-missing");
        assert!(missing.iter().any(|text| text.contains(why)), "{value}: {missing:?}");
        assert!(found(&sandbox, "no-profiles").is_empty());
    }
    sandbox.set("AWS_CONFIG_FILE", "");
    let said = said(&sandbox, &["use", "--shell=bash", "x"]);
    assert!(
        said.contains("in ~/.aws/credentials (AWS_CONFIG_FILE is empty)"),
        "{said}"
    );
}

#[test]
fn what_is_meant_so_has_no_finding() {
    let both = format!("[b]\nregion = eu-west-1\n{PAIR}cli_pager =\nazure_default_role_arn =\n");
    let mut sandbox = sandbox("[profile a]\nregion = eu-west-1\ncli_pager =\n", &both);
    assert!(found(&sandbox, "reading").is_empty());
    sandbox
        .set("AWS_PROFILE", "b")
        .set("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z");
    assert!(found(&sandbox, "expiration-passed").is_empty());
    sandbox.set("AWS_CONFIG_FILE", "~/.aws/credentials");
    for kind in ["header", "unread-section", "quotes-in-value"] {
        assert!(found(&sandbox, kind).is_empty(), "{kind}");
    }
    for name in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        sandbox.set(name, "/dev/null");
    }
    assert!(found(&sandbox, "file-missing").is_empty() && found(&sandbox, "no-profiles").is_empty());
}

#[test]
fn a_file_that_is_refused_says_what_was_meant() {
    for (line, why, remedy) in [
        ("[profile c", "the header has no `]`", "end the header"),
        (
            "aws_access_key_id AKIAIOSFODNN7EXAMPLE",
            "no `=` behind `aws_access_key_id`",
            "write `aws_access_key_id = …`",
        ),
        ("// note", "`//` does not begin a comment", "`#`"),
        ("{", "a JSON document", "key add"),
        ("Access key ID,Secret access key", "a CSV file", "key import"),
        (
            "<<<<<<< HEAD\nregion = q\n=======\n>>>>>>> x",
            "merge conflict",
            "keep one",
        ),
    ] {
        let sandbox = sandbox(&format!("[profile b]\nregion = r\n{line}\n"), "");
        let refused = found(&sandbox, "file-refused");
        assert!(
            refused[0].contains(why) && refused[0].contains(remedy),
            "{line}: {refused:?}"
        );
        assert!(found(&sandbox, "reading").is_empty(), "{line}");
        let said = said(&sandbox, &["use", "--shell=bash", "b"]);
        assert!(
            said.contains(why) && !said.contains("AKIAIOSFODNN7EXAMPLE"),
            "{line}: {said}"
        );
    }
    let exports = sandbox("export AWS_ACCESS_KEY_ID=\"AKIAIOSFODNN7EXAMPLE\"\n", "");
    let said = said(&exports, &["use", "--shell=bash", "b"]);
    assert!(
        said.contains("sets a variable") && said.contains("`[default]`"),
        "{said}"
    );
}

#[test]
fn values_that_stop_calls_are_found_in_files_and_variables() {
    let config = format!(
        "[profile b]\nregion = eu-west-1\n{PAIR}ca_bundle = ~/x.pem\n[profile c]\nca_bundle = /missing.pem\nretry_mode =\n\
         services =\n[profile d]\nca_bundle = rel.pem\n"
    );
    let mut sandbox = sandbox(&config, "");
    let values = found(&sandbox, "value").join("\n");
    assert!(
        values.contains("do not replace `~`") && values.contains("`/missing.pem` does not exist"),
        "{values}"
    );
    assert!(
        values.contains("retry_mode is empty") && !values.contains("rel.pem"),
        "{values}"
    );
    let missing = found(&sandbox, "missing-section").join("\n");
    assert!(
        missing.contains("services is empty") && !missing.contains("``"),
        "{missing}"
    );
    for (name, value, why) in [
        ("AWS_CA_BUNDLE", "/missing", "does not exist"),
        ("AWS_CA_BUNDLE", "", "is empty"),
        ("REQUESTS_CA_BUNDLE", "/", "is a directory"),
        ("AWS_ENDPOINT_URL", "localhost:8000", "must be a URL"),
        ("AWS_ENDPOINT_URL_S3", "localhost:8000", "must be a URL"),
        ("AWS_STS_REGIONAL_ENDPOINTS", "Regional", "did you mean `regional`?"),
        ("AWS_RETRY_MODE", "", "is empty"),
    ] {
        sandbox.set(name, value);
        let found = found(&sandbox, "variable-value").join("\n");
        assert!(found.contains(name) && found.contains(why), "{name}={value}: {found}");
        sandbox.unset(name);
    }
    assert!(found(&sandbox, "variable-value").is_empty());
}

#[test]
fn without_a_home_nothing_is_to_be_written_there() {
    let mut sandbox = sandbox("", "");
    sandbox.unset("AWSENV_WRAPPED").unset("XDG_STATE_HOME");
    for home in [None, Some("rel")] {
        match home {
            None => sandbox.unset("HOME"),
            Some(home) => sandbox.set("HOME", home),
        };
        assert_eq!(found(&sandbox, "home").len(), 1, "{home:?}");
        for kind in ["no-profiles", "shell"] {
            let all = found(&sandbox, kind);
            assert!(all.iter().all(|text| text.contains("[set HOME")), "{home:?}: {all:?}");
        }
    }
}

/// Nothing new can be put into a directory while this lives: root needs more than a mode.
struct Closed(PathBuf);

impl Closed {
    /// `None` where the machine bars it.
    fn new(dir: &Path) -> Option<Self> {
        let closed = Self(dir.to_owned());
        if !rustix::process::geteuid().is_root() {
            std::fs::set_permissions(dir, Permissions::from_mode(0o500)).expect("a mode");
            return Some(closed);
        }
        let made = Command::new("chattr").arg("+i").arg(dir).output();
        made.is_ok_and(|made| made.status.success()).then_some(closed)
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        let _ = match rustix::process::geteuid().is_root() {
            true => Command::new("chattr").arg("-i").arg(&self.0).status().map(drop),
            false => std::fs::set_permissions(&self.0, Permissions::from_mode(0o700)),
        };
    }
}

#[test]
fn a_directory_that_takes_nothing_new_is_found() {
    let sandbox = sandbox("", &format!("[b]\n{PAIR}"));
    let state = sandbox.write(".local/state/awsenv/history", "");
    let opens = |remedy: &str| remedy.contains("chmod u+wx") || remedy.contains("chattr -i");
    assert!(found(&sandbox, "state").is_empty());
    assert!(!opens(&found(&sandbox, "plaintext-keys")[0]));
    for (dir, kind) in [
        (state.parent().expect("a directory"), "state"),
        (&sandbox.path(".aws"), "plaintext-keys"),
    ] {
        let Some(_closed) = Closed::new(dir) else {
            say("skipped: this machine makes no file immutable");
            return;
        };
        let all = found(&sandbox, kind);
        assert!(opens(&all[0]), "{all:?}");
    }
}
