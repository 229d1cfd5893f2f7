//! What AWS refuses: the status, the kind and the words, and nothing for the shell to run.

use serde_json::{Value, json as value};

use super::{json, role, sh, stable, start};
use crate::support::{Aws, Sandbox, assert_snapshot};

/// Profiles with keys that AWS does not take, beside those of the world.
fn more_profiles(aws: &Aws, sandbox: &Sandbox) {
    let (id, secret) = aws.key("base");
    let session = &crate::support::aws::world()["sessions"][0];
    let part = |name: &str| session[name].as_str().expect("text").to_owned();
    let wrong = format!("{}x", &secret[..secret.len() - 1]);
    let credentials = format!(
        "[base]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n\
         [wrong]\naws_access_key_id = {id}\naws_secret_access_key = {wrong}\n\
         [unknown]\naws_access_key_id = AKIARZPUZDIKJLTGEFZQ\naws_secret_access_key = {secret}\n\
         [ended]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n",
        part("id"),
        part("secret"),
        part("token"),
    );
    sandbox.write(".aws/credentials", credentials);
    let mut config = crate::support::aws::CONFIG.to_owned();
    for base in ["wrong", "unknown", "ended"] {
        config += &format!(
            "\n[profile of-{base}]\nrole_arn = {}\nsource_profile = {base}\nregion = eu-west-1\n",
            role("One")
        );
    }
    sandbox.write(".aws/config", config);
}

struct Case {
    name: &'static str,
    words: &'static [&'static str],
    scenario: Value,
    kind: &'static str,
    calls: usize,
}

fn case(name: &'static str, words: &'static [&'static str], kind: &'static str) -> Case {
    Case {
        name,
        words,
        scenario: value!({}),
        kind,
        calls: 1,
    }
}

fn cases() -> Vec<Case> {
    const MISSING: &[&str] = &["base", "--role", "arn:aws:iam::123456789012:role/Missing"];
    let answered = |name, kind, calls, fault: Value| Case {
        scenario: value!({"faults": [fault]}),
        calls,
        ..case(name, &["one"], kind)
    };
    vec![
        case("wrong_external_id", &["wrong-external"], "denied"),
        case("closed", &["closed"], "denied"),
        case("missing", MISSING, "denied"),
        case("wrong_secret", &["of-wrong"], "credentials"),
        case("unknown_key", &["of-unknown"], "credentials"),
        case("ended", &["of-ended"], "expired-source"),
        case("region_off", &["one", "--region", "ap-east-1"], "region-disabled"),
        case("region_unknown", &["one", "--region", "mars-1"], "invalid-request"),
        answered("throttled", "throttled", 3, value!({"status": 400})),
        answered("too_many", "throttled", 3, value!({"status": 429})),
        answered("unwell", "network", 3, value!({"status": 503})),
        answered(
            "malformed",
            "invalid-request",
            1,
            value!({"status": 400, "code": "MalformedPolicyDocument", "message": "a\u{202e}b `c`\nd"}),
        ),
    ]
}

#[test]
fn each_refusal_is_told_apart() {
    let Some((aws, sandbox)) = start() else { return };
    more_profiles(&aws, &sandbox);
    let mut all = String::new();
    for case in cases() {
        aws.scenario(&case.scenario);
        let before = aws.requests().len();
        let output = sandbox.awsenv(["whoami", "--json"].iter().chain(case.words)).output();
        let error = &json(&output)["error"];
        assert_eq!(
            (output.status, &error["kind"]),
            (1, &case.kind.into()),
            "{}: {}",
            case.name,
            output.all()
        );
        assert_eq!(aws.requests().len() - before, case.calls, "{}", case.name);
        assert!(!error["hints"].as_array().expect("hints").is_empty(), "{}", case.name);
        // A shell gets one statement that fails.
        let words = ["use", "--keys", "--shell", "posix"].iter().chain(case.words);
        let output = sandbox.awsenv(words).output();
        assert_eq!((output.status, output.out()), (1, "(exit 1)\n"), "{}", case.name);
        assert!(!output.err().contains('\u{202e}'));
        all += &format!("{}:\n{}\n", case.name, stable(&sandbox, &aws, output.err()));
        let secrets = [aws.key("base").1, "pv/8zy2V4gt3m", "IQoJb3JpZ2luX2Vj"];
        assert!(
            secrets.iter().all(|secret| !output.all().contains(secret)),
            "{}",
            output.all()
        );
        assert!(aws.issued().is_empty(), "{}", case.name);
    }
    assert_snapshot("roles_refused", &all);
}

#[test]
fn more_than_a_role_allows_is_refused_by_aws_and_less_is_not_asked_for() {
    let Some((aws, sandbox)) = start() else { return };
    let use_for = |profile: &str, duration: &str| {
        let words = ["use", profile, "--keys", "--duration", duration, "--shell", "posix"];
        sandbox.awsenv(words).output()
    };
    let output = use_for("hour", "61m");
    assert_eq!((output.status, output.out()), (1, "(exit 1)\n"));
    let expected = "hint: ask for less by `--duration` or `duration_seconds`: IAM has the role's maximum\n";
    assert!(output.err().ends_with(expected), "{}", output.all());
    let duration = |aws: &Aws| {
        let last = aws.requests().pop().expect("a request");
        last.field("DurationSeconds").map(str::to_owned)
    };
    assert_eq!(duration(&aws).as_deref(), Some("3660"));
    use_for("hour", "1h").success();
    assert_eq!(duration(&aws).as_deref(), Some("3600"));
    // What STS refuses of every role takes no call.
    let before = aws.requests().len();
    for (duration, status) in [("14m", 2), ("12h1s", 2), ("0", 2), ("-1", 2), ("1d", 2)] {
        let output = use_for("one", duration);
        assert_eq!(
            (output.status, output.out()),
            (status, "(exit 2)\n"),
            "{duration}: {}",
            output.all()
        );
    }
    assert_eq!(aws.requests().len(), before);
}

#[test]
fn a_chain_lasts_an_hour_at_most_which_is_said_once() {
    let Some((aws, sandbox)) = start() else { return };
    let lines = "use three --keys --duration 2h -q && use two --keys --duration 12h || exit 9\n\
        echo \"$AWSENV_EXPIRES $(date +%s)\"";
    let output = sh(&sandbox, lines);
    let (expires, now) = output.success().trim_end().split_once(' ').expect("two times");
    let left = expires.parse::<i64>().expect("a time") - now.parse::<i64>().expect("a time");
    assert!((3_500..=3_600).contains(&left), "{left}");
    let warning = "awsenv: warning: the keys of `arn:aws:iam::123456789012:role/Two` last one hour, not 43200 s: \
        AWS gives no more to a caller with temporary keys\n";
    assert_eq!(
        output.err().matches("last one hour").count(),
        1,
        "`-q` says less: {}",
        output.all()
    );
    assert!(output.err().contains(warning), "{}", output.all());
    let asked: Vec<_> = aws.requests();
    let asked: Vec<_> = asked.iter().map(|seen| seen.field("DurationSeconds")).collect();
    // One, Two and Three, then Two anew on the kept One.
    assert_eq!(asked, [None, None, Some("3600"), Some("3600")]);
}
