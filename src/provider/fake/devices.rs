//! A person with MFA devices.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use super::{Events, FakeTurn};
use crate::provider::{Again, CodeQuestion, Codes, Devices, NoCode, NoTurn, Turn};
use crate::secret::Secret;

/// A person with MFA devices, who gives these codes, one after the other, and then leaves.
#[derive(Default)]
pub(in crate::provider) struct FakeDevices {
    pub(in crate::provider) codes: RefCell<VecDeque<Result<&'static str, NoCode>>>,
    /// Of the device, and of what was wrong before.
    pub(in crate::provider) asked: RefCell<Vec<(String, Option<Again>)>>,
    pub(in crate::provider) waits: RefCell<Vec<Duration>>,
    /// What AWS has had.
    pub(in crate::provider) sent: RefCell<Vec<String>>,
    pub(in crate::provider) turns: RefCell<Vec<String>>,
    /// How long each turn, and each question, might take.
    pub(in crate::provider) limits: RefCell<Vec<Option<Duration>>>,
    pub(in crate::provider) left: RefCell<Vec<Option<Duration>>>,
    pub(in crate::provider) no_turn: Option<NoTurn>,
    /// Why nobody waits for the next code.
    pub(in crate::provider) no_wait: Option<NoCode>,
    pub(in crate::provider) events: Events,
}

impl Codes for FakeDevices {
    fn code(&self, question: &CodeQuestion<'_>) -> Result<Secret<String>, NoCode> {
        let asked = (question.device.serial.clone(), question.again);
        self.asked.borrow_mut().push(asked);
        self.left.borrow_mut().push(question.left);
        self.events.borrow_mut().push("code".to_owned());
        let code = self.codes.borrow_mut().pop_front().unwrap_or(Err(NoCode::Cancelled))?;
        Ok(Secret::new(code.to_owned()))
    }

    fn wait(&self, _: &CodeQuestion<'_>, time: Duration) -> Result<(), NoCode> {
        self.waits.borrow_mut().push(time);
        self.no_wait.clone().map_or(Ok(()), Err)
    }
}

impl Devices for FakeDevices {
    fn turn(&self, serial: &str, limit: Option<Duration>) -> Result<Box<dyn Turn + '_>, NoTurn> {
        self.turns.borrow_mut().push(serial.to_owned());
        self.limits.borrow_mut().push(limit);
        match &self.no_turn {
            Some(why) => Err(why.clone()),
            None => Ok(Box::new(FakeTurn::new("device", &self.events))),
        }
    }

    fn is_sent(&self, _: &str, code: &Secret<String>) -> bool {
        self.sent.borrow().contains(code.expose())
    }

    fn note(&self, _: &str, code: &Secret<String>) {
        self.sent.borrow_mut().push(code.expose().clone());
    }

    fn forget(&self, _: &str, code: &Secret<String>) {
        self.sent.borrow_mut().retain(|sent| sent != code.expose());
    }
}
