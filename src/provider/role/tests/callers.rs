//! Whose keys a chain begins with, and whether AWS takes a code of them.

use super::*;
use crate::keychain::Item;
use crate::provider::sso::session_key;
use crate::resolve::{Sso, SsoSession};

/// What a program prints that has a session.
const SESSION: &str = r#"{"Version":1,"AccessKeyId":"ASIAPROCESS","SecretAccessKey":"S","SessionToken":"T"}"#;

pub(super) fn sso() -> Sso {
    Sso {
        profile: "sso".to_owned(),
        session: SsoSession {
            name: Some("corp".to_owned()),
            start_url: "https://corp.awsapps.com/start".to_owned(),
            region: "eu-west-1".to_owned(),
            region_place: place().unwrap(),
            scopes: None,
        },
        account_id: "123456789012".to_owned(),
        role_name: "Admin".to_owned(),
        place: place().unwrap(),
    }
}

#[test]
fn a_caller_that_is_no_user_is_asked_for_no_code() {
    let is_told = |fake: &Fake| {
        let told = fake.tell.0.take();
        told.iter()
            .any(|notice| matches!(notice, Notice::DeviceIdle { serial, .. } if serial == SERIAL))
    };
    // What it prints decides.
    let of_process = |plan: &CredentialPlan, prints, answers: Vec<Answer>| {
        let mut fake = fake().answering(answers).typing(["111111"]);
        fake.run.prints = Ok(prints);
        let id = fake.id(plan, &Wants::default());
        (id, fake.said(), is_told(&fake))
    };
    let user_keys = r#"{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"S"}"#;
    let chain = plan(process(), &[guarded("One")]);
    let (id, said, told) = of_process(&chain, SESSION, vec![answer("ASIAONE", 3600, NOW)]);
    assert_eq!(
        (id.as_str(), said, told),
        ("ASIAONE", vec!["ASIAPROCESS One".to_owned()], true)
    );
    let answers = vec![session_answer("ASIASESSION", 43_200), answer("ASIAONE", 3600, NOW)];
    let (id, said, told) = of_process(&chain, user_keys, answers);
    let calls = vec![
        "AKIAPROCESS GetSessionToken 111111".to_owned(),
        "ASIASESSION One".to_owned(),
    ];
    assert_eq!((id.as_str(), said, told), ("ASIAONE", calls, false));
    let alone = CredentialPlan {
        device: Some(device(SERIAL)),
        ..plan(process(), &[])
    };
    let (id, said, told) = of_process(&alone, SESSION, Vec::new());
    assert_eq!((id.as_str(), said.len(), told), ("ASIAPROCESS", 0, true));
    // A base that is surely no user.
    let chain = plan(BaseSource::Sso(sso()), &[guarded("One")]);
    let fake = fake().answering([answer("ASIAONE", 3600, NOW)]).typing(["111111"]);
    fake.put(&session_key(&sso(), &chain.calls).unwrap(), "ASIASSO", NOW - 60, 3600);
    assert_eq!(fake.id(&chain, &Wants::default()), "ASIAONE");
    assert_eq!((fake.said(), is_told(&fake)), (vec!["ASIASSO One".to_owned()], true));
    let (_, form) = fake.calls().remove(0);
    assert!(!form.contains("SerialNumber") && !form.contains("TokenCode"), "{form}");
}

/// Its keys may be a user's, of which AWS takes a code.
#[test]
fn keys_with_a_token_send_a_code_with_each_role() {
    let fake = fake().answering([answer("ASIAONE", 3600, NOW)]).typing(["111111"]);
    fake.id(&plan(keys(Some("t")), &[guarded("One")]), &Wants::default());
    assert_eq!(fake.said(), ["AKIABASE One 111111"]);
}

#[test]
fn a_serial_that_aws_would_refuse_is_refused_before_anything_happens() {
    let serials = [
        "arn:aws:iam::123456789012:u2f/user/me/key-ABC",
        "12345678",
        "arn:aws:iam::123456789012:mfa/a b",
        "arn:aws:iam::123456789012:mfa/ü",
        &"x".repeat(257),
    ];
    for serial in serials {
        let guarded = AssumeRole {
            mfa: Some(device(serial)),
            ..role("One")
        };
        let user = CredentialPlan {
            device: Some(device(serial)),
            ..plan(process(), &[])
        };
        for plan in [
            user,
            plan(process(), std::slice::from_ref(&guarded)),
            plan(process(), &[role("Two"), guarded]),
        ] {
            let fake = fake();
            let error = fake.get(&plan, &Wants::default());
            assert!(
                matches!(
                    error,
                    Err(Error::RoleValue {
                        key: "mfa_serial",
                        place: Some(_),
                        ..
                    })
                ),
                "{serial}"
            );
            assert!(fake.is_untouched(), "{serial}");
        }
    }
    let fine = CredentialPlan {
        device: Some(device("GAHT12345678")),
        ..plan(keys(None), &[])
    };
    let fake = fake()
        .answering([session_answer("ASIASESSION", 43_200)])
        .typing(["111111"]);
    assert_eq!(fake.get(&fine, &Wants::default()).unwrap().credentials.account_id, None);
}

/// The token is not there, so only kept keys could serve.
#[test]
fn refreshing_all_takes_new_keys_of_a_sign_in_too() {
    let chain = plan(BaseSource::Sso(sso()), &[role("One")]);
    for (fresh, serves) in [(Fresh::Last, true), (Fresh::All, false)] {
        let fake = fake().answering([answer("ASIAONE", 3600, NOW)]);
        fake.put(&session_key(&sso(), &chain.calls).unwrap(), "ASIASSO", NOW - 60, 3600);
        let wants = Wants {
            fresh,
            ..Wants::default()
        };
        assert_eq!(fake.get(&chain, &wants).is_ok(), serves, "{fresh:?}");
    }
}

#[test]
fn a_key_in_the_keychain_is_a_users() {
    let mut fake = fake()
        .answering([session_answer("ASIASESSION", 43_200), answer("ASIAONE", 3600, NOW)])
        .typing(["111111"]);
    fake.keys.item = Some(Item {
        access_key_id: "AKIAITEM".to_owned(),
        secret_access_key: Secret::new("s".to_owned()),
        account_id: None,
        since: Timestamp(1),
        layout: Vec::new(),
    });
    let BaseSource::CredentialProcess(process) = process() else {
        unreachable!()
    };
    let of_item = BaseSource::CredentialProcess(CredentialProcess {
        keychain: Some("base".to_owned()),
        ..process
    });
    fake.id(&plan(of_item, &[guarded("One")]), &Wants::default());
    assert_eq!(fake.said(), ["AKIAITEM GetSessionToken 111111", "ASIASESSION One"]);
}
