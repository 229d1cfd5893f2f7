//! Signatures of requests: AWS Signature Version 4, in the headers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials as Keys;
use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;

use super::fault::Fault;
use super::message::{Method, Request};
use crate::credentials::{Credentials, Timestamp};
use crate::secret::Secret;

/// What a signature is valid for, apart from the request and the day.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// AWS's name of the service, such as `sts`.
    pub service: &'a str,
    pub region: &'a str,
}

/// Adds the headers of a signature, and `host`. Only `content-type`, `host` and the signature's own headers are signed,
/// as by botocore; what else a proxy may see and change is not.
///
/// # Errors
/// The request cannot be sent, because its URL has no host or a value fits into no header.
pub fn sign(request: &mut Request, credentials: &Credentials, scope: Scope<'_>, at: Timestamp) -> Result<(), Fault> {
    let host = host(&request.url).ok_or_else(|| Fault::Setting(format!("`{}` is not a URL", request.url)))?;
    let host = Secret::new(host.to_owned());
    request.headers.push(("host", host));
    let token = credentials.session_token.as_ref();
    let identity = Keys::new(
        credentials.access_key_id.as_str(),
        credentials.secret_access_key.expose().as_str(),
        token.map(|token| token.expose().clone()),
        None,
        "awsenv",
    );
    let identity = identity.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .name(scope.service)
        .region(scope.region)
        .time(time(at))
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| unsignable("a setting is missing"))?
        .into();
    let signed = request.headers.iter().filter(|(name, _)| SIGNED.contains(name));
    let signed = signed.map(|(name, value)| (*name, value.expose().as_str()));
    let body = SignableBody::Bytes(request.body.expose().as_bytes());
    // Their own errors may quote the value.
    let refused = |_| unsignable("a value has characters that cannot be sent in a header");
    let signable = SignableRequest::new(method(request.method), request.url.as_str(), signed, body).map_err(refused)?;
    let output = http_request::sign(signable, &params).map_err(refused)?;
    let (headers, _) = output.into_parts().0.into_parts();
    let headers = headers
        .iter()
        .map(|header| (header.name(), header.value().to_owned().into()));
    request.headers.extend(headers);
    Ok(())
}

/// Those of a request's own headers that are signed.
const SIGNED: [&str; 2] = ["content-type", "host"];

fn unsignable(why: &str) -> Fault {
    Fault::Setting(format!("the request cannot be signed: {why}"))
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
    }
}

fn time(at: Timestamp) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(u64::try_from(at.0).unwrap_or_default())
}

