//! Texts and numbers that nobody expects: pages stay whole, and no text becomes markup or a command.

use super::scan::scan;
use super::{check, fixture, measured, page, report_with, words};
use contend_protocol::sample::{Fault, Outcome};
use contend_record::Run;
use proptest::prelude::*;

/// Two hundred characters of all that HTML, scripts and scripts' readers stumble over.
fn odd_text() -> String {
    "<script>alert(1)</script>&amp;\"'%s%00 אבג \u{202e}gnp.exe 👩‍🚀 \u{1b}[31m"
        .chars()
        .cycle()
        .take(200)
        .collect()
}

/// A run in which every text from outside is `odd`.
fn odd_run(odd: &str) -> Run {
    let mut run = fixture();
    let text = odd.to_owned();
    run.manifest.machine.cpu_model = Some(text.clone());
    run.manifest.machine.kernel = Some(text.clone());
    run.manifest.invocation.command = text.clone();
    run.manifest.invocation.set = text.clone();
    run.manifest.build.rustc = text.clone();
    run.manifest.build.rustflags = text.clone();
    run.manifest.build.profile_bench = text.clone();
    run.manifest.source.commit = Some(text.clone());
    for launch in &mut run.manifest.launches {
        launch.suite = text.clone();
        launch.arguments = vec![text.clone(); 3];
    }
    let fault = Fault::Panicked { message: text.clone() };
    for record in &mut run.records {
        record.version = text.clone();
        if record.outcome != Outcome::Measured {
            record.outcome = Outcome::Faulty { fault: fault.clone() };
        }
    }
    run
}

#[test]
fn no_text_becomes_markup() {
    let odd = odd_text();
    let mut words = words();
    for entry in &mut words {
        (entry.note, entry.question) = (odd.clone(), odd.clone());
    }
    let run = odd_run(&odd);
    check(&run);
    for file in report_with(&run, &words).iter().filter(|file| file.name.ends_with(".html")) {
        let page = scan(&file.text);
        assert!(page.problems.is_empty(), "{}: {:?}", file.name, page.problems);
        assert_eq!(file.text.matches("<script>").count(), 1, "only our own");
        assert!(!file.text.contains(|letter: char| letter.is_control() && letter != '\n'), "{}", file.name);
    }
}

#[test]
fn no_command_is_other_than_it_looks() {
    let trust = |command: &str, commit: &str| {
        let mut run = fixture();
        run.manifest.invocation.command = command.to_owned();
        run.manifest.source.commit = Some(commit.to_owned());
        page(&check(&run), "index.html").to_owned()
    };
    assert!(
        trust("cargo bench", "4f2c9ae")
            .contains("git checkout 4f2c9ae &amp;&amp; CONTEND_SET=curated CONTEND_THREADS=2,4 ")
    );
    assert!(!trust("cargo bench", "$(reboot)").contains("git checkout"));
    for command in ["sh -c x", "cargo \u{202e}bench", "contend\u{2066} x"] {
        assert!(!trust(command, "4f2c9ae").contains("Measure all of it again"), "{command}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn any_text_and_any_number_gives_whole_pages(
        odd in any::<String>(),
        windows in prop::collection::vec(any::<u64>(), 0..12),
        ops in prop::collection::vec(prop::collection::vec(any::<u64>(), 0..4), 0..12),
        cpu in prop::option::of(prop::collection::vec(any::<u64>(), 0..12)),
    ) {
        let mut run = odd_run(&odd);
        run.records[0].slices.window_ns = windows;
        run.records[0].slices.ops = ops;
        run.records[0].slices.cpu_ns = cpu;
        run.records.extend([measured("map-contention/read-99-insert-1/other/2", 40), measured("map-contention/read-99-insert-1/other/1", 40)]);
        check(&run);
    }
}
