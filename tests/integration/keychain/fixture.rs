//! Tests of the test keychains: each is in the state that its name says.

use std::time::Duration;

use crate::support::keychain::Keychain;
use crate::support::{Output, Sandbox};

/// What `secret-tool lookup` prints for an item in this sandbox's keychain, within three seconds.
fn lookup(sandbox: &Sandbox) -> Output {
    let words = ["3", "secret-tool", "lookup", "service", "elsewhere", "username", "work"];
    sandbox
        .program("timeout")
        .args(words)
        .limit(Duration::from_secs(10))
        .output()
}

#[test]
fn an_unlocked_keychain_gives_back_what_it_was_given() {
    let mut sandbox = Sandbox::new();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    assert_eq!(keychain.lookup("elsewhere", "work"), None);
    keychain.store("elsewhere", "work", "hidden");
    assert_eq!(lookup(&sandbox).clean(), "hidden");
    assert_eq!(keychain.lookup("elsewhere", "work").as_deref(), Some("hidden"));
    keychain.clear("elsewhere", "work");
    assert_eq!(keychain.lookup("elsewhere", "work"), None);
    let entries: Vec<_> = std::fs::read_dir(sandbox.home()).unwrap().collect();
    assert!(entries.is_empty(), "the keychain writes elsewhere: {entries:?}");
}

#[test]
fn a_bad_keychain_fails_another_program_too() {
    let mut sandbox = Sandbox::new();
    let Some(keychain) = Keychain::unlocked(&mut sandbox) else {
        return;
    };
    keychain.store("elsewhere", "work", "hidden");
    keychain.pause();
    assert_eq!(lookup(&sandbox).status, 124, "paused");
    keychain.resume();
    assert_eq!(lookup(&sandbox).clean(), "hidden");
    keychain.lock();
    assert_ne!(lookup(&sandbox).status, 0, "locked");
    drop(keychain);
    assert!(lookup(&sandbox).err().contains("Connection refused"), "dead");

    let mut sandbox = Sandbox::new();
    Keychain::absent(&mut sandbox);
    assert!(lookup(&sandbox).err().contains("No such file"), "absent");
    Keychain::dead(&mut sandbox);
    assert!(lookup(&sandbox).err().contains("Connection refused"), "dead");
    let mut sandbox = Sandbox::new();
    let Some(_keychain) = Keychain::without_service(&mut sandbox) else {
        return;
    };
    assert!(
        lookup(&sandbox).err().contains("not provided by any .service"),
        "without a service"
    );
}
