//! Whole sign-ins.
