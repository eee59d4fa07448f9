//! One side's process while it serves slices.

use crate::executables::Executable;
use crate::executables::{patience, speaks};
use contend_protocol::catalogue::{Greeting, protocol_of};
use contend_protocol::sample::Fault;
use contend_protocol::serve::{Answer, Prepared, Request, ServedSlice};
use contend_protocol::version::ProtocolVersion;
use contend_protocol::{CellId, decode, encode_line};
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Why a side gives no slice. Each text fits after "base " or "head ".
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Failure {
    /// The contender did something wrong.
    #[error("gave a wrong result, panicked or hung")]
    Faulty(Fault),
    /// The inputs were off target, or other programs used the cores.
    #[error("is not measurable: {0}")]
    NotMeasurable(String),
    /// The process cannot do what is asked.
    #[error("failed to {0}")]
    Refused(String),
    /// The process could not be started, ended, stayed silent, or said something odd.
    #[error("{0}")]
    Lost(String),
}

/// How a side's process is started.
#[derive(Clone, Debug)]
pub(crate) struct Launch<'a> {
    pub(crate) executable: &'a Executable,
    pub(crate) environment: &'a [(String, String)],
}

/// A process that serves, until this is dropped.
#[derive(Debug)]
pub(crate) struct Served {
    child: Child,
    /// `None` once it was told to end.
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It ends with its stdin; one whose threads hang does not, so it is not asked twice.
        self.requests = None;
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Served {
    pub(crate) fn start(launch: &Launch<'_>) -> Result<Self, Failure> {
        let mut child =
            spawn(launch).map_err(|error| Failure::Lost(format!("cannot be started: {error}")))?;
        let (requests, answers) = (child.stdin.take(), child.stdout.take());
        let answers = answers.ok_or_else(|| Failure::Lost("has no stdout".to_owned()))?;
        let mut served = Self { child, requests, answers: BufReader::new(answers) };
        let line = served.line()?;
        match protocol_of(&line) {
            Some(version) if version.is_understood() => {}
            Some(found) => return Err(Failure::Lost(other_version(found))),
            None => return Err(Failure::Lost("gave no greeting, as contend's suites do".to_owned())),
        }
        let greeting = decode::<Greeting>("a greeting", &line);
        greeting.map_err(|error| Failure::Lost(format!("said something odd; failed to {error}")))?;
        Ok(served)
    }

    pub(crate) fn prepare(&mut self, cell: &CellId, seed: u64, handicap: u64) -> Result<Prepared, Failure> {
        match self.ask(&Request::Prepare { cell: cell.clone(), seed, handicap })? {
            Answer::Prepared(prepared) => Ok(prepared),
            other => Err(unexpected(other)),
        }
    }

    pub(crate) fn slice(&mut self, share: u64, rebuild: bool) -> Result<ServedSlice, Failure> {
        match self.ask(&Request::Slice { share, rebuild })? {
            Answer::Slice(slice) => Ok(slice),
            other => Err(unexpected(other)),
        }
    }

    pub(crate) fn conclude(&mut self) -> Result<(), Failure> {
        match self.ask(&Request::Conclude)? {
            Answer::Concluded { not_measurable: None } => Ok(()),
            other => Err(unexpected(other)),
        }
    }

    fn ask(&mut self, request: &Request) -> Result<Answer, Failure> {
        let requests = self.requests.as_mut().ok_or_else(|| Failure::Lost("was told to end".to_owned()))?;
        // One write: the process must not wake up for half a line.
        let said = requests.write_all(format!("{}\n", encode_line(request)).as_bytes());
        if said.is_err() {
            return Err(Failure::Lost(self.obituary()));
        }
        let line = self.line()?;
        decode("an answer", &line)
            .map_err(|error| Failure::Lost(format!("said something odd; failed to {error}")))
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        if !speaks(&self.answers).map_err(|error| lost(&error))? {
            return Err(Failure::Lost(format!("stayed silent for {} s", patience().as_secs())));
        }
        match self.answers.read_line(&mut line) {
            Ok(0) => Err(Failure::Lost(self.obituary())),
            Ok(_) => Ok(line.trim_end().to_owned()),
            Err(error) => Err(lost(&error)),
        }
    }

    fn obituary(&mut self) -> String {
        // Its stdout is closed, so it is about to end; one that lives on all the same must not be waited for.
        let mut ended = self.child.try_wait();
        for _ in 0..100 {
            if !matches!(ended, Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
            ended = self.child.try_wait();
        }
        drop(self.child.kill());
        match ended.and_then(|ended| ended.map_or_else(|| self.child.wait(), Ok)) {
            Ok(status) => format!("died in the middle: {status}"),
            Err(error) => format!("died in the middle: {error}"),
        }
    }
}

fn spawn(launch: &Launch<'_>) -> io::Result<Child> {
    use std::os::unix::process::CommandExt;
    #[expect(clippy::disallowed_methods, reason = "the two sides of a comparison are started here")]
    let mut command = Command::new(&launch.executable.path);
    command.args(["--contend", "serve"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    command.envs(launch.environment.iter().map(|(name, value)| (name, value)));
    if let Some(directory) = &launch.executable.directory {
        command.current_dir(directory);
    }
    // Ctrl-C is for us: the pair is finished, and the process ends with its stdin.
    command.process_group(0);
    command.spawn()
}

fn lost(error: &io::Error) -> Failure {
    Failure::Lost(format!("cannot be asked: {error}"))
}

fn other_version(found: ProtocolVersion) -> String {
    let (found, known) = (found.0, ProtocolVersion::CURRENT.0);
    format!("speaks version {found} of the protocol and contend version {known}: it cannot be measured here")
}

fn unexpected(answer: Answer) -> Failure {
    match answer {
        Answer::Faulty { fault } => Failure::Faulty(fault),
        Answer::Refused { reason } => Failure::Refused(reason),
        Answer::Concluded { not_measurable: Some(reason) } => Failure::NotMeasurable(reason),
        other => Failure::Lost(format!("gave an answer to another question: {other:?}")),
    }
}
