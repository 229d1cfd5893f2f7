//! Headers that define nothing, or not what they were meant to.
//!
//! The config file has `[profile NAME]`, `[sso-session NAME]`, `[services NAME]` and `[default]`; the credentials file
//! has bare names.

use std::collections::HashSet;

use super::{Mistake, MistakeCode, Owned, known, shown};
use crate::config::document::Document;
use crate::config::profiles::{ProfileSet, SectionKind, defined};
use crate::config::shlex;
use crate::config::value::{Section, Value};
use crate::near;
use crate::redact;

pub(super) fn all(profiles: &ProfileSet) -> Vec<Mistake> {
    let named = Named::of(profiles);
    let is_one = is_one_file(profiles);
    let config = profiles.config().into_iter().flat_map(Document::sections);
    let config = config.filter(|section| defined(*section).is_none());
    // As a section of the credentials file, it defines a profile.
    let config = config.filter(|section| !is_one || Written::in_config(*section).kind.is_some());
    let config = config.filter_map(|section| in_config(section, None, &named));
    let credentials = profiles.credentials();
    let has_default = profiles.profile("default").is_some();
    let others = credentials.into_iter().flat_map(Document::sections).filter(|_| !is_one);
    let others = others
        .filter_map(|section| in_credentials(profiles, section))
        .map(|(_, mistake)| mistake);
    let documents = [profiles.config().filter(|_| !is_one), credentials];
    let defaults = documents
        .into_iter()
        .flatten()
        .filter(|_| !has_default)
        .flat_map(default_sections);
    config.chain(others).chain(defaults).collect()
}

/// The sections of the config file that botocore ignores, as what they were meant to be.
pub(super) fn misread(profiles: &ProfileSet) -> impl Iterator<Item = Owned<'_>> {
    let named = Named::of(profiles);
    let is_one = is_one_file(profiles);
    let config = profiles.config().into_iter().flat_map(Document::sections);
    config.filter_map(move |section| {
        let header = section.header();
        if known::is_section(header) || defined(section).is_some() || is_one {
            return None;
        }
        let Written { kind, name } = Written::in_config(section);
        let kind = kind.or_else(|| content(section, &name, &named))?;
        Some(Owned { section, kind, name })
    })
}

/// Whether one file is both: then each header is read by the rules of both.
fn is_one_file(profiles: &ProfileSet) -> bool {
    let path = |document: Option<&Document>| document.map(|document| document.path().clone());
    path(profiles.config()).is_some_and(|config| path(profiles.credentials()) == Some(config))
}

/// A header that was meant to define `name`.
pub(super) fn defining(profiles: &ProfileSet, kind: SectionKind, name: &str) -> Option<Mistake> {
    let config = profiles.config().into_iter().flat_map(Document::sections);
    let mut config = config.filter(|section| {
        let written = Written::in_config(*section);
        written.name == name && written.kind.is_none_or(|written| written == kind) && defined(*section).is_none()
    });
    if let Some(section) = config.next() {
        return in_config(section, Some(kind), &Named::default());
    }
    let mut credentials = profiles.credentials().into_iter().flat_map(Document::sections);
    credentials.find_map(|section| {
        let (meant, mistake) = in_credentials(profiles, section)?;
        (meant == (kind, name.to_owned())).then_some(mistake)
    })
}

/// The sections that profiles refer to.
#[derive(Default)]
struct Named<'a> {
    sessions: HashSet<&'a str>,
    services: HashSet<&'a str>,
    /// The sections that the config file has.
    defined: HashSet<(SectionKind, String)>,
}

impl<'a> Named<'a> {
    fn of(profiles: &'a ProfileSet) -> Self {
        let of = |key| profiles.profiles().filter_map(|profile| profile.text(key)).collect();
        Self {
            sessions: of("sso_session"),
            services: of("services"),
            defined: profiles
                .config()
                .into_iter()
                .flat_map(Document::sections)
                .filter_map(defined)
                .collect(),
        }
    }
}

/// What a header says, as a person reads it.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    /// `None` for a bare name.
    kind: Option<SectionKind>,
    name: String,
}

