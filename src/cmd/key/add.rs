//! `awsenv key add`: stores an access key that is typed or piped in, and makes the profile use it.

use crate::cli::KeyAddArgs;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::journal::Undo;
use crate::keychain::last_four;
use crate::ops::ask::Questions;
use crate::ops::edit::FileEdit;
use crate::ops::files::Files;
use crate::ops::keychain::deposit::{self, Deposit};
use crate::ops::keychain::transaction::{self, Plan, Rules, Sharers, Stored};
use crate::ops::keychain::typed::{self, Typed};
use crate::ops::keychain::{attach, line, pair, store_to_write};
use crate::ops::{ask, choose};
use crate::text::display;

/// Where a piped key is.
const STDIN: &str = "stdin: ";

/// Stores the key before the profile gets its line.
pub(super) fn run(context: &Context, args: KeyAddArgs) -> Result<Outcome, Error> {
    let profile = choose::utf8(&args.profile)?;
    let shown = display(profile);
    if !args.rest.is_empty() {
        let message = "a key does not belong on the command line, where every program can read it";
        // The extra word may be the secret, so it is not shown.
        return Err(Error::new(Kind::Usage, message).hint("`awsenv key add PROFILE` asks for it; `--stdin` reads it"));
    }
    let name = args.item.as_deref().unwrap_or(profile);
    let value = line::value(context, profile, name)?;
    // Reports what is impossible before anything is typed.
    let files = Files::load(context)?;
    let edits = attach::attach(&files, profile, name, &value, args.replace)?;
    let typed = if args.stdin {
        let typed = typed::piped()?;
        pair::check(STDIN, &typed.id, &typed.secret, args.any_shape)?;
        if !args.any_shape {
            pair::mind(context, STDIN, &typed.secret, true)?;
        }
        typed
    } else {
        asked(context, name, &args, &edits)?
    };

    let found = files.profiles.profile(profile);
    let item = deposit::item(context, found, &typed.id, typed.secret.expose());
    let plan = |files: &Files| {
        Ok(Some(Plan {
            deposit: Deposit {
                profile: profile.to_owned(),
                name: name.to_owned(),
                item: item.clone(),
                replace: args.replace,
            },
            edits: attach::attach(files, profile, name, &value, args.replace)?,
            title: format!("add the key of `{shown}`"),
            undo: Undo::Journal,
            rules: Rules {
                sharers: if args.replace { Sharers::Warn } else { Sharers::Ignore },
                may_change: true,
                ..Rules::default()
            },
        }))
    };
    if let Some(Stored { store, .. }) = transaction::store(context, &context.keychain(), &files, plan)? {
        let (last_four, store) = (last_four(&item.access_key_id), store.described());
        context
            .ui
            .notice(&format!("the key ****{last_four} of `{shown}` is in {store}"));
    }
    Ok(Outcome::Done(0))
}

/// `edits` are those of the files.
fn asked(context: &Context, name: &str, args: &KeyAddArgs, edits: &[FileEdit]) -> Result<Typed, Error> {
    ask::check(
        context,
        "use `--stdin` to read the key from stdin: the id and the secret on a line each, or JSON",
    )?;
    let keychain = context.keychain();
    store_to_write(&keychain, name)?;
    deposit::present(&keychain, name, args.replace)?;
    transaction::check_ready(context, &keychain, edits)?;
    let typed = typed::asked(&mut Questions::begin(context)?, None, args.any_shape)?;
    typed.ok_or_else(Error::cancelled)
}
