//! All effects, one thing a file: files, processes, the cache of `aws login`, the history, the picker on the terminal.

pub mod fs;
pub mod history;
pub mod login;
pub mod picker;
pub mod process;
