//! Which profile is meant, whether it is named or not.

use crate::env::Env;

/// A profile by name, and who chose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub name: String,
    pub how: How,
    /// What boto3 and AWS CLI v1 choose in the same environment, if that differs.
    pub boto3: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The command line; keys in the environment do not count then.
    Explicit,
    /// Not named: `default`, which may be missing.
    Implicit,
    /// This environment variable.
    Variable(&'static str),
}

impl Choice {
    /// The profile that the command line names.
    pub fn explicit(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            how: How::Explicit,
            boto3: None,
        }
    }

    pub fn is_explicit(&self) -> bool {
        self.how == How::Explicit
    }
}

/// Chooses as AWS CLI v2 does: `explicit`, else AWS_PROFILE, else AWS_DEFAULT_PROFILE, else `default`. A variable that
/// is set and empty names the profile `""`, which no file can define. A name that is not UTF-8 is not found either.
pub fn select(explicit: Option<&str>, env: &Env) -> Choice {
    if let Some(name) = explicit {
        return Choice::explicit(name);
    }
    let variable = |name: &'static str| Some((name, env.os(name)?.to_string_lossy().into_owned()));
    let profile = variable("AWS_PROFILE");
    let default_profile = variable("AWS_DEFAULT_PROFILE");
    let boto3 = default_profile
        .clone()
        .filter(|(_, theirs)| profile.as_ref().is_some_and(|(_, ours)| ours != theirs));
    match profile.or(default_profile) {
        Some((variable, name)) => Choice {
            name,
            how: How::Variable(variable),
            boto3: boto3.map(|(_, theirs)| theirs),
        },
        None => Choice {
            name: "default".to_owned(),
            how: How::Implicit,
            boto3: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(vars: &[(&str, &str)]) -> Choice {
        select(None, &vars.iter().copied().collect())
    }

    #[test]
    fn the_command_line_beats_the_environment() {
        let env = [("AWS_PROFILE", "a")].into_iter().collect();
        assert_eq!(select(Some("b"), &env), Choice::explicit("b"));
    }

    #[test]
    fn aws_profile_comes_first_and_boto3_is_named_where_it_differs() {
        let both = of(&[("AWS_PROFILE", "a"), ("AWS_DEFAULT_PROFILE", "b")]);
        assert_eq!((both.name.as_str(), both.how), ("a", How::Variable("AWS_PROFILE")));
        assert_eq!(both.boto3.as_deref(), Some("b"));
        assert_eq!(of(&[("AWS_PROFILE", "a"), ("AWS_DEFAULT_PROFILE", "a")]).boto3, None);
        assert_eq!(
            of(&[("AWS_DEFAULT_PROFILE", "b")]).how,
            How::Variable("AWS_DEFAULT_PROFILE")
        );
    }

    #[test]
    fn an_empty_variable_is_a_choice() {
        let empty = of(&[("AWS_PROFILE", ""), ("AWS_DEFAULT_PROFILE", "b")]);
        assert_eq!((empty.name.as_str(), empty.how), ("", How::Variable("AWS_PROFILE")));
        assert_eq!(of(&[]).how, How::Implicit);
    }
}
