//! AWSENV_STATE travels through the environment: it holds no secret, and is not trusted when it comes back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::stories::teller::{everywhere, snap};

#[test]
fn no_secret_is_in_any_variable_of_ours() {
    everywhere(|sandbox, mut story| {
        for name in [
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_SECURITY_TOKEN",
            "AWS_SECRET_KEY",
        ] {
            story.export(name, "canary-of-the-user");
        }
        story
            .export("AWS_CONTAINER_AUTHORIZATION_TOKEN", "canary-of-the-user")
            .export("AWS_ROLE_ARN", "no secret");
        story
            .awsenv("use b --keys")
            .snap("b")
            .awsenv("use a --keys")
            .snap("a")
            .awsenv("use far")
            .snap("far");
        story.told(sandbox);
        for label in ["b", "a", "far"] {
            let snap = snap(sandbox, label);
            let state = BASE64.decode(&snap.env["AWSENV_STATE"]).expect("base64url");
            let state = String::from_utf8(state).expect("JSON");
            assert!(state.contains("no secret"), "{state}");
            let own = snap
                .env
                .iter()
                .filter(|(name, _)| name.starts_with("AWSENV") || name.starts_with("__"))
                // An id is no secret, and the prompt has to compare it.
                .filter(|(name, _)| *name != "AWSENV_EXPECT");
            let own: String = own.map(|(_, value)| value.as_str()).chain([state.as_str()]).collect();
            for secret in ["canary", "secretofb", "tokenofb", ">pwned", "secretoffar", "ASIAB"] {
                assert!(!own.contains(secret), "{}: {label}: {own}", story.label());
            }
        }
    });
}

#[test]
fn hostile_text_restores_nothing() {
    let json = |text: &str| BASE64.encode(text);
    let hostile = [
        "garbage".to_owned(),
        "$(touch pwned)`touch pwned`';touch pwned;'".to_owned(),
        String::new(),
        "A".repeat(121 * 1024),
        json("{}"),
        json(r#"{"v":1,"p":"a","s":"name","m":{"PATH":{"t":"/evil"},"AWS_REGION":{"t":"evil"}}}"#),
        json(r#"{"v":1,"p":"a","s":"name","m":{"LD_PRELOAD":{"h":"x","t":"/evil"}}}"#),
        json(r#"{"v":1,"p":"a","s":"name","m":{"AWS_X$(touch pwned)":{"t":"evil"}}}"#),
        json(r#"{"v":9,"p":"a","s":"name","m":{"AWS_REGION":{"t":"evil"}}}"#),
    ];
    everywhere(|sandbox, mut story| {
        story.export("AWS_PROFILE", "mine").snap("before");
        for (at, text) in hostile.iter().enumerate() {
            story
                .export("AWSENV_STATE", text)
                .awsenv("unset")
                .snap(&format!("unset{at}"));
            story
                .export("AWSENV_STATE", text)
                .awsenv("use a")
                .awsenv("unset")
                .snap(&format!("used{at}"));
        }
        let output = story.told(sandbox);
        let warned = output.err().matches("AWSENV_STATE is damaged").count();
        assert_eq!(warned, 2 * hostile.len(), "{}: {}", story.label(), output.err());
        let path = &snap(sandbox, "before").env["PATH"];
        for at in 0..hostile.len() {
            for label in [format!("unset{at}"), format!("used{at}")] {
                let snap = snap(sandbox, &label);
                assert_eq!(snap.shown, "AWS_PROFILE=mine", "{}: {label}", story.label());
                assert!(snap.ours.is_empty(), "{}: {label}: {:?}", story.label(), snap.ours);
                assert_eq!(&snap.env["PATH"], path, "{label}");
                assert!(!snap.env.contains_key("LD_PRELOAD"), "{label}");
            }
        }
        assert!(!sandbox.path("pwned").exists(), "{}", story.label());
    });
}

/// A well-formed state from somewhere else: only names from the table come back, quoted.
#[test]
fn a_forged_state_can_set_no_more_than_names_of_the_table() {
    let forged = BASE64.encode(
        r#"{"v":1,"p":"x\u001b[31m$(touch pwned)","s":"name","m":{"AWS_REGION":{"t":"';touch pwned;$(touch pwned) `"}}}"#,
    );
    everywhere(|sandbox, mut story| {
        story.export("AWSENV_STATE", &forged).awsenv("unset -v").snap("after");
        let output = story.told(sandbox);
        let after = snap(sandbox, "after");
        assert_eq!(
            after.env["AWS_REGION"],
            "';touch pwned;$(touch pwned) `",
            "{}",
            story.label()
        );
        assert!(
            after.ours.is_empty() && !sandbox.path("pwned").exists(),
            "{}",
            story.label()
        );
        assert!(!output.err().contains('\x1b'), "{}: {}", story.label(), output.err());
    });
}
