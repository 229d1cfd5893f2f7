//! Gathers the process, runs the command, writes stdout once, ends.

fn main() {}
