//! Universal variables of fish that `use` changes: every fish starts with them, and a plain `set -e` leaves them.

use super::check::Check;
use super::finding::{Finding, Status};
use crate::advice::Command;
use crate::config::Place;
use crate::env::Env;
use crate::env::names::{OWN, VarName};
use crate::sys::fs::{read_regular, xdg_config_dir};

pub(super) fn check(env: &Env) -> Vec<Finding> {
    let Some(path) = xdg_config_dir(env).map(|folder| folder.join("fish/fish_variables")) else {
        return Vec::new();
    };
    let bytes = read_regular(&path).ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines = (1..).zip(text.lines());
    let found = lines.filter_map(|(number, line)| Some((number, universal(line)?)));
    found
        .map(|(line, name)| {
            let message = format!("{name} is a universal variable, so every fish starts with it");
            Finding::new(Check::FishVariable, Status::Warn, message)
                .remedy(Command::new("fish -c").operand(&format!("set -eU {name}")))
                .at(&Place {
                    file: path.as_path().into(),
                    line,
                })
        })
        .collect()
}

/// The name in a line such as `SETUVAR --export AWS_PROFILE:value`, if `use` changes such a variable.
fn universal(line: &str) -> Option<VarName> {
    let (before, _) = line.strip_prefix("SETUVAR ")?.split_once(':')?;
    let name = before.rsplit(' ').next()?;
    VarName::parse(name).filter(|name| name.is_managed() || OWN.contains(&name.as_str()))
}
