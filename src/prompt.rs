//! The environment -> what a shell works as, and the prompt segment as plain text. Reads no file and knows no shell; the
//! shells' own prompts (`shell/`) follow the same rule without starting a process.

use std::borrow::Cow;
use std::fmt;

use crate::credentials::Timestamp;
use crate::env::Env;
use crate::env::names::{AWSENV_EXPECT, AWSENV_EXPIRES, AWSENV_PROFILE, REGION};
use crate::env::state::{State, Style};
use crate::text::{PRODUCTION_MARK, display, inert};

pub const DEFAULT_FORMAT: &str = "{profile} {remaining}";

/// In the order of the help.
pub const FIELDS: [&str; 5] = ["profile", "remaining", "region", "style", "expires"];

/// What a shell works as, as far as a name tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// AWSENV_PROFILE without its mark, or AWS_PROFILE if that names another profile.
    pub name: String,
    /// Whether `use` set this name.
    pub by_use: bool,
    /// `None` if AWSENV_EXPECT is missing, which would tell.
    pub style: Option<Style>,
    /// Whether tools may use something else. Prompts show it as `?`.
    pub drifts: bool,
    /// Whether a shell cannot show the name safely. Prompts show `?` instead.
    pub is_hidden: bool,
}

/// The fields of a format, each safe in any prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The name, followed by `?` if tools may use something else.
    pub profile: String,
    /// `42m`, or `expired`; empty if the credentials do not expire.
    pub remaining: String,
    /// From the environment, or the profile's in *name* style.
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

impl InUse {
    /// `None` if no variable that prompts look at names a profile.
    pub fn of(env: &Env) -> Option<Self> {
        let text = |name| env.os(name).map(|value| value.to_string_lossy());
        let shown = text(AWSENV_PROFILE).unwrap_or_default();
        let shown = shown.strip_suffix(PRODUCTION_MARK).unwrap_or(&shown);
        let named = text("AWS_PROFILE").unwrap_or_default();
        let key = text("AWS_ACCESS_KEY_ID").unwrap_or_default();
        let expect = text(AWSENV_EXPECT);
        if shown.is_empty() && named.is_empty() {
            return None;
        }
        let name_of = |expect: &Cow<'_, str>| expect.rsplit_once(':').map_or(expect.len(), |(name, _)| name.len());
        let expected = expect.as_ref().map(|expect| &expect[..name_of(expect)]);
        let by_use = !shown.is_empty() && (named.is_empty() || expected == Some(&named));
        let style = match expected {
            _ if !by_use => Some(Style::Name),
            Some("") => Some(Style::Keys),
            Some(_) => Some(Style::Name),
            None => None,
        };
        let is_as_expected = match &expect {
            Some(expect) => *expect == format!("{named}:{key}"),
            None => shown.is_empty() && key.is_empty(),
        };
        let contradicts = text("AWS_DEFAULT_PROFILE").is_some_and(|default| default.is_empty() || default != named);
        let is_hidden = if by_use {
            shown.contains(|c: char| c.is_control() || c == '\\') || env.text(AWSENV_PROFILE).is_none()
        } else {
            named.contains(|c: char| !matches!(c, ' '..='~') || c == '\\')
        };
        Some(Self {
            name: if by_use { shown } else { &named }.to_owned(),
            by_use,
            style,
            drifts: !is_as_expected || contradicts || is_hidden,
            is_hidden,
        })
    }
}

