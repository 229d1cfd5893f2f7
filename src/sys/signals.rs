//! Signals that end a program. While the terminal is in awsenv's mode they are only recorded, so that the terminal can
//! be restored; afterwards they end the program as before.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Records signals until it is dropped.
#[derive(Debug, Default)]
pub(super) struct Signals {
    told: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
}

impl Signals {
    /// # Errors
    /// What the system says.
    #[cfg(unix)]
    pub(super) fn heed() -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        use signal_hook::flag;
        let signals = Self::default();
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            flag::register_conditional_default(signal, Arc::clone(&signals.over))?;
            flag::register(signal, Arc::clone(&signals.told))?;
        }
        Ok(signals)
    }

    /// The Windows console has no such signals; in raw mode its Ctrl-C is a key.
    #[cfg(not(unix))]
    pub(super) fn heed() -> io::Result<Self> {
        Ok(Self::default())
    }

    /// Whether a signal arrived.
    pub(super) fn told_to_end(&self) -> bool {
        self.told.load(Ordering::Relaxed)
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}
