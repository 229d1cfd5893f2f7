//! Which calls take a code, and with whose keys.

use super::*;
use crate::resolve::{Region, RegionSource};
use crate::session::Kind;

#[test]
fn one_code_serves_all_roles_of_a_user() {
    let (one, two) = (guarded("One"), guarded("Two"));
    let answers = [session_answer("ASIASESSION", 43_200), answer("ASIAONE", 3600, NOW)];
    let fake = fake().answering(answers).typing(["111111"]);
    assert_eq!(fake.id(&plan(keys(None), &[one]), &Wants::default()), "ASIAONE");
    let fake = fake.answering([answer("ASIATWO", 3600, NOW)]);
    assert_eq!(fake.id(&plan(keys(None), &[two]), &Wants::default()), "ASIATWO");
    let calls = ["AKIABASE GetSessionToken 111111", "ASIASESSION One", "ASIASESSION Two"];
    assert_eq!(fake.said(), calls);
    assert_eq!(*fake.devices.asked.borrow(), [(SERIAL.to_owned(), None)]);
    let (_, first) = fake.calls().remove(0);
    assert!(!first.contains("DurationSeconds"), "AWS knows best how long: {first}");
}

#[test]
fn a_code_goes_with_the_role_itself_where_a_session_would_not_do() {
    let long = AssumeRole {
        duration_seconds: Some(7200),
        ..guarded("One")
    };
    let of = |role: &AssumeRole, wants: &Wants| {
        let fake = fake().answering([answer("ASIAONE", 7200, NOW)]).typing(["111111"]);
        fake.id(&plan(keys(None), std::slice::from_ref(role)), wants);
        let (_, form) = fake.calls().remove(0);
        let seconds = form.split("DurationSeconds=").nth(1);
        let seconds = seconds.map(|rest| rest.split('&').next().unwrap().to_owned());
        assert_eq!(fake.said(), ["AKIABASE One 111111"]);
        assert!(
            form.contains("&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme&"),
            "{form}"
        );
        seconds
    };
    assert_eq!(of(&long, &Wants::default()).as_deref(), Some("7200"));
    assert_eq!(of(&guarded("One"), &lasting(3601)).as_deref(), Some("3601"));
    assert_eq!(of(&guarded("One"), &apart()), None);
    // Here it does.
    for (role, wants) in [(&guarded("One"), lasting(3600)), (&long, lasting(900))] {
        let answers = [session_answer("ASIASESSION", 43_200), answer("ASIAONE", 900, NOW)];
        let fake = fake().answering(answers).typing(["111111"]);
        fake.id(&plan(keys(None), std::slice::from_ref(role)), &wants);
        assert_eq!(fake.said(), ["AKIABASE GetSessionToken 111111", "ASIASESSION One"]);
    }
    // The role at the end lasts longer, which AWS lowers; the first one of the chain decides about the code.
    let answers = ["ASIASESSION", "ASIAONE", "ASIATWO"];
    let fake = fake()
        .answering([
            session_answer(answers[0], 43_200),
            answer(answers[1], 3600, NOW),
            answer(answers[2], 3600, NOW),
        ])
        .typing(["111111"]);
    fake.id(&plan(keys(None), &[guarded("One"), role("Two")]), &lasting(7200));
    let calls = ["AKIABASE GetSessionToken 111111", "ASIASESSION One", "ASIAONE Two"];
    assert_eq!(fake.said(), calls);
}

