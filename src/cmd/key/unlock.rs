//! `awsenv key unlock`: makes a store readable; for the encrypted file store it also creates the key file.

use crate::cli::KeyUnlockArgs;
use crate::config::locate::in_home;
use crate::config::settings::KeychainSettings;
use crate::context::{Context, Outcome};
use crate::credentials::Timestamp;
use crate::error::{Error, Kind};
use crate::keychain::StoreKind;
use crate::ops::ask::{self, Questions};
use crate::redact;
use crate::secret::Secret;
use crate::sys;
use crate::sys::clock::local;
use crate::sys::keychain::{KeyFile, Keychain, Lock, NotUnlocked};
use crate::sys::process::Stderr;

/// # Errors
/// The store's, or that there is no passphrase.
pub(super) fn run(context: &Context, args: KeyUnlockArgs) -> Result<Outcome, Error> {
    let settings = &context.settings().keychain;
    let keychain = context.keychain();
    let (store, _) = keychain.chosen().map_err(|why| Error::new(Kind::Usage, why))?;
    let said = match keychain.unlock(store)? {
        Lock::KeyFile => {
            let files = Files {
                context,
                args: &args,
                keychain: &keychain,
                settings,
                store,
            };
            files.unlock()?;
            return Ok(Outcome::Done(0));
        }
        Lock::Never => "is never locked",
        Lock::Opened => "is unlocked now",
        Lock::Open => "is not locked",
    };
    context.ui.tell(format!("{} {said}", store.described()));
    Ok(Outcome::Done(0))
}

struct Files<'a> {
    context: &'a Context<'a>,
    args: &'a KeyUnlockArgs,
    keychain: &'a Keychain<'a>,
    settings: &'a KeychainSettings,
    store: StoreKind,
}

