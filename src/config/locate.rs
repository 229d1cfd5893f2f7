//! Environment -> the paths of the AWS files, by botocore's rules.
//!
//! `$NAME` and `${NAME}` are replaced (an unknown name stays as it is), then a leading `~` or `~user`. Other SDKs replace
//! only `~/`. An empty variable means: read nothing.

use std::path::{Path, PathBuf};

use crate::env::Env;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `~/.aws/config`
    Config,
    /// `~/.aws/credentials`
    Credentials,
}

impl FileKind {
    /// The variable that sets the path.
    pub fn variable(self) -> &'static str {
        match self {
            FileKind::Config => "AWS_CONFIG_FILE",
            FileKind::Credentials => "AWS_SHARED_CREDENTIALS_FILE",
        }
    }

    /// The path without the variable.
    pub fn default_path(self) -> &'static str {
        match self {
            FileKind::Config => "~/.aws/config",
            FileKind::Credentials => "~/.aws/credentials",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// The path to open; `None` if the variable is empty.
    pub path: Option<PathBuf>,
    /// How the user names the file: by the variable's value or by the default with its `~`.
    pub shown: String,
    /// Whether the variable sets the path.
    pub from_variable: bool,
    /// The value is not absolute: in another directory it means another file.
    pub is_relative: bool,
    /// The value contains a `$`, or a `~` that only botocore replaces.
    pub needs_botocore: bool,
}

impl Location {
    /// The paths, if the variable holds several: SDKs take its whole value as one. A path may contain the separator, so
    /// this is a mistake only if there is no such file.
    pub fn several(&self) -> Option<Vec<&str>> {
        if !self.from_variable || self.shown.contains("://") || is_of_windows(&self.shown) {
            return None;
        }
        let parts = |separators: &[char]| -> Vec<&str> {
            let parts = self.shown.split(separators).map(str::trim);
            parts.filter(|part| !part.is_empty()).collect()
        };
        let separator = if cfg!(windows) { ';' } else { ':' };
        if self.shown.contains(separator) {
            return Some(parts(&[separator, ',', ';'])).filter(|parts| !parts.is_empty());
        }
        // These are more often part of one path.
        let starts_like_a_path = |part: &&str| part.starts_with(['/', '~', '$', '.']);
        Some(parts(&[',', ';', ' '])).filter(|parts| parts.len() > 1 && parts.iter().all(starts_like_a_path))
    }
}

impl Location {
    /// Whether the variable names the file that is always empty, so that nothing is read.
    pub fn is_null(&self) -> bool {
        let null = if cfg!(windows) { "NUL" } else { "/dev/null" };
        self.path.as_deref() == Some(Path::new(null))
    }

    /// Why the variable's value names no file, if its letters tell.
    pub fn slip(&self) -> Option<String> {
        const QUOTES: [char; 7] = ['"', '\'', '`', '“', '”', '‘', '’'];
        let text = self.shown.as_str();
        let part = |what: &str| Some(format!("{what} of the path"));
        if !self.from_variable {
            return None;
        }
        if text.ends_with('\r') {
            return part("the carriage return at its end is a part");
        }
        if text.trim() != text {
            return part("the blanks around it are a part");
        }
        if text.starts_with(QUOTES) || text.ends_with(QUOTES) {
            return part("its quotes are a part");
        }
        if text.contains("://") {
            return Some("it is a URL, not a path".to_owned());
        }
        if let Some(name) = unreplaced(self.path.as_deref()?) {
            return Some(format!("{name} is not set"));
        }
        if let Some((_, rest)) = text.split_once('%').filter(|_| !cfg!(windows))
            && let Some((name, _)) = rest.split_once('%')
        {
            return Some(format!("`%{name}%` is replaced only by cmd.exe"));
        }
        is_of_windows(text).then(|| "it is a path of Windows".to_owned())
    }
}

fn is_of_windows(text: &str) -> bool {
    let has_drive = text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && (text[1..].starts_with(":\\") || text[1..].starts_with(":/"));
    !cfg!(windows) && (has_drive || text.starts_with("\\\\"))
}

/// A `$NAME` or `${NAME}` that was left as it is.
fn unreplaced(path: &Path) -> Option<&str> {
    let rest = path.to_str()?.split_once('$')?.1;
    let name = rest.strip_prefix('{').unwrap_or(rest);
    let end = name
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(name.len());
    Some(&name[..end]).filter(|name| !name.is_empty())
}

/// The home directory of a user name; `None` if the caller does not know it.
pub type HomeOf<'a> = &'a dyn Fn(&str) -> Option<PathBuf>;

