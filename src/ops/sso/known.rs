//! What is known of profiles of IAM Identity Center without the network: the account's name, and whether the session is
//! signed in. Reads a token and a listing for each session once, and nothing for other profiles.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::config::Profile;
use crate::credentials::Timestamp;
use crate::env::Env;
use crate::ops::files::Files;
use crate::ops::sso::sessions;
use crate::ops::sso::status::Status;
use crate::provider::Tokens;
use crate::resolve::SsoSession;
use crate::sys::sso::listing::{self, Listing};

/// A profile of IAM Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What its session is named by.
    pub session: String,
    pub role: String,
    /// As the portal listed it.
    pub account_name: Option<String>,
    pub is_signed_in: bool,
    /// Whether a token that has expired is renewed without the user.
    pub is_refreshed: bool,
    /// As [`Status::expires`].
    pub expires: Option<Timestamp>,
}

/// What has been read of a session.
struct Read {
    status: Status,
    listing: Option<Listing>,
}

pub struct Known<'a> {
    files: &'a Files,
    tokens: &'a dyn Tokens,
    env: &'a Env,
    now: Timestamp,
    sessions: RefCell<HashMap<String, Option<Rc<Read>>>>,
}

impl<'a> Known<'a> {
    pub fn new(files: &'a Files, tokens: &'a dyn Tokens, now: Timestamp) -> Self {
        Self {
            files,
            tokens,
            env: &files.env,
            now,
            sessions: RefCell::default(),
        }
    }

    /// `None` for a profile that takes no role of IAM Identity Center by itself.
    pub fn member(&self, profile: Profile<'_>) -> Option<Member> {
        let role = profile.text("sso_role_name")?;
        let account_id = profile.text("sso_account_id")?;
        let word = profile.text("sso_session").or_else(|| profile.text("sso_start_url"))?;
        let read = self.read(word, profile)?;
        let account = read.listing.as_ref().and_then(|listing| listing.account(account_id));
        let name = account.map(|account| account.name.clone());
        Some(Member {
            session: word.to_owned(),
            role: role.to_owned(),
            account_name: name.filter(|name| !name.is_empty()),
            is_signed_in: read.status.is_signed_in(),
            is_refreshed: read.status.is_refreshable,
            expires: read.status.expires,
        })
    }

    fn read(&self, word: &str, profile: Profile<'_>) -> Option<Rc<Read>> {
        if let Some(read) = self.sessions.borrow().get(word) {
            return read.clone();
        }
        let session = self.session(word, profile);
        let read = session.map(|session| {
            Rc::new(Read {
                status: Status::of(self.tokens, &session, self.now),
                listing: listing::find(self.env, &session),
            })
        });
        self.sessions.borrow_mut().insert(word.to_owned(), read.clone());
        read
    }

    fn session(&self, word: &str, profile: Profile<'_>) -> Option<SsoSession> {
        match profile.text("sso_session") {
            Some(_) => sessions::named(self.files, word).ok(),
            None => sessions::of_profile(self.files, profile.name()),
        }
    }
}
