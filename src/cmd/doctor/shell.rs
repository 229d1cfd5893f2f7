//! Whether this shell has the integration.

use super::access;
use super::check::Check;
use super::finding::{Finding, Status};
use crate::advice::Advice;
use crate::context::Context;
use crate::ops::script;
use crate::shell::detect::Unknown;
use crate::shell::wrapper::Wrapper;
use crate::sys;
use crate::text::display;

const NOT_LOADED: &str = "the integration is not loaded in this shell, so `awsenv use` alone cannot change it";

pub(super) fn check(context: &Context) -> Vec<Finding> {
    if let Some(wrapper) = Wrapper::of(&context.process.env) {
        return vec![Finding::new(
            Check::Shell,
            Status::Ok,
            format!("the integration is loaded in this {}", wrapper.shell.as_str()),
        )];
    }
    let (message, remedy) = match sys::ancestors::shell() {
        Err(Unknown::Foreign(name)) => (
            format!(
                "awsenv has no integration for {}, so it cannot change this shell",
                display(&name)
            ),
            script::EXEC.into(),
        ),
        _ => {
            let why = access::why_no_edit(&context.process.env);
            (NOT_LOADED.to_owned(), why.unwrap_or_else(|| Advice::default().set_up()))
        }
    };
    vec![Finding::new(Check::Shell, Status::Warn, message).remedy(remedy)]
}
