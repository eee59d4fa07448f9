//! Calibrations are kept, found again, and are no runs.

use contend_protocol::calibration::Calibration;
use contend_protocol::manifest::Manifest;
use contend_protocol::version::{FormatVersion, MethodVersion};
use contend_record::Store;
use std::fs::create_dir_all;

const MANIFEST: &str = include_str!("../../protocol/tests/formats/v1/run.json");

fn calibration(created_unix_ms: u64) -> Calibration {
    let manifest: Manifest = contend_protocol::decode("a manifest", MANIFEST).expect("the fixture is one");
    Calibration {
        format: FormatVersion::CURRENT,
        method: MethodVersion::CURRENT,
        created_unix_ms,
        took_ms: 7,
        machine: manifest.machine,
        seed: 42,
        cells: Vec::new(),
    }
}

#[test]
fn calibrations_are_found_newest_first_and_hide_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::at(folder.path());
    assert_eq!(store.calibrations().expect("there is no folder yet"), []);
    let (old, new) = (calibration(1_700_000_000_000), calibration(1_700_000_001_000));
    let first = store.save_calibration(&new).expect("it is saved");
    let second = store.save_calibration(&old).expect("it is saved");
    let again = store.save_calibration(&old).expect("it is saved beside the other");
    assert_eq!([&first, &second, &again].map(|path| path.is_dir()), [true; 3]);
    assert_ne!(second, again);
    create_dir_all(folder.path().join("calibrations").join("20990101T000000Z-0000")).expect("a damaged one");
    assert_eq!(store.calibrations().expect("they are read"), [new, old.clone(), old]);
    assert_eq!(store.runs().expect("they are no runs").len(), 0);
}
