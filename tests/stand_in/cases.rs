//! Single requests, right and wrong, and what AWS says to them.

use serde_json::{Value, json};

use super::{Answered, ask};
use crate::support::Aws;
use crate::support::aws::SERIAL;

/// A request, and what the stand-in says to it.
pub(super) struct Case {
    pub name: &'static str,
    pub request: Value,
    /// Of the error; `None` if the request is right.
    pub code: Option<&'static str>,
    /// The message of the error, with `TIME` for each time; or the ARN in the answer.
    pub says: String,
}

pub(super) const ONE: &str = "arn:aws:iam::123456789012:role/One";
const TWO: &str = "arn:aws:iam::123456789012:role/Two";
const THREE: &str = "arn:aws:iam::210987654321:role/teams/ops/Three";
const EXTERNAL: &str = "arn:aws:iam::123456789012:role/External";
const HOUR: &str = "arn:aws:iam::123456789012:role/Hour";
const ACCOUNT: &str = "arn:aws:iam::210987654321:role/Account";
const GUARDED: &str = "arn:aws:iam::123456789012:role/Guarded";
const RECENT: &str = "arn:aws:iam::123456789012:role/Recent";
const CLOSED: &str = "arn:aws:iam::123456789012:role/Closed";

const BASE: &str = "arn:aws:iam::123456789012:user/base";
const AS_ONE: &str = "arn:aws:sts::123456789012:assumed-role/One/session";

const INVALID_TOKEN: &str = "The security token included in the request is invalid.";
const WRONG_SIGNATURE: &str = "The request signature we calculated does not match the signature you provided. Check your \
    AWS Secret Access Key and signing method. Consult the service documentation for details.";

#[test]
fn each_request_gets_the_answer_of_aws() {
    let Some(aws) = Aws::start() else {
        return;
    };
    let (id, secret) = aws.key("base");
    let mut cases = signatures(id, secret);
    cases.extend(forms(id, secret));
    cases.extend(sessions(id, secret));
    cases.extend(roles(id, secret));
    cases.extend(only_here(id, secret));
    let Some(answers) = run(aws.endpoint(), &cases) else {
        return;
    };
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(answer.code.as_deref(), case.code, "{answer:#?}");
        assert_eq!(said(answer), case.says, "{}", case.name);
        let status = match case.code {
            None => 200,
            Some("ValidationError" | "InvalidAction" | "IncompleteSignature" | "StandIn" | "MissingAction") => 400,
            Some("MalformedPolicyDocument" | "MalformedInput" | "PackedPolicyTooLarge") => 400,
            Some(_) => 403,
        };
        assert_eq!(answer.status, status, "{}", case.name);
    }
    let lifetime = |name: &str| {
        answers
            .iter()
            .find(|answer| answer.name == name)
            .and_then(|answer| answer.lifetime)
    };
    for (name, wanted) in [
        ("one", 3600),
        ("longest", 43_200),
        ("shortest", 900),
        ("session token", 43_200),
    ] {
        let given = lifetime(name).expect(name);
        assert!((wanted - 10..=wanted + 1).contains(&given), "{name}: {given}");
    }
    assert_eq!(aws.requests().len(), cases.len());
    assert_no_secret_in_the_log(&aws);
}

/// The log has every request, but nothing that a log must not have.
fn assert_no_secret_in_the_log(aws: &Aws) {
    let log = format!("{:?}", aws.requests());
    assert!(log.contains("sha256:"), "tokens are hashed");
    assert!(!aws.issued().is_empty());
    for session in aws.issued() {
        assert!(!log.contains(&session.secret_access_key) && !log.contains(&session.session_token));
    }
    for user in ["base", "other"] {
        assert!(!log.contains(aws.key(user).1));
    }
}

