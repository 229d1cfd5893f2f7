//! `completions` and `man`: what can be typed to get the files of a package.

use std::path::PathBuf;

use clap::Args;

/// `awsenv completions`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// bash, zsh, fish or powershell
    pub shell: String,
}

/// `awsenv man`.
#[derive(Args, Debug)]
pub struct ManArgs {
    /// The command, such as `use` or `key add` (omit for awsenv itself)
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub page: Vec<String>,
    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
