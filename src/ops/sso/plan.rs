//! Which profiles an import adds, and under which names: a portal's roles and the profiles that exist -> new profiles.

use std::collections::{HashMap, HashSet};

use crate::config::ProfileSet;
use crate::config::edit::check_name;
use crate::ops::sso::present::{Session, presents};
use crate::ops::sso::template::{Listed, Template, plain};

/// A profile to add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New {
    pub name: String,
    pub role: Listed,
}

/// What an import does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the order of the wanted roles.
    pub new: Vec<New>,
    /// The names of the profiles that have a wanted role already.
    pub present: Vec<String>,
}

/// The wanted roles that no profile of the session has, each under a name of its own. `taken` are names beside those of
/// the profiles.
pub fn plan<'t>(
    profiles: &'t ProfileSet,
    taken: impl IntoIterator<Item = &'t str>,
    session: Session<'_>,
    template: &Template,
    wanted: &[Listed],
) -> Plan {
    let mut plan = Plan::default();
    let mut present: HashMap<(&str, &str), &str> = HashMap::new();
    for profile in presents(profiles, session) {
        present
            .entry((profile.account_id, profile.role))
            .or_insert(profile.name);
    }
    let mut seen = HashSet::new();
    let mut missing = Vec::new();
    for role in wanted {
        let key = (role.account_id.as_str(), role.role.as_str());
        match present.get(&key) {
            _ if !seen.insert(key) => {}
            Some(name) => plan.present.push((*name).to_owned()),
            None => missing.push(role),
        }
    }
    let taken: HashSet<&str> = profiles.names().chain(taken).collect();
    let names = names(&taken, session.name, template, &missing);
    let roles = missing.into_iter().cloned();
    plan.new = names
        .into_iter()
        .zip(roles)
        .map(|(name, role)| New { name, role })
        .collect();
    plan
}

/// How a name that is not free is told apart from the others, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Suffix {
    None,
    Account,
    AccountAndRole,
    Number(usize),
}

impl Suffix {
    fn next(self) -> Self {
        match self {
            Self::None => Self::Account,
            Self::Account => Self::AccountAndRole,
            Self::AccountAndRole => Self::Number(2),
            Self::Number(number) => Self::Number(number + 1),
        }
    }

    fn on(self, name: &str, role: &Listed) -> String {
        let Listed { account_id, role, .. } = role;
        plain(&match self {
            Self::None => name.to_owned(),
            Self::Account => format!("{name}-{account_id}"),
            Self::AccountAndRole => format!("{name}-{account_id}-{role}"),
            Self::Number(number) => format!("{name}-{account_id}-{role}-{number}"),
        })
    }
}

