//! Whole sign-ins, with a service, a person and a browser that do what each test says.

mod code;
mod device;
mod start;
mod token;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::Path;

use super::*;
use crate::aws::{Answer as HttpAnswer, Method};
use crate::awscli::Client;
use crate::config::Place;
use crate::provider::fake::{Fake, FakeClock, FakeTokens};
use crate::provider::{Clock, NoTurn, Tokens as _};

/// By the clock of these tests, at the start.
const NOW: i64 = 1_000;

fn place() -> Place {
    Place {
        file: Path::new("config").into(),
        line: 3,
    }
}

fn session(name: Option<&str>) -> SsoSession {
    SsoSession {
        name: name.map(str::to_owned),
        start_url: "https://my-sso.awsapps.com/start".to_owned(),
        region: "us-east-1".to_owned(),
        region_place: place(),
        scopes: None,
    }
}

fn answer(status: u16, body: &str) -> Result<HttpAnswer, Fault> {
    Ok(HttpAnswer {
        status,
        body: Secret::new(body.as_bytes().to_vec()),
        ..HttpAnswer::default()
    })
}

fn refuses(code: &str) -> Result<HttpAnswer, Fault> {
    answer(400, &format!("{{\"error\":\"{code}\",\"error_description\":\"no\"}}"))
}

const REGISTERED: &str = r#"{"clientId":"CID","clientSecret":"CSECRET","clientSecretExpiresAt":4070908800}"#;
const DEVICE: &str = r#"{"deviceCode":"DEV","userCode":"ABCD-EFGH","verificationUri":"https://device.example/",
    "verificationUriComplete":"https://device.example/?user_code=ABCD-EFGH","expiresIn":600,"interval":1}"#;
const TOKEN: &str = r#"{"accessToken":"AT","expiresIn":3600,"refreshToken":"RT","tokenType":"Bearer"}"#;

/// URL, code, and whether it is open.
type Shown = (String, Option<String>, Opened);

/// A person who is shown pages, and what remains of the time.
#[derive(Default)]
struct FakePerson {
    pages: RefCell<Vec<Shown>>,
    left: RefCell<Vec<u64>>,
    awaited: Cell<i32>,
}

struct FakeWaiting<'a>(&'a FakePerson);

impl Person for FakePerson {
    fn show<'s>(&'s self, page: &Page<'_>) -> Box<dyn Waiting + 's> {
        let code = page.code.map(|code| code.code.expose().clone());
        let shown = (page.url.expose().clone(), code, page.opened.clone());
        self.pages.borrow_mut().push(shown);
        self.awaited.set(self.awaited.get() + 1);
        Box::new(FakeWaiting(self))
    }
}

impl Waiting for FakeWaiting<'_> {
    fn left(&self, time: Duration) {
        self.0.left.borrow_mut().push(time.as_secs());
    }
}

impl Drop for FakeWaiting<'_> {
    fn drop(&mut self) {
        self.0.awaited.set(self.0.awaited.get() - 1);
    }
}

/// A browser whose person ends up at these queries, one after the other, `STATE` being the right state.
struct FakeBrowser<'a> {
    opened: RefCell<Vec<String>>,
    queries: RefCell<VecDeque<&'static str>>,
    answers: RefCell<Vec<Answer>>,
    clock: &'a FakeClock,
}

impl<'a> FakeBrowser<'a> {
    fn new(clock: &'a FakeClock, queries: &[&'static str]) -> Self {
        Self {
            opened: RefCell::default(),
            queries: RefCell::new(queries.iter().copied().collect()),
            answers: RefCell::default(),
            clock,
        }
    }

    fn field(&self, name: &str) -> String {
        let opened = self.opened.borrow();
        let url = opened.last().expect("a page");
        let (_, query) = url.split_once('?').expect("a query");
        let found = query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        found.expect("a field").to_owned()
    }
}

impl Browser for FakeBrowser<'_> {
    fn open(&self, url: &str) -> Opened {
        self.opened.borrow_mut().push(url.to_owned());
        Opened::Yes
    }
}

impl Loopback for FakeBrowser<'_> {
    fn listen(&self) -> io::Result<Box<dyn Listener + '_>> {
        Ok(Box::new(FakeListener(self)))
    }
}