/// The path of one AWS file. `home_of` resolves `~user`, and `~` without HOME (then with an empty name).
pub fn locate(kind: FileKind, env: &Env, home_of: HomeOf<'_>) -> Location {
    let Some(value) = env.os(kind.variable()) else {
        let path = expand(kind.default_path(), env, home_of);
        return Location {
            shown: shown(kind.default_path(), &path),
            path: Some(path),
            ..Location::default()
        };
    };
    let Some(text) = value.to_str() else {
        // Not UTF-8: the bytes are the path, nothing is replaced.
        let path = PathBuf::from(value);
        let (shown, is_relative) = (path.display().to_string(), path.is_relative());
        return Location {
            path: Some(path),
            shown,
            from_variable: true,
            is_relative,
            needs_botocore: false,
        };
    };
    let path = (!text.is_empty()).then(|| expand(text, env, home_of));
    let is_relative = path.as_deref().is_some_and(Path::is_relative);
    let needs_botocore = text.contains('$') || text.starts_with('~') && !text.starts_with("~/");
    Location {
        shown: path.as_deref().map_or(String::new(), |path| shown(text, path)),
        path,
        from_variable: true,
        is_relative,
        needs_botocore,
    }
}

/// The text, unless its `~` is not a home directory: a directory of that name, or all files.
fn shown(text: &str, path: &Path) -> String {
    let is_home = path.is_absolute() && (!text.starts_with("~/") || path != Path::new("/").join(&text[2..]));
    match !text.starts_with('~') || is_home {
        true => text.to_owned(),
        false => path.display().to_string(),
    }
}

/// `os.path.expandvars`, then `os.path.expanduser`.
pub fn expand(text: &str, env: &Env, home_of: HomeOf<'_>) -> PathBuf {
    expand_user(&expand_variables(text, env), env, home_of)
}

/// Replaces `$NAME` and `${NAME}`; values are not expanded again.
fn expand_variables(text: &str, env: &Env) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let tail = &rest[at + 1..];
        let (name, length) = match tail.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, _)) => (name, name.len() + 2),
            None => {
                let end = tail
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                    .unwrap_or(tail.len());
                (&tail[..end], end)
            }
        };
        match env.text(name) {
            Some(value) if length > 0 => out.push_str(value),
            _ => out.push_str(&rest[at..at + 1 + length]),
        }
        rest = &tail[length..];
    }
    out + rest
}

/// Replaces a leading `~/` that no shell replaces: inside a word, in a setting, within quotes.
pub fn in_home(text: &str, env: &Env, home_of: HomeOf<'_>) -> PathBuf {
    match text.starts_with("~/") {
        true => expand_user(text, env, home_of),
        false => PathBuf::from(text),
    }
}

