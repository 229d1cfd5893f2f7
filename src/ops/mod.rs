//! Operations that several commands share.

pub mod ask;
pub mod bundle;
pub mod catalog;
pub mod choose;
pub mod describe;
pub mod diff;
pub mod edit;
pub mod export;
pub mod files;
pub mod fit;
pub mod foreseen;
mod habits;
pub mod keychain;
mod line;
pub mod now;
pub mod outlook;
pub mod paths;
pub mod pick;
pub mod ports;
pub mod refusal;
pub mod script;
pub mod starship;
pub mod switch;
pub mod unknown;
pub mod unparsed;
pub mod unstarted;
pub mod usage;
