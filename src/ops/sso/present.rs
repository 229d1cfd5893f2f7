//! The profiles that a file has for the roles of a session, and which of them an import made and may remove.

use std::collections::HashSet;

use crate::config::{Profile, ProfileSet, Section, comments};

/// An `[sso-session]` that profiles are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session<'a> {
    pub name: &'a str,
    pub start_url: &'a str,
}

/// A profile with a role of a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present<'a> {
    pub(super) name: &'a str,
    pub(super) account_id: &'a str,
    pub(super) role: &'a str,
    profile: Profile<'a>,
}

/// All keys that an import writes, and the one that people add without making a profile theirs.
const WRITTEN: [&str; 5] = ["sso_session", "sso_account_id", "sso_role_name", "region", "output"];

/// In the order of the files. Legacy profiles count by their start URL, and a profile with a role of its own does not
/// count.
pub(super) fn presents<'a>(profiles: &'a ProfileSet, session: Session<'a>) -> impl Iterator<Item = Present<'a>> {
    profiles.profiles().filter_map(move |profile| {
        let is_of = match profile.text("sso_session") {
            Some(name) => name == session.name,
            None => is_same_portal(profile.text("sso_start_url")?, session.start_url),
        };
        if !is_of || profile.get("role_arn").is_some() {
            return None;
        }
        Some(Present {
            name: profile.name(),
            account_id: profile.text("sso_account_id")?,
            role: profile.text("sso_role_name")?,
            profile,
        })
    })
}

/// Whether two start URLs lead to one portal: the AWS access portal is also copied as `https://…/start/#/`.
pub(super) fn is_same_portal(one: &str, other: &str) -> bool {
    let bare = |url: &str| url.trim_end_matches(['/', '#']).to_ascii_lowercase();
    bare(one) == bare(other)
}

/// A profile whose role is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    pub name: String,
    /// Of its section in the config file.
    pub header: String,
}

/// The profiles whose role is gone.
#[derive(Debug, Default)]
pub struct Lost {
    /// Those that an import could have made, and on which nothing depends.
    pub gone: Vec<Gone>,
    /// The names of the others.
    pub kept: Vec<String>,
}

/// The profiles of a session whose role is not in `listed`. `used` are names that are in use outside the files.
pub fn lost(profiles: &ProfileSet, session: Session<'_>, listed: &HashSet<(&str, &str)>, used: &HashSet<&str>) -> Lost {
    let sources: HashSet<&str> = profiles
        .profiles()
        .filter_map(|profile| profile.text("source_profile"))
        .collect();
    let is_needed = |name: &str| name == "default" || sources.contains(name) || used.contains(name);
    let mut lost = Lost::default();
    for present in presents(profiles, session) {
        if listed.contains(&(present.account_id, present.role)) {
            continue;
        }
        match imported(present.profile).filter(|_| !is_needed(present.name)) {
            Some(section) => lost.gone.push(Gone {
                name: present.name.to_owned(),
                header: section.header().to_owned(),
            }),
            None => lost.kept.push(present.name.to_owned()),
        }
    }
    lost
}

/// The section of a profile that nothing but an import can have written.
fn imported(profile: Profile<'_>) -> Option<Section<'_>> {
    let section = profile.config_section()?;
    let is_ours = |key: &str| WRITTEN.contains(&key);
    let is_plain = section
        .entries()
        .all(|entry| is_ours(entry.key()) && !entry.is_nested());
    let is_new_style = section.own("sso_session").is_some();
    let is_alone = profile.credentials_section().is_none();
    (is_plain && is_new_style && is_alone && !comments::is_commented(section)).then_some(section)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Document;

    #[test]
    fn only_what_an_import_could_have_made_goes() {
        const KEYS: &str = "sso_session = corp\nsso_account_id = 111111111111\nsso_role_name = R\n";
        let config = [
            format!("[profile gone]\n{KEYS}region = r\noutput = json\n"),
            format!("[profile kept]\n{}", KEYS.replace('R', "Listed")),
            format!("[profile edited]\n{KEYS}cli_pager =\n"),
            format!("[profile block]\n{KEYS}region =\n  a = b\n"),
            format!("[profile source]\n{KEYS}"),
            "[profile chained]\nsource_profile = source\nrole_arn = x\n".to_owned(),
            format!("[profile other]\n{}", KEYS.replace("corp", "other")),
            format!(
                "[profile legacy]\n{}",
                KEYS.replace("sso_session = corp", "sso_start_url = https://c/start")
            ),
            format!("[profile keys]\n{KEYS}"),
            format!("[default]\n{KEYS}"),
            "[profile half]\nsso_session = corp\nsso_account_id = 111111111111\n".to_owned(),
            format!("[profile used]\n{KEYS}"),
            format!("[profile inside]\n; the old one\n{KEYS}"),
            format!("\n# the landing zone\n[profile above]\n{KEYS}"),
            format!("\n[profile 'two words']\n{KEYS}"),
        ];
        let document = |path: &str, text: String| Some(Document::parse(Path::new(path), text.into_bytes()));
        let set = ProfileSet::new(
            document("config", config.concat()),
            document("credentials", "[keys]\naws_access_key_id = x\n".to_owned()),
        );
        let session = Session {
            name: "corp",
            start_url: "https://c/start",
        };
        let listed = HashSet::from([("111111111111", "Listed")]);
        let lost = lost(&set.unwrap(), session, &listed, &HashSet::from(["used"]));
        let headers: Vec<&str> = lost.gone.iter().map(|gone| gone.header.as_str()).collect();
        assert_eq!(headers, ["profile gone", "profile 'two words'"]);
        let kept = [
            "edited", "block", "source", "legacy", "keys", "default", "used", "inside", "above",
        ];
        assert_eq!(lost.kept, kept);
    }
}
