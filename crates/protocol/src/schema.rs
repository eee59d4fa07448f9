//! The JSON Schemas in `schema/` say what the types say, and are checked against values of every shape.
//!
//! `CONTEND_BLESS=1 cargo test -p contend-protocol` writes them anew after a wanted change of the format.

use crate::baseline::SavedBuild;
use crate::calibration::Calibration;
use crate::catalogue::CellEntry;
use crate::comparison::{CellVerdict, Comparison, PairRecord};
use crate::doctor::Examinations;
use crate::figures::Figures;
use crate::manifest::Manifest;
use crate::sample::CellRecord;
use crate::site::{EndpointBadge, HistoryCell, HistoryRun, LatestRun, SiteMarker};
use schemars::JsonSchema;
use std::path::PathBuf;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema").join(name)
}

#[track_caller]
fn check<T: JsonSchema>(name: &str) {
    let schema = crate::encode_pretty(&schemars::schema_for!(T));
    if std::env::var_os("CONTEND_BLESS").is_some() {
        std::fs::create_dir_all(path("")).expect("the schema folder can be made");
        #[expect(
            clippy::disallowed_methods,
            reason = "blessing writes into the source tree, not into a run"
        )]
        std::fs::write(path(name), &schema).expect("the schema can be written");
    }
    let kept = std::fs::read_to_string(path(name)).expect("the schema is in the repository");
    assert_eq!(kept, schema, "{name} is not what the types say: CONTEND_BLESS=1 writes it anew");
}

#[test]
fn schemas_say_what_the_types_say() {
    check::<Manifest>("run.v1.schema.json");
    check::<CellRecord>("sample.v1.schema.json");
    check::<CellEntry>("catalogue.v1.schema.json");
    check::<Comparison>("verdict.v1.schema.json");
    check::<PairRecord>("pair.v1.schema.json");
    check::<SavedBuild>("baseline.v1.schema.json");
    check::<Calibration>("calibration.v1.schema.json");
    check::<Figures>("figures.v1.schema.json");
    check::<SiteMarker>("site.v1.schema.json");
    check::<HistoryRun>("site-run.v1.schema.json");
    check::<HistoryCell>("site-cell.v1.schema.json");
    check::<LatestRun>("site-latest.v1.schema.json");
    check::<EndpointBadge>("site-badge.v1.schema.json");
    check::<Examinations>("doctor.v1.schema.json");
}

#[track_caller]
fn valid(schema: &str, instance: &str) -> bool {
    let schema = std::fs::read_to_string(path(schema)).expect("the schema is in the repository");
    let schema = serde_json::from_str(&schema).expect("the schema is JSON");
    let instance = serde_json::from_str(instance).expect("the instance is JSON");
    jsonschema::is_valid(&schema, &instance)
}

#[test]
fn a_line_of_samples_fits_its_schema_and_a_wrong_one_does_not() {
    let line = include_str!("../tests/formats/v1/samples.jsonl").lines().next().expect("there is a line");
    assert!(valid("sample.v1.schema.json", line));
    let record: CellRecord = crate::decode("a sample", line).expect("it decodes");
    assert_eq!(crate::encode_line(&record), line, "reading and writing gives the same bytes");
    assert!(!valid("sample.v1.schema.json", &line.replace("\"window_ns\"", "\"window_ms\"")));
    assert!(!valid("sample.v1.schema.json", "{}"));
}

#[test]
fn a_line_of_the_catalogue_fits_its_schema_and_a_wrong_one_does_not() {
    for line in include_str!("../tests/formats/v1/catalogue.jsonl").lines() {
        assert!(valid("catalogue.v1.schema.json", line));
        let entry: CellEntry = crate::decode("a cell", line).expect("it decodes");
        assert_eq!(crate::encode_line(&entry), line, "reading and writing gives the same bytes");
        assert!(!valid("catalogue.v1.schema.json", &line.replace("\"question\"", "\"doubt\"")));
    }
}

#[test]
fn a_manifest_fits_its_schema_and_a_wrong_one_does_not() {
    let text = include_str!("../tests/formats/v1/run.json");
    assert!(valid("run.v1.schema.json", text));
    let manifest: Manifest = crate::decode("a manifest", text).expect("it decodes");
    assert_eq!(crate::encode_pretty(&manifest), text, "reading and writing gives the same bytes");
    assert!(!valid("run.v1.schema.json", &text.replace("\"rustc\"", "\"compiler\"")));
}

#[test]
fn a_comparison_fits_its_schema_and_a_wrong_one_does_not() {
    let text = include_str!("../tests/formats/v1/verdict.json");
    assert!(valid("verdict.v1.schema.json", text));
    let comparison: Comparison = crate::decode("a comparison", text).expect("it decodes");
    assert_eq!(crate::encode_pretty(&comparison), text, "reading and writing gives the same bytes");
    assert!(!valid("verdict.v1.schema.json", &text.replace("\"looks\": [", "\"glances\": [")));
    assert!(!valid("verdict.v1.schema.json", &text.replace("\"regressed\"", "\"slower\"")));
}

