//! Plans, the ports that they ask, and what comes of it.

use std::io;

use super::fake::Fake;
use super::*;
use crate::config::Place;
use crate::credentials::pair::Flaw;
use crate::process::Captured;
use crate::resolve::{CredentialProcess, KeySource};

fn place() -> Place {
    Place {
        file: std::path::Path::new("config").into(),
        line: 7,
    }
}

fn keys(id: &str, expiration: Option<&str>) -> Keys {
    Keys {
        source: KeySource::SharedCredentialsFile,
        access_key_id: id.to_owned(),
        secret_access_key: Secret::new("s".to_owned()),
        session_token: Some(Secret::new(String::new())),
        account_id: None,
        expiration: expiration.map(str::to_owned),
        place: Some(place()),
    }
}

fn process(keychain: Option<&str>) -> BaseSource {
    BaseSource::CredentialProcess(CredentialProcess {
        argv: vec!["get".to_owned(), "it".to_owned()],
        command: "get it".to_owned(),
        keychain: keychain.map(str::to_owned),
        account_id: Some("111122223333".to_owned()),
        place: place(),
    })
}

fn plan(base: impl Into<Option<BaseSource>>) -> CredentialPlan {
    CredentialPlan {
        base: base.into(),
        base_of: None,
        roles: Vec::new(),
        region: None,
        calls: crate::resolve::Calls::default(),
        device: None,
        asks_metadata: false,
    }
}

fn get(plan: &CredentialPlan, fake: &Fake) -> Result<Credentials, Error> {
    Ok(credentials(plan, &Wants::default(), fake.ports())?.credentials)
}

fn prints(document: &'static str) -> Fake {
    let mut fake = Fake::default();
    fake.run.prints = Ok(document);
    fake
}

#[test]
fn keys_of_a_file_ask_nobody() {
    let fake = Fake::default();
    let credentials = get(&plan(BaseSource::StaticKeys(keys("A", None))), &fake).unwrap();
    assert_eq!(credentials.access_key_id, "A");
    assert!(credentials.session_token.is_none(), "an empty token is none");
    assert!(fake.is_untouched());
}

#[test]
fn what_is_empty_or_not_there_is_no_credentials() {
    let fake = Fake::default();
    let empty = get(&plan(BaseSource::StaticKeys(keys("", None))), &fake);
    assert!(matches!(empty, Err(Error::Empty { place: Some(at) }) if at == place()));
    let none = get(&plan(None), &fake);
    assert!(matches!(none, Err(Error::Unreachable { needs: None })));
    let empty = r#"{"Version":1,"AccessKeyId":"","SecretAccessKey":"S"}"#;
    assert!(matches!(
        get(&plan(process(None)), &prints(empty)),
        Err(Error::ProcessAnswer { why, .. }) if why.contains("is empty")
    ));
}

#[test]
fn halves_in_the_wrong_place_are_refused_where_they_are_written() {
    const ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let swapped = |place: Option<Place>| Keys {
        secret_access_key: Secret::new(ID.to_owned()),
        place,
        ..keys(SECRET, None)
    };
    for base in [
        BaseSource::StaticKeys(swapped(Some(place()))),
        BaseSource::Boto(swapped(Some(place()))),
        BaseSource::BotoKeyring(BotoKeyring {
            access_key_id: SECRET.to_owned(),
            service: "aws".to_owned(),
            session_token: None,
            place: place(),
        }),
    ] {
        let mut fake = Fake::default();
        fake.keys.password = Some(ID);
        let error = get(&plan(base), &fake);
        assert!(matches!(error, Err(Error::Flawed { place: Some(at), flaw: Flaw::Swapped }) if at == place()));
    }
    let of_environment = BaseSource::Environment {
        keys: swapped(None),
        named: None,
    };
    let error = get(&plan(of_environment), &Fake::default());
    assert!(matches!(error, Err(Error::Flawed { place: None, .. })));
    let fake = prints(
        r#"{"Version":1,"AccessKeyId":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY","SecretAccessKey":"AKIAIOSFODNN7EXAMPLE"}"#,
    );
    get(&plan(process(None)), &fake).expect("a program may answer with a key of any service");
}

