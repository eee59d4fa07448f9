//! Asking an executable: a greeting, then one message a line.

use super::Executable;
use super::patience::{patience, speaks_meanwhile};
use crate::error::CommandError;
use contend_protocol::catalogue::{Greeting, protocol_of};
use contend_protocol::version::ProtocolVersion;
use contend_protocol::{DecodeError, decode, exit};
use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};

/// What is asked.
#[derive(Clone, Copy, Default)]
pub(crate) struct Question<'a> {
    /// What follows `--contend`.
    pub(crate) arguments: &'a [&'a str],
    /// Exit codes with which a whole answer ends.
    pub(crate) accepted: &'a [u8],
    /// Ask about all cells, whatever set the environment names.
    pub(crate) full_set: bool,
    /// The terminal's Ctrl-C is for us alone: what is being measured comes to its end.
    pub(crate) own_group: bool,
    /// Variables that the executable gets beside its own.
    pub(crate) environment: &'a [(&'a str, String)],
    /// What it reads on its stdin.
    pub(crate) input: Option<Input<'a>>,
}

/// What an executable reads on its stdin, which stays open behind it for as long as this process lives.
#[derive(Clone, Copy)]
pub(crate) struct Input<'a> {
    pub(crate) text: &'a str,
    /// Asked now and then; once it says no, the executable is told that it is enough.
    pub(crate) goes_on: &'a dyn Fn() -> bool,
}

/// Said on stdin to an executable that is to measure no more.
const ENOUGH: &[u8] = b"enough\n";

/// Exit codes with which an executable says that it failed itself, behind a sentence on stderr. Outside of measuring no
/// contender is to blame.
const OF_EXECUTABLES: [u8; 3] = [exit::INTERNAL, exit::USAGE, exit::UNFIT];

/// Why there is no whole answer. Each text fits after "the bench executable NAME ".
#[derive(Debug)]
pub(crate) enum AskError {
    /// It is not one of ours.
    Foreign,
    /// It speaks another version.
    Version(ProtocolVersion),
    /// It could not be started, or its answer not be read.
    Io(io::Error),
    /// It said something that is no message.
    Unreadable(DecodeError),
    /// It failed with this exit code, which is one of its own, and said why on stderr.
    Failed(u8),
    /// It ended in the middle.
    Died(ExitStatus),
    /// What it said could not be passed on.
    Ours(CommandError),
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign => f.write_str("gave no greeting"),
            Self::Version(found) => {
                let (found, known) = (found.0, ProtocolVersion::CURRENT.0);
                let older = if found < known { "the executable" } else { "contend" };
                write!(f, "speaks version {found} and contend version {known}: rebuild {older}")
            }
            Self::Io(error) => write!(f, "cannot be asked: {error}"),
            Self::Unreadable(error) => write!(f, "said something odd; failed to {error}"),
            Self::Failed(code) => write!(f, "failed with exit code {code}, and said why above"),
            Self::Died(status) => write!(f, "died in the middle: {status}"),
            Self::Ours(error) => write!(f, "was cut short; failed to {error}"),
        }
    }
}

impl From<DecodeError> for AskError {
    fn from(error: DecodeError) -> Self {
        Self::Unreadable(error)
    }
}

impl From<CommandError> for AskError {
    fn from(error: CommandError) -> Self {
        Self::Ours(error)
    }
}

/// What is heard, in this order: one greeting, then lines.
pub(crate) enum Heard<'a> {
    Greeting(Greeting),
    Line(&'a str),
}

/// How asking ended, where the verb goes on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Conclusion {
    /// The answer is whole; the exit code.
    Whole(u8),
    /// It is not one of ours.
    Foreign,
    /// The answer is missing or not whole.
    Broken,
}

/// A process that does not outlive its question.
struct Asked {
    child: Child,
    /// Open for as long as this lives.
    stdin: Option<ChildStdin>,
    /// It was told that it is enough.
    told: bool,
}

