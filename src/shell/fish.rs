//! fish.
//!
//! A list in the global, unexported variable `__awsenv_NAME` saves what the shell had before the first `use`, and one in
//! `__awsenv_since_NAME` what the user set between two `use`s. Its first element is `x` if the variable was exported, `s`
//! if it was not (both with a `p` for a path variable), `u` if it was unset, or `i` for what a process only saw in its
//! environment; the values follow. Only global variables are saved, set and erased: what is universal shows again when
//! the global variable goes.

use std::ffi::OsStr;
use std::fmt::Write as _;

use crate::env::diff::{Before, Change, EnvDiff, First, Layer, Since};
use crate::env::names::{OWN, VarName};
use crate::shell::look::Look;
use crate::shell::{Syntax, cannot_come_back, is_plain};

/// Where a shell keeps what was there before the first `use`.
const FIRST: &str = "__awsenv_";
/// Where it keeps what the user set between two `use`s.
const SINCE: &str = "__awsenv_since_";

/// fish 3.6 and later.
#[derive(Clone, Copy, Debug)]
pub struct Fish;

impl Syntax for Fish {
    fn script(&self, diff: &EnvDiff, look: Option<&Look>) -> String {
        format!(
            "begin; set -l __awsenv_n; set -l __awsenv_s; set -l __awsenv_v; {obstacles}\
             if test -z \"$__awsenv_l$__awsenv_u\"; {work}{refresh}builtin true; else; builtin false; end; end",
            obstacles = obstacles(diff),
            work = work(diff),
            refresh = look.map_or(String::new(), |look| {
                format!("if set -qg __awsenv_hook; {}; end; ", look.assign(self, "; "))
            }),
        )
    }

    fn quote(&self, value: &OsStr) -> String {
        let mut quoted = String::from("'");
        let mut is_inside = true;
        for &byte in value.as_encoded_bytes() {
            // The bytes of a character must be side by side: otherwise fish takes each for one that it cannot decode.
            if is_plain(byte) != is_inside {
                quoted.push('\'');
                is_inside = !is_inside;
            }
            let _ = if is_inside {
                write!(quoted, "{}", char::from(byte))
            } else {
                write!(quoted, "\\X{byte:02x}")
            };
        }
        if is_inside {
            quoted.push('\'');
        }
        quoted
    }

    fn fail(&self, status: u8, _message: &str) -> String {
        // `exit` and `return` would end the caller.
        format!("sh -c 'exit {status}'")
    }

    fn no_op(&self) -> &'static str {
        "true"
    }

    fn assign(&self, name: &str, value: &str) -> String {
        format!("set -gu {name} {}", self.quote(value.as_ref()))
    }

    fn integration(&self) -> &'static str {
        include_str!("../../shell/awsenv.fish")
    }

    fn completion(&self) -> Option<&'static str> {
        Some(include_str!("../../shell/complete.fish"))
    }
}

/// Collects and names what would still be seen after the changes: a local variable hides a global one, and a universal
/// variable shows through where there is no global one, but programs only get it if it is exported.
fn obstacles(diff: &EnvDiff) -> String {
    let touched = names(diff, |change| !matches!(change, Change::Forget));
    let is_use = diff.iter().any(|(_, change)| matches!(change, Change::Note(_)));
    let is_own = |name: &VarName| OWN.contains(&name.as_str());
    let absent = diff.iter().filter(|(name, change)| match change {
        Change::Unset(_, instead) => instead.is_none(),
        Change::Drop => is_own(name),
        _ => false,
    });
    let absent: Vec<&str> = absent.map(|(name, _)| name.as_str()).collect();
    // `unset` uncovers what was there before `use`, but where there is nothing to erase it would change nothing.
    let uncovered = if is_use { "" } else { "not set -qg $__awsenv_n; and " };
    format!(
        "set -l __awsenv_l; for __awsenv_n in {touched}; if set -ql $__awsenv_n; set -a __awsenv_l $__awsenv_n; end; end; \
         set -l __awsenv_u; for __awsenv_n in {absent}; if {uncovered}set -qUx $__awsenv_n; \
         set -a __awsenv_u $__awsenv_n; end; end; \
         if test -n \"$__awsenv_l\"; builtin echo \"awsenv: local variables hide what would be set, so nothing was \
         changed; remove them with: set -el $__awsenv_l\" >&2; end; \
         if test -n \"$__awsenv_u\"; builtin echo \"awsenv: universal variables cannot be hidden, so nothing was \
         changed; remove them with: set -eU $__awsenv_u\" >&2; end; ",
        absent = absent.join(" "),
    )
}

