//! Roles on top of a base, hop by hop. What is kept and still serves is used; each hop above it takes one call, which
//! one process makes for all that wait for it.

use crate::aws::sts;
use crate::credentials::{Credentials, Timestamp};
use crate::provider::sts::Sts;
use crate::provider::{CliRequest, Error, Got, Notice, Ports, Wants, key, of_base};
use crate::resolve::{AssumeRole, CredentialPlan, Endpoint, Reach};
use crate::session::{Key, Session};

/// In seconds: what AWS gives to a caller with temporary keys.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining>
const CHAINED: u32 = 3600;

/// In seconds: with less left, keys at hand are no help to a program that only starts.
const LAST_HELP: i64 = 300;

/// One role with all that its call needs but the caller.
#[derive(Clone)]
struct Hop<'p> {
    role: &'p AssumeRole,
    /// What is asked for, in seconds.
    duration: Option<u32>,
    key: Key,
    /// Whether what is kept may not be used.
    is_fresh: bool,
    /// Whether what the AWS CLI keeps would be of the same request: it knows nothing of the command line and of other
    /// endpoints.
    is_shared: bool,
}

impl Hop<'_> {
    /// `None` where what the AWS CLI keeps may be of something else.
    fn cli_request(&self) -> Option<CliRequest<'_>> {
        self.is_shared.then(|| self.role.into())
    }
}

