//! Ids and messages that cross a process or reach the disk.
//!
//! It is the only crate with `serde` types. It is not a store (that is `contend-record`) and knows no formula.
//!
//! ```text
//! suites ─► harness ─► driver ──(run.json, samples.jsonl, catalogue lines)──► record ─► report, contend
//!                        every arrow across the middle is a type of this crate
//! ```
//!
//! ```
//! use contend_protocol::CellId;
//!
//! let id: CellId = "map-contention/read-99-insert-1/dashmap/2".parse()?;
//! assert_eq!(id.contender(), "dashmap");
//! assert_eq!(id.threads(), 2);
//! # Ok::<(), contend_protocol::InvalidId>(())
//! ```
//!
//! # Accuracy and limits
//! Everything stored is an integer in its base unit (nanoseconds, operations, bytes, switches), so nothing is rounded
//! twice. A name part is at most [`MAX_PART_LEN`] bytes, because criterion cuts longer folder names at 64.
//!
//! # Panics and errors
//! Nothing panics. Parsing an id gives [`InvalidId`]; decoding a line gives [`DecodeError`].

#![forbid(unsafe_code)]

pub mod baseline;
pub mod calibration;
pub mod catalogue;
pub mod comparison;
pub mod counts;
pub mod criterion;
pub mod doctor;
pub mod exit;
pub mod figures;
pub mod fnv;
pub mod launch;
pub mod manifest;
pub mod sample;
pub mod serve;
pub mod site;
pub mod version;

mod encode;
mod id;
#[cfg(test)]
mod schema;

/// Documents that are printed, built from messages: nobody else needs a serialiser.
pub use serde_json::{Value, json};

pub use encode::{DecodeError, decode, encode_line, encode_pretty};
pub use id::{CellId, InvalidId, MAX_PART_LEN, MAX_THREADS, check_part};
