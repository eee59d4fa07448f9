//! `contend completions`.

use crate::cli::Cli;
use crate::error::CommandError;
use crate::output::print;
use clap::CommandFactory;
use clap_complete::{Shell, generate};
use contend_protocol::exit;

/// Print what makes a shell complete the words of contend
///
/// Such as `contend completions bash >~/.local/share/bash-completion/completions/contend`.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The shell.
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Cli::command(), "contend", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(exit::OK)
}
