//! `contend indicative`.

use crate::cli::{Format, FormatFlag};
use crate::error::CommandError;
use crate::output::{print, print_json};
use contend_protocol::{exit, json};
use contend_report::indicative;

/// Put the numbers of two saved runs side by side, without a verdict
///
/// Two runs were measured at two times. The same executable measured 3.5 minutes later differs "significantly" in 32 of 100
/// comparisons, whatever test is used, so nothing here is a finding and the exit code says nothing about speed. `contend
/// compare` measures both sides now. With --format json:
///
/// {"schema": "contend-indicative/1", "base": RUN, "head": RUN, "cells": [{"cell", "base_ns", "head_ns", "change"}, ...]}.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The earlier run: its name, what only its name begins with, or `latest`.
    base: String,

    /// The later run.
    #[arg(default_value = "latest")]
    head: String,

    #[command(flatten)]
    format: FormatFlag,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, CommandError> {
    let store = super::store()?;
    let (base, head) = (store.open_run(&arguments.base)?, store.open_run(&arguments.head)?);
    let rows = indicative::rows(&base, &head);
    if rows.is_empty() {
        let (base, head) = (&base.name, &head.name);
        return Err(CommandError::NothingSelected(format!(
            "find a cell that was measured in both {base} and {head}"
        )));
    }
    match arguments.format.format {
        Format::Text => print(&indicative::text(&base, &head, &rows))?,
        Format::Json => print_json(&json!({
            "schema": "contend-indicative/1",
            "base": base.name,
            "head": head.name,
            "cells": rows.iter().map(|row| json!({
                "cell": row.cell,
                "base_ns": row.base_ns,
                "head_ns": row.head_ns,
                "change": row.change(),
            })).collect::<Vec<_>>(),
        }))?,
    }
    Ok(exit::OK)
}
