//! What repeats a `use`: the same role, duration, region and style, and never more rights.

use serde_json::json as value;

use super::{role, roles, sh, start};
use crate::support::{Aws, Output, Sandbox};

/// After `use`: what the shell has.
const SHOW: &str = "show() { echo \"$AWSENV_PROFILE ${AWS_REGION-} ${AWS_PROFILE-} ${AWS_ACCESS_KEY_ID-}\"; }";

fn shell(sandbox: &Sandbox, lines: &str) -> Output {
    sh(sandbox, &format!("{SHOW}\n{lines}"))
}

/// The fields of the last AssumeRole, and the region of its signature.
fn last(aws: &Aws) -> (String, Option<String>, String) {
    let requests = aws.requests();
    let found = requests.iter().rfind(|seen| seen.field("Action") == Some("AssumeRole"));
    let found = found.expect("a request");
    let field = |name| found.field(name).map(str::to_owned);
    let (_, region) = found.signed().expect("a signature");
    (
        field("RoleArn").expect("a role"),
        field("DurationSeconds"),
        region.to_owned(),
    )
}

#[test]
fn a_refresh_gets_the_same_role_for_as_long_in_the_same_region() {
    let Some((aws, sandbox)) = start() else { return };
    let one = role("One");
    // Keys that were got in the same second count as new.
    let lines = format!(
        "use base --role {one} --duration 20m --region us-west-2 || exit 9; show; sleep 1.1; use --refresh || exit 8; show"
    );
    let output = shell(&sandbox, &lines);
    let lines: Vec<&str> = output.success().lines().collect();
    let [first, second] = &*lines else {
        panic!("{}", output.all())
    };
    let issued = aws.issued();
    let shown = |number: usize| format!("base→One@123456789012 us-west-2  {}", issued[number].access_key_id);
    assert_eq!((*first, *second), (&*shown(0), &*shown(1)));
    assert_eq!(last(&aws), (one, Some("1200".to_owned()), "us-west-2".to_owned()));
    assert_eq!(roles(&aws), ["One", "One"]);
}

#[test]
fn the_profile_before_comes_back_as_it_was() {
    let Some((aws, sandbox)) = start() else { return };
    let hour = role("Hour");
    let lines = format!(
        "use base --role {hour} --duration 15m --region us-east-1 && use two --name && show && use - && show && \
         use - && show && use one --refresh && use base --name && use - && show"
    );
    let output = shell(&sandbox, &lines);
    let lines: Vec<&str> = output.success().lines().collect();
    let issued = aws.issued();
    let expected = [
        "two  two ".to_owned(),
        format!("base→Hour@123456789012 us-east-1  {}", issued[0].access_key_id),
        "two  two ".to_owned(),
        // The keys were asked for by `--refresh` alone.
        format!("one eu-west-1  {}", issued[1].access_key_id),
    ];
    assert_eq!(lines, expected);
    assert_eq!(roles(&aws), ["Hour", "One"]);
}

#[test]
fn exec_renews_what_ends_soon_as_it_was_asked_for() {
    let Some((aws, sandbox)) = start() else { return };
    aws.scenario(&value!({"lifetime": 60}));
    let run = "awsenv exec -- sh -c 'echo \"$AWSENV_PROFILE ${AWS_REGION-} ${AWS_PROFILE-} $AWS_ACCESS_KEY_ID\"'";
    let one = role("One");
    let output = shell(
        &sandbox,
        &format!("use base --role {one} --duration 30m --region us-west-2 || exit 9; show; {run}"),
    );
    let lines: Vec<&str> = output.success().lines().collect();
    // A minute is a short life, of which a third is enough for what is kept.
    assert_eq!(lines[0], lines[1], "{}", output.all());
    assert!(
        output.err().contains("the keys of this program end soon"),
        "{}",
        output.all()
    );

    // Less than that is left after two of three seconds.
    aws.scenario(&value!({"lifetime": 3}));
    sandbox.awsenv(["sessions", "clear", "--all"]).output().success();
    let before = aws.issued().len();
    let output = shell(
        &sandbox,
        &format!("use base --role {one} --duration 30m --region us-west-2 || exit 9; show; sleep 2.1; {run}"),
    );
    let lines: Vec<&str> = output.success().lines().collect();
    let issued = aws.issued();
    let shown = |number: usize| {
        format!(
            "base→One@123456789012 us-west-2  {}",
            issued[before + number].access_key_id
        )
    };
    assert_eq!(lines, [shown(0), shown(1)], "{}", output.all());
    assert_eq!(last(&aws), (one, Some("1800".to_owned()), "us-west-2".to_owned()));
}

