//! The files under `shell/` in the real shells: linted, loaded, called, and used at a real terminal; and what `use`
//! records there.

#[cfg(target_os = "linux")]
mod ancestors;
#[cfg(unix)]
mod beside;
#[cfg(unix)]
mod bounds;
#[cfg(unix)]
mod calls;
mod completion;
#[cfg(unix)]
mod completion_powershell;
#[cfg(unix)]
mod drawer;
#[cfg(unix)]
mod editing;
#[cfg(unix)]
mod entering;
mod files;
#[cfg(target_os = "linux")]
mod foreseen;
mod hidden;
mod history;
#[cfg(unix)]
mod in_use;
#[cfg(target_os = "linux")]
mod keychain;
#[cfg(unix)]
mod leftovers;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(unix)]
mod loops;
#[cfg(unix)]
mod marks;
mod mistakes;
#[cfg(unix)]
mod mistyped;
mod named;
#[cfg(target_os = "linux")]
mod nowhere;
#[cfg(target_os = "linux")]
mod once;
mod outlook;
mod package;
#[cfg(target_os = "linux")]
mod pasting;
mod picker;
mod prompt;
#[cfg(unix)]
mod prompt_drawn;
#[cfg(unix)]
mod prompt_fish;
#[cfg(unix)]
mod prompt_powershell;
#[cfg(unix)]
mod prompt_states;
#[cfg(target_os = "linux")]
mod prompts;
#[cfg(target_os = "linux")]
mod readers;
#[cfg(unix)]
mod role_on_top;
#[cfg(target_os = "linux")]
pub(crate) mod sessions;
mod settings;
#[cfg(target_os = "linux")]
mod shown;
#[cfg(unix)]
mod sign_in;
mod signals;
#[cfg(unix)]
mod slips;
#[cfg(target_os = "linux")]
mod stores;
pub(crate) mod terminal;
#[cfg(unix)]
#[cfg(target_os = "linux")]
mod unloaded;
mod wrapper;
