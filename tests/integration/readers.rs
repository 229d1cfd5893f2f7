//! What `explain` says about programs that expand the variables of the AWS files otherwise than botocore, or read the
//! config file only on demand.

use serde_json::Value;

use crate::support::Sandbox;

const KEYS: &str = "aws_access_key_id = AKIAJEKYL\naws_secret_access_key = hush\n";

const ROLE: &str = "role_arn = arn:aws:iam::111122223333:role/x\nsource_profile = keys\n";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let sso = "sso_session = s\nsso_account_id = 111122223333\nsso_role_name = r\n";
    sandbox.write(
        "moved",
        format!(
            "[profile keys]\nregion = eu-west-1\n[profile role]\n{ROLE}[profile sso]\n{sso}\
             [sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://x\n"
        ),
    );
    sandbox.write(".aws/credentials", format!("[keys]\n{KEYS}[alone]\n{KEYS}"));
    sandbox
}

/// What the reader takes otherwise, and why.
fn differences(sandbox: &Sandbox, profile: &str, reader: &str) -> Vec<String> {
    let output = sandbox.awsenv(["explain", profile, "--json"]).output();
    let document: Value = serde_json::from_str(output.success()).expect("a document");
    let readings = document["readers"].as_array().expect("readers").iter();
    let own = readings.filter(|reading| reading["reader"] == reader && reading["agrees"] == false);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    own.map(|reading| {
        let home = sandbox.home().display().to_string();
        (text(&reading["reads"]) + "; " + &text(&reading["because"])).replace(&home, "HOME")
    })
    .collect()
}

#[test]
fn each_reader_expands_the_variables_in_its_own_way() {
    let mut sandbox = sandbox();
    sandbox.set("AWS_SDK_LOAD_CONFIG", "1");
    let [go, js, rust] = ["aws-sdk-go-v2", "aws-sdk-js-v3", "aws-sdk-rust"];
    let [old_go, old_js] = ["aws-sdk-go-v1", "aws-sdk-js-v2"];
    let absolute = sandbox.path("moved").display().to_string();
    for (value, profile, reader, sign) in [
        (absolute.as_str(), "keys", go, None),
        ("~/moved", "keys", go, Some("~")),
        ("~/moved", "keys", old_go, Some("~")),
        ("~/moved", "keys", old_js, Some("~")),
        ("~/moved", "keys", js, None),
        ("~/moved", "keys", rust, None),
        ("~/moved", "keys", "aws-cli-v2", None),
        ("~/moved", "keys", "boto3", None),
        ("$HOME/moved", "keys", go, Some("$")),
        ("$HOME/moved", "keys", js, Some("$")),
        ("$HOME/moved", "keys", "boto3", None),
        ("${HOME}/moved", "role", rust, Some("$")),
        ("$HOME/moved", "alone", rust, None),
        ("$HOME/nowhere", "alone", go, None),
        ("$NOTHING/moved", "alone", go, None),
    ] {
        sandbox.set("AWS_CONFIG_FILE", value);
        let found = differences(&sandbox, profile, reader);
        let expected = sign.map(|sign| {
            format!("no config file: there is no HOME/{value}; it does not expand `{sign}` in AWS_CONFIG_FILE")
        });
        let found = found.into_iter().find(|text| text.contains("AWS_CONFIG_FILE"));
        assert_eq!(found, expected, "{value} {profile} {reader}");
    }
    sandbox.set("AWS_CONFIG_FILE", "~/moved");
    let sso = differences(&sandbox, "sso", js);
    assert!(
        sso[0].starts_with("no SSO session; it expands a `~` in AWS_CONFIG_FILE for profiles"),
        "{sso:?}"
    );

    sandbox.unset("AWS_CONFIG_FILE");
    sandbox.write("credentials", format!("[alone]\n{KEYS}"));
    sandbox.set("AWS_SHARED_CREDENTIALS_FILE", "~/credentials");
    let found = differences(&sandbox, "alone", go);
    let expected = "no credentials file: there is no HOME/~/credentials; it does not expand `~` in \
                    AWS_SHARED_CREDENTIALS_FILE";
    assert_eq!(found, [expected]);
}

