//! What is kept, and when it serves.

use super::*;

#[test]
fn what_is_kept_is_neither_asked_for_again_nor_led_to() {
    let chain = plan(process(), &[role("One"), role("Two")]);
    let [one, two] = Fake::session_keys(&chain).try_into().unwrap();
    let fake = fake();
    fake.put(&two, "ASIATWO", NOW - 60, 3600);
    assert_eq!(fake.id(&chain, &Wants::default()), "ASIATWO");
    assert!(fake.is_untouched(), "neither the process nor AWS is asked");

    let fake = self::fake().answering([answer("ASIANEW", 3600, NOW)]);
    fake.put(&one, "ASIAONE", NOW - 60, 3600);
    assert_eq!(fake.id(&chain, &Wants::default()), "ASIANEW");
    assert_eq!(fake.roles(), pairs(&[("ASIAONE", "Two")]));
    assert!(fake.run.asked.borrow().is_empty());
}

#[test]
fn only_the_last_hop_is_renewed() {
    let chain = plan(keys(None), &[role("One"), role("Two")]);
    let [one, two] = Fake::session_keys(&chain).try_into().unwrap();
    let fake = fake().answering([answer("ASIANEW", 3600, NOW)]);
    fake.put(&one, "ASIAONE", NOW - 60, 3600);
    fake.put(&two, "ASIATWO", NOW - 60, 3600);
    let fresh = Wants {
        fresh: Fresh::Last,
        ..Wants::default()
    };
    assert_eq!(fake.id(&chain, &fresh), "ASIANEW");
    assert_eq!(fake.roles(), pairs(&[("ASIAONE", "Two")]));
    // What another process has got since this one began is as new as it can be.
    fake.put(&two, "ASIAOTHER", NOW, 3600);
    assert_eq!(fake.id(&chain, &fresh), "ASIAOTHER");
}

#[test]
fn keys_serve_while_enough_of_them_is_left() {
    let one = plan(keys(None), &[role("One")]);
    let [key] = Fake::session_keys(&one).try_into().unwrap();
    for (lifetime, left, margin, serves) in [
        (3600, 901, 900, true),
        (3600, 900, 900, false),
        (3600, 961, 960, true),
        (3600, 960, 960, false),
        // A third of a short life.
        (900, 301, 900, true),
        (900, 300, 900, false),
        (3600, -1, 900, false),
        // The clock was set back.
        (3600, 3700, 900, false),
    ] {
        let fake = fake().answering([answer("ASIANEW", 3600, NOW)]);
        fake.put(&key, "ASIAKEPT", NOW + left - lifetime, lifetime);
        let wants = Wants {
            margin,
            ..Wants::default()
        };
        let expected = if serves { "ASIAKEPT" } else { "ASIANEW" };
        assert_eq!(fake.id(&one, &wants), expected, "{left} of {lifetime}, margin {margin}");
    }
}

#[test]
fn a_wrong_clock_does_not_shorten_a_session() {
    let one = plan(keys(None), &[role("One")]);
    // AWS's clock is an hour behind, so by this machine's clock its keys have ended already.
    let fake = fake().answering([answer("ASIAONE", 1800, NOW - 3600)]);
    let got = fake.get(&one, &Wants::default()).unwrap();
    assert_eq!(got.ends, Some(Timestamp(NOW + 1800)));
    assert_eq!(
        got.credentials.expires,
        Some(Timestamp(NOW - 1800)),
        "AWS's own time stays"
    );
    assert_eq!(fake.id(&one, &Wants::default()), "ASIAONE", "and it is kept");
    assert!(fake.tell.0.borrow().contains(&Notice::Skew { seconds: 3600 }));
}

/// A proxy or an emulator may send a time from long ago with keys of now.
#[test]
fn an_odd_time_of_the_server_does_not_lengthen_a_session() {
    let one = plan(keys(None), &[role("One")]);
    for (duration, lasts) in [(None, 3600), (Some(900), 900)] {
        let mut odd = answer("ASIAONE", 3600, NOW);
        odd.date = Some(Timestamp(NOW - 1_000_000));
        let wants = Wants {
            duration,
            ..Wants::default()
        };
        let got = fake().answering([odd]).get(&one, &wants).unwrap();
        assert_eq!(got.ends, Some(Timestamp(NOW + lasts)));
    }
}

