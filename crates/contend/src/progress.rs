//! What a long measurement says on stderr, and how its user stops it.

use std::io::{IsTerminal, Write, stderr};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Raised by the user's first Ctrl-C.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// How often progress is said on a terminal.
const TERMINAL_INTERVAL: Duration = Duration::from_millis(500);

/// The same where nobody watches, so that a log stays short.
const LOG_INTERVAL: Duration = Duration::from_secs(30);

/// Says how far a measurement is.
pub(crate) struct Progress {
    began: Instant,
    /// When it was last said.
    said: Duration,
    watching: bool,
}

impl Progress {
    /// Measuring begins now. From here on the first Ctrl-C only raises a flag.
    pub(crate) fn begin() -> Self {
        listen_for_ctrl_c();
        #[expect(clippy::disallowed_methods, reason = "the budget and the time left are not measurements")]
        let began = Instant::now();
        Self { began, said: Duration::ZERO, watching: stderr().is_terminal() }
    }

    /// When measuring began.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// Time since measuring began.
    pub(crate) fn took(&self) -> Duration {
        self.began.elapsed()
    }

    /// Says how far it is, not too often. Nothing is measured meanwhile.
    pub(crate) fn say(&mut self, progress: &str) {
        let now = self.took();
        let interval = if self.watching { TERMINAL_INTERVAL } else { LOG_INTERVAL };
        if now.saturating_sub(self.said) < interval {
            return;
        }
        self.said = now;
        if self.watching {
            eprint!("\r\x1b[Kcontend: {progress}");
            // Progress that cannot be drawn is no reason to stop.
            drop(stderr().flush());
        } else {
            eprintln!("contend: {progress}");
        }
    }

    /// Takes the last word back, where it would stand before the results.
    pub(crate) fn clear(&self) {
        if self.watching {
            eprint!("\r\x1b[K");
        }
    }
}

/// Whether the user wants it to end.
pub(crate) fn interrupted() -> bool {
    // Relaxed: the flag orders nothing.
    INTERRUPTED.load(Ordering::Relaxed)
}

/// The first Ctrl-C ends measuring after what is running; the second ends the process.
fn listen_for_ctrl_c() {
    static ONCE: Once = Once::new();
    ONCE.call_once(set_handler);
}

fn set_handler() {
    let handler = || {
        // Relaxed: as where it is read.
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(contend_protocol::exit::INTERRUPTED));
        }
        eprintln!("\ncontend: stopping after what is being measured");
    };
    if let Err(error) = ctrlc::set_handler(handler) {
        eprintln!("contend: warning: Ctrl-C will end this without a result: {error}");
    }
}
