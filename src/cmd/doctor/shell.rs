//! Whether this shell has the integration.

use super::{Finding, Status};
use crate::context::Context;
use crate::shell::Shell;
use crate::shell::wrapper::Wrapper;
use crate::sys;

const CHECK: &str = "shell";

pub(super) fn check(context: &Context) -> Vec<Finding> {
    if let Some(wrapper) = Wrapper::of(&context.process.env) {
        return vec![Finding::new(
            CHECK,
            Status::Ok,
            format!("the integration is loaded in this {}", wrapper.shell.as_str()),
        )];
    }
    let shell = sys::process::ancestors().iter().find_map(|name| Shell::parse(name));
    let finding = Finding::new(
        CHECK,
        Status::Warn,
        "the integration is not loaded in this shell, so `awsenv use` alone cannot change it",
    );
    vec![finding.remedy(shell.unwrap_or(Shell::Bash).install_line())]
}
