//! What `use` leaves in the environment, according to the documented table.

use crate::stories::teller::{NAMES, everywhere, snap};

const KEYS_OF_B: &str = "AWSENV_PROFILE=b AWSUME_PROFILE=b AWS_ACCESS_KEY_ID=ASIABBBBBBBBBBBBBBBB \
                         AWS_SECRET_ACCESS_KEY=secretofb AWS_SECURITY_TOKEN=tokenofb AWS_SESSION_TOKEN=tokenofb";

fn without(shown: &str, names: &[&str]) -> String {
    let of = |word: &str| word.split(['=', '~']).next().unwrap_or_default().to_owned();
    let words: Vec<_> = shown
        .split(' ')
        .filter(|word| !names.contains(&of(word).as_str()))
        .collect();
    words.join(" ")
}

#[test]
fn all_names_of_the_table_are_cleared_and_the_rest_stays() {
    everywhere(|sandbox, mut story| {
        for name in NAMES.iter().filter(|name| !name.starts_with("AWSENV")) {
            story.export(name, "/dev/null");
        }
        story
            .awsenv("use a")
            .snap("name")
            .awsenv("use b --keys")
            .snap("keys")
            .awsenv("use box")
            .snap("box");
        story.awsenv("use b").snap("left");
        let output = story.told(sandbox);
        let stay = "AWS_BEARER_TOKEN_BEDROCK=/dev/null AWS_CA_BUNDLE=/dev/null AWS_DEFAULT_OUTPUT=/dev/null \
                    AWS_ENDPOINT_URL=/dev/null AWS_ENDPOINT_URL_S3=/dev/null AWS_MAX_ATTEMPTS=/dev/null \
                    AWS_PAGER=/dev/null";
        let later = "AWS_RETRY_MODE=/dev/null AWS_USE_FIPS_ENDPOINT=/dev/null";
        let own = "AWS_REGION=/dev/null";
        let sorted = |text: String| {
            let mut words: Vec<_> = text.split(' ').map(str::to_owned).collect();
            words.sort();
            words.join(" ")
        };
        let found = |label: &str| sorted(snap(sandbox, label).shown);
        let label = story.label();
        assert_eq!(
            found("name"),
            sorted(format!("AWSENV_PROFILE=a {stay} AWS_PROFILE=a {later}")),
            "{label}"
        );
        let region = format!("AWS_DEFAULT_REGION=/dev/null {own}");
        assert_eq!(
            found("keys"),
            sorted(format!("{KEYS_OF_B} {stay} {region} {later}")),
            "{label}"
        );
        let container = "AWS_CONTAINER_AUTHORIZATION_TOKEN=/dev/null AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/dev/null \
                         AWS_CONTAINER_CREDENTIALS_FULL_URI=/dev/null AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/dev/null";
        assert_eq!(
            found("box"),
            sorted(format!(
                "AWSENV_PROFILE=box {container} {stay} {region} AWS_PROFILE=box {later}"
            )),
            "{label}"
        );
        assert_eq!(
            found("left"),
            sorted(format!("AWSENV_PROFILE=b {stay} {region} AWS_PROFILE=b {later}")),
            "{label}"
        );
        for name in [
            "AWS_VAULT",
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_S3",
            "AWS_CA_BUNDLE",
            "AWS_BEARER_TOKEN_BEDROCK",
        ] {
            assert!(output.err().contains(name), "{label}: {name}: {}", output.err());
        }
    });
}

#[test]
fn the_region_follows_the_profile_or_stays_the_users() {
    everywhere(|sandbox, mut story| {
        story.export("AWS_REGION", "mine").keep("AWS_DEFAULT_REGION", "kept");
        story.awsenv("use a").snap("cleared");
        story.awsenv("use b").snap("own");
        story.awsenv("use a --region xx").snap("asked");
        story.awsenv("use a --keys").snap("keys");
        story.awsenv("use b --keys").snap("keys-own");
        story.awsenv("use a").awsenv("unset").snap("after");
        story.told(sandbox);
        let region = |label: &str| {
            let shown = snap(sandbox, label).shown;
            let words = shown.split(' ').filter(|word| word.contains("REGION"));
            words.collect::<Vec<_>>().join(" ")
        };
        let label = story.label();
        let users = story.shown("AWS_DEFAULT_REGION~kept AWS_REGION=mine");
        assert_eq!(region("cleared"), "", "{label}");
        assert_eq!(region("own"), users, "{label}");
        assert_eq!(region("asked"), "AWS_DEFAULT_REGION=xx AWS_REGION=xx", "{label}");
        assert_eq!(
            region("keys"),
            "AWS_DEFAULT_REGION=eu-west-1 AWS_REGION=eu-west-1",
            "{label}"
        );
        assert_eq!(region("keys-own"), users, "{label}");
        assert_eq!(region("after"), users, "{label}");
    });
}

