//! A plan -> the calls that its roles take, each with its key: which one takes a code, and for how long it asks.

use super::{Chain, check};
use crate::provider::{Error, Fresh, Subject, key, sso};
use crate::resolve::{self, AssumeRole, BaseSource, Device};
use crate::session::Key;

/// In seconds: what AWS gives to a caller with temporary keys.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining>
pub(super) const CHAINED: u32 = 3600;

/// One call with all that it needs but the caller.
#[derive(Clone)]
pub(super) struct Hop<'p> {
    pub(super) call: Call<'p>,
    /// What is asked for, in seconds.
    pub(super) duration: Option<u32>,
    pub(super) key: Key,
    /// Whether what is kept may not be used.
    pub(super) is_fresh: bool,
    /// Whether what the AWS CLI keeps would be of the same request: it knows nothing of the command line and of other
    /// endpoints.
    pub(super) is_shared: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Call<'p> {
    /// The session of a user, for a code of this device.
    Session(&'p Device),
    Role(&'p AssumeRole, Code<'p>),
}

/// What becomes of the device that a role names.
#[derive(Clone, Copy)]
pub(super) enum Code<'p> {
    /// It names none.
    None,
    /// The call takes a code.
    Own(&'p Device),
    /// The session that calls has taken one.
    OfSession,
    /// AWS would not take one of this caller.
    Idle(&'p Device),
}

impl<'a> Chain<'a> {
    pub(super) fn hops(&self) -> Result<Vec<Hop<'a>>, Error> {
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
}

impl Hop<'_> {
    pub(super) fn subject(&self) -> Subject {
        match self.call {
            Call::Session(device) => Subject::Mfa(device.serial.clone()),
            Call::Role(role, _) => Subject::Role(role.role_arn.clone()),
        }
    }
}

/// In seconds: what the profile of a role asks for.
fn own_duration(role: &AssumeRole) -> Option<u32> {
    role.duration_seconds.and_then(|seconds| u32::try_from(seconds).ok())
}
