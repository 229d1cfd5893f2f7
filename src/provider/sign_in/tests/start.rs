//! Start URLs that are not of AWS.

use super::*;

fn redirects(status: u16, to: &str) -> Result<HttpAnswer, Fault> {
    Ok(HttpAnswer {
        status,
        location: (!to.is_empty()).then(|| to.to_owned()),
        ..HttpAnswer::default()
    })
}

#[test]
fn a_start_url_of_ones_own_leads_to_aws() {
    let mut world = World::new(
        Some("s"),
        vec![
            answer(405, ""),
            redirects(302, "https://ssoins-1.portal.eu-west-1.app.aws/start/"),
            answer(200, REGISTERED),
            answer(200, TOKEN),
        ],
    );
    world.session.start_url = "https://sso.example.com/start".to_owned();
    let (signed, _) = world.code(&["code=GOOD&state=STATE"]);
    let signed = signed.unwrap();
    assert_eq!(signed.moved.as_deref(), Some("eu-west-1"));
    assert_eq!(signed.token.start_url.as_deref(), Some("https://sso.example.com/start"));
    assert_eq!(signed.token.region.as_deref(), Some("eu-west-1"));
    let asked = world.fake.http.asked.borrow();
    assert_eq!([asked[0].method, asked[1].method], [Method::Head, Method::Get]);
    assert!(asked[2].url.starts_with("https://oidc.eu-west-1.amazonaws.com/"));
    assert!(
        asked[2]
            .body
            .expose()
            .contains("\"issuerUrl\": \"https://ssoins-1.portal.eu-west-1.app.aws/start\"")
    );
}

#[test]
fn a_start_url_that_does_not_lead_to_aws_is_refused() {
    for (url, answers, flaw) in [
        ("http://my-sso.awsapps.com/start", vec![], StartFlaw::NotHttps),
        (
            "https://sso.example.com/",
            vec![answer(404, "")],
            StartFlaw::Status(404),
        ),
        (
            "https://sso.example.com/",
            vec![redirects(302, "")],
            StartFlaw::Status(302),
        ),
        (
            "https://sso.example.com/",
            vec![answer(501, ""), answer(500, "")],
            StartFlaw::Status(500),
        ),
        (
            "https://sso.example.com/",
            vec![answer(200, "")],
            StartFlaw::Elsewhere("sso.example.com".to_owned()),
        ),
        (
            "https://sso.example.com/",
            vec![redirects(301, "https://evil.example/awsapps.com")],
            StartFlaw::Elsewhere("evil.example".to_owned()),
        ),
        (
            "https://sso.example.com/",
            vec![redirects(301, "http://my-sso.awsapps.com/start")],
            StartFlaw::Elsewhere("my-sso.awsapps.com".to_owned()),
        ),
        (
            "https://sso.example.com/",
            vec![Err(Fault::Late(crate::aws::Stage::Connect))],
            StartFlaw::Fault(Fault::Late(crate::aws::Stage::Connect)),
        ),
    ] {
        let mut world = World::new(Some("s"), answers);
        world.session.start_url = url.to_owned();
        let (signed, _) = world.code(&[]);
        match why(signed) {
            Obstacle::StartUrl { flaw: found, .. } => assert_eq!(found, flaw, "{url}"),
            other => panic!("{other:?}"),
        }
    }
}
