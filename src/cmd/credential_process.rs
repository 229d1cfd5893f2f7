//! `awsenv credential-process`: the keys of a profile in the format that every SDK reads. The index decides what to ask
//! first: for a key that it lists, no AWS file is read, and for a profile without a key in the keychain, no store is
//! opened.
//!
//! <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>

use std::io;
use std::time::Duration;

use crate::cli::CredentialProcessArgs;
use crate::context::{Context, Outcome};
use crate::credentials::Credentials;
use crate::error::{Error, Kind};
use crate::keychain::{self, Index, Item};
use crate::ops::choose;
use crate::ops::files::Files;
use crate::ops::keychain::detach::item_of;
use crate::ops::ports::Outside;
use crate::ops::refusal::without_credentials;
use crate::ops::role;
use crate::ops::sign_in::{Login, Offer};
use crate::provider::{self, Wants};
use crate::resolve::{BaseSource, Choice, CredentialPlan};
use crate::session;
use crate::sys::keychain::Keychain;
use crate::text::display;

/// From the start: the SDK for Go ends this program after a minute.
const PATIENCE: Duration = Duration::from_secs(55);

/// In seconds: botocore asks again when 15 minutes are left, and with less than this it would ask for each request.
const MARGIN: i64 = session::MARGIN + 60;

/// awsenv asks for MFA codes, and for what `--login` or the settings allow; the keychain may, in a window of its own.
pub fn run(context: &Context, args: CredentialProcessArgs) -> Result<Outcome, Error> {
    if context.process.stdout_tty {
        let message = "refusing to print a secret to a terminal";
        return Err(Error::new(Kind::Failed, message)
            .hint("SDKs run this command; use `awsenv exec PROFILE -- …` to give a program the keys"));
    }
    let profile = choose::utf8(&args.profile)?;
    let item = args.item.as_deref().unwrap_or(profile);
    let outside = Outside::of(context, profile)?;
    let keychain = context.keychain();
    let request = Request {
        context,
        profile,
        item,
        outside,
        index: keychain.index(),
        keychain,
        login: Login::of(args.sign_in.login, context.settings()),
    };
    let is_for_keychain = args.item.is_some() || request.is_recorded();
    let of_files = if args.mfa {
        request.of_session().map(Some)
    } else if is_for_keychain {
        Ok(None)
    } else {
        request.of_files_alone()
    };
    let credentials = match of_files {
        Ok(Some(credentials)) => credentials,
        Ok(None) => request.of_keychain()?,
        Err(why) if args.mfa || why.kind == Kind::Cancelled => return Err(why),
        // If the index is lost, the keychain may have a key all the same.
        Err(why) => match request.read() {
            Ok(Ok(keys)) => provider::of_item(keys, None),
            _ => return Err(why),
        },
    };
    Ok(Outcome::Keys(provider::document(&credentials)))
}

struct Request<'a> {
    context: &'a Context<'a>,
    profile: &'a str,
    item: &'a str,
    outside: Outside<'a>,
    keychain: Keychain<'a>,
    /// Read once; SDKs run this often.
    index: io::Result<Index>,
    login: Login,
}

