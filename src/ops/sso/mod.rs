//! IAM Identity Center for the commands: which sessions there are, what they give, and the profiles that are made of it.

pub mod plan;
pub mod present;
pub mod template;
