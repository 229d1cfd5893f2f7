//! One file a command; leaves that never call each other.
