//! The memory of contenders at the stages of their lives. Whoever asks starts a process for each cell, so that none finds
//! what another left.

use crate::arguments::Filter;
use crate::plan::chosen;
use crate::settings::Settings;
use contend_allocations::{Counts, of_thread};
use contend_harness::{Cell, Probe, Suite, peak_resident_bytes, resident_bytes};
use contend_protocol::figures::{CellFootprint, Footprint, Stage};
use contend_protocol::{encode_line, exit};
use std::io;

/// Most stages: room for them is made before the contender, so that the list never grows beside it.
const MOST_STAGES: usize = 16;

/// Looks at the cells that are meant. Returns the exit code.
pub(crate) fn answer(
    suite: &Suite,
    settings: &Settings,
    filter: &Filter,
    mut say: impl FnMut(&str) -> io::Result<()>,
) -> io::Result<u8> {
    // The one that is asked for is made alone: what thousands of others leave in the heap would be handed to it.
    let alone = filter.exact().and_then(|id| id.parse().ok()).and_then(|id| suite.cell(&id));
    let cells = alone.map_or_else(|| chosen(suite, settings, filter), |cell| vec![cell]);
    for cell in cells.iter().filter(|cell| cell.unavailable().is_none()) {
        let footprint = footprint(cell, settings.seed);
        say(&encode_line(&CellFootprint { cell: cell.id().clone(), footprint }))?;
    }
    Ok(exit::OK)
}

fn footprint(cell: &Cell, seed: u64) -> Option<Footprint> {
    let mut probe = ProcessProbe { stages: Vec::with_capacity(MOST_STAGES), before: Counts::default() };
    let resident_before_bytes = resident_bytes();
    probe.before = of_thread();
    let about_memory = cell.footprint(seed, &mut probe);
    about_memory.then(|| Footprint {
        resident_before_bytes,
        stages: probe.stages.into_iter().map(Seen::stage).collect(),
        peak_resident_bytes: peak_resident_bytes(),
    })
}

/// Looks at this process.
struct ProcessProbe {
    stages: Vec<Seen>,
    before: Counts,
}

/// A stage, without anything that would have to be allocated.
struct Seen {
    name: &'static str,
    held: u64,
    requested_bytes: i64,
    resident_bytes: Option<u64>,
}

impl Seen {
    fn stage(self) -> Stage {
        Stage {
            name: self.name.to_owned(),
            held: self.held,
            requested_bytes: u64::try_from(self.requested_bytes).unwrap_or(0),
            resident_bytes: self.resident_bytes,
        }
    }
}

impl Probe for ProcessProbe {
    fn stage(&mut self, name: &'static str, held: u64) {
        let requested_bytes = of_thread().held() - self.before.held();
        let resident_bytes = resident_bytes();
        self.stages.push(Seen { name, held, requested_bytes, resident_bytes });
    }
}
