//! Where this program's own stdout goes, as far as the system shows it.

use std::ffi::OsStr;

use super::{processes, system};

const STDOUT: i32 = 1;

/// Whether stderr goes to the same file or pipe, which is then a log. /dev/null keeps nothing.
pub fn is_stderr() -> bool {
    system::is_stderr(&std::io::stdout())
}

/// Whether it is a pipe that is also the stdout of the shell that runs this program, which then does not read it. If
/// `ran` is this program, a shell ran it, although that shell may be gone.
pub fn is_of_shell(ran: Option<&OsStr>) -> bool {
    processes::is_of_shell(STDOUT, ran)
}

/// Whether it is a pipe that a shell above reads; `false` if that cannot be seen.
pub fn is_read_by_shell() -> bool {
    processes::is_read_by_shell(STDOUT, None) == Some(true)
}
