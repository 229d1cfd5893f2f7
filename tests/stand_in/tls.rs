//! The stand-in over TLS, with an authority of the tests' own.

use super::clients::cli;
use crate::support::{Authority, Aws};

#[test]
fn the_cli_trusts_the_right_authority_only() {
    let (Some(authority), Some(other)) = (Authority::new(), Authority::new()) else {
        return;
    };
    let (certificate, key) = authority.issue("IP:127.0.0.1");
    let Some(aws) = Aws::over_tls(&certificate, &key) else {
        return;
    };
    assert!(aws.endpoint().starts_with("https://127.0.0.1:"));
    let mut sandbox = aws.sandbox();
    sandbox.set("AWS_MAX_ATTEMPTS", "1");
    sandbox.set("AWS_CA_BUNDLE", authority.root());
    let Some(output) = cli(&sandbox, "two") else {
        return;
    };
    assert!(
        output.success().contains(":assumed-role/Two/session-two"),
        "{}",
        output.all()
    );
    let calls = aws.requests().len();
    assert_eq!(calls, 3);

    sandbox.set("AWS_CA_BUNDLE", other.root());
    let output = cli(&sandbox, "two").expect("a CLI");
    assert!(
        output.status != 0 && output.err().contains("CERTIFICATE_VERIFY_FAILED"),
        "{}",
        output.all()
    );
    let seen = aws.requests();
    assert!(seen.len() > calls);
    for refused in &seen[calls..] {
        assert_eq!(refused.fault.as_deref(), Some("tls"), "{seen:#?}");
    }
}

#[test]
fn the_cli_takes_no_certificate_for_another_name() {
    let Some(authority) = Authority::new() else {
        return;
    };
    let (certificate, key) = authority.issue("DNS:sts.example.com");
    let Some(aws) = Aws::over_tls(&certificate, &key) else {
        return;
    };
    let mut sandbox = aws.sandbox();
    sandbox.set("AWS_MAX_ATTEMPTS", "1");
    sandbox.set("AWS_CA_BUNDLE", authority.root());
    let Some(output) = cli(&sandbox, "base") else {
        return;
    };
    assert!(
        output.status != 0 && output.err().contains("127.0.0.1"),
        "{}",
        output.all()
    );
    assert_eq!(aws.count("GetCallerIdentity"), 0);
}
