//! What arrives is what version 2 of the AWS CLI sent when its requests were recorded.

use super::clean;
use crate::stand_in::clients::{Compared, compared, recorded, recordings};
use crate::support::Aws;

/// The fields of a form have no order that means anything.
fn sorted(mut requests: Vec<Compared>) -> Vec<Compared> {
    requests.iter_mut().for_each(|request| request.3.sort());
    requests
}

fn sent(aws: &Aws) -> Vec<Compared> {
    aws.requests().iter().map(compared).collect()
}

#[test]
fn what_is_sent_is_what_was_recorded() {
    let Some((aws, sandbox)) = recorded() else { return };
    // Otherwise the second profile would take the keys of the first.
    sandbox.write(".config/awsenv/config", "sessions = off\n");
    for profile in ["role", "role2"] {
        clean(&sandbox.awsenv(["credential-process", profile]).output());
    }
    // The last one has a code, which awsenv does not send yet.
    assert_eq!(sorted(sent(&aws)), sorted(recordings()[..3].to_vec()));
}

#[test]
fn no_header_is_sent_that_says_more() {
    let Some((aws, sandbox)) = recorded() else { return };
    clean(&sandbox.awsenv(["whoami", "role2"]).output());
    let requests = aws.requests();
    assert_eq!(requests.len(), 3);
    for (number, request) in requests.iter().enumerate() {
        let mut names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let mut expected = vec![
            "authorization",
            "content-length",
            "content-type",
            "host",
            "user-agent",
            "x-amz-date",
        ];
        if number > 0 {
            expected.push("x-amz-security-token");
        }
        assert_eq!(names, expected, "{number}");
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/"));
        let agent = request.header("user-agent").expect("a name");
        assert_eq!(agent, concat!("awsenv/", env!("CARGO_PKG_VERSION")));
    }
}
