//! Lists of many pages, and of many accounts at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::*;
use crate::aws::{Answer, Fault, Request, Transport};
use crate::provider::sso::Portal;
use crate::provider::{Error, Failure, Http, Ports, SignedOut, Wants};

fn with<T>(ports: Ports<'_>, ask: impl FnOnce(Portal<'_>) -> T) -> T {
    ask(Portal {
        session: &session(),
        calls: &Calls::default(),
        wants: &Wants::default(),
        ports,
    })
}

fn page(ids: &[&str], next: Option<&str>) -> Answer {
    let entry = |id: &&str| {
        format!("{{\"accountId\": \"{id}\", \"accountName\": \"n{id}\", \"emailAddress\": \"{id}@example.com\"}}")
    };
    let list: Vec<String> = ids.iter().map(entry).collect();
    let next = next.map_or("null".to_owned(), |next| format!("\"{next}\""));
    answer(
        200,
        &format!("{{\"accountList\": [{}], \"nextToken\": {next}}}", list.join(", ")),
    )
}

#[test]
fn all_pages_are_read() {
    let fake = fake([Some(token("a", 3600))]).answers([
        Ok(page(&["1", "2"], Some("x/y"))),
        Ok(error(429, "TooManyRequestsException")),
        Ok(page(&["3"], None)),
    ]);
    let accounts = with(fake.ports(), |portal| portal.accounts()).unwrap();
    let ids: Vec<&str> = accounts.iter().map(|account| account.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    let next = "/assignment/accounts?next_token=x%2Fy&max_result=100";
    assert_eq!(fake.asked(), ["/assignment/accounts?max_result=100", next, next]);
}

#[test]
fn a_list_without_an_end_is_an_error() {
    let fake = fake([Some(token("a", 3600))]).answers([Ok(page(&["1"], Some("x"))), Ok(page(&["1"], Some("x")))]);
    let error = with(fake.ports(), |portal| portal.accounts()).unwrap_err();
    assert!(matches!(error, Error::Call { failure: Failure::Unreadable(why), .. } if why == "never ends"));
}

#[test]
fn the_portal_says_whether_it_accepts_a_token() {
    let dead = || Ok(error(401, "UnauthorizedException"));
    let access = |fake: &Fake| {
        let got = with(fake.ports(), |portal| portal.token());
        got.map(|token| token.access_token.expose().clone())
    };
    let accepted = fake([Some(token("a", 3600))]).answers([Ok(page(&["1"], None))]);
    assert_eq!(access(&accepted).unwrap(), "a");
    let renewed = fake([Some(token("a", 3600))]).answers([dead(), Ok(issued("b", None)), Ok(page(&["1"], None))]);
    assert_eq!(access(&renewed).unwrap(), "b");
    let ended = fake([Some(bare("a", 3600))]).answers([dead()]);
    let why = access(&ended).unwrap_err();
    assert!(matches!(
        why,
        Error::LoginRequired {
            why: SignedOut::Ended,
            ..
        }
    ));
    let silent = fake([Some(token("a", 3600))]).answers([Err(Fault::Tls("is not trusted".to_owned()))]);
    assert_eq!(access(&silent).unwrap(), "a");

    let of_another_service = SsoSession {
        scopes: Some(vec!["codewhisperer:completions".to_owned()]),
        ..session()
    };
    let fake = fake([Some(token("a", 3600))]);
    let portal = Portal {
        session: &of_another_service,
        calls: &Calls::default(),
        wants: &Wants::default(),
        ports: fake.ports(),
    };
    assert_eq!(portal.token().unwrap().access_token.expose(), "a");
    assert!(fake.asked().is_empty());
}

#[test]
fn a_token_that_aws_has_ended_is_renewed_for_a_list_too() {
    let dead = || Ok(error(401, "UnauthorizedException"));
    let fake = fake([Some(token("a", 3600))]).answers([dead(), Ok(issued("b", None)), Ok(page(&["1"], None))]);
    assert_eq!(with(fake.ports(), |portal| portal.accounts()).unwrap().len(), 1);
    let fake = super::fake([Some(bare("a", 3600))]).answers([dead()]);
    let error = with(fake.ports(), |portal| portal.accounts()).unwrap_err();
    assert!(matches!(
        error,
        Error::LoginRequired {
            why: SignedOut::Ended,
            ..
        }
    ));
}

/// Each account has a role that is named after it, on two pages.
#[derive(Default)]
struct Many {
    now: AtomicUsize,
    most: AtomicUsize,
    asked: AtomicUsize,
    /// The first account that is refused.
    refused: Option<String>,
    /// How many calls are made with a token that is dead.
    dead: AtomicUsize,
}

impl Http for Many {
    fn send(&self, request: &Request, _: &Transport, _: Duration) -> Result<Answer, Fault> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(5));
        self.now.fetch_sub(1, Ordering::SeqCst);
        if request.url.ends_with("/token") {
            return Ok(issued("b", None));
        }
        if request.header("x-amz-sso_bearer_token") == Some("dead") {
            self.dead.fetch_add(1, Ordering::SeqCst);
            return Ok(error(401, "UnauthorizedException"));
        }
        let id = request.url.split("account_id=").nth(1).unwrap();
        if self.refused.as_deref() == Some(id) {
            return Ok(error(403, "ForbiddenException"));
        }
        let next = match request.url.contains("next_token") {
            true => "null",
            false => "\"more\"",
        };
        Ok(answer(
            200,
            &format!("{{\"roleList\": [{{\"roleName\": \"role-{id}\"}}], \"nextToken\": {next}}}"),
        ))
    }
}

