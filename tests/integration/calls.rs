//! What `explain` says of the calls of a role: by whose variables, and without the secrets in them.

use serde_json::Value;

use crate::support::Sandbox;

const CONFIG: &str = "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = keys\nregion = eu-west-1\n\
    [profile keys]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = hush\n\
    endpoint_url = http://localhost:1\nuse_fips_endpoint = true\nca_bundle = /etc/hosts\nmax_attempts = 2\n";

/// The call of the profile `role`, after these lines of a shell.
fn call_after(sandbox: &Sandbox, lines: &str) -> Value {
    let script = format!("{lines}\nawsenv explain role --json");
    let output = sandbox.program("sh").args(["-c", &script]).output();
    let document: Value = serde_json::from_str(output.out()).expect("a document");
    document["calls"][0].clone()
}

#[test]
fn what_use_exports_of_one_profile_is_no_setting_of_another() {
    let sandbox = Sandbox::with_config(CONFIG);
    let fresh = call_after(&sandbox, "");
    assert_eq!(fresh["url"]["value"], "https://sts.eu-west-1.amazonaws.com/");
    let in_use = "eval \"$(awsenv use keys --keys --shell posix -q)\"; [ \"$AWS_ENDPOINT_URL\" ] && [ \"$AWS_CA_BUNDLE\" ] || exit";
    assert_eq!(call_after(&sandbox, in_use), fresh);
    let own = call_after(
        &sandbox,
        &format!("{in_use}; export AWS_ENDPOINT_URL=http://localhost:2"),
    );
    assert_eq!(own["url"]["value"], "http://localhost:2/");
    assert_eq!(own["url"]["variable"], "AWS_ENDPOINT_URL");
    assert_eq!(own["tries"], 3);
}

#[test]
fn passwords_in_urls_are_not_shown() {
    for (proxy, url) in [
        ("http://me:hunter2@proxy:3128", "http://me:hunter2@emulator:4566/"),
        ("me:hunter2@proxy", "http://me:hunter2@emulator:x/"),
        ("socks5://me:hunter2@proxy:1", "ftp://me:hunter2@emulator/"),
        ("http://me:hunter2@:99999", "http://emulator/?password=hunter2"),
    ] {
        let mut sandbox = Sandbox::with_config(CONFIG);
        sandbox.set("HTTPS_PROXY", proxy);
        sandbox.set("http_proxy", proxy);
        for endpoint in ["https://sts.example.com/", url] {
            sandbox.set("AWS_ENDPOINT_URL_STS", endpoint);
            for words in [&["explain", "role"][..], &["explain", "role", "--json"]] {
                let output = sandbox.awsenv(words).output();
                let said = format!("{}{}", output.out(), output.err());
                assert!(
                    said.contains("calls") && !said.contains("hunter2"),
                    "{proxy} {endpoint}: {said}"
                );
            }
        }
    }
}