fn work(diff: &EnvDiff) -> String {
    let mut text = String::new();
    let drop = names(diff, |change| *change == Change::Drop);
    if !drop.is_empty() {
        let _ = write!(text, "set -eg {drop}; ");
    }
    save(&mut text, diff);
    restore(&mut text, diff);
    for (name, change) in diff.iter() {
        let _ = match change {
            // Where a universal variable would show, a value that means the same hides it.
            Change::Unset(_, Some(instead)) => write!(
                text,
                "set -eg {name}; if set -qUx {name}; set -gx --unpath {name} {}; end; ",
                Fish.quote(instead.as_ref())
            ),
            Change::Unset(_, None) => write!(text, "set -eg {name}; "),
            Change::Set(_, value) => write!(
                text,
                "set -gx --unpath {name} {}; ",
                Fish.quote(value.expose().as_ref())
            ),
            Change::Note(value) => write!(text, "set -gx --unpath {name} {}; ", Fish.quote(value.as_ref())),
            _ => Ok(()),
        };
    }
    text
}

fn save(text: &mut String, diff: &EnvDiff) {
    let all = names(diff, |change| change.save().is_some() || change.gives_back());
    if !all.is_empty() {
        // A variable of the user's that only has such a name.
        let _ = write!(
            text,
            "for __awsenv_n in {all}; for __awsenv_s in {FIRST}$__awsenv_n {SINCE}$__awsenv_n; \
             if set -qg $__awsenv_s; set __awsenv_v $$__awsenv_s; \
             builtin contains -- \"$__awsenv_v[1]\" x xp s sp u i; or set -eg $__awsenv_s; end; end; end; "
        );
    }
    let anew = names(diff, |change| change.save().is_some_and(|save| save.anew));
    each(
        text,
        &anew,
        &format!("set -eg {FIRST}$__awsenv_n; set -eg {SINCE}$__awsenv_n; "),
    );
    let first = names(diff, |change| {
        change
            .save()
            .is_some_and(|save| matches!(save.first, First::Live { .. }))
    });
    each(
        text,
        &first,
        &format!("if not set -qg {FIRST}$__awsenv_n; {}end; ", capture(FIRST)),
    );
    let since =
        |wanted: fn(&Since) -> bool| names(diff, |change| change.save().is_some_and(|save| wanted(&save.since)));
    each(
        text,
        &since(|since| matches!(since, Since::Live { .. })),
        &capture(SINCE),
    );
    let if_set = format!("if set -qg $__awsenv_n; {}end; ", capture(SINCE));
    each(text, &since(|since| *since == Since::IfSet), &if_set);
    for (name, change) in diff.iter() {
        known(text, name, change);
    }
    text.push_str("set -eg __awsenv_t; ");
}

/// Code that saves what the shell has of `$__awsenv_n`. fish tells a path variable only in a text, in the user's
/// language, so that text is compared with the one about a variable that is known to be none.
fn capture(layer: &str) -> String {
    format!(
        "set __awsenv_s {layer}$__awsenv_n; if set -qg $__awsenv_n; set __awsenv_v s u; \
         if set -qgx $__awsenv_n; set __awsenv_v x x; end; set -g$__awsenv_v[2] --unpath __awsenv_t $$__awsenv_n; \
         if not builtin contains -- (set -S __awsenv_t | string replace __awsenv_t $__awsenv_n)[1] \
         (set -S $__awsenv_n); set __awsenv_v[1] $__awsenv_v[1]p; end; \
         set -gu --unpath $__awsenv_s $__awsenv_v[1] $$__awsenv_n; else; set -gu --unpath $__awsenv_s u; end; "
    )
}

