//! Signals that end a program.
//!
//! While the terminal is in awsenv's mode they are only recorded, so that the terminal can be restored; so is what stops
//! a program, which another one then continues in a terminal of another mode. While awsenv
//! waits for something outside, and a shell is going to run what it prints, they end it with a last word: an eval of
//! nothing would succeed. Otherwise they end it at once, and a run that never waits pays for none of this.

#[cfg(unix)]
pub(super) use self::system::{Leaving, Signals, at_leave, watch};
#[cfg(unix)]
pub use self::system::{at_end, take_stdout};

#[cfg(not(unix))]
pub(super) use self::none::{Leaving, Signals, at_leave, watch};
#[cfg(not(unix))]
pub use self::none::{at_end, take_stdout};

#[cfg(unix)]
mod system {
    use std::io;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Arc, LazyLock, Mutex, Once, OnceLock, PoisonError, mpsc};
    use std::thread;
    use std::time::Duration;

    use signal_hook::consts::{
        SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
        SIGXFSZ,
    };
    use signal_hook::{flag, iterator, low_level};

    /// What is said before a signal ends the program.
    type LastWord = Box<dyn Fn(u8) + Send + Sync>;

    static LAST_WORD: OnceLock<LastWord> = OnceLock::new();

    /// Whether stdout has, or will have, all that this run prints.
    static IS_TAKEN: AtomicBool = AtomicBool::new(false);

    /// Whether a signal ends the program in its handler.
    static IS_FINAL: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

    /// Whether Ctrl-Z, or another program's request to stop, stops the program in its handler.
    static STOPS: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

    static IS_WATCHED: AtomicBool = AtomicBool::new(false);

    /// How many [`Signals`] there are.
    static RECORDERS: AtomicUsize = AtomicUsize::new(0);

    /// Those of POSIX that end a program and are not the system's report of a fault in it.
    const ENDING: [i32; 11] = [
        SIGALRM, SIGHUP, SIGINT, SIGPROF, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
    ];

    /// What a signal does that arrives while awsenv waits: it says this, with the status that a shell reports.
    pub fn at_end(say: impl Fn(u8) + Send + Sync + 'static) {
        let _ = LAST_WORD.set(Box::new(say));
    }

    /// Returns for only one caller, who then writes all that stdout gets. The others wait for the end of the program.
    pub fn take_stdout() {
        while IS_TAKEN.swap(true, Ordering::SeqCst) {
            thread::park();
        }
    }

    /// From now on a signal is answered by the last word, if there is one. To be called before awsenv waits for
    /// something that may take long.
    pub(in crate::sys) fn watch() {
        if LAST_WORD.get().is_some() {
            start_once();
        }
    }

    /// What is done when the user ends the program.
    type Act = Box<dyn Fn() + Send>;

    static ACTS: Mutex<Vec<(usize, Act)>> = Mutex::new(Vec::new());

    /// Those of the terminal, by which a user ends a program. SIGTERM comes from another program, such as an SDK that no
    /// longer needs an answer, and says nothing of what the user wants.
    const LEAVING: [i32; 3] = [SIGHUP, SIGINT, SIGQUIT];

    /// What is done on leaving, until this is dropped.
    #[derive(Debug)]
    pub(in crate::sys) struct Leaving(usize);

    /// From now on, the user's signal to end is answered by this too.
    pub(in crate::sys) fn at_leave(act: impl Fn() + Send + 'static) -> Leaving {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        start_once();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut acts = ACTS.lock().unwrap_or_else(PoisonError::into_inner);
        acts.push((number, Box::new(act)));
        Leaving(number)
    }

    impl Drop for Leaving {
        fn drop(&mut self) {
            let mut acts = ACTS.lock().unwrap_or_else(PoisonError::into_inner);
            acts.retain(|(number, _)| *number != self.0);
        }
    }

    fn leave(signal: i32) {
        if LEAVING.contains(&signal) {
            let acts = ACTS.lock().unwrap_or_else(PoisonError::into_inner);
            acts.iter().for_each(|(_, act)| act());
        }
    }

    fn start_once() {
        static ONCE: Once = Once::new();
        ONCE.call_once(start);
    }

    fn start() {
        let (ready, started) = mpsc::channel();
        let answer = move || {
            let mut signals = iterator::Signals::new(heeded());
            IS_WATCHED.store(signals.is_ok(), Ordering::SeqCst);
            IS_FINAL.store(signals.is_err(), Ordering::SeqCst);
            let _ = ready.send(());
            for signal in signals.iter_mut().flat_map(iterator::Signals::forever) {
                // Whoever records it ends the program in the usual way.
                if RECORDERS.load(Ordering::SeqCst) == 0 {
                    end(signal);
                }
            }
        };
        // Without the thread, a signal ends the program at once, as before.
        if thread::Builder::new().spawn(answer).is_ok() {
            let _ = started.recv();
        }
    }

    /// How long the script that is being written may take.
    const PATIENCE: Duration = Duration::from_secs(1);

    fn end(signal: i32) {
        leave(signal);
        if let Some(say) = LAST_WORD.get() {
            if IS_TAKEN.swap(true, Ordering::SeqCst) {
                thread::sleep(PATIENCE);
            } else {
                say(u8::try_from(128 + signal).unwrap_or(1));
            }
        }
        let _ = low_level::emulate_default_handler(signal);
    }

    /// Those of [`ENDING`] that this program was not started to ignore, as by nohup, and as a shell does for a job in
    /// the background.
    #[cfg(target_os = "linux")]
    fn heeded() -> impl Iterator<Item = i32> {
        let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = text.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        let is_ignored = move |signal: i32| mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1);
        ENDING.into_iter().filter(move |signal| !is_ignored(*signal))
    }

    /// Other systems do not tell, so only those count that are seldom ignored.
    #[cfg(not(target_os = "linux"))]
    fn heeded() -> impl Iterator<Item = i32> {
        LEAVING.into_iter().chain([SIGTERM])
    }

    /// Records signals until it is dropped.
    #[derive(Debug, Default)]
    pub(in crate::sys) struct Signals {
        /// The last of those that end a program, or 0.
        told: Arc<AtomicUsize>,
        /// The last of SIGTSTP and SIGCONT that was not answered yet, or 0. SIGCONT cancels a stop, as in the kernel: a
        /// program that stopped after it would never be continued.
        job: Arc<AtomicUsize>,
    }

    const STOP: usize = SIGTSTP.unsigned_abs() as usize;
    const CONTINUE: usize = SIGCONT.unsigned_abs() as usize;

    impl Signals {
        /// # Errors
        /// What the system says.
        pub(in crate::sys) fn heed() -> io::Result<Self> {
            watch();
            RECORDERS.fetch_add(1, Ordering::SeqCst);
            IS_FINAL.store(false, Ordering::SeqCst);
            STOPS.store(false, Ordering::SeqCst);
            let signals = Self::default();
            for signal in heeded() {
                flag::register_conditional_default(signal, Arc::clone(&IS_FINAL))?;
                let number = usize::try_from(signal).unwrap_or_default();
                flag::register_usize(signal, Arc::clone(&signals.told), number)?;
            }
            flag::register_conditional_default(SIGTSTP, Arc::clone(&STOPS))?;
            flag::register_usize(SIGTSTP, Arc::clone(&signals.job), STOP)?;
            flag::register_usize(SIGCONT, Arc::clone(&signals.job), CONTINUE)?;
            Ok(signals)
        }

        /// Whether a signal arrived.
        pub(in crate::sys) fn told_to_end(&self) -> bool {
            self.told.load(Ordering::Relaxed) != 0
        }

        /// Whether that signal is one by which a user ends a program.
        pub(in crate::sys) fn told_to_leave(&self) -> bool {
            let told = self.told.load(Ordering::Relaxed);
            LEAVING.iter().any(|signal| usize::try_from(*signal) == Ok(told))
        }

        /// Whether the program was asked to stop, and not continued since. The caller restores the terminal and calls
        /// [`Self::stop`].
        pub(in crate::sys) fn told_to_stop(&self) -> bool {
            self.job.load(Ordering::SeqCst) == STOP
        }

        /// Returns when another program, usually the shell, continues this one; at once if one has meanwhile.
        pub(in crate::sys) fn stop(&self) {
            if self.answers(STOP) {
                let _ = low_level::emulate_default_handler(SIGTSTP);
            }
            self.has_continued();
        }

        /// Whether the program was stopped and goes on, once for each time.
        pub(in crate::sys) fn has_continued(&self) -> bool {
            self.answers(CONTINUE)
        }

        /// Whether this is what arrived last; it counts as answered from now on.
        fn answers(&self, signal: usize) -> bool {
            let answered = self.job.compare_exchange(signal, 0, Ordering::SeqCst, Ordering::SeqCst);
            answered.is_ok()
        }
    }

    impl Drop for Signals {
        fn drop(&mut self) {
            // The thread may hear of a recorded signal only now; it is answered, and the next one ends the program at once.
            let is_told = self.told_to_end();
            if !is_told {
                RECORDERS.fetch_sub(1, Ordering::SeqCst);
            }
            IS_FINAL.store(is_told || !IS_WATCHED.load(Ordering::SeqCst), Ordering::SeqCst);
            STOPS.store(true, Ordering::SeqCst);
        }
    }
}

