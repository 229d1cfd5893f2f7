//! A browser of this machine brings a code.

use super::*;

#[test]
fn a_browser_brings_a_code_that_becomes_a_token() {
    let world = World::new(Some("my-sso"), vec![answer(200, REGISTERED), answer(200, TOKEN)]);
    let browser = FakeBrowser::new(&world.fake.clock, &["code=AUTHCODE&state=STATE"]);
    let signed = world.run(Flow::Code, &browser).unwrap();
    assert_eq!(signed.moved, None);
    // The scheme, the order and the blanks are those of the AWS CLI.
    let verifier = Secret::new(BASE64.to_owned());
    let page = format!(
        "https://oidc.us-east-1.amazonaws.com/authorize?response_type=code&client_id=CID\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A33567%2Foauth%2Fcallback&state={}&code_challenge_method=S256\
         &scopes=sso%3Aaccount%3Aaccess&code_challenge={}",
        browser.field("state"),
        browser.field("code_challenge")
    );
    assert_eq!(*browser.opened.borrow(), [page.as_str()]);
    assert_eq!(browser.field("code_challenge").len(), 43);
    assert_eq!(*world.person.pages.borrow(), [(page, None, Opened::Yes)]);
    assert_eq!(
        world.asked(),
        [
            (
                "/client/register".to_owned(),
                "{\"clientName\": \"botocore-client-my-sso\", \"clientType\": \"public\", \"grantTypes\": \
                 [\"authorization_code\", \"refresh_token\"], \"redirectUris\": [\"http://127.0.0.1/oauth/callback\"], \
                 \"issuerUrl\": \"https://my-sso.awsapps.com/start\", \"scopes\": [\"sso:account:access\"]}"
                    .to_owned()
            ),
            (
                "/token".to_owned(),
                format!(
                    "{{\"grantType\": \"authorization_code\", \"clientId\": \"CID\", \"clientSecret\": \"CSECRET\", \
                     \"redirectUri\": \"http://127.0.0.1:33567/oauth/callback\", \"codeVerifier\": \"{}\", \
                     \"code\": \"AUTHCODE\"}}",
                    verifier.expose()
                )
            ),
        ]
    );
    let token = world.kept().expect("a token");
    assert_eq!(token.start_url.as_deref(), Some("https://my-sso.awsapps.com/start"));
    assert_eq!(token.region.as_deref(), Some("us-east-1"));
    assert_eq!(token.access_token.expose(), "AT");
    assert_eq!(
        token.refresh_token.as_ref().map(|token| token.expose().as_str()),
        Some("RT")
    );
    assert_eq!(token.expires, Timestamp(NOW + 3_600));
    assert_eq!(token.client.as_ref().map(|client| client.id.as_str()), Some("CID"));
    let kept = world.registration().expect("a registration");
    assert_eq!(kept.scopes.as_deref(), Some(&["sso:account:access".to_owned()][..]));
    assert_eq!(kept.grants.as_deref().map(<[String]>::len), Some(2));
}

/// Of the first 48 numbers.
const BASE64: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8w";

#[test]
fn only_the_right_state_ends_the_wait() {
    let world = World::new(Some("s"), vec![answer(200, REGISTERED), answer(200, TOKEN)]);
    let (signed, answers) = world.code(&[
        "",
        "code=EVIL",
        "code=EVIL&state=wrong",
        "code=EVIL&state=STATEx",
        "state=STATE",
        "error=access_denied&state=wrong",
        "error=Call+this+number",
        "code=EVIL&code=EVIL&state=STATE",
        "code=EVIL&error=x&state=STATE",
        "code=GOOD&state=STATE",
    ]);
    signed.unwrap();
    let mut expected = vec![Answer::Unknown; 9];
    expected.push(Answer::Taken);
    assert_eq!(answers, expected);
    assert!(world.asked()[1].1.contains("\"GOOD\""));
}

#[test]
fn a_person_who_says_no_ends_the_wait() {
    for (query, words) in [
        ("error=access_denied&state=STATE", None),
        ("error=access_denied&error_description=no&state=STATE", Some("no")),
        ("error=access_denied&error_description=EVIL", None),
    ] {
        let world = World::new(Some("s"), vec![answer(200, REGISTERED)]);
        let (signed, answers) = world.code(&[query]);
        let Obstacle::Refused { code, says } = why(signed) else {
            panic!("{query}");
        };
        assert_eq!((code.as_str(), says.as_deref()), ("access_denied", words));
        assert_eq!(answers, [Answer::Refused]);
        assert!(world.kept().is_none() && world.registration().is_none());
    }
}

#[test]
fn a_person_has_ten_minutes_for_a_browser() {
    let world = World::new(Some("s"), vec![answer(200, REGISTERED)]);
    let (signed, _) = world.code(&[]);
    assert!(matches!(why(signed), Obstacle::Late));
    let left = world.person.left.borrow();
    assert_eq!((left.first(), left.last(), left.len()), (Some(&600), Some(&1), 600));
    assert!(world.registration().is_none());
}

#[test]
fn a_code_is_never_sent_twice_if_the_service_may_have_seen_it() {
    for end in [
        Err(Fault::Late(crate::aws::Stage::Sent)),
        answer(503, ""),
        answer(200, "no JSON"),
    ] {
        let world = World::new(Some("s"), vec![answer(200, REGISTERED), end, answer(200, TOKEN)]);
        let (signed, _) = world.code(&["code=GOOD&state=STATE"]);
        assert!(matches!(signed, Err(Error::Call { .. })));
        assert_eq!(world.asked().len(), 2);
        assert!(world.kept().is_none());
    }
    let unsent = Err(Fault::Late(crate::aws::Stage::Connect));
    let world = World::new(Some("s"), vec![answer(200, REGISTERED), unsent, answer(200, TOKEN)]);
    world.code(&["code=GOOD&state=STATE"]).0.unwrap();
}
