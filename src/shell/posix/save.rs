//! What the shell has, saved in unexported variables: `x` and the value if it was exported, `s` and the value if it was
//! set but not exported, `d` and a declaration if it has attributes beyond that, nothing if it was unset.

use std::collections::BTreeSet;

use super::Posix;
use super::code::{BASH, FIRST, SINCE, join};
use crate::env::diff::{Before, Change, EnvDiff, First, Save, Since};
use crate::env::names::VarName;

/// The names of which the script saves what the shell has.
struct Live<'a> {
    first_exported: Vec<&'a VarName>,
    first_set: Vec<&'a VarName>,
    since_exported: Vec<&'a VarName>,
    since_set: Vec<&'a VarName>,
    if_set: Vec<&'a VarName>,
    /// As in [`Save::anew`], which is the same for all.
    anew: bool,
}

impl<'a> Live<'a> {
    fn of(diff: &'a EnvDiff) -> Self {
        let names = |wanted: &dyn Fn(&Save) -> bool| {
            let saves = diff.iter().filter(|(_, change)| change.save().is_some_and(wanted));
            saves.map(|(name, _)| name).collect()
        };
        Self {
            first_exported: names(&|save| save.first == First::Live { exported: true }),
            first_set: names(&|save| save.first == First::Live { exported: false }),
            since_exported: names(&|save| save.since == Since::Live { exported: true }),
            since_set: names(&|save| save.since == Since::Live { exported: false }),
            if_set: names(&|save| save.since == Since::IfSet),
            anew: diff
                .iter()
                .any(|(_, change)| change.save().is_some_and(|save| save.anew)),
        }
    }

    fn exported(&self) -> BTreeSet<&'a VarName> {
        self.first_exported
            .iter()
            .chain(&self.since_exported)
            .copied()
            .collect()
    }

    fn set(&self) -> BTreeSet<&'a VarName> {
        let sets = [&self.first_set, &self.since_set, &self.if_set];
        sets.into_iter().flatten().copied().collect()
    }
}

impl Posix {
    pub(super) fn save(self, diff: &EnvDiff) -> String {
        let live = Live::of(diff);
        let plain = self.captures(&live, "");
        let mut text = match plain.as_str() {
            "" => String::new(),
            plain => {
                let declared = self.captures(&live, self.declaration());
                let (look, is_plain) = self.is_plain(&live);
                self.expand(&format!("{look}if {is_plain}; then {plain}else {declared}fi; "))
            }
        };
        for (name, change) in diff.iter() {
            text += &self.known(name, change);
        }
        text
    }

    /// Saves what the shell has; `declaration` replaces what is saved of a variable with attributes.
    fn captures(self, live: &Live<'_>, declaration: &str) -> String {
        let capture = |layer: &str, letter: char| {
            let slot = format!("{layer}‹n›");
            let declaration = if declaration.is_empty() {
                String::new()
            } else {
                format!("; {}", declaration.replace("‹s›", &slot))
            };
            format!("‹b›unset -v {slot}; ‹g›{slot}=\"${{‹n›+{letter}$‹n›}}\"{declaration}")
        };
        let mut text = String::new();
        for (letter, first, since) in [
            ('x', &live.first_exported, &live.since_exported),
            ('s', &live.first_set, &live.since_set),
        ] {
            let code = if live.anew {
                format!("‹b›unset -v {SINCE}‹n›; {}", capture(FIRST, letter))
            } else {
                unless_saved(&format!("{FIRST}‹n›"), &capture(FIRST, letter))
            };
            text += &self.each(&join(first.iter().copied()), &code);
            text += &self.each(&join(since.iter().copied()), &capture(SINCE, letter));
        }
        let code = format!("if ‹[› \"${{‹n›+y}}\" ‹]›; then {}; fi", capture(SINCE, 's'));
        text + &self.each(&join(live.if_set.iter().copied()), &code)
    }

    /// Code that looks at the attributes of all names at once, and a condition that holds if there are none but those
    /// that are known. One look costs much less than one for each name.
    fn is_plain(self, live: &Live<'_>) -> (String, String) {
        let (set, exported) = (live.set(), live.exported());
        let all = |form: &str| -> String {
            let names = set.iter().chain(&exported);
            names.map(|name| form.replace("‹n›", name.as_str())).collect()
        };
        let expected = |word: &str| word.repeat(exported.len());
        match self {
            Posix::Bash => {
                let (look, expected) = (all("${‹n›@a}${‹n›[@]@a}"), expected("xx"));
                let look =
                    format!("__awsenv_t='{expected}'; if (( {BASH} > 43 )); then ‹b›eval '__awsenv_t={look}'; fi; ");
                (look, format!("‹b›test \"$__awsenv_t\" = '{expected}'"))
            }
            Posix::Zsh => (
                format!("‹g›__awsenv_t=\"{}\"; ", all("${(t)‹n›}")),
                format!(
                    "‹b›test \"${{${{__awsenv_t//scalar/}}//-local/}}\" = '{}'",
                    expected("-export")
                ),
            ),
            Posix::Sh => {
                let (set, exported) = (join(set), join(exported));
                let look = |names: &str| {
                    format!(
                        "case ${{KSH_VERSION-}} in *MIRBSD*|*LEGACY*) ‹b›eval '__awsenv_t=${{ ‹b›typeset -p {names} 2>&-;}}';; \
                         ?*) __awsenv_t=$(‹b›typeset -p {names} 2>/dev/null);; \
                         *) __awsenv_t=$(‹b›typeset -p {names} 2>&-) || ‹b›:;; esac"
                    )
                };
                let text = format!(
                    "__awsenv_v=; if ‹[› \"${{KSH_VERSION+y}}${{YASH_VERSION+y}}\" ‹]›; then {}; \
                     case $__awsenv_t in *'typeset -'*|*'set -A '*|*'=('*) __awsenv_v=y;; esac; {}; \
                     case $__awsenv_t in *'typeset -'[!x]*|*'typeset -x -'*|*'set -A '*|*'=('*) __awsenv_v=y;; esac; fi; ",
                    look(&set),
                    look(&exported),
                );
                (text, "‹[› \"$__awsenv_v\" = '' ‹]›".to_owned())
            }
        }
    }

