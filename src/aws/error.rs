//! Errors that a service answers with.

use serde_json::Value;

use super::document;
use super::message::{Answer, Request};
use crate::text::HIDDEN;

/// An answer that says that the service did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceError {
    pub status: u16,
    /// The service's name of the error; `None` if the answer is not one of AWS's, such as a page of a proxy.
    pub code: Option<String>,
    /// In the service's words, and at most 1 KiB of them. They may quote what was sent.
    pub message: Option<String>,
    pub class: Class,
}

/// What an error means to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Too many requests.
    Throttled,
    /// The service, or one that it needs, is not well.
    Unwell,
    /// The service's clock and the one that the request was signed by differ.
    ClockSkew,
    /// These keys may not do this.
    Denied,
    /// The code is not the MFA device's, or not any more.
    WrongCode,
    /// The user has no such MFA device.
    UnknownDevice,
    /// The session of these keys has ended.
    ExpiredToken,
    /// No key with this id is known to this partition, or its session token does not belong to it.
    UnknownKey,
    /// The signature is wrong, which usually is the secret key's fault.
    WrongSignature,
    /// The token of the call is not accepted, or not any more.
    Unauthorized,
    /// There is no such thing, or not for this caller.
    NotFound,
    /// STS is switched off for this account in this region.
    RegionDisabled,
    /// The request itself is wrong, such as a duration beyond the role's.
    Invalid,
    Other,
}

/// In bytes.
const LONGEST: usize = 1024;

impl ServiceError {
    /// `None` if the answer is no error. A redirect is one, because none is followed.
    pub fn of(answer: &Answer) -> Option<Self> {
        if (200..300).contains(&answer.status) {
            return None;
        }
        let body = answer.body.expose();
        let (code, message) = of_xml(body).unwrap_or_else(|| of_json(answer.error_type.as_deref(), body));
        Some(Self {
            status: answer.status,
            class: class(answer.status, code.as_deref(), message.as_deref().unwrap_or_default()),
            code,
            message,
        })
    }

    /// Whether the same request may succeed a little later.
    pub fn is_passing(&self) -> bool {
        matches!(self.class, Class::Throttled | Class::Unwell)
    }

    /// Without what may be a secret of this request, in case the service quotes it.
    pub fn without(self, request: &Request) -> Self {
        let hushed = |text: Option<String>| {
            let text = text?;
            let is_cut = text.len() > LONGEST - char::MAX.len_utf8();
            Some(secrets(request).fold(text, |text, secret| hushed(&text, secret, is_cut)))
        };
        Self {
            code: hushed(self.code),
            message: hushed(self.message),
            ..self
        }
    }
}

/// In bytes; no secret is shorter.
const SHORTEST: usize = 20;

/// In bytes; less of a secret tells nothing.
const PART: usize = 8;

/// The long words of a request's headers and body that are no URL and no ARN, and the code of an MFA device.
fn secrets(request: &Request) -> impl Iterator<Item = &str> {
    let headers = request.headers.iter().map(|(_, value)| value.expose().as_str());
    let texts = headers.chain([request.body.expose().as_str()]);
    let words = texts.flat_map(|text| text.split(|c: char| c.is_whitespace() || "\",&".contains(c)));
    let is_name = |word: &str| word.contains("://") || ["arn:", "urn:"].iter().any(|start| word.starts_with(start));
    words.filter_map(move |word| match word.strip_prefix("TokenCode=") {
        Some(code) => Some(code).filter(|code| !code.is_empty()),
        None => Some(word).filter(|word| word.len() >= SHORTEST && !is_name(word)),
    })
}

/// A text that is cut may end within the secret.
fn hushed(text: &str, secret: &str, is_cut: bool) -> String {
    let text = text.replace(secret, HIDDEN);
    let is_end = |length: &usize| secret.get(..*length).is_some_and(|part| text.ends_with(part));
    match (PART..secret.len()).rev().find(|length| is_cut && is_end(length)) {
        Some(length) => format!("{}{HIDDEN}", &text[..text.len() - length]),
        None => text,
    }
}

/// `<Error>` is the root for some services, and inside `<Errors>` or `<ErrorResponse>` for others.
fn of_xml(body: &[u8]) -> Option<(Option<String>, Option<String>)> {
    let document = document::parse(body).ok()?;
    let root = document.root_element();
    let parent = document::child(root, "Errors").unwrap_or(root);
    let error = document::child(parent, "Error").unwrap_or(root);
    let part = |name| document::text(error, name).map(|text| start(text).to_owned());
    Some(match part("Code") {
        Some(code) => (Some(code), part("Message")),
        // Not an error of AWS.
        None => (None, None),
    })
}