impl Written {
    /// The keys tell `[session x]` from a profile of that name.
    fn in_config(section: Section<'_>) -> Self {
        let written = Self::of(section.header());
        let has = |key| section.own(key).is_some();
        let split = written.name.split_once(char::is_whitespace);
        match split.filter(|_| written.kind.is_none() && !has("sso_account_id")) {
            Some((word, name)) if is_session(word) && (has("sso_start_url") || has("sso_region")) => {
                Self::new(Some(SectionKind::SsoSession), name)
            }
            _ => written,
        }
    }

    fn of(header: &str) -> Self {
        let wraps = |c: char| c.is_whitespace() || "\"'[]“”‘’".contains(c);
        // A bracket in a comment belongs to the header.
        let header = match header.split_once(']') {
            Some((before, after)) if after.trim_start().starts_with(['#', ';']) => before,
            _ => header,
        };
        let plain = header.trim_matches(wraps);
        // Of the same length as `plain`.
        let lower = plain.to_ascii_lowercase();
        if let Some(rest) = ["sso session ", "sso session:"]
            .iter()
            .find_map(|start| lower.strip_prefix(start))
        {
            return Self::new(Some(SectionKind::SsoSession), &plain[plain.len() - rest.len()..]);
        }
        let split = plain.split_once(|c: char| c.is_whitespace() || ":=./|,\\\"'".contains(c));
        if let Some((word, rest)) = split
            && let Some(kind) = kind_of(word)
        {
            return Self::new(Some(kind), rest);
        }
        // A name may begin so, too, but it would have to be behind a prefix anyway.
        let glued = KINDS.iter().find_map(|(word, kind)| {
            let rest = lower.replace('_', "-").strip_prefix(word)?.strip_prefix('-')?.len();
            (rest > 0).then(|| Self::new(Some(*kind), &plain[plain.len() - rest..]))
        });
        // `[profilex]`; with an `s` it is the plural.
        let joined = [
            ("profile", SectionKind::Profile),
            ("sso-session", SectionKind::SsoSession),
        ];
        let joined = joined.iter().find_map(|(word, kind)| {
            let rest = lower
                .replace('_', "-")
                .strip_prefix(word)
                .filter(|rest| !["", "s"].contains(rest))?
                .len();
            Some(Self::new(Some(*kind), &plain[plain.len() - rest..]))
        });
        glued.or(joined).unwrap_or_else(|| match kind_of(plain) {
            Some(kind) => Self::new(Some(kind), ""),
            None => Self::new(None, plain),
        })
    }

    fn new(kind: Option<SectionKind>, name: &str) -> Self {
        let around = |c: char| c.is_whitespace() || "\"'“”‘’:=".contains(c);
        // Quotes around a part only; an apostrophe has no second one.
        let words = shlex::split(name)
            .ok()
            .filter(|_| name.contains(['"', '\'']) && !name.contains('\\'));
        let plain = words.map_or_else(|| name.to_owned(), |words| words.join(" "));
        let name = plain.trim_matches(around).to_owned();
        Self { kind, name }
    }
}

const KINDS: [(&str, SectionKind); 3] = [
    ("profile", SectionKind::Profile),
    ("sso-session", SectionKind::SsoSession),
    ("services", SectionKind::Services),
];

fn is_session(word: &str) -> bool {
    ["session", "sso"].contains(&word.to_ascii_lowercase().as_str())
}

fn prefix(kind: SectionKind) -> &'static str {
    KINDS
        .iter()
        .find(|(_, known)| *known == kind)
        .map_or("", |(word, _)| word)
}

/// The kind that a word names, perhaps mistyped.
fn kind_of(word: &str) -> Option<SectionKind> {
    let lower = word.to_lowercase().replace('_', "-");
    let exact = |text: &str| KINDS.iter().find(|(known, _)| *known == text).map(|(_, kind)| *kind);
    exact(&lower).or_else(|| exact(near::meant(&lower, KINDS.iter().map(|(known, _)| *known))?))
}

