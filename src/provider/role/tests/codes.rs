//! Codes that are wrong, were sent before, or come to nothing.

use super::*;
use crate::provider::{Again, NoCode, Rejected, Subject};

const WRONG: &str = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
const NO_DEVICE: &str = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial \
    number is valid and associated with this user. ";

fn chain() -> CredentialPlan {
    plan(keys(None), &[guarded("One")])
}

fn wrong() -> Answer {
    refusal("AccessDenied", WRONG)
}

fn right() -> [Answer; 2] {
    [session_answer("ASIASESSION", 43_200), answer("ASIAONE", 3600, NOW)]
}

fn why(fake: &Fake) -> Rejected {
    match fake.get(&chain(), &Wants::default()) {
        Err(Error::CodeRejected { serial, of, why }) => {
            assert_eq!((serial.as_str(), of), (SERIAL, Subject::Mfa(SERIAL.to_owned())));
            why
        }
        other => panic!("{other:?}"),
    }
}

fn again(fake: &Fake) -> Vec<Option<Again>> {
    fake.devices.asked.borrow().iter().map(|(_, again)| *again).collect()
}

#[test]
fn a_wrong_code_is_asked_for_again_and_three_are_enough() {
    let [first, second] = right();
    let fake = fake()
        .answering([wrong(), wrong(), first, second])
        .typing(["111111", "222222", "333333"]);
    assert_eq!(fake.id(&chain(), &Wants::default()), "ASIAONE");
    assert_eq!(again(&fake), [None, Some(Again::Rejected), Some(Again::Rejected)]);
    let fake = self::fake()
        .answering([wrong(), wrong(), wrong()])
        .typing(["111111", "222222", "333333", "444444"]);
    assert_eq!(why(&fake), Rejected::Wrong { codes: 3 });
    assert_eq!(fake.said().len(), 3);
    assert!(fake.sessions.kept.borrow().is_empty());
    assert_eq!(
        *fake.devices.sent.borrow(),
        ["111111", "222222", "333333"],
        "AWS has had them"
    );
}

/// Which a person cannot mend by typing.
#[test]
fn a_device_that_is_not_the_users_takes_no_further_code() {
    let fake = fake()
        .answering([refusal("AccessDenied", NO_DEVICE)])
        .typing(["111111", "222222"]);
    assert_eq!(why(&fake), Rejected::Device);
    assert_eq!(fake.said().len(), 1);
    assert_eq!(*fake.devices.sent.borrow(), ["111111"]);
}

#[test]
fn a_code_that_was_sent_waits_for_the_next_one() {
    let mut fake = fake().answering(right()).typing(["111111", "222222"]);
    fake.clock.now = Timestamp(NOW + 13);
    fake.devices.sent.borrow_mut().push("111111".to_owned());
    assert_eq!(fake.id(&chain(), &Wants::default()), "ASIAONE");
    assert_eq!(fake.said()[0], "AKIABASE GetSessionToken 222222");
    assert_eq!(*fake.devices.waits.borrow(), [Duration::from_secs(17)]);
    assert_eq!(again(&fake), [None, Some(Again::Sent)]);

    // Nor does it help to type the same again and again.
    let mut fake = self::fake().typing(["111111"; 5]);
    fake.clock.now = Timestamp(NOW + 29);
    fake.devices.sent.borrow_mut().push("111111".to_owned());
    assert_eq!(why(&fake), Rejected::Sent { next: 1 });
    assert_eq!(fake.devices.waits.borrow().len(), 2);
    assert!(fake.said().is_empty());
}

/// A person who types it again, and a program that prints the same until the step ends.
#[test]
fn a_wrong_code_is_not_sent_again_either() {
    let [first, second] = right();
    let fake = fake()
        .answering([wrong(), first, second])
        .typing(["111111", "111111", "222222"]);
    assert_eq!(fake.id(&chain(), &Wants::default()), "ASIAONE");
    assert_eq!(again(&fake), [None, Some(Again::Rejected), Some(Again::Sent)]);
    assert_eq!(
        fake.said()[..2],
        ["AKIABASE GetSessionToken 111111", "AKIABASE GetSessionToken 222222"]
    );
}

