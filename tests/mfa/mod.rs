//! MFA codes from end to end: the real awsenv against the stand-in for AWS.

mod asked;
mod countdown;
mod programs;
mod windows;

use crate::support::{Aws, Sandbox};

/// A stand-in, and a sandbox whose profiles name MFA devices, where nobody has codes.
fn start() -> Option<(Aws, Sandbox)> {
    let aws = Aws::start()?;
    let sandbox = aws.mfa_sandbox();
    Some((aws, sandbox))
}
