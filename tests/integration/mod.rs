//! The files under `shell/` in the real shells: linted, loaded, called, and used at a real terminal; and what `use`
//! records there.

mod completion;
#[cfg(unix)]
mod editing;
mod files;
#[cfg(target_os = "linux")]
mod hidden;
mod history;
#[cfg(target_os = "linux")]
mod keychain;
#[cfg(unix)]
mod leftovers;
mod named;
#[cfg(target_os = "linux")]
mod once;
mod package;
mod picker;
mod prompt;
mod prompt_fish;
#[cfg(target_os = "linux")]
mod prompts;
#[cfg(target_os = "linux")]
mod stores;
mod terminal;
#[cfg(unix)]
mod wrapper;