/// What does not depend on what the shell has.
fn known(text: &mut String, name: &VarName, change: &Change) {
    match change {
        Change::Restore(layer, before) | Change::RestoreRemoved(layer, before) => {
            fall_back(text, name, *layer, before);
        }
        Change::RestoreSaved => once(text, FIRST, name, "k"),
        _ => {}
    }
    let Some(save) = change.save() else { return };
    if let First::Known(before) = &save.first {
        seen(text, FIRST, name, before);
    }
    match &save.since {
        Since::Known(before) => seen(text, SINCE, name, before),
        Since::Undone => _ = write!(text, "set -eg {SINCE}{name}; "),
        Since::Nothing | Since::Live { .. } | Since::IfSet => {}
    }
}

/// A secret is not saved, so that `unset` can tell that it cannot come back.
fn seen(text: &mut String, layer: &str, name: &VarName, before: &Before) {
    match before {
        Before::Absent => once(text, layer, name, "u"),
        Before::Secret => {}
        Before::Value(value) => once(text, layer, name, &inherited(value)),
    }
}

/// What to restore in a shell that inherited the switch and so has nothing saved.
fn fall_back(text: &mut String, name: &VarName, layer: Layer, before: &Before) {
    let instead = match before {
        Before::Absent => return,
        Before::Value(value) => format!("set -gu --unpath {FIRST}{name} {}", inherited(value)),
        Before::Secret => format!("builtin echo \"{}\" >&2", cannot_come_back(name)),
    };
    let since = match layer {
        Layer::First => String::new(),
        Layer::Latest => format!("set -qg {SINCE}{name}; or "),
    };
    let _ = write!(text, "{since}set -qg {FIRST}{name}; or {instead}; ");
}

fn restore(text: &mut String, diff: &EnvDiff) {
    // Set without export, so the process could not see it.
    each(
        text,
        &names(diff, |change| matches!(change, Change::RestoreRemoved(..))),
        &format!(
            "if set -qg $__awsenv_n; builtin echo \"awsenv: $__awsenv_n was changed since: left as it is\" >&2; \
             set -eg {SINCE}$__awsenv_n; set -gu --unpath {FIRST}$__awsenv_n k; end; "
        ),
    );
    let first = names(diff, |change| {
        matches!(
            change,
            Change::Restore(Layer::First, _) | Change::RestoreRemoved(Layer::First, _)
        )
    });
    each(text, &first, &format!("set -eg {SINCE}$__awsenv_n; "));
    // A value that was only seen in the environment may have been that of a universal variable.
    each(
        text,
        &names(diff, Change::gives_back),
        &format!(
            "set __awsenv_s {SINCE}$__awsenv_n; set -qg $__awsenv_s; or set __awsenv_s {FIRST}$__awsenv_n; \
             set __awsenv_v; if set -qg $__awsenv_s; set __awsenv_v $$__awsenv_s; end; switch \"$__awsenv_v[1]\"; \
             case k; case x; set -gx --unpath $__awsenv_n $__awsenv_v[2..]; \
             case xp; set -gx --path $__awsenv_n $__awsenv_v[2..]; \
             case s; set -gu --unpath $__awsenv_n $__awsenv_v[2..]; \
             case sp; set -gu --path $__awsenv_n $__awsenv_v[2..]; case i; set -eg $__awsenv_n; \
             if not set -qUx $__awsenv_n; or test \"$$__awsenv_n\" != \"$__awsenv_v[2]\"; \
             set -gx --unpath $__awsenv_n $__awsenv_v[2]; end; case '*'; set -eg $__awsenv_n; end; "
        ),
    );
    let gone: Vec<String> = diff
        .iter()
        .filter(|(_, change)| change.forgets())
        .map(|(name, _)| format!("{FIRST}{name} {SINCE}{name}"))
        .collect();
    if !gone.is_empty() {
        let _ = write!(text, "set -eg {}; ", gone.join(" "));
    }
}

