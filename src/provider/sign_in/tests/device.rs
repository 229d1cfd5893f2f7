//! A code is shown.

use super::*;

#[test]
fn the_first_poll_comes_before_anything_is_shown() {
    let world = World::new(
        None,
        vec![answer(200, REGISTERED), answer(200, DEVICE), answer(200, TOKEN)],
    );
    world.device().unwrap();
    assert!(world.person.pages.borrow().is_empty() && world.fake.clock.pauses.borrow().is_empty());
    assert_eq!(
        world.asked(),
        [
            (
                "/client/register".to_owned(),
                "{\"clientName\": \"botocore-client-1000\", \"clientType\": \"public\"}".to_owned()
            ),
            (
                "/device_authorization".to_owned(),
                "{\"clientId\": \"CID\", \"clientSecret\": \"CSECRET\", \"startUrl\": \
                 \"https://my-sso.awsapps.com/start\"}"
                    .to_owned()
            ),
            (
                "/token".to_owned(),
                "{\"grantType\": \"urn:ietf:params:oauth:grant-type:device_code\", \"clientId\": \"CID\", \
                 \"clientSecret\": \"CSECRET\", \"deviceCode\": \"DEV\"}"
                    .to_owned()
            ),
        ]
    );
}

#[test]
fn a_device_waits_as_long_as_the_service_says() {
    let world = World::new(
        None,
        vec![
            answer(200, REGISTERED),
            answer(200, DEVICE),
            refuses("authorization_pending"),
            refuses("authorization_pending"),
            refuses("slow_down"),
            answer(503, ""),
            Err(Fault::Late(crate::aws::Stage::Sent)),
            answer(200, TOKEN),
        ],
    );
    world.device().unwrap();
    let shown = (
        "https://device.example/?user_code=ABCD-EFGH".to_owned(),
        Some("ABCD-EFGH".to_owned()),
        Opened::Yes,
    );
    assert_eq!(*world.person.pages.borrow(), [shown]);
    // 1 s twice, then 6 s three times.
    assert_eq!(world.fake.clock.elapsed(), Duration::from_secs(2 + 18));
    assert_eq!(world.person.left.borrow().len(), 20);

    let usual = DEVICE.replace(",\"interval\":1", "");
    let pending = || refuses("authorization_pending");
    let world = World::new(
        None,
        vec![
            answer(200, REGISTERED),
            answer(200, &usual),
            pending(),
            pending(),
            answer(200, TOKEN),
        ],
    );
    world.device().unwrap();
    assert_eq!(world.fake.clock.elapsed(), Duration::from_secs(10));
}

#[test]
fn a_device_ends_in_words() {
    let run = |ends: Vec<Result<HttpAnswer, Fault>>, device: &str| {
        let mut answers = vec![answer(200, REGISTERED), answer(200, device)];
        answers.extend(ends);
        let world = World::new(None, answers);
        let signed = world.device();
        assert!(world.kept().is_none() && world.registration().is_none());
        signed
    };
    let pending = || refuses("authorization_pending");
    assert!(matches!(
        why(run(vec![pending(), refuses("access_denied")], DEVICE)),
        Obstacle::Refused { .. }
    ));
    assert!(matches!(
        why(run(vec![pending(), refuses("expired_token")], DEVICE)),
        Obstacle::Late
    ));
    let short = DEVICE.replace("600", "3");
    assert!(matches!(
        why(run(vec![pending(), pending(), pending()], &short)),
        Obstacle::Late
    ));
    assert!(matches!(
        run(vec![pending(), refuses("invalid_grant")], DEVICE),
        Err(Error::Call { .. })
    ));
    let lost = || answer(503, "");
    let ends = std::iter::once(pending()).chain((0..6).map(|_| lost())).collect();
    assert!(matches!(run(ends, DEVICE), Err(Error::Call { .. })));
    for page in [
        "http://evil.example/",
        "file:///etc/passwd",
        "https://a b/",
        "--help",
        "https://a/\\u001b[31m",
    ] {
        let device = DEVICE.replace("https://device.example/\"", &format!("{page}\""));
        assert!(matches!(why(run(vec![pending()], &device)), Obstacle::Page), "{page}");
    }
    // The page without the code is as good.
    let odd = DEVICE.replace("https://device.example/?user_code=ABCD-EFGH", "javascript:alert(1)");
    let world = World::new(
        None,
        vec![
            answer(200, REGISTERED),
            answer(200, &odd),
            pending(),
            answer(200, TOKEN),
        ],
    );
    world.device().unwrap();
    assert_eq!(world.person.pages.borrow()[0].0, "https://device.example/");
}

#[test]
fn a_person_has_no_longer_than_the_run() {
    let pending = || refuses("authorization_pending");
    let mut answers = vec![answer(200, REGISTERED), answer(200, DEVICE)];
    answers.extend((0..4).map(|_| pending()));
    let mut world = World::new(Some("s"), answers);
    world.until = Some(Duration::from_secs(3));
    assert!(matches!(why(world.device()), Obstacle::Late));
    assert_eq!(world.fake.clock.elapsed(), Duration::from_secs(3));
    assert_eq!(*world.tokens().turns.borrow(), [world.until]);
}
