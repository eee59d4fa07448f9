//! Whoever asked for a launch: holds the measuring lock for it, says on its stdin when it is enough, and may die.

use contend_protocol::exit;
use contend_record::Store;
use std::io::{self, BufRead};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Names the process that holds the measuring lock for the launches that it starts.
const HOLDER_VARIABLE: &str = "CONTEND_MEASURING";

/// How often a launch that works says so, where it says nothing else.
///
/// Chosen here because whoever asks waits for a minute at least, and one wake-up in ten seconds disturbs one slice of a thousand.
const TELLING: Duration = Duration::from_secs(10);

/// Raised once nobody wants more cells.
static ENOUGH: AtomicBool = AtomicBool::new(false);

/// Counts what was done, whatever it was.
static BEATS: AtomicU64 = AtomicU64::new(0);

/// Whether the process that started this one holds the lock of `store` for it.
///
/// A variable alone proves nothing: it is inherited by whatever else is started, and the process that it names may be gone, and the
/// lock with it. While it is this one's parent it lives, and after its death stdin ends, which [`listen`] hears.
pub(crate) fn holds_lock(store: &Store) -> bool {
    let named = std::env::var(HOLDER_VARIABLE).ok().and_then(|text| text.parse().ok());
    named.is_some() && named == parent() && store.measuring_now().is_some()
}

#[cfg(unix)]
fn parent() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

/// Elsewhere nobody starts launches.
#[cfg(not(unix))]
fn parent() -> Option<u32> {
    None
}

/// Listens to the rest of stdin, from here on, and has `tell` called now and then while something is done.
///
/// A line says that it is enough. The end of stdin says the same, and that nobody is left who could end this process. Where the
/// lock was theirs it is free then, and this process ends at once, so that it measures beside nobody. Else it may bring to an end
/// what it measures, unless that hangs: the longest that one step may take is `hang_bound`.
pub(crate) fn listen(lock_is_theirs: bool, hang_bound: Duration, tell: impl Fn() + Send + 'static) {
    #[expect(clippy::disallowed_methods, reason = "it waits for words on stdin, and measures nothing")]
    std::thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        drop(stdin.read_line(&mut String::new()));
        // Relaxed: the flag orders nothing.
        ENOUGH.store(true, Ordering::Relaxed);
        drop(io::copy(&mut stdin, &mut io::sink()));
        while !lock_is_theirs && goes_on(2 * hang_bound) {}
        std::process::exit(i32::from(exit::INTERRUPTED));
    });
    #[expect(clippy::disallowed_methods, reason = "it sleeps, and measures nothing")]
    std::thread::spawn(move || {
        loop {
            if goes_on(TELLING) {
                tell();
            }
        }
    });
}

/// Whether something is done within `time`.
fn goes_on(time: Duration) -> bool {
    // Relaxed: a number that is late by a step changes nothing.
    let before = BEATS.load(Ordering::Relaxed);
    std::thread::sleep(time);
    BEATS.load(Ordering::Relaxed) != before
}

/// Something is done: a cell was made, or measured for a slice.
pub(crate) fn beat() {
    // Relaxed: as where it is read.
    BEATS.fetch_add(1, Ordering::Relaxed);
}

/// Whether nobody wants more cells.
pub(crate) fn is_enough() -> bool {
    // Relaxed: as where it is raised.
    ENOUGH.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_holds_the_lock_for_a_process_that_was_not_told() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = Store::at(folder.path());
        assert!(!holds_lock(&store));
        let held = store.measuring_lock(|_| {}).expect("nobody holds it");
        assert!(!holds_lock(&store), "whoever holds it does not hold it for this process");
        drop(held);
    }
}
