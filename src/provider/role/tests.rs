//! Chains of roles: which calls they take, with whose keys, and what is kept.

use std::path::Path;

use crate::aws::{Answer, Fault, Stage};
use crate::config::Place;
use crate::credentials::{Credentials, Timestamp};
use crate::provider::fake::Fake;
use crate::provider::{Error, Failure, Got, NoTurn, Notice, Wants, credentials};
use crate::resolve::{AssumeRole, BaseSource, Calls, CredentialPlan, CredentialProcess, KeySource, Keys};
use crate::secret::Secret;
use crate::session::{Key, Session};

/// By this machine's clock.
const NOW: i64 = 1_800_000_000;

fn place() -> Option<Place> {
    Some(Place {
        file: Path::new("config").into(),
        line: 7,
    })
}

fn role(name: &str) -> AssumeRole {
    AssumeRole {
        profile: name.to_lowercase(),
        role_arn: format!("arn:aws:iam::123456789012:role/{name}"),
        role_session_name: None,
        external_id: None,
        mfa_serial: None,
        duration_seconds: None,
        place: place(),
    }
}

fn keys(token: Option<&str>) -> BaseSource {
    BaseSource::StaticKeys(Keys {
        source: KeySource::SharedCredentialsFile,
        access_key_id: "AKIABASE".to_owned(),
        secret_access_key: Secret::new("s".to_owned()),
        session_token: token.map(|token| Secret::new(token.to_owned())),
        account_id: None,
        expiration: None,
        place: place(),
    })
}

fn process() -> BaseSource {
    BaseSource::CredentialProcess(CredentialProcess {
        argv: vec!["get".to_owned()],
        command: "get".to_owned(),
        keychain: None,
        account_id: None,
        place: place().unwrap(),
    })
}

fn plan(base: BaseSource, roles: &[AssumeRole]) -> CredentialPlan {
    CredentialPlan {
        base: Some(base),
        base_of: Some("base".to_owned()),
        roles: roles.to_vec(),
        region: None,
        calls: Calls::default(),
        asks_metadata: false,
    }
}

fn fake() -> Fake {
    let mut fake = Fake::default();
    fake.clock.now = Timestamp(NOW);
    fake.run.prints = Ok(r#"{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"S"}"#);
    fake
}

/// Keys with this id that last for `lifetime` seconds, by a server whose clock says `date`.
fn answer(id: &str, lifetime: i64, date: i64) -> Answer {
    let end = Timestamp(date + lifetime).to_rfc3339().unwrap();
    let body = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId>\
         <Arn>arn:aws:sts::123456789012:assumed-role/One/x</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
         <SessionToken>t</SessionToken><Expiration>{end}</Expiration></Credentials>\
         </AssumeRoleResult></AssumeRoleResponse>"
    );
    Answer {
        status: 200,
        date: Some(Timestamp(date)),
        retry_after: None,
        body: Secret::new(body.into_bytes()),
    }
}

fn denial() -> Answer {
    let body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
    Answer {
        status: 403,
        body: Secret::new(body.as_bytes().to_vec()),
        ..answer("", 0, NOW)
    }
}

impl Fake {
    fn answering(self, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.http.answers.borrow_mut().extend(answers.into_iter().map(Ok));
        self
    }

    fn get(&self, plan: &CredentialPlan, wants: &Wants) -> Result<Got, Error> {
        credentials(plan, wants, self.ports())
    }

    fn id(&self, plan: &CredentialPlan, wants: &Wants) -> String {
        self.get(plan, wants).unwrap().credentials.access_key_id
    }

    /// Of each call: the key that it is signed with, and its form.
    fn calls(&self) -> Vec<(String, String)> {
        let asked = self.http.asked.borrow();
        let calls = asked.iter().map(|request| {
            let header = |name| request.headers.iter().find(|(header, _)| *header == name);
            let (_, signature) = header("authorization").expect("a signature");
            let (_, id) = signature.expose().split_once("Credential=").expect("a key");
            let id = id.split('/').next().unwrap().to_owned();
            (id, request.body.expose().clone())
        });
        calls.collect()
    }

    /// Whose keys each call was signed with, and which role it was for.
    fn roles(&self) -> Vec<(String, String)> {
        let name = |body: &str| {
            body.split("role%2F")
                .nth(1)
                .unwrap()
                .split('&')
                .next()
                .unwrap()
                .to_owned()
        };
        self.calls().into_iter().map(|(id, body)| (id, name(&body))).collect()
    }

