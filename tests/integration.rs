//! The files under `shell/` in the real shells: linted, loaded, called, and used at a real terminal; and what `use`
//! records there.

mod support;

#[path = "integration/completion.rs"]
mod completion;
#[cfg(unix)]
#[path = "integration/editing.rs"]
mod editing;
#[path = "integration/files.rs"]
mod files;
#[cfg(target_os = "linux")]
#[path = "integration/hidden.rs"]
mod hidden;
#[path = "integration/history.rs"]
mod history;
#[cfg(target_os = "linux")]
#[path = "integration/keychain/mod.rs"]
mod keychain;
#[cfg(unix)]
#[path = "integration/leftovers.rs"]
mod leftovers;
#[path = "integration/named.rs"]
mod named;
#[cfg(target_os = "linux")]
#[path = "integration/once.rs"]
mod once;
#[path = "integration/package.rs"]
mod package;
#[path = "integration/picker.rs"]
mod picker;
#[path = "integration/prompt.rs"]
mod prompt;
#[cfg(target_os = "linux")]
#[path = "integration/prompts.rs"]
mod prompts;
#[cfg(target_os = "linux")]
#[path = "integration/stores.rs"]
mod stores;
#[path = "integration/terminal.rs"]
mod terminal;
#[path = "integration/wrapper.rs"]
mod wrapper;
