//! Roles on top of a base, hop by hop. What is kept and still serves is used; each hop above it takes one call, which
//! one process makes for all that wait for it.

use crate::aws::sts;
use crate::credentials::{Credentials, Timestamp};
use crate::provider::sts::Sts;
use crate::provider::wanted::Wanted;
use crate::provider::{CliEntry, Error, Got, Notice, Ports, Subject, Wants, key, of_base, sso};
use crate::resolve::{AssumeRole, BaseSource, CredentialPlan, Endpoint, Reach};
use crate::session::{Key, Session};

/// In seconds: what AWS gives to a caller with temporary keys.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining>
const CHAINED: u32 = 3600;

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

pub(super) fn credentials(plan: &CredentialPlan, wants: &Wants, ports: Ports<'_>) -> Result<Got, Error> {
    if plan.roles.is_empty() || !matches!(plan.reach(), Reach::Now(_)) {
        return of_base(plan, wants, ports, wants.is_fresh);
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
        let mut source = match &self.plan.base {
            Some(BaseSource::Sso(sso)) => sso::session_key(sso, &self.plan.calls)?.as_str().into(),
            base => {
                let base = base.as_ref().and_then(|base| key::of_base(base, self.ports.keys));
                base.unwrap_or_default()
            }
        };
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
        let mut kept = inward.filter_map(|(at, hop)| Some((at + 1, self.wanted(hop).kept()?)));
        let Some((start, below)) = kept.next() else {
            return self.above_base(hops);
        };
        if start == hops.len() {
            return Ok(below);
        }
        let id = below.credentials.access_key_id.clone();
        match self.outward(&hops[start..], below.credentials) {
            // AWS may have ended a session that still lasts here.
            Err(error) if error.refuses_key(&id) => {
                let below = hops[..start].iter().cloned().map(|hop| Hop { is_fresh: true, ..hop });
                let renewed: Vec<Hop<'_>> = below.chain(hops[start..].iter().cloned()).collect();
                self.above_base(&renewed)
            }
            found => found,
        }
    }

    /// The session of the last of these hops, from the base.
    fn above_base(&self, hops: &[Hop<'_>]) -> Result<Session, Error> {
        let base = |is_fresh| Ok(of_base(self.plan, self.wants, self.ports, is_fresh)?.credentials);
        let caller = base(false)?;
        let id = caller.access_key_id.clone();
        let is_kept = matches!(self.plan.base, Some(BaseSource::Sso(_)));
        match self.outward(hops, caller) {
            // Here too, AWS may have ended what still lasts.
            Err(error) if is_kept && error.refuses_key(&id) => self.outward(hops, base(true)?),
            found => found,
        }
    }

    /// The session of the last of these hops, of which there are some, for the caller of the first.
    fn outward(&self, hops: &[Hop<'_>], mut caller: Credentials) -> Result<Session, Error> {
        let mut last = None;
        for hop in hops {
            let session = self.turn(hop, &caller)?;
            caller = session.credentials.clone();
            last = Some(session);
        }
        // There is a last one.
        last.ok_or(Error::Unreachable { needs: None })
    }

    fn wanted<'h>(&'h self, hop: &'h Hop<'_>) -> Wanted<'h> {
        Wanted {
            key: &hop.key,
            cli_entry: hop.is_shared.then(|| CliEntry::Role(hop.role.into())),
            of: Subject::Role(hop.role.role_arn.clone()),
            is_fresh: hop.is_fresh,
            start: self.start,
            wants: self.wants,
            ports: self.ports,
        }
    }

    fn turn(&self, hop: &Hop<'_>, caller: &Credentials) -> Result<Session, Error> {
        let wanted = self.wanted(hop);
        let session = wanted.turn(|| self.assume(hop, caller));
        session.or_else(|error| wanted.stale(error))
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