impl Asked {
    /// Says once that it is enough.
    fn enough(&mut self) {
        if let (Some(stdin), false) = (&mut self.stdin, self.told) {
            self.told = true;
            // One that has ended needs no word.
            drop(stdin.write_all(ENOUGH));
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        // After a whole answer it has ended, and there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Executable {
    /// Asks, and hands on the greeting and then each line as it comes. The result is the exit code.
    ///
    /// What prints no greeting is heard to its end, or to its first line.
    pub(crate) fn ask(
        &self,
        question: &Question<'_>,
        mut listen: impl FnMut(Heard<'_>) -> Result<(), AskError>,
    ) -> Result<u8, AskError> {
        let (mut asked, mut answer) = self.start(question).map_err(AskError::Io)?;
        let Some(line) = read_line(&mut answer, || {}).map_err(AskError::Io)? else {
            return Err(without_greeting(asked.child.wait().map_err(AskError::Io)?));
        };
        listen(Heard::Greeting(greeting(&line)?))?;
        let heard = listen_to_lines(&mut answer, &mut listen, || {
            if question.input.is_some_and(|input| !(input.goes_on)()) {
                asked.enough();
            }
        });
        if let Err(error @ (AskError::Ours(_) | AskError::Io(_))) = heard {
            return Err(error);
        }
        let status = asked.child.wait().map_err(AskError::Io)?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        match code {
            Some(code) if question.accepted.contains(&code) => heard.map(|()| code),
            // A torn line is what dying looks like, so the death says more.
            Some(code) if OF_EXECUTABLES.contains(&code) => Err(AskError::Failed(code)),
            _ => Err(AskError::Died(status)),
        }
    }

    /// Names on stderr what kept it from answering.
    ///
    /// # Errors
    /// What is our own fault, such as a closed stdout, ends the verb.
    pub(crate) fn conclude(&self, outcome: Result<u8, AskError>) -> Result<Conclusion, CommandError> {
        let name = &self.name;
        match outcome {
            Ok(code) => Ok(Conclusion::Whole(code)),
            Err(AskError::Ours(error)) => Err(error),
            // What is wrong with the call is wrong with each of them.
            Err(AskError::Failed(code @ exit::USAGE)) => {
                Err(CommandError::Executable { name: name.clone(), code })
            }
            Err(AskError::Foreign) => {
                eprintln!(
                    "contend: skipped the bench executable {name}: it gave no greeting, as contend's suites do"
                );
                Ok(Conclusion::Foreign)
            }
            Err(error) => {
                eprintln!("contend: the bench executable {name} {error}");
                Ok(Conclusion::Broken)
            }
        }
    }

    fn start(&self, question: &Question<'_>) -> io::Result<(Asked, BufReader<ChildStdout>)> {
        #[expect(clippy::disallowed_methods, reason = "a bench executable is asked, not measured")]
        let mut command = Command::new(&self.path);
        command.arg("--contend").args(question.arguments).stdout(Stdio::piped());
        command.stdin(if question.input.is_some() { Stdio::piped() } else { Stdio::null() });
        if let Some(directory) = &self.directory {
            command.current_dir(directory);
        }
        if question.full_set {
            command.env("CONTEND_SET", "full");
        }
        if question.own_group {
            command.process_group(0);
        }
        command.envs(question.environment.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn()?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let mut asked = Asked { child, stdin, told: false };
        if let Some((stdin, input)) = asked.stdin.as_mut().zip(question.input) {
            // What does not read it, such as a program that is none of ours, tells so in its own way.
            drop(stdin.write_all(input.text.as_bytes()));
        }
        let stdout = stdout.ok_or_else(|| io::Error::other("its stdout is not ours"))?;
        Ok((asked, BufReader::new(stdout)))
    }
}

/// Hands on the lines. After one that is no message the rest is read but not heard: its writer must not be stopped.
fn listen_to_lines(
    answer: &mut BufReader<ChildStdout>,
    listen: &mut impl FnMut(Heard<'_>) -> Result<(), AskError>,
    mut meanwhile: impl FnMut(),
) -> Result<(), AskError> {
    let mut heard = Ok(());
    while let Some(line) = read_line(answer, &mut meanwhile).map_err(AskError::Io)? {
        if heard.is_ok() {
            heard = listen(Heard::Line(&line));
        }
        if let Err(AskError::Ours(_)) = heard {
            break;
        }
    }
    heard
}

fn greeting(line: &str) -> Result<Greeting, AskError> {
    match protocol_of(line) {
        None => Err(AskError::Foreign),
        Some(version) if version.is_understood() => Ok(decode("a greeting", line)?),
        Some(other) => Err(AskError::Version(other)),
    }
}

/// A program that does not know `--contend` complains on stderr and exits; one that is killed, or that the loader cannot
/// start, tells another story.
fn without_greeting(status: ExitStatus) -> AskError {
    match status.code() {
        None | Some(126 | 127) => AskError::Died(status),
        Some(_) => AskError::Foreign,
    }
}

/// The next line without its end; bytes that are no text become replacement characters. `meanwhile` is called now and then.
fn read_line(answer: &mut BufReader<ChildStdout>, meanwhile: impl FnMut()) -> io::Result<Option<String>> {
    if !speaks_meanwhile(answer, meanwhile)? {
        return Err(io::Error::other(format!("it stayed silent for {} s", patience().as_secs())));
    }
    let mut line = Vec::new();
    let length = answer.read_until(b'\n', &mut line)?;
    Ok((length > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned()))
}
