//! `awsenv key add`: stores an access key that is typed or piped in, and makes the profile use it.

use serde::Deserialize;

use crate::cli::KeyAddArgs;
use crate::context::{Context, Outcome};
use crate::error::{Error, Kind};
use crate::journal::Undo;
use crate::keychain::last_four;
use crate::ops::files::Files;
use crate::ops::keychain::deposit::{self, Deposit};
use crate::ops::keychain::transaction::{self, Plan, Rules, Sharers, Stored};
use crate::ops::keychain::{attach, line};
use crate::ops::{ask, choose};
use crate::secret::Secret;
use crate::sys;
use crate::text::display;

struct Typed {
    id: String,
    secret: Secret<String>,
}

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
    attach::attach(&files, profile, name, &value, args.replace)?;
    let typed = if args.stdin { piped()? } else { asked(context)? };
    deposit::check_key(&typed.id, &typed.secret)?;

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

fn asked(context: &Context) -> Result<Typed, Error> {
    ask::check(
        context,
        "use `--stdin` to read the key from stdin: the id and the secret on a line each, or JSON",
    )?;
    let id = ask::line(context, "AWS Access Key ID:")?;
    let secret = ask::secret(context, "AWS Secret Access Key (not shown):")?;
    Ok(Typed {
        id,
        secret: Secret::new(secret.expose().trim().to_owned()),
    })
}

/// Two lines, or JSON.
fn piped() -> Result<Typed, Error> {
    let bytes = sys::stdin::read().map_err(|error| unreadable(&error.to_string()))?;
    let text = str::from_utf8(&bytes).map_err(|_| unreadable("it is not UTF-8"))?;
    parse(text)
}

fn unreadable(why: &str) -> Error {
    Error::new(Kind::Failed, format!("stdin: {why}"))
        .hint("write two lines, the id and the secret, or JSON with `AccessKeyId` and `SecretAccessKey`")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Json {
    access_key_id: String,
    secret_access_key: Secret<String>,
    session_token: Option<Secret<String>>,
}

fn parse(text: &str) -> Result<Typed, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        let json: Json = serde_json::from_str(text).map_err(|_| unreadable("it is not JSON with an access key"))?;
        if json.session_token.is_some_and(|token| !token.expose().is_empty()) {
            return Err(deposit::temporary("stdin: the key"));
        }
        return Ok(Typed {
            id: json.access_key_id,
            secret: json.secret_access_key,
        });
    }
    let mut lines = text.lines().map(str::trim);
    let (Some(id), Some(secret)) = (lines.next(), lines.next()) else {
        return Err(unreadable("expected two lines"));
    };
    if lines.any(|line| !line.is_empty()) {
        return Err(unreadable("expected only two lines"));
    }
    Ok(Typed {
        id: id.to_owned(),
        secret: Secret::new(secret.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, String), String> {
        parse(text)
            .map(|typed| (typed.id, typed.secret.expose().clone()))
            .map_err(|error| error.message)
    }

    #[test]
    fn both_forms_of_stdin() {
        let key = Ok(("AKIA1".to_owned(), "a/b+c".to_owned()));
        assert_eq!(read("AKIA1\na/b+c\n"), key);
        assert_eq!(read("\u{feff}AKIA1\r\n a/b+c \r\n\r\n"), key);
        assert_eq!(
            read(" {\"AccessKeyId\":\"AKIA1\",\"SecretAccessKey\":\"a/b+c\",\"More\":1}\n"),
            key
        );
        for bad in [
            "",
            "AKIA1",
            "AKIA1\nx\ny\n",
            "{\"AccessKeyId\":\"hunter2\"}",
            "{\"hunter2",
        ] {
            assert!(!read(bad).unwrap_err().contains("hunter2"));
        }
        let token = r#"{"AccessKeyId":"A","SecretAccessKey":"B","SessionToken":"C"}"#;
        assert!(read(token).unwrap_err().contains("temporary"));
    }
}