#[test]
fn the_code_of_the_command_line_counts_once() {
    let fake = fake().answering([wrong()]).typing(["111111"]);
    fake.devices.codes.borrow_mut().push_back(Err(NoCode::Spent));
    assert_eq!(why(&fake), Rejected::Wrong { codes: 1 });

    let mut fake = self::fake().typing(["111111"]);
    fake.devices.sent.borrow_mut().push("111111".to_owned());
    fake.devices.no_wait = Some(NoCode::Spent);
    assert_eq!(why(&fake), Rejected::Sent { next: 30 });
    assert!(fake.said().is_empty());

    // A second device on the way would need another one.
    let fake = self::fake();
    fake.devices.codes.borrow_mut().push_back(Err(NoCode::Spent));
    let error = fake.get(&chain(), &Wants::default());
    assert!(matches!(error, Err(Error::Code { why: NoCode::Spent, .. })));
}

#[test]
fn only_a_call_that_came_nowhere_is_tried_again_with_the_same_code() {
    let broken = |stage| Err(Fault::Broken(stage, "broken".to_owned()));
    let with = |faults: Vec<Result<Answer, Fault>>| {
        let fake = fake().typing(["111111"]);
        fake.http.answers.borrow_mut().extend(faults);
        fake
    };
    for stage in [Stage::Resolve, Stage::Connect, Stage::Tls] {
        let [first, second] = right();
        let fake = with(vec![broken(stage), broken(stage), Ok(first), Ok(second)]);
        assert_eq!(fake.id(&chain(), &Wants::default()), "ASIAONE");
        assert_eq!(fake.said()[..3], ["AKIABASE GetSessionToken 111111"; 3]);
        assert_eq!(*fake.devices.sent.borrow(), ["111111"]);

        let fake = with(vec![broken(stage), broken(stage), broken(stage)]);
        fake.get(&chain(), &Wants::default()).unwrap_err();
        assert!(
            fake.devices.sent.borrow().is_empty(),
            "{stage:?}: the code still counts"
        );
    }
    let unwell = Answer {
        status: 503,
        ..refusal("ServiceUnavailable", "no")
    };
    let skewed = Answer {
        date: Some(Timestamp(NOW + 3600)),
        ..refusal("SignatureDoesNotMatch", "Signature expired: x")
    };
    for last in [
        broken(Stage::Sent),
        Err(Fault::Late(Stage::Sent)),
        Err(Fault::TooLarge),
        Ok(unwell),
        Ok(refusal("Throttling", "Rate exceeded")),
        Ok(skewed),
        Ok(denial()),
        Ok(Answer {
            body: Secret::new(b"<html/>".to_vec()),
            ..answer("", 0, NOW)
        }),
    ] {
        let fake = with(vec![broken(Stage::Connect), last.clone()]);
        fake.get(&chain(), &Wants::default()).unwrap_err();
        assert_eq!(fake.said().len(), 2, "{last:?}");
        assert_eq!(*fake.devices.sent.borrow(), ["111111"], "{last:?}: AWS may have had it");
    }
}

#[test]
fn the_question_ends_when_the_run_does() {
    let fake = fake().answering(right()).typing(["111111"]);
    fake.clock.pauses.borrow_mut().push(Duration::from_secs(15));
    let wants = Wants {
        until: Some(Duration::from_secs(55)),
        ..Wants::default()
    };
    fake.id(&chain(), &wants);
    assert_eq!(*fake.devices.left.borrow(), [Some(Duration::from_secs(40))]);
    assert_eq!(*fake.devices.limits.borrow(), [Some(Duration::from_secs(40))]);
    // Later questions have less time.
    let fake = self::fake().typing(["111111", "222222"]);
    let unsent = Err(Fault::Broken(Stage::Connect, "broken".to_owned()));
    fake.http.answers.borrow_mut().extend([unsent, Ok(wrong())]);
    fake.http.answers.borrow_mut().extend(right().map(Ok));
    fake.id(&chain(), &wants);
    let pause: Duration = fake.clock.pauses.borrow().iter().sum();
    let whole = Duration::from_secs(55);
    assert_eq!(*fake.devices.left.borrow(), [Some(whole), Some(whole - pause)]);
    assert!(!pause.is_zero());
}

/// The message quotes the whole form.
#[test]
fn an_error_that_quotes_the_code_shows_none() {
    let fake = fake()
        .answering([refusal("ValidationError", "Value '123456' at TokenCode=123456 is odd")])
        .typing(["123456"]);
    let error = fake.get(&chain(), &Wants::default()).unwrap_err();
    let shown = format!("{error:?}");
    assert!(shown.contains("(secret)") && !shown.contains("'123456'"), "{shown}");
    assert!(!shown.contains("TokenCode=123456"), "{shown}");
}
