//! What is kept, and what it spares.

use super::*;

#[test]
fn a_registration_is_used_while_it_lasts_and_fits() {
    for (grants, left, flow, is_used) in [
        (Some(CODE_GRANTS), 901, Flow::Code, true),
        (Some(CODE_GRANTS), 900, Flow::Code, false),
        (None, 901, Flow::Code, false),
        (Some(&["refresh_token"][..]), 901, Flow::Code, false),
        (None, 901, Flow::Device, true),
        (Some(&[][..]), 901, Flow::Device, true),
        (Some(CODE_GRANTS), 901, Flow::Device, false),
    ] {
        let mut answers = vec![answer(200, REGISTERED)];
        if is_used {
            answers.clear();
        }
        if flow == Flow::Device {
            answers.push(answer(200, DEVICE));
        }
        answers.push(answer(200, TOKEN));
        let world = World::new(Some("s"), answers);
        world.keep_registration(grants, left);
        let browser = FakeBrowser::new(&world.fake.clock, &["code=GOOD&state=STATE"]);
        world.run(flow, &browser).unwrap();
        let id = if is_used { "OLD" } else { "CID" };
        let kept = (
            world.registration().unwrap().client.id,
            world.kept().unwrap().client.unwrap().id,
        );
        assert_eq!(kept, (id.to_owned(), id.to_owned()), "{grants:?} {left} {flow:?}");
    }
}

#[test]
fn a_program_that_the_service_has_forgotten_is_registered_again_once() {
    let unknown = || answer(401, r#"{"error":"invalid_client"}"#);
    let world = World::new(
        Some("s"),
        vec![
            unknown(),
            answer(200, REGISTERED),
            answer(200, DEVICE),
            answer(200, TOKEN),
        ],
    );
    world.keep_registration(None, 100_000);
    world.device().unwrap();
    assert_eq!(world.registration().unwrap().client.id, "CID");

    let world = World::new(Some("s"), vec![unknown(), answer(200, REGISTERED), unknown()]);
    world.keep_registration(None, 100_000);
    assert!(matches!(world.device(), Err(Error::Call { .. })));

    let world = World::new(Some("s"), vec![answer(200, REGISTERED), unknown()]);
    assert!(matches!(world.device(), Err(Error::Call { .. })));

    // A person has signed in already, and does so once more.
    let world = World::new(Some("s"), vec![unknown(), answer(200, REGISTERED), answer(200, TOKEN)]);
    world.keep_registration(Some(CODE_GRANTS), 100_000);
    let (signed, answers) = world.code(&["code=A&state=STATE", "code=B&state=STATE"]);
    signed.unwrap();
    assert_eq!(answers, [Answer::Taken, Answer::Taken]);
}

#[test]
fn what_other_programs_added_stays_and_old_secrets_do_not() {
    let world = World::new(Some("s"), vec![answer(200, REGISTERED), answer(200, DEVICE)]);
    let without = TOKEN.replace(",\"refreshToken\":\"RT\"", "");
    world.fake.http.answers.borrow_mut().push_back(answer(200, &without));
    let others = vec![("theirs".to_owned(), Secret::new("1".to_owned()))];
    world.tokens().found.borrow_mut().push_back(Some(Token {
        start_url: None,
        region: None,
        access_token: Secret::new("OLD".to_owned()),
        expires: Timestamp(0),
        client: None,
        refresh_token: Some(Secret::new("OLD".to_owned())),
        others: others.clone(),
    }));
    world.device().unwrap();
    let token = world.kept().unwrap();
    assert_eq!((token.others, token.refresh_token), (others, None));
}

#[test]
fn a_token_that_cannot_be_kept_is_not_asked_for() {
    let mut world = World::new(Some("s"), vec![]);
    world.fake.tokens.unchecked = Some("read-only");
    assert!(matches!(why(world.device()), Obstacle::NotKept(_)));
    assert!(world.asked().is_empty());
}

#[test]
fn those_that_wait_get_the_token_of_the_first() {
    let mut world = World::new(Some("s"), vec![]);
    let token = Token {
        start_url: None,
        region: None,
        access_token: Secret::new("NEW".to_owned()),
        expires: Timestamp(NOW + 3_600),
        client: None,
        refresh_token: None,
        others: Vec::new(),
    };
    world.tokens().found.borrow_mut().extend([None, Some(token.clone())]);
    assert_eq!(world.device().unwrap().token, token);
    assert!(world.asked().is_empty());
    world.fake.tokens.no_turn = Some(NoTurn::Cancelled);
    let why = NoTurn::Cancelled;
    assert!(matches!(world.device(), Err(Error::NoTurn { why: found, .. }) if found == why));
}

#[test]
fn a_token_at_hand_is_enough_unless_another_is_wanted() {
    let token = |left| Token {
        start_url: None,
        region: None,
        access_token: Secret::new("OLD".to_owned()),
        expires: Timestamp(NOW + left),
        client: None,
        refresh_token: None,
        others: Vec::new(),
    };
    for (left, is_forced, is_asked) in [(901, false, false), (900, false, true), (901, true, true)] {
        let answers = vec![answer(200, REGISTERED), answer(200, DEVICE), answer(200, TOKEN)];
        let mut world = World::new(Some("s"), answers);
        world.is_forced = is_forced;
        world.tokens().found.borrow_mut().push_back(Some(token(left)));
        let got = world.device().unwrap().token.access_token;
        assert_eq!(got.expose() == "AT", is_asked, "{left} {is_forced}");
    }
}

#[test]
fn the_names_of_errors_are_those_of_the_service_and_of_oauth() {
    let of = |code: &str| {
        let answer = answer(400, &format!("{{\"error\":\"{code}\"}}")).unwrap();
        let failure = Failure::Service(crate::aws::ServiceError::of(&answer).unwrap());
        let question = crate::provider::Question {
            asked: Asked::Identity,
            url: String::new(),
            region: String::new(),
            access_key_id: None,
            proxy: None,
            ca_bundle: None,
        };
        refusal(&Error::Call {
            question: Box::new(question),
            failure,
        })
    };
    assert_eq!(of("authorization_pending"), Some(Refusal::Pending));
    assert_eq!(of("AuthorizationPendingException"), Some(Refusal::Pending));
    assert_eq!(of("slow_down"), Some(Refusal::SlowDown));
    assert_eq!(of("invalid_client"), Some(Refusal::Client));
    assert_eq!(of("other"), Some(Refusal::Other));
}
