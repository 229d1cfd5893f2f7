//! Keys in a keychain: a real gnome-keyring on a bus of its own, read back by other programs.

mod fixture;
