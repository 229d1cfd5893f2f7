//! Role chains, hop by hop: botocore's `AssumeRoleProvider`. What lies below a profile is worked out once, however many
//! chains lead there.

use std::collections::{HashMap, HashSet};

use crate::config::{Place, Profile, Value, integer};

use super::plan::{AssumeRole, BaseSource};
use super::read::{as_text, owned, text};
use super::{Error, Inputs, ambient, device, near, source};

/// A link of a chain, the same for every chain that leads through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkId(usize);

/// What a link adds to those below it.
#[derive(Debug)]
pub enum Link {
    Base(BaseSource),
    /// On top of another link.
    Role(AssumeRole, LinkId),
}

/// An error names no more members of a loop than these.
const MAX_MEMBERS: usize = 20;

pub(super) struct Chains<'a> {
    inputs: &'a Inputs<'a>,
    links: Vec<Linked<'a>>,
    failures: Vec<Failure<'a>>,
    /// By profile: what it gives to the profile that has it as its source.
    below: HashMap<&'a str, Below>,
}

struct Linked<'a> {
    link: Link,
    base: LinkId,
    /// The profile whose own credentials are the base; `None` if they are the environment's.
    end: Option<&'a str>,
    /// How many roles are in the chain up to this link.
    roles: usize,
}

#[derive(Clone, Copy)]
enum Below {
    Failed(usize),
    Link(LinkId),
    /// The profile exists and has no credentials.
    Nothing,
}

enum Failure<'a> {
    Error(Error),
    /// How many profiles a walk from here passes until it comes back to `again`.
    Loop {
        length: usize,
        again: &'a str,
    },
}

/// A profile with a role, and the line that names its source.
struct Hop<'a> {
    profile: Profile<'a>,
    role: AssumeRole,
    source: Profile<'a>,
    place: Place,
}

enum Step<'a> {
    /// The role's `credential_source`.
    Ambient(AssumeRole, BaseSource),
    /// The role's `source_profile`.
    Hop(Hop<'a>),
    /// No role, or keys that a source is asked for instead.
    Own,
}