#[test]
fn an_empty_variable_is_unset_for_some() {
    let mut sandbox = sandbox();
    sandbox.write(".aws/config", "[profile alone]\nregion = us-east-1\n");
    sandbox.set("AWS_CONFIG_FILE", "");
    let unset = ["the config file HOME/.aws/config; it takes an empty AWS_CONFIG_FILE as unset"];
    assert_eq!(differences(&sandbox, "alone", "aws-sdk-go-v2"), unset);
    assert_eq!(differences(&sandbox, "alone", "aws-sdk-js-v3"), unset);
    assert_eq!(differences(&sandbox, "alone", "aws-sdk-rust"), [""; 0]);
    assert_eq!(
        differences(&sandbox, "keys", "aws-sdk-go-v2"),
        [""; 0],
        "which that file does not define"
    );
}

#[test]
fn old_sdks_read_the_config_file_only_on_demand() {
    let mut sandbox = sandbox();
    let config = std::fs::read(sandbox.path("moved")).expect("a file");
    sandbox.write(".aws/config", config);
    let because = "it reads the config file, and the region in either file, only if AWS_SDK_LOAD_CONFIG is set";
    for (profile, reads) in [
        ("keys", Some("no region")),
        ("role", Some("no credentials")),
        ("sso", Some("no credentials")),
        ("alone", None),
    ] {
        let expected: Vec<_> = reads.map(|reads| format!("{reads}; {because}")).into_iter().collect();
        for reader in ["aws-sdk-go-v1", "aws-sdk-js-v2"] {
            assert_eq!(differences(&sandbox, profile, reader), expected, "{profile} {reader}");
        }
    }
    // JavaScript takes any text for a yes.
    sandbox.set("AWS_SDK_LOAD_CONFIG", "0");
    assert_eq!(differences(&sandbox, "keys", "aws-sdk-go-v1").len(), 1);
    assert_eq!(differences(&sandbox, "keys", "aws-sdk-js-v2").len(), 0);
    sandbox.set("AWS_SDK_LOAD_CONFIG", "true");
    assert_eq!(differences(&sandbox, "keys", "aws-sdk-go-v1").len(), 0);
    sandbox.unset("AWS_SDK_LOAD_CONFIG");
    sandbox.write(".config/awsenv/config", "export_region = on\n");
    assert_eq!(
        differences(&sandbox, "keys", "aws-sdk-go-v1").len(),
        0,
        "the region is exported"
    );
    let said = sandbox.awsenv(["explain", "keys"]).output();
    let line = "and the region eu-west-1, by the setting `export_region`";
    assert!(said.success().contains(line), "{}", said.out());
    assert_eq!(differences(&sandbox, "role", "aws-sdk-go-v1").len(), 1);
}

#[test]
fn a_list_of_paths_is_named_by_what_meets_it() {
    let mut sandbox = sandbox();
    sandbox.set(
        "AWS_CONFIG_FILE",
        format!("{}:/x/config", sandbox.path("moved").display()),
    );
    let said = sandbox.awsenv(["explain", "sso"]).output();
    let note = "(a list of paths: AWS_CONFIG_FILE takes one path)";
    assert!(said.status == 1 && said.err().contains(note), "{}", said.err());
    let said = sandbox.awsenv(["explain", "alone"]).output();
    assert!(
        said.err().contains("AWS_CONFIG_FILE takes one path, not a list ("),
        "{}",
        said.all()
    );
    let said = sandbox.awsenv(["use", "alone", "--shell", "posix"]).output();
    assert!(
        said.err().contains("AWS_CONFIG_FILE takes one path, not a list ("),
        "{}",
        said.all()
    );
}
