//! Every suite, in one binary, because linking is what an edit waits for. `cargo test SUITE::` runs one of them.

mod architecture;
mod botocore;
mod cli_snapshots;
mod config_cases;
mod corpus;
mod docs;
mod fuzz;
mod integration;
mod powershell;
mod quoting;
mod resolve_cases;
mod sandbox;
mod stories;
mod support;
