//! Clients.

use serde_json::{Value, json};

use super::{post, send, with};
use crate::support::Aws;
use crate::support::sso::{START_URL, changed};

fn of_codes() -> Value {
    json!({
        "clientName": "botocore-client-corp",
        "clientType": "public",
        "grantTypes": ["authorization_code", "refresh_token"],
        "redirectUris": ["http://127.0.0.1/oauth/callback"],
        "issuerUrl": START_URL,
        "scopes": ["sso:account:access"],
    })
}

#[test]
fn a_client_has_what_belongs_together() {
    let Some(aws) = Aws::start() else { return };
    let made = post(&aws, "/client/register", &of_codes()).success();
    let lifetime = made["clientSecretExpiresAt"]
        .as_i64()
        .zip(made["clientIdIssuedAt"].as_i64());
    assert_eq!(lifetime.map(|(end, start)| end - start), Some(90 * 86_400));
    // What a client does not know, and null for what is not there.
    assert!(made["addedLater"].is_object() && made["tokenEndpoint"].is_null());
    let legacy = json!({"grantTypes": null, "redirectUris": null, "issuerUrl": null, "scopes": null});
    post(&aws, "/client/register", &with(&of_codes(), &legacy)).success();

    for (change, error) in [
        (json!({"clientType": "confidential"}), "invalid_client_metadata"),
        (json!({"clientType": null}), "invalid_request"),
        (json!({"clientName": null}), "invalid_request"),
        (json!({"clientName": ""}), "invalid_request"),
        (json!({"issuerUrl": null}), "invalid_request"),
        (json!({"redirectUris": null}), "invalid_request"),
        (json!({"grantTypes": null}), "invalid_request"),
        (json!({"grantTypes": ["password"]}), "unsupported_grant_type"),
        (json!({"grantTypes": "refresh_token"}), "invalid_request"),
        (
            json!({"redirectUris": ["http://127.0.0.1:80/oauth/callback"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirectUris": ["http://localhost/oauth/callback"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirectUris": ["https://127.0.0.1/oauth/callback"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"issuerUrl": "https://other.awsapps.com/start"}),
            "invalid_request",
        ),
        (json!({"scopes": ["sso:account:acces"]}), "invalid_scope"),
        (json!({"scopes": "sso:account:access"}), "invalid_request"),
        (json!({"scopes": [1]}), "invalid_request"),
    ] {
        let answer = post(&aws, "/client/register", &with(&of_codes(), &change));
        answer.refused(400, error);
        let last = aws.requests().pop().expect("a request");
        assert_eq!(last.action.as_deref(), Some("RegisterClient"), "{change}");
    }
}

#[test]
fn a_body_is_a_json_object_of_known_members() {
    let Some(aws) = Aws::start() else { return };
    let right = of_codes().to_string();
    let json = ("Content-Type", "application/json");
    let twice = right.replacen('{', "{\"clientType\": \"public\", ", 1);
    let unknown = with(&of_codes(), &json!({"clientVersion": "1"})).to_string();
    for (headers, body, code) in [
        (vec![json], &*right, None),
        (vec![], &right, Some("StandIn")),
        (
            vec![("Content-Type", "application/json; charset=utf-8")],
            &right,
            Some("StandIn"),
        ),
        (
            vec![("Content-Type", "application/x-www-form-urlencoded")],
            "clientType=public",
            Some("StandIn"),
        ),
        (vec![json, ("Authorization", "Bearer x")], &right, Some("StandIn")),
        (vec![json], &twice, Some("StandIn")),
        (vec![json], &unknown, Some("StandIn")),
        (vec![json], "[]", Some("InvalidRequestException")),
        (vec![json], "{", Some("InvalidRequestException")),
        (vec![json], "", Some("InvalidRequestException")),
    ] {
        let answer = send(&aws, "POST", "/client/register", &headers, body);
        let status = if code.is_some() { 400 } else { 200 };
        assert_eq!(answer.verdict(), (status, code), "{headers:?} {body}");
    }
    let query = send(&aws, "POST", "/client/register?x=1", &[json], &right);
    assert_eq!(query.verdict(), (400, Some("StandIn")));
    let path = send(&aws, "POST", "/some/prefix/client/register", &[json], &right);
    assert_eq!(path.verdict(), (200, None));
}

#[test]
fn a_client_needs_its_secret_and_its_time() {
    let world = changed(|corp| {
        corp["clients"][0]["expires_in"] = json!(-1);
        corp["registration_lifetime"] = json!(60);
    });
    let Some(aws) = Aws::with(world) else { return };
    post(&aws, "/token", &super::old_refresh()).refused(401, "invalid_client");
    let client = super::client(&aws);
    let start = |client: &Value| {
        let more = json!({"startUrl": START_URL});
        post(&aws, "/device_authorization", &super::token_request(client, &more))
    };
    start(&client).success();
    start(&with(&client, &json!({"clientSecret": "another"}))).refused(401, "invalid_client");
    start(&with(&client, &json!({"clientId": "another"}))).refused(401, "invalid_client");
    aws.scenario(&json!({"clock": 61}));
    start(&client).refused(401, "invalid_client");
}
