//! Every row does what its contract says, alone, in pairs and oversubscribed; what it cannot do has a reason.

#[test]
fn every_contender_keeps_its_contract() {
    let broken = contend_harness::broken_contracts(&contend_buffer_pools::suite(), &[1, 2, 4]);
    assert!(broken.is_empty(), "{broken:#?}");
}
