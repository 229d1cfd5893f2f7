//! Who draws the prompt of this shell, and whether it shows the profile.

mod drawer;

use self::drawer::{Drawer, Shows};
use super::check::Check;
use super::finding::{Finding, Status};
use crate::config::settings::Prompt;
use crate::context::Context;
use crate::env::style::Style;
use crate::prompt::InUse;
use crate::shell::look;
use crate::shell::wrapper::Wrapper;
use crate::sys;

/// Nothing without the integration, which draws the segment.
pub(super) fn check(context: &Context) -> Option<Finding> {
    let env = &context.process.env;
    let shell = Wrapper::of(env)?.shell;
    let mode = context.settings().prompt;
    let used = InUse::of(env);
    let by_keys = used.as_ref().is_some_and(|used| used.style == Some(Style::Keys));
    let Some(drawer) = Drawer::of(shell, env, used.as_ref()) else {
        let message = match mode {
            Prompt::Off => "the prompt shows no profile, because of `prompt = off`".to_owned(),
            Prompt::Auto | Prompt::On => format!("awsenv adds its segment to the prompt of this {}", shell.as_str()),
        };
        return Some(Finding::new(Check::Prompt, Status::Ok, message));
    };
    let drifts = used.as_ref().is_some_and(|used| used.drifts);
    let is_left_out = !drifts && drawer.shows != Shows::Never && look::is_left_out(drawer.name, shell, by_keys);
    // Then `use` has switched the segment on.
    let is_hidden = drawer.shows == Shows::NotThis && used.is_some_and(|used| used.by_use);
    let ours = match mode {
        Prompt::Auto if is_left_out && !is_hidden => Ours::Yields,
        Prompt::Auto => Ours::Joins,
        Prompt::On => Ours::Insists,
        Prompt::Off => Ours::Off,
    };
    let settings =
        sys::settings::path(env).map_or_else(|| "awsenv's settings".to_owned(), |path| path.display().to_string());
    Some(finding(&drawer, ours, Used { by_keys, drifts }, &settings))
}

/// What awsenv does beside another program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ours {
    /// `prompt = auto`, and the program is one beside which the segment is left out.
    Yields,
    /// `prompt = auto` beside any other program.
    Joins,
    /// `prompt = on`.
    Insists,
    /// `prompt = off`.
    Off,
}

/// What another program may not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Used {
    by_keys: bool,
    drifts: bool,
}

fn finding(drawer: &Drawer, ours: Ours, used: Used, settings: &str) -> Finding {
    let name = drawer.name;
    let ok = |rest: &str| Finding::new(Check::Prompt, Status::Ok, format!("{name} draws the prompt {rest}"));
    let warn = |rest: &str| Finding::new(Check::Prompt, Status::Warn, format!("{name} draws the prompt {rest}"));
    let is_named = match drawer.shows {
        Shows::Always => true,
        Shows::ByName => !used.by_keys,
        Shows::Never | Shows::NotThis | Shows::Unknown | Shows::WhileTyped => false,
    };
    let is_shown = is_named && !used.drifts;
    let why = match drawer.shows {
        Shows::WhileTyped => "and shows the profile only while a command such as `aws` is typed",
        _ if is_named => "and shows the profile, but not that tools may use something else",
        Shows::ByName if used.by_keys => "and shows the profile only in *name* style",
        Shows::NotThis => "but does not show this profile",
        _ => "and does not show the profile",
    };
    let instead = |word: &str| match drawer.remedy.as_str() {
        _ if is_named => format!("`prompt = {word}` in {settings}"),
        remedy => format!("`prompt = {word}` in {settings}, or {remedy}"),
    };
    match ours {
        Ours::Yields if is_shown => ok("and shows the profile, so awsenv adds nothing"),
        Ours::Yields => warn(&format!("{why}, and awsenv adds nothing beside it")).remedy(instead("on")),
        Ours::Joins if is_shown => {
            warn("and shows the profile, and so does awsenv").remedy(format!("`prompt = off` in {settings}"))
        }
        Ours::Insists if is_shown => ok("and shows the profile, and so does awsenv, because of `prompt = on`"),
        Ours::Off if is_shown => ok("and shows the profile; awsenv adds nothing, because of `prompt = off`"),
        Ours::Joins | Ours::Insists if drawer.shows == Shows::Unknown => ok("and awsenv adds its segment"),
        Ours::Off if drawer.shows == Shows::Unknown => ok("and awsenv adds nothing, because of `prompt = off`"),
        Ours::Joins | Ours::Insists => ok(&format!("{why}, so awsenv adds its segment")),
        Ours::Off => {
            warn(&format!("{why}, and awsenv adds nothing, because of `prompt = off`")).remedy(instead("auto"))
        }
    }
}