impl Files<'_> {
    fn unlock(&self) -> Result<(), Error> {
        let ui = self.context.ui;
        match self.keychain.key_file()? {
            KeyFile::Absent if self.args.no_passphrase => {
                self.keychain.create_key_file(None)?;
                ui.tell(format!("created the key file `{}`", self.path()));
                ui.warn("it has no passphrase, so anyone who can read your files can read your keys");
                Ok(())
            }
            KeyFile::Absent => {
                // A key file that can never be unlocked would be useless.
                self.keychain
                    .can_hold()
                    .map_err(|error| self.cannot_hold(&Error::from(error).message))?;
                let passphrase = self.new_passphrase()?;
                self.keychain.create_key_file(Some(&passphrase))?;
                ui.tell(format!("created the key file `{}`", self.path()));
                self.hold(&passphrase)
            }
            KeyFile::Plain => {
                ui.tell("the key file has no passphrase, so the store is never locked");
                Ok(())
            }
            KeyFile::Wrapped { .. } if self.args.no_passphrase => {
                let message = format!("the key file `{}` already has a passphrase", self.path());
                Err(Error::new(Kind::Failed, message).hint("awsenv key unlock"))
            }
            KeyFile::Wrapped { .. } => self.hold(&self.passphrase("Passphrase for the key file:")?),
        }
    }

    fn hold(&self, passphrase: &Secret<String>) -> Result<(), Error> {
        self.keychain.unlock_key_file(passphrase).map_err(|error| match error {
            NotUnlocked::Passphrase => {
                let message = format!("the passphrase does not open the key file `{}`", self.path());
                Error::new(Kind::KeychainRefused, message)
            }
            NotUnlocked::Nowhere(why) => self.cannot_hold(&why),
            NotUnlocked::Store(error) => error.into(),
        })?;
        let seconds = i64::try_from(self.settings.unlock_for.as_secs()).unwrap_or(i64::MAX);
        let end = Timestamp(self.context.process.now.0.saturating_add(seconds));
        let until = local(end).map_or(String::new(), |end| format!(" until {end}"));
        self.context
            .ui
            .tell(format!("{} is unlocked{until}", self.store.described()));
        Ok(())
    }

    fn cannot_hold(&self, why: &str) -> Error {
        Error::new(
            Kind::KeychainAbsent,
            format!("a key file with a passphrase cannot stay unlocked here: {why}"),
        )
        .hint("if there is no key file yet, `awsenv key unlock --no-passphrase` creates one without a passphrase, for machines")
    }

    /// For a new key file. A user types it twice, because nothing can check it.
    fn new_passphrase(&self) -> Result<Secret<String>, Error> {
        const QUESTION: &str = "Passphrase for the new key file:";
        if !self.is_asked() {
            return self.passphrase(QUESTION);
        }
        self.check_terminal()?;
        // Two lines that are pasted together answer both questions.
        let mut questions = Questions::begin(self.context)?;
        let passphrase = filled(questions.whole(QUESTION)?)?;
        if questions.whole("Repeat the passphrase:")? != passphrase {
            return Err(Error::new(
                Kind::Failed,
                "the two passphrases differ; no key file was created",
            ));
        }
        Ok(passphrase)
    }

    fn check_terminal(&self) -> Result<(), Error> {
        ask::check(
            self.context,
            "use `--stdin` to read the passphrase from stdin, or set `unlock = COMMAND` in the section `[keychain]` of the settings to get it from a program",
        )
    }

    /// From stdin, from the command in the settings, or from the terminal.
    fn passphrase(&self, question: &str) -> Result<Secret<String>, Error> {
        let passphrase = if self.args.stdin {
            let input = sys::stdin::read().map_err(|error| {
                let message = format!("cannot read stdin: {error}");
                Error::new(Kind::Failed, message)
            })?;
            first_line(&input)
        } else if let Some(command) = &self.settings.unlock {
            self.run(command)
        } else {
            self.check_terminal()?;
            ask::secret(self.context, question)
        }?;
        filled(passphrase)
    }

    fn is_asked(&self) -> bool {
        !self.args.stdin && self.settings.unlock.is_none()
    }

    /// The first line that the command from the settings prints.
    fn run(&self, command: &str) -> Result<Secret<String>, Error> {
        let failed = |why: String| {
            let message = format!("`unlock = {}` gave no passphrase: {why}", redact::command(command));
            Error::new(Kind::Failed, message).hint("run the command by hand to see what it prints")
        };
        let words = shell_words::split(command).map_err(|error| failed(error.to_string()))?;
        let env = self.context.env();
        let words: Vec<String> = words
            .into_iter()
            .map(|word| match word.starts_with("~/") {
                true => in_home(&word, env, &sys::fs::home_of).to_string_lossy().into_owned(),
                false => word,
            })
            .collect();
        let captured = sys::process::capture(&words, &self.context.process.env, Stderr::Captured, None);
        let captured = captured.map_err(|error| failed(error.to_string()))?;
        match captured.failure {
            Some(failure) => Err(failed(failure)),
            None => first_line(&captured.stdout),
        }
    }

    fn path(&self) -> String {
        let path = self.keychain.key_path();
        path.map_or(String::new(), |path| path.display().to_string())
    }
}

fn filled(passphrase: Secret<String>) -> Result<Secret<String>, Error> {
    if passphrase.expose().is_empty() {
        let error = Error::new(Kind::Failed, "the passphrase is empty");
        return Err(error.hint("`--no-passphrase` creates a key file without one, for machines"));
    }
    Ok(passphrase)
}

fn first_line(input: &[u8]) -> Result<Secret<String>, Error> {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let line = &input[..end];
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match std::str::from_utf8(line) {
        Ok(text) => Ok(Secret::new(text.to_owned())),
        Err(_) => Err(Error::new(Kind::Failed, "the passphrase is not UTF-8 text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passphrase_is_the_first_line() {
        for (input, line) in [
            (&b"correct horse\nmore\n"[..], "correct horse"),
            (b" x \r\n", " x "),
            (b"x", "x"),
            (b"", ""),
        ] {
            assert_eq!(first_line(input).unwrap().expose(), line);
        }
        let error = first_line(b"hunter2\xff").unwrap_err();
        assert!(!error.message.contains("hunter2"));
    }
}
