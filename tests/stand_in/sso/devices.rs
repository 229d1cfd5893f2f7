//! Device codes.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Answer, DEVICE, client, get, post, send, token_request, with};
use crate::support::Aws;
use crate::support::sso::{START_URL, changed};

struct Polled {
    client: Value,
    device: Value,
}

impl Polled {
    fn start(aws: &Aws) -> Self {
        let client = client(aws);
        let request = token_request(&client, &json!({"startUrl": START_URL}));
        let device = post(aws, "/device_authorization", &request).success();
        Self { client, device }
    }

    fn poll(&self, aws: &Aws) -> Answer {
        let more = json!({"grantType": DEVICE, "deviceCode": self.device["deviceCode"]});
        post(aws, "/token", &token_request(&self.client, &more))
    }
}

#[test]
fn a_device_is_approved_after_some_polls() {
    let Some(aws) = Aws::with(changed(|corp| corp["approve"] = json!(3))) else {
        return;
    };
    let polled = Polled::start(&aws);
    assert_eq!(polled.device["interval"], 1);
    assert_eq!(polled.device["expiresIn"], 600);
    let complete = polled.device["verificationUriComplete"].as_str().expect("a URL");
    assert!(
        complete.starts_with(aws.endpoint()) && complete.ends_with(polled.device["userCode"].as_str().expect("a code"))
    );

    // The second poll of the AWS CLI comes at once.
    polled.poll(&aws).refused(400, "authorization_pending");
    polled.poll(&aws).refused(400, "authorization_pending");
    aws.scenario(&json!({"sso": {"approve": 9}}));
    polled.poll(&aws).refused(400, "slow_down");
    // Five seconds more from now on.
    std::thread::sleep(Duration::from_millis(1100));
    polled.poll(&aws).refused(400, "slow_down");

    aws.scenario(&json!({}));
    let polled = Polled::start(&aws);
    polled.poll(&aws).refused(400, "authorization_pending");
    polled.poll(&aws).refused(400, "authorization_pending");
    std::thread::sleep(Duration::from_millis(1000));
    let tokens = polled.poll(&aws).success();
    assert_eq!(
        (&tokens["expiresIn"], &tokens["tokenType"]),
        (&json!(3600), &json!("Bearer"))
    );
    get(
        &aws,
        "/assignment/accounts",
        tokens["accessToken"].as_str().expect("a token"),
    )
    .success();
    std::thread::sleep(Duration::from_millis(1000));
    polled.poll(&aws).refused(400, "invalid_grant");
}

#[test]
fn a_device_is_for_its_client_and_its_time() {
    let Some(aws) = Aws::with(changed(|corp| corp["interval"] = json!(0))) else {
        return;
    };
    let mut polled = Polled::start(&aws);
    assert_eq!(polled.device.get("interval"), None);
    polled.poll(&aws).refused(400, "authorization_pending");
    aws.scenario(&json!({"clock": 600}));
    polled.poll(&aws).refused(400, "expired_token");
    aws.scenario(&json!({}));
    let other = client(&aws);
    let own = std::mem::replace(&mut polled.client, other);
    polled.poll(&aws).refused(400, "invalid_grant");
    polled.client = own;
    polled.device["deviceCode"] = json!("another");
    polled.poll(&aws).refused(400, "invalid_grant");

    aws.scenario(&json!({"sso": {"deny": true}}));
    let polled = Polled::start(&aws);
    polled.poll(&aws).refused(400, "authorization_pending");
    polled.poll(&aws).refused(400, "access_denied");
    // A client that was allowed before.
    aws.scenario(&json!({"sso": {"approve": 1}}));
    Polled::start(&aws).poll(&aws).success();
}

#[test]
fn a_user_visits_the_page_of_a_device() {
    let Some(aws) = Aws::with(changed(|corp| corp["approve"] = Value::Null)) else {
        return;
    };
    for (decision, error) in [("", None), ("&decision=deny", Some("access_denied"))] {
        let polled = Polled::start(&aws);
        polled.poll(&aws).refused(400, "authorization_pending");
        let complete = polled.device["verificationUriComplete"].as_str().expect("a URL");
        let page = send(
            &aws,
            "GET",
            &(complete.trim_start_matches(aws.endpoint()).to_owned() + decision),
            &[],
            "",
        );
        assert_eq!(
            (page.status, page.header("content-type")),
            (200, Some("text/html; charset=utf-8"))
        );
        let answer = polled.poll(&aws);
        match error {
            None => drop(answer.success()),
            Some(error) => answer.refused(400, error),
        }
    }
    send(&aws, "GET", "/device?user_code=AAAA-BBBB", &[], "").refused(400, "invalid_request");
}

#[test]
fn each_grant_has_its_own_members() {
    let Some(aws) = Aws::start() else { return };
    let polled = Polled::start(&aws);
    let right = token_request(
        &polled.client,
        &json!({"grantType": DEVICE, "deviceCode": polled.device["deviceCode"]}),
    );
    for (change, error) in [
        (json!({"deviceCode": null}), "invalid_request"),
        (json!({"refreshToken": "x"}), "invalid_request"),
        (json!({"grantType": "refresh_token"}), "invalid_request"),
        (json!({"grantType": "password"}), "unsupported_grant_type"),
        (json!({"deviceCode": 1}), "invalid_request"),
    ] {
        post(&aws, "/token", &with(&right, &change)).refused(400, error);
    }
    let start = token_request(&polled.client, &json!({"startUrl": "https://other.awsapps.com/start"}));
    post(&aws, "/device_authorization", &start).refused(400, "invalid_request");
    let of_codes =
        json!({"clientId": "corp-client", "clientSecret": "corp-client-secret-7Yt0cE3sQmV5", "startUrl": START_URL});
    post(&aws, "/device_authorization", &of_codes).refused(400, "unauthorized_client");
}
