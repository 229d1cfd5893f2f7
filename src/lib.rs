//! awsenv: shell integration and environment manager for AWS profiles.
//!
//! Data flows one way; each stage is a function from value to value, and effects sit at the edge:
//!
//! ```text
//! argv, environment --cli--> UseArgs --locate--> paths --sys::fs--> text --config--> ProfileSet
//!   --resolve--> CredentialPlan --provider--> Credentials --env::Session--> EnvDiff --shell--> script
//!   --main--> stdout, once
//! ```

pub mod cli;
pub mod cmd;
pub mod config;
pub mod credentials;
pub mod env;
pub mod error;
pub mod shell;
pub mod secret;
pub mod sys;
pub mod ui;
