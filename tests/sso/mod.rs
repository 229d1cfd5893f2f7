//! IAM Identity Center as people use it, against the stand-in for AWS.

mod import;
mod known;
mod lists;
mod logout;
mod setup;
