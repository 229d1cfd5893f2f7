//! What was saved, given back.

use std::fmt::Write as _;

use super::Posix;
use super::code::{FIRST, SINCE, join};
use crate::env::diff::{Before, Change, EnvDiff, Layer};
use crate::env::names::VarName;
use crate::shell::cannot_come_back;

impl Posix {
    pub(super) fn restore(self, diff: &EnvDiff) -> String {
        let names = |wanted: fn(&Change) -> bool| join(diff.iter().filter(|(_, c)| wanted(c)).map(|(name, _)| name));
        let mut text = String::new();
        for (name, change) in diff.iter() {
            if let Change::Restore(layer, before) | Change::RestoreRemoved(layer, before) = change {
                text += &self.fall_back(name, *layer, before);
            }
        }
        // Set without export, so the process could not see it.
        text += &self.each(
            &names(|change| matches!(change, Change::RestoreRemoved(..))),
            &format!(
                "if ‹[› \"${{‹n›+y}}\" ‹]›; then ‹b›echo \"awsenv: ‹n› was changed since: left as it is\" >&2; \
                 ‹b›unset -v {SINCE}‹n›; ‹g›{FIRST}‹n›=k; fi"
            ),
        );
        let first = names(|c| {
            matches!(
                c,
                Change::Restore(Layer::First, _) | Change::RestoreRemoved(Layer::First, _)
            )
        });
        if !first.is_empty() {
            text += &self.each(&first, &format!("‹b›unset -v {SINCE}‹n›"));
        }
        let all = names(Change::gives_back);
        if !all.is_empty() {
            let saved = format!("‹g›__awsenv_v=\"${{{SINCE}‹n›-${{{FIRST}‹n›-}}}}\"; case $__awsenv_v in ");
            let plain = format!(
                "k) ;; *) ‹b›unset -v ‹n›; case $__awsenv_v in x*) {};; s*) ‹g›‹n›=\"${{__awsenv_v#s}}\";; \
                 d*) ‹g›__awsenv_d=y;; esac;; esac",
                self.export("‹n›", "\"${__awsenv_v#x}\"")
            );
            text += &self.expand("‹g›__awsenv_d=; ");
            text += &self.each(&all, &format!("{saved}{plain}"));
            let declared = self.each(&all, &format!("{saved}d*) {};; esac", self.declare()));
            text += &self.expand(&format!("if ‹[› \"$__awsenv_d\" ‹]›; then {declared}fi; "));
        }
        let saved = diff.iter().filter(|(_, change)| change.forgets());
        let mut gone = String::new();
        for (name, _) in saved {
            let _ = write!(gone, " {FIRST}{name} {SINCE}{name}");
        }
        if !gone.is_empty() {
            text += &self.expand(&format!("‹b›unset -v{gone}; "));
        }
        text
    }

    /// What to restore in a shell that inherited the switch and so has nothing saved.
    fn fall_back(self, name: &VarName, layer: Layer, before: &Before) -> String {
        let since = match layer {
            Layer::First => String::new(),
            Layer::Latest => format!("${{{SINCE}{name}+y}}"),
        };
        let instead = match before {
            Before::Absent => return String::new(),
            Before::Value(value) => self.expand_with(&format!("‹g›{FIRST}{name}=‹v›"), &self.exported(value)),
            Before::Secret => self.expand(&format!("‹b›echo \"{}\" >&2", cannot_come_back(name))),
        };
        let is_missing = self.expand(&format!("‹[› \"${{{FIRST}{name}+y}}{since}\" ‹]›"));
        format!("{is_missing} || {instead}; ")
    }

    /// Code that declares `‹n›`, which is unset, as the text behind `d` in `__awsenv_v` says.
    fn declare(self) -> &'static str {
        match self {
            Posix::Bash => {
                "__awsenv_t=${__awsenv_v#d}; __awsenv_t=${__awsenv_t%%=*}; \
                 if ‹b›test \"${__awsenv_t#*A}\" != \"$__awsenv_t\"; then ‹b›declare -gA ‹n›; \
                 elif ‹b›test \"${__awsenv_t#*a}\" != \"$__awsenv_t\"; then ‹b›declare -ga ‹n›; fi; \
                 if ‹b›test \"${__awsenv_v#*=}\" != \"$__awsenv_v\"; then \
                 if ‹b›test \"${__awsenv_t#*[aA]}\" != \"$__awsenv_t\"; then ‹b›eval \"‹n›=${__awsenv_v#*=}\"; \
                 else ‹n›=${__awsenv_v#*=}; fi; fi; ‹b›declare \"-g$__awsenv_t\" ‹n›"
            }
            Posix::Zsh => "‹b›eval \"${${__awsenv_v#d}/#typeset /typeset -g }\"",
            Posix::Sh => {
                "case $__awsenv_v in d';'*) ‹b›eval \"${__awsenv_v#d?}\";; *) case ${KSH_VERSION-} in \
                 *MIRBSD*|*LEGACY*) ‹b›eval \"typeset -g ${__awsenv_v#d}\";; *) ‹b›eval \"typeset ${__awsenv_v#d}\";; \
                 esac;; esac"
            }
        }
    }
}
