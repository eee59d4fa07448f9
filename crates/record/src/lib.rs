//! Keeps runs and comparisons: one directory each, written as it is measured, readable whatever happened to it.
//!
//! And keeps executables: builds, and the builds with a name that are baselines ([`work`]). It is the only code of the
//! project that writes files.
//!
//! It is not a database and judges nothing. It measures nothing either; it only asks the system what machine this is.
//!
//! ```text
//! driver ── Store::join ──► RunWriter ── append, append, ... finish          contend ── Store::keep_examination
//!              │                │                                                           │
//!              ▼                ▼                                                           ▼
//!        results/<run>/run.json   results/<run>/samples.jsonl, catalogue.jsonl     results/<run>/doctor.json
//!              │                │                                                           │
//!              └───────┬────────┴───────────────────────────────────────────────────────────┘
//!                      ▼
//!        Store::runs, Store::open_run ──► report, contend ── Run::save_report ──► results/<run>/report/
//!                                            │      ▲
//!                     Store::begin_comparison│      │Store::comparisons, Store::open_comparison
//!                                            ▼      │
//!     results/comparisons/<comparison>/verdict.json, pairs.jsonl
//! ```
//!
//! ```
//! use contend_protocol::manifest::{Constants, Invocation};
//! use contend_record::{environment, LaunchStart, RunFacts, Store};
//! # fn build() -> contend_protocol::manifest::Build {
//! #     contend_protocol::manifest::Build {
//! #         rustc: "rustc 1.95.0".into(), target: "x".into(), opt_level: "3".into(), debug_assertions: false,
//! #         rustflags: String::new(), profile_bench: String::new(),
//! #     }
//! # }
//!
//! let folder = tempfile::tempdir()?;
//! let store = Store::at(folder.path());
//! let invocation = Invocation {
//!     key: environment::invocation_key(),
//!     command: "cargo bench".into(),
//!     set: "curated".into(),
//!     seed: 1,
//! };
//! let start = LaunchStart {
//!     suite: "map-contention".into(),
//!     arguments: vec!["--bench".into()],
//!     planned_cells: 12,
//!     now_unix_ms: environment::now_unix_ms(),
//!     load_permille: environment::load_permille(),
//! };
//! let engine = environment::EngineFacts {
//!     pinning: true, run_queue_figures: true, allowed_cpus: 2, physical_cores: Some(2),
//! };
//! let writer = store.join(&invocation, start, || RunFacts {
//!     source: environment::source(folder.path()),
//!     build: build(),
//!     machine: environment::machine(&engine),
//!     constants: Constants {
//!         clock_read_ps: None, ping_pong_ps: None, wake_up_ps: None, spawn_ps: None, gate_skew_ps: None,
//!         work_unit_ps: None,
//!     },
//! })?;
//! writer.finish(environment::now_unix_ms(), None)?;
//! assert_eq!(store.open_run("latest")?.manifest.launches.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What goes to other software or comes from it is in [`exchange`]; a folder that is published is a [`site::Site`].
//!
//! # Accuracy and limits
//! A killed process leaves every cell that was appended; what it was writing is one torn line, which readers drop and
//! say so. After a power cut the same holds as far as the disk keeps what `fsync` promised. Runs are written by one
//! process at a time: locks are advisory, and where the file system has none, two writers are kept apart by nothing.
//! The environment is read in full on Linux; elsewhere most of it is `None`.
//!
//! # Panics and errors
//! Nothing panics. Every error is a [`RecordError`], a [`work::KeepError`], a [`site::SiteError`] or an [`exchange::ExchangeError`], which name the file and the way out; what is odd in a run that can
//! still be read is a [`Notice`].

#![forbid(unsafe_code)]

mod calibrations;
mod comparisons;
mod counted;
pub mod environment;
mod error;
mod examinations;
pub mod exchange;
mod figures;
mod files;
mod lock;
mod name;
mod packed;
mod reading;
mod rendering;
mod reports;
mod run;
mod saved;
pub mod site;
mod store;
mod utc;
pub mod work;

pub use comparisons::{ComparisonEntry, ComparisonState, ComparisonWriter, SavedComparison};
pub use contend_protocol::fnv::hex as content_hash;
pub use error::{RecordError, Saved};
pub use figures::FiguresWriter;
pub use lock::HeldLock;
pub use name::nearest;
pub use packed::Packed;
pub use reading::Notice;
pub use rendering::Rendering;
pub use reports::ReportOutcome;
pub use run::{Counts, Run};
pub use saved::SavedRun;
pub use store::workspace_dir;
pub use store::{LaunchStart, RunEntry, RunFacts, RunState, RunSummary, RunWriter, Store};
pub use utc::{utc_stamp, utc_text};
