//! A machine like a container that bars the kernel's keyrings and has no memory disk.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::integration::sessions::BARRED;
use crate::support::{Run, Sandbox, python, require, say};

pub(crate) struct Bar {
    unshare: PathBuf,
    python: PathBuf,
}

/// A directory that is not in memory in the place of the one that is.
const HIDE: &str = "mount --bind /proc /dev/shm || exit 99; exec \"$@\"";

impl Bar {
    /// `None` if this machine cannot do that.
    pub(crate) fn new(sandbox: &Sandbox) -> Option<Self> {
        let bar = Self {
            unshare: require("unshare")?,
            python: python("ctypes")?,
        };
        if bar.around(sandbox.program("/bin/true")).output().status != 0 {
            say("skipped: the kernel cannot be barred here");
            return None;
        }
        Some(bar)
    }

    /// First unshared, then barred, because barring is for good.
    pub(crate) fn around(&self, run: Run) -> Run {
        let barred = run.under(&self.python, ["-c", BARRED].map(OsString::from));
        barred.under(&self.unshare, ["-m", "sh", "-c", HIDE, "sh"].map(OsString::from))
    }
}