/// As in botocore, although AWS takes a code only from a user.
#[test]
fn a_role_of_a_role_takes_a_code_of_its_own() {
    let other = AssumeRole {
        mfa: Some(device("arn:aws:iam::123456789012:mfa/other")),
        ..role("Two")
    };
    let fake = fake()
        .answering([answer("ASIAONE", 3600, NOW), answer("ASIATWO", 3600, NOW)])
        .typing(["111111"]);
    fake.id(&plan(keys(None), &[role("One"), other.clone()]), &Wants::default());
    assert_eq!(fake.said(), ["AKIABASE One", "ASIAONE Two 111111"]);
    let fake = self::fake()
        .answering([
            session_answer("ASIASESSION", 43_200),
            answer("ASIAONE", 3600, NOW),
            answer("ASIATWO", 3600, NOW),
        ])
        .typing(["111111", "222222"]);
    fake.id(&plan(keys(None), &[guarded("One"), other]), &Wants::default());
    let calls = [
        "AKIABASE GetSessionToken 111111",
        "ASIASESSION One",
        "ASIAONE Two 222222",
    ];
    assert_eq!(fake.said(), calls);
    let asked: Vec<String> = fake
        .devices
        .asked
        .take()
        .into_iter()
        .map(|(serial, _)| serial)
        .collect();
    assert_eq!(asked, [SERIAL, "arn:aws:iam::123456789012:mfa/other"]);
}

#[test]
fn the_key_of_a_session_is_of_user_and_device_alone() {
    let key = |plan: &CredentialPlan, wants: &Wants| {
        let answers = [session_answer("ASIASESSION", 129_600), answer("ASIAONE", 3600, NOW)];
        let fake = fake().answering(answers).typing(["111111"]);
        fake.id(plan, wants);
        fake.sessions.turns.borrow()[0].clone()
    };
    let same = key(&user(), &Wants::default());
    let named = |name: &str, plan: CredentialPlan| CredentialPlan {
        base_of: Some(name.to_owned()),
        device: plan.device.map(|device| Device {
            profile: name.to_owned(),
            place: Place {
                line: 99,
                ..device.place
            },
            ..device
        }),
        region: Some(Region {
            value: "us-west-2".to_owned(),
            source: RegionSource::Option,
        }),
        ..plan
    };
    assert_eq!(key(&named("another", user()), &Wants::default()), same);
    assert_eq!(key(&user(), &lasting(129_600)), same);
    assert_eq!(key(&plan(keys(None), &[guarded("One")]), &lasting(900)), same);
    assert_eq!(
        key(&named("two", plan(keys(None), &[guarded("Two")])), &Wants::default()),
        same
    );
    let other = CredentialPlan {
        device: Some(device("arn:aws:iam::123456789012:mfa/other")),
        ..user()
    };
    let of_process = CredentialPlan {
        base: Some(process()),
        ..user()
    };
    let others = [key(&other, &Wants::default()), key(&of_process, &Wants::default())];
    assert!(!others.contains(&same) && others[0] != others[1]);
}

#[test]
fn a_kept_session_serves_a_wish_that_it_is_long_enough_for() {
    let [key] = Fake::session_keys(&user()).try_into().unwrap();
    for (lifetime, wish, serves) in [
        (43_200, None, true),
        (43_200, Some(900), true),
        (43_200, Some(43_200), true),
        // AWS rounds.
        (43_199, Some(43_200), true),
        (43_200, Some(43_260), true),
        (43_200, Some(43_261), false),
        (129_600, Some(129_600), true),
        (900, None, true),
    ] {
        let fake = fake()
            .answering([session_answer("ASIANEW", 129_600)])
            .typing(["111111"]);
        fake.put(&key, "ASIAKEPT", NOW - 60, lifetime);
        let wants = Wants {
            duration: wish,
            ..Wants::default()
        };
        let expected = if serves { "ASIAKEPT" } else { "ASIANEW" };
        assert_eq!(fake.id(&user(), &wants), expected, "{lifetime} for {wish:?}");
        if !serves {
            let (_, form) = fake.calls().remove(0);
            assert!(form.contains(&format!("&DurationSeconds={}&", wish.unwrap())), "{form}");
        }
    }
}