impl Request<'_> {
    /// Whether the index has the profile or an item with its name. An index that cannot be read may have had it.
    fn is_recorded(&self) -> bool {
        let is_in = |index: &Index| index.find(self.profile).is_some() || index.of_profile(self.profile).is_some();
        self.index.as_ref().map_or(true, is_in)
    }

    /// The item, by one access to its store.
    fn read(&self) -> Result<Result<Item, keychain::Error>, Error> {
        let store = self.keychain.locate_in(self.index.as_ref().ok(), self.item);
        let store = store.map_err(|why| Error::new(Kind::Failed, why))?;
        Ok(self.keychain.read(store, self.item))
    }

    /// The item's keys, else those that the files have for the profile.
    fn of_keychain(&self) -> Result<Credentials, Error> {
        let missing = match self.read() {
            Ok(Ok(keys)) => return Ok(provider::of_item(keys, None)),
            Ok(Err(missing @ keychain::Error::Missing { .. })) => missing.into(),
            Ok(Err(error)) => {
                let lost = self.lost(error.into());
                return Err(match Files::load(self.context) {
                    Ok(files) if !files.has(self.profile) => without_credentials(&files.profiles, self.profile, lost),
                    _ => lost,
                });
            }
            // A mistake in the choice of stores does not concern keys in the files.
            Err(why) => why,
        };
        let files = Files::load(self.context)?;
        match self.plan(&files)? {
            Some(plan) => self.get(&plan),
            None => Err(without_credentials(&files.profiles, self.profile, missing)),
        }
    }

    /// Adds a hint if the store was asked only because no index says where the key is.
    fn lost(&self, error: Error) -> Error {
        match &self.index {
            Ok(index) if index.find(self.item).is_some() => error,
            Ok(_) => error.hint("the key is not in the index; set AWSENV_KEYCHAIN to the store that has it"),
            Err(why) => error.hint(format!("{why}; set AWSENV_KEYCHAIN to the store that has the key")),
        }
    }

    /// The keys of a profile that is in the files but has no line of awsenv's. `None` if the keychain must be asked: it
    /// may have a key although the index is lost or the files cannot be read.
    fn of_files_alone(&self) -> Result<Option<Credentials>, Error> {
        let Ok(files) = Files::load(self.context) else {
            return Ok(None);
        };
        let has_line = files.profiles.profile(self.profile).and_then(item_of).is_some();
        let plan = self.plan(&files)?;
        if has_line && plan.as_ref().is_none_or(|plan| plan.keychain_item().is_some()) {
            return Ok(None);
        }
        let own = plan.filter(|plan| self.is_own(&files, plan));
        own.map(|plan| self.get(&plan)).transpose()
    }

    /// Whether the profile itself leads to the credentials. botocore gives the keys of old files to every profile that has
    /// none; the keychain comes before those.
    fn is_own(&self, files: &Files, plan: &CredentialPlan) -> bool {
        let is_legacy = matches!(plan.base, Some(BaseSource::Boto(_) | BaseSource::BotoKeyring(_)));
        !plan.roles.is_empty() || !is_legacy || !matches!(files.boto().profile(self.profile), Ok(None))
    }

    /// What the files say about the profile, unless they lead back to the item.
    fn plan(&self, files: &Files) -> Result<Option<CredentialPlan>, Error> {
        if !files.has(self.profile) {
            return Ok(None);
        }
        let plan = files.resolve(&Choice::explicit(self.profile), None)?;
        if plan.base.is_none() || plan.keychain_item() == Some(self.item) {
            return Ok(None);
        }
        Ok(Some(plan))
    }

    /// With `--mfa`: those of the user's session, or of the role, where a role is on top.
    fn of_session(&self) -> Result<Credentials, Error> {
        let files = Files::load(self.context)?;
        let plan = files.resolve(&Choice::explicit(self.profile), None)?;
        if plan.roles.is_empty() && plan.user_device().is_none() {
            let name = display(self.profile);
            let message = format!("`{name}` has no session that takes an MFA code");
            let error = Error::new(Kind::InvalidConfig, message);
            return Err(match plan.idle_device() {
                Some(device) => error.hint(format!(
                    "{}: `mfa_serial` counts only for a user's own keys",
                    display(&device.place.to_string())
                )),
                None => error.hint("`--mfa` is for a user whose profile has an `mfa_serial`"),
            });
        }
        self.get_by(&plan, role::wants(self.context))
    }

    fn get(&self, plan: &CredentialPlan) -> Result<Credentials, Error> {
        self.get_by(plan, role::wants_as_is(self.context))
    }

    fn get_by(&self, plan: &CredentialPlan, wants: Wants) -> Result<Credentials, Error> {
        let wants = Wants {
            margin: MARGIN,
            until: Some(PATIENCE),
            ..wants
        };
        let offer = Offer {
            context: self.context,
            plan,
            login: self.login,
            until: wants.until,
        };
        let got = offer.around(|| provider::credentials(plan, &wants, self.outside.ports()))?;
        Ok(got.credentials)
    }
}
