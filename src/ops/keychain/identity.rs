//! The identity of each profile: whose key, through which roles. Compared before and after an edit, so that no edit
//! changes a profile's identity.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::{Error, Kind};
use crate::ops::describe::{self, Show};
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::redact::shown;
use crate::resolve::{self, AssumeRole, BaseSource, Choice, Link, LinkId, Start, Survey};
use crate::secret::Secret;
use crate::text::display;

/// A key that is in files before an edit and in the keychain after it; both count as the same identity.
#[derive(Clone, Copy, Debug)]
pub struct Moved<'a> {
    /// The item's name.
    pub item: &'a str,
    pub access_key_id: &'a str,
}

/// By profile; `None` is what a program gets that names no profile.
type Identities = BTreeMap<Option<String>, Identity>;

/// The ids of the keys that are moved, by item.
type Items<'a> = HashMap<&'a str, &'a str>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    /// No credentials, or an error of this kind.
    Nobody(&'static str),
    /// A number of [`Known`].
    Somebody(usize),
}

/// Each identity once, so that a chain of roles costs one step for each profile: what it adds to the identity below.
#[derive(Default)]
struct Known {
    numbers: HashMap<(Option<usize>, Secret<String>), usize>,
    /// Each with the identity below it, in words.
    steps: Vec<(Option<usize>, String)>,
}

/// A source, or a role on top of one.
struct Step {
    exact: Secret<String>,
    /// For people, who may not see all of it.
    words: String,
}

/// A message names no more roles than these.
const MAX_ROLES: usize = 10;

/// Rejects an edit that would change the identity of a profile.
///
/// # Errors
/// The first profile that would change, and how. `except` may change, because that is the purpose of the edit.
pub fn guard(files: &Files, edits: &[FileEdit], moved: Moved<'_>, except: Option<&str>) -> Result<(), Error> {
    let changes = changes(files, edits, &[moved], except)?;
    changes.into_iter().next().map_or(Ok(()), |change| Err(change.error))
}

/// A profile whose identity an edit would change.
#[derive(Debug)]
pub struct Changed {
    /// `None` if it is what a program gets that names no profile.
    pub profile: Option<String>,
    pub error: Error,
}