#[test]
fn a_code_is_taken_once() {
    let Some(aws) = Aws::start() else {
        return;
    };
    let (id, secret) = aws.key("base");
    let (now, next) = (aws.code(0), aws.code(1));
    let codes = [now.as_str(), &next];
    let wrong = ["000000", "111111", "222222"]
        .into_iter()
        .find(|wrong| !codes.contains(wrong))
        .expect("one of three");
    let guarded = |code: &str| assume(GUARDED, &[("SerialNumber", SERIAL), ("TokenCode", code)]);
    let key = json!({"id": id, "secret": secret});
    let primed = json!([
        ["Action", "GetSessionToken"],
        ["Version", VERSION],
        ["SerialNumber", SERIAL],
        ["TokenCode", next]
    ]);
    let as_guarded = "arn:aws:sts::123456789012:assumed-role/Guarded/session";
    let wrong_code = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    let cases = [
        right("code", &key, guarded(&now), as_guarded),
        wrong_case("again", &key, guarded(&now), "AccessDenied", wrong_code),
        wrong_case("wrong", &key, guarded(wrong), "AccessDenied", wrong_code),
        right("primed", &key, primed, ""),
        right(
            "primed guarded",
            &json!({"of": "primed"}),
            assume(GUARDED, &[]),
            as_guarded,
        ),
        right(
            "primed recent",
            &json!({"of": "primed"}),
            assume(RECENT, &[]),
            &as_guarded.replace("Guarded", "Recent"),
        ),
        wrong_case("once", &key, guarded(&next), "AccessDenied", wrong_code),
    ];
    let Some(answers) = run(aws.endpoint(), &cases) else {
        return;
    };
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(answer.code.as_deref(), case.code, "{answer:#?}");
        assert_eq!(said(answer), case.says, "{}", case.name);
    }
    assert!(!format!("{:?}", aws.requests()).contains(&now), "codes are hashed");
}

/// Sends all of them, in order, because a case may use the session of one before it.
pub(super) fn run(endpoint: &str, cases: &[Case]) -> Option<Vec<Answered>> {
    let requests: Vec<_> = cases.iter().map(|case| case.request.clone()).collect();
    let answers = ask(endpoint, &requests.into())?;
    assert_eq!(answers.len(), cases.len());
    Some(answers)
}

const VERSION: &str = "2011-06-15";

fn identity() -> Value {
    json!([["Action", "GetCallerIdentity"], ["Version", VERSION]])
}