    /// What does not depend on what the shell has.
    fn known(self, name: &VarName, change: &Change) -> String {
        let mut text = String::new();
        let Some(save) = change.save() else {
            if *change == Change::RestoreSaved {
                return self.once(FIRST, name, "k");
            }
            return text;
        };
        if let First::Known(before) = &save.first {
            text += &self.before(FIRST, name, before);
        }
        match &save.since {
            Since::Known(before) => text += &self.before(SINCE, name, before),
            Since::Undone => text += &self.expand(&format!("‹b›unset -v {SINCE}{name}; ")),
            Since::Nothing | Since::Live { .. } | Since::IfSet => {}
        }
        text
    }

    /// A secret is not saved, so that `unset` can tell that it cannot come back.
    fn before(self, layer: &str, name: &VarName, before: &Before) -> String {
        match before {
            Before::Absent => self.once(layer, name, ""),
            Before::Secret => String::new(),
            Before::Value(value) => self.once(layer, name, &self.exported(value)),
        }
    }

    /// Saves this unless something is saved there.
    pub(super) fn once(self, layer: &str, name: &VarName, value: &str) -> String {
        let slot = format!("{layer}{name}");
        let code = unless_saved(&slot, &format!("‹b›unset -v {slot}; ‹g›{slot}=‹v›"));
        self.expand_with(&code, value) + "; "
    }

    /// Code that replaces what is saved in `‹s›` if `‹n›` has attributes.
    fn declaration(self) -> &'static str {
        match self {
            // Not reached in a bash without `@a`. The value is apart from the attributes, because giving a value to a number
            // would run code in it.
            Posix::Bash => {
                "case ${‹n›@a}:${‹n›[@]@a}:${‹n›+y} in \
                 ::|::y|x:x:y) ;; *) __awsenv_t=${‹n›@a}${‹n›[@]@a}; __awsenv_t=${__awsenv_t%%[!a-zA-Z]*}; \
                 ‹b›test \"${‹n›@a}\" = \"\" || __awsenv_t=${‹n›@a}; ‹s›=d$__awsenv_t; \
                 if ‹b›test \"${__awsenv_t#*[aA]}\" = \"$__awsenv_t\"; then ‹s›=$‹s›${‹n›+=$‹n›}; \
                 else __awsenv_t=${‹n›[@]@A}; ‹b›test \"${__awsenv_t#*=}\" = \"$__awsenv_t\" || ‹s›=$‹s›=${__awsenv_t#*=}; fi; \
                 esac"
            }
            Posix::Zsh => {
                "if [[ -n ${(t)‹n›} && ${${${(t)‹n›}%-export}%-local} != scalar && \
                 ${${${(t)‹n›}%-local}%-export} != scalar ]]; then ‹g›__awsenv_t=${(t)‹n›}; \
                 [[ $__awsenv_t != *hideval* ]] || ‹b›typeset -g +H ‹n›; ‹s›=d$(‹b›typeset -p ‹n›); \
                 [[ $__awsenv_t != *hideval* ]] || ‹s›+='; typeset -gH ‹n›'; \
                 elif [[ $‹s› == s* && ${(t)‹n›} == *export* ]]; then ‹s›='dexport ‹n›'; fi"
            }
            // ksh93 ends where a substitution closes a descriptor while it traces. What only one shell can read is in an eval of its own. `set -A` is how mksh prints an array, and it has no form that is global inside a function.
            Posix::Sh => {
                "case ${KSH_VERSION-} in *MIRBSD*|*LEGACY*) ‹b›eval '__awsenv_t=${ ‹b›typeset -p ‹n› 2>&-;}';; \
                 ?*) __awsenv_t=$(‹b›typeset -p ‹n› 2>/dev/null);; \
                 *) if ‹[› \"${YASH_VERSION+y}\" ‹]›; then __awsenv_t=$(‹b›typeset -p ‹n› 2>&-) || ‹b›:; else __awsenv_t=; fi;; esac; \
                 case $__awsenv_t in ''|'typeset ‹n›='*|'typeset -x ‹n›='*) ;; \
                 'set -A '*) ‹s›='d;'; ‹b›eval 'for __awsenv_v in ${!‹n›[*]}; do \
                 ‹s›=\"${‹s›}‹n›[$__awsenv_v]=${‹n›[__awsenv_v]@Q};\"; done';; \
                 '‹n›='*) ‹s›=\"d;${__awsenv_t%typeset*}\"; __awsenv_t=${__awsenv_t##*typeset}; \
                 ‹[› \"${__awsenv_t#*-x}\" = \"$__awsenv_t\" ‹]› || ‹s›=\"${‹s›}export ‹n›\";; \
                 *) ‹s›=d${__awsenv_t#typeset };; esac"
            }
        }
    }
}

/// Runs `code` unless `slot` has one of the forms that awsenv saves. A variable of that name may have another value,
/// such as the 0 of a number that was only declared.
fn unless_saved(slot: &str, code: &str) -> String {
    format!("case ${{{slot}+y}}${{{slot}-}} in y|yk|y[dsx]*) ;; *) {code};; esac")
}
