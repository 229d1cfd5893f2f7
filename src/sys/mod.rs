//! All effects, one thing a file: files, processes, terminal.

pub mod fs;
pub mod process;
