//! The names of imported profiles: a template with placeholders -> a name that every SDK can read.

use crate::error::{Error, Kind};
use crate::text::display;

/// A role in an account, as a portal lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    pub account_id: String,
    /// Any text, even none.
    pub account_name: String,
    pub role: String,
}

/// What a profile is named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    AccountId,
    AccountName,
    Role,
    Session,
    Text(String),
}

const PLACEHOLDERS: [(&str, Part); 4] = [
    ("account_name", Part::AccountName),
    ("account_id", Part::AccountId),
    ("role", Part::Role),
    ("session", Part::Session),
];

impl Template {
    /// # Errors
    /// An unknown placeholder, or a `{` that no `}` follows.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refused = |message: String| {
            let known = PLACEHOLDERS.map(|(name, _)| format!("{{{name}}}")).join(", ");
            Error::new(Kind::Usage, message).hint(format!("a template is text with {known}"))
        };
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('{') {
            let Some((word, after)) = behind.split_once('}') else {
                return Err(refused(format!(
                    "the template `{}` has a `{{` without a `}}`",
                    display(text)
                )));
            };
            let Some((_, part)) = PLACEHOLDERS.iter().find(|(name, _)| *name == word) else {
                return Err(refused(format!(
                    "unknown placeholder `{{{}}}` in the template",
                    display(word)
                )));
            };
            parts.extend([Part::Text(before.to_owned()), part.clone()]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        if !parts.iter().any(|part| !matches!(part, Part::Text(_))) {
            let message = format!("the template `{}` gives every profile the same name", display(text));
            return Err(refused(message));
        }
        Ok(Self(parts))
    }

    /// A name that every SDK can read; never empty.
    pub(super) fn name(&self, session: &str, role: &Listed) -> String {
        let part = |part: &Part| match part {
            Part::AccountId => role.account_id.clone(),
            Part::AccountName => account(role),
            Part::Role => role.role.clone(),
            Part::Session => session.to_owned(),
            Part::Text(text) => text.clone(),
        };
        let whole: String = self.0.iter().map(part).collect();
        match plain(&whole) {
            name if name.is_empty() => role.account_id.clone(),
            name => name,
        }
    }
}

/// The account's name, or its number where nothing is left of that.
fn account(role: &Listed) -> String {
    match plain(&role.account_name) {
        name if name.is_empty() => role.account_id.clone(),
        name => name,
    }
}

/// The SDKs' own alphabet of names, each run of other characters as one `-`.
pub(super) fn plain(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./%@:+".contains(c);
    let words = text.split(|c: char| !is_plain(c)).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(id: &str, name: &str, role: &str) -> Listed {
        Listed {
            account_id: id.into(),
            account_name: name.into(),
            role: role.into(),
        }
    }

    fn named(template: &str, account: &str, role: &str) -> String {
        Template::parse(template)
            .unwrap()
            .name("corp", &listed("111111111111", account, role))
    }

    #[test]
    fn names_have_only_what_every_sdk_reads() {
        let default = |account: &str, role: &str| {
            let role = listed("111111111111", account, role);
            Template::parse("{account_name}-{role}").unwrap().name("corp", &role)
        };
        for (account, role, name) in [
            ("Prod", "Admin", "Prod-Admin"),
            ("Data  Platform (EU)", "Read Only", "Data-Platform-EU-Read-Only"),
            ("--x--", "=,=", "x"),
            ("", "Admin", "111111111111-Admin"),
            ("北京", "Admin", "111111111111-Admin"),
            ("Über#1", "a=b,c", "ber-1-a-b-c"),
            ("a/b.c@d:e+f%g_h", "R", "a/b.c@d:e+f%g_h-R"),
            ("a]\n[default", "R", "a-default-R"),
        ] {
            assert_eq!(default(account, role), name);
        }
    }

    #[test]
    fn templates_have_four_placeholders() {
        assert_eq!(named("{session}/{account_id}/{role}", "x", "R"), "corp/111111111111/R");
        assert_eq!(named("AWS {account_name}", "x", "R"), "AWS-x");
        assert_eq!(named("{role}", "x", "=="), "111111111111");
        assert_eq!(named("{role}}", "x", "R"), "R");
        for (bad, why) in [
            ("{acount_name}", "unknown placeholder `{acount_name}`"),
            ("{}", "unknown placeholder `{}`"),
            ("{role", "has a `{` without a `}`"),
            ("x", "gives every profile the same name"),
            ("", "gives every profile the same name"),
        ] {
            let error = Template::parse(bad).unwrap_err();
            assert!(error.message.contains(why), "{}", error.message);
            assert_eq!(error.kind, Kind::Usage);
        }
    }
}
