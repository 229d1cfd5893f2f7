//! What an environment can hold. A switch that the system would cut, or with which no program could be started, not
//! even `awsenv unset`, is refused before anything changes. Pure: the caller asks the system for its numbers.

use std::ffi::OsStr;

use crate::env::Env;
use crate::env::diff::EnvDiff;
use crate::env::names::{AWSENV_STATE, OWN, VarName};
use crate::env::state::MAX_ENCODED;

/// In bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For one `NAME=value` and its end.
    pub one: usize,
    /// For all of them, with a pointer to each, and the arguments of the program.
    pub all: usize,
}

/// In bytes: what is left for a program's arguments.
const ROOM: usize = 16 * 1024;

/// What the environment cannot hold. Never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excess {
    /// The value holds a NUL character, which would end it.
    Nul(VarName),
    /// One variable is longer than a program may be given.
    Long { name: VarName, size: usize, most: usize },
    /// awsenv would not read its own state back.
    State { size: usize },
    /// All variables together are longer than a program may be given.
    All { size: usize, most: usize },
}

/// Checks what `env` becomes by the changes. What it holds already is not to blame.
///
/// # Errors
/// The first excess, of awsenv's own variables last, because they hold what others have.
pub fn check(diff: &EnvDiff, env: &Env, limits: Limits) -> Result<(), Excess> {
    let before: usize = env.iter().map(|(name, value)| size(name, value)).sum();
    let mut after = before;
    let (own, others): (Vec<_>, Vec<_>) = diff.iter().partition(|(name, _)| OWN.contains(&name.as_str()));
    for (name, change) in others.into_iter().chain(own) {
        let Some(value) = change.result() else { continue };
        let key = OsStr::new(name.as_str());
        let present = env.os(name.as_str());
        after -= present.map_or(0, |value| size(key, value));
        let Some(value) = value else { continue };
        after += size(key, value);
        if present != Some(value) {
            fits(name, value, limits)?;
        }
    }
    let most = limits.all.saturating_sub(ROOM);
    if after > most && after > before {
        return Err(Excess::All { size: after, most });
    }
    Ok(())
}

fn fits(name: &VarName, value: &OsStr, limits: Limits) -> Result<(), Excess> {
    if value.as_encoded_bytes().contains(&0) {
        return Err(Excess::Nul(name.clone()));
    }
    if name.as_str() == AWSENV_STATE && value.len() > MAX_ENCODED {
        return Err(Excess::State { size: value.len() });
    }
    let size = name.as_str().len() + value.len() + 2;
    if size > limits.one {
        return Err(Excess::Long {
            name: name.clone(),
            size,
            most: limits.one,
        });
    }
    Ok(())
}

/// `NAME=value`, its end, and the pointer to it.
fn size(name: &OsStr, value: &OsStr) -> usize {
    name.len() + value.len() + 2 + size_of::<usize>()
}

