//! All effects, one kind in each file: reading and editing files, processes, the reader of the wrapper's output, the
//! cache of `aws login`, the history, the keychain, the terminal and the picker on it.

pub mod accounts;
pub mod ancestors;
pub mod answer;
pub mod asking;
pub mod browser;
pub mod cli_cache;
pub mod clock;
pub mod devices;
pub mod dialog;
pub mod edit;
pub mod fs;
pub mod history;
pub mod http;
pub mod keychain;
mod lock;
pub mod login;
pub mod loopback;
mod modes;
mod obstacle;
pub mod picker;
mod private;
#[cfg(target_os = "linux")]
pub mod proc;
pub mod process;
pub mod random;
pub mod reader;
mod replace;
pub mod sessions;
pub mod settings;
pub mod signals;
pub mod sso;
pub mod stdin;
pub mod terminal;
mod trust;
pub mod unstartable;
mod wait;
