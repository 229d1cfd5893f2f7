//! Start URLs of a company's own.

use serde_json::json;

use super::send;
use crate::support::Aws;
use crate::support::aws::world;

#[test]
fn a_start_url_leads_elsewhere() {
    let mut world = world();
    world["vanity"] = json!({
        "/start": {"to": "https://corp.awsapps.com/start"},
        "/get": {"to": "https://corp.awsapps.com/start", "head": 405, "status": 307},
        "/twice": {"to": "/start"},
        "/nowhere": {"to": null},
    });
    let Some(aws) = Aws::with(world) else { return };
    for (method, path, status, location) in [
        ("HEAD", "/start", 302, Some("https://corp.awsapps.com/start")),
        ("HEAD", "/get", 405, None),
        ("GET", "/get", 307, Some("https://corp.awsapps.com/start")),
        ("HEAD", "/twice", 302, Some("/start")),
        ("GET", "/nowhere", 302, None),
        ("GET", "/other", 404, None),
    ] {
        let answer = send(&aws, method, path, &[], "");
        assert_eq!(
            (answer.status, answer.header("location")),
            (status, location),
            "{method} {path}"
        );
    }
    assert_eq!(aws.count("StartUrl"), 5);
}
