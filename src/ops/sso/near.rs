//! What a mistyped account or role may have meant, out of what a portal has listed before.

use crate::advice::{Advice, Command};
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::near::nearest;
use crate::provider::{self, Asked};
use crate::redact::shown;
use crate::resolve::{BaseSource, CredentialPlan, Sso};
use crate::sys::sso::listing::{self, Account, Listing};
use crate::text::display;

/// In hints.
const MAX_NAMED: usize = 5;

/// The error in words; for a role that AWS does not give, with what the last listing has instead. Asks nobody.
pub fn explained(env: &Env, plan: &CredentialPlan, error: provider::Error) -> Error {
    let is_of_sso = match &error {
        provider::Error::Call { question, .. } => matches!(question.asked, Asked::SsoRole { .. }),
        _ => false,
    };
    let error = Error::from(error);
    match &plan.base {
        Some(BaseSource::Sso(sso)) if is_of_sso && error.kind == Kind::Denied => {
            hints(env, sso).into_iter().fold(error, Error::hint)
        }
        _ => error,
    }
}

fn hints(env: &Env, sso: &Sso) -> Vec<Advice> {
    let Some(listing) = listing::find(env, &sso.session) else {
        return Vec::new();
    };
    let account = shown(&sso.account_id);
    let Some(found) = listing.account(&sso.account_id) else {
        let first = format!("account {account} was not among yours when they were last listed").into();
        let near = nearest(
            &sso.account_id,
            listing.accounts.iter().map(|account| account.id.as_str()),
        );
        let near = near.into_iter().filter_map(|id| listing.account(id)).map(meant);
        return std::iter::once(first).chain(near).collect();
    };
    let roles = found.roles().unwrap_or_default();
    let near = nearest(&sso.role_name, roles.iter().map(String::as_str));
    if roles.is_empty() || !near.is_empty() {
        let near = near
            .into_iter()
            .map(|role| format!("did you mean `{}`?", display(role)).into());
        return near.collect();
    }
    let named: Vec<String> = roles
        .iter()
        .take(MAX_NAMED)
        .map(|role| format!("`{}`", display(role)))
        .collect();
    let more = if roles.len() > MAX_NAMED { ", …" } else { "" };
    let listed = format!(
        "account {account} gave you {}{more} when it was last listed",
        named.join(", ")
    );
    vec![listed.into()]
}

fn meant(account: &Account) -> Advice {
    let id = display(&account.id);
    match account.name.as_str() {
        "" => format!("did you mean {id}?").into(),
        name => format!("did you mean {id}, which is `{}`?", display(name)).into(),
    }
}

/// The account in a session that a word names: by its number, else by its name, in any case if only one has it.
///
/// # Errors
/// There is none, or there are several of that name.
pub fn account<'l>(session: &str, listing: &'l Listing, word: &str) -> Result<&'l Account, Error> {
    if let Some(account) = listing.account(word.trim()) {
        return Ok(account);
    }
    let exact: Vec<&Account> = listing.accounts.iter().filter(|account| account.name == word).collect();
    let found = match exact.is_empty() {
        false => exact,
        true => {
            let word = word.trim().to_lowercase();
            let has_it = |account: &&Account| account.name.to_lowercase() == word;
            listing.accounts.iter().filter(has_it).collect()
        }
    };
    match found.as_slice() {
        [account] => return Ok(account),
        [] => {}
        several => {
            let message = format!("{} accounts have the name `{}`", several.len(), display(word));
            let ids = several.iter().take(MAX_NAMED).map(|account| display(&account.id));
            let ids = ids.collect::<Vec<_>>().join(", ");
            return Err(Error::new(Kind::Usage, message).hint(format!("name it by its number: {ids}")));
        }
    }
    let message = format!("you have no account `{}`", display(word));
    let words = listing
        .accounts
        .iter()
        .flat_map(|account| [account.name.as_str(), account.id.as_str()]);
    let near = nearest(word, words.filter(|word| !word.is_empty()));
    let near = near
        .into_iter()
        .map(|near| format!("did you mean `{}`?", display(near)));
    let error = near.fold(Error::new(Kind::Failed, message), Error::hint);
    let accounts = Command::new("awsenv sso accounts").option("--session", session);
    Err(error.hint(Advice::from("see your accounts: ").command(accounts)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::portal;
    use crate::credentials::Timestamp;

    fn listing() -> Listing {
        let accounts = [
            ("111111111111", "Prod"),
            ("222222222222", "Dev"),
            ("333333333333", "dev"),
            ("444444444444", "Data Lake"),
        ];
        let account = |(id, name): (&str, &str)| portal::Account {
            id: id.to_owned(),
            name: name.to_owned(),
            email: String::new(),
        };
        Listing::of(accounts.map(account).into(), Timestamp(0), None)
    }

    #[test]
    fn an_account_is_found_by_number_or_name() {
        let listing = listing();
        let id = |word: &str| account("corp", &listing, word).map(|account| account.id.clone());
        assert_eq!(id("222222222222").unwrap(), "222222222222");
        assert_eq!(id("prod").unwrap(), "111111111111");
        assert_eq!(id("dev").unwrap(), "333333333333");
        assert_eq!(id("Dev").unwrap(), "222222222222");
        assert_eq!(id("data lake").unwrap(), "444444444444");
        assert_eq!(id("DEV").unwrap_err().message, "2 accounts have the name `DEV`");
        let hints = format!("{:?}", id("Data Lke").unwrap_err().hints);
        assert!(hints.contains("did you mean `Data Lake`?"), "{hints}");
        assert_eq!(id("nothing").unwrap_err().message, "you have no account `nothing`");
    }
}
