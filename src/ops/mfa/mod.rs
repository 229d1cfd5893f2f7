//! The MFA devices that a plan names: which codes the next use of it takes, where they come from, and what is said of
//! those that are of no use. Asks nobody, calls nothing and opens no keychain.

mod told;
mod words;

pub use told::{tell_idle, tell_left};

use crate::config::settings::Settings;
use crate::context::Context;
use crate::credentials::Timestamp;
use crate::ops::ports::Outside;
use crate::ops::role;
use crate::provider::{self, Notice, Ports, Step, Subject, Tell};
use crate::resolve::{Caller, CredentialPlan, Device};

/// What becomes of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub device: Device,
    pub takes: Takes,
    /// When the keys that its code gave end, if they are kept and serve.
    pub kept: Option<Timestamp>,
    /// Whether the next use of the profile takes a code.
    pub is_needed: bool,
}

/// What takes a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A session of the user, from which the roles on top are assumed, if there are any.
    Session { has_roles: bool },
    /// This role alone.
    Role { arn: String, why: Alone },
    /// Nothing: AWS takes a code only from a user.
    Nothing,
}

/// Why a role shares no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alone {
    /// It lasts for longer than AWS gives a session.
    Duration,
    /// A role assumes it, and AWS may take no code of that.
    Hop,
    /// The setting `mfa_session = off`.
    Setting,
    /// The keys below it are those of a session already.
    Temporary,
}

/// What becomes of all devices of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uses {
    /// From the innermost outward.
    pub devices: Vec<Use>,
    /// Whether keys may be kept where only a keychain opens them, so that less may be asked for than is said.
    pub is_blind: bool,
}

impl Uses {
    /// Costs nothing for a plan without a device.
    ///
    /// # Errors
    /// What AWS would refuse, before it is asked.
    pub fn of(context: &Context, plan: &CredentialPlan) -> Result<Self, provider::Error> {
        let idle = plan.idle_device();
        if idle.is_none() && plan.mfa().is_none() {
            return Ok(Self::default());
        }
        let outside = Outside::at_hand(context);
        let wants = role::wants(context);
        let ports = Ports {
            tell: &Silent,
            ..outside.ports()
        };
        let mut devices: Vec<Use> = idle.cloned().map(Use::idle).into_iter().collect();
        let steps = match plan.base {
            Some(_) => provider::steps(plan, &wants, ports)?,
            None => Vec::new(),
        };
        let kept = steps.iter().rposition(|step| step.kept.is_some());
        let of_step = |(at, step): (usize, &Step<'_>)| {
            Some(Use {
                device: step.device?.clone(),
                takes: takes(plan, step, context.settings()),
                kept: step.kept,
                is_needed: kept.is_none_or(|kept| kept < at),
            })
        };
        devices.extend(steps.iter().enumerate().filter_map(of_step));
        Ok(Self {
            devices,
            is_blind: outside.is_blind(),
        })
    }
}

impl Use {
    fn idle(device: Device) -> Self {
        Self {
            device,
            takes: Takes::Nothing,
            kept: None,
            is_needed: false,
        }
    }
}

fn takes(plan: &CredentialPlan, step: &Step<'_>, settings: &Settings) -> Takes {
    let Subject::Role(arn) = &step.of else {
        let has_roles = !plan.roles.is_empty();
        return Takes::Session { has_roles };
    };
    let is_first = plan.roles.first().and_then(|role| role.mfa.as_ref()) == step.device;
    let why = if !is_first {
        Alone::Hop
    } else if !settings.mfa.has_session {
        Alone::Setting
    } else if plan.caller() == Caller::Session {
        Alone::Temporary
    } else {
        Alone::Duration
    };
    Takes::Role { arn: arn.clone(), why }
}

/// What a call would tell of is not what was asked.
struct Silent;

impl Tell for Silent {
    fn tell(&self, _: Notice) {}
}
