//! How a key goes into the keychain and how it leaves it, so that a kill between any two steps leaves it somewhere, and
//! the same command goes on.
//!
//! In both directions `plan` says what is to be done, given the files as they are, and what it says under the lock is
//! done.

mod store;
mod withdraw;

pub use store::{Plan, Rules, Sharers, Stored, store};
pub use withdraw::{Kept, Withdrawal, Withdrawn, withdraw};
#[cfg(test)]
mod tests;