#[test]
fn output_that_is_too_long_is_no_missing_program() {
    struct Endless;
    impl Run for Endless {
        fn run(&self, _: &[String], _: Option<Duration>) -> io::Result<Captured> {
            Err(io::Error::new(io::ErrorKind::FileTooLarge, "it prints too much"))
        }
    }
    let fake = Fake::default();
    let ports = Ports {
        run: &Endless,
        ..fake.ports()
    };
    let error = credentials(&plan(process(None)), &Wants::default(), ports);
    assert!(matches!(error, Err(Error::ProcessUnread { place: at, .. }) if at == place()));
}

#[test]
fn a_keyring_that_is_not_there_is_no_choice_of_the_user() {
    struct Absent;
    impl ReadKeys for Absent {
        fn item(&self, _: &str) -> Result<keychain::Item, keychain::Error> {
            unreachable!()
        }
        fn since(&self, _: &str) -> Option<i64> {
            None
        }

        fn password(&self, _: &str, _: &str) -> Result<Secret<String>, keychain::Error> {
            Err(keychain::Error::Absent {
                store: keychain::StoreKind::default(),
                why: "no bus".to_owned(),
            })
        }
    }
    let base = BaseSource::BotoKeyring(BotoKeyring {
        access_key_id: "A".to_owned(),
        service: "aws".to_owned(),
        session_token: None,
        place: place(),
    });
    let fake = Fake::default();
    let ports = Ports {
        keys: &Absent,
        ..fake.ports()
    };
    let error = credentials(&plan(base), &Wants::default(), ports);
    assert!(matches!(error, Err(Error::KeyringAbsent { place: at, .. }) if at == place()));
}

#[test]
fn the_end_is_compared_with_the_clock_at_that_moment() {
    let end = BaseSource::StaticKeys(keys("A", Some("1970-01-01T00:16:41Z")));
    let mut fake = Fake::default();
    assert_eq!(get(&plan(end.clone()), &fake).unwrap().expires, Some(Timestamp(1_001)));
    fake.clock.now = Timestamp(1_001);
    let over = get(&plan(end), &fake);
    assert!(matches!(over, Err(Error::Expired { place: Some(at) }) if at == place()));
}

#[test]
fn a_process_is_run_and_its_answer_read() {
    let fake = prints(r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S"}"#);
    let credentials = get(&plan(process(None)), &fake).unwrap();
    assert_eq!(
        credentials.account_id.as_deref(),
        Some("111122223333"),
        "of the profile"
    );
    assert_eq!(*fake.run.asked.borrow(), ["get it"]);
    assert!(fake.keys.asked.borrow().is_empty());
    assert!(matches!(
        get(&plan(process(None)), &prints("hidden")),
        Err(Error::ProcessAnswer { why, .. }) if !why.contains("hidden")
    ));
    let mut fake = Fake::default();
    fake.run.prints = Err("no network");
    assert!(matches!(
        get(&plan(process(None)), &fake),
        Err(Error::ProcessFailed { status, said, .. }) if status == "exit status: 3" && said == "no network"
    ));
}

#[test]
fn a_line_of_our_own_asks_the_keychain_and_runs_nothing() {
    let mut fake = Fake::default();
    let missing = get(&plan(process(Some("work"))), &fake);
    assert!(matches!(missing, Err(Error::Keychain(keychain::Error::Missing { item, .. })) if item == "work"));
    fake.keys.item = Some(Item {
        access_key_id: "A".to_owned(),
        secret_access_key: Secret::new("S".to_owned()),
        account_id: None,
        since: Timestamp(0),
        layout: Vec::new(),
    });
    let credentials = get(&plan(process(Some("work"))), &fake).unwrap();
    assert_eq!(credentials.account_id.as_deref(), Some("111122223333"));
    assert_eq!(*fake.keys.asked.borrow(), ["work", "work"]);
    assert!(fake.run.asked.borrow().is_empty());
}

#[test]
fn a_keyring_of_boto_is_asked_by_service_and_key() {
    let base = BaseSource::BotoKeyring(BotoKeyring {
        access_key_id: "A".to_owned(),
        service: "aws".to_owned(),
        session_token: None,
        place: place(),
    });
    let mut fake = Fake::default();
    assert!(matches!(
        get(&plan(base.clone()), &fake),
        Err(Error::KeyringEmpty { service, access_key_id, .. }) if service == "aws" && access_key_id == "A"
    ));
    fake.keys.password = Some("S");
    assert_eq!(get(&plan(base), &fake).unwrap().secret_access_key.expose(), "S");
    assert_eq!(*fake.keys.asked.borrow(), ["aws/A", "aws/A"]);
}
