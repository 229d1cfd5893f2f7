//! Roles on top of a base, hop by hop, and the session of a user that takes one code for all of them. What is kept and
//! still serves is used; each hop above it takes one call, which one process makes for all that wait for it.

mod check;

use crate::aws::sts;
use crate::credentials::{Credentials, Timestamp};
use crate::provider::mfa::Coded;
use crate::provider::sts::{Caller, Sts};
use crate::provider::wanted::Wanted;
use crate::provider::{CliEntry, Error, Fresh, Got, Notice, Ports, Subject, Wants, key, of_base, sso};
use crate::resolve::{self, AssumeRole, BaseSource, CredentialPlan, Device, Endpoint, Reach};
use crate::secret::Secret;
use crate::session::{Key, Session};

/// In seconds: what AWS gives to a caller with temporary keys.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining>
const CHAINED: u32 = 3600;

/// In seconds: by how much less than was asked for a session may last, because AWS rounds its times.
const ROUNDED: u32 = 60;

/// One call with all that it needs but the caller.
#[derive(Clone)]
struct Hop<'p> {
    call: Call<'p>,
    /// What is asked for, in seconds.
    duration: Option<u32>,
    key: Key,
    /// Whether what is kept may not be used.
    is_fresh: bool,
    /// Whether what the AWS CLI keeps would be of the same request: it knows nothing of the command line and of other
    /// endpoints.
    is_shared: bool,
}

#[derive(Clone, Copy)]
enum Call<'p> {
    /// The session of a user, for a code of this device.
    Session(&'p Device),
    Role(&'p AssumeRole, Code<'p>),
}

/// What becomes of the device that a role names.
#[derive(Clone, Copy)]
enum Code<'p> {
    /// It names none.
    None,
    /// The call takes a code.
    Own(&'p Device),
    /// The session that calls has taken one.
    OfSession,
    /// AWS would not take one of this caller.
    Idle(&'p Device),
}

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

    fn hops(&self) -> Result<Vec<Hop<'a>>, Error> {
        let mut source = match &self.plan.base {
            Some(BaseSource::Sso(sso)) => sso::session_key(sso, &self.plan.calls)?.as_str().into(),
            base => {
                let base = base.as_ref().and_then(|base| key::of_base(base, self.ports.keys));
                base.unwrap_or_default()
            }
        };
        let mut hops = Vec::new();
        let device = self.session_device();
        if let Some(device) = device {
            check::device(device)?;
            let key = key::of_session(device, &self.endpoint, &source);
            source = key.as_str().into();
            let is_last = self.plan.roles.is_empty();
            hops.push(Hop {
                call: Call::Session(device),
                duration: self.wants.duration.filter(|_| is_last),
                key,
                is_fresh: self.is_fresh(is_last),
                is_shared: false,
            });
        }
        for (at, role) in self.plan.roles.iter().enumerate() {
            check::role(role)?;
            let code = match &role.mfa {
                None => Code::None,
                Some(_) if at == 0 && device.is_some() => Code::OfSession,
                Some(device) if at == 0 && self.plan.caller() == resolve::Caller::Other => Code::Idle(device),
                Some(device) => Code::Own(device),
            };
            if let Code::Own(device) = code {
                check::device(device)?;
            }
            let is_last = at + 1 == self.plan.roles.len();
            let asked = self.wants.duration.filter(|_| is_last);
            let duration = asked.or(own_duration(role));
            let key = key::of_role(role, duration, &self.endpoint, &source);
            source = key.as_str().into();
            hops.push(Hop {
                call: Call::Role(role, code),
                duration,
                key,
                is_fresh: self.is_fresh(is_last),
                is_shared: asked.is_none() && role.place.is_some() && self.endpoint.is_own(),
            });
        }
        Ok(hops)
    }

    /// The device of a session below the first role, or of the user alone. AWS gives a role for an hour at most to a
    /// session, so for more the role takes a code itself.
    fn session_device(&self) -> Option<&'a Device> {
        let Some(first) = self.plan.roles.first() else {
            return self.plan.user_device().filter(|_| self.wants.mfa.of_user);
        };
        let is_last = self.plan.roles.len() == 1;
        let duration = self.wants.duration.filter(|_| is_last).or(own_duration(first));
        let may_last = matches!(self.plan.caller(), resolve::Caller::User | resolve::Caller::Unknown);
        let is_short = duration.is_none_or(|seconds| seconds <= CHAINED);
        let is_wanted = self.wants.mfa.is_shared && may_last && is_short;
        first.mfa.as_ref().filter(|_| is_wanted)
    }

    fn is_fresh(&self, is_last: bool) -> bool {
        match self.wants.fresh {
            Fresh::No => false,
            Fresh::Last => is_last,
            Fresh::All => true,
        }
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
        let session = match hop.call {
            Call::Session(device) | Call::Role(_, Code::Own(device)) => {
                let coded = Coded {
                    device,
                    of: hop.subject(),
                    wants: self.wants,
                    ports: self.ports,
                };
                coded.turn(&wanted, |code| self.call(hop, caller, Some((device, code))))
            }
            Call::Role(..) => wanted.turn(|| self.call(hop, caller, None)),
        };
        session.or_else(|error| wanted.stale(error))
    }

    fn call(
        &self,
        hop: &Hop<'_>,
        caller: &Credentials,
        code: Option<(&Device, &Secret<String>)>,
    ) -> Result<Session, Error> {
        let sts = Sts {
            plan: self.plan,
            wants: self.wants,
            ports: self.ports,
        };
        let mfa = code.map(|(device, code)| sts::Mfa {
            serial: &device.serial,
            code,
        });
        let mut duration = hop.duration;
        match (hop.call, mfa) {
            (Call::Session(device), Some(mfa)) => {
                let profile = self.plan.base_of.as_deref().unwrap_or(&device.profile);
                sts.continue_as(device, profile, duration, &self.endpoint, (caller, mfa))
            }
            // There is a code for each.
            (Call::Session(_), None) => Err(Error::Unreachable { needs: None }),
            (Call::Role(role, code), mfa) => {
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
                sts.assume(role, duration, &self.endpoint, caller)
            }
        }
    }

    fn tell_idle(&self, device: &Device) {
        self.ports.tell.tell(Notice::DeviceIdle {
            serial: device.serial.clone(),
            place: device.place.clone(),
        });
    }
}

impl Hop<'_> {
    fn subject(&self) -> Subject {
        match self.call {
            Call::Session(device) => Subject::Mfa(device.serial.clone()),
            Call::Role(role, _) => Subject::Role(role.role_arn.clone()),
        }
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

/// In seconds: what the profile of a role asks for.
fn own_duration(role: &AssumeRole) -> Option<u32> {
    role.duration_seconds.and_then(|seconds| u32::try_from(seconds).ok())
}

#[cfg(test)]
mod tests;
