//! A contender that aborts, or exhausts memory, takes its process with it. So what `cargo bench` starts measures nothing itself:
//! it starts a ward that does, waits, and starts another one behind the cell that was to blame.
//!
//! The two are joined by a socket, which is the ward's stdin. The ward says on it which cell it begins; where the socket ends, so
//! does the other side.

use crate::successor::{Inherited, Tally, start_behind};
use contend_protocol::{CellId, exit};
use contend_record::environment::{invocation_command, invocation_key};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Tells a ward that it is one.
const WARD: &str = "CONTEND_WARD";

/// Signals with which a user ends a process: no contender is to blame.
///
/// Source: POSIX.1-2017, `<signal.h>`: SIGHUP, SIGINT, SIGQUIT and SIGTERM, whose numbers `kill` fixes but for QUIT, which is 3 on
/// every Unix that Rust knows.
const OF_USERS: [i32; 4] = [1, 2, 3, 15];

/// How long a ward that heard the same signal may take to say where the finished cells are.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// This side of the socket to the ward that measures now.
static SOCKET: Mutex<Option<UnixStream>> = Mutex::new(None);

/// The user wants an end. From the terminal the ward has heard it too; else it ends because the socket does.
fn let_go() {
    std::thread::sleep(LAST_WORDS);
    let socket = SOCKET.lock().unwrap_or_else(PoisonError::into_inner).take();
    drop(socket.map(|socket| socket.shutdown(Shutdown::Both)));
}

/// The side of a ward: says what it begins.
#[derive(Debug)]
pub(crate) struct Ward(Option<UnixStream>);

impl Ward {
    /// This process as a ward, if it is one. From here on it ends with its guardian.
    pub(crate) fn of_process() -> Self {
        if !is_ward() {
            return Self(None);
        }
        let stream = |fd: io::Result<OwnedFd>| fd.map(UnixStream::from).ok();
        if let Some(mut guardian) = stream(io::stdin().as_fd().try_clone_to_owned()) {
            #[expect(
                clippy::disallowed_methods,
                reason = "it waits for the guardian's end, and measures nothing"
            )]
            std::thread::spawn(move || {
                drop(guardian.read(&mut [0]));
                std::process::exit(i32::from(exit::INTERRUPTED));
            });
        }
        Self(stream(io::stdin().as_fd().try_clone_to_owned()))
    }

    /// A cell is measured next, after so many others.
    pub(crate) fn begins(&mut self, cell: &CellId, tally: Tally) {
        if let Some(guardian) = &mut self.0 {
            // Without a guardian that listens, an abort is the end, as it would have been.
            drop(writeln!(guardian, "{cell} {}", tally.text()));
        }
    }
}

fn is_ward() -> bool {
    std::env::var_os(WARD).is_some()
}

/// Measures in wards, and returns the exit code of the last; `None` in a ward itself, which is to measure.
pub(crate) fn guard() -> Option<u8> {
    if is_ward() {
        return None;
    }
    // Without a handler this process ends at once, and the ward with it, which then says nothing.
    drop(ctrlc::set_handler(let_go));
    // As the ward's parent would be this process, and not cargo.
    let invocation = [("CONTEND_INVOCATION", invocation_key()), ("CONTEND_COMMAND", invocation_command())];
    let mut dead: Option<Inherited> = None;
    loop {
        let started = start(&invocation, dead.as_ref());
        let (begun, status) = match started.and_then(|(ward, socket)| wait(ward, socket)) {
            Ok(ended) => ended,
            Err(error) => {
                eprintln!("contend: failed to start the process that measures: {error}");
                return Some(exit::INTERNAL);
            }
        };
        match (status.code(), status.signal(), begun) {
            (Some(code), _, _) => return Some(u8::try_from(code).unwrap_or(exit::INTERNAL)),
            (None, Some(signal), Some((after, tally))) if !OF_USERS.contains(&signal) => {
                let message = format!("took its process down ({status})");
                dead = Some(Inherited { after: Some(after), tally, death: Some(message) });
            }
            (None, signal, _) => {
                eprintln!("contend: the process that measured was ended: {status}");
                let of_user = signal.is_some_and(|signal| OF_USERS.contains(&signal));
                return Some(if of_user { exit::INTERRUPTED } else { exit::INTERNAL });
            }
        }
    }
}

fn start(
    invocation: &[(&str, String)],
    dead: Option<&Inherited>,
) -> io::Result<(std::process::Child, UnixStream)> {
    let (ours, theirs) = UnixStream::pair()?;
    #[expect(clippy::disallowed_methods, reason = "the process starts itself")]
    let mut ward = Command::new(std::env::current_exe()?);
    ward.args(std::env::args_os().skip(1)).env(WARD, "1").stdin(OwnedFd::from(theirs));
    // Whoever joins a run by name has set these already.
    ward.envs(
        invocation
            .iter()
            .filter(|(name, _)| std::env::var_os(name).is_none())
            .map(|(name, value)| (name, value)),
    );
    if let Some(dead) = dead {
        start_behind(&mut ward, dead);
    }
    let child = ward.spawn()?;
    *SOCKET.lock().unwrap_or_else(PoisonError::into_inner) = ours.try_clone().ok();
    // Else the ward's end would stay open here, and this process would wait for itself.
    drop(ward);
    Ok((child, ours))
}

/// Waits for the ward's end. The result has the last cell that it began, if any.
fn wait(
    mut ward: std::process::Child,
    socket: UnixStream,
) -> io::Result<(Option<(CellId, Tally)>, ExitStatus)> {
    let mut last = None;
    for line in BufReader::new(&socket).lines() {
        // A socket whose other end was killed may say so.
        let Ok(line) = line else { break };
        last = parse(&line).or(last);
    }
    let status = ward.wait()?;
    drop(socket);
    Ok((last, status))
}

fn parse(line: &str) -> Option<(CellId, Tally)> {
    let (cell, tally) = line.split_once(' ')?;
    Some((cell.parse().ok()?, Tally::parse(tally)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_ward_says_is_understood() {
        let tally = Tally { measured: 3, not_measurable: 1, faulty: 0 };
        let cell: CellId = "s/w/c/2".parse().expect("an id");
        assert_eq!(parse(&format!("{cell} {}", tally.text())), Some((cell, tally)));
        assert_eq!(parse("s/w/c"), None);
        assert_eq!(parse("nobody 1 2 3"), None);
    }
}
