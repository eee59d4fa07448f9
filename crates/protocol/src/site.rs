//! What a site keeps of runs: a line of `runs.jsonl`, a line of `history.jsonl`, and `contend-site.json`, by which the folder is
//! known to be one. And what it says to programs: `latest.json`, and badges.
//!
//! Lines are only added. Of two lines about the same the later one counts.

use crate::CellId;
use crate::manifest::{Build, Constants, Machine, Manifest, Source};
use crate::version::MethodVersion;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Version of the files in a site's folder. Newer ones are neither read nor written.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SiteVersion(pub u32);

impl SiteVersion {
    /// What this build reads and writes.
    pub const CURRENT: Self = Self(1);
}

/// `contend-site.json`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SiteMarker {
    /// Version of the files in the folder.
    pub format: SiteVersion,
    /// Where the site is published, as was asked for last; `null` where nobody said.
    pub base_url: Option<String>,
    /// Runs whose pages were pruned, so that no build makes them again.
    pub pruned: BTreeSet<String>,
    /// Pages that follow from several runs, and a hash of what each was made from.
    pub pages: BTreeMap<String, String>,
}

impl SiteMarker {
    /// Of a site that holds nothing yet.
    pub fn new() -> Self {
        Self { format: SiteVersion::CURRENT, base_url: None, pruned: BTreeSet::new(), pages: BTreeMap::new() }
    }
}

impl Default for SiteMarker {
    fn default() -> Self {
        Self::new()
    }
}

/// One line of `runs.jsonl`. It is written behind the lines of its cells.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HistoryRun {
    /// The run's name.
    pub run: String,
    /// Lengths of its `run.json`, `samples.jsonl` and `catalogue.jsonl`, in bytes, before `contend pack` compressed them: they only
    /// grow, so a run of other lengths holds more than this line says.
    pub lengths: [u64; 3],
    /// When the run was created, in milliseconds since 1970-01-01 UTC.
    pub created_unix_ms: u64,
    /// Version of how the numbers came about.
    pub method: MethodVersion,
    /// Other software measured it.
    pub imported: bool,
    /// The command that was typed, as far as it can be told.
    pub command: String,
    /// `curated` or `full`; `imported` where other software measured.
    pub set: String,
    /// What was measured of which source.
    pub source: Source,
    /// How the executables were built.
    pub build: Build,
    /// Where it ran.
    pub machine: Machine,
    /// What the machine's own operations cost.
    pub constants: Constants,
    /// A launch was killed, or had not finished.
    pub unfinished: bool,
    /// Lines with numbers, over all launches.
    pub measured: u64,
    /// Lines of cells that the machine was too disturbed for.
    pub not_measurable: u64,
    /// Lines of cells whose contender failed.
    pub faulty: u64,
}

/// What the ends beside a figure are.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EndsOf {
    /// There are none.
    Nothing,
    /// The 95 % interval of the median over the slices of the only launch.
    Slices,
    /// The 95 % interval of the median over the launches.
    Launches,
    /// The smallest and the largest launch, of too few for an interval.
    Range,
}

/// What its run knows of a contender beside the best one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StandingOf {
    /// It has the first place alone.
    Best,
    /// It shares the first place.
    Tied,
    /// It is slower.
    Slower,
    /// Too little is known.
    Unknown,
}

/// How a cell was measured. Figures of two ways do not compare: who took turns is what a slice finds in the caches.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// All its slices one after the other, as under `cargo bench`.
    Alone,
    /// By turns with others, as under `contend run`.
    InTurns,
    /// By one in some launches and by the other in others.
    Both,
}

/// One line of `history.jsonl`: one cell over all launches of one run.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HistoryCell {
    /// The run's name.
    pub run: String,
    /// `suite/workload/contender/threads`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub cell: CellId,
    /// Why there is no number, in one or two words; `null` where there is one.
    pub fate: Option<String>,
    /// Median time per operation, in picoseconds.
    pub time_ps: Option<u64>,
    /// Lower end, in picoseconds.
    pub low_ps: Option<u64>,
    /// Upper end, in picoseconds.
    pub high_ps: Option<u64>,
    /// What the ends are.
    pub ends: EndsOf,
    /// Launches with a number.
    pub launches: u32,
    /// Valid slices over all launches.
    pub slices: u64,
    /// More threads than allowed cores.
    pub oversubscribed: bool,
    /// The crate and version under test, such as `dashmap 6.2.1`.
    pub version: String,
    /// Hash of the workload's definition, as 16 hexadecimal digits. Cells with other definitions are not comparable.
    pub definition: String,
    /// Time over that of the best contender of its run, in parts per million; missing where it is ranked with nobody, and in lines of
    /// before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio_ppm: Option<u64>,
    /// What is known of that difference; missing as above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<StandingOf>,
    /// How it was measured; missing in lines of before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<Way>,
}

