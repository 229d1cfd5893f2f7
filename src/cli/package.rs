//! `completions` and `man`: the arguments for generating a package's files.

use std::path::PathBuf;

use clap::Args;

use super::words::shell_help;

#[derive(Args, Debug)]
pub struct CompletionsArgs {
    #[arg(help = shell_help("Shell to complete for", |shell| shell.syntax().completion().is_some()))]
    pub shell: String,
}

#[derive(Args, Debug)]
pub struct ManArgs {
    /// Command, such as `use` or `key add` (omit for awsenv itself)
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    pub page: Vec<String>,
    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