/// All that clash get the next suffix, so that a name never depends on the order in which a portal lists its roles; only
/// numbers do.
fn names(taken: &HashSet<&str>, session: &str, template: &Template, roles: &[&Listed]) -> Vec<String> {
    let plain: Vec<String> = roles.iter().map(|role| template.name(session, role)).collect();
    let mut suffixes = vec![Suffix::None; roles.len()];
    loop {
        let suffixed = |at: usize| suffixes[at].on(&plain[at], roles[at]);
        let names: Vec<String> = (0..roles.len()).map(suffixed).collect();
        let mut users: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, name) in names.iter().enumerate() {
            users.entry(name).or_default().push(at);
        }
        let mut is_done = true;
        for (name, users) in users {
            let is_free = !taken.contains(name) && name != "default" && check_name(name).is_ok();
            if is_free && users.len() == 1 {
                continue;
            }
            is_done = false;
            // What has a number already differs in nothing else, so the first may keep it.
            let keeps = usize::from(is_free && matches!(suffixes[users[0]], Suffix::Number(_)));
            for at in users.into_iter().skip(keeps) {
                suffixes[at] = suffixes[at].next();
            }
        }
        if is_done {
            return names;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::config::edit::NewSection;
    use crate::config::{Document, Editor, FileKind, LintCode, lint};

    const CORP: Session<'_> = Session {
        name: "corp",
        start_url: "https://corp.awsapps.com/start",
    };

    fn set(config: &str) -> ProfileSet {
        let document = Document::parse(Path::new("config"), config.as_bytes().to_vec());
        ProfileSet::new(Some(document), None).unwrap()
    }

    fn listed(id: u8, name: &str, role: &str) -> Listed {
        Listed {
            account_id: id.to_string().repeat(12),
            account_name: name.into(),
            role: role.into(),
        }
    }

    fn planned(config: &str, template: &str, wanted: &[Listed]) -> Plan {
        plan(&set(config), [], CORP, &Template::parse(template).unwrap(), wanted)
    }

    fn new(config: &str, template: &str, wanted: &[Listed]) -> Vec<String> {
        let plan = planned(config, template, wanted);
        plan.new.into_iter().map(|new| new.name).collect()
    }

    const DEFAULT: &str = "{account_name}-{role}";

    #[test]
    fn all_that_clash_get_the_account() {
        let wanted = [
            listed(1, "Prod", "Admin"),
            listed(2, "prod", "Admin"),
            listed(3, "Prod", "Admin"),
        ];
        assert_eq!(
            new("", DEFAULT, &wanted),
            ["Prod-Admin-111111111111", "prod-Admin", "Prod-Admin-333333333333"]
        );
        // What is taken by another identity counts too, and so does the default profile.
        assert_eq!(
            new("[profile Prod-Admin]\nregion = r\n", DEFAULT, &wanted[..1]),
            ["Prod-Admin-111111111111"]
        );
        assert_eq!(
            new("", "{role}", &[listed(1, "x", "default")]),
            ["default-111111111111"]
        );
        // A suffix may make another clash.
        let wanted = [
            listed(1, "a", "R"),
            listed(2, "a", "R"),
            listed(3, "a-R", "111111111111"),
        ];
        assert_eq!(
            new("", DEFAULT, &wanted),
            [
                "a-R-111111111111-R",
                "a-R-222222222222",
                "a-R-111111111111-333333333333"
            ]
        );
    }

    #[test]
    fn roles_of_one_account_differ_too() {
        let wanted = [listed(1, "Prod", "Admin"), listed(1, "Prod", "Reader")];
        assert_eq!(
            new("", "{account_name}", &wanted),
            ["Prod-111111111111-Admin", "Prod-111111111111-Reader"]
        );
        let alike = [listed(1, "P", "a=b"), listed(1, "P", "a,b"), listed(1, "P", "a-b")];
        assert_eq!(
            new("", DEFAULT, &alike),
            [
                "P-a-b-111111111111-a-b-2",
                "P-a-b-111111111111-a-b-3",
                "P-a-b-111111111111-a-b-4"
            ]
        );
    }

    #[test]
    fn who_has_a_profile_keeps_it_whatever_its_name() {
        let of = |session: &str, account: u8, role: &str| {
            let account = account.to_string().repeat(12);
            format!("{session}\nsso_account_id = {account}\nsso_role_name = {role}\n")
        };
        let config = format!(
            "[profile mine]\n{}[profile old]\n{}[profile other]\n{}[profile chained]\nrole_arn = x\n{}",
            of("sso_session = corp", 1, "Admin"),
            of("sso_start_url = https://corp.awsapps.com/start/#/", 2, "Admin"),
            of("sso_session = other", 3, "Admin"),
            of("sso_session = corp", 4, "Admin"),
        );
        let wanted = [
            listed(1, "a", "Admin"),
            listed(2, "b", "Admin"),
            listed(3, "c", "Admin"),
            listed(4, "d", "Admin"),
            listed(3, "c", "Admin"),
        ];
        let plan = planned(&config, DEFAULT, &wanted);
        assert_eq!(plan.present, ["mine", "old"]);
        let names: Vec<&str> = plan.new.iter().map(|new| new.name.as_str()).collect();
        assert_eq!(names, ["c-Admin", "d-Admin"]);
    }

    #[test]
    fn a_name_shaped_like_a_key_is_not_written() {
        assert_eq!(
            new("", "{role}", &[listed(1, "x", "AKIAIOSFODNN7EXAMPLE")]),
            ["AKIAIOSFODNN7EXAMPLE-111111111111"]
        );
    }

    fn roles() -> impl Strategy<Value = Vec<Listed>> {
        let name = prop_oneof!["[abA ._=,#\\]\\[-]{0,4}", ".{0,6}", Just("default".to_owned())];
        let role = prop_oneof!["[ab=,@.+-]{1,3}", "\\PC{1,4}"];
        let listed = (1u8..4, name, role).prop_map(|(id, name, role)| listed(id, &name, &role));
        prop::collection::vec(listed, 0..12)
    }

    fn template() -> impl Strategy<Value = &'static str> {
        prop_oneof![
            Just(DEFAULT),
            Just("{role}"),
            Just("{account_name}"),
            Just("{session}"),
            Just("{account_id}:{role}"),
        ]
    }

    proptest! {
        #[test]
        fn names_are_distinct_readable_and_read_back(wanted in roles(), template in template(), taken in "[ab-]{1,3}") {
            let config = format!("[profile {taken}]\nregion = r\n[profile default]\n[sso-session corp]\n");
            let before = set(&config);
            let template = Template::parse(template).unwrap();
            let first = plan(&before, [], CORP, &template, &wanted);
            let new: Vec<NewSection> = first.new.iter().map(|new| {
                let entries = [
                    ("sso_session", "corp".to_owned()),
                    ("sso_account_id", new.role.account_id.clone()),
                    ("sso_role_name", new.role.role.trim().to_owned()),
                ];
                NewSection::profile(&new.name, entries).unwrap()
            }).collect();
            let document = before.config().unwrap();
            let mut editor = Editor::new(document).unwrap();
            editor.add_sections(&new).unwrap();
            let edited = editor.finish().unwrap();
            prop_assert!(edited.bytes.starts_with(config.as_bytes()));
            let after = set(std::str::from_utf8(&edited.bytes).unwrap());
            for new in &first.new {
                prop_assert!(new.name.chars().all(|c| c.is_ascii_alphanumeric() || "_./%@:+-".contains(c)), "{}", new.name);
                prop_assert!(!new.name.starts_with('-') && !new.name.ends_with('-') && !new.name.contains("--"));
                prop_assert!(before.profile(&new.name).is_none() && after.profile(&new.name).is_some());
            }
            prop_assert_eq!(after.names().count(), before.names().count() + first.new.len());
            let lints = lint(after.config().unwrap(), FileKind::Config);
            let unread: Vec<_> = lints.iter().filter(|lint| lint.code == LintCode::ExoticName).collect();
            prop_assert!(unread.is_empty(), "{unread:?}");
            // Again, nothing is new.
            let clean = wanted.iter().all(|role| role.role.trim() == role.role);
            if clean {
                let again = plan(&after, [], CORP, &template, &wanted);
                prop_assert!(again.new.is_empty(), "{:?}", again.new);
                prop_assert_eq!(again.present.len(), first.new.len());
            }
        }

        #[test]
        fn the_order_of_the_listing_names_nobody(wanted in roles(), template in template()) {
            let template = Template::parse(template).unwrap();
            let named = |wanted: &[Listed]| {
                let plan = plan(&set(""), [], CORP, &template, wanted);
                plan.new.into_iter().map(|new| (new.role.account_id, new.role.role, new.name)).collect::<Vec<_>>()
            };
            let mut wanted = wanted;
            // An account has one name.
            wanted.iter_mut().for_each(|role| role.account_name = format!("n{}", &role.account_id[..1]));
            let mut forth = named(&wanted);
            wanted.reverse();
            let mut back = named(&wanted);
            forth.sort();
            back.sort();
            let is_numbered = |name: &str| name.ends_with("-2");
            if !forth.iter().any(|(_, _, name)| is_numbered(name)) {
                prop_assert_eq!(forth, back);
            }
        }
    }
}
