//! Why a verb ended early, and with which exit code.

use crate::sides::SideError;
use contend_protocol::exit;
use contend_record::RecordError;
use contend_record::exchange::ExchangeError;
use contend_record::site::SiteError;
use contend_record::work::KeepError;
use std::fmt;
use std::io;
use std::process::ExitCode;

/// Everything that ends a verb. Each text fits after "failed to ".
#[derive(Debug)]
pub(crate) enum CommandError {
    /// The call's words do not fit.
    Usage(String),
    /// Nothing is selected, and what would be.
    NothingSelected(String),
    /// The store has no such run, or cannot read it.
    Store(RecordError),
    /// What goes to other software, or comes from it.
    Exchange(ExchangeError),
    /// A folder that is published.
    Site(SiteError),
    /// A side of a comparison, or a baseline, is not to be had.
    Side(SideError),
    /// Two sides, or what they said of themselves, cannot be compared.
    Incomparable(String),
    /// A bench executable failed with that exit code, and said why.
    Executable {
        /// Its name.
        name: String,
        /// Its exit code, which is the verb's.
        code: u8,
    },
    /// The user stopped it, and was told.
    Interrupted,
    /// Nobody reads what we print, or it cannot be written.
    Output(io::Error),
    /// Anything else.
    Other(anyhow::Error),
}

impl CommandError {
    /// Says what happened, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        if !self.is_broken_pipe() {
            eprintln!("contend: failed to {self}");
        }
        ExitCode::from(self.code())
    }

    fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => exit::USAGE,
            Self::NothingSelected(_) => exit::NOTHING_SELECTED,
            Self::Store(RecordError::BadName { .. } | RecordError::Ambiguous { .. }) => exit::USAGE,
            // The way out is another word of the call.
            Self::Store(RecordError::OtherReport { .. }) => exit::USAGE,
            Self::Store(RecordError::Read { .. }) => exit::INTERNAL,
            // As a bench executable that cannot save.
            Self::Store(RecordError::Write { .. }) => exit::UNFIT,
            Self::Store(_) => exit::NO_BASELINE,
            Self::Exchange(ExchangeError::Taken { .. }) => exit::USAGE,
            Self::Exchange(ExchangeError::Write { .. }) => exit::UNFIT,
            Self::Exchange(_) => exit::NO_BASELINE,
            Self::Site(SiteError::NotOurs { .. } | SiteError::Added { .. }) => exit::USAGE,
            Self::Site(SiteError::Write { .. }) => exit::UNFIT,
            Self::Site(SiteError::Read { .. }) => exit::INTERNAL,
            Self::Site(_) => exit::NO_BASELINE,
            Self::Side(error) => error.code(),
            Self::Incomparable(_) => exit::NO_BASELINE,
            Self::Executable { code, .. } => *code,
            Self::Interrupted => exit::INTERRUPTED,
            // Whoever closed the pipe, such as `head`, has all it wanted.
            Self::Output(_) if self.is_broken_pipe() => exit::OK,
            Self::Output(_) | Self::Other(_) => exit::INTERNAL,
        }
    }

    /// Whether nobody reads what we print any more.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::NothingSelected(text) | Self::Incomparable(text) => f.write_str(text),
            Self::Store(error) => write!(f, "{error}"),
            Self::Exchange(error) => write!(f, "{error}"),
            Self::Site(error) => write!(f, "{error}"),
            Self::Side(error) => write!(f, "{error}"),
            Self::Executable { name, code } => {
                write!(f, "go on with the bench executable {name}: exit code {code}, and it said why above")
            }
            Self::Interrupted => f.write_str("come to an end: it was interrupted"),
            Self::Output(error) => write!(f, "print: {error}"),
            // All causes in one line.
            Self::Other(error) => write!(f, "{error:#}"),
        }
    }
}

impl From<RecordError> for CommandError {
    fn from(error: RecordError) -> Self {
        Self::Store(error)
    }
}

impl From<ExchangeError> for CommandError {
    fn from(error: ExchangeError) -> Self {
        Self::Exchange(error)
    }
}

impl From<SiteError> for CommandError {
    fn from(error: SiteError) -> Self {
        Self::Site(error)
    }
}

impl From<anyhow::Error> for CommandError {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<SideError> for CommandError {
    fn from(error: SideError) -> Self {
        Self::Side(error)
    }
}

impl From<KeepError> for CommandError {
    fn from(error: KeepError) -> Self {
        Self::Side(error.into())
    }
}
