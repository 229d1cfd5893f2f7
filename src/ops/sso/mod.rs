//! IAM Identity Center for the commands: which sessions there are, what they give, and the profiles that are made of it.

pub mod edit;
pub mod gather;
pub mod known;
pub mod leave;
pub mod menu;
pub mod near;
pub mod plan;
pub mod portal;
pub mod present;
pub mod region;
pub mod sessions;
pub mod setup;
pub mod status;
pub mod template;
