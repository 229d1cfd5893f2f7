//! `login`, and the flag of other commands: the arguments for signing in.

use std::ffi::OsString;

use clap::Args;

use super::SIGN_IN;

#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  awsenv login                  sign in for the profile in use
  awsenv login dev              sign in for the profile, or SSO session, `dev`
  awsenv login dev --qr         sign in on a phone")]
pub struct LoginArgs {
    /// Profile or SSO session to sign in to (default: that of the profile in use)
    #[arg(id = SIGN_IN, value_name = "NAME")]
    pub name: Option<OsString>,
    /// NAME is an SSO session, although a profile has that name too
    #[arg(long, requires = SIGN_IN)]
    pub session: bool,
    /// Sign in with a code, in any browser on any device
    #[arg(long)]
    pub device: bool,
    /// Show the page instead of opening it
    #[arg(long)]
    pub no_browser: bool,
    /// Show the page as a QR code too (implies --device)
    #[arg(long)]
    pub qr: bool,
    /// Sign in anew, even if you are signed in
    #[arg(long)]
    pub force: bool,
}

/// Of a command that needs a sign-in.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct SignInArgs {
    /// Sign in to IAM Identity Center first, if that is needed
    #[arg(long)]
    pub login: bool,
}
