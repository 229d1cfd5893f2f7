//! Roles on top of a base, hop by hop, and the session of a user that takes one code for all of them. What is kept and
//! still serves is used; each hop above it takes one call, which one process makes for all that wait for it.

mod check;
mod hops;

use self::hops::{CHAINED, Call, Code, Hop};
use crate::aws::sts;
use crate::credentials::{Credentials, Timestamp};
use crate::provider::mfa::Coded;
use crate::provider::sts::{Caller, Sts};
use crate::provider::wanted::Wanted;
use crate::provider::{CliEntry, Error, Fresh, Got, Notice, Ports, Subject, Wants, of_base};
use crate::resolve::{self, AssumeRole, BaseSource, CredentialPlan, Device, Endpoint, Reach};
use crate::session::Session;

/// In seconds: by how much less than was asked for a session may last, because AWS rounds its times.
const ROUNDED: u32 = 60;

pub(super) fn credentials(plan: &CredentialPlan, wants: &Wants, ports: Ports<'_>) -> Result<Got, Error> {
    let is_alone = plan.roles.is_empty() && (plan.user_device().is_none() || !wants.mfa.of_user);
    if is_alone || !matches!(plan.reach(), Reach::Now(_)) {
        return of_base(plan, wants, ports, wants.fresh != Fresh::No);
    }
    let chain = Chain::new(plan, wants, ports)?;
    chain.got(&chain.hops()?)
}

/// One step of what credentials take, from the base outward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<'p> {
    pub of: Subject,
    /// When what is kept ends, if it still serves.
    pub kept: Option<Timestamp>,
    /// The device whose code this takes, unless it is kept.
    pub device: Option<&'p Device>,
}

/// What credentials take on top of the base, as far as is known without a call. `ports.sessions` may not wait for
/// anybody.
///
/// # Errors
/// What AWS would refuse; a setting of calls cannot be followed.
pub(super) fn steps<'p>(plan: &'p CredentialPlan, wants: &'p Wants, ports: Ports<'p>) -> Result<Vec<Step<'p>>, Error> {
    let chain = Chain::new(plan, wants, ports)?;
    let hops = chain.hops()?;
    let step = |hop: &Hop<'p>| Step {
        of: hop.subject(),
        kept: chain.wanted(hop).found().map(|session| session.ends()),
        device: match hop.call {
            Call::Session(device) | Call::Role(_, Code::Own(device)) => Some(device),
            Call::Role(..) => None,
        },
    };
    Ok(hops.iter().map(step).collect())
}

struct Chain<'a> {
    plan: &'a CredentialPlan,
    wants: &'a Wants,
    ports: Ports<'a>,
    /// Where all roles are assumed.
    endpoint: Endpoint,
    start: Timestamp,
}

impl<'a> Chain<'a> {
    fn new(plan: &'a CredentialPlan, wants: &'a Wants, ports: Ports<'a>) -> Result<Self, Error> {
        Ok(Self {
            plan,
            wants,
            ports,
            endpoint: Sts { plan, wants, ports }.endpoint()?,
            start: ports.clock.now(),
        })
    }