/// `as_a` is what the section is looked for as.
fn in_config(section: Section<'_>, as_a: Option<SectionKind>, named: &Named<'_>) -> Option<Mistake> {
    let header = section.header();
    if known::is_section(header) {
        return None;
    }
    let written = Written::in_config(section);
    let new = |instead: String, is_certain| mistake(section, "defines nothing in the config file", instead, is_certain);
    let meant = |kind, name: &str| {
        let is_there = named.defined.contains(&(kind, name.to_owned()));
        Some(new(there(&bracketed(kind, name), is_there), true))
    };
    if let Some(kind) = written.kind {
        return meant(kind, &written.name);
    }
    if is_default(&written.name) {
        return meant(SectionKind::Profile, "default");
    }
    let kind = as_a.or_else(|| content(section, &written.name, named));
    let near = near::meant(header, known::SECTIONS);
    let near = near.map(|right| new(format!("did you mean `[{right}]`?"), false));
    match kind {
        Some(kind) => meant(kind, &written.name),
        None if near.is_some() => near,
        None => Some(Mistake {
            code: MistakeCode::UnreadSection,
            what: format!("no AWS program reads the section `[{}]`", shown(header)),
            instead: format!(
                "if it is a profile, it must be {}",
                bracketed(SectionKind::Profile, &written.name)
            ),
            is_certain: false,
            ..new(String::new(), false)
        }),
    }
}

/// What a section of the config file is by its keys.
fn content(section: Section<'_>, name: &str, named: &Named<'_>) -> Option<SectionKind> {
    let has = |key| section.own(key).is_some();
    let has_role = has("sso_account_id") || has("sso_role_name");
    let is_block =
        |value: Value<'_>| value.is_nested() && value.nested().all(|entry| known::SERVICE.contains(&entry.key()));
    if has("sso_start_url") && !has_role && (has("sso_registration_scopes") || named.sessions.contains(name)) {
        Some(SectionKind::SsoSession)
    } else if named.services.contains(name) && section.entries().all(is_block) {
        Some(SectionKind::Services)
    } else {
        let mut keys = section.entries().map(Value::key);
        keys.any(|key| known::PROFILE.contains(&key))
            .then_some(SectionKind::Profile)
    }
}

/// The mistake, and what the header was meant to define.
fn in_credentials(profiles: &ProfileSet, section: Section<'_>) -> Option<((SectionKind, String), Mistake)> {
    let header = section.header();
    let Written { kind, name } = Written::of(header);
    let bare = |name: String, what: &str| {
        let profile = profiles.profile(&name);
        let is_there = profile.is_some_and(|profile| profile.credentials_section().is_some());
        let instead = there(&format!("`[{}]`", shown(&name)), is_there);
        Some(((SectionKind::Profile, name), mistake(section, what, instead, true)))
    };
    match kind {
        Some(SectionKind::Profile) if is_prefixed(header) => {
            let what = format!("defines the profile `{}` in the credentials file", shown(header));
            bare(name, &what)
        }
        Some(kind) if is_prefixed(header) => {
            let what = "defines a profile in the credentials file";
            let instead = format!("move the section to the config file, as {}", bracketed(kind, &name));
            Some(((kind, name), mistake(section, what, instead, true)))
        }
        _ if is_default(header) && profiles.profile("default").is_none() => {
            let what = format!("defines the profile `{}`, not the default", shown(header));
            bare("default".to_owned(), &what)
        }
        _ => bare(
            unwrapped(header)?.to_owned(),
            "defines a profile with these quotes or blanks in its name",
        ),
    }
}

/// Whether the first word is followed by what a bare name seldom holds.
fn is_prefixed(header: &str) -> bool {
    let header = header.trim();
    let is_word = |(word, _): &(&str, SectionKind)| header.len() > word.len() && header.as_bytes()[word.len()] == b':';
    header.contains([' ', '\t']) || KINDS.iter().any(is_word)
}

/// A name without the quotes or blanks around it, if there are any.
fn unwrapped(header: &str) -> Option<&str> {
    let plain = header.trim_matches([' ', '\t', '"', '\'']);
    (!plain.is_empty() && plain != header).then_some(plain)
}