pub(super) fn credentials(plan: &CredentialPlan, wants: &Wants, ports: Ports<'_>) -> Result<Got, Error> {
    if plan.roles.is_empty() || !matches!(plan.reach(), Reach::Now(_)) {
        let credentials = of_base(plan, wants, ports)?;
        let ends = credentials.expires;
        return Ok(Got { credentials, ends });
    }
    let chain = Chain {
        plan,
        wants,
        ports,
        endpoint: Sts { plan, wants, ports }.endpoint()?,
        start: ports.clock.now(),
    };
    let hops = chain.hops()?;
    let session = chain.session(&hops)?;
    Ok(Got {
        ends: Some(session.ends()),
        credentials: session.credentials,
    })
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
    fn hops(&self) -> Result<Vec<Hop<'a>>, Error> {
        let base = self.plan.base.as_ref();
        let base = base.and_then(|base| key::of_base(base, self.ports.keys));
        let mut source = base.unwrap_or_default();
        let last = self.plan.roles.len() - 1;
        let mut hops = Vec::new();
        for (at, role) in self.plan.roles.iter().enumerate() {
            check(role)?;
            let own = role.duration_seconds.and_then(|seconds| u32::try_from(seconds).ok());
            let asked = self.wants.duration.filter(|_| at == last);
            let duration = asked.or(own);
            let key = key::of_role(role, duration, &self.endpoint, &source);
            source = key.as_str().into();
            hops.push(Hop {
                role,
                duration,
                key,
                is_fresh: self.wants.is_fresh && at == last,
                is_shared: asked.is_none() && role.place.is_some() && self.endpoint.is_own(),
            });
        }
        Ok(hops)
    }

    /// Looks from the last role inward for keys that serve, and gets the rest from there outward.
    fn session(&self, hops: &[Hop<'_>]) -> Result<Session, Error> {
        let inward = hops.iter().enumerate().rev();
        let mut kept = inward.filter_map(|(at, hop)| Some((at + 1, self.kept(hop)?)));
        let Some((start, below)) = kept.next() else {
            return self.outward(hops, None);
        };
        let id = below.credentials.access_key_id.clone();
        match self.outward(&hops[start..], Some(below)) {
            // AWS may have ended a session that still lasts here.
            Err(error) if error.refuses_key(&id) => {
                let below = hops[..start].iter().cloned().map(|hop| Hop { is_fresh: true, ..hop });
                let renewed: Vec<Hop<'_>> = below.chain(hops[start..].iter().cloned()).collect();
                self.outward(&renewed, None)
            }
            found => found,
        }
    }

    /// The session of the last of these hops, from the one below them, or else from the base.
    fn outward(&self, hops: &[Hop<'_>], mut below: Option<Session>) -> Result<Session, Error> {
        let mut caller = match &below {
            Some(session) => session.credentials.clone(),
            None => of_base(self.plan, self.wants, self.ports)?,
        };
        for hop in hops {
            let session = self.turn(hop, &caller)?;
            caller = session.credentials.clone();
            below = Some(session);
        }
        // A plan with roles has a last one.
        below.ok_or(Error::Unreachable { needs: None })
    }

    /// What is kept and serves, by awsenv or by the AWS CLI.
    fn kept(&self, hop: &Hop<'_>) -> Option<Session> {
        let now = self.ports.clock.now();
        let serves = |session: &Session| {
            // Other processes that want new keys at the same time share those that the first one got.
            let is_new = !hop.is_fresh || session.obtained >= self.start;
            is_new && session.serves(now, self.wants.margin)
        };
        let own = self.ports.sessions.find(&hop.key).filter(serves);
        let of_cli = || {
            let request = hop.cli_request().filter(|_| !hop.is_fresh)?;
            self.ports.cli_cache.find(&request).filter(serves)
        };
        let session = own.or_else(of_cli)?;
        self.ports.tell.tell(Notice::Kept {
            role_arn: hop.role.role_arn.clone(),
            ends: session.ends(),
        });
        Some(session)
    }

    /// One call, unless another process has made it meanwhile.
    fn turn(&self, hop: &Hop<'_>, caller: &Credentials) -> Result<Session, Error> {
        let limit = self.wants.left(self.ports.clock);
        let turn = self.ports.sessions.turn(&hop.key, limit);
        let turn = turn.map_err(|why| Error::NoTurn {
            role_arn: hop.role.role_arn.clone(),
            why,
        })?;
        if let Some(session) = self.kept(hop) {
            return Ok(session);
        }
        let session = match self.assume(hop, caller) {
            Ok(session) => session,
            Err(error) => return self.stale(hop, error),
        };
        self.ports.sessions.keep(&hop.key, &session);
        if let Some(request) = hop.cli_request() {
            self.ports.cli_cache.keep(&request, &session);
        }
        drop(turn);
        Ok(session)
    }

    /// Keys that were to be renewed and still last a while, where AWS cannot be reached.
    fn stale(&self, hop: &Hop<'_>, error: Error) -> Result<Session, Error> {
        let now = self.ports.clock.now();
        let kept = self.ports.sessions.find(&hop.key).filter(|_| !hop.is_fresh);
        match kept.filter(|session| session.serves(now, LAST_HELP)) {
            Some(session) if error.is_passing() => {
                self.ports.tell.tell(Notice::Stale {
                    role_arn: hop.role.role_arn.clone(),
                    ends: session.ends(),
                });
                Ok(session)
            }
            _ => Err(error),
        }
    }

    fn assume(&self, hop: &Hop<'_>, caller: &Credentials) -> Result<Session, Error> {
        let mut duration = hop.duration;
        if let Some(asked) = duration.filter(|asked| *asked > CHAINED && caller.session_token.is_some()) {
            duration = Some(CHAINED);
            let role_arn = hop.role.role_arn.clone();
            self.ports.tell.tell(Notice::Lowered { role_arn, asked });
        }
        let sts = Sts {
            plan: self.plan,
            wants: self.wants,
            ports: self.ports,
        };
        sts.assume(hop.role, duration, &self.endpoint, caller)
    }
}

/// What AWS STS refuses, found before anything is asked.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
fn check(role: &AssumeRole) -> Result<(), Error> {
    let wrong = |key, needs| {
        Err(Error::RoleValue {
            profile: role.profile.clone(),
            key,
            needs,
            place: role.place.clone(),
        })
    };
    let is_name = |name: &String| sts::NAME.contains(&name.len()) && name.chars().all(sts::is_in_name);
    if !role.role_session_name.as_ref().is_none_or(is_name) {
        return wrong("role_session_name", "2 to 64 letters, digits and `_+=,.@-`");
    }
    // Emulators of AWS accept more characters than AWS does.
    if !role
        .external_id
        .as_ref()
        .is_none_or(|id| (2..=1224).contains(&id.len()))
    {
        return wrong("external_id", "2 to 1224 characters");
    }
    let fits = |seconds| u32::try_from(seconds).is_ok_and(|seconds| sts::DURATION.contains(&seconds));
    if !role.duration_seconds.is_none_or(fits) {
        return wrong("duration_seconds", "at least 900 and at most 43200");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
