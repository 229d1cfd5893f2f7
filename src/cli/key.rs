//! `key` and `credential-process`: the arguments for keys in the keychain.

use std::ffi::OsString;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::{STORED_PROFILE, SignInArgs};
use crate::keychain::StoreKind;

#[derive(Args, Debug)]
pub struct CredentialProcessArgs {
    /// Profile whose keys to print
    pub profile: OsString,
    /// Item in the keychain, if its name is not the profile's
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub item: Option<String>,
    /// Print the keys of a session that takes a code of the user's MFA device, instead of the user's own keys
    #[arg(long, conflicts_with = "item")]
    pub mfa: bool,
    #[command(flatten)]
    pub sign_in: SignInArgs,
}

#[derive(Args, Debug)]
pub struct KeyArgs {
    #[command(subcommand)]
    pub action: KeyAction,
}

#[derive(Debug, Subcommand)]
pub enum KeyAction {
    /// Store an access key, and make the profile use it
    Add(KeyAddArgs),
    /// Move access keys from files into the keychain
    Import(KeyImportArgs),
    /// List the keys in the keychain, without opening it
    List(KeyListArgs),
    /// Delete a key from the keychain, and the profile's line that uses it
    Remove(KeyRemoveArgs),
    /// Put an imported key back into the files it came from
    Restore(KeyRestoreArgs),
    /// Move keys to another store
    Move(KeyMoveArgs),
    /// Unlock the store, or create the key file of the encrypted file store
    Unlock(KeyUnlockArgs),
}

#[derive(Args, Debug)]
pub struct KeyAddArgs {
    /// Profile that gets the key (created if it does not exist)
    pub profile: OsString,
    /// Read the key from stdin: the id and the secret on a line each, or as JSON
    #[arg(long)]
    pub stdin: bool,
    /// Name of the item in the keychain, if another profile already uses this one's
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub item: Option<String>,
    /// Replace an existing key or credential_process
    #[arg(long)]
    pub replace: bool,
    /// Accept keys that are not shaped like those of AWS, for services that work alike
    #[arg(long)]
    pub any_shape: bool,
    /// Always an error: other programs can see a secret on the command line.
    #[arg(hide = true, value_name = "NOTHING")]
    pub rest: Vec<OsString>,
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  awsenv key import dev --dry-run                     show what would change
  awsenv key import --all                             every key in the AWS files
  awsenv key import dev --from csv:accessKeys.csv     a file of the AWS console")]
pub struct KeyImportArgs {
    /// Profiles whose keys to import
    #[arg(value_name = "PROFILE")]
    pub profile: Vec<OsString>,
    /// Import every profile with keys, and report those that cannot be imported
    #[arg(long, conflicts_with = "profile")]
    pub all: bool,
    /// Where the keys are: aws, boto, env or csv:PATH
    #[arg(long, value_name = "SOURCE", default_value = "aws")]
    pub from: String,
    /// Store the keys, and leave the files unchanged
    #[arg(long)]
    pub keep: bool,
    /// Replace an existing item or credential_process
    #[arg(long)]
    pub replace: bool,
    /// Accept keys that are not shaped like those of AWS, for services that work alike
    #[arg(long)]
    pub any_shape: bool,
    /// Name of the item in the keychain, if another profile already uses this one's
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), conflicts_with = "all")]
    pub item: Option<String>,
    /// Give the keys a profile of their own, and make the roles use it
    #[arg(long, value_name = "NAME", conflicts_with_all = ["all", "keep"])]
    pub split: Option<String>,
    /// Show what would change, without changing anything
    #[arg(long)]
    pub dry_run: bool,
    /// Skip the confirmation
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct KeyListArgs {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct KeyRemoveArgs {
    /// Profile whose key to delete
    #[arg(id = STORED_PROFILE, value_name = "PROFILE")]
    pub profile: OsString,
    /// Skip the confirmation
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct KeyRestoreArgs {
    /// Profile whose key to restore
    #[arg(id = STORED_PROFILE, value_name = "PROFILE")]
    pub profile: OsString,
    /// Show what would change, without changing anything
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug)]
pub struct KeyMoveArgs {
    /// Profiles whose keys to move
    #[arg(id = STORED_PROFILE, value_name = "PROFILE", required_unless_present = "all")]
    pub profile: Vec<OsString>,
    /// Move every key
    #[arg(long, conflicts_with = STORED_PROFILE)]
    pub all: bool,
    /// Store to move the keys to
    #[arg(long, value_name = "STORE", value_parser = store())]
    pub to: StoreKind,
}

#[derive(Args, Debug)]
pub struct KeyUnlockArgs {
    /// Read the passphrase from stdin
    #[arg(long)]
    pub stdin: bool,
    /// Create a key file without a passphrase, for machines
    #[arg(long, conflicts_with = "stdin")]
    pub no_passphrase: bool,
}

/// Takes the name of a store, and lists all of them in the help.
fn store() -> impl TypedValueParser<Value = StoreKind> {
    let words = PossibleValuesParser::new(StoreKind::ALL.map(StoreKind::as_str));
    words.map(|word| StoreKind::parse(&word).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use proptest::prelude::*;

    use super::*;
    use crate::config::{own_line, shlex};

    #[derive(Parser)]
    struct Line {
        _verb: String,
        #[command(flatten)]
        args: CredentialProcessArgs,
    }

    proptest! {
        /// `config::own_line` writes what this command reads.
        #[test]
        fn the_line_of_a_profile_can_be_run(profile in r"-{0,2}[a-z= ']{0,6}", item in r"-{0,2}[a-z= ']{0,6}") {
            prop_assume!(!item.is_empty());
            let value = own_line::value("/bin/awsenv", &profile, &item).unwrap();
            let line = Line::try_parse_from(shlex::split(&value).unwrap()).unwrap();
            prop_assert_eq!(line.args.item.as_deref().unwrap_or(&profile), item.as_str());
            prop_assert_eq!(line.args.profile.to_str(), Some(profile.as_str()));
        }
    }
}