fn roles(http: &Many, token: Token, ids: &[&str], progress: &mut dyn FnMut(usize)) -> Result<Vec<Vec<String>>, Error> {
    let fake = fake([Some(token)]);
    let ports = Ports { http, ..fake.ports() };
    with(ports, |portal| portal.roles_of(ids, progress))
}

fn ids(number: usize) -> Vec<String> {
    (0..number).map(|id| format!("{id:012}")).collect()
}

#[test]
fn roles_of_many_accounts_come_four_at_a_time_and_in_their_order() {
    let ids = ids(20);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let http = Many::default();
    let mut told = Vec::new();
    let all = roles(&http, token("a", 3600), &ids, &mut |done| told.push(done)).unwrap();
    let expected: Vec<Vec<String>> = ids.iter().map(|id| vec![format!("role-{id}"); 2]).collect();
    assert_eq!(all, expected);
    assert_eq!(told, (1..=20).collect::<Vec<_>>());
    let most = http.most.load(Ordering::SeqCst);
    assert!((2..=4).contains(&most), "{most}");
    assert_eq!(roles(&http, token("a", 3600), &[], &mut |_| ()).unwrap(), [[""; 0]; 0]);
}

#[test]
fn a_failure_ends_the_questions() {
    let ids = ids(200);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let http = Many {
        refused: Some(ids[3].to_owned()),
        ..Many::default()
    };
    let error = roles(&http, token("a", 3600), &ids, &mut |_| ()).unwrap_err();
    assert!(matches!(error, Error::Call { .. }), "{error:?}");
    assert!(http.asked.load(Ordering::SeqCst) < 40);
}

#[test]
fn a_dead_token_is_renewed_once_for_all_of_them() {
    let ids = ids(20);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let http = Many::default();
    let all = roles(&http, token("dead", 3600), &ids, &mut |_| ()).unwrap();
    assert_eq!(all.len(), 20);
    assert!(http.dead.load(Ordering::SeqCst) <= 4);
    assert_eq!(
        http.asked.load(Ordering::SeqCst),
        http.dead.load(Ordering::SeqCst) + 1 + 40
    );
}

#[test]
fn a_token_is_ended_by_one_call() {
    let fake = fake([None]).answers([Ok(answer(200, ""))]);
    with(fake.ports(), |portal| portal.logout(&token("a", -5))).unwrap();
    assert_eq!(
        (fake.asked(), fake.bearers()),
        (vec!["/logout".to_owned()], vec!["a".to_owned()])
    );
    let fake = super::fake([None]).answers([Ok(error(401, "UnauthorizedException"))]);
    assert!(with(fake.ports(), |portal| portal.logout(&token("a", 5))).is_err());
}