impl Segment {
    /// `None` if no profile is in use.
    pub fn of(env: &Env, now: Timestamp) -> Option<Self> {
        let used = InUse::of(env)?;
        let mut profile = if used.is_hidden {
            String::new()
        } else {
            inert(&used.name)
        };
        if used.drifts {
            profile.push('?');
        }
        let expires = expires(env).filter(|_| !used.is_hidden);
        Some(Self {
            profile,
            remaining: expires.map(|at| remaining(at.seconds_from(now))).unwrap_or_default(),
            region: inert(&region(env).unwrap_or_default()),
            style: used.style.map_or("", Style::as_str).to_owned(),
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

/// In AWSENV_EXPIRES; every shell counts that far.
const MAX_DIGITS: usize = 12;

/// When the credentials of `use` expire.
fn expires(env: &Env) -> Option<Timestamp> {
    env.filled(AWSENV_PROFILE)?;
    let seconds = env.text(AWSENV_EXPIRES)?;
    let is_number = seconds.len() <= MAX_DIGITS && seconds.bytes().all(|byte| byte.is_ascii_digit());
    seconds.parse().ok().filter(|_| is_number).map(Timestamp)
}

/// From the environment; if no variable has it, as `use` found it in the profile that is still named.
fn region(env: &Env) -> Option<String> {
    let of_profile = || {
        let state = State::read(env).ok()??;
        state.region.filter(|_| env.text("AWS_PROFILE") == Some(&state.profile))
    };
    let variable = REGION.into_iter().find_map(|name| env.filled(name));
    variable.map(str::to_owned).or_else(of_profile)
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
            Error::UnknownField(name) => write!(f, "`{{{}}}` is not a prompt field", display(name)),
            Error::LoneBrace => f.write_str("a brace in the format has no matching brace"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::wish::Wish;

    fn segment(vars: &[(&str, &str)]) -> Option<Segment> {
        Segment::of(&vars.iter().copied().collect(), Timestamp(1_000_000))
    }

    fn shown(vars: &[(&str, &str)], format: &str) -> Result<String, Error> {
        segment(vars).unwrap().render(format)
    }

    #[test]
    fn nothing_in_use_is_no_segment() {
        for vars in [
            &[][..],
            &[("AWSENV_PROFILE", "")],
            &[("AWSENV_PROFILE", " "), ("AWS_PROFILE", "")],
            &[
                ("AWS_DEFAULT_PROFILE", "x"),
                ("AWS_ACCESS_KEY_ID", "K"),
                ("AWSENV_EXPECT", "a:"),
            ],
        ] {
            assert_eq!(segment(vars), None, "{vars:?}");
        }
    }

    #[test]
    fn the_minutes_count_down() {
        for (expires, text) in [
            ("1000059", "jekyl 0m"),
            ("1002525", "jekyl 42m"),
            ("999999", "jekyl expired"),
            ("x[$(id)0]", "jekyl"),
            ("+1002525", "jekyl"),
            ("1000000000000", "jekyl"),
            ("", "jekyl"),
        ] {
            let vars = [
                ("AWSENV_PROFILE", "jekyl"),
                ("AWSENV_EXPECT", ":"),
                ("AWSENV_EXPIRES", expires),
            ];
            assert_eq!(shown(&vars, DEFAULT_FORMAT).unwrap(), text, "{expires}");
        }
    }

    /// By AWSENV_PROFILE, AWSENV_EXPECT, AWS_PROFILE, AWS_ACCESS_KEY_ID and AWS_DEFAULT_PROFILE.
    fn by(vars: [Option<&str>; 5]) -> String {
        let names = [
            AWSENV_PROFILE,
            AWSENV_EXPECT,
            "AWS_PROFILE",
            "AWS_ACCESS_KEY_ID",
            "AWS_DEFAULT_PROFILE",
        ];
        let vars = names.into_iter().zip(vars);
        let env: Env = vars.filter_map(|(name, value)| Some((name, value?))).collect();
        Segment::of(&env, Timestamp(0)).map_or_else(|| "nothing".to_owned(), |segment| segment.profile)
    }

    #[test]
    fn the_mark_says_that_tools_may_use_something_else() {
        let name = Some("a");
        for (aws, key, default, shown) in [
            (Some("a"), None, None, "a"),
            (Some("a"), Some(""), Some("a"), "a"),
            (Some("a"), Some("K"), None, "a?"),
            (Some("a"), None, Some("b"), "a?"),
            (Some("a"), None, Some(""), "a?"),
            (Some("b"), None, None, "b?"),
            (Some("ab"), None, None, "ab?"),
            (Some(""), None, None, "a?"),
            (None, None, None, "a?"),
            (None, Some("K"), None, "a?"),
        ] {
            assert_eq!(
                by([name, Some("a:"), aws, key, default]),
                shown,
                "{aws:?} {key:?} {default:?}"
            );
        }
        for (aws, key, default, shown) in [
            (None, Some("K"), None, "a"),
            (Some(""), Some("K"), None, "a"),
            (None, Some("L"), None, "a?"),
            (None, Some("KK"), None, "a?"),
            (None, Some(""), None, "a?"),
            (None, None, None, "a?"),
            (None, Some("K"), Some("a"), "a?"),
            (None, Some("K"), Some(""), "a?"),
            (Some("a"), Some("K"), None, "a?"),
            (Some("b"), Some("K"), None, "b?"),
        ] {
            for name in [Some("a"), Some("a ")] {
                assert_eq!(
                    by([name, Some(":K"), aws, key, default]),
                    shown,
                    "{aws:?} {key:?} {default:?}"
                );
            }
        }
    }

    #[test]
    fn a_profile_that_only_aws_profile_names_is_shown() {
        for (vars, shown) in [
            ([None, None, Some("b"), None, None], "b"),
            ([None, None, Some("b"), None, Some("b")], "b"),
            ([None, None, Some("b"), Some("K"), None], "b?"),
            ([None, None, Some("b"), None, Some("c")], "b?"),
            ([None, Some("b:"), Some("b"), None, None], "b"),
            ([Some("a"), None, Some("b"), None, None], "b?"),
            ([Some("a"), None, Some("a"), None, None], "a?"),
            ([Some("a"), None, None, Some("K"), None], "a?"),
            ([Some("a"), Some(""), Some("a"), None, None], "a?"),
        ] {
            assert_eq!(by(vars), shown, "{vars:?}");
        }
        let colons = ":x:y";
        assert_eq!(by([Some(colons), Some(":x:y:"), Some(colons), None, None]), colons);
    }

    #[test]
    fn a_name_that_no_shell_shows_is_a_question() {
        for name in ["a\\b", "\u{1b}[31m", "a\u{7f}", "a\u{9b}"] {
            let expect = format!("{name}:");
            let all = [Some(name), Some(expect.as_str()), Some(name), None, None];
            assert_eq!(by(all), "?", "{name:?}");
            let vars = [(AWSENV_PROFILE, name), (AWSENV_EXPIRES, "1")];
            assert_eq!(shown(&vars, DEFAULT_FORMAT).unwrap(), "?", "{name:?}");
            assert_eq!(by([None, None, Some(name), None, None]), "?", "{name:?}");
        }
        assert_eq!(by([None, None, Some("größe"), None, None]), "?");
        assert_eq!(by([Some("größe"), Some("größe:"), Some("größe"), None, None]), "größe");
        // No shell sees that this is invisible; the program does.
        assert_eq!(by([Some("a\u{200b}"), Some(":K"), None, Some("K"), None]), "a{u+200b}");
        assert_eq!(by([Some("a{u+5c}b"), Some(":K"), None, Some("K"), None]), "a{u+5c}b");
    }

    #[test]
    fn the_region_is_the_profiles_where_no_variable_has_it() {
        let state = State {
            profile: "a".into(),
            wish: Wish::default(),
            previous: None,
            style: Style::Name,
            expires: None,
            region: Some("eu-west-1\\".into()),
            container: false,
            marks: std::collections::BTreeMap::new(),
            seen: Default::default(),
            seen_since: Default::default(),
        };
        let state = state.encode();
        let region = |vars: &[(&str, &str)], state: &str| {
            let vars = vars
                .iter()
                .copied()
                .chain([("AWSENV_STATE", state), ("AWSENV_EXPECT", "a:")]);
            let vars: Vec<_> = vars.chain([("AWSENV_PROFILE", "a")]).collect();
            shown(&vars, "{region}|{style}").unwrap()
        };
        assert_eq!(region(&[("AWS_PROFILE", "a")], &state), "eu-west-1{u+5c}|name");
        assert_eq!(
            region(&[("AWS_PROFILE", "a"), ("AWS_REGION", "r\u{1b}")], &state),
            "r{u+1b}|name"
        );
        assert_eq!(region(&[("AWS_PROFILE", "b")], &state), "|name");
        assert_eq!(region(&[("AWS_PROFILE", "a")], "damaged"), "|name");
    }

    proptest::proptest! {
        #[test]
        fn no_environment_makes_a_segment_that_a_prompt_decodes(
            values in proptest::collection::vec(proptest::option::of("[a:K \\\\\u{1b}é\u{200b}?1]{0,4}"), 7),
        ) {
            let names = [
                AWSENV_PROFILE, AWSENV_EXPECT, AWSENV_EXPIRES, "AWS_PROFILE", "AWS_ACCESS_KEY_ID",
                "AWS_DEFAULT_PROFILE", "AWS_REGION",
            ];
            let env: Env = names.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))).collect();
            let (used, segment) = (InUse::of(&env), Segment::of(&env, Timestamp(0)));
            proptest::prop_assert_eq!(used.is_some(), segment.is_some());
            for (used, segment) in used.into_iter().zip(segment) {
                let text = segment.render("{profile} {remaining} {region} {style} {expires}").unwrap();
                proptest::prop_assert_eq!(&inert(&text), &text);
                proptest::prop_assert!(!used.drifts || segment.profile.ends_with('?'));
                proptest::prop_assert!(used.drifts || segment.profile == inert(&used.name));
            }
        }
    }

    #[test]
    fn formats() {
        let vars = [
            ("AWS_PROFILE", "jekyl"),
            ("AWSENV_PROFILE", "jekyl"),
            ("AWSENV_EXPECT", "jekyl:"),
            ("AWSENV_EXPIRES", "1893456000"),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
        ];
        assert_eq!(
            shown(&vars, "{{{profile}}} {region} {expires} {style}").unwrap(),
            "{jekyl} eu-west-1 2030-01-01T00:00:00Z name"
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
