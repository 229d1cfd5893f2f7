//! `awsenv sessions list`: what is kept, and what the AWS CLI has in its cache. Calls nothing.

use serde_json::{Value, json};

use crate::cli::SessionsListArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::keychain::last_four;
use crate::ops::codes::Source;
use crate::ops::files::Files;
use crate::ops::mfa::{Takes, Use, Uses};
use crate::ops::table;
use crate::provider::Tokens as _;
use crate::redact;
use crate::resolve::{BaseSource, Choice, CredentialPlan, SsoSession};
use crate::session::{Kind, Session};
use crate::sys::clock::local;
use crate::text::display;

const HEADER: [&str; 6] = ["PROFILE", "KIND", "ACCOUNT", "ROLE", "KEY", "EXPIRES"];

/// What the AWS CLI has is listed like a kind of session.
const CLI_CACHE: &str = "cli-cache";

struct Row {
    session: Session,
    kind: &'static str,
    /// Its name, if it is known.
    role: Option<String>,
    /// Whether awsenv gets the next one without asking the user.
    is_renewable: bool,
}

pub(super) fn run(context: &Context, args: &SessionsListArgs) -> Outcome {
    let rows = rows(context);
    if args.json {
        let rows: Vec<Value> = rows.iter().map(as_json).collect();
        return Outcome::Text(redact::json(rows.into()), 0);
    }
    if rows.is_empty() {
        context.ui.notice("there are no sessions");
    }
    let cells = rows.iter().map(|row| as_cells(row, context.process.now)).collect();
    Outcome::Text(table::of(context, HEADER, cells), 0)
}

/// By profile, and of each the one that lasts longest first; then those of the AWS CLI.
fn rows(context: &Context) -> Vec<Row> {
    let mut own = context.sessions().all();
    own.sort_by(|a, b| (&a.profile, b.ends(), &a.role_arn).cmp(&(&b.profile, a.ends(), &b.role_arn)));
    let files = (!own.is_empty()).then(|| Files::load(context).ok()).flatten();
    let own = own.into_iter().map(|session| {
        let choice = Choice::explicit(&session.profile);
        let plan = files.as_ref().and_then(|files| files.resolve(&choice, None).ok());
        Row {
            kind: session.kind.as_str(),
            role: role(&session).or_else(|| permitted(&session, plan.as_ref()?)),
            is_renewable: match session.kind {
                Kind::Mfa => has_program(context, files.as_ref(), &session.profile),
                Kind::Role | Kind::Sso => plan.is_some_and(|plan| needs_no_person(context, &plan)),
            },
            session,
        }
    });
    let mut theirs = context.cli_cache().all(context.process.now);
    theirs.sort_by(|a, b| (&a.arn, b.ends()).cmp(&(&b.arn, a.ends())));
    let theirs = theirs.into_iter().map(|session| Row {
        kind: CLI_CACHE,
        role: role(&session),
        is_renewable: false,
        session,
    });
    own.chain(theirs).collect()
}

/// Whether the profile's next keys take no code and no login.
fn needs_no_person(context: &Context, plan: &CredentialPlan) -> bool {
    let is_asked = match &plan.base {
        None | Some(BaseSource::Login(_)) => true,
        Some(BaseSource::Sso(sso)) => !is_signed_in(context, &sso.session),
        Some(_) => false,
    };
    let needs_none = |of: &Use| match of.takes {
        Takes::Nothing => true,
        // While the session below lasts, the role takes no code.
        Takes::Session { .. } if of.kept.is_some() => true,
        Takes::Session { .. } | Takes::Role { .. } => !Source::of(context, &of.device).is_person(),
    };
    !is_asked && Uses::of(context, plan).is_ok_and(|uses| uses.devices.iter().all(needs_none))
}

/// Whether a program gives the codes for the sessions of a user, for any profile that begins with the user's keys.
fn has_program(context: &Context, files: Option<&Files>, user: &str) -> bool {
    let of_profile = |name: &str| {
        let plan = files?.resolve(&Choice::explicit(name), None).ok()?;
        let device = plan
            .roles
            .first()
            .map_or(plan.user_device(), |role| role.mfa.as_ref())?;
        (plan.owner(name) == user).then(|| !Source::of(context, device).is_person())
    };
    let profiles = files.iter().flat_map(|files| files.profiles.profiles());
    let mut with_device = profiles.filter(|profile| profile.get("mfa_serial").is_some());
    context.settings().mfa.process.is_some() || with_device.any(|profile| of_profile(profile.name()) == Some(true))
}

fn is_signed_in(context: &Context, session: &SsoSession) -> bool {
    let now = context.process.now;
    let token = context.tokens().find(session);
    token.is_some_and(|token| token.expires > now || token.is_renewable(now))
}

fn as_json(row: &Row) -> Value {
    let Row { session, .. } = row;
    let profile = Some(&session.profile).filter(|profile| !profile.is_empty());
    json!({
        "profile": profile, "kind": row.kind, "role_arn": session.role_arn,
        "account_id": session.credentials.account_id, "access_key_id": masked(session),
        "obtained": session.obtained.to_rfc3339(), "expires": session.ends().to_rfc3339(),
        "renewable": row.is_renewable,
    })
}

fn as_cells(row: &Row, now: Timestamp) -> [String; 6] {
    let Row { session, kind, .. } = row;
    let account = session.credentials.account_id.as_deref();
    let end = local(session.ends()).unwrap_or_default();
    let expires = match session.ends() > now {
        true => end,
        false => format!("{end} (expired)"),
    };
    [
        display(&session.profile),
        (*kind).to_owned(),
        account.map(display).unwrap_or_default(),
        row.role.as_deref().map(display).unwrap_or_default(),
        masked(session),
        expires,
    ]
}

/// Its name, out of whichever ARN is known.
fn role(session: &Session) -> Option<String> {
    let name = match &session.role_arn {
        Some(role_arn) => role_arn.rsplit('/').next(),
        None => session.arn.as_ref()?.split('/').nth(1),
    };
    name.map(str::to_owned)
}

/// The role that IAM Identity Center gives to the profile, for which no ARN is known.
fn permitted(session: &Session, plan: &CredentialPlan) -> Option<String> {
    match &plan.base {
        Some(BaseSource::Sso(sso)) if session.kind == Kind::Sso => Some(sso.role_name.clone()),
        _ => None,
    }
}

/// Hides all of the key id except its end.
fn masked(session: &Session) -> String {
    format!("****{}", display(last_four(&session.credentials.access_key_id)))
}
