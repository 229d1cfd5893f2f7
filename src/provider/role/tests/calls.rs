//! Which calls a chain takes, with whose keys.

use super::*;

#[test]
fn each_hop_is_called_with_the_keys_of_the_one_below() {
    let chain = plan(keys(None), &[role("One"), role("Two")]);
    let fake = fake().answering([answer("ASIAONE", 3600, NOW), answer("ASIATWO", 3600, NOW)]);
    let got = fake.get(&chain, &Wants::default()).unwrap();
    assert_eq!(got.credentials.access_key_id, "ASIATWO");
    assert_eq!(got.ends, Some(Timestamp(NOW + 3600)));
    assert_eq!(fake.roles(), pairs(&[("AKIABASE", "One"), ("ASIAONE", "Two")]));
    let kept = fake.sessions.kept.borrow();
    let profiles: Vec<&str> = kept.values().map(|session| session.profile.as_str()).collect();
    assert!(profiles.contains(&"one") && profiles.contains(&"two"), "{profiles:?}");
}

#[test]
fn each_hop_has_its_own_parameters() {
    let inner = AssumeRole {
        external_id: Some("inner id".to_owned()),
        duration_seconds: Some(1800),
        ..role("One")
    };
    let outer = AssumeRole {
        role_session_name: Some("outer".to_owned()),
        ..role("Two")
    };
    let fake = fake().answering([answer("A", 3600, NOW), answer("B", 3600, NOW)]);
    let wants = Wants {
        session_name: "awsenv-me".to_owned(),
        duration: Some(900),
        ..Wants::default()
    };
    fake.id(&plan(keys(None), &[inner, outer]), &wants);
    let forms: Vec<String> = fake.calls().into_iter().map(|(_, form)| form).collect();
    assert_eq!(
        forms,
        [
            "Action=AssumeRole&Version=2011-06-15&ExternalId=inner+id&DurationSeconds=1800\
             &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FOne&RoleSessionName=awsenv-me",
            "Action=AssumeRole&Version=2011-06-15&DurationSeconds=900\
             &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FTwo&RoleSessionName=outer",
        ]
    );
}

#[test]
fn a_caller_with_temporary_keys_gets_an_hour_at_most() {
    let long = AssumeRole {
        duration_seconds: Some(7200),
        ..role("One")
    };
    let asked = |base, role: &AssumeRole| {
        let fake = fake().answering([answer("A", 3600, NOW)]);
        fake.id(&plan(base, std::slice::from_ref(role)), &Wants::default());
        let (_, form) = fake.calls().remove(0);
        let seconds = form
            .split("DurationSeconds=")
            .nth(1)
            .map(|rest| rest.split('&').next().unwrap().to_owned());
        (seconds, fake.tell.0.take())
    };
    let is_lowered = |told: &[Notice]| {
        told.iter()
            .any(|notice| matches!(notice, Notice::Lowered { asked: 7200, .. }))
    };
    let (seconds, told) = asked(keys(None), &long);
    assert_eq!((seconds.as_deref(), is_lowered(&told)), (Some("7200"), false));
    let (seconds, told) = asked(keys(Some("t")), &long);
    assert_eq!((seconds.as_deref(), is_lowered(&told)), (Some("3600"), true));
    let (seconds, told) = asked(keys(Some("t")), &role("One"));
    assert_eq!((seconds, is_lowered(&told)), (None, false));
}

#[test]
fn a_refusal_says_what_was_asked_with_which_key() {
    let one = AssumeRole {
        external_id: Some("id".to_owned()),
        ..role("One")
    };
    let fake = fake().answering([denial()]);
    let error = fake.get(&plan(keys(None), &[one]), &Wants::default()).unwrap_err();
    let Error::Call { question, failure } = error else {
        panic!("{error:?}")
    };
    assert_eq!(question.access_key_id.as_deref(), Some("AKIABASE"));
    assert!(matches!(failure, Failure::Service(error) if error.status == 403));
    assert!(fake.sessions.kept.borrow().is_empty(), "a refusal is not kept");
    assert_eq!(fake.calls().len(), 1, "and not asked for again");
}

#[test]
fn what_aws_refuses_surely_is_not_asked_for() {
    let names = ["x", "a b", "a/b", &"x".repeat(65)];
    let names = names.map(|name| AssumeRole {
        role_session_name: Some(name.to_owned()),
        ..role("One")
    });
    let ids = ["x", &"x".repeat(1225)].map(|id| AssumeRole {
        external_id: Some(id.to_owned()),
        ..role("One")
    });
    let durations = [899, 43_201, -1].map(|seconds| AssumeRole {
        duration_seconds: Some(seconds),
        ..role("One")
    });
    for wrong in names.into_iter().chain(ids).chain(durations) {
        let fake = fake();
        let error = fake.get(&plan(process(), &[wrong.clone(), role("Two")]), &Wants::default());
        assert!(
            matches!(error, Err(Error::RoleValue { profile, .. }) if profile == "one"),
            "{wrong:?}"
        );
        assert!(fake.is_untouched());
    }
}

#[test]
fn without_a_turn_there_is_no_call() {
    let mut fake = fake();
    fake.sessions.no_turn = Some(NoTurn::Cancelled);
    let error = fake.get(&plan(keys(None), &[role("One")]), &Wants::default());
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
fn a_turn_is_awaited_no_longer_than_the_time_that_is_left() {
    for (until, limit) in [
        (None, None),
        (Some(55), Some(50)),
        (Some(5), Some(0)),
        (Some(4), Some(0)),
    ] {
        let fake = fake().answering([answer("ASIAONE", 3600, NOW)]);
        let wants = Wants {
            until: until.map(Duration::from_secs),
            ..Wants::default()
        };
        // So much time has passed since the start.
        fake.clock.pauses.borrow_mut().push(Duration::from_secs(5));
        fake.id(&plan(keys(None), &[role("One")]), &wants);
        assert_eq!(*fake.sessions.limits.borrow(), [limit.map(Duration::from_secs)]);
    }
}