#[test]
fn a_user_with_a_device_gets_a_session_where_it_is_wanted() {
    let fake = fake()
        .answering([session_answer("ASIASESSION", 43_200)])
        .typing(["111111"]);
    let got = fake.get(&user(), &Wants::default()).unwrap();
    assert_eq!(got.credentials.access_key_id, "ASIASESSION");
    assert_eq!(got.credentials.account_id.as_deref(), Some("123456789012"));
    assert_eq!(got.ends, Some(Timestamp(NOW + 43_200)));
    let kept = fake.sessions.kept.take();
    let session = kept.values().next().unwrap();
    assert_eq!((session.kind, &*session.profile), (Kind::Mfa, "base"));
    // Roles do not share it then, but it is the user's own all the same.
    let fake = self::fake()
        .answering([session_answer("ASIASESSION", 43_200)])
        .typing(["111111"]);
    assert_eq!(fake.id(&user(), &apart()), "ASIASESSION");
    let raw = Wants {
        mfa: Mfa {
            of_user: false,
            ..Mfa::default()
        },
        ..Wants::default()
    };
    let fake = self::fake();
    assert_eq!(fake.id(&user(), &raw), "AKIABASE");
    assert!(fake.is_untouched());
}

#[test]
fn refreshing_takes_a_code_only_where_the_session_itself_is_meant() {
    let chain = plan(keys(None), &[guarded("One")]);
    let [session, one] = Fake::session_keys(&chain).try_into().unwrap();
    let refreshed = |plan: &CredentialPlan, fresh, answers: [Answer; 2]| {
        let fake = fake().answering(answers).typing(["111111"]);
        fake.put(&session, "ASIASESSION", NOW - 60, 43_200);
        fake.put(&one, "ASIAONE", NOW - 60, 3600);
        let wants = Wants {
            fresh,
            ..Wants::default()
        };
        (fake.id(plan, &wants), fake.said())
    };
    let of_role = || [answer("ASIANEW", 3600, NOW), denial()];
    let of_all = || [session_answer("ASIASECOND", 43_200), answer("ASIANEW", 3600, NOW)];
    let (id, said) = refreshed(&chain, Fresh::No, of_role());
    assert_eq!((id.as_str(), said.len()), ("ASIAONE", 0));
    let (id, said) = refreshed(&chain, Fresh::Last, of_role());
    assert_eq!((id.as_str(), said), ("ASIANEW", vec!["ASIASESSION One".to_owned()]));
    let (id, said) = refreshed(&chain, Fresh::All, of_all());
    assert_eq!(id, "ASIANEW");
    assert_eq!(said, ["AKIABASE GetSessionToken 111111", "ASIASECOND One"]);
    for fresh in [Fresh::Last, Fresh::All] {
        let (id, said) = refreshed(&user(), fresh, of_all());
        assert_eq!(
            (id.as_str(), said),
            ("ASIASECOND", vec!["AKIABASE GetSessionToken 111111".to_owned()])
        );
    }
}

#[test]
fn a_session_that_aws_has_ended_is_got_again() {
    let chain = plan(keys(None), &[guarded("One")]);
    let [session, _] = Fake::session_keys(&chain).try_into().unwrap();
    for code in ["ExpiredToken", "InvalidClientTokenId"] {
        let answers = [
            refusal(code, "no"),
            session_answer("ASIANEW", 43_200),
            answer("ASIAONE", 3600, NOW),
        ];
        let fake = fake().answering(answers).typing(["111111"]);
        fake.put(&session, "ASIASESSION", NOW - 60, 43_200);
        assert_eq!(fake.id(&chain, &Wants::default()), "ASIAONE", "{code}");
        let calls = ["ASIASESSION One", "AKIABASE GetSessionToken 111111", "ASIANEW One"];
        assert_eq!(fake.said(), calls, "{code}");
    }
    let fake = fake().answering([denial()]).typing(["111111"]);
    fake.put(&session, "ASIASESSION", NOW - 60, 43_200);
    assert!(
        fake.get(&chain, &Wants::default()).is_err(),
        "no new code makes up for a right"
    );
    assert!(fake.devices.asked.borrow().is_empty());
}
