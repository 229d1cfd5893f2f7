//! What becomes of the MFA devices that a plan names, beside the calls that take their codes.

use crate::context::Context;
use crate::provider::{Notice, Ports};
use crate::redact::shown;
use crate::resolve::CredentialPlan;

/// Tells of a device that is named where AWS takes no code of it; a call may have told of it already.
pub fn tell_idle(plan: &CredentialPlan, ports: Ports<'_>) {
    if let Some(device) = plan.idle_device() {
        ports.tell.tell(Notice::DeviceIdle {
            serial: device.serial.clone(),
            place: device.place.clone(),
        });
    }
}

/// Tells of a code of the command line that was not needed. `name` is the profile's.
pub fn tell_left(context: &Context, plan: &CredentialPlan, name: &str) {
    if plan.idle_device().is_some() {
        return;
    }
    match plan.mfa().is_some() {
        true => context
            .ui
            .narrate("the code of `--mfa-code` is not used: kept keys serve"),
        false => context.ui.warn(format!(
            "the code of `--mfa-code` is not used: `{}` names no MFA device",
            shown(name)
        )),
    }
}