/// The header names the error for most services with JSON, else the body does; that of tokens does it as OAuth.
fn of_json(error_type: Option<&str>, body: &[u8]) -> (Option<String>, Option<String>) {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let first = |names: &[&str]| {
        let mut texts = names.iter().filter_map(|name| body.get(name)?.as_str());
        texts.find(|text| !text.is_empty()).map(|text| start(text).to_owned())
    };
    let named = error_type.map(|text| start(text).to_owned());
    let code = named.or_else(|| first(&["__type", "code", "error"]));
    match code.as_deref().map(bare).filter(|code| !code.is_empty()) {
        Some(code) => (
            Some(code.to_owned()),
            first(&["message", "Message", "error_description"]),
        ),
        // Not an error of AWS.
        None => (None, None),
    }
}

/// The name of an error alone, without the shapes and documents around it.
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or_default();
    code.rsplit('#').next().unwrap_or_default().trim()
}

fn start(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}

/// botocore's.
const THROTTLED: [&str; 13] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "EC2ThrottledException",
];

/// botocore's; the last one is STS's, about the identity provider of a web identity.
const UNWELL: [&str; 4] = [
    "RequestTimeout",
    "RequestTimeoutException",
    "PriorRequestNotComplete",
    "IDPCommunicationError",
];

/// How AWS STS begins to say so.
const WRONG_CODE: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code";
const UNKNOWN_DEVICE: &str = "MultiFactorAuthentication failed, unable to validate MFA code";

