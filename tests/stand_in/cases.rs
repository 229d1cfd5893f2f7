//! What the stand-in says to single requests.

use serde_json::json;

use super::requests::{
    Case, GUARDED, RECENT, VERSION, assume, forms, only_here, right, roles, sessions, signatures, wrong_case,
};
use super::{Answered, ask};
use crate::support::Aws;
use crate::support::aws::SERIAL;

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

/// The log has tokens as hashes, and no secret of a session or a user.
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
    // A step may end meanwhile.
    let near = [-1, 0, 1, 2].map(|steps| aws.code(steps));
    let (now, next) = (&near[1], &near[2]);
    let mut unlikely = (0..5).map(|digit: u32| digit.to_string().repeat(6));
    let wrong = &unlikely.find(|code| !near.contains(code)).expect("one of five");
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
        right("code", &key, guarded(now), as_guarded),
        wrong_case("again", &key, guarded(now), "AccessDenied", wrong_code),
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
        wrong_case("once", &key, guarded(next), "AccessDenied", wrong_code),
    ];
    let Some(answers) = run(aws.endpoint(), &cases) else {
        return;
    };
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(answer.code.as_deref(), case.code, "{answer:#?}");
        assert_eq!(said(answer), case.says, "{}", case.name);
    }
    assert!(!format!("{:?}", aws.requests()).contains(now), "codes are hashed");
}

/// Sends all of them, in order, because a case may use the session of one before it.
pub(super) fn run(endpoint: &str, cases: &[Case]) -> Option<Vec<Answered>> {
    let requests: Vec<_> = cases.iter().map(|case| case.request.clone()).collect();
    let answers = ask(endpoint, &requests.into())?;
    assert_eq!(answers.len(), cases.len());
    Some(answers)
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