#[test]
fn the_setting_export_region_sets_the_region_beside_the_name() {
    everywhere(|sandbox, mut story| {
        sandbox.write(".config/awsenv/config", "export_region = on\n");
        story.export("AWS_REGION", "mine").keep("AWS_DEFAULT_REGION", "kept");
        story.awsenv("use a").snap("on").awsenv("use far --name").snap("next");
        story.awsenv("use b --name").snap("own");
        story.awsenv("use a --region xx").snap("asked");
        story
            .awsenv("use a")
            .line("awsenv exec -- /usr/bin/printenv AWS_REGION");
        story.line("awsenv exec far -- /usr/bin/printenv AWS_DEFAULT_REGION");
        story.awsenv("unset").snap("after");
        let output = story.told(sandbox);
        let label = story.label();
        assert_eq!(output.out(), "eu-west-1\nus-east-1\n", "{label}: {}", output.err());
        let region = |label: &str| {
            let shown = snap(sandbox, label).shown;
            let words = shown
                .split(' ')
                .filter(|word| word.contains("REGION") || word.contains("AWS_PROFILE"));
            words.collect::<Vec<_>>().join(" ")
        };
        let users = story.shown("AWS_DEFAULT_REGION~kept AWS_REGION=mine");
        let both = |region: &str, profile: &str| {
            format!("AWS_DEFAULT_REGION={region} AWS_PROFILE={profile} AWS_REGION={region}")
        };
        assert_eq!(region("on"), both("eu-west-1", "a"), "{label}");
        assert_eq!(region("next"), both("us-east-1", "far"), "{label}");
        let own = without(&region("own"), &["AWS_PROFILE"]);
        assert_eq!(own, users, "{label}: a profile without a region leaves the user's own");
        assert_eq!(region("asked"), both("xx", "a"), "{label}");
        assert_eq!(region("after"), users, "{label}");
    });
}

#[test]
fn keys_take_the_profiles_settings_along_and_give_them_up() {
    everywhere(|sandbox, mut story| {
        story.awsenv("use far --keys").snap("far").awsenv("use b").snap("b");
        assert_eq!(
            story.told(sandbox).err(),
            "",
            "{}: what we set needs no warning",
            story.label()
        );
        assert_eq!(
            without(
                &snap(sandbox, "far").shown,
                &["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"]
            ),
            "AWSENV_PROFILE=far AWSUME_PROFILE=far AWS_DEFAULT_OUTPUT=text AWS_DEFAULT_REGION=us-east-1 \
             AWS_ENDPOINT_URL=http://127.0.0.1:9 AWS_REGION=us-east-1 AWS_RETRY_MODE=adaptive",
            "{}",
            story.label()
        );
        assert_eq!(
            snap(sandbox, "b").shown,
            "AWSENV_PROFILE=b AWS_PROFILE=b",
            "{}",
            story.label()
        );
    });
}

#[test]
fn a_dash_goes_back_to_the_profile_before() {
    everywhere(|sandbox, mut story| {
        story
            .awsenv("use a")
            .awsenv("use 'my prod'")
            .snap("prod")
            .awsenv("use -")
            .snap("a")
            .awsenv("use -")
            .snap("again");
        story.told(sandbox);
        let used = |label: &str| snap(sandbox, label).env["AWS_PROFILE"].clone();
        assert_eq!(
            [used("prod"), used("a"), used("again")],
            ["my prod", "a", "my prod"],
            "{}",
            story.label()
        );
    });
}

#[test]
fn the_same_switch_prints_the_same_bytes() {
    let sandbox = crate::stories::teller::sandbox();
    for shell in ["bash", "zsh", "fish", "posix", "powershell"] {
        for args in [["use", "a"], ["use", "far"], ["unset", "-q"]] {
            let print = || {
                sandbox
                    .awsenv([args[0], args[1], "--shell", shell])
                    .env("AWS_VAULT", "x")
                    .output()
                    .stdout
            };
            let first = print();
            assert!(
                !first.is_empty() && (0..3).all(|_| print() == first),
                "{shell}: {args:?}"
            );
        }
    }
}
