//! moto as a second opinion on the same requests: it checks signatures, tokens and trust by its own code. Where it says
//! something else, it is less strict than AWS, and that is listed here.

use super::cases;
use crate::support::{Moto, say};

/// By the name of the case, the code of moto's error; `None` if moto takes the request.
const DISAGREEMENTS: [(&str, Option<&str>); 13] = [
    // moto serves `/` only.
    ("path", Some("unreadable")),
    // moto compares no times.
    ("expired", None),
    ("early", None),
    // moto takes the service from the credential scope, and goes there.
    ("service", Some("AccessDenied")),
    // moto looks at a session's name only if it is long, and at no duration.
    ("blank in name", None),
    ("short name", None),
    ("too short", None),
    ("too long", None),
    ("long chain", None),
    ("above the maximum", None),
    // moto lets a condition hold if the request does not have what it is about.
    ("no external id", None),
    ("without a code", None),
    // In moto a role that does not exist trusts everybody.
    ("no such role", None),
];

#[test]
fn moto_agrees_but_for_what_it_does_not_look_at() {
    let Some(moto) = Moto::start() else {
        return;
    };
    let (id, secret) = moto.key();
    let mut cases = cases::signatures(id, secret);
    cases.extend(cases::forms(id, secret));
    cases.extend(cases::sessions(id, secret));
    cases.extend(cases::roles(id, secret));
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
    let (all, others) = (cases.len(), DISAGREEMENTS.len());
    say(&format!(
        "{all} requests, {} of them answered alike by moto and the stand-in",
        all - others
    ));
}

/// A message as moto words it: without the role that one may not assume, and with any number of blanks.
fn plain(text: &str) -> String {
    let text = text.split(" on resource: ").next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