    /// Looks from the last hop inward for keys that serve, and gets the rest from there outward.
    fn got(&self, hops: &[Hop<'a>]) -> Result<Got, Error> {
        let inward = hops.iter().enumerate().rev();
        let mut kept = inward.filter_map(|(at, hop)| Some((at + 1, self.wanted(hop).kept()?)));
        let Some((start, below)) = kept.next() else {
            return self.above_base(hops);
        };
        if start == hops.len() {
            return Ok(got(below));
        }
        let id = below.credentials.access_key_id.clone();
        match self.outward(&hops[start..], got(below)) {
            // AWS may have ended a session that still lasts here.
            Err(error) if error.refuses_key(&id) => {
                let below = hops[..start].iter().cloned().map(|hop| Hop { is_fresh: true, ..hop });
                let renewed: Vec<Hop<'_>> = below.chain(hops[start..].iter().cloned()).collect();
                self.above_base(&renewed)
            }
            found => found,
        }
    }

    /// The keys of the last of these hops, from the base.
    fn above_base(&self, hops: &[Hop<'a>]) -> Result<Got, Error> {
        let base = |is_fresh| of_base(self.plan, self.wants, self.ports, is_fresh);
        let caller = match base(self.wants.fresh == Fresh::All) {
            Ok(caller) => caller,
            Err(error) => return self.bridged(hops, error),
        };
        let id = caller.credentials.access_key_id.clone();
        let is_session = self.plan.caller() == resolve::Caller::Unknown && caller.credentials.session_token.is_some();
        let of_session: Vec<Hop<'_>>;
        let hops = match is_session {
            true => {
                of_session = self.of_session(hops);
                &of_session
            }
            false => hops,
        };
        let is_kept = matches!(self.plan.base, Some(BaseSource::Sso(_)));
        match self.outward(hops, caller) {
            // Here too, AWS may have ended what still lasts.
            Err(error) if is_kept && error.refuses_key(&id) => self.outward(hops, base(true)?),
            found => found,
        }
    }

    /// The hops for a caller of whom AWS takes no code, as a program's answer has shown.
    fn of_session(&self, hops: &[Hop<'a>]) -> Vec<Hop<'a>> {
        let of_session = |hop: &Hop<'a>| {
            let call = match hop.call {
                Call::Session(device) => {
                    // A role on top says so itself.
                    if self.plan.roles.is_empty() {
                        self.tell_idle(device);
                    }
                    return None;
                }
                Call::Role(role, Code::OfSession | Code::Own(_)) if is_first(self.plan, role) => {
                    Call::Role(role, role.mfa.as_ref().map_or(Code::None, Code::Idle))
                }
                call => call,
            };
            Some(Hop { call, ..hop.clone() })
        };
        hops.iter().filter_map(of_session).collect()
    }

    /// The keys of the last of these hops, for the caller of the first; those of the caller if there is none.
    fn outward(&self, hops: &[Hop<'_>], mut caller: Got) -> Result<Got, Error> {
        for (at, hop) in hops.iter().enumerate() {
            caller = match self.turn(hop, &caller.credentials) {
                Ok(session) => got(session),
                Err(error) => return self.bridged(&hops[at + 1..], error),
            };
        }
        Ok(caller)
    }

    /// The keys of the last of these hops, where those of their caller cannot be had, by keys that were to be renewed and
    /// still last a while.
    fn bridged(&self, hops: &[Hop<'_>], mut error: Error) -> Result<Got, Error> {
        for (at, hop) in hops.iter().enumerate().rev() {
            match self.wanted(hop).stale(error) {
                Ok(session) => return self.outward(&hops[at + 1..], got(session)),
                Err(same) => error = same,
            }
        }
        Err(error)
    }

    fn wanted<'h>(&'h self, hop: &'h Hop<'_>) -> Wanted<'h> {
        let role = match hop.call {
            Call::Role(role, _) => Some(role),
            Call::Session(_) => None,
        };
        Wanted {
            key: &hop.key,
            cli_entry: role.filter(|_| hop.is_shared).map(|role| CliEntry::Role(role.into())),
            of: hop.subject(),
            is_fresh: hop.is_fresh,
            least: match hop.call {
                Call::Role(..) => 0,
                Call::Session(_) => i64::from(hop.duration.unwrap_or_default().saturating_sub(ROUNDED)),
            },
            start: self.start,
            wants: self.wants,
            ports: self.ports,
        }
    }

    fn turn(&self, hop: &Hop<'_>, caller: &Credentials) -> Result<Session, Error> {
        let wanted = self.wanted(hop);
        let coded = |device| Coded {
            device,
            of: hop.subject(),
            is_of_user: caller.session_token.is_none(),
            wants: self.wants,
            ports: self.ports,
        };
        let session = match hop.call {
            Call::Session(device) => coded(device).turn(&wanted, |mfa| {
                let profile = self.plan.base_of.as_deref().unwrap_or(&device.profile);
                let sts = self.sts();
                sts.continue_as(device, profile, hop.duration, &self.endpoint, (caller, mfa))
            }),
            Call::Role(role, code @ Code::Own(device)) => coded(device).turn(&wanted, |mfa| {
                self.assume((role, code), hop.duration, caller, Some(mfa))
            }),
            Call::Role(role, code) => wanted.turn(|| self.assume((role, code), hop.duration, caller, None)),
        };
        session.or_else(|error| wanted.stale(error))
    }

    fn sts(&self) -> Sts<'_> {
        Sts {
            plan: self.plan,
            wants: self.wants,
            ports: self.ports,
        }
    }

    fn assume(
        &self,
        (role, code): (&AssumeRole, Code<'_>),
        mut duration: Option<u32>,
        caller: &Credentials,
        mfa: Option<sts::Mfa<'_>>,
    ) -> Result<Session, Error> {
        if let Code::Idle(device) = code {
            self.tell_idle(device);
        }
        if let Some(asked) = duration.filter(|asked| *asked > CHAINED && caller.session_token.is_some()) {
            duration = Some(CHAINED);
            let role_arn = role.role_arn.clone();
            self.ports.tell.tell(Notice::Lowered { role_arn, asked });
        }
        let caller = Caller {
            credentials: caller,
            mfa,
            has_mfa_session: matches!(code, Code::OfSession),
        };
        self.sts().assume(role, duration, &self.endpoint, caller)
    }

    fn tell_idle(&self, device: &Device) {
        self.ports.tell.tell(Notice::DeviceIdle {
            serial: device.serial.clone(),
            place: device.place.clone(),
        });
    }
}

fn got(session: Session) -> Got {
    Got {
        ends: Some(session.ends()),
        credentials: session.credentials,
    }
}

fn is_first(plan: &CredentialPlan, role: &AssumeRole) -> bool {
    plan.roles.first().is_some_and(|first| std::ptr::eq(first, role))
}

#[cfg(test)]
mod tests;
