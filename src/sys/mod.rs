//! All effects, one thing a file: files, processes, the cache of `aws login`, the history, the terminal and the picker on
//! it.

pub mod fs;
pub mod history;
pub mod login;
pub mod picker;
pub mod process;
mod signals;
pub mod terminal;