    /// Keeps a session for a hop, by the key under which the last run looked for it.
    fn put(&self, key: &Key, id: &str, obtained: i64, lifetime: i64) {
        let credentials = Credentials {
            access_key_id: id.to_owned(),
            secret_access_key: Secret::new("s".to_owned()),
            session_token: Some(Secret::new("t".to_owned())),
            expires: Some(Timestamp(obtained + lifetime)),
            account_id: None,
        };
        let session = Session {
            kind: crate::session::Kind::Role,
            profile: "p".to_owned(),
            role_arn: None,
            arn: None,
            credentials,
            obtained: Timestamp(obtained),
            lifetime,
        };
        self.sessions.kept.borrow_mut().insert(key.clone(), session);
    }

    /// The keys of the hops of a plan, innermost first.
    fn session_keys(plan: &CredentialPlan) -> Vec<Key> {
        let fake = fake().answering([answer("A", 3600, NOW), answer("B", 3600, NOW)]);
        fake.get(plan, &Wants::default()).unwrap();
        fake.sessions.turns.take()
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = expected.iter().map(|(id, role)| ((*id).to_owned(), (*role).to_owned()));
    owned.collect()
}

#[test]
fn each_hop_is_called_with_the_keys_of_the_one_below() {
    let chain = plan(keys(None), &[role("One"), role("Two")]);
    let fake = fake().answering([answer("ASIAONE", 3600, NOW), answer("ASIATWO", 3600, NOW)]);
    let got = fake.get(&chain, &Wants::default()).unwrap();
    assert_eq!(got.credentials.access_key_id, "ASIATWO");
    assert_eq!(got.ends, Some(Timestamp(NOW + 3600)));
    assert_eq!(fake.roles(), pairs(&[("AKIABASE", "One"), ("ASIAONE", "Two")]));
    let kept = fake.sessions.kept.borrow();
    let profiles: Vec<&str> = kept.values().map(|session| session.profile.as_str()).collect();
    assert!(profiles.contains(&"one") && profiles.contains(&"two"), "{profiles:?}");
}

#[test]
fn each_hop_has_its_own_parameters() {
    let inner = AssumeRole {
        external_id: Some("inner id".to_owned()),
        duration_seconds: Some(1800),
        ..role("One")
    };
    let outer = AssumeRole {
        role_session_name: Some("outer".to_owned()),
        ..role("Two")
    };
    let fake = fake().answering([answer("A", 3600, NOW), answer("B", 3600, NOW)]);
    let wants = Wants {
        session_name: "awsenv-me".to_owned(),
        duration: Some(900),
        ..Wants::default()
    };
    fake.id(&plan(keys(None), &[inner, outer]), &wants);
    let forms: Vec<String> = fake.calls().into_iter().map(|(_, form)| form).collect();
    assert_eq!(
        forms,
        [
            "Action=AssumeRole&Version=2011-06-15&ExternalId=inner+id&DurationSeconds=1800\
             &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FOne&RoleSessionName=awsenv-me",
            "Action=AssumeRole&Version=2011-06-15&DurationSeconds=900\
             &RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2FTwo&RoleSessionName=outer",
        ]
    );
}

#[test]
fn what_is_kept_is_neither_asked_for_again_nor_led_to() {
    let chain = plan(process(), &[role("One"), role("Two")]);
    let [one, two] = Fake::session_keys(&chain).try_into().unwrap();
    let fake = fake();
    fake.put(&two, "ASIATWO", NOW - 60, 3600);
    assert_eq!(fake.id(&chain, &Wants::default()), "ASIATWO");
    assert!(fake.is_untouched(), "neither the process nor AWS is asked");

    let fake = self::fake().answering([answer("ASIANEW", 3600, NOW)]);
    fake.put(&one, "ASIAONE", NOW - 60, 3600);
    assert_eq!(fake.id(&chain, &Wants::default()), "ASIANEW");
    assert_eq!(fake.roles(), pairs(&[("ASIAONE", "Two")]));
    assert!(fake.run.asked.borrow().is_empty());
}

#[test]
fn only_the_last_hop_is_renewed() {
    let chain = plan(keys(None), &[role("One"), role("Two")]);
    let [one, two] = Fake::session_keys(&chain).try_into().unwrap();
    let fake = fake().answering([answer("ASIANEW", 3600, NOW)]);
    fake.put(&one, "ASIAONE", NOW - 60, 3600);
    fake.put(&two, "ASIATWO", NOW - 60, 3600);
    let fresh = Wants {
        is_fresh: true,
        ..Wants::default()
    };
    assert_eq!(fake.id(&chain, &fresh), "ASIANEW");
    assert_eq!(fake.roles(), pairs(&[("ASIAONE", "Two")]));
    // What another process has got since this one began is as new as it can be.
    fake.put(&two, "ASIAOTHER", NOW, 3600);
    assert_eq!(fake.id(&chain, &fresh), "ASIAOTHER");
}

#[test]
fn keys_serve_while_enough_of_them_is_left() {
    let one = plan(keys(None), &[role("One")]);
    let [key] = Fake::session_keys(&one).try_into().unwrap();
    for (lifetime, left, margin, serves) in [
        (3600, 901, 900, true),
        (3600, 900, 900, false),
        (3600, 961, 960, true),
        (3600, 960, 960, false),
        // A third of a short life.
        (900, 301, 900, true),
        (900, 300, 900, false),
        (3600, -1, 900, false),
        // The clock was set back.
        (3600, 3700, 900, false),
    ] {
        let fake = fake().answering([answer("ASIANEW", 3600, NOW)]);
        fake.put(&key, "ASIAKEPT", NOW + left - lifetime, lifetime);
        let wants = Wants {
            margin,
            ..Wants::default()
        };
        let expected = if serves { "ASIAKEPT" } else { "ASIANEW" };
        assert_eq!(fake.id(&one, &wants), expected, "{left} of {lifetime}, margin {margin}");
    }
}

#[test]
fn a_caller_with_temporary_keys_gets_an_hour_at_most() {
    let long = AssumeRole {
        duration_seconds: Some(7200),
        ..role("One")
    };
    let asked = |base, role: &AssumeRole| {
        let fake = fake().answering([answer("A", 3600, NOW)]);
        fake.id(&plan(base, std::slice::from_ref(role)), &Wants::default());
        let (_, form) = fake.calls().remove(0);
        let seconds = form
            .split("DurationSeconds=")
            .nth(1)
            .map(|rest| rest.split('&').next().unwrap().to_owned());
        (seconds, fake.tell.0.take())
    };
    let is_lowered = |told: &[Notice]| {
        told.iter()
            .any(|notice| matches!(notice, Notice::Lowered { asked: 7200, .. }))
    };
    let (seconds, told) = asked(keys(None), &long);
    assert_eq!((seconds.as_deref(), is_lowered(&told)), (Some("7200"), false));
    let (seconds, told) = asked(keys(Some("t")), &long);
    assert_eq!((seconds.as_deref(), is_lowered(&told)), (Some("3600"), true));
    let (seconds, told) = asked(keys(Some("t")), &role("One"));
    assert_eq!((seconds, is_lowered(&told)), (None, false));
}

#[test]
fn a_wrong_clock_does_not_shorten_a_session() {
    let one = plan(keys(None), &[role("One")]);
    // AWS's clock is an hour behind, so by this machine's clock its keys have ended already.
    let fake = fake().answering([answer("ASIAONE", 1800, NOW - 3600)]);
    let got = fake.get(&one, &Wants::default()).unwrap();
    assert_eq!(got.ends, Some(Timestamp(NOW + 1800)));
    assert_eq!(
        got.credentials.expires,
        Some(Timestamp(NOW - 1800)),
        "AWS's own time stays"
    );
    assert_eq!(fake.id(&one, &Wants::default()), "ASIAONE", "and it is kept");
    assert!(fake.tell.0.borrow().contains(&Notice::Skew { seconds: 3600 }));
}

#[test]
fn keys_at_hand_bridge_a_failure_that_says_nothing_about_rights() {
    let one = plan(keys(None), &[role("One")]);
    let [key] = Fake::session_keys(&one).try_into().unwrap();
    let offline = || Err(Fault::Broken(Stage::Resolve, "offline".to_owned()));
    for (left, answers, is_bridged) in [
        (301, vec![offline(), offline(), offline()], true),
        (300, vec![offline(), offline(), offline()], false),
        (301, vec![Ok(denial())], false),
    ] {
        let fake = fake();
        fake.http.answers.borrow_mut().extend(answers);
        fake.put(&key, "ASIAKEPT", NOW + left - 3600, 3600);
        let got = fake.get(&one, &Wants::default());
        assert_eq!(got.is_ok(), is_bridged, "{left}");
        let told = fake.tell.0.take();
        assert_eq!(
            told.iter().any(|notice| matches!(notice, Notice::Stale { .. })),
            is_bridged
        );
    }
}

#[test]
fn a_refusal_says_what_was_asked_with_which_key() {
    let one = AssumeRole {
        external_id: Some("id".to_owned()),
        ..role("One")
    };
    let fake = fake().answering([denial()]);
    let error = fake.get(&plan(keys(None), &[one]), &Wants::default()).unwrap_err();
    let Error::Call { question, failure } = error else {
        panic!("{error:?}")
    };
    assert_eq!(question.access_key_id, "AKIABASE");
    assert!(matches!(failure, Failure::Service(error) if error.status == 403));
    assert!(fake.sessions.kept.borrow().is_empty(), "a refusal is not kept");
    assert_eq!(fake.calls().len(), 1, "and not asked for again");
}

#[test]
fn what_aws_refuses_surely_is_not_asked_for() {
    let names = ["x", "a b", "a/b", &"x".repeat(65)];
    let names = names.map(|name| AssumeRole {
        role_session_name: Some(name.to_owned()),
        ..role("One")
    });
    let ids = ["x", &"x".repeat(1225)].map(|id| AssumeRole {
        external_id: Some(id.to_owned()),
        ..role("One")
    });
    let durations = [899, 43_201, -1].map(|seconds| AssumeRole {
        duration_seconds: Some(seconds),
        ..role("One")
    });
    for wrong in names.into_iter().chain(ids).chain(durations) {
        let fake = fake();
        let error = fake.get(&plan(process(), &[wrong.clone(), role("Two")]), &Wants::default());
        assert!(
            matches!(error, Err(Error::RoleValue { profile, .. }) if profile == "one"),
            "{wrong:?}"
        );
        assert!(fake.is_untouched());
    }
}

#[test]
fn without_a_turn_there_is_no_call() {
    let mut fake = fake();
    fake.sessions.no_turn = Some(NoTurn::Cancelled);
    let error = fake.get(&plan(keys(None), &[role("One")]), &Wants::default());
    assert!(matches!(
        error,
        Err(Error::NoTurn {
            why: NoTurn::Cancelled,
            ..
        })
    ));
    assert!(fake.is_untouched());
}

#[test]
fn keys_of_the_aws_cli_serve_where_it_would_have_asked_for_the_same() {
    let one = role("One");
    let arn = one.role_arn.clone();
    let only = plan(keys(None), &[one]);
    let [key] = Fake::session_keys(&only).try_into().unwrap();
    let with_cli = || {
        let fake = fake().answering([answer("ASIANEW", 3600, NOW)]);
        fake.put(&key, "ASIACLI", NOW, 3600);
        let session = fake.sessions.kept.borrow_mut().remove(&key).unwrap();
        fake.cli_cache.roles.borrow_mut().insert(arn.clone(), session);
        fake
    };
    assert_eq!(with_cli().id(&only, &Wants::default()), "ASIACLI");
    for wants in [
        Wants {
            duration: Some(900),
            ..Wants::default()
        },
        Wants {
            is_fresh: true,
            ..Wants::default()
        },
    ] {
        let fake = with_cli();
        // With `is_fresh` it would count as new only if it were got from now on.
        fake.cli_cache.roles.borrow_mut().get_mut(&arn).unwrap().obtained = Timestamp(NOW - 1);
        assert_eq!(fake.id(&only, &wants), "ASIANEW", "{wants:?}");
    }
}

#[test]
fn sessions_are_shared_by_what_aws_gives_alone() {
    let key = |base: BaseSource, role: AssumeRole| Fake::session_keys(&plan(base, &[role])).remove(0);
    let same = key(keys(None), role("One"));
    let other_profile = AssumeRole {
        profile: "another".to_owned(),
        place: None,
        ..role("One")
    };
    assert_eq!(key(keys(None), other_profile), same);
    let mut others = vec![key(process(), role("One")), key(keys(None), role("Two"))];
    for change in [
        |role: &mut AssumeRole| role.role_session_name = Some("name".to_owned()),
        |role: &mut AssumeRole| role.external_id = Some("id".to_owned()),
        |role: &mut AssumeRole| role.duration_seconds = Some(3600),
    ] {
        let mut changed = role("One");
        change(&mut changed);
        others.push(key(keys(None), changed));
    }
    others.push(same);
    let count = others.len();
    others.sort();
    others.dedup();
    assert_eq!(others.len(), count);
}
