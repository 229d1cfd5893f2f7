//! AWS's own URL over TLS, through a proxy: which certificates are taken, and what is said of others.

use super::tunnel::Tunnel;
use super::{clean, json, named};
use crate::support::{Authority, Aws, Sandbox};

/// The host of AWS STS in the region of the profiles.
pub(super) const HOST: &str = "sts.eu-west-1.amazonaws.com";

/// A stand-in for [`HOST`], and a sandbox whose way to AWS leads there.
pub(crate) fn of_aws(authority: &Authority) -> Option<(Aws, Tunnel, Sandbox)> {
    let (certificate, key) = authority.issue(&format!("DNS:{HOST}"));
    let aws = Aws::over_tls(&certificate, &key)?;
    let tunnel = Tunnel::new(aws.endpoint().trim_start_matches("https://"));
    let mut sandbox = named(aws.sandbox());
    sandbox.unset("AWS_ENDPOINT_URL_STS");
    sandbox.set("HTTPS_PROXY", tunnel.url());
    sandbox.set("AWS_CA_BUNDLE", authority.root());
    Some((aws, tunnel, sandbox))
}

#[test]
fn a_role_is_assumed_at_the_url_of_aws() {
    let Some(authority) = Authority::new() else { return };
    let Some((aws, tunnel, sandbox)) = of_aws(&authority) else {
        return;
    };
    let output = sandbox.awsenv(["whoami", "one", "--json"]).output();
    clean(&output);
    assert_eq!(
        json(&output)["arn"],
        "arn:aws:sts::123456789012:assumed-role/One/session"
    );
    assert_eq!(tunnel.asked(), [(); 2].map(|()| format!("{HOST}:443")));
    let requests = aws.requests();
    assert!(
        requests.iter().all(|seen| seen.header("host") == Some(HOST)),
        "{requests:#?}"
    );
}

/// Another one at the URL of an emulator may know the same key otherwise.
#[test]
fn the_account_of_a_key_is_remembered_if_aws_names_it() {
    let Some(authority) = Authority::new() else { return };
    let Some((_aws, _tunnel, sandbox)) = of_aws(&authority) else {
        return;
    };
    let Some(emulator) = Aws::start() else { return };
    let account = || {
        json(
            &sandbox
                .awsenv(["current", "--json"])
                .env("AWS_PROFILE", "base")
                .output(),
        )["account_id"]
            .clone()
    };
    let asked = sandbox
        .awsenv(["whoami", "base"])
        .env("AWS_ENDPOINT_URL_STS", emulator.endpoint());
    asked.output().success();
    assert!(account().is_null());
    sandbox.awsenv(["whoami", "base"]).output().success();
    assert_eq!(account(), "123456789012");
}

#[test]
fn who_cannot_prove_to_be_aws_gets_no_request() {
    let (Some(authority), Some(other)) = (Authority::new(), Authority::new()) else {
        return;
    };
    let Some((aws, _tunnel, sandbox)) = of_aws(&authority) else {
        return;
    };
    let cases = [
        (
            other.root(),
            sandbox_url(HOST),
            "is signed by an authority that is not trusted",
        ),
        // The certificate is not for that host.
        (authority.root(), sandbox_url("sts.example.com"), "is for another host"),
    ];
    for (bundle, url, why) in cases {
        let run = sandbox.awsenv(["whoami", "one", "--json"]);
        let output = run
            .env("AWS_CA_BUNDLE", bundle)
            .env("AWS_ENDPOINT_URL_STS", url)
            .output();
        let error = &json(&output)["error"];
        assert_eq!((output.status, &error["kind"]), (1, &"tls".into()), "{}", output.all());
        let message = error["message"].as_str().expect("a message");
        assert!(
            message.contains("cannot be trusted: ") && message.contains(why),
            "{message}"
        );
        assert_eq!(error["hints"][1], "AWS_CA_BUNDLE names the certificates to trust");
    }
    let seen = aws.requests();
    assert!(
        !seen.is_empty() && seen.iter().all(|seen| seen.fault.as_deref() == Some("tls")),
        "{seen:#?}"
    );
}

fn sandbox_url(host: &str) -> String {
    format!("https://{host}/")
}

#[test]
fn a_bundle_that_cannot_be_used_is_named() {
    let Some(authority) = Authority::new() else { return };
    let Some((aws, tunnel, sandbox)) = of_aws(&authority) else {
        return;
    };
    let empty = sandbox.write("empty.pem", "");
    let text = sandbox.write("text.pem", "no certificate\n");
    for (bundle, why) in [
        (sandbox.path("missing.pem"), "there is no such file"),
        (empty, "it has no certificate in PEM format"),
        (text, "it has no certificate in PEM format"),
    ] {
        let run = sandbox.awsenv(["whoami", "one", "--json"]);
        let output = run.env("AWS_CA_BUNDLE", &bundle).output();
        let error = &json(&output)["error"];
        assert_eq!(
            (output.status, &error["kind"]),
            (1, &"invalid-config".into()),
            "{}",
            output.all()
        );
        let message = error["message"].as_str().expect("a message");
        let wanted = format!("the CA bundle `{}` cannot be used: {why}", bundle.display());
        assert!(message.ends_with(&wanted), "{message}");
        assert_eq!(error["hints"][0], "AWS_CA_BUNDLE names the certificates to trust");
    }
    assert!(aws.requests().is_empty() && tunnel.asked().is_empty());
}