fn class(status: u16, code: Option<&str>, message: &str) -> Class {
    let code = code.unwrap_or_default();
    let is_late = message.contains("Signature expired") || message.contains("not yet current");
    match code {
        _ if THROTTLED.contains(&code) => Class::Throttled,
        _ if UNWELL.contains(&code) => Class::Unwell,
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => Class::ClockSkew,
        "SignatureDoesNotMatch" | "InvalidSignature" | "InvalidSignatureException" if is_late => Class::ClockSkew,
        "SignatureDoesNotMatch" | "InvalidSignature" | "InvalidSignatureException" => Class::WrongSignature,
        "AccessDenied" if message.starts_with(WRONG_CODE) => Class::WrongCode,
        "AccessDenied" if message.starts_with(UNKNOWN_DEVICE) => Class::UnknownDevice,
        "AccessDenied" | "AccessDeniedException" | "ForbiddenException" => Class::Denied,
        "ExpiredToken" | "ExpiredTokenException" => Class::ExpiredToken,
        "InvalidClientTokenId" | "UnrecognizedClientException" => Class::UnknownKey,
        "RegionDisabledException" => Class::RegionDisabled,
        "UnauthorizedException" => Class::Unauthorized,
        "ResourceNotFoundException" => Class::NotFound,
        _ => match status {
            429 => Class::Throttled,
            500 | 502 | 503 | 504 => Class::Unwell,
            400 if !code.is_empty() => Class::Invalid,
            _ => Class::Other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn error(status: u16, body: &str) -> Option<ServiceError> {
        ServiceError::of(&Answer {
            status,
            body: Secret::new(body.as_bytes().to_vec()),
            ..Answer::default()
        })
    }

    #[test]
    fn what_a_service_quotes_of_a_request_is_hidden() {
        use crate::aws::Method;
        let (token, client) = ("aoaAAAAAG9h/+_-.:tokenXYZ=", "eyJr.client-secret_9");
        let secret = |text: String| Secret::new(text);
        let request = Request {
            method: Method::Post,
            url: "https://oidc.eu-west-1.amazonaws.com/token".to_owned(),
            headers: vec![("x-amz-sso_bearer_token", secret(token.to_owned()))],
            body: secret(format!(
                r#"{{"grantType": "urn:ietf:params:oauth:grant-type:device_code", "clientSecret": "{client}", "to": "http://127.0.0.1:1/callback"}}"#
            )),
        };
        let told = |message: &str| {
            let body = serde_json::json!({"error": "invalid_grant", "message": message}).to_string();
            error(400, &body).unwrap().without(&request).message.unwrap()
        };
        assert_eq!(
            told(&format!(
                "`{token}` of {client}, urn:ietf:params:oauth:grant-type:device_code"
            )),
            "`(secret)` of (secret), urn:ietf:params:oauth:grant-type:device_code"
        );
        let plain = "http://127.0.0.1:1/callback is not known, and clientSecret ends in eyJr.client-se";
        assert_eq!(told(plain), plain);
        let long = "x".repeat(LONGEST - 10);
        assert_eq!(told(&format!("{long}{client}")), format!("{long}(secret)"));
        let code = ServiceError {
            code: Some(client.to_owned()),
            ..error(403, "").unwrap()
        };
        assert_eq!(code.without(&request).code.as_deref(), Some("(secret)"));
    }

    /// It is short, and may be in a sentence or in the whole form.
    #[test]
    fn the_code_of_a_device_is_hidden() {
        use crate::aws::Method;
        let request = |body: &str| Request {
            method: Method::Post,
            url: "https://sts.eu-west-1.amazonaws.com/".to_owned(),
            headers: Vec::new(),
            body: Secret::new(body.to_owned()),
        };
        let form = "Action=GetSessionToken&Version=2011-06-15&SerialNumber=GAHT12345678&TokenCode=918273";
        let told = |message: &str, form: &str| {
            let body = format!(
                "<ErrorResponse><Error><Code>918273</Code><Message>{message}</Message></Error></ErrorResponse>"
            );
            error(400, &body).expect("an error").without(&request(form))
        };
        let hidden = told("Value '918273' of TokenCode=918273 and 918273", form);
        assert_eq!(
            hidden.message.as_deref(),
            Some("Value '(secret)' of TokenCode=(secret) and (secret)")
        );
        assert_eq!(hidden.code.as_deref(), Some("(secret)"));
        // In the middle of a form, and not there at all.
        let hidden = told("918273", "TokenCode=918273&Version=2011-06-15");
        assert_eq!(hidden.message.as_deref(), Some("(secret)"));
        for without in ["TokenCode=&Version=2011-06-15", "Version=2011-06-15"] {
            assert_eq!(told("as it is", without).message.as_deref(), Some("as it is"));
        }
    }

    fn class_of(status: u16, code: &str, message: &str) -> Class {
        let body = format!(
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>{code}</Code><Message>{message}</Message></Error><RequestId>c6104cbe</RequestId></ErrorResponse>"
        );
        let error = error(status, &body).expect("an error");
        assert_eq!((error.code.as_deref(), error.status), (Some(code), status));
        error.class
    }

    #[test]
    fn both_shapes_are_read() {
        let expected = ServiceError {
            status: 403,
            code: Some("AccessDenied".to_owned()),
            message: Some("User: me is not authorized & barred".to_owned()),
            class: Class::Denied,
        };
        let inner =
            "<Error><Code>AccessDenied</Code><Message>User: me is not authorized &amp; barred</Message></Error>";
        for body in [
            format!("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">{inner}</ErrorResponse>"),
            format!("<Response><Errors>{inner}</Errors><RequestID>c61</RequestID></Response>"),
            format!("<?xml version=\"1.0\"?>{inner}"),
        ] {
            assert_eq!(error(403, &body).as_ref(), Some(&expected), "{body}");
        }
    }

    #[test]
    fn an_answer_of_somebody_else_has_no_code_and_is_not_shown() {
        for body in [
            "",
            "no XML",
            "<html><body>Sign in</body></html>",
            "{\"message\": \"x\"}",
            "\u{0}",
        ] {
            let error = error(403, body).expect("an error");
            assert_eq!(
                (error.code, error.message, error.class),
                (None, None, Class::Other),
                "{body}"
            );
        }
        assert_eq!(error(302, "").map(|error| error.class), Some(Class::Other));
        assert_eq!(error(400, "<html/>").map(|error| error.class), Some(Class::Other));
        assert_eq!(error(200, "no XML"), None);
        assert_eq!(error(204, ""), None);
    }

    #[test]
    fn errors_in_json_are_named_by_the_header_or_the_body() {
        let of = |error_type: Option<&str>, body: &str| {
            let error = ServiceError::of(&Answer {
                status: 400,
                error_type: error_type.map(str::to_owned),
                body: Secret::new(body.as_bytes().to_vec()),
                ..Answer::default()
            });
            let error = error.expect("an error");
            (error.code.unwrap_or_default(), error.message.unwrap_or_default())
        };
        let both = |code: &str, message: &str| (code.to_owned(), message.to_owned());
        for (error_type, body, expected) in [
            (
                Some("UnauthorizedException:http://internal.amazon.com/coral/com.amazonaws.switchboard.portal/"),
                r#"{"message": "Session token not found or invalid", "__type": "com.amazonaws.switchboard.portal#Other"}"#,
                both("UnauthorizedException", "Session token not found or invalid"),
            ),
            (
                None,
                r#"{"message": null, "__type": "com.amazonaws.switchboard.portal#UnauthorizedException"}"#,
                both("UnauthorizedException", ""),
            ),
            (
                None,
                r#"{"code": "ResourceNotFoundException", "Message": "m"}"#,
                both("ResourceNotFoundException", "m"),
            ),
            (
                None,
                r#"{"error": "invalid_grant", "error_description": "Invalid refresh token provided"}"#,
                both("invalid_grant", "Invalid refresh token provided"),
            ),
            (Some("SlowDownException"), "", both("SlowDownException", "")),
            (Some(":"), r#"{"error": "x"}"#, both("", "")),
            (None, r#"{"error": {"code": 5}}"#, both("", "")),
            (None, r#"["error"]"#, both("", "")),
        ] {
            assert_eq!(of(error_type, body), expected, "{error_type:?} {body}");
        }
        let long = format!("{{\"error\": \"{0}\", \"message\": \"{0}\"}}", "é".repeat(5_000));
        let (code, message) = of(None, &long);
        assert_eq!((code.len(), message.len()), (LONGEST, LONGEST));
    }

    #[test]
    fn a_message_is_at_most_1_kib() {
        let long = format!(
            "<Error><Code>{0}</Code><Message>{0}</Message></Error>",
            "é".repeat(5_000)
        );
        let error = error(400, &long).expect("an error");
        assert_eq!(error.message.map(|message| message.len()), Some(1024));
        assert_eq!(error.code.map(|code| code.len()), Some(1024));
        let odd = format!("<Error><Code>a</Code><Message>a{}</Message></Error>", "é".repeat(5_000));
        assert_eq!(
            super::of_xml(odd.as_bytes()).and_then(|(_, message)| Some(message?.len())),
            Some(1023)
        );
    }

    #[test]
    fn errors_have_classes() {
        for (status, code, message, class) in [
            (400, "Throttling", "Rate exceeded", Class::Throttled),
            (400, "ThrottlingException", "", Class::Throttled),
            (503, "SlowDown", "", Class::Throttled),
            (429, "Whatever", "", Class::Throttled),
            (500, "InternalFailure", "", Class::Unwell),
            (503, "ServiceUnavailable", "", Class::Unwell),
            (400, "IDPCommunicationError", "", Class::Unwell),
            (400, "RequestTimeout", "", Class::Unwell),
            (403, "RequestTimeTooSkewed", "", Class::ClockSkew),
            (400, "RequestExpired", "", Class::ClockSkew),
            (
                403,
                "SignatureDoesNotMatch",
                "Signature expired: 20261121T023708Z is now earlier than 20261121T032208Z",
                Class::ClockSkew,
            ),
            (
                403,
                "InvalidSignatureException",
                "Signature not yet current: 20261121T023708Z is still later than 20261121T013708Z",
                Class::ClockSkew,
            ),
            (
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided.",
                Class::WrongSignature,
            ),
            (403, "AccessDenied", "", Class::Denied),
            (
                403,
                "AccessDenied",
                "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
                Class::WrongCode,
            ),
            (
                403,
                "AccessDenied",
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is \
                 valid and associated with this user. ",
                Class::UnknownDevice,
            ),
            // Half of what AWS takes, which no code makes up for.
            (
                403,
                "AccessDenied",
                "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. ",
                Class::Denied,
            ),
            (
                400,
                "ValidationError",
                "MultiFactorAuthentication failed with invalid MFA one time pass code",
                Class::Invalid,
            ),
            (400, "AccessDeniedException", "", Class::Denied),
            (
                403,
                "ExpiredToken",
                "The security token included in the request is expired",
                Class::ExpiredToken,
            ),
            (400, "ExpiredTokenException", "", Class::ExpiredToken),
            (403, "InvalidClientTokenId", "", Class::UnknownKey),
            (403, "UnrecognizedClientException", "", Class::UnknownKey),
            (
                403,
                "RegionDisabledException",
                "STS is not activated in this region",
                Class::RegionDisabled,
            ),
            (401, "UnauthorizedException", "", Class::Unauthorized),
            (401, "InvalidClientException", "", Class::Other),
            (403, "ForbiddenException", "", Class::Denied),
            (404, "ResourceNotFoundException", "", Class::NotFound),
            (429, "TooManyRequestsException", "", Class::Throttled),
            (400, "ValidationError", "", Class::Invalid),
            (400, "PackedPolicyTooLarge", "", Class::Invalid),
            (403, "OptInRequired", "", Class::Other),
            (404, "InvalidAction", "", Class::Other),
        ] {
            assert_eq!(class_of(status, code, message), class, "{status} {code}");
            let is_passing = matches!(class, Class::Throttled | Class::Unwell);
            let same = ServiceError {
                status,
                code: None,
                message: None,
                class,
            };
            assert_eq!(same.is_passing(), is_passing);
        }
        for status in [500, 502, 503, 504] {
            assert_eq!(error(status, "<html/>").map(|error| error.class), Some(Class::Unwell));
        }
        assert_eq!(error(501, "").map(|error| error.class), Some(Class::Other));
    }
}
