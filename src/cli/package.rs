//! `completions` and `man`: the arguments for generating a package's files.

use std::path::PathBuf;

use clap::Args;

use super::words::shell_help;
use crate::shell::Shell;

/// The argument that names a shell with a completion of ours.
pub const COMPLETED_SHELL: &str = "completed_shell";

pub fn has_completion(shell: &Shell) -> bool {
    shell.syntax().completion().is_some()
}

#[derive(Args, Debug)]
pub struct CompletionsArgs {
    #[arg(id = COMPLETED_SHELL, value_name = "SHELL", help = shell_help("Shell to complete for", has_completion))]
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
