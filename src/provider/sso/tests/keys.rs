//! The keys of a role: kept, shared, got again, and as the base of a chain.

use super::*;
use crate::provider::sso::session_key;
use crate::provider::{Error, Fresh, Got, Notice, SignedOut, Subject, Wants, credentials};
use crate::resolve::AssumeRole;
use crate::session::{Kind, Session};

const CALL: &str = "/federation/credentials?role_name=readOnly&account_id=123456789011";

fn get(fake: &Fake, wants: &Wants) -> Result<Got, Error> {
    credentials(&plan(), wants, fake.ports())
}

fn id(fake: &Fake) -> String {
    get(fake, &Wants::default()).unwrap().credentials.access_key_id
}

fn signed_in() -> Fake {
    fake([Some(token("a", 8 * 3600))])
}

fn subject() -> Subject {
    Subject::Sso {
        account_id: "123456789011".to_owned(),
        role_name: "readOnly".to_owned(),
    }
}

/// Keeps keys that were got so long ago, and last for so long.
fn put(fake: &Fake, id: &str, ago: i64, lifetime: i64) {
    let key = session_key(&sso(), &Calls::default()).unwrap();
    fake.sessions.kept.borrow_mut().insert(key, kept(id, ago, lifetime));
}

fn kept(id: &str, ago: i64, lifetime: i64) -> Session {
    Session {
        kind: Kind::Sso,
        profile: "dev".to_owned(),
        role_arn: None,
        arn: None,
        credentials: crate::credentials::Credentials {
            access_key_id: id.to_owned(),
            secret_access_key: secret("s"),
            session_token: Some(secret("t")),
            expires: Some(Timestamp(NOW - ago + lifetime)),
            account_id: Some("123456789011".to_owned()),
        },
        obtained: Timestamp(NOW - ago),
        lifetime,
    }
}

#[test]
fn keys_come_by_one_call_and_are_kept() {
    let fake = signed_in().answers([Ok(keys("ASIA1", 3600))]);
    let got = get(&fake, &Wants::default()).unwrap();
    assert_eq!(got.credentials.access_key_id, "ASIA1");
    assert_eq!(got.credentials.account_id.as_deref(), Some("123456789011"));
    assert_eq!(got.ends, Some(Timestamp(NOW + 3600)));
    assert_eq!(
        (fake.asked(), fake.bearers()),
        (vec![CALL.to_owned()], vec!["a".to_owned()])
    );
    assert_eq!(id(&fake), "ASIA1");
    assert_eq!(fake.asked().len(), 1);
    let session = fake.sessions.kept.borrow().values().next().cloned().unwrap();
    assert_eq!(
        (session.kind, session.profile.as_str(), session.lifetime),
        (Kind::Sso, "dev", 3600)
    );
    assert!(fake.cli_cache.roles.borrow().contains_key("123456789011/readOnly"));
    let notices = fake.tell.0.borrow();
    assert!(matches!(&notices[0], Notice::Got { of, url } if *of == subject() && url.contains("portal.sso.eu-west-1")));
    assert!(matches!(&notices[1], Notice::Kept { of, .. } if *of == subject()));
}

#[test]
fn a_clock_that_is_wrong_does_not_shorten_them() {
    let slow = Answer {
        // AWS's clock is an hour ahead.
        date: Some(Timestamp(NOW + 3600)),
        ..keys("ASIA1", 2 * 3600)
    };
    let fake = signed_in().answers([Ok(slow)]);
    assert_eq!(get(&fake, &Wants::default()).unwrap().ends, Some(Timestamp(NOW + 3600)));
    let early = Answer {
        date: Some(Timestamp(0)),
        ..keys("ASIA1", 3600)
    };
    let fake = signed_in().answers([Ok(early)]);
    let ends = get(&fake, &Wants::default()).unwrap().ends;
    assert_eq!(ends, Some(Timestamp(NOW + 12 * 3600)), "no permission set gives more");
}

#[test]
fn what_is_kept_serves_without_a_token() {
    let fake = fake([None]);
    put(&fake, "ASIA1", 100, 3600);
    assert_eq!(id(&fake), "ASIA1");
    assert!(fake.is_untouched() && fake.sessions.turns.borrow().is_empty());
    // Too little is left, and a third of its life is more.
    put(&fake, "ASIA1", 2_701, 3600);
    fake.tokens.found.replace([Some(token("a", 8 * 3600))].into());
    fake.http.answers.borrow_mut().push_back(Ok(keys("ASIA2", 3600)));
    assert_eq!(id(&fake), "ASIA2");
}