fn assume(role: &str, more: &[(&str, &str)]) -> Value {
    let mut form = vec![
        ("Action", "AssumeRole"),
        ("Version", VERSION),
        ("RoleArn", role),
        ("RoleSessionName", "session"),
    ];
    for (name, value) in more {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    json!(form)
}

fn right(name: &'static str, key: &Value, form: Value, arn: &str) -> Case {
    Case {
        name,
        request: json!({"name": name, "key": key, "form": form}),
        code: None,
        says: arn.to_owned(),
    }
}

fn wrong_case(name: &'static str, key: &Value, form: Value, code: &'static str, message: impl Into<String>) -> Case {
    Case {
        name,
        request: json!({"name": name, "key": key, "form": form}),
        code: Some(code),
        says: message.into(),
    }
}

impl Case {
    /// With a further member of the request.
    fn with(mut self, name: &str, value: Value) -> Self {
        self.request[name] = value;
        self
    }
}

fn not_authorized(caller: &str, action: &str, role: &str) -> String {
    format!("User: {caller} is not authorized to perform: {action} on resource: {role}")
}

/// Who has signed, with what, and when.
pub(super) fn signatures(id: &str, secret: &str) -> Vec<Case> {
    let key = json!({"id": id, "secret": secret});
    let unknown = json!({"id": "AKIAAAAAAAAAAAAAAAAA", "secret": secret});
    let other_secret = json!({"id": id, "secret": "another secret of forty characters is it"});
    let with_token = json!({"id": id, "secret": secret, "token": "IQoJb3JpZ2luX2VjAAAA"});
    let mismatch =
        |name, key: &Value, message: &str| wrong_case(name, key, identity(), "SignatureDoesNotMatch", message);
    vec![
        right("identity", &key, identity(), BASE),
        right("fourteen minutes old", &key, identity(), BASE).with("at", json!(-14 * 60)),
        right("path", &key, identity(), BASE).with("path", json!("/some/prefix/")),
        wrong_case(
            "unknown key",
            &unknown,
            identity(),
            "InvalidClientTokenId",
            INVALID_TOKEN,
        ),
        wrong_case(
            "user's key with a token",
            &with_token,
            identity(),
            "InvalidClientTokenId",
            INVALID_TOKEN,
        ),
        mismatch("wrong secret", &other_secret, WRONG_SIGNATURE),
        mismatch("changed body", &key, WRONG_SIGNATURE)
            .with("form", assume(ONE, &[]))
            .with("swap", json!(["One", "Two"])),
        mismatch(
            "expired",
            &key,
            "Signature expired: TIME is now earlier than TIME (TIME - 15 min.)",
        )
        .with("at", json!(-16 * 60)),
        mismatch(
            "early",
            &key,
            "Signature not yet current: TIME is still later than TIME (TIME + 5 min.)",
        )
        .with("at", json!(6 * 60)),
        mismatch(
            "service",
            &key,
            "Credential should be scoped to correct service: 'sts'. ",
        )
        .with("service", json!("sso")),
    ]
}

/// What was asked for.
pub(super) fn forms(id: &str, secret: &str) -> Vec<Case> {
    let key = json!({"id": id, "secret": secret});
    let refused = |name, more: &[(&str, &str)], message: &str| {
        let message = format!("1 validation error detected: Value {message}");
        wrong_case(name, &key, assume(ONE, more), "ValidationError", message)
    };
    let (long, too_long) = ("n".repeat(64), "n".repeat(65));
    vec![
        refused(
            "blank in name",
            &[("RoleSessionName", "a b")],
            r"'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*",
        ),
        refused(
            "short name",
            &[("RoleSessionName", "a")],
            "'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
        ),
        refused(
            "long name",
            &[("RoleSessionName", &too_long)],
            &format!(
                "'{too_long}' at 'roleSessionName' failed to satisfy constraint: Member must have length less than or equal to 64"
            ),
        ),
        right(
            "longest name",
            &key,
            assume(ONE, &[("RoleSessionName", &long)]),
            &AS_ONE.replace("session", &long),
        ),
        refused(
            "too short",
            &[("DurationSeconds", "899")],
            "'899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
        ),
        refused(
            "too long",
            &[("DurationSeconds", "43201")],
            "'43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
        ),
        right("shortest", &key, assume(ONE, &[("DurationSeconds", "900")]), AS_ONE),
        right("longest", &key, assume(ONE, &[("DurationSeconds", "43200")]), AS_ONE),
    ]
}

/// What a session may do, and how its token is looked at.
pub(super) fn sessions(id: &str, secret: &str) -> Vec<Case> {
    let key = json!({"id": id, "secret": secret});
    let one = json!({"of": "one"});
    let invalid = |name, key: Value| wrong_case(name, &key, identity(), "InvalidClientTokenId", INVALID_TOKEN);
    let chained = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
    vec![
        right("one", &key, assume(ONE, &[]), AS_ONE),
        right("as one", &one, identity(), AS_ONE),
        right("two", &one, assume(TWO, &[]), &AS_ONE.replace("One", "Two")),
        right(
            "as two",
            &json!({"of": "two"}),
            identity(),
            &AS_ONE.replace("One", "Two"),
        ),
        wrong_case(
            "two at once",
            &key,
            assume(TWO, &[]),
            "AccessDenied",
            not_authorized(BASE, "sts:AssumeRole", TWO),
        ),
        wrong_case(
            "one again",
            &one,
            assume(ONE, &[]),
            "AccessDenied",
            not_authorized(AS_ONE, "sts:AssumeRole", ONE),
        ),
        wrong_case(
            "long chain",
            &one,
            assume(TWO, &[("DurationSeconds", "3601")]),
            "ValidationError",
            chained,
        ),
        wrong_case(
            "session's wrong secret",
            &json!({"of": "one", "secret": secret}),
            identity(),
            "SignatureDoesNotMatch",
            WRONG_SIGNATURE,
        ),
        invalid("no token", json!({"of": "one", "token": null})),
        invalid("another token", json!({"of": "one", "token": "IQoJb3JpZ2luX2VjAAAA"})),
    ]
}

/// Whom a role trusts.
pub(super) fn roles(id: &str, secret: &str) -> Vec<Case> {
    let key = json!({"id": id, "secret": secret});
    let as_external = AS_ONE.replace("One", "External");
    let closed = |name, role: &str, more: &[(&str, &str)]| {
        wrong_case(
            name,
            &key,
            assume(role, more),
            "AccessDenied",
            not_authorized(BASE, "sts:AssumeRole", role),
        )
    };
    vec![
        right(
            "external",
            &key,
            assume(EXTERNAL, &[("ExternalId", "partner:42/a=b")]),
            &as_external,
        ),
        closed("other external id", EXTERNAL, &[("ExternalId", "partner:43")]),
        closed("no external id", EXTERNAL, &[]),
        closed("closed", CLOSED, &[]),
        closed("without a code", GUARDED, &[]),
        closed("no such role", "arn:aws:iam::123456789012:role/Missing", &[]),
        wrong_case(
            "above the maximum",
            &key,
            assume(HOUR, &[("DurationSeconds", "3601")]),
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
    ]
}

/// What moto does not know or fails at, and where the stand-in is stricter than AWS.
fn only_here(id: &str, secret: &str) -> Vec<Case> {
    let key = json!({"id": id, "secret": secret});
    let world = crate::support::aws::world();
    let old = &world["sessions"][0];
    let old = json!({"id": old["id"], "secret": old["secret"], "token": old["token"]});
    let twice = json!([
        ["Action", "GetCallerIdentity"],
        ["Version", VERSION],
        ["Version", VERSION]
    ]);
    let unknown = json!([
        ["Action", "GetCallerIdentity"],
        ["Version", VERSION],
        ["Format", "JSON"]
    ]);
    let token = json!([["Action", "GetSessionToken"], ["Version", VERSION]]);
    let strict = |name, message: &str| wrong_case(name, &key, identity(), "StandIn", message);
    let session = json!({"of": "session token"});
    let no_session = "Cannot call GetSessionToken with session credentials";
    let no_device = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is \
        valid and associated with this user. ";
    let no_code = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code. ";
    let tags: &[(&str, &str)] = &[("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "a b")];
    let action = |name: &str, version: &str| json!([["Action", name], ["Version", version]]);
    let without_role = json!([
        ["Action", "AssumeRole"],
        ["Version", VERSION],
        ["RoleSessionName", "session"]
    ]);
    vec![
        wrong_case(
            "action",
            &key,
            action("AssumeRoles", VERSION),
            "InvalidAction",
            "Could not find operation AssumeRoles for version 2011-06-15",
        ),
        wrong_case(
            "version",
            &key,
            action("AssumeRole", "2010-05-08"),
            "InvalidAction",
            "Could not find operation AssumeRole for version 2010-05-08",
        ),
        wrong_case(
            "no role",
            &key,
            without_role,
            "ValidationError",
            "1 validation error detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
        ),
        wrong_case("ended", &old, identity(), "ExpiredToken", "The security token included in the request is expired"),
        wrong_case("region", &key, identity(), "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not 'mars-1'. ")
            .with("region", json!("mars-1")),
        wrong_case(
            "region that is off",
            &key,
            identity(),
            "RegionDisabledException",
            "STS is not activated in this region for account:123456789012. Your account administrator can activate STS in \
             this region using the IAM Console.",
        )
        .with("region", json!("ap-east-1")),
        wrong_case("anonymous", &key, identity(), "MissingAuthenticationToken", "Request is missing Authentication Token")
            .with("unsigned", json!({"Authorization": null})),
        wrong_case("other signature", &key, identity(), "IncompleteSignature", "The request signature does not conform to AWS standards.")
            .with("unsigned", json!({"Authorization": "AWS4-HMAC-SHA256 nonsense"})),
        strict("twice", "the field Version is there 2 times").with("form", twice),
        strict("unknown field", "GetCallerIdentity does not know the field Format").with("form", unknown),
        strict("one header more", "signed are content-type;host;x-amz-date;x-more, not content-type;host;x-amz-date")
            .with("headers", json!({"X-More": "1"})),
        strict("no content type", "the header content-type is there 0 times").with("without", json!("Content-Type")),
        strict("other content type", "the content type is not application/x-www-form-urlencoded; charset=utf-8")
            .with("content_type", json!("application/x-www-form-urlencoded")),
        right("three", &json!({"of": "two"}), assume(THREE, &[]), "arn:aws:sts::210987654321:assumed-role/Three/session"),
        right("account", &key, assume(ACCOUNT, &[]), "arn:aws:sts::210987654321:assumed-role/Account/session"),
        right("session token", &key, token.clone(), ""),
        right("as session", &session, identity(), BASE),
        right("one by session", &session, assume(ONE, &[]), AS_ONE),
        wrong_case("session of a session", &session, token, "AccessDenied", no_session),
        wrong_case(
            "long by session",
            &session,
            assume(ONE, &[("DurationSeconds", "3601")]),
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ),
        right("tags", &key, assume(ONE, tags), AS_ONE),
        wrong_case("tags not allowed", &key, assume(HOUR, tags), "AccessDenied", not_authorized(BASE, "sts:TagSession", HOUR)),
        wrong_case("policy", &key, assume(ONE, &[("Policy", "{")]), "MalformedPolicyDocument", "This policy contains invalid Json"),
        wrong_case("serial alone", &key, assume(GUARDED, &[("SerialNumber", SERIAL)]), "AccessDenied", no_code),
        wrong_case(
            "other device",
            &key,
            assume(GUARDED, &[("SerialNumber", "arn:aws:iam::123456789012:user/base"), ("TokenCode", "123456")]),
            "AccessDenied",
            no_device,
        ),
    ]
}

/// What [`Case::says`] is compared with.
pub(super) fn said(answer: &Answered) -> String {
    let said = answer.message.as_ref().or(answer.arn.as_ref());
    said.map_or_else(String::new, |said| without_times(said))
}

/// Times such as 20261127T081500Z replaced.
fn without_times(text: &str) -> String {
    let is_time = |word: &str| word.len() == 16 && word.as_bytes()[8] == b'T' && word.ends_with('Z');
    let words = text.split(' ').map(|word| {
        let bare = word.trim_start_matches('(');
        if is_time(bare) {
            word.replace(bare, "TIME")
        } else {
            word.to_owned()
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