#[test]
fn keys_at_hand_bridge_a_failure_that_says_nothing_about_rights() {
    let one = plan(keys(None), &[role("One")]);
    let [key] = Fake::session_keys(&one).try_into().unwrap();
    let offline = || Err(Fault::Broken(Stage::Resolve, "offline".to_owned()));
    for (left, answers, is_bridged) in [
        (301, vec![offline(), offline(), offline()], true),
        (300, vec![offline(), offline(), offline()], false),
        (301, vec![Ok(denial())], false),
    ] {
        let fake = fake();
        fake.http.answers.borrow_mut().extend(answers);
        fake.put(&key, "ASIAKEPT", NOW + left - 3600, 3600);
        let got = fake.get(&one, &Wants::default());
        assert_eq!(got.is_ok(), is_bridged, "{left}");
        let told = fake.tell.0.take();
        assert_eq!(
            told.iter().any(|notice| matches!(notice, Notice::Stale { .. })),
            is_bridged
        );
    }
}

#[test]
fn keys_of_the_aws_cli_serve_where_it_would_have_asked_for_the_same() {
    let one = role("One");
    let arn = one.role_arn.clone();
    let only = plan(keys(None), &[one]);
    let [key] = Fake::session_keys(&only).try_into().unwrap();
    let with_cli = || {
        let fake = fake().answering([answer("ASIANEW", 3600, NOW)]);
        fake.put(&key, "ASIACLI", NOW, 3600);
        let session = fake.sessions.kept.borrow_mut().remove(&key).unwrap();
        fake.cli_cache.roles.borrow_mut().insert(arn.clone(), session);
        fake
    };
    assert_eq!(with_cli().id(&only, &Wants::default()), "ASIACLI");
    for wants in [
        Wants {
            duration: Some(900),
            ..Wants::default()
        },
        Wants {
            fresh: Fresh::Last,
            ..Wants::default()
        },
    ] {
        let fake = with_cli();
        assert_eq!(fake.id(&only, &wants), "ASIANEW", "{wants:?}");
    }
}

#[test]
fn sessions_are_shared_by_what_aws_gives_alone() {
    let key = |base: BaseSource, role: AssumeRole| Fake::session_keys(&plan(base, &[role])).remove(0);
    let same = key(keys(None), role("One"));
    let other_profile = AssumeRole {
        profile: "another".to_owned(),
        place: None,
        ..role("One")
    };
    assert_eq!(key(keys(None), other_profile), same);
    let mut others = vec![key(process(), role("One")), key(keys(None), role("Two"))];
    for change in [
        |role: &mut AssumeRole| role.role_session_name = Some("name".to_owned()),
        |role: &mut AssumeRole| role.external_id = Some("id".to_owned()),
        |role: &mut AssumeRole| role.duration_seconds = Some(3600),
    ] {
        let mut changed = role("One");
        change(&mut changed);
        others.push(key(keys(None), changed));
    }
    others.push(same);
    let count = others.len();
    others.sort();
    others.dedup();
    assert_eq!(others.len(), count);
}

#[test]
fn keys_that_aws_has_ended_are_got_again() {
    let chain = plan(keys(None), &[role("One"), role("Two")]);
    let [one, _] = Fake::session_keys(&chain).try_into().unwrap();
    for code in ["ExpiredToken", "InvalidClientTokenId"] {
        let [first, second] = [answer("ASIANEW", 3600, NOW), answer("ASIATWO", 3600, NOW)];
        let fake = fake().answering([refusal(code, "no"), first, second]);
        fake.put(&one, "ASIAONE", NOW - 60, 3600);
        assert_eq!(fake.id(&chain, &Wants::default()), "ASIATWO", "{code}");
        let calls = [("ASIAONE", "Two"), ("AKIABASE", "One"), ("ASIANEW", "Two")];
        assert_eq!(fake.roles(), pairs(&calls), "{code}");
        assert_eq!(fake.sessions.kept.borrow()[&one].credentials.access_key_id, "ASIANEW");
    }
    let fake = fake().answering([denial()]);
    fake.put(&one, "ASIAONE", NOW - 60, 3600);
    assert!(
        fake.get(&chain, &Wants::default()).is_err(),
        "a role that is denied stays denied"
    );
    let fake = self::fake().answering([refusal("ExpiredToken", "no")]);
    assert!(
        fake.get(&chain, &Wants::default()).is_err(),
        "these are the user's own keys"
    );
    assert_eq!(fake.calls().len(), 1);
}
