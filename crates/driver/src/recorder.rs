//! The run that this executable writes into.

use crate::answer::entries;
use crate::error::DriverError;
use crate::settings::Settings;
use contend_harness::{Cell, Cores, Suite, can_pin, constants, run_queue_figures};
use contend_protocol::manifest::{Build, Invocation, Machine};
use contend_protocol::sample::CellRecord;
use contend_record::environment::{self, EngineFacts};
use contend_record::{HeldLock, LaunchStart, RunFacts, RunWriter, Store, workspace_dir};
use std::path::{Path, PathBuf};

/// What `contend run` sets, because its executables are not cargo's children: the key that their launches share.
const INVOCATION_VARIABLE: &str = "CONTEND_INVOCATION";

/// The run to go on with, once `contend run` knows it.
const RUN_VARIABLE: &str = "CONTEND_RUN";

/// The command that was typed, as `contend run` tells it.
const COMMAND_VARIABLE: &str = "CONTEND_COMMAND";

/// A launch in its run, alone on the machine as far as this workspace goes.
#[derive(Debug)]
pub(crate) struct Recorder {
    writer: RunWriter,
    steal_before: Option<u64>,
    /// `None` where whoever asked holds it for this process.
    _alone: Option<HeldLock>,
}

impl Recorder {
    /// Waits until nobody else measures, unless whoever asked keeps the others out, and joins the invocation's run or creates it.
    pub(crate) fn begin(
        suite: &Suite,
        settings: &Settings,
        planned: &[Cell],
        lock_is_theirs: bool,
    ) -> Result<Self, DriverError> {
        let base = base_folder();
        let store = Store::locate(&base);
        let alone = (!lock_is_theirs).then(|| alone(&store)).transpose()?;
        let told = |variable: &str| std::env::var(variable).ok().filter(|value| !value.is_empty());
        let invocation = Invocation {
            key: told(INVOCATION_VARIABLE).unwrap_or_else(environment::invocation_key),
            command: told(COMMAND_VARIABLE).unwrap_or_else(environment::invocation_command),
            set: settings.set.name().to_owned(),
            seed: settings.seed,
        };
        let start = LaunchStart {
            suite: suite.id().to_owned(),
            arguments: std::env::args().skip(1).collect(),
            planned_cells: u32::try_from(planned.len()).unwrap_or(u32::MAX),
            now_unix_ms: environment::now_unix_ms(),
            load_permille: environment::load_permille(),
        };
        let writer = match told(RUN_VARIABLE) {
            Some(run) => store.join_run(&run, start)?,
            None => store.join(&invocation, start, || facts(&base, settings))?,
        };
        writer.describe(&entries(planned, settings))?;
        Ok(Self { writer, steal_before: environment::steal_ticks(), _alone: alone })
    }

    /// The run's folder.
    pub(crate) fn directory(&self) -> &Path {
        self.writer.directory()
    }

    /// Number of this launch in its run.
    pub(crate) fn launch(&self) -> u32 {
        self.writer.launch()
    }

    /// Adds a cell's line; it is on the disk when this returns.
    pub(crate) fn append(&mut self, record: &CellRecord) -> Result<(), DriverError> {
        Ok(self.writer.append(record)?)
    }

    /// Notes that this launch measured all it set out to.
    pub(crate) fn finish(self) -> Result<(), DriverError> {
        let steal =
            environment::steal_ticks().zip(self.steal_before).map(|(now, then)| now.saturating_sub(then));
        Ok(self.writer.finish(environment::now_unix_ms(), steal)?)
    }
}

/// Waits until nobody else measures into `store`.
pub(crate) fn alone(store: &Store) -> Result<HeldLock, DriverError> {
    Ok(store.measuring_lock(|other| {
        eprintln!(
            "contend: waiting for another measurement to end, because two would disturb each other: {other}"
        );
    })?)
}

/// The package whose bench this is, as cargo says, or where the user stands.
pub(crate) fn base_folder() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    package.or_else(|| std::env::current_dir().ok()).unwrap_or_default()
}

fn facts(base: &Path, settings: &Settings) -> RunFacts {
    RunFacts {
        source: environment::source(base),
        build: build(base),
        machine: machine(&settings.cores),
        constants: constants::measure(&settings.cores),
    }
}

/// The machine as the engine sees it.
pub(crate) fn machine(cores: &Cores) -> Machine {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    environment::machine(&EngineFacts {
        pinning: can_pin(),
        run_queue_figures: run_queue_figures(),
        allowed_cpus: count(cores.allowed.len()),
        physical_cores: cores.physical.map(count),
    })
}

/// How this executable was built, in the workspace that `base` is in.
pub(crate) fn build(base: &Path) -> Build {
    Build {
        rustc: env!("CONTEND_BUILD_RUSTC").to_owned(),
        target: env!("CONTEND_BUILD_TARGET").to_owned(),
        opt_level: env!("CONTEND_BUILD_OPT_LEVEL").to_owned(),
        debug_assertions: cfg!(debug_assertions),
        rustflags: env!("CONTEND_BUILD_RUSTFLAGS").to_owned(),
        profile_bench: workspace_dir(base).map(environment::profile_bench).unwrap_or_default(),
    }
}
