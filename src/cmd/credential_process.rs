//! `awsenv credential-process`: the keys of a profile as every SDK wants them. No file is read for a key of the keychain.
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

use crate::cli::CredentialProcessArgs;
use crate::cmd::inputs::{self, Files};
use crate::cmd::keychain::{env_of, store_of};
use crate::cmd::switch::Outside;
use crate::cmd::{Context, Outcome, named};
use crate::credentials::Credentials;
use crate::env::Env;
use crate::env::names::AWSENV_ASKED;
use crate::error::{Error, Kind};
use crate::keychain;
use crate::provider;
use crate::resolve::Choice;
use crate::sys::keychain::Keychain;

/// Prints the document. Nobody is asked but the keychain, by its own ways.
pub fn run(context: &Context, args: &CredentialProcessArgs) -> Result<Outcome, Error> {
    if context.process.stdout_tty {
        let message = "a secret is not printed to a terminal";
        return Err(Error::new(Kind::Failed, message)
            .hint("SDKs run this; `awsenv exec PROFILE -- …` gives a program the keys"));
    }
    let profile = named::utf8(&args.profile)?;
    let item = args.item.as_deref().unwrap_or(profile);
    let asked = asked(&context.process.env, profile)?;
    let env = env_of(context);
    let settings = inputs::settings(&env)?;
    let say = |text: &str| context.ui.tell(text);
    let keychain = Keychain::new(&env, &settings.keychain, &say);
    let store = store_of(&keychain, item)?;
    let credentials = match keychain.read(store, item) {
        Ok(keys) => provider::of_item(keys, None),
        // A profile of another kind, such as one of an old boto file, is served too.
        Err(missing @ keychain::Error::Missing { .. }) => of_files(context, &env, profile, item, &asked, missing)?,
        Err(error) => return Err(lost(error.into(), &keychain, item)),
    };
    Ok(Outcome::Keys(provider::document(&credentials)))
}

/// The error of a store that was asked only because no index says where the key is.
fn lost(error: Error, keychain: &Keychain<'_>, item: &str) -> Error {
    match keychain.index() {
        Ok(index) if index.find(item).is_some() => error,
        Ok(_) => error.hint("the index does not know the key; if it is elsewhere, AWSENV_KEYCHAIN names that store"),
        Err(why) => error.hint(format!("{why}; AWSENV_KEYCHAIN names the store where the key is")),
    }
}

/// The profiles that were asked for on the way here, this one included.
///
/// # Errors
/// It was asked for already: its own process asks for it again.
fn asked(env: &Env, profile: &str) -> Result<String, Error> {
    let before = env.text(AWSENV_ASKED).unwrap_or_default();
    if before.lines().any(|name| name == profile) {
        let message = format!("the credential_process of `{profile}` asks for `{profile}` again");
        return Err(Error::new(Kind::InfiniteLoop, message).hint("awsenv explain shows which lines lead there"));
    }
    Ok(format!("{before}{profile}\n"))
}

/// What the files say of the profile, if they do not lead back to the item that is missing.
fn of_files(
    context: &Context,
    env: &Env,
    profile: &str,
    item: &str,
    asked: &str,
    missing: keychain::Error,
) -> Result<Credentials, Error> {
    let files = Files::load(env)?;
    if !files.has(profile) {
        return Err(missing.into());
    }
    let plan = files.resolve(&Choice::explicit(profile), None)?;
    if plan.base.is_none() || plan.keychain_item() == Some(item) {
        return Err(missing.into());
    }
    let outside = Outside {
        env: &env.clone().with(AWSENV_ASKED, asked.as_ref()),
        settings: &files.settings.keychain,
        say: &|text| context.ui.tell(text),
    };
    Ok(provider::credentials(&plan, &outside, context.process.now)?)
}
