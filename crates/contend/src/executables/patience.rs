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

/// How often something else is looked after while an executable measures.
///
/// Chosen here because a wake-up takes some microseconds of one slice in a hundred, and nobody waits longer for the answer to a Ctrl-C.
const INTERVAL: Duration = Duration::from_secs(1);

/// Waits until there is something to read, or the end. `false` once patience is at its end.
pub(crate) fn speaks(answer: &BufReader<ChildStdout>) -> io::Result<bool> {
    speaks_within(patience(), answer)
}

/// As [`speaks`]. `meanwhile` is called before waiting, and now and then while there is nothing to read.
pub(crate) fn speaks_meanwhile(
    answer: &BufReader<ChildStdout>,
    mut meanwhile: impl FnMut(),
) -> io::Result<bool> {
    let mut left = patience();
    loop {
        meanwhile();
        let wait = left.min(INTERVAL);
        left -= wait;
        if speaks_within(wait, answer)? {
            return Ok(true);
        }
        if left.is_zero() {
            return Ok(false);
        }
    }
}

fn speaks_within(time: Duration, answer: &BufReader<ChildStdout>) -> io::Result<bool> {
    if !answer.buffer().is_empty() {
        return Ok(true);
    }
    let mut waiting = [PollFd::new(answer.get_ref().as_fd(), PollFlags::POLLIN)];
    let timeout = PollTimeout::try_from(time).unwrap_or(PollTimeout::MAX);
    loop {
        match poll(&mut waiting, timeout) {
            Err(nix::errno::Errno::EINTR) => {}
            ready => return Ok(ready? > 0),
        }
    }
}
