//! Stdout.

use crate::error::CommandError;
use contend_protocol::Value;
use std::io::{IsTerminal, Write, stdout};

/// Prints results; a pipe that was closed ends the verb, quietly.
pub(crate) fn print(text: &str) -> Result<(), CommandError> {
    let mut stdout = stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(CommandError::Output)
}

/// Prints one object.
pub(crate) fn print_json(value: &Value) -> Result<(), CommandError> {
    print(&format!("{value:#}\n"))
}

/// Whether stdout shows colours and its user wants them.
///
/// Source: <https://no-color.org>: present and not empty means none.
pub(crate) fn colour() -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    stdout().is_terminal() && !unwanted
}
