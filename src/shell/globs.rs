//! Globs, whose only special characters are `*` and `?`, in the forms that the shells' prompts match.

/// A list of patterns, for shells that match globs themselves.
pub(super) fn list(globs: &[String]) -> String {
    let globs: Vec<String> = globs.iter().map(|glob| escape(glob, "*", "?")).collect();
    globs.join(",")
}

/// One regular expression for the whole name, where `^` and `$` would pass over a line end. An empty text for no globs.
pub(super) fn regex(globs: &[String]) -> String {
    if globs.is_empty() {
        return String::new();
    }
    let globs: Vec<String> = globs.iter().map(|glob| escape(glob, ".*", ".")).collect();
    format!(r"\A(?:{})\z", globs.join("|"))
}

/// Replaces `*` and `?`, and puts a backslash before anything else that may be special.
fn escape(glob: &str, any: &str, one: &str) -> String {
    let mut out = String::with_capacity(glob.len());
    for c in glob.chars() {
        match c {
            '*' => out.push_str(any),
            '?' => out.push_str(one),
            _ if c.is_ascii_alphanumeric() || c == '_' || c == '-' || !c.is_ascii() => out.push(c),
            _ => out.extend(['\\', c]),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::shell::Shell;

    fn patterns(shell: Shell, globs: &[String]) -> String {
        shell.syntax().globs(globs)
    }

    #[test]
    fn globs_mean_nothing_but_their_two_signs() {
        let globs = ["prod*", "a[b].?$x\\"].map(str::to_owned);
        assert_eq!(patterns(Shell::Zsh, &globs), "prod*,a\\[b\\]\\.?\\$x\\\\");
        assert_eq!(patterns(Shell::Fish, &globs), "\\A(?:prod.*|a\\[b\\]\\..\\$x\\\\)\\z");
        assert_eq!(patterns(Shell::PowerShell, &[]), "");
    }
}
