//! All effects, one thing a file: files, processes, the cache of `aws login`, the terminal and the picker on it.

pub mod fs;
pub mod login;
pub mod picker;
pub mod process;
pub mod terminal;
