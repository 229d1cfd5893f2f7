//! What awsenv asks AWS STS, through the ports: the keys of a role, and whose keys these are.

use super::ask::{Ask, Asking};
use super::call::Repeat;
use super::{Asked, Error, Notice, Ports, Subject, Wants};
use crate::aws::sts::{self, AssumedRole, Identity, Mfa, Target};
use crate::aws::{Fault, Request, Service, Unreadable};
use crate::credentials::{Credentials, Timestamp};
use crate::resolve::{AssumeRole, CredentialPlan, Device, Endpoint};
use crate::session::{Kind, Session};

/// In seconds: what AWS STS gives if nothing is asked for.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
const UNASKED: u32 = 3600;

/// AWS STS, as a plan calls it.
pub(super) struct Sts<'a> {
    pub(super) plan: &'a CredentialPlan,
    pub(super) wants: &'a Wants,
    pub(super) ports: Ports<'a>,
}

/// Who assumes a role.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller<'a> {
    pub(super) credentials: &'a Credentials,
    /// The code that goes with the call.
    pub(super) mfa: Option<Mfa<'a>>,
    /// Whether the credentials are those of a session that took a code.
    pub(super) has_mfa_session: bool,
}

/// What is known of a session beside its keys.
struct Made<'a> {
    kind: Kind,
    profile: &'a str,
    /// In seconds.
    longest: u32,
    /// The server's clock.
    date: Option<Timestamp>,
}

/// AWS takes a code once.
fn repeat(mfa: Option<Mfa<'_>>) -> Repeat {
    match mfa {
        Some(_) => Repeat::Unsent,
        None => Repeat::Freely,
    }
}

impl Sts<'_> {
    /// Where the plan calls STS.
    ///
    /// # Errors
    /// A setting of calls cannot be followed.
    pub(super) fn endpoint(&self) -> Result<Endpoint, Error> {
        let endpoint = self.plan.calls.endpoint(Service::Sts, &self.plan.call_region());
        endpoint.map_err(Error::Setting)
    }

    /// The keys of a role, for a caller. `duration` is in seconds; without it STS decides.
    ///
    /// # Errors
    /// There was no answer with keys.
    pub(super) fn assume(
        &self,
        role: &AssumeRole,
        duration: Option<u32>,
        endpoint: &Endpoint,
        caller: Caller<'_>,
    ) -> Result<Session, Error> {
        let Caller { credentials, mfa, .. } = caller;
        let question = sts::AssumeRole {
            role_arn: &role.role_arn,
            session_name: role.role_session_name.as_deref().unwrap_or(&self.wants.session_name),
            external_id: role.external_id.as_deref(),
            duration,
            mfa,
        };
        let asked = Asked::Role {
            role_arn: role.role_arn.clone(),
            has_external_id: role.external_id.is_some(),
            has_mfa_session: caller.has_mfa_session,
            place: role.place.clone(),
        };
        let ask = |target: Target<'_>, at| question.request(target, credentials, at);
        let repeat = repeat(mfa);
        let (assumed, date) = self.ask(asked, endpoint, credentials, repeat, &ask, sts::assumed_role)?;
        self.ports.tell.tell(Notice::Got {
            of: Subject::Role(role.role_arn.clone()),
            url: endpoint.url.clone(),
        });
        let AssumedRole { credentials, arn, .. } = assumed;
        let made = Made {
            kind: Kind::Role,
            profile: &role.profile,
            longest: duration.unwrap_or(UNASKED),
            date,
        };
        Ok(Session {
            role_arn: Some(role.role_arn.clone()),
            arn: Some(arn),
            ..self.session(made, credentials)
        })
    }

    /// The keys of a session of the user whose keys `caller` has. `duration` is in seconds; without it STS decides.
    ///
    /// # Errors
    /// There was no answer with keys.
    pub(super) fn continue_as(
        &self,
        device: &Device,
        profile: &str,
        duration: Option<u32>,
        endpoint: &Endpoint,
        (caller, mfa): (&Credentials, Mfa<'_>),
    ) -> Result<Session, Error> {
        let serial = &device.serial;
        let asked = Asked::Session {
            serial: serial.clone(),
            place: device.place.clone(),
        };
        let ask = |target: Target<'_>, at| sts::get_session_token(target, caller, duration, mfa, at);
        let read = |body: &[u8]| sts::session(body, serial);
        let (credentials, date) = self.ask(asked, endpoint, caller, repeat(Some(mfa)), &ask, read)?;
        self.ports.tell.tell(Notice::Got {
            of: Subject::Mfa(serial.clone()),
            url: endpoint.url.clone(),
        });
        let made = Made {
            kind: Kind::Mfa,
            profile,
            longest: duration.unwrap_or(sts::SESSION_UNASKED),
            date,
        };
        Ok(self.session(made, credentials))
    }

    fn session(&self, made: Made<'_>, credentials: Credentials) -> Session {
        let obtained = self.ports.clock.now();
        let ends = credentials.expires.unwrap_or(obtained);
        Session {
            kind: made.kind,
            profile: made.profile.to_owned(),
            role_arn: None,
            arn: None,
            // A proxy may say another time than AWS, but keys never last longer than was asked for.
            lifetime: ends
                .seconds_from(made.date.unwrap_or(obtained))
                .min(i64::from(made.longest)),
            obtained,
            credentials,
        }
    }

    /// Whose keys these are.
    ///
    /// # Errors
    /// AWS does not say.
    pub(super) fn whose(&self, endpoint: &Endpoint, caller: &Credentials) -> Result<Identity, Error> {
        let ask = |target: Target<'_>, at| sts::get_caller_identity(target, caller, at);
        let freely = Repeat::Freely;
        let (identity, _) = self.ask(Asked::Identity, endpoint, caller, freely, &ask, sts::caller_identity)?;
        Ok(identity)
    }

    /// The answer, read, with the server's time.
    fn ask<T>(
        &self,
        asked: Asked,
        endpoint: &Endpoint,
        caller: &Credentials,
        repeat: Repeat,
        request: &dyn Fn(Target<'_>, Timestamp) -> Result<Request, Fault>,
        read: impl Fn(&[u8]) -> Result<T, Unreadable>,
    ) -> Result<(T, Option<Timestamp>), Error> {
        let target = Target {
            url: &endpoint.url,
            region: &endpoint.region,
        };
        if let Some(note) = self.plan.call_region().note() {
            self.ports.tell.tell(Notice::Region(note));
        }
        let Ports { clock, http, tell, .. } = self.ports;
        let ask = Ask {
            calls: &self.plan.calls,
            left: self.wants.left(clock),
            clock,
            http,
            tell,
        };
        let answered = ask.ask(
            Asking {
                asked,
                endpoint,
                access_key_id: Some(&caller.access_key_id),
                repeat,
            },
            &|at| request(target, at),
            read,
        )?;
        Ok((answered.value, answered.date))
    }
}
