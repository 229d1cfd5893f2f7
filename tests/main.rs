//! Every suite, in one binary, because linking is what an edit waits for. `cargo test SUITE::` runs one of them.

mod architecture;
mod botocore;
mod cli_snapshots;
mod config_cases;
#[cfg(unix)]
mod corpus;
#[cfg(unix)]
mod docs;
mod fuzz;
mod integration;
#[cfg(unix)]
mod mfa;
mod powershell;
#[cfg(unix)]
mod quoting;
mod resolve_cases;
#[cfg(unix)]
mod roles;
mod sandbox;
#[cfg(unix)]
mod sso;
mod stand_in;
mod stories;
mod support;