/// The longest of these variables and its length, without awsenv's own.
pub fn longest(env: &Env, which: impl Fn(&str) -> bool) -> Option<(&str, usize)> {
    let named = env
        .iter()
        .filter_map(|(name, value)| Some((name.to_str()?, value.len())));
    named
        .filter(|(name, _)| !OWN.contains(name) && which(name))
        .max_by_key(|(_, length)| *length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::diff::{Before, Change, First, Layer, Save, Since};
    use crate::secret::Secret;

    const LIMITS: Limits = Limits {
        one: 131_072,
        all: 2 * 1024 * 1024,
    };

    fn name(name: &str) -> VarName {
        VarName::parse(name).unwrap()
    }

    const LIVE: Save = Save {
        first: First::Live { exported: true },
        since: Since::Nothing,
        anew: true,
    };

    fn set(value: &str) -> Change {
        Change::Set(LIVE, Secret::new(value.to_owned()))
    }

    fn diff(changes: &[(&str, Change)]) -> EnvDiff {
        let mut diff = EnvDiff::default();
        for (key, change) in changes {
            diff.insert(name(key), change.clone());
        }
        diff
    }

    fn checked(changes: &[(&str, Change)], env: &[(&str, &str)], limits: Limits) -> Result<(), Excess> {
        check(&diff(changes), &env.iter().copied().collect(), limits)
    }

    #[test]
    fn a_nul_is_refused_wherever_it_is() {
        for value in ["prod\0-sandbox", "\0", "x\0"] {
            for change in [
                set(value),
                Change::Note(value.into()),
                Change::Restore(Layer::Latest, Before::Value(value.into())),
                Change::RestoreRemoved(Layer::Latest, Before::Value(value.into())),
            ] {
                let refused = Err(Excess::Nul(name("AWS_PROFILE")));
                assert_eq!(checked(&[("AWS_PROFILE", change)], &[], LIMITS), refused);
            }
        }
        assert_eq!(checked(&[("AWS_PROFILE", set("prod"))], &[], LIMITS), Ok(()));
    }

    #[test]
    fn one_variable_is_as_long_as_a_program_may_be_given() {
        let of = |size: usize| set(&"x".repeat(size - "AWS_PROFILE".len() - 2));
        assert_eq!(checked(&[("AWS_PROFILE", of(131_072))], &[], LIMITS), Ok(()));
        let long = Excess::Long {
            name: name("AWS_PROFILE"),
            size: 131_073,
            most: 131_072,
        };
        assert_eq!(checked(&[("AWS_PROFILE", of(131_073))], &[], LIMITS), Err(long));
        // What stays as it is, or goes, is not to blame.
        let huge = "x".repeat(200_000);
        let env = [("AWS_PROFILE", huge.as_str())];
        assert_eq!(checked(&[("AWS_PROFILE", set(&huge))], &env, LIMITS), Ok(()));
        let gone = Change::Unset(LIVE, None);
        assert_eq!(checked(&[("AWS_PROFILE", gone)], &env, LIMITS), Ok(()));
    }

    #[test]
    fn the_state_is_as_long_as_it_is_read_back() {
        let of = |size: usize| [("AWSENV_STATE", Change::Note("x".repeat(size)))];
        assert_eq!(checked(&of(MAX_ENCODED), &[], LIMITS), Ok(()));
        let size = MAX_ENCODED + 1;
        assert_eq!(checked(&of(size), &[], LIMITS), Err(Excess::State { size }));
        // It holds what another variable has, so that one is named.
        let both = [of(200_000)[0].clone(), ("AWS_PROFILE", set(&"x".repeat(200_000)))];
        assert!(matches!(checked(&both, &[], LIMITS), Err(Excess::Long { .. })));
    }

    #[test]
    fn all_variables_leave_room_for_arguments() {
        let limits = Limits {
            one: 131_072,
            all: 131_072,
        };
        let most = limits.all - ROOM;
        let big = "x".repeat(100_000);
        let env = [("MINE", big.as_str())];
        let taken = size("MINE".as_ref(), big.as_ref()) + size("AWS_PROFILE".as_ref(), "".as_ref());
        let fitting = set(&"y".repeat(most - taken));
        assert_eq!(checked(&[("AWS_PROFILE", fitting)], &env, limits), Ok(()));
        let over = set(&"y".repeat(most - taken + 1));
        let all = Excess::All { size: most + 1, most };
        assert_eq!(checked(&[("AWS_PROFILE", over.clone())], &env, limits), Err(all));
        // A former value makes room, and an environment that is too large already may shrink.
        let former = [("MINE", big.as_str()), ("AWS_PROFILE", &"z".repeat(60_000))];
        assert_eq!(checked(&[("AWS_PROFILE", over)], &former, limits), Ok(()));
        let env = former.iter().copied().collect();
        assert_eq!(
            longest(&env, |name| name.starts_with("AWS")),
            Some(("AWS_PROFILE", 60_000))
        );
    }
}
