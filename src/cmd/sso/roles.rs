//! `awsenv sso roles`: the roles that a portal gives, in one account or in all.

use serde_json::{Value, json};

use crate::cli::SsoRolesArgs;
use crate::context::{Context, Outcome};
use crate::error::Error;
use crate::ops::files::Files;
use crate::ops::sso::gather::{self, Wants, gather};
use crate::ops::sso::portal::Portal;
use crate::ops::sso::sessions;
use crate::ops::sso::template::Listed;
use crate::ops::table;
use crate::redact;
use crate::text::display;

const HEADER: [&str; 3] = ["NAME", "ACCOUNT", "ROLE"];

pub(super) fn run(context: &Context, args: &SsoRolesArgs) -> Result<Outcome, Error> {
    let files = Files::load(context)?;
    let wanted = args.portal.session.as_deref();
    let session = sessions::chosen(context, &files, wanted, "awsenv sso roles --session NAME")?;
    let portal = Portal::of(context, &files, &session, files.calls(None));
    let wants = args.account.as_deref().map_or(Wants::All, Wants::Roles);
    let gathered = gather(context, &session, &portal, wants, args.portal.refresh)?;
    gather::warn(context, &gathered.refused);
    let roles = gathered.roles();
    let status = u8::from(!gathered.refused.is_empty());
    if args.json {
        let rows: Vec<Value> = roles.iter().map(as_json).collect();
        return Ok(Outcome::Text(redact::json(rows.into()), status));
    }
    if roles.is_empty() && status == 0 {
        context.ui.notice("you have no role there");
    }
    let cells = roles
        .iter()
        .map(|role| [&role.account_name, &role.account_id, &role.role].map(|text| display(text)));
    Ok(Outcome::Text(table::of(context, HEADER, cells.collect()), status))
}

fn as_json(role: &Listed) -> Value {
    json!({ "account_id": role.account_id, "role": role.role })
}
