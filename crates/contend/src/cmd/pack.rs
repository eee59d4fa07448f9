//! `contend pack`.

use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{print, print_json};
use contend_protocol::{exit, json};
use contend_record::Packed;

/// Compress the lines of saved runs, for a repository or an archive
///
/// Every verb reads a packed run as before, and `--resume` adds to it; `gunzip` makes the files what they were. criterion's pages and
/// reports stay as they are: they can be left out of a repository, because `contend report` makes its pages again. With --format json:
///
/// {"schema": "contend-pack/1", "runs": [{"run": NAME, "before_bytes", "after_bytes": what its lines took and take on the disk}, ...]}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The runs: names as `contend runs` prints them, what only one begins with, or `latest`.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<String>,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::store()?;
    let alone = super::measure_alone(&store)?;
    let mut packed = Vec::new();
    for run in &arguments.runs {
        let run = store.pack(run, &alone)?;
        // What is done is said, whatever becomes of the next.
        if arguments.format.format == Format::Text {
            print(&text(&run))?;
        }
        packed.push(run);
    }
    if arguments.format.format == Format::Json {
        let run = |run: &Packed| json!({ "run": run.name, "before_bytes": run.before_bytes, "after_bytes": run.after_bytes });
        let runs: Vec<_> = packed.iter().map(run).collect();
        print_json(&json!({ "schema": "contend-pack/1", "runs": runs }))?;
    }
    Ok(exit::OK)
}

fn text(packed: &Packed) -> String {
    let Packed { name, before_bytes, after_bytes } = packed;
    match before_bytes == after_bytes {
        true => format!("{name} is packed already\n"),
        false => {
            format!("{name}: {} kB, was {} kB\n", after_bytes.div_ceil(1000), before_bytes.div_ceil(1000))
        }
    }
}
