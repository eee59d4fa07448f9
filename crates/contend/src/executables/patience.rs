//! How long an executable may stay silent.

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::io::{self, BufReader};
use std::os::fd::AsFd;
use std::process::ChildStdout;
use std::time::Duration;

/// At least: an executable has a bound of its own for each slice, and this is for what lies outside slices, such as making a
/// contender.
///
/// Chosen here because it is twice the executable's own bound.
const LEAST: Duration = Duration::from_secs(60);

/// Longest time that an executable may stay silent: longer where the user gives its slices longer.
pub(crate) fn patience() -> Duration {
    let asked = std::env::var("CONTEND_HANG_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    asked.map_or(LEAST, |seconds: u32| LEAST.max(Duration::from_secs(2 * u64::from(seconds))))
}

/// Waits until there is something to read, or the end. `false` once patience is at its end.
pub(crate) fn speaks(answer: &BufReader<ChildStdout>) -> io::Result<bool> {
    if !answer.buffer().is_empty() {
        return Ok(true);
    }
    let mut waiting = [PollFd::new(answer.get_ref().as_fd(), PollFlags::POLLIN)];
    let patience = PollTimeout::try_from(patience()).unwrap_or(PollTimeout::MAX);
    loop {
        match poll(&mut waiting, patience) {
            Err(nix::errno::Errno::EINTR) => {}
            ready => return Ok(ready? > 0),
        }
    }
}