/// As [`guard`], with every profile that would change. If several items have one name, the first counts.
///
/// # Errors
/// botocore would reject an edited file.
pub fn changes(
    files: &Files,
    edits: &[FileEdit],
    moved: &[Moved<'_>],
    except: Option<&str>,
) -> Result<Vec<Changed>, Error> {
    let after = files.edited(edits)?;
    let names = files.profiles.names().chain(after.profiles.names()).collect();
    let mut known = Known::default();
    let items = moved.iter().rev().map(|moved| (moved.item, moved.access_key_id));
    let moved: Items<'_> = items.collect();
    let was = known.of(files, &names, &moved);
    let is = known.of(&after, &names, &moved);
    Ok(known.compare(&was, &is, except))
}

impl Known {
    /// Resolves these profiles, and the choice of no profile, without network, keychain or child process.
    fn of(&mut self, files: &Files, names: &BTreeSet<&str>, moved: &Items<'_>) -> Identities {
        let named = names
            .iter()
            .map(|name| (Some((*name).to_owned()), Choice::explicit(*name)));
        let unnamed = (None, resolve::select(None, &files.env));
        files.survey(|survey| {
            let mut links = HashMap::new();
            named
                .chain([unnamed])
                .map(|(name, choice)| (name, self.identity(survey, &mut links, &choice, moved)))
                .collect()
        })
    }

    fn identity(
        &mut self,
        survey: &mut Survey<'_>,
        links: &mut HashMap<LinkId, usize>,
        choice: &Choice,
        moved: &Items<'_>,
    ) -> Identity {
        match survey.outline(choice, None).map(|outline| outline.start) {
            Ok(Start::Base(None)) => Identity::Nobody("no credentials"),
            Ok(Start::Base(Some(base))) => Identity::Somebody(self.number(None, of_base(&base, moved))),
            Ok(Start::Chain(link)) => Identity::Somebody(self.chain(survey, links, link, moved)),
            Err(error) => Identity::Nobody(Error::from(error).kind.as_str()),
        }
    }

    /// `links` are those of this survey that have a number.
    fn chain(
        &mut self,
        survey: &Survey<'_>,
        links: &mut HashMap<LinkId, usize>,
        link: LinkId,
        moved: &Items<'_>,
    ) -> usize {
        let mut path = Vec::new();
        let mut at = link;
        let mut number = loop {
            if let Some(number) = links.get(&at) {
                break *number;
            }
            match survey.link(at) {
                Link::Base(base) => {
                    let number = self.number(None, of_base(base, moved));
                    links.insert(at, number);
                    break number;
                }
                Link::Role(assumed, below) => {
                    path.push((at, role(assumed)));
                    at = *below;
                }
            }
        };
        while let Some((link, role)) = path.pop() {
            number = self.number(Some(number), role);
            links.insert(link, number);
        }
        number
    }

    fn number(&mut self, below: Option<usize>, step: Step) -> usize {
        let next = self.steps.len();
        let number = *self.numbers.entry((below, step.exact)).or_insert(next);
        if number == next {
            self.steps.push((below, step.words));
        }
        number
    }

    fn compare(&self, before: &Identities, after: &Identities, except: Option<&str>) -> Vec<Changed> {
        let mut changed = Vec::new();
        for (name, was) in before {
            let is = after.get(name);
            let is_meant = except.is_some() && name.as_deref() == except;
            // The choice of no profile already resolves to that profile.
            let follows =
                except.is_some_and(|except| name.is_none() && before.get(&Some(except.to_owned())) == Some(was));
            let may_change = is_meant || follows || matches!(was, Identity::Nobody(_));
            if may_change || is == Some(was) {
                continue;
            }
            let who = name
                .as_ref()
                .map_or("commands that name no profile".to_owned(), |name| {
                    format!("`{}`", display(name))
                });
            let is = is.map_or("no profile".to_owned(), |is| self.words(*is));
            let message = format!("the identity of {who} would change from {} to {is}", self.words(*was));
            changed.push(Changed {
                profile: name.clone(),
                error: Error::new(Kind::Failed, message),
            });
        }
        changed
    }

    /// The source and the roles on top, for people.
    fn words(&self, identity: Identity) -> String {
        let mut at = match identity {
            Identity::Nobody(why) => return format!("no identity ({why})"),
            Identity::Somebody(number) => Some(number),
        };
        let mut steps = Vec::new();
        while let Some(number) = at {
            let (below, step) = &self.steps[number];
            steps.push(step.as_str());
            at = *below;
        }
        steps.reverse();
        let more = steps.len().saturating_sub(MAX_ROLES + 1);
        steps.truncate(MAX_ROLES + 1);
        let more = if more > 0 {
            format!(", then {more} more roles")
        } else {
            String::new()
        };
        steps.join(", then ") + &more
    }
}

/// Whose keys the base is of.
fn of_base(base: &BaseSource, moved: &Items<'_>) -> Step {
    let id = match base {
        BaseSource::CredentialProcess(process) => {
            let item = process.keychain.as_deref();
            item.and_then(|item| moved.get(item).copied())
        }
        base => base.access_key_id(),
    };
    let (exact, words) = match id {
        Some(id) => (format!("the key {id}"), describe::the_key(id)),
        None => (describe::source_by(base, &str::to_owned), describe::source(base)),
    };
    Step {
        exact: Secret::new(exact),
        words,
    }
}

fn role(role: &AssumeRole) -> Step {
    let by = |show: Show<'_>| {
        let with: String = describe::parameters_by(role, show)
            .map(|(what, value)| format!(" with {what} {value}"))
            .collect();
        format!("the role {}{with}", show(&role.role_arn))
    };
    Step {
        exact: Secret::new(by(&str::to_owned)),
        words: by(&shown),
    }
}