#[test]
fn keys_that_end_soon_still_serve_a_program_where_aws_is_out_of_reach() {
    let Some((aws, sandbox)) = start() else { return };
    aws.scenario(&value!({"lifetime": 600}));
    let lines = format!(
        "use base --role {} || exit 9; show; export AWS_ENDPOINT_URL_STS=http://127.0.0.1:1\n\
         awsenv sessions clear --all; awsenv exec -- sh -c 'echo \"$AWS_ACCESS_KEY_ID\"'",
        role("One")
    );
    let output = shell(&sandbox, &lines);
    let id = &aws.issued()[0].access_key_id;
    assert!(output.success().ends_with(&format!("{id}\n")), "{}", output.all());
    let warning = "awsenv: warning: the keys in the environment end soon, and ";
    assert!(output.err().contains(warning), "{}", output.all());
}

#[test]
fn a_role_on_top_is_not_lost_by_name() {
    let Some((aws, sandbox)) = start() else { return };
    let one = role("One");
    let refused =
        format!("awsenv: `base` cannot be used by name with the role `{one}` on top: SDKs would not know of it\n");
    for (lines, status) in [
        (format!("use base --role {one} && awsenv exec --name -- env"), 2),
        (format!("use base --role {one} && use two --name && use - --name"), 2),
        (
            format!("use base --role {one} && awsenv exec --name --region euw1 -- env"),
            2,
        ),
    ] {
        let output = shell(&sandbox, &format!("{lines}; status=$?; show; exit $status"));
        assert_eq!(output.status, status, "{}", output.all());
        assert!(output.err().contains(&refused), "{}", output.all());
        assert!(!output.out().contains("AWS_PROFILE=base"), "{}", output.all());
    }
    // The one that is named is used alone.
    let output = shell(
        &sandbox,
        &format!("use base --role {one} && awsenv exec base --name -- env"),
    );
    assert!(output.success().contains("AWS_PROFILE=base\n") && output.out().contains("AWSENV_PROFILE=base\n"));
    let long = shell(&sandbox, "use one --keys --duration 20m && use base && use - --name");
    assert_eq!(long.status, 2, "{}", long.all());
    assert!(long.err().contains("with keys that last 1200 s"), "{}", long.all());
    assert!(aws.requests().iter().all(|seen| seen.status == 200));
}

#[test]
fn nothing_to_repeat_is_said() {
    let Some((aws, sandbox)) = start() else { return };
    for (words, why) in [
        (
            &["use", "--refresh"][..],
            "this shell uses no profile, so there are no keys to renew",
        ),
        (&["use", "-"], "this shell has no previous profile"),
    ] {
        let output = sandbox.awsenv(words.iter().chain(&["--shell", "posix"])).output();
        assert_eq!((output.status, output.out()), (1, "(exit 1)\n"));
        assert!(output.err().contains(why), "{}", output.all());
    }
    // By name, SDKs renew what they get.
    let output = shell(&sandbox, "use one && use --refresh && show");
    assert_eq!(output.success(), "one  one \n");
    assert!(aws.requests().is_empty());
}

#[test]
fn explain_says_that_a_role_on_top_is_in_no_file() {
    let Some((_aws, sandbox)) = start() else { return };
    let lines = format!(
        "use base --role {} && awsenv explain && awsenv explain base",
        role("One")
    );
    let output = shell(&sandbox, &lines);
    output.success();
    let said = output.err().matches("this shell uses `base→One@123456789012`").count();
    assert_eq!(said, 1, "{}", output.all());
}
