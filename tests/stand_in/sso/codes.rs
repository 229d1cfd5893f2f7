//! Authorization codes with PKCE.

use serde_json::{Value, json};

use super::{Answer, post, send, token_request, with};
use crate::support::Aws;
use crate::support::sso::{START_URL, changed};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "http://127.0.0.1:4321/oauth/callback";
const STATE: &str = "5362b912-2b14-43ea-ac35-44022b578e25";

fn register(aws: &Aws) -> Value {
    let body = json!({
        "clientName": "botocore-client-corp", "clientType": "public",
        "grantTypes": ["authorization_code", "refresh_token"],
        "redirectUris": ["http://127.0.0.1/oauth/callback"],
        "issuerUrl": START_URL, "scopes": ["sso:account:access"],
    });
    post(aws, "/client/register", &body).success()
}

fn query(client: &Value, changes: &Value) -> String {
    let base = json!({
        "response_type": "code", "client_id": client["clientId"], "redirect_uri": CALLBACK, "state": STATE,
        "code_challenge_method": "S256", "scopes": "sso:account:access", "code_challenge": CHALLENGE,
    });
    let pairs = with(&base, changes);
    let pairs = pairs.as_object().expect("an object").iter();
    let pairs = pairs.map(|(name, value)| format!("{name}={}", value.as_str().expect("text").replace(' ', "%20")));
    format!("/authorize?{}", pairs.collect::<Vec<_>>().join("&"))
}

fn authorize(aws: &Aws, client: &Value, changes: &Value) -> Answer {
    send(aws, "GET", &query(client, changes), &[], "")
}

/// A parameter of the redirect.
fn sent_back<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let location = answer.header("location")?;
    let (address, query) = location.split_once('?')?;
    assert_eq!(address, CALLBACK);
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn code(aws: &Aws, client: &Value) -> String {
    let answer = authorize(aws, client, &json!({}));
    assert_eq!((answer.status, sent_back(&answer, "state")), (302, Some(STATE)));
    sent_back(&answer, "code").expect("a code").to_owned()
}

fn exchange(aws: &Aws, client: &Value, code: &str, changes: &Value) -> Answer {
    let base =
        json!({"grantType": "authorization_code", "redirectUri": CALLBACK, "codeVerifier": VERIFIER, "code": code});
    post(aws, "/token", &token_request(client, &with(&base, changes)))
}

#[test]
fn a_code_is_taken_once_with_its_verifier() {
    let Some(aws) = Aws::start() else { return };
    let client = register(&aws);
    let first = code(&aws, &client);
    let tokens = exchange(&aws, &client, &first, &json!({})).success();
    assert!(tokens["refreshToken"].is_string() && tokens["idToken"].is_null());
    exchange(&aws, &client, &first, &json!({})).refused(400, "invalid_grant");

    let short = &VERIFIER[..42];
    for (change, error) in [
        (json!({"codeVerifier": VERIFIER.replace('k', "l")}), "invalid_grant"),
        (json!({"codeVerifier": short}), "invalid_request"),
        (json!({"codeVerifier": format!("{VERIFIER}!")}), "invalid_request"),
        (json!({"codeVerifier": "a".repeat(129)}), "invalid_request"),
        (json!({"codeVerifier": null}), "invalid_request"),
        (
            json!({"redirectUri": CALLBACK.replace("4321", "4322")}),
            "invalid_grant",
        ),
        (
            json!({"redirectUri": "http://127.0.0.1/oauth/callback"}),
            "invalid_grant",
        ),
        (json!({"redirectUri": null}), "invalid_request"),
        (json!({"code": "another"}), "invalid_grant"),
    ] {
        exchange(&aws, &client, &code(&aws, &client), &change).refused(400, error);
    }
    let other = register(&aws);
    exchange(&aws, &other, &code(&aws, &client), &json!({})).refused(400, "invalid_grant");
    let late = code(&aws, &client);
    aws.scenario(&json!({"clock": 600}));
    exchange(&aws, &client, &late, &json!({})).refused(400, "invalid_grant");

    let kinds: Vec<_> = aws.secrets().into_iter().map(|given| given.kind).collect();
    for kind in [
        "client_secret",
        "code",
        "code_verifier",
        "access_token",
        "refresh_token",
    ] {
        assert!(kinds.iter().any(|known| known == kind), "{kind}");
    }
    let log = format!("{:?}", aws.requests());
    for given in aws.secrets() {
        assert!(!log.contains(&given.value), "{given:?}");
    }
}

#[test]
fn the_page_is_asked_for_rightly() {
    let Some(aws) = Aws::start() else { return };
    let client = register(&aws);
    let device = super::client(&aws);
    for (change, error) in [
        (json!({"response_type": "token"}), "invalid_request"),
        (json!({"code_challenge_method": "plain"}), "invalid_request"),
        (json!({"code_challenge": null}), "invalid_request"),
        (json!({"code_challenge": &CHALLENGE[..42]}), "invalid_request"),
        (json!({"code_challenge": format!("{CHALLENGE}=")}), "invalid_request"),
        (json!({"state": null}), "invalid_request"),
        (json!({"scopes": null}), "invalid_request"),
        (json!({"scope": "sso:account:access"}), "invalid_request"),
        (json!({"scopes": "sso:account:access another"}), "invalid_scope"),
        (json!({"client_id": "another"}), "unauthorized_client"),
        (json!({"client_id": device["clientId"]}), "unauthorized_client"),
        (
            json!({"redirect_uri": "http://localhost:4321/oauth/callback"}),
            "invalid_request",
        ),
        (
            json!({"redirect_uri": "http://127.0.0.1:4321/oauth/callback/"}),
            "invalid_request",
        ),
        (
            json!({"redirect_uri": "http://127.0.0.1:0/oauth/callback"}),
            "invalid_request",
        ),
        (
            json!({"redirect_uri": "http://127.0.0.2:4321/oauth/callback"}),
            "invalid_request",
        ),
    ] {
        authorize(&aws, &client, &change).refused(400, error);
    }
    let guessed = authorize(&aws, &client, &json!({"state": "123456789012345678901"}));
    assert_eq!(guessed.verdict(), (400, Some("StandIn")));
    let twice = send(&aws, "GET", &(query(&client, &json!({})) + "&state=" + STATE), &[], "");
    twice.refused(400, "invalid_request");
}

#[test]
fn a_user_can_say_no_or_nothing() {
    let Some(aws) = Aws::with(changed(|corp| corp["authorize"] = json!("deny"))) else {
        return;
    };
    let client = register(&aws);
    let denied = authorize(&aws, &client, &json!({}));
    assert_eq!(
        (sent_back(&denied, "error"), sent_back(&denied, "code")),
        (Some("access_denied"), None)
    );
    assert_eq!(sent_back(&denied, "state"), Some(STATE));

    for (kind, links, scripts) in [("page", true, false), ("script", true, true), ("silent", false, false)] {
        aws.scenario(&json!({"sso": {"authorize": kind}}));
        let page = authorize(&aws, &client, &json!({}));
        assert_eq!((page.status, page.header("location")), (200, None));
        assert_eq!(
            (page.body.contains("id=\"allow\""), page.body.contains("<script>")),
            (links, scripts),
            "{kind}"
        );
    }
    for (decision, parameter) in [("allow", "code"), ("deny", "error")] {
        let decided = authorize(&aws, &client, &json!({"decision": decision}));
        assert!(sent_back(&decided, parameter).is_some(), "{decision}");
    }
}
