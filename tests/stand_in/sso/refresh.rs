//! Refresh tokens.

use serde_json::{Value, json};

use super::{OLD, get, old_refresh, post, with};
use crate::support::Aws;
use crate::support::sso::changed;

#[test]
fn each_refresh_token_is_taken_once() {
    let Some(aws) = Aws::start() else { return };
    let first = post(&aws, "/token", &old_refresh()).success();
    post(&aws, "/token", &old_refresh()).refused(400, "invalid_grant");
    let second = with(&old_refresh(), &json!({"refreshToken": first["refreshToken"]}));
    let legacy = json!({"clientId": "legacy-client", "clientSecret": "legacy-client-secret-Mx5oWb2Cv0Ka"});
    post(&aws, "/token", &with(&second, &legacy)).refused(400, "invalid_grant");
    post(&aws, "/token", &with(&second, &json!({"clientSecret": "another"}))).refused(401, "invalid_client");
    post(&aws, "/token", &second).success();
    // Both access tokens live on.
    for token in [OLD, first["accessToken"].as_str().expect("a token")] {
        get(&aws, "/assignment/accounts", token).success();
    }
}

#[test]
fn an_answer_may_have_no_refresh_token() {
    let Some(aws) = Aws::with(changed(|corp| corp["refresh"] = json!("keep"))) else {
        return;
    };
    for _ in 0..2 {
        let tokens = post(&aws, "/token", &old_refresh()).success();
        assert_eq!(tokens["refreshToken"], Value::Null);
    }
    aws.scenario(&json!({"sso": {"refresh": "rotate", "token_lifetime": 60}}));
    let tokens = post(&aws, "/token", &old_refresh()).success();
    assert_eq!(tokens["expiresIn"], 60);
    let token = tokens["accessToken"].as_str().expect("a token");
    get(&aws, "/assignment/accounts", token).success();
    aws.scenario(&json!({"clock": 60}));
    assert_eq!(get(&aws, "/assignment/accounts", token).status, 401);
}

#[test]
fn a_sign_in_ends() {
    let Some(aws) = Aws::start() else { return };
    aws.scenario(&json!({"clock": 7 * 86_400}));
    post(&aws, "/token", &old_refresh()).refused(400, "invalid_grant");
    aws.scenario(&json!({"sso": {"signed_out": true}}));
    post(&aws, "/token", &old_refresh()).refused(400, "invalid_grant");
    assert_eq!(get(&aws, "/assignment/accounts", OLD).status, 401);
    aws.scenario(&json!({}));
    post(&aws, "/token", &old_refresh()).success();
}
