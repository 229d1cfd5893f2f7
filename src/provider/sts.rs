//! What awsenv asks AWS STS, through the ports: the keys of a role, and whose keys these are.

use std::time::Duration;

use super::call::{Call, Failed, MOST_SKEW, Patience, Repeat, Reply};
use super::{Asked, Error, Failure, Notice, Ports, Question, Wants};
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
        self.ports.tell.tell(Notice::Assumed {
            role_arn: role.role_arn.clone(),
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
        let Ports { clock, http, .. } = self.ports;
        let target = Target {
            url: &endpoint.url,
            region: &endpoint.region,
        };
        let calls = &self.plan.calls;
        let travel = calls.travel(&endpoint.url).map_err(Error::Setting)?;
        let patience = Patience {
            tries: travel.tries,
            ..Patience::default()
        };
        let notes = [
            self.plan.call_region().note().map(Notice::Region),
            endpoint.warning().map(Notice::Open),
        ];
        notes
            .into_iter()
            .flatten()
            .for_each(|notice| self.ports.tell.tell(notice));
        let left = self.wants.left(clock).unwrap_or(Duration::MAX);
        let call = Call {
            transport: &travel.transport(),
            patience: Patience {
                limit: patience.limit.min(left),
                ..patience
            },
            repeat: Repeat::Freely,
        };
        let failed = |failure| Error::Call {
            question: Box::new(Question {
                asked: asked.clone(),
                url: endpoint.url.clone(),
                region: endpoint.region.clone(),
                access_key_id: caller.access_key_id.clone(),
                proxy: travel.proxy.clone(),
                ca_bundle: travel.ca_bundle.clone(),
            }),
            failure,
        };
        let reply = call.run(&|at| request(target, at), clock, http);
        let Reply { answer, skew, .. } = reply.map_err(|Failed { why, skew, .. }| {
            self.tell_skew(skew);
            failed(Failure::of(why))
        })?;
        let now = clock.now();
        self.tell_skew(skew.or(answer.date.map(|date| now.seconds_from(date))));
        let value = read(answer.body.expose()).map_err(|Unreadable(why)| failed(Failure::Unreadable(why)))?;
        Ok((value, answer.date))
    }

    fn tell_skew(&self, skew: Option<i64>) {
        if let Some(seconds) = skew.filter(|skew| skew.abs() > MOST_SKEW) {
            self.ports.tell.tell(Notice::Skew { seconds });
        }
    }
}
