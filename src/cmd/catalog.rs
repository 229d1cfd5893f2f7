//! All profiles that can be chosen, of the AWS files and of the legacy boto files, as the files alone tell them.

use crate::cmd::Context;
use crate::cmd::describe::{HIDDEN, harmless};
use crate::cmd::inputs::Files;
use crate::cmd::keychain::detach::item_of;
use crate::config::{Kind, Place, Profile, account_of_arn};
use crate::env::session::is_in_use;
use crate::env::state::State;
use crate::resolve;
use crate::ui::display;

/// A profile as lists show it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its exact name.
    pub name: String,
    /// Where its credentials come from.
    pub kind: Kind,
    /// `region`.
    pub region: Option<String>,
    /// The account, where a file says it.
    pub account_id: Option<String>,
    /// `role_arn`.
    pub role_arn: Option<String>,
    /// `source_profile`.
    pub source_profile: Option<String>,
    /// Where it stands.
    pub place: Option<Place>,
}

/// Every profile, in the order of the files; a profile of the AWS files hides a boto profile of the same name.
pub fn entries(files: &Files) -> Vec<Entry> {
    let aws = files.profiles.profiles().map(|profile| {
        let value = |key: &str| profile.text(key).map(safe);
        Entry {
            kind: Kind::of(profile),
            region: value("region"),
            account_id: account_id(profile),
            role_arn: value("role_arn"),
            source_profile: value("source_profile"),
            place: profile.place(),
            name: profile.name().to_owned(),
        }
    });
    let mut entries: Vec<Entry> = aws.collect();
    for (name, place) in files.boto().names() {
        if files.profiles.profile(&name).is_none() {
            entries.push(Entry {
                kind: Kind::Boto,
                region: None,
                account_id: None,
                role_arn: None,
                source_profile: None,
                place: Some(place),
                name,
            });
        }
    }
    entries
}

/// The name of the profile that this shell works as, with awsenv or without.
pub fn active(context: &Context, state: Option<&State>) -> Option<String> {
    let env = &context.process.env;
    match state {
        Some(state) if is_in_use(env, state) => Some(state.profile.clone()),
        _ => {
            let choice = resolve::select(None, env);
            (choice.how != resolve::How::Implicit).then_some(choice.name)
        }
    }
}

/// What a person should know of a profile that awsenv's line and a key in a file both serve: which of them an SDK takes
/// is not what the profile's owner thinks. `aws configure` leaves it so.
pub fn plaintext(profile: Profile<'_>) -> Option<String> {
    item_of(profile)?;
    let id = "aws_access_key_id";
    let key = profile.in_credentials(id).or_else(|| profile.in_config(id))?;
    let name = display(profile.name());
    Some(format!(
        "{}: the key in this file wins over that of `{name}` in the keychain, in some SDKs or in all \
         (awsenv key import {} --replace)",
        key.place(),
        shell_words::quote(&name)
    ))
}

fn account_id(profile: Profile<'_>) -> Option<String> {
    profile
        .text("role_arn")
        .and_then(account_of_arn)
        .or_else(|| profile.text("sso_account_id"))
        .or_else(|| profile.text("aws_account_id"))
        .map(safe)
}

/// A value, unless it has swallowed a secret.
fn safe(text: &str) -> String {
    harmless(text).unwrap_or(HIDDEN).to_owned()
}
