//! All effects, one thing a file: files, processes, the cache of `aws login`, the terminal.

pub mod fs;
pub mod login;
pub mod process;
pub mod terminal;
