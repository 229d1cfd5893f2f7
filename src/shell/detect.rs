//! Which shell reads the script. Pure: the caller gathers the names.
//!
//! Never uses `$SHELL`: that is the login shell, whatever runs now.

use crate::shell::Shell;
use crate::shell::wrapper::Wrapper;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `--shell`.
    Option,
    /// From AWSENV_WRAPPED, which the wrapper function sets.
    Wrapper,
    /// The nearest ancestor process that is a shell.
    Ancestor,
}

/// Uses the first of: the typed name, the wrapper's name, the ancestors (nearest first; asked for only if nothing else
/// decides).
///
/// # Errors
/// The typed name, if no shell has it; `None` if nothing is known.
pub fn detect(
    typed: Option<&str>,
    wrapper: Option<Wrapper>,
    ancestors: impl FnOnce() -> Vec<String>,
) -> Result<(Shell, Source), Option<String>> {
    if let Some(name) = typed {
        return Shell::parse(name)
            .map(|shell| (shell, Source::Option))
            .ok_or_else(|| Some(name.to_owned()));
    }
    if let Some(wrapper) = wrapper {
        return Ok((wrapper.shell, Source::Wrapper));
    }
    let nearest = ancestors().iter().find_map(|name| Shell::parse(name));
    nearest.map(|shell| (shell, Source::Ancestor)).ok_or(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::names::AWSENV_WRAPPED;

    #[test]
    fn the_nearest_word_counts() {
        let wrapped = |text: &str| Wrapper::of(&[(AWSENV_WRAPPED, text)].into_iter().collect());
        let none = || -> Vec<String> { unreachable!("not asked") };
        assert_eq!(
            detect(Some("fish"), wrapped("bash"), none),
            Ok((Shell::Fish, Source::Option))
        );
        assert_eq!(detect(None, wrapped("zsh:42"), none), Ok((Shell::Zsh, Source::Wrapper)));
        let ancestors = || vec!["make".to_owned(), "dash".to_owned(), "zsh".to_owned()];
        assert_eq!(
            detect(None, wrapped("nonsense"), ancestors),
            Ok((Shell::Posix, Source::Ancestor))
        );
        assert_eq!(detect(Some("tcsh"), wrapped("zsh"), none), Err(Some("tcsh".to_owned())));
        assert_eq!(detect(None, None, Vec::new), Err(None));
    }
}
