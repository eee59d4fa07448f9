//! Suites: families of workloads and contenders, and the cells they span.

use crate::contender::{Contender, Contract, Probe, Role, STD, Setting, Workload};
use crate::trial::Prepared;
use contend_protocol::{CellId, fnv};
use std::any::Any;
use std::collections::BTreeSet;

/// Longest `suite/workload`, in bytes: where criterion cuts a folder's name, and two could become one.
const MAX_GROUP_LEN: usize = 64;

/// A family of comparable contenders, as drivers see it.
#[derive(Debug)]
pub struct Suite {
    id: &'static str,
    contract: &'static str,
    manifest: &'static str,
    families: Vec<Box<dyn Family>>,
}

impl Suite {
    /// An empty suite.
    ///
    /// `contract` says in one sentence what its contenders have to do. `manifest` is the text of its `Cargo.toml`,
    /// where the contenders are pinned: their versions are read from there.
    pub fn new(id: &'static str, contract: &'static str, manifest: &'static str) -> Self {
        Self { id, contract, manifest, families: Vec::new() }
    }

    /// Adds workloads and the contenders that do them, in report order.
    #[must_use]
    pub fn family<C: Contract>(mut self, workloads: Vec<C::Workload>, contenders: Vec<Contender<C>>) -> Self {
        let entries = contenders.into_iter().map(|row| (row, None)).collect();
        self.families.push(Box::new(FamilyOf { workloads, entries }));
        self
    }

    /// Enters a contender of another crate into the families of its contract. `version` is shown with its numbers,
    /// such as `my-map 0.3.0`.
    ///
    /// # Panics
    /// If the suite has no family of that contract.
    #[must_use]
    pub fn enter<C: Contract>(mut self, contender: Contender<C>, version: &'static str) -> Self {
        let families = self.families.iter_mut().filter_map(|family| family.as_any().downcast_mut());
        let mut entered = false;
        for family in families {
            let family: &mut FamilyOf<C> = family;
            family.entries.push((contender, Some(version)));
            entered = true;
        }
        assert!(entered, "suite {} has no family of {}", self.id, C::NAME);
        self
    }

    /// The suite's name.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// What its contenders have to do.
    pub fn contract(&self) -> &'static str {
        self.contract
    }

    /// All cells at the given thread counts: workloads in order, in each the contenders in order, in each the threads.
    ///
    /// # Panics
    /// If a name is not an id, or two cells have the same: the suite's inventory test finds it first.
    pub fn cells(&self, threads: &[usize]) -> Vec<Cell> {
        let mut cells = Vec::new();
        for family in &self.families {
            family.cells(self, threads, &mut cells);
        }
        let long = cells.iter().find(|cell| cell.id.group().len() > MAX_GROUP_LEN);
        assert!(long.is_none(), "the group of {long:?} is longer than {MAX_GROUP_LEN} bytes");
        let distinct: BTreeSet<&CellId> = cells.iter().map(|cell| &cell.id).collect();
        assert_eq!(distinct.len(), cells.len(), "two cells of suite {} have one id", self.id);
        cells
    }

    /// The cell of that id, made without the others: what they would leave in the heap is not there.
    pub fn cell(&self, id: &CellId) -> Option<Cell> {
        self.families.iter().find_map(|family| family.cell(self, id))
    }

    /// What a row's numbers are of; `given` where it comes from another crate.
    fn version_of(&self, package: Option<&str>, given: Option<&str>) -> String {
        match (given, package) {
            (Some(given), _) => given.to_owned(),
            (None, Some(STD)) => format!("std {}", env!("CONTEND_STD_VERSION")),
            (None, Some(package)) => pinned(self.manifest, package)
                .unwrap_or_else(|| panic!("the manifest of suite {} pins `{package}` with `=`", self.id)),
            (None, None) => "in-house".to_owned(),
        }
    }
}

/// Name and version of a dependency that `manifest` pins with `=`, such as `parking_lot 0.12.5`.
fn pinned(manifest: &str, dependency: &str) -> Option<String> {
    let line = manifest
        .lines()
        .find(|line| line.strip_prefix(dependency).is_some_and(|rest| rest.trim_start().starts_with('=')))?;
    let quoted_after = |mark: &str| line.split_once(mark)?.1.split('"').next();
    let version = quoted_after("\"=")?;
    let name = quoted_after("package = \"").unwrap_or(dependency);
    Some(format!("{name} {version}"))
}

/// What one number belongs to, ready to be measured.
pub struct Cell {
    id: CellId,
    version: String,
    note: &'static str,
    capabilities: &'static [&'static str],
    guarantees: &'static str,
    role: Role,
    blocks: bool,
    placed: bool,
    curated: bool,
    unavailable: Option<&'static str>,
    question: String,
    analysis: &'static str,
    parameters: Vec<(&'static str, String)>,
    definition: String,
    start: Box<Start>,
    footprint: Box<LookAtMemory>,
}

type Start = dyn Fn(&Setting) -> Prepared + Send + Sync;
type LookAtMemory = dyn Fn(&Setting, &mut dyn Probe) -> bool + Send + Sync;

impl Cell {
    /// `suite/workload/contender/threads`.
    pub fn id(&self) -> &CellId {
        &self.id
    }

