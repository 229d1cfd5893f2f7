//! AWSENV_STATE as awsenv did not write it: refused, or harmless.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json as value};

use super::{role, start};
use crate::support::{Output, Sandbox};

fn state(sandbox: &Sandbox, state: &Value, words: &[&str]) -> Output {
    let text = URL_SAFE_NO_PAD.encode(state.to_string());
    sandbox.awsenv(words).env("AWSENV_STATE", text).output()
}

const USES: [&[&str]; 2] = [
    &["use", "--refresh", "--shell", "posix"],
    &["use", "-", "--shell", "posix"],
];

#[test]
fn a_wish_that_could_not_be_typed_is_refused_before_any_call() {
    let Some((aws, sandbox)) = start() else { return };
    let one = role("One");
    let arns = [
        format!("{one}\nevil"),
        format!("{one}; id"),
        "$(id)".to_owned(),
        String::new(),
        "arn:aws:iam::123456789012:user/base".to_owned(),
        format!("{one}/../Two x"),
    ];
    let mut wishes: Vec<Value> = arns.iter().map(|arn| value!({"a": arn})).collect();
    for duration in [
        value!(0),
        value!(899),
        value!(43_201),
        value!(-1),
        value!(4_294_967_296_u64),
        value!(1.5),
        value!("900"),
    ] {
        wishes.push(value!({"a": one, "d": duration}));
    }
    for region in ["x;y", "x\n$(id)", "", "eu west", "-x y", "../x"] {
        wishes.push(value!({"a": one, "r": region}));
    }
    wishes.push(value!({"a": one, "more": 1}));
    wishes.push(value!({"a": [one]}));
    for wish in wishes {
        let hostile = value!({"v": 1, "p": "base", "s": "keys", "m": {}, "w": wish, "o": "base", "q": wish});
        for words in USES {
            let output = state(&sandbox, &hostile, words);
            assert!([1, 2].contains(&output.status), "{wish}: {}", output.all());
            assert_eq!(output.out(), format!("(exit {})\n", output.status), "{wish}");
            assert!(!output.err().is_empty());
        }
        for words in [
            &["current"][..],
            &["prompt", "--format", "{profile}{remaining}"],
            &["list"],
            &["explain", "one"],
        ] {
            let output = state(&sandbox, &hostile, words);
            assert!(
                !output.all().contains("panicked") && output.status < 2,
                "{wish}: {}",
                output.all()
            );
        }
    }
    assert!(aws.requests().is_empty());
}

/// By name, the profile has more rights than the role on top of it.
#[test]
fn a_role_by_name_is_refused() {
    let Some((aws, sandbox)) = start() else { return };
    let wish = value!({"a": role("One"), "s": "name"});
    let hostile = value!({"v": 1, "p": "base", "s": "name", "m": {}, "w": wish, "o": "base", "q": wish});
    for words in USES {
        let output = state(&sandbox, &hostile, words);
        assert_eq!((output.status, output.out()), (2, "(exit 2)\n"), "{}", output.all());
    }
    assert!(aws.requests().is_empty());
}

#[test]
fn times_that_no_clock_has_are_no_trouble() {
    let Some((aws, sandbox)) = start() else { return };
    for end in [i64::MIN, i64::MAX, 0, -1] {
        let hostile = value!({"v": 1, "p": "one", "s": "keys", "e": end, "m": {}, "w": {"s": "keys"}});
        let output = state(&sandbox, &hostile, &["exec", "--", "true"]);
        assert!(!output.err().contains("panicked"), "{}", output.all());
        let output = state(&sandbox, &hostile, USES[0]);
        output.success();
        for words in [
            &["current"][..],
            &["prompt", "--format", "{profile}{remaining}{expires}"],
        ] {
            let output = state(&sandbox, &hostile, words);
            assert!(
                !output.err().contains("panicked") && output.status < 2,
                "{}",
                output.all()
            );
        }
    }
    assert!(
        aws.requests()
            .iter()
            .all(|seen| seen.field("RoleArn") == Some(&role("One")))
    );
}
