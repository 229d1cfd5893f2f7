//! `configure`: the arguments for setting up a profile.

use std::ffi::OsString;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_value_name = "ACTION")]
pub struct ConfigureArgs {
    /// Profile to set up (default: the one the AWS CLI would use)
    pub profile: Option<OsString>,
    /// Write the secret to the credentials file instead of the keychain
    #[arg(long)]
    pub plaintext: bool,
    /// Accept keys that are not shaped like those of AWS, for services that work alike
    #[arg(long)]
    pub any_shape: bool,
    #[command(subcommand)]
    pub action: Option<ConfigureAction>,
}

#[derive(Debug, Subcommand)]
pub enum ConfigureAction {
    /// Print a setting of a profile
    Get {
        /// Setting to print (`s3.max_queue_size` for one in a block)
        #[arg(value_name = "KEY")]
        key: String,
        /// Profile (default: the one the AWS CLI would use)
        #[arg(long)]
        profile: Option<OsString>,
    },
    /// Change a setting of a profile
    Set {
        /// Setting to change (`s3.max_queue_size` for one in a block)
        #[arg(value_name = "KEY")]
        key: String,
        /// New value
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// Profile (default: the one the AWS CLI would use)
        #[arg(long)]
        profile: Option<OsString>,
    },
}
