//! `sessions`: the arguments for the temporary keys that awsenv keeps.

use std::ffi::OsString;

use clap::{ArgGroup, Args, Subcommand};

#[derive(Args, Debug)]
pub struct SessionsArgs {
    #[command(subcommand)]
    pub action: SessionsAction,
}

#[derive(Debug, Subcommand)]
pub enum SessionsAction {
    /// List the sessions, and until when each lasts
    List(SessionsListArgs),
    /// Give sessions up, so that the next use gets new ones
    Clear(SessionsClearArgs),
}

#[derive(Args, Debug)]
pub struct SessionsListArgs {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
}

#[derive(Args, Debug)]
#[command(group = ArgGroup::new("which").required(true).args(["profile", "expired", "all"]))]
pub struct SessionsClearArgs {
    /// Profile whose sessions to give up
    pub profile: Option<OsString>,
    /// Give up only those that have expired
    #[arg(long)]
    pub expired: bool,
    /// Give up every session, and the key that encrypts them
    #[arg(long)]
    pub all: bool,
}
