//! What the stand-in says to codes of MFA devices.

use serde_json::{Value, json};

use super::cases::{run, said};
use super::requests::{Case, GUARDED, ONE, VERSION, assume, right, wrong_case};
use crate::support::Aws;
use crate::support::aws::{SERIAL, early_in_a_step};

const PAIRED: &str = "arn:aws:iam::123456789012:role/Paired";
const PHONE: &str = "arn:aws:iam::123456789012:mfa/pair-phone";
const TOKEN: &str = "GAHT12345678";

const WRONG: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
const NO_DEVICE: &str = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number \
    is valid and associated with this user. ";

fn session(more: &[(&str, &str)]) -> Value {
    let form = [("Action", "GetSessionToken"), ("Version", VERSION)];
    json!([&form, more].concat())
}

fn key(aws: &Aws, user: &str) -> Value {
    let (id, secret) = aws.key(user);
    json!({"id": id, "secret": secret})
}

fn with<'a>(serial: &'a str, code: &'a str) -> [(&'a str, &'a str); 2] {
    [("SerialNumber", serial), ("TokenCode", code)]
}

#[track_caller]
fn check(aws: &Aws, cases: &[Case]) {
    let Some(answers) = run(aws.endpoint(), cases) else {
        return;
    };
    for (case, answer) in cases.iter().zip(&answers) {
        assert_eq!(answer.code.as_deref(), case.code, "{answer:#?}");
        if case.code.is_some() {
            assert_eq!(said(answer), case.says, "{}", case.name);
        }
    }
}

#[test]
fn a_code_counts_for_a_step_before_and_after_and_once() {
    let Some(aws) = Aws::start() else { return };
    early_in_a_step();
    let codes = [-2, -1, 0, 1, 2].map(|steps| aws.code(steps));
    let [too_old, before, now, after, too_new] = &codes;
    let key = key(&aws, "base");
    let taken = |name, code: &str| right(name, &key, session(&with(SERIAL, code)), "");
    let refused = |name, code: &str| wrong_case(name, &key, session(&with(SERIAL, code)), "AccessDenied", WRONG);
    check(
        &aws,
        &[
            refused("too old", too_old),
            refused("too new", too_new),
            taken("after", after),
            taken("now", now),
            taken("before", before),
            refused("after again", after),
            refused("now again", now),
            refused("before again", before),
        ],
    );
}

#[test]
fn each_device_of_a_user_has_its_own_codes() {
    let Some(aws) = Aws::start() else { return };
    early_in_a_step();
    let (phone, token) = (aws.code_of(PHONE, 0), aws.code_of(TOKEN, 0));
    let key = key(&aws, "pair");
    let paired = |serial: &str, code: &str| assume(PAIRED, &with(serial, code));
    let arn = "arn:aws:sts::123456789012:assumed-role/Paired/session";
    let refused = |name, form, says| wrong_case(name, &key, form, "AccessDenied", says);
    check(
        &aws,
        &[
            refused("the other's code", paired(PHONE, &token), WRONG),
            right("phone", &key, paired(PHONE, &phone), arn),
            right("token", &key, paired(TOKEN, &token), arn),
            refused("phone again", paired(PHONE, &phone), WRONG),
            refused("token again", paired(TOKEN, &token), WRONG),
            refused("of another user", paired(SERIAL, &aws.code(0)), NO_DEVICE),
        ],
    );
}

/// AWS looks at the code before it looks at the rights.
#[test]
fn a_code_is_used_up_by_a_call_that_is_denied() {
    let Some(aws) = Aws::start() else { return };
    early_in_a_step();
    let code = aws.code(0);
    let key = key(&aws, "base");
    let denied = "User: arn:aws:iam::123456789012:user/base is not authorized to perform: sts:AssumeRole on resource: ";
    check(
        &aws,
        &[
            wrong_case(
                "denied",
                &key,
                assume(PAIRED, &with(SERIAL, &code)),
                "AccessDenied",
                format!("{denied}{PAIRED}"),
            ),
            wrong_case(
                "again",
                &key,
                assume(GUARDED, &with(SERIAL, &code)),
                "AccessDenied",
                WRONG,
            ),
        ],
    );
}

#[test]
fn only_a_user_and_a_device_with_digits_give_codes() {
    let Some(aws) = Aws::start() else { return };
    early_in_a_step();
    let key = key(&aws, "base");
    let codes = [0, 1].map(|steps| aws.code(steps));
    let fido = "arn:aws:iam::123456789012:u2f/user/base/key-WZ4Q7K2NXEYB5RTC";
    let refused = |name, key: &Value, form, says| wrong_case(name, key, form, "AccessDenied", says);
    let pattern = |code: &str| {
        format!(
            r"1 validation error detected: Value '{code}' at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\d]*"
        )
    };
    let length = |code: &str, which: &str| {
        format!(
            "1 validation error detected: Value '{code}' at 'tokenCode' failed to satisfy constraint: Member must have length \
             {which} than or equal to 6"
        )
    };
    let odd = |name, code: &str, says| wrong_case(name, &key, session(&with(SERIAL, code)), "ValidationError", says);
    check(
        &aws,
        &[
            right("one", &key, assume(ONE, &[]), ""),
            right("session", &key, session(&with(SERIAL, &codes[0])), ""),
            refused(
                "role's session",
                &json!({"of": "one"}),
                assume(GUARDED, &with(SERIAL, &codes[1])),
                NO_DEVICE,
            ),
            refused(
                "user's session",
                &json!({"of": "session"}),
                assume(GUARDED, &with(SERIAL, &codes[1])),
                NO_DEVICE,
            ),
            refused("fido", &key, assume(GUARDED, &with(fido, &codes[1])), NO_DEVICE),
            right("still good", &key, assume(GUARDED, &with(SERIAL, &codes[1])), ""),
            odd("letters", "12a456", pattern("12a456")),
            odd("five", "12345", length("12345", "greater")),
            odd("seven", "1234567", length("1234567", "less")),
        ],
    );
}

#[test]
fn a_session_lasts_as_long_as_is_asked_for_and_that_of_root_an_hour() {
    let Some(aws) = Aws::start() else { return };
    let base = key(&aws, "base");
    let root = aws.root_key();
    let root = json!({"id": root.0, "secret": root.1});
    let seconds = |seconds: &str| session(&[("DurationSeconds", seconds)]);
    let refused = |name, asked: &str, than: &str| {
        let says = format!(
            "1 validation error detected: Value '{asked}' at 'durationSeconds' failed to satisfy constraint: Member must have \
             value {than}"
        );
        wrong_case(name, &base, seconds(asked), "ValidationError", says)
    };
    let cases = [
        right("43200", &base, session(&[]), ""),
        right("900", &base, seconds("900"), ""),
        right("129600", &base, seconds("129600"), ""),
        right("3600", &root, session(&[]), ""),
        right("3600", &root, seconds("43200"), ""),
        right("901", &root, seconds("901"), ""),
        refused("short", "899", "greater than or equal to 900"),
        refused("long", "129601", "less than or equal to 129600"),
        wrong_case(
            "role",
            &root,
            assume(ONE, &[]),
            "AccessDenied",
            "Roles may not be assumed by root accounts.",
        ),
    ];
    check(&aws, &cases);
    let Some(answers) = run(aws.endpoint(), &cases) else {
        return;
    };
    for answer in answers.iter().filter(|answer| answer.code.is_none()) {
        let wanted: i64 = answer.name.parse().expect("a time");
        let given = answer.lifetime.expect("a session");
        assert!((wanted - 10..=wanted + 1).contains(&given), "{answer:?}");
    }
}
