//! Of whom AWS takes no code, and what surrounds a call with one.

use super::*;
use crate::keychain::Item;
use crate::provider::sso::session_key;
use crate::provider::{NoCode, steps};

/// What a program prints that has a session.
const SESSION: &str = r#"{"Version":1,"AccessKeyId":"ASIAPROCESS","SecretAccessKey":"S","SessionToken":"T"}"#;

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
        ..user()
    };
    let fake = fake()
        .answering([session_answer("ASIASESSION", 43_200)])
        .typing(["111111"]);
    assert_eq!(fake.get(&fine, &Wants::default()).unwrap().credentials.account_id, None);
}

#[test]
fn no_lock_is_held_while_another_program_works() {
    let mut fake = fake()
        .answering([session_answer("ASIASESSION", 43_200), answer("ASIAONE", 3600, NOW)])
        .typing(["111111"]);
    let events = fake.share_events();
    fake.id(&plan(process(), &[guarded("One")]), &Wants::default());
    let expected = [
        "run",
        "device",
        "session",
        "code",
        "session done",
        "device done",
        "session",
        "session done",
    ];
    assert_eq!(*events.borrow(), expected);
    // A role that takes the code itself.
    let mut fake = self::fake()
        .answering([answer("ASIAONE", 3600, NOW)])
        .typing(["111111"]);
    let events = fake.share_events();
    fake.id(&plan(process(), &[guarded("One")]), &apart());
    assert_eq!(
        *events.borrow(),
        ["run", "device", "session", "code", "session done", "device done"]
    );
}

#[test]
fn a_person_who_leaves_leaves_for_all_that_wait() {
    let mut fake = fake();
    fake.devices.codes.borrow_mut().push_back(Err(NoCode::Cancelled));
    let events = fake.share_events();
    let error = fake.get(&plan(keys(None), &[guarded("One")]), &Wants::default());
    assert!(matches!(
        error,
        Err(Error::Code {
            why: NoCode::Cancelled,
            ..
        })
    ));
    let expected = [
        "device",
        "session",
        "code",
        "session cancelled",
        "session done",
        "device cancelled",
        "device done",
    ];
    assert_eq!(*events.borrow(), expected);
    // A signal that is not the person's is for this process alone.
    for why in [NoCode::Ended, NoCode::Late(50), NoCode::Spent] {
        let mut fake = self::fake();
        fake.devices.codes.borrow_mut().push_back(Err(why));
        let events = fake.share_events();
        fake.get(&plan(keys(None), &[guarded("One")]), &Wants::default())
            .unwrap_err();
        assert_eq!(
            *events.borrow(),
            ["device", "session", "code", "session done", "device done"]
        );
    }
    let mut fake = self::fake();
    fake.devices.no_turn = Some(NoTurn::Cancelled);
    let error = fake.get(&plan(keys(None), &[guarded("One")]), &Wants::default());
    assert!(matches!(
        error,
        Err(Error::NoTurn {
            why: NoTurn::Cancelled,
            ..
        })
    ));
    assert!(fake.is_untouched());
}

#[test]
fn what_it_takes_is_known_without_a_call() {
    let told = |plan: &CredentialPlan, wants: &Wants, fake: &Fake| {
        let found = steps(plan, wants, fake.ports()).unwrap();
        let steps = found.iter().map(|step| {
            let kept = step.kept.map(|ends| ends.0 - NOW);
            (step.device.map(|device| device.serial.clone()), kept)
        });
        steps.collect::<Vec<_>>()
    };
    let serial = || Some(SERIAL.to_owned());
    let chain = plan(process(), &[guarded("One"), role("Two")]);
    let [session, one, _] = Fake::session_keys(&chain).try_into().unwrap();
    let fake = fake();
    assert_eq!(
        told(&chain, &Wants::default(), &fake),
        [(serial(), None), (None, None), (None, None)]
    );
    fake.put(&session, "ASIASESSION", NOW - 200, 43_200);
    fake.put(&one, "ASIAONE", NOW - 100, 3600);
    assert_eq!(
        told(&chain, &Wants::default(), &fake),
        [(serial(), Some(43_000)), (None, Some(3500)), (None, None)]
    );
    assert_eq!(told(&chain, &apart(), &fake), [(serial(), None), (None, None)]);
    assert_eq!(told(&user(), &Wants::default(), &fake), [(serial(), None)]);
    assert!(fake.is_untouched() && fake.tell.0.borrow().is_empty() && fake.sessions.turns.borrow().is_empty());
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
