//! Runs and comparisons in, text out: what `contend` prints.
//!
//! It is not a judge: it says which contenders cannot be told apart, and compares nothing across runs. The verdicts of a
//! comparison are shown as they are. It reads and
//! writes no file, and has no formula of its own: those are in `contend-stats`.
//!
//! ```text
//! record::Run ─► cells::figures ─► show::text      a terminal
//!                      │      ├──► markdown::table a README
//!                      │      └──► html::report    pages to open from the disk
//!                      │      └──► export::*       the formats of others
//! record::RunEntry ────┼─────────► runs::text
//! protocol lines ──────┴─────────► list::text, check::*
//! protocol::Comparison ──┬───────► comparison::text         a terminal
//!                        ├───────► comparison::markdown     a pull request
//!                        └───────► comparison::summary_line a log
//! record::environment ───► doctor::lines ─► doctor::text
//! words in all of them ──────────► explain::explain
//! ```
//!
//! ```
//! use contend_record::Store;
//! use contend_report::runs;
//!
//! let folder = tempfile::tempdir()?;
//! let entries = Store::at(folder.path()).runs()?;
//! assert_eq!(runs::text(&entries), "No run is saved yet. `cargo bench` makes one.\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Contenders that are none
//! A reader must not take the harness's own cost for a winner. The contender named `floor` is the loop without any
//! primitive, and those whose name begins with `bound-` or `per-thread` are bounds that no correct contender reaches.
//! They stand in the tables and are never the best.
//!
//! # Accuracy and limits
//! Numbers are medians over the slices of one launch, never means, and the interval beside one is that launch's:
//! another launch may lie outside. Columns are padded by characters, so text in wide scripts is out of line. Control
//! characters in messages become spaces.
//!
//! # Panics and errors
//! Nothing panics. Where there is nothing to show, the answer is text that says so, or `None`.

#![forbid(unsafe_code)]

pub mod advise;
pub mod agreement;
pub mod calibration;
pub mod cells;
pub mod check;
pub mod comparison;
pub mod doctor;
pub mod explain;
pub mod export;
pub mod figures;
pub mod html;
pub mod indicative;
mod layout;
pub mod list;
pub mod markdown;
mod page;
pub mod pivot;
pub mod rank;
pub mod runs;
pub mod show;
mod units;
mod warning;
