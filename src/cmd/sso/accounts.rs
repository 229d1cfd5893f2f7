//! `awsenv sso accounts`: the accounts that a portal gives.

use serde_json::{Value, json};

use crate::cli::SsoAccountsArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::files::Files;
use crate::ops::sso::gather::{Wants, gather};
use crate::ops::sso::portal::Portal;
use crate::ops::sso::sessions;
use crate::ops::table;
use crate::redact;
use crate::sys::sso::listing::Account;
use crate::text::display;

const HEADER: [&str; 3] = ["NAME", "ACCOUNT", "EMAIL"];

pub(super) fn run(context: &Context, args: &SsoAccountsArgs) -> Result<Outcome, Error> {
    let files = Files::load(context)?;
    let wanted = args.portal.session.as_deref();
    let session = sessions::chosen(context, &files, wanted, "awsenv sso accounts --session NAME")?;
    let portal = Portal::of(context, &files, &session, files.calls(None));
    let mut accounts = gather(context, &session, &portal, Wants::Accounts, args.portal.refresh)?
        .listing
        .accounts;
    accounts.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    if args.json {
        let rows: Vec<Value> = accounts.iter().map(as_json).collect();
        return Ok(Outcome::Text(redact::json(rows.into()), 0));
    }
    if accounts.is_empty() {
        context.ui.notice("you have no account there");
    }
    let cells = accounts
        .iter()
        .map(|account| [&account.name, &account.id, &account.email].map(|text| display(text)));
    Ok(Outcome::Text(table::of(context, HEADER, cells.collect()), 0))
}

fn as_json(account: &Account) -> Value {
    json!({ "account_id": account.id, "name": account.name, "email": account.email })
}
