//! `contend explain`.

use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{print, print_json};
use contend_protocol::{exit, json};
use contend_record::nearest;
use contend_report::explain;

/// Explain a verdict, a warning or an exit code
///
/// Without a word it lists those it knows. With --format json: {"schema": "contend-explain/1", "words": [{"word", "text"},
/// ...]}, of the word, or of all.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// A word of a report, such as `undecided`, or an exit code, such as `13`.
    word: Option<String>,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let Some(word) = &arguments.word else {
        let words: Vec<&str> = explain::words().collect();
        match arguments.format.format {
            Format::Text => print(&words.iter().map(|word| format!("{word}\n")).collect::<String>())?,
            Format::Json => print_words(&words)?,
        }
        return Ok(exit::OK);
    };
    let Some(text) = explain::explain(word) else {
        let near = nearest(word, explain::words(), 3);
        let hint = if near.is_empty() {
            "`contend explain` lists the words".to_owned()
        } else {
            format!("nearest are {}", near.join(", "))
        };
        return Err(CommandError::Usage(format!("explain `{word}`: {hint}")));
    };
    match arguments.format.format {
        Format::Text => print(&format!("{}\n", text.trim_end()))?,
        Format::Json => print_words(&[word])?,
    }
    Ok(exit::OK)
}

fn print_words(words: &[&str]) -> Result<(), CommandError> {
    let words: Vec<_> =
        words.iter().map(|word| json!({ "word": word, "text": explain::explain(word) })).collect();
    print_json(&json!({ "schema": "contend-explain/1", "words": words }))
}
