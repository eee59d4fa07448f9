//! `contend man`.

use crate::cli::Cli;
use crate::error::CommandError;
use crate::output::print;
use anyhow::Context;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use contend_protocol::exit;
use contend_record::exchange::write_new_folder;
use contend_record::nearest;
use std::path::PathBuf;

/// Print a page of the manual, in roff
///
/// Such as `contend man compare | man -l -`. With --output all pages are written, for /usr/share/man/man1 or a package.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The verb, such as `compare` or `baseline save`; without one, the page of contend itself.
    #[arg(conflicts_with = "output")]
    verb: Vec<String>,

    /// Write all pages into a folder that is not there yet.
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let mut whole = Cli::command();
    // Gives each verb its whole name.
    whole.build();
    match &arguments.output {
        Some(folder) => {
            let mut pages = Vec::new();
            collect(&whole, &mut pages)?;
            write_new_folder(folder, &pages)?;
            eprintln!("contend: wrote {} pages to {}", pages.len(), folder.display());
        }
        None => print(&page(find(&whole, &arguments.verb)?)?)?,
    }
    Ok(exit::OK)
}

/// The command that the words mean.
fn find<'a>(whole: &'a Command, words: &[String]) -> Result<&'a Command, CommandError> {
    words.iter().try_fold(whole, |command, word| {
        command.find_subcommand(word).ok_or_else(|| {
            let verbs: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
            let near = nearest(word, verbs.iter().copied(), 3);
            let known = if near.is_empty() { verbs.join(", ") } else { near.join(", ") };
            let known = if known.is_empty() { "nothing below it".to_owned() } else { known };
            CommandError::Usage(format!("find a page for `{word}`: there is {known}"))
        })
    })
}

/// The pages of a command and of all below it, by file name.
fn collect(command: &Command, pages: &mut Vec<(PathBuf, String)>) -> Result<(), CommandError> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    pages.push((PathBuf::from(format!("{name}.1")), page(command)?));
    let verbs = command.get_subcommands().filter(|verb| verb.get_name() != "help" && !verb.is_hide_set());
    verbs.into_iter().try_for_each(|verb| collect(verb, pages))
}

fn page(command: &Command) -> Result<String, CommandError> {
    let mut page = Vec::new();
    let source = concat!("contend ", env!("CARGO_PKG_VERSION"));
    Man::new(command.clone()).source(source).render(&mut page).context("write a page of the manual")?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
