//! moto as a second opinion on the same requests: it checks signatures, tokens and trust with code of its own. Where the
//! two disagree, moto is less strict than AWS, and [`DISAGREEMENTS`] lists it.
//!
//! Other requests are not sent to moto. It answers an unknown action, another version or a missing role with status 500,
//! gives the same keys to every GetSessionToken, and does not look at the end of a session, at regions or at codes.

use super::clients::cli;
use super::{cases, requests};
use crate::support::{Moto, say};

/// By the name of the case, the code of moto's error; `None` if moto accepts the request.
const DISAGREEMENTS: [(&str, Option<&str>); 13] = [
    // moto serves `/` only.
    ("path", Some("unreadable")),
    // moto does not compare times.
    ("expired", None),
    ("early", None),
    // moto asks the service that the credential scope names.
    ("service", Some("AccessDenied")),
    // moto checks only that the name of a session is not too long, and ignores its duration.
    ("blank in name", None),
    ("short name", None),
    ("too short", None),
    ("too long", None),
    ("long chain", None),
    ("above the maximum", None),
    // In moto a condition holds if the request has no value for it.
    ("no external id", None),
    ("without a code", None),
    // In moto a role that does not exist trusts every caller.
    ("no such role", None),
];

#[test]
fn moto_agrees_but_for_what_it_does_not_look_at() {
    let Some(moto) = Moto::start() else {
        return;
    };
    let (id, secret) = moto.key();
    let mut cases = requests::signatures(id, secret);
    cases.extend(requests::forms(id, secret));
    cases.extend(requests::sessions(id, secret));
    cases.extend(requests::roles(id, secret));
    let Some(answers) = cases::run(&moto.endpoint(), &cases) else {
        return;
    };
    for (case, answer) in cases.iter().zip(&answers) {
        let other = DISAGREEMENTS.iter().find(|(name, _)| *name == case.name);
        assert_eq!(
            answer.code.as_deref(),
            other.map_or(case.code, |(_, code)| *code),
            "{answer:#?}"
        );
        if other.is_none() {
            assert_eq!(plain(&cases::said(answer)), plain(&case.says), "{}", case.name);
        }
    }
    let known = |name: &str| cases.iter().any(|case| case.name == name);
    assert!(DISAGREEMENTS.iter().all(|(name, _)| known(name)));
    let output = cli(&moto.sandbox(), "two").expect("a CLI");
    assert!(
        output.success().contains(":assumed-role/Two/session-two"),
        "{}",
        output.all()
    );
    let (all, others) = (cases.len(), DISAGREEMENTS.len());
    say(&format!(
        "{all} requests, {} of them answered alike by moto and the stand-in",
        all - others
    ));
}

/// A message as moto words it: without the ARN of the role, and with single blanks.
fn plain(text: &str) -> String {
    let text = text.split(" on resource: ").next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
