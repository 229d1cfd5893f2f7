//! What awsenv asks AWS STS, through the ports: the keys of a role, and whose keys these are.

use super::ask::{Ask, Asking};
use super::call::Repeat;
use super::{Asked, Error, Notice, Ports, Subject, Wants};
use crate::aws::sts::{self, AssumedRole, Identity, Target};
use crate::aws::{Fault, Request, Service, Unreadable};
use crate::credentials::{Credentials, Timestamp};
use crate::resolve::{AssumeRole, CredentialPlan, Endpoint};
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
        caller: &Credentials,
    ) -> Result<Session, Error> {
        let question = sts::AssumeRole {
            role_arn: &role.role_arn,
            session_name: role.role_session_name.as_deref().unwrap_or(&self.wants.session_name),
            external_id: role.external_id.as_deref(),
            duration,
            mfa: None,
        };
        let asked = Asked::Role {
            role_arn: role.role_arn.clone(),
            has_external_id: role.external_id.is_some(),
            place: role.place.clone(),
        };
        let ask = |target: Target<'_>, at| question.request(target, caller, at);
        let (assumed, date) = self.ask(asked, endpoint, caller, &ask, sts::assumed_role)?;
        self.ports.tell.tell(Notice::Got {
            of: Subject::Role(role.role_arn.clone()),
            url: endpoint.url.clone(),
        });
        let AssumedRole { credentials, arn, .. } = assumed;
        let obtained = self.ports.clock.now();
        let ends = credentials.expires.unwrap_or(obtained);
        // A proxy may say another time than AWS, but keys never last longer than was asked for.
        let longest = i64::from(duration.unwrap_or(UNASKED));
        Ok(Session {
            kind: Kind::Role,
            profile: role.profile.clone(),
            role_arn: Some(role.role_arn.clone()),
            arn: Some(arn),
            lifetime: ends.seconds_from(date.unwrap_or(obtained)).min(longest),
            obtained,
            credentials,
        })
    }

    /// Whose keys these are.
    ///
    /// # Errors
    /// AWS does not say.
    pub(super) fn whose(&self, endpoint: &Endpoint, caller: &Credentials) -> Result<Identity, Error> {
        let ask = |target: Target<'_>, at| sts::get_caller_identity(target, caller, at);
        let (identity, _) = self.ask(Asked::Identity, endpoint, caller, &ask, sts::caller_identity)?;
        Ok(identity)
    }

    /// The answer, read, with the server's time.
    fn ask<T>(
        &self,
        asked: Asked,
        endpoint: &Endpoint,
        caller: &Credentials,
        request: &dyn Fn(Target<'_>, Timestamp) -> Result<Request, Fault>,
        read: fn(&[u8]) -> Result<T, Unreadable>,
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
                repeat: Repeat::Freely,
            },
            &|at| request(target, at),
            read,
        )?;
        Ok((answered.value, answered.date))
    }
}