impl HistoryCell {
    /// How it was measured; a line that does not say it was of one launch alone, or of several that took turns.
    pub fn measured(&self) -> Way {
        self.way.unwrap_or(if self.launches > 1 { Way::InTurns } else { Way::Alone })
    }
}

/// Name and version of `latest.json`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum LatestSchema {
    /// The first.
    #[serde(rename = "contend-site-latest/1")]
    V1,
}

/// `latest.json`: where the newest run with numbers is, one that was measured here before one that was imported. A later version may
/// have more fields.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LatestRun {
    /// What this is.
    pub schema: LatestSchema,
    /// The run's name; `null` where no run has a number.
    pub run: Option<String>,
    /// Full id of the commit that was measured; `null` where none is known.
    pub commit: Option<String>,
    /// Its first page, from the folder of the site; `null` where it has none.
    pub url: Option<String>,
}

/// A badge in `badges/`, as shields.io reads one from an address.
///
/// Source: <https://shields.io/badges/endpoint-badge>.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EndpointBadge {
    /// Version of the format, which is theirs: 1.
    #[serde(rename = "schemaVersion")]
    pub schema_version: u32,
    /// The left part: `bench` or `compare`.
    pub label: String,
    /// The right part.
    pub message: String,
    /// Its colour, as six hexadecimal digits.
    #[serde(rename = "color")]
    pub colour: String,
}

impl HistoryRun {
    /// What the manifest says; the counts are 0, and nothing is missing.
    pub fn of(name: &str, manifest: &Manifest, lengths: [u64; 3]) -> Self {
        Self {
            run: name.to_owned(),
            lengths,
            created_unix_ms: manifest.created_unix_ms,
            method: manifest.method,
            imported: manifest.is_imported(),
            command: manifest.invocation.command.clone(),
            set: manifest.invocation.set.clone(),
            source: manifest.source.clone(),
            build: manifest.build.clone(),
            machine: manifest.machine.clone(),
            constants: manifest.constants.clone(),
            unfinished: false,
            measured: 0,
            not_measurable: 0,
            faulty: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{decode, encode_line};

    #[test]
    fn lines_read_back() {
        let line = r#"{"run":"20260318T091502Z-4f2c9ae-7d10","cell":"s/w/c/2","fate":null,"time_ps":62700,"low_ps":61900,"high_ps":63800,"ends":"slices","launches":1,"slices":50,"oversubscribed":false,"version":"c 1.0.0","definition":"00000000000000aa"}"#;
        let cell: HistoryCell = decode("a line", line).expect("it is one");
        assert_eq!(encode_line(&cell), line);
        assert!(decode::<HistoryCell>("a line", &line.replace("time_ps", "time_ns")).is_err());
        assert_eq!((cell.standing, cell.ratio_ppm, cell.measured()), (None, None, Way::Alone));
        let known = r#""ratio_ppm":1050000,"standing":"slower","way":"in-turns"}"#;
        let line = line.replace("aa\"}", &format!("aa\",{known}"));
        let cell: HistoryCell = decode("a line", &line).expect("it is one");
        assert_eq!(encode_line(&cell), line);
        assert_eq!((cell.standing, cell.measured()), (Some(StandingOf::Slower), Way::InTurns));
    }

    #[test]
    fn a_line_about_a_run_says_what_its_manifest_says() {
        let manifest: Manifest =
            decode("a manifest", include_str!("../tests/formats/v1/run.json")).expect("the fixture is one");
        let run = HistoryRun {
            measured: 1,
            not_measurable: 1,
            faulty: 1,
            unfinished: true,
            ..HistoryRun::of(&manifest.run, &manifest, [1970, 2072, 817])
        };
        assert_eq!(encode_line(&run) + "\n", include_str!("../tests/formats/v1/runs.jsonl"));
    }
}
