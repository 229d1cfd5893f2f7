//! AWS's own URLs over TLS, through a proxy: which of them are asked, and which certificates are taken.

use std::path::Path;

use crate::roles::tunnel::Tunnel;
use crate::support::sso::{ENDPOINTS, read, token_path};
use crate::support::{Authority, Aws, Sandbox};

const OIDC: &str = "oidc.eu-west-1.amazonaws.com";
const PORTAL: &str = "portal.sso.eu-west-1.amazonaws.com";

/// A stand-in for both, and a sandbox whose way to AWS leads there.
fn of_aws(authority: &Authority, trusted: &Path) -> Option<(Aws, Tunnel, Sandbox)> {
    let (certificate, key) = authority.issue(&format!("DNS:{OIDC},DNS:{PORTAL}"));
    let aws = Aws::over_tls(&certificate, &key)?;
    let tunnel = Tunnel::new(aws.endpoint().trim_start_matches("https://"));
    let mut sandbox = aws.sso_sandbox();
    for name in ENDPOINTS {
        sandbox.unset(name);
    }
    sandbox.set("HTTPS_PROXY", tunnel.url());
    sandbox.set("AWS_CA_BUNDLE", trusted);
    Some((aws, tunnel, sandbox))
}

const LOGIN: [&str; 4] = ["login", "corp", "--device", "--no-browser"];

#[test]
fn each_service_is_asked_at_its_url() {
    let Some(authority) = Authority::new() else { return };
    let Some((aws, tunnel, sandbox)) = of_aws(&authority, &authority.root()) else {
        return;
    };
    sandbox.awsenv(LOGIN).output().success();
    sandbox.awsenv(["credential-process", "sso-admin"]).output().success();
    sandbox.awsenv(["logout", "corp"]).output().success();
    let asked = tunnel.asked();
    assert!(
        asked
            .iter()
            .all(|host| *host == format!("{OIDC}:443") || *host == format!("{PORTAL}:443")),
        "{asked:?}"
    );
    for seen in aws.requests() {
        let of_portal = ["GetRoleCredentials", "Logout"].contains(&seen.action.as_deref().unwrap_or_default());
        let host = if of_portal { PORTAL } else { OIDC };
        assert_eq!(
            (seen.header("host"), seen.status / 100 == 2 || seen.status == 400),
            (Some(host), true),
            "{seen:?}"
        );
        assert!(of_portal || seen.header("x-amz-sso_bearer_token").is_none());
    }
    assert_eq!((aws.count("GetRoleCredentials"), aws.count("Logout")), (1, 1));
}

#[test]
fn who_cannot_prove_to_be_aws_gets_no_request() {
    let (Some(authority), Some(other)) = (Authority::new(), Authority::new()) else {
        return;
    };
    let Some((aws, _tunnel, sandbox)) = of_aws(&authority, &other.root()) else {
        return;
    };
    let output = sandbox.awsenv(LOGIN).output();
    assert_eq!((output.status, output.out()), (1, ""));
    assert!(
        output.err().contains("is signed by an authority that is not trusted")
            && output.err().contains("AWS_CA_BUNDLE"),
        "{}",
        output.all()
    );
    let seen = aws.requests();
    assert!(
        !seen.is_empty() && seen.iter().all(|seen| seen.fault.as_deref() == Some("tls")),
        "{seen:#?}"
    );
    assert_eq!(read(&sandbox, &token_path("corp")), None);
}
