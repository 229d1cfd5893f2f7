//! Calls that take a code of an MFA device: one process at a time uses a device, no code is sent twice, and a wrong one is
//! asked for again.

use std::time::Duration;

use super::wanted::Wanted;
use super::{Again, CodeQuestion, Error, Failure, NoCode, NoTurn, Ports, Rejected, Subject, Wants};
use crate::aws::sts::Mfa;
use crate::aws::{Class, Fault};
use crate::credentials::code::STEP;
use crate::resolve::Device;
use crate::session::Session;

/// How many codes are tried before awsenv gives up, and how often one may be given that AWS has had.
const MOST: u32 = 3;

/// What takes a code.
pub(super) struct Coded<'a> {
    pub(super) device: &'a Device,
    /// What AWS gives for it.
    pub(super) of: Subject,
    /// Whether a user's own keys make the call.
    pub(super) is_of_user: bool,
    pub(super) wants: &'a Wants,
    pub(super) ports: Ports<'a>,
}

impl Coded<'_> {
    /// Makes the call, unless another process has made it meanwhile, and keeps what it gives.
    ///
    /// # Errors
    /// Those of `call`; there is no code; it is not this process's turn.
    pub(super) fn turn(
        &self,
        wanted: &Wanted<'_>,
        call: impl Fn(Mfa<'_>) -> Result<Session, Error>,
    ) -> Result<Session, Error> {
        let no_turn = |why: NoTurn| Error::NoTurn {
            of: Subject::Code(self.device.serial.clone()),
            why,
        };
        // The device comes first, so that nobody waits for what another process has while that one waits for the device.
        let limit = self.wants.left(self.ports.clock);
        let turn = self.ports.devices.turn(&self.device.serial, limit).map_err(no_turn)?;
        let got = wanted.turn(|| self.by_codes(call));
        if got.as_ref().is_err_and(Error::is_cancelled) {
            turn.cancel();
        }
        got
    }

    fn by_codes(&self, call: impl Fn(Mfa<'_>) -> Result<Session, Error>) -> Result<Session, Error> {
        let Ports {
            codes, devices, clock, ..
        } = self.ports;
        let serial = &self.device.serial;
        let rejected = |why| Error::CodeRejected {
            serial: serial.clone(),
            of: self.of.clone(),
            why,
        };
        let missing = |why| Error::Code {
            serial: serial.clone(),
            why,
        };
        let question = |again| CodeQuestion {
            device: self.device,
            of: &self.of,
            again,
            left: self.wants.left(clock),
        };
        let (mut sent, mut repeated, mut again) = (0, 0, None);
        loop {
            let code = match codes.code(&question(again)) {
                Err(NoCode::Spent) if sent > 0 => return Err(rejected(Rejected::Wrong { codes: sent })),
                code => code.map_err(missing)?,
            };
            if devices.is_sent(serial, &code) {
                let next = (STEP - clock.now().0.rem_euclid(STEP)).unsigned_abs();
                repeated += 1;
                if repeated == MOST {
                    return Err(rejected(Rejected::Sent { next }));
                }
                let waited = codes.wait(&question(again), Duration::from_secs(next));
                waited.map_err(|why| match why {
                    NoCode::Spent => rejected(Rejected::Sent { next }),
                    why => missing(why),
                })?;
                again = Some(Again::Sent);
            } else {
                devices.note(serial, &code);
                sent += 1;
                let mfa = Mfa { serial, code: &code };
                match call(mfa) {
                    Err(error) if error.is_of(Class::WrongCode) && sent < MOST => {
                        again = Some(Again::Rejected);
                    }
                    Err(error) if error.is_of(Class::WrongCode) => {
                        return Err(rejected(Rejected::Wrong { codes: sent }));
                    }
                    Err(error) if error.is_of(Class::UnknownDevice) => {
                        return Err(rejected(match self.is_of_user {
                            true => Rejected::Device,
                            false => Rejected::Caller,
                        }));
                    }
                    Err(error) => {
                        if error.is_unsent() {
                            devices.forget(serial, &code);
                        }
                        return Err(error);
                    }
                    got => return got,
                }
            }
        }
    }
}

impl Error {
    /// Whether a person does not want it to go on.
    pub(super) fn is_cancelled(&self) -> bool {
        matches!(
            self,
            Error::Code {
                why: NoCode::Cancelled,
                ..
            }
        )
    }

    /// Whether the service surely has not seen the call.
    fn is_unsent(&self) -> bool {
        matches!(self, Error::Call { failure: Failure::Fault(fault), .. } if Fault::is_unsent(fault))
    }
}