#[test]
fn the_kept_comparison_has_every_verdict() {
    let text = include_str!("../tests/formats/v1/verdict.json");
    let comparison: Comparison = crate::decode("a comparison", text).expect("it decodes");
    let schema =
        std::fs::read_to_string(path("verdict.v1.schema.json")).expect("the schema is in the repository");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let kinds = schema["$defs"]["Verdict"]["oneOf"].as_array().expect("verdicts are alternatives");
    for kind in kinds.iter().map(|kind| &kind["properties"]["kind"]["const"]) {
        let has =
            |cell: &CellVerdict| serde_json::to_value(&cell.verdict).expect("it is JSON")["kind"] == *kind;
        assert!(comparison.cells.iter().any(has), "no cell is {kind}");
    }
}

#[test]
fn a_pair_fits_its_schema_and_a_wrong_one_does_not() {
    for line in include_str!("../tests/formats/v1/pairs.jsonl").lines() {
        assert!(valid("pair.v1.schema.json", line));
        let pair: PairRecord = crate::decode("a pair", line).expect("it decodes");
        assert_eq!(crate::encode_line(&pair), line, "reading and writing gives the same bytes");
        assert!(!valid("pair.v1.schema.json", &line.replace("\"base_ps\"", "\"base_ns\"")));
    }
}

#[test]
fn figures_fit_their_schema_and_wrong_ones_do_not() {
    let text = include_str!("../tests/formats/v1/figures.json");
    assert!(valid("figures.v1.schema.json", text));
    let figures: Figures = crate::decode("figures", text).expect("they decode");
    assert_eq!(crate::encode_pretty(&figures), text, "reading and writing gives the same bytes");
    assert!(!valid("figures.v1.schema.json", &text.replace("\"p99_ns\"", "\"p99_us\"")));
}

#[test]
fn examinations_fit_their_schema_and_wrong_ones_do_not() {
    let text = include_str!("../tests/formats/v1/doctor.json");
    assert!(valid("doctor.v1.schema.json", text));
    let found: Examinations = crate::decode("what the doctor found", text).expect("it decodes");
    assert_eq!(crate::encode_pretty(&found), text, "reading and writing gives the same bytes");
    assert!(!valid("doctor.v1.schema.json", &text.replace("\"wary\"", "\"odd\"")));
    assert!(!valid("doctor.v1.schema.json", &text.replace("\"resumed\"", "\"again\"")));
}

#[test]
fn a_baseline_fits_its_schema_and_a_wrong_one_does_not() {
    let text = include_str!("../tests/formats/v1/baseline.json");
    assert!(valid("baseline.v1.schema.json", text));
    let build: SavedBuild = crate::decode("a baseline", text).expect("it decodes");
    assert_eq!(crate::encode_pretty(&build), text, "reading and writing gives the same bytes");
    assert!(!valid("baseline.v1.schema.json", &text.replace("\"places\"", "\"paths\"")));
}

#[test]
fn lines_of_a_site_fit_their_schemas_and_wrong_ones_do_not() {
    for line in include_str!("../tests/formats/v1/history.jsonl").lines() {
        assert!(valid("site-cell.v1.schema.json", line), "{line}");
        let cell: HistoryCell = crate::decode("a cell", line).expect("it decodes");
        assert_eq!(crate::encode_line(&cell), line, "reading and writing gives the same bytes");
        let wrong = line.replace("time_ps", "time_ns");
        assert!(!valid("site-cell.v1.schema.json", &wrong));
        assert!(crate::decode::<HistoryCell>("a cell", &wrong).is_err());
    }
    let line = include_str!("../tests/formats/v1/runs.jsonl").trim_end();
    assert!(valid("site-run.v1.schema.json", line));
    let run: HistoryRun = crate::decode("a run", line).expect("it decodes");
    assert_eq!(crate::encode_line(&run), line, "reading and writing gives the same bytes");
    for (right, wrong) in [("\"faulty\"", "\"failed\""), ("[1970,2072,817]", "[1970,2072]")] {
        assert!(!valid("site-run.v1.schema.json", &line.replace(right, wrong)), "{wrong}");
    }
}

#[test]
fn what_a_site_says_of_itself_fits_its_schemas_and_what_is_wrong_does_not() {
    let marker = include_str!("../tests/formats/v1/contend-site.json");
    assert!(valid("site.v1.schema.json", marker));
    let decoded: SiteMarker = crate::decode("a marker", marker).expect("it decodes");
    assert_eq!(crate::encode_pretty(&decoded), marker, "reading and writing gives the same bytes");
    assert!(!valid("site.v1.schema.json", &marker.replace("pruned", "removed")));
    let latest = include_str!("../tests/formats/v1/latest.json");
    assert!(valid("site-latest.v1.schema.json", latest));
    let decoded: LatestRun = crate::decode("the latest run", latest).expect("it decodes");
    assert_eq!(crate::encode_pretty(&decoded), latest, "reading and writing gives the same bytes");
    assert!(!valid("site-latest.v1.schema.json", &latest.replace("latest/1", "latest/2")));
    let badge = include_str!("../tests/formats/v1/badge.json");
    assert!(valid("site-badge.v1.schema.json", badge));
    let decoded: EndpointBadge = crate::decode("a badge", badge).expect("it decodes");
    assert_eq!(crate::encode_pretty(&decoded), badge, "reading and writing gives the same bytes");
    assert!(!valid("site-badge.v1.schema.json", &badge.replace("\"color\"", "\"colour\"")));
}