/// The `host` header for a URL: without the port that the scheme has anyway.
fn host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let usual = if scheme.eq_ignore_ascii_case("https") {
        ":443"
    } else {
        ":80"
    };
    let host = host.strip_suffix(usual).unwrap_or(host);
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

    struct Signed {
        url: &'static str,
        region: &'static str,
        body: &'static str,
        /// The id, the secret and the session token.
        keys: (&'static str, &'static str, Option<&'static str>),
        at: i64,
    }

    impl Signed {
        fn request(&self) -> Request {
            let mut request = Request {
                method: Method::Post,
                url: self.url.to_owned(),
                headers: vec![
                    ("content-type", Secret::new(FORM.to_owned())),
                    ("accept", Secret::new("*/*".to_owned())),
                ],
                body: Secret::new(self.body.to_owned()),
            };
            let credentials = Credentials {
                access_key_id: self.keys.0.to_owned(),
                secret_access_key: Secret::new(self.keys.1.to_owned()),
                session_token: self.keys.2.map(|token| Secret::new(token.to_owned())),
                expires: None,
                account_id: None,
            };
            let scope = Scope {
                service: "sts",
                region: self.region,
            };
            sign(&mut request, &credentials, scope, Timestamp(self.at)).expect("a signature");
            request
        }

        fn authorization(&self) -> String {
            header(&self.request(), "authorization").expect("a signature")
        }
    }

    fn header(request: &Request, name: &str) -> Option<String> {
        let value = |(known, value): &(&str, Secret<String>)| (*known == name).then(|| value.expose().clone());
        request.headers.iter().find_map(value)
    }

    /// Recorded from AWS CLI 2.36.
    #[test]
    fn signatures_are_those_of_the_aws_cli() {
        let ops = |session: &str| {
            let body = format!(
                "Action=AssumeRole&Version=2011-06-15&ExternalId=ext+1&DurationSeconds=1800&RoleArn=arn%3Aaws%3Aiam%3A%3A\
                 123456789012%3Arole%2FOps&RoleSessionName=botocore-session-{session}"
            );
            &*body.leak()
        };
        let base = ("AKIDBASE", "SECRETBASE", None);
        let cases = [
            (
                Signed {
                    url: "http://127.0.0.1:18089/",
                    region: "eu-west-1",
                    body: ops("1795228628"),
                    keys: base,
                    at: 1_795_228_628,
                },
                "Credential=AKIDBASE/20261121/eu-west-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, \
                 Signature=0b5703de09f7e485da24a1ff8d85e02caf2a2c6c162c0ad747974e9698615256",
            ),
            (
                Signed {
                    url: "http://127.0.0.1:18089/",
                    region: "us-west-2",
                    body: ops("1795228630"),
                    keys: base,
                    at: 1_795_228_630,
                },
                "Credential=AKIDBASE/20261121/us-west-2/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, \
                 Signature=058ddb19df3b63b1ef7c15fc1715daee63500e0da4059379638b5441dec7fce1",
            ),
            (
                Signed {
                    url: "http://127.0.0.1:18089/",
                    region: "us-west-2",
                    body: "Action=AssumeRole&Version=2011-06-15&RoleSessionName=sess&RoleArn=arn%3Aaws%3Aiam%3A%3A\
                           123456789012%3Arole%2FTwo",
                    keys: ("ASIA7", "secret7", Some("token7")),
                    at: 1_795_228_630,
                },
                "Credential=ASIA7/20261121/us-west-2/sts/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, \
                 Signature=f26a6bf9fa9a5a69da932573ad89de627cb0223d1bbdee216119833e416075bc",
            ),
            (
                Signed {
                    url: "http://127.0.0.1:18089/",
                    region: "us-west-2",
                    body: "Action=AssumeRole&Version=2011-06-15&SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme\
                           &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FMfa\
                           &RoleSessionName=botocore-session-1795228631&TokenCode=123456",
                    keys: base,
                    at: 1_795_228_631,
                },
                "Credential=AKIDBASE/20261121/us-west-2/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, \
                 Signature=d66b08b5599fd38c638e30b25e2675af70b8aa738221613c7a750c53d405ccfe",
            ),
        ];
        for (signed, authorization) in cases {
            assert_eq!(signed.authorization(), format!("AWS4-HMAC-SHA256 {authorization}"));
        }
    }

    /// By botocore 1.44.5's `SigV4Auth`.
    #[test]
    fn signatures_are_those_of_botocore() {
        let whoami = "Action=GetCallerIdentity&Version=2011-06-15";
        for (url, region, body, token, signature) in [
            (
                "https://sts.eu-west-1.amazonaws.com/",
                "eu-west-1",
                whoami,
                None,
                "5c7fcb08c4fe446a7bfb776cc265f7326cc40a7188dc0aa0bc151d6e4f88ce5c",
            ),
            (
                "https://sts.eu-west-1.amazonaws.com:443/",
                "eu-west-1",
                whoami,
                None,
                "5c7fcb08c4fe446a7bfb776cc265f7326cc40a7188dc0aa0bc151d6e4f88ce5c",
            ),
            (
                "http://[::1]:8080/a%20b/sts",
                "us-east-1",
                whoami,
                Some("tok/en+with=signs"),
                "ca9e5357d060fbb0d75f7f65250b54ce5df33a0d5a3c3494957695fb148be8b2",
            ),
            (
                "http://localhost:4566/",
                "cn-north-1",
                "",
                Some("t"),
                "079e83a36f2b0d09496cb9e70987c102613fb101cae77aeaae5e317067c6eade",
            ),
        ] {
            let signed = Signed {
                url,
                region,
                body,
                keys: ("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token),
                at: 1_800_000_000,
            };
            let request = signed.request();
            let authorization = header(&request, "authorization").expect("a signature");
            assert!(
                authorization.ends_with(&format!("Signature={signature}")),
                "{url}: {authorization}"
            );
            assert_eq!(header(&request, "x-amz-date").as_deref(), Some("20270115T080000Z"));
            assert_eq!(header(&request, "x-amz-security-token").as_deref(), token);
            assert!(authorization.contains("SignedHeaders=content-type;host;x-amz-date"));
        }
    }

    #[test]
    fn what_cannot_be_signed_is_not_shown() {
        let mut request = Request {
            method: Method::Get,
            url: "http://127.0.0.1/".to_owned(),
            headers: Vec::new(),
            body: Secret::default(),
        };
        let credentials = Credentials {
            access_key_id: "AKID".to_owned(),
            secret_access_key: Secret::new("hidden".to_owned()),
            session_token: Some(Secret::new("broken\ntoken".to_owned())),
            expires: None,
            account_id: None,
        };
        let scope = Scope {
            service: "sts",
            region: "us-east-1",
        };
        let error = sign(&mut request, &credentials, scope, Timestamp(0)).expect_err("a line break");
        assert!(
            matches!(&error, Fault::Setting(why) if !why.contains("token") && !why.contains("hidden")),
            "{error:?}"
        );
        request.url = "no host".to_owned();
        assert!(sign(&mut request, &credentials, scope, Timestamp(0)).is_err());
    }
}
