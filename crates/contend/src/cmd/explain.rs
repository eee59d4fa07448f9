//! `contend explain`.

use crate::error::CommandError;
use crate::output::print;
use contend_protocol::exit;
use contend_record::nearest;
use contend_report::explain;

/// Explain a verdict, a warning or an exit code
///
/// Without a word it lists those it knows.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// A word of a report, such as `undecided`, or an exit code, such as `13`.
    word: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let Some(word) = &arguments.word else {
        let words: String = explain::words().map(|word| format!("{word}\n")).collect();
        print(&words)?;
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
    print(&format!("{}\n", text.trim_end()))?;
    Ok(exit::OK)
}
