//! Every row does what its contract says, alone, in pairs and oversubscribed; what it cannot do has a reason.

use contend_harness::{Probe, Role};

#[test]
fn every_contender_keeps_its_contract() {
    let broken = contend_harness::broken_contracts(&contend_fan_out::suite(), &[1, 2, 4]);
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Names of the stages that were reached.
struct Stages(Vec<&'static str>);

impl Probe for Stages {
    fn stage(&mut self, name: &'static str, _held: u64) {
        self.0.push(name);
    }
}

#[test]
fn every_channel_without_a_limit_has_a_footprint() {
    let cells = contend_fan_out::suite().cells(&[1]);
    let unbounded = cells.iter().filter(|cell| cell.id().workload() == "spsc-unbounded");
    let channels = unbounded.filter(|cell| cell.unavailable().is_none() && cell.role() != Role::Floor);
    let mut looked_at = 0;
    for cell in channels {
        let mut stages = Stages(Vec::new());
        assert!(cell.footprint(42, &mut stages), "{}", cell.id());
        assert_eq!(stages.0, ["made", "burst", "drained", "dropped"], "{}", cell.id());
        looked_at += 1;
    }
    assert!(looked_at > 8, "{looked_at} channels without a limit");
}
