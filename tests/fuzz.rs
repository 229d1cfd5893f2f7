//! AWSENV_STATE as an attacker would write it: any text is rejected or parsed, and never does more than it may.

use std::collections::BTreeSet;

use awsenv::env::Env;
use awsenv::env::names::{OWN, VarName};
use awsenv::env::session::{RegionChange, Target, drift, enter, leave, user_env};
use awsenv::env::state::{State, Style};
use awsenv::env::wish::Wish;
use awsenv::shell::Shell;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use proptest::prelude::*;
use serde_json::{Value, json};

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "AWS_PROFILE",
            "AWS_REGION",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ENDPOINT_URL_S3",
            "GRANTED_SSO_X",
            "AWS_VAULT",
            "PATH",
            "LD_PRELOAD",
            "AWSENV_STATE",
            "AWS_ENDPOINT_URL_$(x)",
            "AWS_ENDPOINT_URL_\n",
            "aws_profile",
            "",
        ])
        .prop_map(str::to_owned),
        "AWS_[A-Z_]{0,12}",
        "\\PC{0,8}",
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        "[A-Za-z0-9_-]{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["name", "keys", "a\0b", "';touch x;'"]).prop_map(Value::from),
    ]
}

/// Almost a state: the right keys more often than not.
fn document() -> impl Strategy<Value = Value> {
    let mark = prop::collection::btree_map(prop::sample::select(vec!["h", "t", "b", "x", "y"]), scalar(), 0..3);
    let marks = prop::collection::btree_map(name(), mark, 0..5);
    let text = prop_oneof![4 => any::<String>().prop_map(Value::from), 1 => scalar()];
    let style = prop_oneof![4 => prop::sample::select(vec!["name", "keys"]).prop_map(Value::from), 1 => scalar()];
    let odd = prop::option::weighted(0.2, (prop::sample::select(vec!["o", "e", "c", "z", "v"]), scalar()));
    (text, style, marks, odd).prop_map(|(profile, style, marks, odd)| {
        let mut document = json!({"v": 1, "p": profile, "s": style, "m": marks});
        if let Some((key, value)) = odd {
            document[key] = value;
        }
        document
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => document().prop_map(|document| BASE64.encode(document.to_string())),
        1 => any::<Vec<u8>>().prop_map(|bytes| BASE64.encode(bytes)),
        1 => "[^\0]{0,40}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_state_from_anywhere_touches_only_names_of_the_table(text in text()) {
        let env = Env::from_iter([("AWSENV_STATE", text.as_str()), ("AWS_PROFILE", "mine"), ("PATH", "/bin")]);
        let Ok(Some(state)) = State::read(&env) else { return Ok(()) };
        let target = Target {
            wish: Wish::default(),
            profile: "next".into(),
            shown: "next".into(),
            style: Style::Name,
            vars: VarName::parse("AWS_PROFILE").map(|name| (name, String::from("next").into())).into_iter().collect(),
            region: RegionChange::Own,
            container: false,
            expires: None,
        };
        let _ = (drift(&env, &state), user_env(&env, Some(&state)));
        for diff in [leave(&env, Some(&state)).diff, enter(&env, Some(&state), &target)] {
            let touched: BTreeSet<_> = diff.touched().map(VarName::as_str).collect();
            for name in touched {
                let known = OWN.contains(&name) || VarName::parse(name).is_some_and(|name| name.is_managed());
                prop_assert!(known, "{name}");
            }
            for shell in Shell::ALL {
                let script = shell.syntax().script(&diff, None);
                prop_assert!(!script.contains('\0'));
                prop_assert!(shell == Shell::Posix || script.bytes().all(|b| (0x20..0x7f).contains(&b)), "{script}");
            }
            let after = diff.apply(&env);
            prop_assert_eq!(after.get(std::ffi::OsStr::new("PATH")).and_then(|path| path.to_str()), Some("/bin"));
        }
    }

    #[test]
    fn what_was_read_is_written_again(document in document()) {
        let text = BASE64.encode(document.to_string());
        let read = |text: &str| State::read(&Env::from_iter([("AWSENV_STATE", text)]));
        if let Ok(Some(state)) = read(&text) {
            prop_assert_eq!(read(&state.encode()), Ok(Some(state)));
        }
    }
}
