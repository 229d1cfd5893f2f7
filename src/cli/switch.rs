//! `use`, `exec` and `whoami`: the arguments for working as a profile.

use std::ffi::OsString;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::code::{CodeParser, GivenCode};
use super::{PROFILE_OR_ALIAS, PickArgs, ScriptArgs, SignInArgs, duration};
use crate::env::style::Style;
use crate::env::wish::Wish;
use crate::provider::Fresh;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  awsenv use                        pick a profile
  awsenv use dev --region euw1      use `dev` in eu-west-1
  awsenv use -                      go back to the previous profile
  awsenv use --refresh              get new keys of the role in use")]
pub struct UseArgs {
    /// Profile to use (`-` for the previous one; omit to pick)
    #[arg(id = PROFILE_OR_ALIAS, value_name = "PROFILE")]
    pub profile: Option<OsString>,
    /// Start the picker with this text
    #[arg(long, value_name = "TEXT", conflicts_with = PROFILE_OR_ALIAS)]
    pub query: Option<String>,
    /// Use the first profile that matches, without asking (never a production profile)
    #[arg(long)]
    pub first: bool,
    #[command(flatten)]
    pub style: StyleArgs,
    #[command(flatten)]
    pub sign_in: SignInArgs,
    #[command(flatten)]
    pub script: ScriptArgs,
}

#[derive(Args, Debug, Default)]
pub struct StyleArgs {
    /// Export the profile's name, and no secret
    #[arg(long, conflicts_with = "keys")]
    pub name: bool,
    /// Export the keys instead of the name
    #[arg(long)]
    pub keys: bool,
    /// Use this region instead of the profile's
    #[arg(long, value_name = "REGION", value_parser = NonEmptyStringValueParser::new())]
    pub region: Option<String>,
    /// Assume this role on top of the profile, and export its keys
    #[arg(long, value_name = "ARN", conflicts_with = "name", value_parser = NonEmptyStringValueParser::new())]
    pub role: Option<String>,
    /// How long the keys are to last: 15m to 12h, for a user with an MFA device to 36h
    #[arg(long, value_name = "TIME", conflicts_with = "name", value_parser = duration::parse)]
    pub duration: Option<Duration>,
    /// Get new keys, even if those at hand still last (`=all`: also the sessions below, which may take an MFA code)
    #[arg(long, value_name = "all", conflicts_with = "name", num_args = 0..=1, require_equals = true, default_missing_value = "last", hide_possible_values = true)]
    pub refresh: Option<Refresh>,
    /// Code of the MFA device, if one is needed (`-`: read it from the first line of stdin)
    #[arg(long, value_name = "CODE", conflicts_with = "name", value_parser = CodeParser)]
    pub mfa_code: Option<GivenCode>,
}

/// Which keys are got again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Refresh {
    Last,
    All,
}

impl StyleArgs {
    pub fn fresh(&self) -> Fresh {
        match self.refresh {
            None => Fresh::No,
            Some(Refresh::Last) => Fresh::Last,
            Some(Refresh::All) => Fresh::All,
        }
    }

    /// Whether no flag was given.
    pub fn is_empty(&self) -> bool {
        self.refresh.is_none() && self.mfa_code.is_none() && self.wish().is_empty()
    }

    /// What is to be repeated; the region is as it was typed.
    pub fn wish(&self) -> Wish {
        Wish {
            style: match (self.name, self.keys) {
                (true, _) => Some(Style::Name),
                (_, true) => Some(Style::Keys),
                _ => None,
            },
            region: self.region.clone(),
            role: self.role.clone(),
            duration: self
                .duration
                .map(|time| u32::try_from(time.as_secs()).unwrap_or(u32::MAX)),
        }
    }
}

#[derive(Args, Debug)]
#[command(override_usage = "awsenv exec [OPTIONS] [PROFILE] -- PROGRAM [ARGUMENT]...")]
#[command(after_help = "\
Examples:
  awsenv exec dev -- aws s3 ls
  awsenv exec dev --keys -- terraform plan
  awsenv exec dev -- sh -c 'aws s3 ls | sort'")]
pub struct ExecArgs {
    /// Profile to run it with (default: the one the AWS CLI would use)
    #[arg(id = PROFILE_OR_ALIAS, value_name = "PROFILE", conflicts_with = "pick")]
    pub profile: Option<OsString>,
    #[command(flatten)]
    pub pick: PickArgs,
    #[command(flatten)]
    pub style: StyleArgs,
    #[command(flatten)]
    pub sign_in: SignInArgs,
    /// Program to run, and its arguments
    #[arg(last = true, value_name = "PROGRAM")]
    pub command: Vec<OsString>,
}

#[derive(Args, Debug)]
pub struct WhoamiArgs {
    /// Profile to ask about (default: what the AWS CLI would use in this shell)
    #[arg(id = PROFILE_OR_ALIAS, value_name = "PROFILE", conflicts_with = "pick")]
    pub profile: Option<OsString>,
    #[command(flatten)]
    pub pick: PickArgs,
    /// Assume this role on top of the profile
    #[arg(long, value_name = "ARN", value_parser = NonEmptyStringValueParser::new())]
    pub role: Option<String>,
    /// Use this region instead of the profile's
    #[arg(long, value_name = "REGION", value_parser = NonEmptyStringValueParser::new())]
    pub region: Option<String>,
    /// Code of the MFA device, if one is needed (`-`: read it from the first line of stdin)
    #[arg(long, value_name = "CODE", value_parser = CodeParser)]
    pub mfa_code: Option<GivenCode>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}
