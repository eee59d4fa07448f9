//! Figures are kept as they come, and leave nothing behind where none came.

use contend_protocol::decode;
use contend_protocol::figures::Figures;
use contend_record::Store;

const FIGURES: &str = include_str!("../../protocol/tests/formats/v1/figures.json");

#[test]
fn the_first_that_are_kept_make_their_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::at(folder.path());
    let mut writer = store.begin_figures();
    assert_eq!((writer.directory(), folder.path().join("figures").exists()), (None, false));
    let whole: Figures = decode("figures", FIGURES).expect("the fixture is one");
    let fewer = Figures { cells: whole.cells[..1].to_vec(), ..whole.clone() };
    for figures in [&fewer, &whole] {
        writer.keep(figures).expect("they are kept");
        let (all, unreadable) = store.figures().expect("they are read");
        assert_eq!((all.as_slice(), unreadable.len()), (std::slice::from_ref(figures), 0));
    }
    let place = writer.directory().expect("it is there now");
    assert_eq!(place.parent(), Some(folder.path().join("figures").as_path()));
    store.begin_figures().keep(&whole).expect("they are kept beside the others");
    assert_eq!(store.figures().expect("they are read").0.len(), 2);
}