#[test]
fn new_keys_are_new() {
    let fake = signed_in().answers([Ok(keys("ASIA2", 3600))]);
    put(&fake, "ASIA1", 100, 3600);
    let fresh = Wants {
        fresh: Fresh::Last,
        ..Wants::default()
    };
    assert_eq!(get(&fake, &fresh).unwrap().credentials.access_key_id, "ASIA2");
    let fake = signed_in();
    put(&fake, "ASIA1", 0, 3600);
    let shared = get(&fake, &fresh).unwrap().credentials.access_key_id;
    assert_eq!(shared, "ASIA1", "another process has just got them");
}

#[test]
fn keys_of_the_aws_cli_serve() {
    let fake = fake([None]);
    let entry = "123456789011/readOnly".to_owned();
    fake.cli_cache
        .roles
        .borrow_mut()
        .insert(entry, kept("ASIACLI", 10, 3600));
    assert_eq!(id(&fake), "ASIACLI");
    let fresh = Wants {
        fresh: Fresh::Last,
        ..Wants::default()
    };
    assert!(matches!(get(&fake, &fresh), Err(Error::LoginRequired { .. })));
}

#[test]
fn a_token_that_aws_has_ended_is_renewed_once() {
    let dead = || Ok(error(401, "UnauthorizedException"));
    let fake = signed_in().answers([dead(), Ok(issued("b", None)), Ok(keys("ASIA1", 3600))]);
    assert_eq!(id(&fake), "ASIA1");
    assert_eq!(fake.asked(), [CALL.to_owned(), renewal("refresh-a"), CALL.to_owned()]);
    assert_eq!(fake.bearers(), ["a", "b"]);

    let ended = |fake: &Fake| match get(fake, &Wants::default()) {
        Err(Error::LoginRequired { login, why, .. }) => {
            assert_eq!(login.as_deref(), Some("dev"), "by its profile");
            assert_eq!(why, SignedOut::Ended);
        }
        other => panic!("{other:?}"),
    };
    let again = signed_in().answers([dead(), Ok(issued("b", None)), dead()]);
    ended(&again);
    assert_eq!(again.asked().len(), 3);
    let refused = signed_in().answers([dead(), Ok(error(400, "InvalidGrantException"))]);
    ended(&refused);
    let unrenewable = super::fake([Some(bare("a", 8 * 3600))]).answers([dead()]);
    ended(&unrenewable);
    assert_eq!(unrenewable.asked().len(), 1);
    let away = signed_in().answers([dead(), Err(Fault::Tls("no".to_owned()))]);
    assert!(matches!(get(&away, &Wants::default()), Err(Error::Call { .. })));
}

/// Someone has signed in again, which this process does not know yet.
#[test]
fn a_token_that_others_have_replaced_is_taken_for_one_that_aws_has_ended() {
    let fake = fake([Some(bare("a", 3600)), Some(bare("b", 3600))])
        .answers([Ok(error(401, "UnauthorizedException")), Ok(keys("ASIA1", 3600))]);
    assert_eq!(id(&fake), "ASIA1");
    assert_eq!(fake.bearers(), ["a", "b"]);
}

#[test]
fn a_refusal_is_final_and_too_many_requests_are_not() {
    for (status, code) in [(403, "ForbiddenException"), (404, "ResourceNotFoundException")] {
        let fake = signed_in().answers([Ok(error(status, code))]);
        put(&fake, "ASIA1", 3_000, 3600);
        let refused = get(&fake, &Wants::default());
        assert!(matches!(&refused, Err(Error::Call { .. })), "{refused:?}");
        assert_eq!(fake.asked().len(), 1);
    }
    let fake = signed_in().answers([Ok(error(429, "TooManyRequestsException")), Ok(keys("ASIA1", 3600))]);
    assert_eq!(id(&fake), "ASIA1");
}