    /// The crate and version under test.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What a reader must know to read the number.
    pub fn note(&self) -> &'static str {
        self.note
    }

    /// What the contender can do and others cannot, or the other way round.
    pub fn capabilities(&self) -> &'static [&'static str] {
        self.capabilities
    }

    /// What its check sees to.
    pub fn guarantees(&self) -> &'static str {
        self.guarantees
    }

    /// What the contender is for readers.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Waiting threads sleep.
    pub fn blocks(&self) -> bool {
        self.blocks
    }

    /// Where its memory lies moves its numbers.
    pub fn placed(&self) -> bool {
        self.placed
    }

    /// In the curated set.
    pub fn curated(&self) -> bool {
        self.curated
    }

    /// Why this cell cannot be measured, if so.
    pub fn unavailable(&self) -> Option<&'static str> {
        self.unavailable
    }

    /// The question the workload answers.
    pub fn question(&self) -> &str {
        &self.question
    }

    /// Why the workload is measured and how to read its numbers; empty where nobody said.
    pub fn analysis(&self) -> &'static str {
        self.analysis
    }

    /// What a user may look for in the workload, as names and values.
    pub fn parameters(&self) -> &[(&'static str, String)] {
        &self.parameters
    }

    /// Hash of the workload's definition, as 16 hexadecimal digits.
    pub fn definition_hash(&self) -> String {
        fnv::hex(self.definition.as_bytes())
    }

    /// Makes the contender, filled and ready.
    pub fn start(&self, seed: u64, oversubscribed: bool) -> Prepared {
        (self.start)(&Setting { threads: self.id.threads(), seed, oversubscribed })
    }

    /// Makes the contender, fills it, empties it and drops it, and tells `probe` of each stage. Returns whether the
    /// workload is about memory; where it is not, nothing was done.
    pub fn footprint(&self, seed: u64, probe: &mut dyn Probe) -> bool {
        (self.footprint)(&Setting { threads: self.id.threads(), seed, oversubscribed: false }, probe)
    }
}

impl std::fmt::Debug for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cell({})", self.id)
    }
}

trait Family: std::fmt::Debug + Send + Sync {
    fn cells(&self, suite: &Suite, threads: &[usize], cells: &mut Vec<Cell>);
    fn cell(&self, suite: &Suite, id: &CellId) -> Option<Cell>;
    fn as_any(&mut self) -> &mut dyn Any;
}

#[derive(Debug)]
struct FamilyOf<C: Contract> {
    workloads: Vec<C::Workload>,
    /// A row, and its version where it comes from another crate.
    entries: Vec<(Contender<C>, Option<&'static str>)>,
}

impl<C: Contract> Family for FamilyOf<C> {
    fn cells(&self, suite: &Suite, threads: &[usize], cells: &mut Vec<Cell>) {
        for workload in &self.workloads {
            for (contender, version) in &self.entries {
                let version = suite.version_of(contender.package, *version);
                let cell = |threads: &usize| cell(suite.id, workload, contender, &version, *threads);
                cells.extend(threads.iter().map(cell));
            }
        }
    }

    fn cell(&self, suite: &Suite, id: &CellId) -> Option<Cell> {
        let workload = self.workloads.iter().find(|workload| workload.id() == id.workload())?;
        let (contender, version) = self.entries.iter().find(|(row, _)| row.id == id.contender())?;
        let version = suite.version_of(contender.package, *version);
        (suite.id == id.suite()).then(|| cell(suite.id, workload, contender, &version, id.threads()))
    }

    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

fn cell<C: Contract>(
    suite: &str,
    workload: &C::Workload,
    contender: &Contender<C>,
    version: &str,
    threads: usize,
) -> Cell {
    let id = CellId::new(suite, &workload.id(), contender.id, threads);
    let (start, footprint) = (contender.start, contender.footprint);
    let (made_of, filled_as) = (workload.clone(), workload.clone());
    Cell {
        id: id.unwrap_or_else(|error| panic!("failed to {error}")),
        version: version.to_owned(),
        note: contender.note,
        capabilities: contender.capabilities,
        guarantees: C::GUARANTEES,
        role: contender.role,
        blocks: contender.blocks,
        placed: C::PLACED,
        curated: contender.curated && workload.curated(),
        unavailable: C::refusal(workload, threads).or_else(|| (contender.refusal)(workload, threads)),
        question: workload.question(),
        analysis: workload.analysis(),
        parameters: workload.parameters(),
        definition: workload.definition(),
        start: Box::new(move |setting| start(&made_of, setting)),
        footprint: Box::new(move |setting, probe| footprint(&filled_as, setting, probe)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dependency: &str, expected: Option<&str>) {
        let manifest = "[dependencies]\ndashmap = \"=6.2.1\"\nparking_lot = { version = \"=0.13.0\" }\n\
                        parking_lot_012 = { package = \"parking_lot\", version = \"=0.12.5\" }\nloose = \"1\"\n";
        assert_eq!(pinned(manifest, dependency).as_deref(), expected);
    }

    #[test]
    fn versions_are_read_from_the_pins() {
        check("dashmap", Some("dashmap 6.2.1"));
        check("parking_lot", Some("parking_lot 0.13.0"));
        check("parking_lot_012", Some("parking_lot 0.12.5"));
        check("loose", None);
        check("absent", None);
    }
}
