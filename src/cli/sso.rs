//! `sso` and `logout`: the arguments for IAM Identity Center.

use std::ffi::OsString;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

use super::SIGN_IN;

#[derive(Args, Debug)]
pub struct SsoArgs {
    #[command(subcommand)]
    pub action: SsoAction,
}

#[derive(Debug, Subcommand)]
pub enum SsoAction {
    /// Set up an SSO session: write it, sign in, and import profiles
    Setup(SsoSetupArgs),
    /// List the SSO sessions, and until when each is signed in
    List(SsoListArgs),
    /// List the accounts that you may use
    Accounts(SsoAccountsArgs),
    /// List the roles that you may use
    Roles(SsoRolesArgs),
    /// Add profiles for accounts and roles
    Import(SsoImportArgs),
}

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  awsenv sso setup corp         ask for the start URL and the region")]
pub struct SsoSetupArgs {
    /// Name of the session, such as your company's
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub name: String,
    /// Address of the access portal
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub start_url: Option<String>,
    /// Region of IAM Identity Center
    #[arg(long, value_name = "REGION", value_parser = NonEmptyStringValueParser::new())]
    pub region: Option<String>,
}

#[derive(Args, Debug)]
pub struct SsoListArgs {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

/// How imported profiles are named if nothing else is asked for.
pub const TEMPLATE: &str = "{account_name}-{role}";

/// Where accounts and roles are listed.
#[derive(Args, Clone, Debug, Default)]
pub struct PortalArgs {
    /// SSO session, or start URL of profiles without one
    #[arg(long, value_name = "NAME")]
    pub session: Option<String>,
    /// Ask again, although the last list is younger than an hour
    #[arg(long)]
    pub refresh: bool,
}

#[derive(Args, Debug)]
pub struct SsoAccountsArgs {
    #[command(flatten)]
    pub portal: PortalArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
pub struct SsoRolesArgs {
    /// Account, by its id or name (default: all)
    pub account: Option<String>,
    #[command(flatten)]
    pub portal: PortalArgs,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Clone, Debug, Default)]
#[command(after_help = "\
Examples:
  awsenv sso import             choose roles, and add a profile for each
  awsenv sso import --all --prune --template '{account_id}/{role}'")]
pub struct SsoImportArgs {
    #[command(flatten)]
    pub portal: PortalArgs,
    /// Add a profile for every role, instead of choosing in a picker
    #[arg(long)]
    pub all: bool,
    /// How profiles are named, by {account_name}, {account_id}, {role} and {session}
    #[arg(long, value_name = "TEXT", default_value = TEMPLATE)]
    pub template: String,
    /// Region of the new profiles
    #[arg(long, value_name = "REGION", value_parser = NonEmptyStringValueParser::new())]
    pub region: Option<String>,
    /// Also remove imported profiles whose role you no longer have
    #[arg(long)]
    pub prune: bool,
    /// Show what would change, without changing anything
    #[arg(long)]
    pub dry_run: bool,
    /// Ask nothing
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct LogoutArgs {
    /// Profile or SSO session to sign out of (default: that of the profile in use)
    #[arg(id = SIGN_IN, value_name = "NAME", conflicts_with = "all")]
    pub name: Option<OsString>,
    /// NAME is an SSO session, although a profile has that name too
    #[arg(long, requires = SIGN_IN)]
    pub session: bool,
    /// Sign out of everything, also of what the AWS CLI has signed in to
    #[arg(long)]
    pub all: bool,
}
