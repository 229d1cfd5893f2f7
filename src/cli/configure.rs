//! `configure`: the arguments for setting up a profile.

use std::ffi::OsString;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_value_name = "ACTION")]
pub struct ConfigureArgs {
    /// The profile; without it the one that the AWS CLI would take
    pub profile: Option<OsString>,
    /// Write the secret into the credentials file, not into the keychain
    #[arg(long)]
    pub plaintext: bool,
    #[command(subcommand)]
    pub action: Option<ConfigureAction>,
}

#[derive(Debug, Subcommand)]
pub enum ConfigureAction {
    /// Print a setting of a profile
    Get {
        /// The setting; `s3.max_queue_size` is one in a block
        #[arg(value_name = "KEY")]
        key: String,
        /// The profile; without it the one that the AWS CLI would take
        #[arg(long)]
        profile: Option<OsString>,
    },
    /// Change a setting of a profile
    Set {
        /// The setting; `s3.max_queue_size` is one in a block
        #[arg(value_name = "KEY")]
        key: String,
        /// What it shall say
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// The profile; without it the one that the AWS CLI would take
        #[arg(long)]
        profile: Option<OsString>,
    },
}