/// Replaces a leading `~` by HOME (USERPROFILE on Windows), `~user` by what `home_of` says.
pub(super) fn expand_user(text: &str, env: &Env, home_of: HomeOf<'_>) -> PathBuf {
    let Some(tail) = text.strip_prefix('~') else {
        return PathBuf::from(text);
    };
    let separator = |c: char| c == '/' || cfg!(windows) && c == '\\';
    let (user, rest) = tail.split_at(tail.find(separator).unwrap_or(tail.len()));
    let variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    let home = if user.is_empty() {
        env.os(variable).map(PathBuf::from)
    } else {
        None
    };
    let Some(home) = home.or_else(|| home_of(user)) else {
        // A directory of that name, which is not to be taken for a home directory when it is shown.
        return Path::new(".").join(text);
    };
    let rest = rest.trim_start_matches(separator);
    // An empty or root HOME gives a path from the root, as in Python.
    let home = if home.as_os_str().is_empty() {
        PathBuf::from("/")
    } else {
        home
    };
    if rest.is_empty() { home } else { home.join(rest) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(kind: FileKind, vars: &[(&str, &str)]) -> Location {
        let home_of = |user: &str| (user == "ann").then(|| PathBuf::from("/users/ann"));
        locate(kind, &Env::from_iter(vars.iter().copied()), &home_of)
    }

    fn path(value: &str) -> PathBuf {
        let vars = [
            ("AWS_CONFIG_FILE", value),
            ("HOME", "/home/me"),
            ("X", "$HOME/x"),
            ("EMPTY", ""),
        ];
        at(FileKind::Config, &vars).path.unwrap()
    }

    #[test]
    fn defaults_are_in_home() {
        let home = [("HOME", "/home/me")];
        assert_eq!(
            at(FileKind::Config, &home).path.unwrap(),
            Path::new("/home/me/.aws/config")
        );
        let location = at(FileKind::Credentials, &home);
        assert_eq!(location.path.unwrap(), Path::new("/home/me/.aws/credentials"));
        assert_eq!(location.shown, "~/.aws/credentials");
        assert!(!location.from_variable && !location.is_relative && !location.needs_botocore);
        assert_eq!(
            at(FileKind::Config, &[("HOME", "")]).path.unwrap(),
            Path::new("/.aws/config")
        );
        let literal = at(FileKind::Config, &[]).path.unwrap();
        assert_eq!(literal.display().to_string(), "./~/.aws/config");
        for (home, wanted) in [
            (&[("HOME", "/home/me")][..], "~/.aws/config"),
            (&[("HOME", "/")], "/.aws/config"),
            (&[], "./~/.aws/config"),
        ] {
            assert_eq!(at(FileKind::Config, home).shown, wanted);
            let named = [home, &[("AWS_CONFIG_FILE", "~/.aws/config")]].concat();
            assert_eq!(at(FileKind::Config, &named).shown, wanted);
        }
    }

    #[test]
    fn variables_and_tilde_are_replaced_as_python_does() {
        assert_eq!(path("$HOME/a"), Path::new("/home/me/a"));
        assert_eq!(path("${HOME}/a"), Path::new("/home/me/a"));
        assert_eq!(path("$X/a"), Path::new("$HOME/x/a"));
        assert_eq!(
            path("/$NONE/${NONE}/$/${open/$EMPTY."),
            Path::new("/$NONE/${NONE}/$/${open/.")
        );
        assert_eq!(path("~/a"), Path::new("/home/me/a"));
        assert_eq!(path("~"), Path::new("/home/me"));
        assert_eq!(path("~ann/a"), Path::new("/users/ann/a"));
        assert_eq!(path("~bob/a"), Path::new("./~bob/a"));
        assert_eq!(path("a/~/b"), Path::new("a/~/b"));
    }

    #[test]
    fn only_a_leading_tilde_with_a_slash_is_home() {
        let env = Env::from_iter([("HOME", "/home/me")]);
        for (text, path) in [
            ("~/a", "/home/me/a"),
            ("~ann/a", "~ann/a"),
            ("~", "~"),
            ("./~/a", "./~/a"),
            ("$HOME/a", "$HOME/a"),
        ] {
            assert_eq!(in_home(text, &env, &|_| None), Path::new(path));
        }
    }

    #[test]
    fn an_empty_variable_reads_nothing() {
        let location = at(FileKind::Config, &[("AWS_CONFIG_FILE", ""), ("HOME", "/home/me")]);
        assert_eq!(location.path, None);
        assert!(location.from_variable);
    }

    #[cfg(unix)]
    #[test]
    fn several_paths_are_told_from_one() {
        for (value, paths) in [
            ("a:b", Some(vec!["a", "b"])),
            ("/x/config:~/.aws/config", Some(vec!["/x/config", "~/.aws/config"])),
            (":/x/config", Some(vec!["/x/config"])),
            ("/x/config:", Some(vec!["/x/config"])),
            ("/x;/y", Some(vec!["/x", "/y"])),
            ("/x,$HOME/y", Some(vec!["/x", "$HOME/y"])),
            ("~/x /y", Some(vec!["./~/x", "/y"])),
            ("/x/a, b", None),
            ("/x/two words/config", None),
            ("/x/config", None),
            (":", None),
            ("", None),
        ] {
            let location = at(FileKind::Config, &[("AWS_CONFIG_FILE", value)]);
            assert_eq!(location.several(), paths, "{value}");
        }
        assert_eq!(at(FileKind::Config, &[("HOME", "/a:b")]).several(), None);
    }

    #[cfg(unix)]
    #[test]
    fn values_that_name_no_file() {
        let slip = |value: &str| at(FileKind::Config, &[("AWS_CONFIG_FILE", value), ("HOME", "/home/me")]).slip();
        for (value, why) in [
            ("\"~/cfg\"", "quotes"),
            ("'/x/cfg'", "quotes"),
            ("/x/cfg\"", "quotes"),
            ("/x/cfg ", "blanks"),
            (" /x/cfg", "blanks"),
            ("/x/cfg\r", "carriage return"),
            ("$NOPE/cfg", "NOPE is not set"),
            ("${NOPE}/cfg", "NOPE is not set"),
            (
                "%USERPROFILE%\\.aws\\config",
                "`%USERPROFILE%` is replaced only by cmd.exe",
            ),
            ("C:\\Users\\me\\config", "Windows"),
            ("file:///x", "URL"),
        ] {
            assert!(
                slip(value).is_some_and(|found| found.contains(why)),
                "{value}: {:?}",
                slip(value)
            );
        }
        for value in ["/x/cfg", "~/cfg", "$HOME/cfg", "cfg", "/x/50%/a", "/x/o'brien/a", ""] {
            assert_eq!(slip(value), None, "{value}");
        }
        for value in ["file:///x", "C:\\Users\\me\\config", "C:/Users"] {
            assert_eq!(
                at(FileKind::Config, &[("AWS_CONFIG_FILE", value)]).several(),
                None,
                "{value}"
            );
        }
        assert_eq!(at(FileKind::Config, &[("HOME", "/a b ")]).slip(), None);
        assert!(at(FileKind::Config, &[("AWS_CONFIG_FILE", "/dev/null")]).is_null());
    }

    #[test]
    fn what_other_sdks_read_otherwise_is_marked() {
        let marks = |value| {
            let location = at(FileKind::Config, &[("AWS_CONFIG_FILE", value), ("HOME", "/home/me")]);
            (location.is_relative, location.needs_botocore)
        };
        assert_eq!(marks("/etc/aws"), (false, false));
        assert_eq!(marks("~/aws"), (false, false));
        assert_eq!(marks("aws/config"), (true, false));
        assert_eq!(marks("$HOME/aws"), (false, true));
        assert_eq!(marks("~ann/aws"), (false, true));
    }
}