/// `[DEFAULT]`, which passes its keys on and defines nothing, where it gives credentials.
fn default_sections(document: &Document) -> impl Iterator<Item = Mistake> {
    const CREDENTIALS: [&str; 4] = ["aws_access_key_id", "credential_process", "role_arn", "sso_account_id"];
    let sections = document.default_sections();
    let gives = |section: &Section<'_>| section.entries().any(|value| CREDENTIALS.contains(&value.key()));
    sections.filter(gives).map(|section| Mistake {
        code: MistakeCode::CapitalDefault,
        ..mistake(
            section,
            "is no profile: it gives its keys to every profile of the file",
            "for the default profile write `[default]`".to_owned(),
            false,
        )
    })
}

/// `default` in other letters, or with a slip; a number behind it makes another name.
fn is_default(name: &str) -> bool {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphabetic());
    name != "default" && is_word && (name.eq_ignore_ascii_case("default") || near::slipped(name, ["default"]).is_some())
}

/// `header` is what was meant; a second section of that name would replace the first.
fn there(header: &str, is_there: bool) -> String {
    if is_there {
        format!("move its lines to {header}")
    } else {
        format!("there it must be {header}")
    }
}

/// The header as botocore reads it.
fn bracketed(kind: SectionKind, name: &str) -> String {
    let is_plain = !name.contains(|c: char| c.is_whitespace() || "\"'\\".contains(c));
    let word = match name {
        name if name.is_empty() || redact::holds_secret(name) => "NAME".to_owned(),
        name if is_plain => shown(name),
        name if name.contains(['"', '\\']) => format!("'{}'", shown(name)),
        name => format!("\"{}\"", shown(name)),
    };
    if (kind, name) == (SectionKind::Profile, "default") {
        return "`[default]`".to_owned();
    }
    format!("`[{} {word}]`", prefix(kind))
}

