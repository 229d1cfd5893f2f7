//! Signing out: the token, and what it has given to this machine. What a registration is, stays.

use std::io;
use std::path::Path;

use crate::awscli::token::Token;
use crate::config::Place;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::ops::files::Files;
use crate::ops::sso::portal::Portal;
use crate::ops::sso::sessions;
use crate::provider::Tokens as _;
use crate::resolve::{BaseSource, Calls, Choice, Link, Sso, SsoSession, Start};
use crate::session::Kind as SessionKind;
use crate::sys::sessions::Which;
use crate::sys::sso::{left, listing};

/// Ends a session's token, and removes its file and the keys that came from it; whether there was a token.
///
/// # Errors
/// What the system says of the first that cannot be removed; the others are.
pub fn one(context: &Context, files: &Files, session: &SsoSession, calls: Calls) -> io::Result<bool> {
    let tokens = context.tokens();
    if let Some(token) = tokens.find(session) {
        end(context, files, session, calls, &token);
    }
    let was_in = tokens.remove(session);
    let mut done = listing::forget(context.env(), session);
    let members = members(files, session);
    let profiles: Vec<&str> = members.iter().map(|(profile, _)| profile.as_str()).collect();
    done = done.and(context.sessions().clear(Which::Profiles(&profiles)).map(drop));
    for (_, sso) in &members {
        done = done.and(left::remove_role(context.env(), sso));
    }
    was_in.and_then(|was_in| done.map(|()| was_in))
}

/// Ends a token at AWS. Where that fails it is gone from here all the same, and ends by itself.
fn end(context: &Context, files: &Files, session: &SsoSession, calls: Calls, token: &Token) {
    if let Err(error) = Portal::of(context, files, session, calls).leave(token) {
        context.ui.narrate(&format!("AWS was not told: {}", error.message));
    }
}

/// The session of a token that no file configures; `None` if the token does not say where it is from.
fn of_token(path: &Path, token: &Token) -> Option<SsoSession> {
    Some(SsoSession {
        name: None,
        start_url: token.start_url.clone()?,
        region: token.region.clone()?,
        region_place: Place {
            file: path.into(),
            line: 1,
        },
        scopes: None,
    })
}

/// Signs out of everything, also of what no file configures any more; how many tokens there were.
///
/// # Errors
/// As [`one`].
pub fn all(context: &Context, files: &Files) -> Result<usize, Error> {
    let mut left: Vec<io::Result<usize>> = Vec::new();
    for session in sessions::all(files) {
        left.push(one(context, files, &session, files.calls(None)).map(usize::from));
    }
    for (path, token) in left::tokens(context.env()) {
        if let Some(session) = of_token(&path, &token) {
            end(context, files, &session, files.calls(None), &token);
        }
    }
    left.push(left::remove_tokens(context.env()));
    left.push(left::remove_roles(context.env()).map(|()| 0));
    left.push(context.sessions().clear(Which::Kind(SessionKind::Sso)).map(|_| 0));
    left.push(listing::forget_all(context.env()).map(|()| 0));
    left.into_iter()
        .sum::<io::Result<usize>>()
        .map_err(|error| Error::new(Kind::Failed, format!("cannot sign out of everything: {error}")))
}

/// The profiles whose keys come from a session, with the role that is taken there.
fn members(files: &Files, session: &SsoSession) -> Vec<(String, Sso)> {
    files.survey(|survey| {
        let found = files.profiles.names().filter_map(|name| {
            let base = match survey.outline(&Choice::explicit(name), None).ok()?.start {
                Start::Base(base) => *base?,
                Start::Chain(link) => match survey.link(survey.base(link).0) {
                    Link::Base(base) => base.clone(),
                    Link::Role(..) => return None,
                },
            };
            match base {
                BaseSource::Sso(sso) if sso.session.cache_name() == session.cache_name() => {
                    Some((name.to_owned(), sso))
                }
                _ => None,
            }
        });
        found.collect()
    })
}
