//! Random bytes of the operating system.

use std::io;

use crate::provider::sign_in::Random;

#[derive(Clone, Copy, Debug)]
pub struct System;

impl Random for System {
    fn fill(&self, bytes: &mut [u8]) -> io::Result<()> {
        getrandom::fill(bytes).map_err(io::Error::other)
    }
}