impl<'a> Chains<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>) -> Self {
        Self {
            inputs,
            links: Vec::new(),
            failures: Vec::new(),
            below: HashMap::new(),
        }
    }

    /// The outermost role of the chosen `profile`; `None` if it asks for no role. The role wins over keys in the same
    /// profile.
    pub(super) fn chosen(&mut self, profile: Profile<'a>) -> Result<Option<LinkId>, Error> {
        let Some(role_arn) = role_arn(profile) else {
            return Ok(None);
        };
        if !has_static_keys(profile) {
            return match self.source(profile) {
                Below::Link(link) => Ok(Some(link)),
                Below::Nothing => Ok(None),
                Below::Failed(failure) => Err(self.error(profile, failure)),
            };
        }
        // What a source that leads back here gets are this profile's keys, but a chain from here must not come back.
        let hop = match self.hop(profile, role_arn)? {
            Step::Hop(hop) => hop,
            Step::Ambient(role, base) => return Ok(Some(self.ambient(role, base))),
            Step::Own => return Ok(None),
        };
        let is_own = hop.source.name() == profile.name();
        let below = self.source(hop.source);
        if let Below::Link(LinkId(link)) = below
            && let Linked { end, roles, .. } = &self.links[link]
            && *end == Some(profile.name())
            && !is_own
        {
            let length = roles + 1;
            return Err(self.looped(profile, length, profile.name()));
        }
        if let Below::Failed(failure) = below
            && matches!(self.failures[failure], Failure::Error(_))
            && !is_own
            && let Some(hops) = self.hops(hop.source, profile.name())
        {
            return Err(self.looped(profile, hops + 1, profile.name()));
        }
        match self.on_top(hop, below) {
            Below::Link(link) => Ok(Some(link)),
            Below::Nothing => Ok(None),
            Below::Failed(failure) => Err(self.error(profile, failure)),
        }
    }

    /// How many roles lead from `start` to the profile `end`; `None` if none do.
    fn hops(&self, start: Profile<'a>, end: &str) -> Option<usize> {
        let mut passed = HashSet::new();
        let mut at = start;
        while at.name() != end {
            match self.step(at) {
                Ok(Step::Hop(hop)) if passed.insert(at.name()) => at = hop.source,
                _ => return None,
            }
        }
        Some(passed.len())
    }

    pub(super) fn link(&self, LinkId(id): LinkId) -> &Link {
        &self.links[id].link
    }

    pub(super) fn base(&self, LinkId(id): LinkId) -> (LinkId, Option<&'a str>) {
        let Linked { base, end, .. } = &self.links[id];
        (*base, *end)
    }

    /// What `start` gives as a source. Walks to the end of the chain, or to where an earlier walk has been.
    fn source(&mut self, start: Profile<'a>) -> Below {
        let mut path: Vec<Hop<'a>> = Vec::new();
        let mut passed: HashMap<&'a str, usize> = HashMap::new();
        let mut at = start;
        let mut below = loop {
            let name = at.name();
            if let Some(known) = self.below.get(name) {
                break *known;
            }
            if let Some(&first) = passed.get(name) {
                let length = path.len() - first;
                for hop in path.drain(first..) {
                    let again = hop.profile.name();
                    let failed = self.failed(Failure::Loop { length, again });
                    self.below.insert(again, failed);
                }
                break self.failed(Failure::Loop { length, again: name });
            }
            let found = match self.step(at) {
                Ok(Step::Hop(hop)) => {
                    passed.insert(name, path.len());
                    at = hop.source;
                    path.push(hop);
                    continue;
                }
                Ok(Step::Ambient(role, base)) => Below::Link(self.ambient(role, base)),
                Ok(Step::Own) => match source::of_profile(self.inputs, at, false) {
                    Ok(Some(base)) => Below::Link(self.based(base, Some(name))),
                    Ok(None) => Below::Nothing,
                    Err(error) => self.failed(Failure::Error(error)),
                },
                Err(error) => self.failed(Failure::Error(error)),
            };
            self.below.insert(name, found);
            break found;
        };
        while let Some(hop) = path.pop() {
            let name = hop.profile.name();
            below = self.on_top(hop, below);
            self.below.insert(name, below);
        }
        // The members of a loop have been left out of the path.
        self.below.get(start.name()).copied().unwrap_or(below)
    }

    fn on_top(&mut self, hop: Hop<'a>, below: Below) -> Below {
        match below {
            Below::Link(id) => {
                let Linked { base, end, roles, .. } = self.links[id.0];
                Below::Link(self.push(Link::Role(hop.role, id), base, end, roles + 1))
            }
            Below::Nothing => self.failed(Failure::Error(Error::SourceWithoutCredentials {
                profile: hop.profile.name().to_owned(),
                source: hop.source.name().to_owned(),
                place: Some(hop.place),
            })),
            Below::Failed(failure) => match self.failures[failure] {
                Failure::Loop { length, again } => self.failed(Failure::Loop {
                    length: length + 1,
                    again,
                }),
                Failure::Error(_) => below,
            },
        }
    }

    fn ambient(&mut self, role: AssumeRole, base: BaseSource) -> LinkId {
        let base = self.based(base, None);
        self.push(Link::Role(role, base), base, None, 1)
    }

    fn based(&mut self, base: BaseSource, end: Option<&'a str>) -> LinkId {
        let own = LinkId(self.links.len());
        self.push(Link::Base(base), own, end, 0)
    }

    fn push(&mut self, link: Link, base: LinkId, end: Option<&'a str>, roles: usize) -> LinkId {
        self.links.push(Linked { link, base, end, roles });
        LinkId(self.links.len() - 1)
    }

    fn failed(&mut self, failure: Failure<'a>) -> Below {
        self.failures.push(failure);
        Below::Failed(self.failures.len() - 1)
    }

    /// A source with keys of its own is not asked for its role.
    fn step(&self, profile: Profile<'a>) -> Result<Step<'a>, Error> {
        match role_arn(profile).filter(|_| !has_static_keys(profile)) {
            Some(role_arn) => self.hop(profile, role_arn),
            None => Ok(Step::Own),
        }
    }

    fn hop(&self, profile: Profile<'a>, role_arn: Value<'a>) -> Result<Step<'a>, Error> {
        let role = role(profile, role_arn)?;
        let name = || profile.name().to_owned();
        match (text(profile, "source_profile")?, text(profile, "credential_source")?) {
            (Some((_, source_profile)), Some((_, credential_source))) => Err(Error::BothSources {
                profile: name(),
                source_profile,
                credential_source,
            }),
            (None, None) => Err(Error::NoSource {
                profile: name(),
                place: role_arn.place(),
            }),
            (None, Some((source, place))) => {
                let base = ambient::named(self.inputs, profile.name(), source, &place)?;
                Ok(Step::Ambient(role, base))
            }
            (Some((source, place)), None) => match self.inputs.profiles.profile(source) {
                Some(source) => Ok(Step::Hop(Hop {
                    profile,
                    role,
                    source,
                    place,
                })),
                None => Err(Error::SourceMissing {
                    profile: name(),
                    source: source.to_owned(),
                    place,
                    near: near(self.inputs, source, self.inputs.profiles.names()),
                }),
            },
        }
    }

    fn error(&self, start: Profile<'a>, failure: usize) -> Error {
        match &self.failures[failure] {
            Failure::Error(error) => error.clone(),
            Failure::Loop { length, again } => self.looped(start, *length, again),
        }
    }

    /// A walk of `length` profiles from `start`, which comes back to `again`.
    fn looped(&self, start: Profile<'a>, length: usize, again: &str) -> Error {
        let mut members = Vec::new();
        let mut at = Some(start);
        while let Some(profile) = at.filter(|_| members.len() < length.min(MAX_MEMBERS)) {
            let Ok(Some((source, place))) = text(profile, "source_profile") else {
                break;
            };
            members.push((profile.name().to_owned(), place));
            at = self.inputs.profiles.profile(source);
        }
        Error::InfiniteLoop {
            more: length - members.len(),
            members,
            again: again.to_owned(),
        }
    }
}

/// The role that a profile asks for; with a token file the web identity provider handles the profile.
pub(super) fn role_arn(profile: Profile<'_>) -> Option<Value<'_>> {
    profile
        .get("role_arn")
        .filter(|_| profile.get("web_identity_token_file").is_none())
}

fn has_static_keys(profile: Profile<'_>) -> bool {
    profile.get("aws_access_key_id").is_some() || profile.get("aws_secret_access_key").is_some()
}

fn role(profile: Profile<'_>, role_arn: Value<'_>) -> Result<AssumeRole, Error> {
    let (arn, place) = as_text(profile, role_arn)?;
    Ok(AssumeRole {
        profile: profile.name().to_owned(),
        role_arn: arn.to_owned(),
        role_session_name: owned(profile, "role_session_name")?.filter(|name| !name.is_empty()),
        external_id: owned(profile, "external_id")?,
        mfa: device::of_role(profile)?,
        duration_seconds: text(profile, "duration_seconds")?.and_then(|(value, _)| integer(value)?.try_into().ok()),
        place: Some(place),
    })
}