struct FakeListener<'a>(&'a FakeBrowser<'a>);

struct FakeVisit<'a>(&'a FakeBrowser<'a>, Secret<String>);

impl Listener for FakeListener<'_> {
    fn port(&self) -> u16 {
        33_567
    }

    fn next(&self, limit: Duration) -> Option<Box<dyn Visit + '_>> {
        let Some(query) = self.0.queries.borrow_mut().pop_front() else {
            self.0.clock.pause(limit);
            return None;
        };
        let query = query.replace("STATE", &self.0.field("state"));
        Some(Box::new(FakeVisit(self.0, Secret::new(query))))
    }
}

impl Visit for FakeVisit<'_> {
    fn query(&self) -> &Secret<String> {
        &self.1
    }

    fn answer(self: Box<Self>, with: Answer) {
        self.0.answers.borrow_mut().push(with);
    }
}

/// Counts up.
struct FakeRandom(Cell<u8>);

impl Random for FakeRandom {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        for byte in bytes {
            self.0.set(self.0.get().wrapping_add(1));
            *byte = self.0.get();
        }
        Ok(())
    }
}

struct World {
    fake: Fake,
    person: FakePerson,
    random: FakeRandom,
    session: SsoSession,
    is_forced: bool,
    until: Option<Duration>,
}

impl World {
    fn new(name: Option<&str>, answers: Vec<Result<HttpAnswer, Fault>>) -> Self {
        let fake = Fake::default();
        fake.http.answers.borrow_mut().extend(answers);
        Self {
            fake,
            person: FakePerson::default(),
            random: FakeRandom(Cell::new(0)),
            session: session(name),
            is_forced: false,
            until: None,
        }
    }

    fn run(&self, flow: Flow, browser: &FakeBrowser<'_>) -> Result<Signed, Error> {
        let signed = SignIn {
            session: &self.session,
            calls: &Calls::default(),
            flow,
            is_forced: self.is_forced,
            until: self.until,
            ports: self.fake.ports(),
            desk: Desk {
                person: &self.person,
                browser,
                loopback: browser,
                random: &self.random,
            },
        }
        .run();
        assert_eq!(self.person.awaited.get(), 0);
        signed
    }

    fn device(&self) -> Result<Signed, Error> {
        self.run(Flow::Device, &FakeBrowser::new(&self.fake.clock, &[]))
    }

    fn code(&self, queries: &[&'static str]) -> (Result<Signed, Error>, Vec<Answer>) {
        let browser = FakeBrowser::new(&self.fake.clock, queries);
        let signed = self.run(Flow::Code, &browser);
        (signed, browser.answers.take())
    }

    /// The last part of each URL that was asked, with the body.
    fn asked(&self) -> Vec<(String, String)> {
        let asked = self.fake.http.asked.borrow();
        let shown = |request: &Request| {
            let at = request
                .url
                .find("amazonaws.com")
                .map_or(0, |at| at + "amazonaws.com".len());
            (request.url[at..].to_owned(), request.body.expose().clone())
        };
        asked.iter().map(shown).collect()
    }

    fn tokens(&self) -> &FakeTokens {
        &self.fake.tokens
    }

    fn kept(&self) -> Option<Token> {
        self.tokens().find(&self.session)
    }

    fn registration(&self) -> Option<Registration> {
        self.tokens().registered.borrow().clone()
    }

    fn keep_registration(&self, grants: Option<&[&str]>, left: i64) {
        let registration = Registration {
            client: Client {
                id: "OLD".to_owned(),
                secret: Secret::new("OLDSECRET".to_owned()),
                expires: Timestamp(NOW + left),
            },
            scopes: None,
            grants: grants.map(|grants| grants.iter().map(|grant| (*grant).to_owned()).collect()),
        };
        *self.tokens().registered.borrow_mut() = Some(registration);
    }
}

fn why(signed: Result<Signed, Error>) -> Obstacle {
    match signed {
        Err(Error::SignIn { why, .. }) => why,
        other => panic!("{other:?}"),
    }
}

const CODE_GRANTS: &[&str] = &["authorization_code", "refresh_token"];
