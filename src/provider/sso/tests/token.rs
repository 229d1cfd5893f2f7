//! When a token is renewed, and what becomes of it.

use std::time::Duration;

use super::*;
use crate::aws::{Answer, Fault};
use crate::provider::sso::token as usable;
use crate::provider::{Error, NoTurn, Notice, SignedOut, Subject, Wants};

fn get(fake: &Fake) -> Result<Token, Error> {
    usable(&session(), &Calls::default(), &Wants::default(), fake.ports())
}

fn access(fake: &Fake) -> String {
    get(fake).unwrap().access_token.expose().clone()
}

fn signed_out(fake: &Fake) -> SignedOut {
    match get(fake) {
        Err(Error::LoginRequired { session, login, why }) => {
            assert_eq!((session.as_str(), login.as_deref()), ("corp", Some("corp")));
            why
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_with_time_left_is_used_as_it_is() {
    let fake = fake([Some(bare("a", 900))]);
    assert_eq!(access(&fake), "a");
    assert!(fake.is_untouched() && fake.tokens.turns.borrow().is_empty());
}

#[test]
fn nothing_renews_what_is_not_there_or_has_no_refresh_token() {
    assert_eq!(signed_out(&fake([None])), SignedOut::Never);
    assert_eq!(access(&fake([Some(bare("a", 1))])), "a");
    let over = fake([Some(bare("a", 0))]);
    assert_eq!(signed_out(&over), SignedOut::Expired(Timestamp(NOW)));
    let mut unregistered = token("a", -1);
    unregistered.client.as_mut().unwrap().expires = Timestamp(NOW);
    let over = fake([Some(unregistered)]);
    assert_eq!(signed_out(&over), SignedOut::Expired(Timestamp(NOW - 1)));
    assert!(over.is_untouched());
}

#[test]
fn a_token_that_is_due_is_renewed_and_kept_before_it_is_used() {
    for left in [899, -5_000] {
        let fake = fake([Some(token("a", left))]).answers([Ok(issued("b", Some("rb")))]);
        let new = get(&fake).unwrap();
        assert_eq!(fake.asked(), [renewal("refresh-a")]);
        let expected = Token {
            access_token: secret("b"),
            expires: Timestamp(NOW + 3600),
            refresh_token: Some(secret("rb")),
            ..token("a", left)
        };
        assert_eq!(new, expected, "also what others have added");
        assert_eq!(*fake.tokens.kept.borrow(), [expected]);
        let renewed = Notice::TokenRenewed {
            session: "corp".to_owned(),
        };
        assert_eq!(*fake.tell.0.borrow(), [renewed]);
    }
}

#[test]
fn the_old_refresh_token_goes_on_where_none_comes_back() {
    let fake = fake([Some(token("a", 10))]).answers([Ok(issued("b", None))]);
    assert_eq!(get(&fake).unwrap().refresh_token, Some(secret("refresh-a")));
    let kept = fake.tokens.kept.borrow();
    assert_eq!(kept[0].refresh_token, Some(secret("refresh-a")));
}

#[test]
fn what_another_process_has_renewed_meanwhile_is_used() {
    // The file has changed by the time that it is this process's turn.
    for new in [3600, 600] {
        let fake = fake([Some(token("a", -5)), Some(token("b", new))]);
        assert_eq!(access(&fake), "b");
        assert!(fake.is_untouched());
    }
    let fake = fake([Some(token("a", -5)), None]);
    assert_eq!(signed_out(&fake), SignedOut::Never, "the user has signed out");
    assert!(fake.is_untouched());
}

#[test]
fn an_aws_that_was_answered_first_has_written_the_file_in_a_moment() {
    let refused = || [Ok(error(400, "InvalidGrantException"))];
    let a = || Some(token("a", -5));
    let fake = fake([a(), a(), a(), a(), Some(token("b", 3600))]).answers(refused());
    assert_eq!(access(&fake), "b");
    assert!(fake.tokens.kept.borrow().is_empty());
    assert_eq!(fake.clock.pauses.borrow().len(), 2);

    let fake = super::fake([a()]).answers(refused());
    assert_eq!(signed_out(&fake), SignedOut::Refused(Timestamp(NOW - 5)));
    assert_eq!(fake.asked().len(), 1, "a refusal is final");
}

#[test]
fn a_token_that_still_lasts_is_used_if_it_cannot_be_renewed() {
    let failures: [Result<Answer, Fault>; 4] = [
        Ok(error(400, "InvalidGrantException")),
        Ok(error(401, "InvalidClientException")),
        Err(Fault::Tls("is not trusted".to_owned())),
        Ok(answer(200, "<html>")),
    ];
    for failure in failures {
        let why = format!("{failure:?}");
        let fake = fake([Some(token("a", 800))]).answers([failure]);
        assert_eq!(access(&fake), "a", "{why}");
        let stale = Notice::TokenStale {
            session: "corp".to_owned(),
            ends: Timestamp(NOW + 800),
        };
        assert_eq!(*fake.tell.0.borrow(), [stale]);
        assert!(fake.tokens.kept.borrow().is_empty());
        assert!(fake.clock.pauses.borrow().is_empty(), "{why}");
    }
    let over = fake([Some(token("a", 0))]).answers([Err(Fault::Tls("is not trusted".to_owned()))]);
    assert!(matches!(get(&over), Err(Error::Call { .. })));
}

/// Whether or not the service has seen it, the same request is the only one that can still work.
#[test]
fn an_answer_that_was_lost_is_asked_for_again() {
    let fake = fake([Some(token("a", -5))]).answers([Err(lost()), Ok(error(503, "Unwell")), Ok(issued("b", None))]);
    assert_eq!(access(&fake), "b");
    assert_eq!(fake.asked(), vec![renewal("refresh-a"); 3]);
}

#[test]
fn nothing_is_renewed_that_could_not_be_kept() {
    let unwritable = |left| {
        let mut fake = fake([Some(token("a", left))]).answers([Ok(issued("b", None))]);
        fake.tokens.unchecked = Some("read-only file system");
        fake
    };
    let lasting = unwritable(800);
    assert_eq!(access(&lasting), "a");
    assert!(lasting.is_untouched());
    let over = unwritable(0);
    assert!(
        matches!(get(&over), Err(Error::TokenFile { session, why }) if session == "corp" && why.starts_with("read-only"))
    );
    assert!(over.is_untouched());
}

#[test]
fn a_new_token_that_cannot_be_kept_serves_this_run() {
    let mut fake = fake([Some(token("a", -5))]).answers([Ok(issued("b", None))]);
    fake.tokens.unkept = Some("no space left");
    assert_eq!(access(&fake), "b");
    let unkept = Notice::TokenUnkept {
        session: "corp".to_owned(),
        why: "no space left".to_owned(),
    };
    assert_eq!(*fake.tell.0.borrow(), [unkept]);
}

#[test]
fn a_token_that_still_lasts_is_not_waited_for_long() {
    let waited = |left, until: Option<Duration>, no_turn: Option<NoTurn>| {
        let mut fake = fake([Some(token("a", left))]).answers([Ok(issued("b", None))]);
        fake.tokens.no_turn = no_turn;
        let wants = Wants {
            until,
            ..Wants::default()
        };
        let got = usable(&session(), &Calls::default(), &wants, fake.ports());
        let turns = fake.tokens.turns.borrow().clone();
        (got.map(|token| token.access_token.expose().clone()), turns)
    };
    let short = Duration::from_secs(5);
    let (got, turns) = waited(800, None, Some(NoTurn::Late(5)));
    assert_eq!((got.unwrap().as_str(), turns), ("a", vec![Some(short)]));
    let (got, _) = waited(800, None, Some(NoTurn::Cancelled));
    assert_eq!(got.unwrap(), "a");
    let (got, turns) = waited(-1, Some(Duration::from_secs(55)), Some(NoTurn::Late(55)));
    let of = Subject::Token("corp".to_owned());
    assert!(matches!(got, Err(Error::NoTurn { of: token, why: NoTurn::Late(55) }) if token == of));
    assert_eq!(turns, [Some(Duration::from_secs(55))]);
    let (got, turns) = waited(-1, None, None);
    assert_eq!((got.unwrap().as_str(), turns), ("b", vec![None]));
}

/// A session that a start URL names.
#[test]
fn a_legacy_token_is_renewed_too() {
    let fake = fake([Some(token("a", -5))]).answers([Ok(issued("b", None))]);
    let legacy = SsoSession {
        name: None,
        ..session()
    };
    let new = usable(&legacy, &Calls::default(), &Wants::default(), fake.ports()).unwrap();
    assert_eq!(new.access_token, secret("b"));
    let over = super::fake([None]);
    assert!(matches!(
        usable(&legacy, &Calls::default(), &Wants::default(), over.ports()),
        Err(Error::LoginRequired { login: None, session, .. }) if session == "https://corp.awsapps.com/start"
    ));
}
