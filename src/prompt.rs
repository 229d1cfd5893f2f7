//! The environment -> the prompt segment as plain text. Reads no file and knows no shell; the shells' own prompts
//! (`shell/`) show the same without starting a process.

use std::fmt;

use crate::credentials::Timestamp;
use crate::env::Env;
use crate::env::names::{AWSENV_EXPIRES, AWSENV_PROFILE, REGION};
use crate::env::state::{State, Style};

pub const DEFAULT_FORMAT: &str = "{profile} {remaining}";

/// In the order of the help.
pub const FIELDS: [&str; 5] = ["profile", "remaining", "region", "style", "expires"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The name for display, followed by `?` if AWS_PROFILE says something else.
    pub profile: String,
    /// `42m`, or `expired`; empty if the credentials do not expire.
    pub remaining: String,
    /// From the environment; in name style the profile usually sets the region, and this is empty.
    pub region: String,
    /// `name` or `keys`.
    pub style: String,
    /// RFC 3339; empty if the credentials do not expire.
    pub expires: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A name in braces that is not a field.
    UnknownField(String),
    /// An unmatched brace.
    LoneBrace,
}

impl Segment {
    /// `None` if no profile is in use.
    pub fn of(env: &Env, now: Timestamp) -> Option<Self> {
        let name = env.filled(AWSENV_PROFILE)?;
        let state = State::read(env).ok().flatten();
        let expires = env
            .filled(AWSENV_EXPIRES)
            .and_then(|seconds| seconds.parse().ok())
            .map(Timestamp);
        let region = REGION.into_iter().find_map(|name| env.filled(name));
        let mut profile = name.to_owned();
        if drifts(env, name, state.as_ref()) {
            profile.push('?');
        }
        Some(Self {
            profile,
            remaining: expires.map(|at| remaining(at.seconds_from(now))).unwrap_or_default(),
            region: region.unwrap_or_default().to_owned(),
            style: state.map_or("", |state| state.style.as_str()).to_owned(),
            expires: expires.and_then(Timestamp::to_rfc3339).unwrap_or_default(),
        })
    }

    /// `format` with `{field}` replaced; `{{` and `}}` are braces. An empty field removes the blank before it.
    ///
    /// # Errors
    /// An unknown field, or an unmatched brace.
    pub fn render(&self, format: &str) -> Result<String, Error> {
        let mut out = String::new();
        let mut rest = format;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                out.push_str(brace);
                rest = after;
                continue;
            }
            let field = (brace == "{").then(|| rest.split_once('}')).flatten();
            let (field, after) = field.ok_or(Error::LoneBrace)?;
            let value = self.field(field)?;
            if value.is_empty() && out.ends_with(' ') {
                out.pop();
            }
            out.push_str(value);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn field(&self, name: &str) -> Result<&str, Error> {
        Ok(match name {
            "profile" => &self.profile,
            "remaining" => &self.remaining,
            "region" => &self.region,
            "style" => &self.style,
            "expires" => &self.expires,
            _ => return Err(Error::UnknownField(name.to_owned())),
        })
    }
}

/// Whether AWS_PROFILE names another profile. Without a state, only the display name can be compared.
fn drifts(env: &Env, shown: &str, state: Option<&State>) -> bool {
    let Some(now) = env.filled("AWS_PROFILE") else {
        return false;
    };
    match state {
        Some(state) => state.style == Style::Keys || state.profile != now,
        None => shown != now && !shown.contains(['\\', '\u{2026}']),
    }
}

fn remaining(seconds: i64) -> String {
    if seconds < 0 {
        "expired".to_owned()
    } else {
        format!("{}m", seconds / 60)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::UnknownField(name) => write!(f, "`{{{}}}` is not a prompt field", name.escape_debug()),
            Error::LoneBrace => f.write_str("a brace in the format has no matching brace"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(vars: &[(&str, &str)]) -> Option<Segment> {
        Segment::of(&vars.iter().copied().collect(), Timestamp(1_000_000))
    }

    fn shown(vars: &[(&str, &str)], format: &str) -> Result<String, Error> {
        segment(vars).unwrap().render(format)
    }

    #[test]
    fn nothing_in_use_is_no_segment() {
        assert_eq!(segment(&[("AWS_PROFILE", "x")]), None);
        assert_eq!(segment(&[("AWSENV_PROFILE", "")]), None);
    }

    #[test]
    fn the_minutes_count_down() {
        for (expires, text) in [
            ("1000059", "jekyl 0m"),
            ("1002525", "jekyl 42m"),
            ("999999", "jekyl expired"),
            ("x[$(id)0]", "jekyl"),
            ("", "jekyl"),
        ] {
            let vars = [("AWSENV_PROFILE", "jekyl"), ("AWSENV_EXPIRES", expires)];
            assert_eq!(shown(&vars, DEFAULT_FORMAT).unwrap(), text, "{expires}");
        }
    }

    #[test]
    fn another_name_in_aws_profile_is_marked() {
        for (aws, shown_name, text) in [
            ("jekyl", "jekyl", "jekyl"),
            ("hyde", "jekyl", "jekyl?"),
            ("", "jekyl", "jekyl"),
            ("a\u{1b}", "a\\u{1b}", "a\\u{1b}"),
        ] {
            let vars = [("AWSENV_PROFILE", shown_name), ("AWS_PROFILE", aws)];
            assert_eq!(shown(&vars, "{profile}").unwrap(), text);
        }
    }

    #[test]
    fn formats() {
        let vars = [
            ("AWSENV_PROFILE", "jekyl"),
            ("AWSENV_EXPIRES", "1893456000"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
        ];
        assert_eq!(
            shown(&vars, "{{{profile}}} {region} {expires}{style}").unwrap(),
            "{jekyl} eu-west-1 2030-01-01T00:00:00Z"
        );
        assert_eq!(
            shown(&vars[..1], "[{profile} {remaining} {region}]").unwrap(),
            "[jekyl]"
        );
        assert_eq!(shown(&vars, "{nope}"), Err(Error::UnknownField("nope".to_owned())));
        for lone in ["{profile", "}", "a } b", "{"] {
            assert_eq!(shown(&vars, lone), Err(Error::LoneBrace), "{lone}");
        }
        for name in FIELDS {
            assert!(shown(&vars, &format!("{{{name}}}")).is_ok(), "{name}");
        }
    }
}