/// Runs `code` for each name, which is in `__awsenv_n`.
fn each(text: &mut String, names: &str, code: &str) {
    if !names.is_empty() {
        let _ = write!(text, "for __awsenv_n in {names}; {code}end; ");
    }
}

/// Saves this unless something is saved there.
fn once(text: &mut String, layer: &str, name: &VarName, value: &str) {
    let _ = write!(
        text,
        "set -qg {layer}{name}; or set -gu --unpath {layer}{name} {value}; "
    );
}

fn inherited(value: &OsStr) -> String {
    format!("i {}", Fish.quote(value))
}

fn names(diff: &EnvDiff, wanted: impl Fn(&Change) -> bool) -> String {
    let found: Vec<&str> = diff
        .iter()
        .filter(|(_, change)| wanted(change))
        .map(|(name, _)| name.as_str())
        .collect();
    found.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::diff::Save;
    use crate::secret::Secret;

    fn script(changes: impl IntoIterator<Item = (&'static str, Change)>) -> String {
        let mut diff = EnvDiff::default();
        for (name, change) in changes {
            diff.insert(VarName::of(name), change);
        }
        Fish.script(&diff, None)
    }

    fn save(first: First, since: Since) -> Save {
        Save {
            first,
            since,
            anew: false,
        }
    }

    #[test]
    fn only_what_must_be_absent_is_in_the_way() {
        let live = || save(First::Live { exported: true }, Since::Nothing);
        let text = script([
            ("AWSENV_EXPIRES", Change::Drop),
            ("AWSENV_PROFILE", Change::Note("a".into())),
            ("AWS_DEFAULT_PROFILE", Change::Unset(live(), Some("a".into()))),
            ("AWS_PROFILE", Change::Set(live(), Secret::new("a".into()))),
            ("AWS_SSO", Change::Unset(live(), None)),
            ("__awsenv_AWS_SSO", Change::Drop),
        ]);
        assert!(
            text.contains("for __awsenv_n in AWSENV_EXPIRES AWS_SSO; if set -qUx "),
            "{text}"
        );
        assert!(
            text.contains("if set -qUx AWS_DEFAULT_PROFILE; set -gx --unpath AWS_DEFAULT_PROFILE 'a'; end; "),
            "{text}"
        );
        assert!(text.contains("set -gx --unpath AWS_PROFILE 'a'; "), "{text}");
        let drop = text
            .find("set -eg AWSENV_EXPIRES __awsenv_AWS_SSO; ")
            .expect("strays go");
        assert!(drop < text.find("set -S").expect("values are saved"), "{text}");
    }

    #[test]
    fn each_layer_is_saved_and_read_in_its_place() {
        let text = script([
            (
                "A",
                Change::Set(
                    save(First::Known(Before::Absent), Since::Live { exported: true }),
                    Secret::new("1".into()),
                ),
            ),
            (
                "B",
                Change::Unset(
                    save(First::Known(Before::Value("v".into())), Since::Known(Before::Secret)),
                    None,
                ),
            ),
            (
                "C",
                Change::Unset(save(First::Known(Before::Secret), Since::Undone), None),
            ),
            ("D", Change::Restore(Layer::Latest, Before::Value("v".into()))),
            ("E", Change::Restore(Layer::First, Before::Secret)),
        ]);
        for part in [
            "for __awsenv_n in A; set __awsenv_s __awsenv_since_$__awsenv_n; ",
            "set -qg __awsenv_A; or set -gu --unpath __awsenv_A u; ",
            "set -qg __awsenv_B; or set -gu --unpath __awsenv_B i 'v'; ",
            "set -eg __awsenv_since_C; ",
            "set -qg __awsenv_since_D; or set -qg __awsenv_D; or set -gu --unpath __awsenv_D i 'v'; ",
            "set -qg __awsenv_E; or builtin echo \"awsenv: cannot restore E: ",
            "for __awsenv_n in E; set -eg __awsenv_since_$__awsenv_n; end; ",
            "set -eg __awsenv_D __awsenv_since_D __awsenv_E __awsenv_since_E; ",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(
            !text.contains("or set -gu --unpath __awsenv_C"),
            "a secret is not saved: {text}"
        );
    }
}
