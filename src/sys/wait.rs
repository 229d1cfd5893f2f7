//! Work that may never end, and how long to wait for it.
//!
//! The work goes on in its thread until the process ends, because neither D-Bus nor the systems' keychains can be told
//! to stop. Ctrl-C ends the process.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use crate::sys::signals;

/// After this long, the user is told what awsenv waits for.
const A_WHILE: Duration = Duration::from_secs(1);

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The time is up.
    Late,
    /// The thread ended without an answer, or did not start.
    Gone,
}

/// Runs `work` for at most `limit`; calls `awaited` once if that takes a while.
///
/// # Errors
/// There was no answer.
pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    awaited: impl FnOnce(),
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, NoAnswer> {
    signals::watch();
    let (answer, answers) = mpsc::channel();
    let run = move || {
        // Once the time is up, the receiver is gone.
        let _ = answer.send(work());
    };
    let thread = std::thread::Builder::new();
    thread.spawn(run).map_err(|_| NoAnswer::Gone)?;
    let first = limit.min(A_WHILE);
    let mut answered = answers.recv_timeout(first);
    if matches!(answered, Err(RecvTimeoutError::Timeout)) && limit > first {
        awaited();
        answered = answers.recv_timeout(limit - first);
    }
    answered.map_err(|error| match error {
        RecvTimeoutError::Timeout => NoAnswer::Late,
        RecvTimeoutError::Disconnected => NoAnswer::Gone,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn an_answer_comes_or_the_time_is_up() {
        let said = || panic!("nobody waited");
        assert_eq!(within(Duration::from_secs(60), said, || 7), Ok(7));
        let start = Instant::now();
        let never = || std::thread::sleep(Duration::from_secs(600));
        assert_eq!(within(Duration::from_millis(50), said, never), Err(NoAnswer::Late));
        let mut waited = false;
        assert_eq!(
            within(Duration::from_millis(1100), || waited = true, never),
            Err(NoAnswer::Late)
        );
        assert!(waited && start.elapsed() < Duration::from_secs(30));
    }
}
