//! Figures as they are shown, letter for letter.

use contend_protocol::decode;
use contend_protocol::figures::Figures;
use contend_report::figures::text;

const FIGURES: &str = include_str!("../../protocol/tests/formats/v1/figures.json");

fn figures() -> Figures {
    decode("figures", FIGURES).expect("the fixture is one")
}

#[test]
fn every_figure_has_its_table() {
    let got = text(&figures());
    assert_eq!(got, include_str!("shown/figures.txt"), "\n{got}");
    assert!(got.lines().all(|line| line.chars().count() <= 80), "{got}");
}

#[test]
fn nothing_is_shown_of_nothing() {
    assert_eq!(text(&Figures { cells: Vec::new(), ..figures() }), "");
}
