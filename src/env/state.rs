//! AWSENV_STATE: what this shell uses, what was changed for it, and what was there before.
//!
//! It travels through the environment, so it holds no secret, and it is not trusted until it is checked: size, version,
//! and only names that `use` manages.

use std::collections::BTreeMap;
use std::ffi::OsString;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use crate::env::Env;
use crate::env::diff::Before;
use crate::env::names::{AWSENV_STATE, VarName};
use crate::env::origin::{Mark, Seen};
use crate::env::wish::{Earlier, Wish};

const VERSION: u32 = 1;
/// More than any real switch needs; Linux limits one variable to 128 KiB.
pub(super) const MAX_ENCODED: usize = 120 * 1024;

/// How the profile reached the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// `AWS_PROFILE`, and no secret.
    Name,
    /// The keys, and no name.
    Keys,
}

impl Style {
    /// The word in messages and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Style::Name => "name",
            Style::Keys => "keys",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The exact name of the profile.
    pub profile: String,
    /// What was asked for beside it, for a `use` that repeats it.
    pub wish: Wish,
    /// The one before, for `use -`.
    pub previous: Option<Earlier>,
    pub style: Style,
    /// When the exported credentials expire, in seconds since 1970.
    pub expires: Option<i64>,
    /// The region, if no variable has it: in *name* style SDKs read it from the profile.
    pub region: Option<String>,
    /// Whether the container's variables were left alone.
    pub container: bool,
    /// Names that were set, or that were removed and had a value. Names that every `use` removes and that are not here
    /// were absent.
    pub marks: BTreeMap<VarName, Mark>,
    /// What earlier `use`s set while [`Mark::since`] was absent.
    pub seen: Seen,
    /// What earlier `use`s set over what the user had changed in between.
    pub seen_since: Seen,
}

/// AWSENV_STATE has a value that awsenv did not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damaged;

/// The form in the variable: short keys, because it is in the environment of every program.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    v: u32,
    p: String,
    #[serde(default, skip_serializing_if = "Wish::is_empty")]
    w: Wish,
    /// The name of the previous profile, and what was asked for beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    o: Option<String>,
    #[serde(default, skip_serializing_if = "Wish::is_empty")]
    q: Wish,
    s: Style,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    r: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    c: bool,
    m: BTreeMap<String, WireMark>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    n: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    l: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireMark {
    /// Fingerprint of what was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    h: Option<String>,
    /// Former value, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    t: Option<String>,
    /// Former value that is not UTF-8, in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b: Option<String>,
    /// There was a secret.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    x: bool,
    /// Fingerprint of what a shell that cannot remove the name has instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    i: Option<String>,
    /// What the user set between two uses: only `t`, `b` and `x` in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    u: Option<Box<WireMark>>,
}

impl State {
    /// Reads AWSENV_STATE; `None` if no profile is in use.
    ///
    /// # Errors
    /// [`Damaged`] if there is a value that awsenv did not write.
    pub fn read(env: &Env) -> Result<Option<State>, Damaged> {
        let Some(raw) = env.os(AWSENV_STATE) else {
            return Ok(None);
        };
        raw.to_str().and_then(State::decode).map(Some).ok_or(Damaged)
    }

    fn decode(text: &str) -> Option<State> {
        if text.len() > MAX_ENCODED {
            return None;
        }
        let wire: Wire = serde_json::from_slice(&BASE64.decode(text).ok()?).ok()?;
        if wire.v != VERSION || wire.p.contains('\0') {
            return None;
        }
        let marks = wire
            .m
            .into_iter()
            .map(|(name, mark)| decode_mark(&name, mark))
            .collect::<Option<_>>()?;
        Some(State {
            profile: wire.p,
            wish: wire.w,
            previous: wire.o.map(|profile| Earlier { profile, wish: wire.q }),
            style: wire.s,
            expires: wire.e,
            region: wire.r,
            container: wire.c,
            marks,
            seen: Seen::parse(wire.n)?,
            seen_since: Seen::parse(wire.l)?,
        })
    }

    /// The text of AWSENV_STATE: letters, digits, `-` and `_`.
    pub fn encode(&self) -> String {
        let marks = self
            .marks
            .iter()
            .map(|(name, mark)| (name.to_string(), encode_mark(mark)))
            .collect();
        let wire = Wire {
            v: VERSION,
            p: self.profile.clone(),
            w: self.wish.clone(),
            o: self.previous.as_ref().map(|earlier| earlier.profile.clone()),
            q: self
                .previous
                .as_ref()
                .map(|earlier| earlier.wish.clone())
                .unwrap_or_default(),
            s: self.style,
            e: self.expires,
            r: self.region.clone(),
            c: self.container,
            m: marks,
            n: self.seen.as_str().to_owned(),
            l: self.seen_since.as_str().to_owned(),
        };
        // Maps with text keys and plain values: serialising them cannot fail.
        BASE64.encode(serde_json::to_vec(&wire).unwrap_or_default())
    }
}

fn decode_mark(name: &str, mark: WireMark) -> Option<(VarName, Mark)> {
    let name = VarName::parse(name).filter(VarName::is_managed)?;
    let since = match mark.u {
        Some(since) if since.h.is_none() && since.i.is_none() && since.u.is_none() => {
            Some(decode_before(since.t, since.b, since.x)?)
        }
        Some(_) => return None,
        None => None,
    };
    let mark = Mark {
        set: mark.h,
        instead: mark.i,
        before: decode_before(mark.t, mark.b, mark.x)?,
        since,
    };
    Some((name, mark))
}

