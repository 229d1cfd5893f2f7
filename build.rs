//! Extra linker arguments that make a start faster, and the program smaller (docs/performance.md).

use std::path::Path;
use std::process::Command;

/// The part of libgcc that unwinds the stack, to link statically.
const UNWINDER: &str = "libgcc_eh.a";

#[expect(
    clippy::disallowed_methods,
    reason = "Cargo talks to build scripts through the environment"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=RUSTC_LINKER");
    let var = |name: &str| std::env::var(name).unwrap_or_default();
    let is_static = var("CARGO_CFG_TARGET_FEATURE")
        .split(',')
        .any(|feature| feature == "crt-static");
    if var("CARGO_CFG_TARGET_OS") != "linux" || var("CARGO_CFG_TARGET_ENV") != "gnu" || is_static {
        return;
    }
    // At a fixed address the program's tables need no relocation.
    println!("cargo::rustc-link-arg-bins=-no-pie");
    if var("PROFILE") == "release" {
        // The index by which an unwinder finds its tables, 94 kB. Nothing unwinds there: a panic aborts.
        println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr");
    }
    let linker = Some(var("RUSTC_LINKER")).filter(|linker| !linker.is_empty());
    if has_unwinder(linker.as_deref().unwrap_or("cc")) {
        // Rust links the shared libgcc_s after this, but then needs nothing from it, so it is not loaded.
        println!("cargo::rustc-link-lib=gcc_eh");
    }
}

/// Whether the linker finds the library: it prints the path, or just repeats the bare name.
fn has_unwinder(linker: &str) -> bool {
    let output = Command::new(linker)
        .arg(format!("-print-file-name={UNWINDER}"))
        .output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_absolute())
}