fn mistake(section: Section<'_>, what: &str, instead: String, is_certain: bool) -> Mistake {
    Mistake {
        code: MistakeCode::Header,
        place: section.place(),
        profile: None,
        what: format!("`[{}]` {what}", shown(section.header())),
        instead,
        is_certain,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn set(config: &str, credentials: &str) -> ProfileSet {
        let document = |path, text: &str| Document::parse(Path::new(path), text.as_bytes().to_vec());
        let documents = (document("config", config), document("credentials", credentials));
        ProfileSet::new(Some(documents.0), Some(documents.1)).unwrap()
    }

    fn said(config: &str, credentials: &str) -> Vec<String> {
        let all = all(&set(config, credentials));
        all.iter()
            .map(|found| format!("{}: {}: {}", found.place, found.what, found.instead))
            .collect()
    }

    /// What a header of the config file with a region should be.
    fn instead(header: &str) -> String {
        let found = all(&set(&format!("[{header}]\nregion = eu-west-1\n"), ""));
        assert!(
            found.len() < 2 && found.iter().all(|found| found.is_certain),
            "{found:?}"
        );
        found.first().map(|found| found.instead.clone()).unwrap_or_default()
    }

    #[test]
    fn headers_of_the_config_file() {
        for (header, right) in [
            ("stage", "[profile stage]"),
            ("prfile x", "[profile x]"),
            ("proifle x", "[profile x]"),
            ("Profile x", "[profile x]"),
            ("PROFILE x", "[profile x]"),
            ("profile:x", "[profile x]"),
            ("profile: x", ""),
            ("profile.x", "[profile x]"),
            ("profile=x", "[profile x]"),
            ("profile/x", "[profile x]"),
            ("profile-x", "[profile x]"),
            ("profile_x", "[profile x]"),
            ("prfile:x", "[profile x]"),
            ("profile my company", "[profile \"my company\"]"),
            ("my company", "[profile \"my company\"]"),
            ("profile my company's", "[profile \"my company's\"]"),
            ("profile \"x", "[profile x]"),
            ("profile x\"", "[profile x]"),
            ("profile o'brien", "[profile \"o'brien\"]"),
            ("\"profile x\"", "[profile x]"),
            (" profile x", "[profile x]"),
            ("[profile x]", "[profile x]"),
            ("profile", "[profile NAME]"),
            ("profiles", "[profile NAME]"),
            ("profilex9", "[profile x9]"),
            ("profilestage", "[profile stage]"),
            ("Profiledev", "[profile dev]"),
            ("sso-sessioncorp", "[sso-session corp]"),
            ("profile \"a b\" c", "[profile \"a b c\"]"),
            ("profile 'a b' c", "[profile \"a b c\"]"),
            ("session x", "[profile \"session x\"]"),
            ("plugin", "[profile plugin]"),
            ("Default", "[default]"),
            ("defualt", "[default]"),
            ("defaults", "[default]"),
            ("default2", "[profile default2]"),
            ("profile x] # see [y", "[profile x]"),
            ("]", "[profile NAME]"),
            ("sso_session x", "[sso-session x]"),
            ("sso-sesion x", "[sso-session x]"),
            ("sso session x", "[sso-session x]"),
            ("SSO-Session x", "[sso-session x]"),
            ("ssosession x", "[sso-session x]"),
            ("sso_session:x", "[sso-session x]"),
            ("sso_session my org", "[sso-session \"my org\"]"),
            ("service x", "[services x]"),
            ("Services x", "[services x]"),
            ("servces x", "[services x]"),
            ("profile x", ""),
            ("profile  x", ""),
            ("profile\tx", ""),
            ("profile \"x y\"", ""),
            ("default", ""),
            ("sso-session x", ""),
            ("services x", ""),
            ("plugins", ""),
            ("preview", ""),
            ("granted_registry_start corp", ""),
        ] {
            let is_read = right.is_empty();
            let right = if is_read {
                String::new()
            } else {
                format!("there it must be `{right}`")
            };
            assert_eq!(instead(header), right, "{header}");
        }
    }

    #[test]
    fn one_file_for_both_is_read_by_both_rules() {
        let text = "[default]\nregion = r\n[b]\nregion = r\n[profile c]\nregion = r\n[sso-session s]\nsso_region = r\n\
                    [prfile d]\nregion = r\n";
        let document = || Document::parse(Path::new("both"), text.as_bytes().to_vec());
        let set = ProfileSet::new(Some(document()), Some(document())).unwrap();
        let found: Vec<_> = super::super::all(&set)
            .into_iter()
            .map(|found| found.place.line)
            .collect();
        assert_eq!(found, [9]);
    }

    #[test]
    fn a_bare_section_is_what_its_keys_say() {
        let session = "[corp]\nsso_start_url = https://x\nsso_region = eu-west-1\n";
        let uses = "[profile a]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = r\n";
        let is = |text: &str, right: &str| assert!(said(text, "")[0].ends_with(right), "{:?}", said(text, ""));
        is(session, "`[profile corp]`");
        is(&format!("{session}{uses}"), "`[sso-session corp]`");
        is(
            &format!("{session}sso_registration_scopes = sso:account:access\n"),
            "`[sso-session corp]`",
        );
        let services = "[local]\ns3 =\n  endpoint_url = http://x\n";
        is(
            &format!("{services}[profile a]\nservices = local\n"),
            "`[services local]`",
        );
        let unread = &said("[notes]\ntitle = x\n", "")[0];
        assert_eq!(
            unread,
            "config:1: no AWS program reads the section `[notes]`: if it is a profile, it must be `[profile notes]`"
        );
        assert!(!all(&set("[notes]\n", ""))[0].is_certain);
    }

    #[test]
    fn a_bare_section_that_is_no_profile() {
        let all = said(
            "[session v]\nsso_region = r\n[SSO x]\nsso_start_url = u\n[session p]\nsso_start_url = u\nsso_account_id = 1\n\
             [plugin]\nx = y\n[Preview]\ny = z\n",
            "",
        );
        let instead: Vec<_> = all.iter().map(|text| text.rsplit(": ").next().unwrap()).collect();
        assert_eq!(
            instead,
            [
                "there it must be `[sso-session v]`",
                "there it must be `[sso-session x]`",
                "there it must be `[profile \"session p\"]`",
                "did you mean `[plugins]`?",
                "did you mean `[preview]`?"
            ]
        );
    }

    #[test]
    fn headers_of_the_credentials_file() {
        let keys = "\naws_access_key_id = AKIA\naws_secret_access_key = s\n";
        for (header, right) in [
            ("profile x", "there it must be `[x]`"),
            ("Profile x", "there it must be `[x]`"),
            ("profile:x", "there it must be `[x]`"),
            ("prfile x", "there it must be `[x]`"),
            ("profile \"x y\"", "there it must be `[x y]`"),
            ("\"x\"", "there it must be `[x]`"),
            (" x ", "there it must be `[x]`"),
            (" profile-x ", "there it must be `[profile-x]`"),
            ("Default", "there it must be `[default]`"),
            ("defualt", "there it must be `[default]`"),
            (
                "sso-session x",
                "move the section to the config file, as `[sso-session x]`",
            ),
            (
                "sso_session x",
                "move the section to the config file, as `[sso-session x]`",
            ),
            ("services x", "move the section to the config file, as `[services x]`"),
            (
                "sso-sesion x",
                "move the section to the config file, as `[sso-session x]`",
            ),
            ("x", ""),
            ("x y", ""),
            ("profile-x", ""),
            ("profile_x", ""),
            ("profiler", ""),
            ("services", ""),
            ("default", ""),
            ("default2", ""),
            ("a:b", ""),
            ("o'brien", ""),
        ] {
            let found = all(&set("", &format!("[{header}]{keys}")));
            let instead = found.first().map(|found| found.instead.clone()).unwrap_or_default();
            assert_eq!(instead, right, "{header}");
        }
        assert!(said("[default]\nregion = r\n", &format!("[Default]{keys}")).is_empty());
    }

    #[test]
    fn a_section_that_is_there_takes_the_lines() {
        let said = said(
            "[stage]\nregion = r\n[profile stage]\nregion = r\n[Default]\noutput = json\n[default]\nregion = r\n",
            "[x]\nregion = r\n[profile x]\nregion = r\n",
        );
        let instead: Vec<_> = said.iter().map(|text| text.rsplit(": ").next().unwrap()).collect();
        assert_eq!(
            instead,
            [
                "move its lines to `[profile stage]`",
                "move its lines to `[default]`",
                "move its lines to `[x]`"
            ]
        );
    }

    #[test]
    fn what_would_define_a_name() {
        let profiles = set(
            "[stage]\n[sso_session corp]\n[profile a]\n",
            "[profile b]\nregion = r\n",
        );
        let found = |kind, name| defining(&profiles, kind, name).map(|found| (found.place.to_string(), found.instead));
        let there = |place: &str, instead: &str| Some((place.to_owned(), format!("there it must be `{instead}`")));
        assert_eq!(
            found(SectionKind::Profile, "stage"),
            there("config:1", "[profile stage]")
        );
        assert_eq!(
            found(SectionKind::SsoSession, "stage"),
            there("config:1", "[sso-session stage]")
        );
        assert_eq!(
            found(SectionKind::SsoSession, "corp"),
            there("config:2", "[sso-session corp]")
        );
        assert_eq!(found(SectionKind::Profile, "corp"), None);
        assert_eq!(found(SectionKind::Profile, "b"), there("credentials:1", "[b]"));
        assert_eq!(found(SectionKind::Profile, "a"), None);
        assert_eq!(found(SectionKind::Profile, "nosuch"), None);
    }

    #[test]
    fn defaults_that_define_nothing() {
        let keys = "[DEFAULT]\naws_access_key_id = AKIA\naws_secret_access_key = s\n";
        assert!(said("", keys)[0].ends_with("write `[default]`"));
        assert!(said("", &format!("{keys}[default]\nregion = r\n")).is_empty());
        assert!(said("", "[DEFAULT]\nregion = r\n").is_empty());
    }

    #[test]
    fn a_header_that_holds_a_secret_is_not_shown() {
        let text = format!(
            "{:?}",
            said("[wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY]\nregion = r\n", "")
        );
        assert!(!text.contains("K7MDENG") && text.contains("(secret)"), "{text}");
        assert!(text.contains("must be `[profile NAME]`"), "{text}");
    }
}
