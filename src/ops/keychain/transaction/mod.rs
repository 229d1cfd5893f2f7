//! How a key goes into the keychain and how it leaves it, so that a kill between any two steps leaves it somewhere, and
//! the same command goes on.
//!
//! In both directions `plan` says what is to be done, given the files as they are; it is asked before the files are
//! locked and again afterwards, and what it says the second time is done.

mod store;
mod withdraw;

pub use store::{Plan, Rules, Sharers, Stored, store};
pub use withdraw::{Kept, Withdrawal, Withdrawn, withdraw};
