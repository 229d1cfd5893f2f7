//! Whole sign-ins, with a service, a person and a browser that do what each test says.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
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

/// A person who is shown pages, and what remains of the time.
#[derive(Default)]
struct FakePerson {
    /// URL, code, and whether it is open.
    pages: RefCell<Vec<(String, Option<String>, Option<bool>)>>,
    left: RefCell<Vec<u64>>,
    awaited: Cell<i32>,
}

struct FakeWaiting<'a>(&'a FakePerson);

impl Person for FakePerson {
    fn show<'s>(&'s self, page: &Page<'_>) -> Box<dyn Waiting + 's> {
        let code = page.code.map(|code| code.code.expose().clone());
        let opened = page.opened.map(|opened| opened.is_ok());
        self.pages.borrow_mut().push((page.url.expose().clone(), code, opened));
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
    result: Option<Result<(), String>>,
}

impl<'a> FakeBrowser<'a> {
    fn new(clock: &'a FakeClock, queries: &[&'static str]) -> Self {
        Self {
            opened: RefCell::default(),
            queries: RefCell::new(queries.iter().copied().collect()),
            answers: RefCell::default(),
            clock,
            result: Some(Ok(())),
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
    fn open(&self, url: &str) -> Option<Result<(), String>> {
        self.opened.borrow_mut().push(url.to_owned());
        self.result.clone()
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

#[test]
fn a_browser_brings_a_code_that_becomes_a_token() {
    let world = World::new(Some("my-sso"), vec![answer(200, REGISTERED), answer(200, TOKEN)]);
    let browser = FakeBrowser::new(&world.fake.clock, &["code=AUTHCODE&state=STATE"]);
    let signed = world.run(Flow::Code, &browser).unwrap();
    assert_eq!(signed.moved, None);
    // The scheme, the order and the blanks are those of the AWS CLI.
    let verifier = Secret::new(BASE64.to_owned());
    let page = format!(
        "https://oidc.us-east-1.amazonaws.com/authorize?response_type=code&client_id=CID\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A33567%2Foauth%2Fcallback&state={}&code_challenge_method=S256\
         &scopes=sso%3Aaccount%3Aaccess&code_challenge={}",
        browser.field("state"),
        browser.field("code_challenge")
    );
    assert_eq!(*browser.opened.borrow(), [page.clone()]);
    assert_eq!(browser.field("code_challenge").len(), 43);
    assert_eq!(*world.person.pages.borrow(), [(page, None, Some(true))]);
    assert_eq!(
        world.asked(),
        [
            (
                "/client/register".to_owned(),
                "{\"clientName\": \"botocore-client-my-sso\", \"clientType\": \"public\", \"grantTypes\": \
                 [\"authorization_code\", \"refresh_token\"], \"redirectUris\": [\"http://127.0.0.1/oauth/callback\"], \
                 \"issuerUrl\": \"https://my-sso.awsapps.com/start\", \"scopes\": [\"sso:account:access\"]}"
                    .to_owned()
            ),
            (
                "/token".to_owned(),
                format!(
                    "{{\"grantType\": \"authorization_code\", \"clientId\": \"CID\", \"clientSecret\": \"CSECRET\", \
                     \"redirectUri\": \"http://127.0.0.1:33567/oauth/callback\", \"codeVerifier\": \"{}\", \
                     \"code\": \"AUTHCODE\"}}",
                    verifier.expose()
                )
            ),
        ]
    );
    let token = world.kept().expect("a token");
    assert_eq!(token.start_url.as_deref(), Some("https://my-sso.awsapps.com/start"));
    assert_eq!(token.region.as_deref(), Some("us-east-1"));
    assert_eq!(token.access_token.expose(), "AT");
    assert_eq!(
        token.refresh_token.as_ref().map(|token| token.expose().as_str()),
        Some("RT")
    );
    assert_eq!(token.expires, Timestamp(NOW + 3_600));
    assert_eq!(token.client.as_ref().map(|client| client.id.as_str()), Some("CID"));
    let kept = world.registration().expect("a registration");
    assert_eq!(kept.scopes.as_deref(), Some(&["sso:account:access".to_owned()][..]));
    assert_eq!(kept.grants.as_deref().map(<[String]>::len), Some(2));
}

/// Of the first 48 numbers.
const BASE64: &str = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYnKCkqKywtLi8w";

#[test]
fn only_the_right_state_ends_the_wait() {
    let world = World::new(Some("s"), vec![answer(200, REGISTERED), answer(200, TOKEN)]);
    let (signed, answers) = world.code(&[
        "",
        "code=EVIL",
        "code=EVIL&state=wrong",
        "code=EVIL&state=STATEx",
        "state=STATE",
        "error=access_denied&state=wrong",
        "code=EVIL&code=EVIL&state=STATE",
        "code=EVIL&error=x&state=STATE",
        "code=GOOD&state=STATE",
    ]);
    signed.unwrap();
    let mut expected = vec![Answer::Unknown; 8];
    expected.push(Answer::Taken);
    assert_eq!(answers, expected);
    assert!(world.asked()[1].1.contains("\"GOOD\""));
}

#[test]
fn a_person_who_says_no_ends_the_wait() {
    for query in [
        "error=access_denied&state=STATE",
        "error=access_denied&error_description=no",
    ] {
        let world = World::new(Some("s"), vec![answer(200, REGISTERED)]);
        let (signed, answers) = world.code(&[query]);
        assert!(matches!(why(signed), Obstacle::Refused { code, .. } if code == "access_denied"));
        assert_eq!(answers, [Answer::Refused]);
        assert!(world.kept().is_none() && world.registration().is_none());
    }
}

#[test]
fn a_person_has_ten_minutes_for_a_browser() {
    let world = World::new(Some("s"), vec![answer(200, REGISTERED)]);
    let (signed, _) = world.code(&[]);
    assert!(matches!(why(signed), Obstacle::Late));
    let left = world.person.left.borrow();
    assert_eq!((left.first(), left.last(), left.len()), (Some(&600), Some(&1), 600));
    assert!(world.registration().is_none());
}

#[test]
fn a_code_is_never_sent_twice_if_the_service_may_have_seen_it() {
    for end in [
        Err(Fault::Late(crate::aws::Stage::Sent)),
        answer(503, ""),
        answer(200, "no JSON"),
    ] {
        let world = World::new(Some("s"), vec![answer(200, REGISTERED), end, answer(200, TOKEN)]);
        let (signed, _) = world.code(&["code=GOOD&state=STATE"]);
        assert!(matches!(signed, Err(Error::Call { .. })));
        assert_eq!(world.asked().len(), 2);
        assert!(world.kept().is_none());
    }
    let unsent = Err(Fault::Late(crate::aws::Stage::Connect));
    let world = World::new(Some("s"), vec![answer(200, REGISTERED), unsent, answer(200, TOKEN)]);
    world.code(&["code=GOOD&state=STATE"]).0.unwrap();
}

#[test]
fn a_registration_is_used_while_it_lasts_and_fits() {
    for (grants, left, flow, is_used) in [
        (Some(CODE_GRANTS), 901, Flow::Code, true),
        (Some(CODE_GRANTS), 900, Flow::Code, false),
        (None, 901, Flow::Code, false),
        (Some(&["refresh_token"][..]), 901, Flow::Code, false),
        (None, 901, Flow::Device, true),
        (Some(&[][..]), 901, Flow::Device, true),
        (Some(CODE_GRANTS), 901, Flow::Device, false),
    ] {
        let mut answers = vec![answer(200, REGISTERED)];
        if is_used {
            answers.clear();
        }
        if flow == Flow::Device {
            answers.push(answer(200, DEVICE));
        }
        answers.push(answer(200, TOKEN));
        let world = World::new(Some("s"), answers);
        world.keep_registration(grants, left);
        let browser = FakeBrowser::new(&world.fake.clock, &["code=GOOD&state=STATE"]);
        world.run(flow, &browser).unwrap();
        let id = if is_used { "OLD" } else { "CID" };
        let kept = (
            world.registration().unwrap().client.id,
            world.kept().unwrap().client.unwrap().id,
        );
        assert_eq!(kept, (id.to_owned(), id.to_owned()), "{grants:?} {left} {flow:?}");
    }
}

#[test]
fn a_program_that_the_service_has_forgotten_is_registered_again_once() {
    let unknown = || answer(401, r#"{"error":"invalid_client"}"#);
    let world = World::new(
        Some("s"),
        vec![
            unknown(),
            answer(200, REGISTERED),
            answer(200, DEVICE),
            answer(200, TOKEN),
        ],
    );
    world.keep_registration(None, 100_000);
    world.device().unwrap();
    assert_eq!(world.registration().unwrap().client.id, "CID");

    let world = World::new(Some("s"), vec![unknown(), answer(200, REGISTERED), unknown()]);
    world.keep_registration(None, 100_000);
    assert!(matches!(world.device(), Err(Error::Call { .. })));

    let world = World::new(Some("s"), vec![answer(200, REGISTERED), unknown()]);
    assert!(matches!(world.device(), Err(Error::Call { .. })));

    // A person has signed in already, and does so once more.
    let world = World::new(Some("s"), vec![unknown(), answer(200, REGISTERED), answer(200, TOKEN)]);
    world.keep_registration(Some(CODE_GRANTS), 100_000);
    let (signed, answers) = world.code(&["code=A&state=STATE", "code=B&state=STATE"]);
    signed.unwrap();
    assert_eq!(answers, [Answer::Taken, Answer::Taken]);
}

#[test]
fn the_first_poll_comes_before_anything_is_shown() {
    let world = World::new(
        None,
        vec![answer(200, REGISTERED), answer(200, DEVICE), answer(200, TOKEN)],
    );
    world.device().unwrap();
    assert!(world.person.pages.borrow().is_empty() && world.fake.clock.pauses.borrow().is_empty());
    assert_eq!(
        world.asked(),
        [
            (
                "/client/register".to_owned(),
                "{\"clientName\": \"botocore-client-1000\", \"clientType\": \"public\"}".to_owned()
            ),
            (
                "/device_authorization".to_owned(),
                "{\"clientId\": \"CID\", \"clientSecret\": \"CSECRET\", \"startUrl\": \
                 \"https://my-sso.awsapps.com/start\"}"
                    .to_owned()
            ),
            (
                "/token".to_owned(),
                "{\"grantType\": \"urn:ietf:params:oauth:grant-type:device_code\", \"clientId\": \"CID\", \
                 \"clientSecret\": \"CSECRET\", \"deviceCode\": \"DEV\"}"
                    .to_owned()
            ),
        ]
    );
}

#[test]
fn a_device_waits_as_long_as_the_service_says() {
    let world = World::new(
        None,
        vec![
            answer(200, REGISTERED),
            answer(200, DEVICE),
            refuses("authorization_pending"),
            refuses("authorization_pending"),
            refuses("slow_down"),
            answer(503, ""),
            Err(Fault::Late(crate::aws::Stage::Sent)),
            answer(200, TOKEN),
        ],
    );
    world.device().unwrap();
    let shown = (
        "https://device.example/?user_code=ABCD-EFGH".to_owned(),
        Some("ABCD-EFGH".to_owned()),
        Some(true),
    );
    assert_eq!(*world.person.pages.borrow(), [shown]);
    // 1 s twice, then 6 s three times.
    assert_eq!(world.fake.clock.elapsed(), Duration::from_secs(2 + 18));
    assert_eq!(world.person.left.borrow().len(), 20);

    let usual = DEVICE.replace(",\"interval\":1", "");
    let pending = || refuses("authorization_pending");
    let world = World::new(
        None,
        vec![
            answer(200, REGISTERED),
            answer(200, &usual),
            pending(),
            pending(),
            answer(200, TOKEN),
        ],
    );
    world.device().unwrap();
    assert_eq!(world.fake.clock.elapsed(), Duration::from_secs(10));
}

#[test]
fn a_device_ends_in_words() {
    let run = |ends: Vec<Result<HttpAnswer, Fault>>, device: &str| {
        let mut answers = vec![answer(200, REGISTERED), answer(200, device)];
        answers.extend(ends);
        let world = World::new(None, answers);
        let signed = world.device();
        assert!(world.kept().is_none() && world.registration().is_none());
        signed
    };
    let pending = || refuses("authorization_pending");
    assert!(matches!(
        why(run(vec![pending(), refuses("access_denied")], DEVICE)),
        Obstacle::Refused { .. }
    ));
    assert!(matches!(
        why(run(vec![pending(), refuses("expired_token")], DEVICE)),
        Obstacle::Late
    ));
    let short = DEVICE.replace("600", "3");
    assert!(matches!(
        why(run(vec![pending(), pending(), pending()], &short)),
        Obstacle::Late
    ));
    assert!(matches!(
        run(vec![pending(), refuses("invalid_grant")], DEVICE),
        Err(Error::Call { .. })
    ));
    let lost = || answer(503, "");
    let ends = std::iter::once(pending()).chain((0..6).map(|_| lost())).collect();
    assert!(matches!(run(ends, DEVICE), Err(Error::Call { .. })));
    for page in [
        "http://evil.example/",
        "file:///etc/passwd",
        "https://a b/",
        "--help",
        "https://a/\\u001b[31m",
    ] {
        let device = DEVICE.replace("https://device.example/\"", &format!("{page}\""));
        assert!(matches!(why(run(vec![pending()], &device)), Obstacle::Page), "{page}");
    }
    // The page without the code is as good.
    let odd = DEVICE.replace("https://device.example/?user_code=ABCD-EFGH", "javascript:alert(1)");
    let world = World::new(
        None,
        vec![
            answer(200, REGISTERED),
            answer(200, &odd),
            pending(),
            answer(200, TOKEN),
        ],
    );
    world.device().unwrap();
    assert_eq!(world.person.pages.borrow()[0].0, "https://device.example/");
}

#[test]
fn what_other_programs_added_stays_and_old_secrets_do_not() {
    let world = World::new(Some("s"), vec![answer(200, REGISTERED), answer(200, DEVICE)]);
    let without = TOKEN.replace(",\"refreshToken\":\"RT\"", "");
    world.fake.http.answers.borrow_mut().push_back(answer(200, &without));
    let others = vec![("theirs".to_owned(), Secret::new("1".to_owned()))];
    world.tokens().found.borrow_mut().push_back(Some(Token {
        start_url: None,
        region: None,
        access_token: Secret::new("OLD".to_owned()),
        expires: Timestamp(0),
        client: None,
        refresh_token: Some(Secret::new("OLD".to_owned())),
        others: others.clone(),
    }));
    world.device().unwrap();
    let token = world.kept().unwrap();
    assert_eq!((token.others, token.refresh_token), (others, None));
}

#[test]
fn a_token_that_cannot_be_kept_is_not_asked_for() {
    let mut world = World::new(Some("s"), vec![]);
    world.fake.tokens.unchecked = Some("read-only");
    assert!(matches!(why(world.device()), Obstacle::NotKept(_)));
    assert!(world.asked().is_empty());
}

#[test]
fn those_that_wait_get_the_token_of_the_first() {
    let mut world = World::new(Some("s"), vec![]);
    let token = Token {
        start_url: None,
        region: None,
        access_token: Secret::new("NEW".to_owned()),
        expires: Timestamp(NOW + 3_600),
        client: None,
        refresh_token: None,
        others: Vec::new(),
    };
    world.tokens().found.borrow_mut().extend([None, Some(token.clone())]);
    assert_eq!(world.device().unwrap().token, token);
    assert!(world.asked().is_empty());
    world.fake.tokens.no_turn = Some(NoTurn::Cancelled);
    let why = NoTurn::Cancelled;
    assert!(matches!(world.device(), Err(Error::NoTurn { why: found, .. }) if found == why));
}

#[test]
fn a_token_at_hand_is_enough_unless_another_is_wanted() {
    let token = |left| Token {
        start_url: None,
        region: None,
        access_token: Secret::new("OLD".to_owned()),
        expires: Timestamp(NOW + left),
        client: None,
        refresh_token: None,
        others: Vec::new(),
    };
    for (left, is_forced, is_asked) in [(901, false, false), (900, false, true), (901, true, true)] {
        let answers = vec![answer(200, REGISTERED), answer(200, DEVICE), answer(200, TOKEN)];
        let mut world = World::new(Some("s"), answers);
        world.is_forced = is_forced;
        world.tokens().found.borrow_mut().push_back(Some(token(left)));
        let got = world.device().unwrap().token.access_token;
        assert_eq!(got.expose() == "AT", is_asked, "{left} {is_forced}");
    }
}

#[test]
fn a_person_has_no_longer_than_the_run() {
    let pending = || refuses("authorization_pending");
    let mut answers = vec![answer(200, REGISTERED), answer(200, DEVICE)];
    answers.extend((0..4).map(|_| pending()));
    let mut world = World::new(Some("s"), answers);
    world.until = Some(Duration::from_secs(3));
    assert!(matches!(why(world.device()), Obstacle::Late));
    assert_eq!(world.fake.clock.elapsed(), Duration::from_secs(3));
    assert_eq!(*world.tokens().turns.borrow(), [world.until]);
}

fn redirects(status: u16, to: &str) -> Result<HttpAnswer, Fault> {
    Ok(HttpAnswer {
        status,
        location: (!to.is_empty()).then(|| to.to_owned()),
        ..HttpAnswer::default()
    })
}

#[test]
fn a_start_url_of_ones_own_leads_to_aws() {
    let mut world = World::new(
        Some("s"),
        vec![
            answer(405, ""),
            redirects(302, "https://ssoins-1.portal.eu-west-1.app.aws/start/"),
            answer(200, REGISTERED),
            answer(200, TOKEN),
        ],
    );
    world.session.start_url = "https://sso.example.com/start".to_owned();
    let (signed, _) = world.code(&["code=GOOD&state=STATE"]);
    let signed = signed.unwrap();
    assert_eq!(signed.moved.as_deref(), Some("eu-west-1"));
    assert_eq!(signed.token.start_url.as_deref(), Some("https://sso.example.com/start"));
    assert_eq!(signed.token.region.as_deref(), Some("eu-west-1"));
    let asked = world.fake.http.asked.borrow();
    assert_eq!([asked[0].method, asked[1].method], [Method::Head, Method::Get]);
    assert!(asked[2].url.starts_with("https://oidc.eu-west-1.amazonaws.com/"));
    assert!(
        asked[2]
            .body
            .expose()
            .contains("\"issuerUrl\": \"https://ssoins-1.portal.eu-west-1.app.aws/start\"")
    );
}

#[test]
fn a_start_url_that_does_not_lead_to_aws_is_refused() {
    for (url, answers, flaw) in [
        ("http://my-sso.awsapps.com/start", vec![], StartFlaw::NotHttps),
        (
            "https://sso.example.com/",
            vec![answer(404, "")],
            StartFlaw::Status(404),
        ),
        (
            "https://sso.example.com/",
            vec![redirects(302, "")],
            StartFlaw::Status(302),
        ),
        (
            "https://sso.example.com/",
            vec![answer(501, ""), answer(500, "")],
            StartFlaw::Status(500),
        ),
        (
            "https://sso.example.com/",
            vec![answer(200, "")],
            StartFlaw::Elsewhere("sso.example.com".to_owned()),
        ),
        (
            "https://sso.example.com/",
            vec![redirects(301, "https://evil.example/awsapps.com")],
            StartFlaw::Elsewhere("evil.example".to_owned()),
        ),
        (
            "https://sso.example.com/",
            vec![redirects(301, "http://my-sso.awsapps.com/start")],
            StartFlaw::Elsewhere("my-sso.awsapps.com".to_owned()),
        ),
        (
            "https://sso.example.com/",
            vec![Err(Fault::Late(crate::aws::Stage::Connect))],
            StartFlaw::Fault(Fault::Late(crate::aws::Stage::Connect)),
        ),
    ] {
        let mut world = World::new(Some("s"), answers);
        world.session.start_url = url.to_owned();
        let (signed, _) = world.code(&[]);
        match why(signed) {
            Obstacle::StartUrl { flaw: found, .. } => assert_eq!(found, flaw, "{url}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_names_of_errors_are_those_of_the_service_and_of_oauth() {
    let of = |code: &str| {
        let answer = answer(400, &format!("{{\"error\":\"{code}\"}}")).unwrap();
        let failure = Failure::Service(crate::aws::ServiceError::of(&answer).unwrap());
        let question = crate::provider::Question {
            asked: Asked::Identity,
            url: String::new(),
            region: String::new(),
            access_key_id: None,
            proxy: None,
            ca_bundle: None,
        };
        refusal(&Error::Call {
            question: Box::new(question),
            failure,
        })
    };
    assert_eq!(of("authorization_pending"), Some(Refusal::Pending));
    assert_eq!(of("AuthorizationPendingException"), Some(Refusal::Pending));
    assert_eq!(of("slow_down"), Some(Refusal::SlowDown));
    assert_eq!(of("invalid_client"), Some(Refusal::Client));
    assert_eq!(of("other"), Some(Refusal::Other));
}