fn decode_before(text: Option<String>, bytes: Option<String>, is_secret: bool) -> Option<Before> {
    Some(match (text, bytes, is_secret) {
        (None, None, false) => Before::Absent,
        (None, None, true) => Before::Secret,
        (Some(text), None, false) if !text.contains('\0') => Before::Value(text.into()),
        (None, Some(bytes), false) => Before::Value(os_from_bytes(BASE64.decode(bytes).ok()?)?),
        _ => return None,
    })
}

fn encode_mark(mark: &Mark) -> WireMark {
    WireMark {
        h: mark.set.clone(),
        i: mark.instead.clone(),
        u: mark.since.as_ref().map(|since| Box::new(encode_before(since))),
        ..encode_before(&mark.before)
    }
}

fn encode_before(before: &Before) -> WireMark {
    let mut wire = WireMark::default();
    match before {
        Before::Absent => {}
        Before::Secret => wire.x = true,
        Before::Value(value) => match value.to_str() {
            Some(text) => wire.t = Some(text.to_owned()),
            None => wire.b = Some(BASE64.encode(value.as_encoded_bytes())),
        },
    }
    wire
}

#[cfg(unix)]
fn os_from_bytes(bytes: Vec<u8>) -> Option<OsString> {
    use std::os::unix::ffi::OsStringExt as _;
    (!bytes.contains(&0)).then(|| OsString::from_vec(bytes))
}

/// Windows has no environment values that are bytes; an unpaired surrogate is not restored.
#[cfg(not(unix))]
fn os_from_bytes(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::origin::fingerprint;

    fn state() -> State {
        let name = |n| VarName::parse(n).unwrap();
        let marks = [
            (
                "AWS_PROFILE",
                Mark {
                    set: Some(fingerprint("jekyl".as_ref())),
                    before: Before::Value("old".into()),
                    since: Some(Before::Secret),
                    ..Mark::ABSENT
                },
            ),
            (
                "AWS_REGION",
                Mark {
                    instead: Some("fingerpr".into()),
                    before: Before::Value(OsString::new()),
                    ..Mark::ABSENT
                },
            ),
            (
                "AWS_SECRET_ACCESS_KEY",
                Mark {
                    before: Before::Secret,
                    ..Mark::ABSENT
                },
            ),
        ];
        State {
            profile: "je kyl\u{202e}".into(),
            wish: Wish {
                role: Some("arn:aws:iam::123456789012:role/a".into()),
                duration: Some(900),
                ..Wish::default()
            },
            previous: Some(Earlier {
                profile: "b".into(),
                wish: Wish {
                    style: Some(Style::Keys),
                    region: Some("eu-west-1".into()),
                    ..Wish::default()
                },
            }),
            style: Style::Name,
            expires: Some(1),
            region: Some("eu-west-1".into()),
            container: true,
            marks: marks.into_iter().map(|(n, mark)| (name(n), mark)).collect(),
            seen: Seen::parse("abcd".into()).unwrap(),
            seen_since: Seen::default(),
        }
    }

    fn read(text: &str) -> Result<Option<State>, Damaged> {
        State::read(&Env::from_iter([(AWSENV_STATE, text)]))
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(read(&state().encode()), Ok(Some(state())));
        assert_eq!(State::read(&Env::default()), Ok(None));
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_come_back() {
        use std::os::unix::ffi::OsStringExt as _;
        let mut state = state();
        let value = OsString::from_vec(vec![0xff, b'x']);
        state.marks.insert(
            VarName::parse("AWS_REGION").unwrap(),
            Mark {
                before: Before::Value(value),
                ..Mark::ABSENT
            },
        );
        assert_eq!(read(&state.encode()), Ok(Some(state)));
    }

    #[test]
    fn hostile_text_is_refused() {
        let json = |text: &str| BASE64.encode(text);
        for bad in [
            String::new(),
            "%%%".into(),
            json("{}"),
            json(r#"{"v":2,"p":"a","s":"name","m":{}}"#),
            json(r#"{"v":1,"p":"a","s":"other","m":{}}"#),
            json(r#"{"v":1,"p":"a","s":"name","m":{"PATH":{"t":"/evil"}}}"#),
            json(r#"{"v":1,"p":"a","s":"name","m":{"LD_PRELOAD":{}}}"#),
            json(r#"{"v":1,"p":"a","s":"name","m":{"AWS_ENDPOINT_URL_$(x)":{"t":"y"}}}"#),
            json(r#"{"v":1,"p":"a","s":"name","m":{"AWS_REGION":{"t":"a\u0000b"}}}"#),
            json(r#"{"v":1,"p":"a","s":"name","m":{"AWS_REGION":{"t":"a","x":true}}}"#),
            json(r#"{"v":1,"p":"a","s":"name","m":{},"extra":1}"#),
            json(r#"{"v":1,"p":"a","s":"name","m":{},"n":"abc"}"#),
            json(r#"{"v":1,"p":"a","s":"name","m":{"AWS_REGION":{"u":{"u":{}}}}}"#),
            json(r#"{"v":1,"p":"a","s":"name","m":{"AWS_REGION":{"u":{"t":"a\u0000b"}}}}"#),
            "A".repeat(MAX_ENCODED + 1),
        ] {
            assert_eq!(read(&bad), Err(Damaged), "{bad:.80}");
        }
    }

    #[test]
    fn no_secret_is_written_down() {
        let text = String::from_utf8(BASE64.decode(state().encode()).unwrap()).unwrap();
        assert!(text.contains(r#""AWS_SECRET_ACCESS_KEY":{"x":true}"#), "{text}");
    }
}
