//! Moves a key into the keychain or out of it. After a kill between any two steps the key is still somewhere, and the
//! same command continues.
//!
//! In both directions `plan` computes what to do from the files as they are. It is called before the files are locked
//! and again afterwards, and the second plan is carried out.

mod store;
mod withdraw;

pub use store::{Plan, Rules, Sharers, Stored, store};
pub use withdraw::{Kept, Withdrawal, Withdrawn, withdraw};
#[cfg(test)]
mod tests;
