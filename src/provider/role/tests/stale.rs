//! Keys that end soon, where new ones would need a person who is not there.

use super::*;
use crate::provider::{NoCode, Subject};

fn unattended() -> NoCode {
    NoCode::Unattended {
        profile: "one".to_owned(),
        options: Vec::new(),
        is_kept: true,
        why: "no terminal".to_owned(),
    }
}

fn with(why: NoCode) -> Fake {
    let fake = fake();
    fake.devices.codes.borrow_mut().push_back(Err(why));
    fake
}

fn stale(fake: &Fake) -> Vec<Subject> {
    let told = fake.tell.0.take().into_iter().filter_map(|notice| match notice {
        Notice::Stale { of, .. } => Some(of),
        _ => None,
    });
    told.collect()
}

#[test]
fn a_session_in_its_last_minutes_serves_where_nobody_can_be_asked() {
    let chain = plan(keys(None), &[guarded("One")]);
    let [session, _] = Fake::session_keys(&chain).try_into().unwrap();
    for (left, serves) in [(901, true), (900, true), (301, true), (300, false), (0, false)] {
        let fake = with(unattended()).answering([answer("ASIAONE", 3600, NOW)]);
        fake.put(&session, "ASIASESSION", NOW + left - 43_200, 43_200);
        let got = fake.get(&chain, &Wants::default());
        match serves {
            true => assert_eq!(got.unwrap().credentials.access_key_id, "ASIAONE", "{left}"),
            false => assert!(
                matches!(
                    got,
                    Err(Error::Code {
                        why: NoCode::Unattended { .. },
                        ..
                    })
                ),
                "{left}"
            ),
        }
        let is_told = stale(&fake) == [Subject::Mfa(SERIAL.to_owned())];
        assert_eq!(is_told, serves && left <= 900, "{left}");
        assert_eq!(fake.devices.asked.borrow().is_empty(), left > 900, "{left}");
    }
}

/// The session below may end first, or be lost.
#[test]
fn a_role_in_its_last_minutes_serves_without_a_session() {
    let chain = plan(keys(None), &[guarded("One"), role("Two")]);
    let [_, one, two] = Fake::session_keys(&chain).try_into().unwrap();
    for why in [
        unattended(),
        NoCode::Late(50),
        NoCode::Failed {
            place: None,
            why: "it fails".to_owned(),
        },
    ] {
        let fake = with(why.clone());
        fake.put(&two, "ASIATWO", NOW + 600 - 3600, 3600);
        assert_eq!(fake.id(&chain, &Wants::default()), "ASIATWO", "{why:?}");
        assert_eq!(stale(&fake), [Subject::Role(role("Two").role_arn)], "{why:?}");
    }
    // One in the middle gets what is on top of it.
    let fake = with(unattended()).answering([answer("ASIANEW", 3600, NOW)]);
    fake.put(&one, "ASIAONE", NOW + 600 - 3600, 3600);
    assert_eq!(fake.id(&chain, &Wants::default()), "ASIANEW");
    assert_eq!(fake.said(), ["ASIAONE Two"]);
    // Another process asks for so long that this one has to go.
    let mut fake = self::fake();
    fake.devices.no_turn = Some(NoTurn::Late(55));
    fake.put(&two, "ASIATWO", NOW + 600 - 3600, 3600);
    assert_eq!(fake.id(&chain, &Wants::default()), "ASIATWO");
    // The base cannot be had either.
    let of_sso = plan(BaseSource::Sso(sso()), &[role("One"), role("Two")]);
    let fake = self::fake();
    let [_, two] = Fake::session_keys(&of_sso).try_into().unwrap();
    fake.put(&two, "ASIATWO", NOW + 600 - 3600, 3600);
    assert_eq!(fake.id(&of_sso, &Wants::default()), "ASIATWO");
}

#[test]
fn a_person_who_leaves_or_wants_new_keys_gets_no_old_ones() {
    let chain = plan(keys(None), &[guarded("One")]);
    let [session, one] = Fake::session_keys(&chain).try_into().unwrap();
    let put = |fake: &Fake| {
        fake.put(&session, "ASIASESSION", NOW + 600 - 43_200, 43_200);
        fake.put(&one, "ASIAONE", NOW + 600 - 3600, 3600);
    };
    for why in [NoCode::Cancelled, NoCode::Ended, NoCode::Spent] {
        let fake = with(why.clone());
        put(&fake);
        assert!(fake.get(&chain, &Wants::default()).is_err(), "{why:?}");
    }
    let fake = with(unattended());
    put(&fake);
    let all = Wants {
        fresh: Fresh::All,
        ..Wants::default()
    };
    assert!(fake.get(&chain, &all).is_err());
    // Nor one that is shorter than what is asked for.
    let user = CredentialPlan {
        device: Some(device(SERIAL)),
        ..plan(keys(None), &[])
    };
    for (wish, serves) in [(Some(129_600), false), (Some(43_200), true), (None, true)] {
        let fake = with(unattended());
        put(&fake);
        let wants = Wants {
            duration: wish,
            ..Wants::default()
        };
        assert_eq!(fake.get(&user, &wants).is_ok(), serves, "{wish:?}");
    }
}