#[test]
fn keys_at_hand_serve_while_nothing_better_can_be_had() {
    let away = || Err(Fault::Tls("no".to_owned()));
    let fake = signed_in().answers([away()]);
    put(&fake, "ASIA1", 3_000, 3600);
    assert_eq!(id(&fake), "ASIA1");
    let stale = Notice::Stale {
        of: subject(),
        ends: Timestamp(NOW + 600),
    };
    assert!(fake.tell.0.borrow().contains(&stale));
    let signed_out = super::fake([None]);
    put(&signed_out, "ASIA1", 3_000, 3600);
    assert_eq!(id(&signed_out), "ASIA1");
    put(&signed_out, "ASIA1", 3_300, 3600);
    assert!(matches!(
        get(&signed_out, &Wants::default()),
        Err(Error::LoginRequired { .. })
    ));
    let fake = signed_in().answers([away()]);
    put(&fake, "ASIA1", 3_300, 3600);
    assert!(matches!(get(&fake, &Wants::default()), Err(Error::Call { .. })));
}

#[test]
fn one_session_is_told_from_another() {
    let key = |change: &dyn Fn(&mut Sso)| {
        let mut sso = sso();
        change(&mut sso);
        session_key(&sso, &Calls::default()).unwrap()
    };
    let own = key(&|_| ());
    let changes: [&dyn Fn(&mut Sso); 4] = [
        &|sso| sso.session.name = None,
        &|sso| sso.session.start_url.push('/'),
        &|sso| sso.account_id.push('1'),
        &|sso| sso.role_name.push('1'),
    ];
    for change in changes {
        assert_ne!(key(change), own);
    }
    // Neither changes what AWS gives.
    assert_eq!(key(&|sso| sso.profile.push('x')), own);
    assert_eq!(key(&|sso| sso.session.scopes = Some(Vec::new())), own);
}

fn chain() -> CredentialPlan {
    let mut plan = plan();
    plan.base_of = Some("dev".to_owned());
    plan.roles.push(AssumeRole {
        profile: "ops".to_owned(),
        role_arn: "arn:aws:iam::123456789012:role/Ops".to_owned(),
        role_session_name: None,
        external_id: None,
        mfa: None,
        duration_seconds: Some(7200),
        place: Some(place()),
    });
    plan
}

fn assumed(id: &str) -> Answer {
    let end = Timestamp(NOW + 3600).to_rfc3339().unwrap();
    let body = format!(
        "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId>\
         <Arn>arn:aws:sts::123456789012:assumed-role/Ops/x</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>{end}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    );
    answer(200, &body)
}

#[test]
fn a_role_on_top_lasts_for_an_hour() {
    let fake = signed_in().answers([Ok(keys("ASIABASE", 3600)), Ok(assumed("ASIAROLE"))]);
    let got = credentials(&chain(), &Wants::default(), fake.ports()).unwrap();
    assert_eq!(got.credentials.access_key_id, "ASIAROLE");
    let asked = fake.asked();
    assert!(
        asked[1].contains("DurationSeconds=3600") && asked.len() == 2,
        "{asked:?}"
    );
    let lowered = |notice: &Notice| matches!(notice, Notice::Lowered { asked: 7200, .. });
    assert!(fake.tell.0.borrow().iter().any(lowered));
    assert_eq!(fake.sessions.kept.borrow().len(), 2);
    // New keys of the last role leave those below it alone.
    fake.http.answers.borrow_mut().push_back(Ok(assumed("ASIANEW")));
    let fresh = Wants {
        fresh: Fresh::Last,
        ..Wants::default()
    };
    fake.clock.pauses.borrow_mut().push(std::time::Duration::from_secs(1));
    let got = credentials(&chain(), &fresh, fake.ports()).unwrap();
    assert_eq!(got.credentials.access_key_id, "ASIANEW");
    assert_eq!(fake.asked().len(), 3);
}

#[test]
fn keys_below_a_role_that_aws_has_ended_are_got_again_once() {
    let refused = || {
        answer(
            403,
            "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>no</Message></Error></ErrorResponse>",
        )
    };
    let fake = signed_in().answers([Ok(refused()), Ok(keys("ASIANEW", 3600)), Ok(assumed("ASIAROLE"))]);
    put(&fake, "ASIAOLD", 100, 3600);
    let got = credentials(&chain(), &Wants::default(), fake.ports()).unwrap();
    assert_eq!(got.credentials.access_key_id, "ASIAROLE");
    let fake = signed_in().answers([Ok(refused()), Ok(keys("ASIANEW", 3600)), Ok(refused())]);
    put(&fake, "ASIAOLD", 100, 3600);
    let refused = credentials(&chain(), &Wants::default(), fake.ports());
    assert!(matches!(refused, Err(Error::Call { .. })));
    assert_eq!(fake.asked().len(), 3);
}
