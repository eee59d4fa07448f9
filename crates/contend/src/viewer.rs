//! Opening a page with what the user's system opens pages with.

use anyhow::{Context, bail};
use std::path::Path;
use std::process::{Command, Stdio};

/// What opens a file here, and its first arguments.
const OPENER: (&str, &[&str]) = if cfg!(target_os = "macos") {
    ("open", &[])
} else if cfg!(windows) {
    // `start` is a word of the shell; its first quoted argument would be a title.
    ("cmd", &["/C", "start", ""])
} else {
    ("xdg-open", &[])
};

/// Opens `page`, and waits only until the opener has handed it on.
pub(crate) fn open(page: &Path) -> anyhow::Result<()> {
    let (program, arguments) = OPENER;
    let hint = || format!("open the page with {program}; open {} yourself", page.display());
    #[expect(clippy::disallowed_methods, reason = "the user asked for a browser")]
    let mut command = Command::new(program);
    command.args(arguments).arg(page).stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.status().with_context(hint)?;
    if !status.success() {
        bail!("{}: it ended with {status}", hint());
    }
    Ok(())
}