/// The Windows console has no such signals; in raw mode its Ctrl-C is a key.
#[cfg(not(unix))]
mod none {
    use std::io;

    #[derive(Debug, Default)]
    pub(in crate::sys) struct Signals;

    impl Signals {
        pub(in crate::sys) fn heed() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::sys) fn told_to_end(&self) -> bool {
            false
        }

        pub(in crate::sys) fn told_to_leave(&self) -> bool {
            false
        }

        pub(in crate::sys) fn told_to_stop(&self) -> bool {
            false
        }

        pub(in crate::sys) fn stop(&self) {}

        pub(in crate::sys) fn has_continued(&self) -> bool {
            false
        }
    }

    #[derive(Debug)]
    pub(in crate::sys) struct Leaving;

    pub(in crate::sys) fn at_leave(_: impl Fn() + Send + 'static) -> Leaving {
        Leaving
    }

    pub fn at_end(_: impl Fn(u8) + Send + Sync + 'static) {}

    pub fn take_stdout() {}

    pub(in crate::sys) fn watch() {}
}

#[cfg(all(test, unix))]
mod tests {
    use signal_hook::consts::{SIGCONT, SIGTSTP};
    use signal_hook::low_level::raise;

    use super::Signals;

    /// A program that stopped after it was continued would wait for ever: nobody knows of it.
    #[test]
    fn who_is_continued_before_the_stop_goes_on() {
        let signals = Signals::heed().expect("signals");
        raise(SIGTSTP).expect("a signal");
        assert!(signals.told_to_stop());
        raise(SIGCONT).expect("a signal");
        assert!(!signals.told_to_stop());
        signals.stop();
        assert!(!signals.has_continued());
        raise(SIGCONT).expect("a signal");
        assert!(signals.has_continued());
        assert!(!signals.has_continued());
    }
}
