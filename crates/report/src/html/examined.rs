//! What the doctor found on the machine of a run, whenever it was begun or gone on with.

use super::frame::{foreign, scrolling};
use crate::doctor::reason;
use contend_protocol::doctor::{Examination, Line};
use contend_record::utc_text;
use maud::{Markup, html};

/// A table for each examination; `None` where nobody examined the machine.
pub(super) fn section(examinations: &[Examination]) -> Option<Markup> {
    (!examinations.is_empty()).then(|| {
        html! {
            section {
                h2 { "What the doctor found" }
                p {
                    code { "contend run" } " looks at what moves numbers before it measures. It changes nothing: commands are for whoever \
                     measures the next run."
                }
                @for examination in examinations { (table(examination)) }
            }
        }
    })
}

fn table(examination: &Examination) -> Markup {
    let occasion =
        if examination.resumed { "When the run was gone on with" } else { "When the run was begun" };
    let caption = format!("{occasion}, {}", utc_text(examination.at_unix_ms));
    let grade = examination.grade;
    let content = html! {
        table.data {
            caption { (caption) ": " strong { (grade.word()) } " (" (reason(grade)) ")." }
            thead { tr { @for head in ["line", "mark", "what was found", "what it does to numbers", "what to do", "what takes it back"] { th scope="col" { (head) } } } }
            tbody { @for line in &examination.lines { (row(line)) } }
        }
    };
    scrolling(&caption, &content)
}

fn row(line: &Line) -> Markup {
    html! {
        tr {
            th scope="row" { (foreign(&line.code)) }
            // They sort from bad to good.
            td data-v=(line.mark as u8) {
                (line.mark.sign()) " " (line.mark.word()) @if !line.counts { ", not graded" }
            }
            td.words { (foreign(&line.finding)) }
            td.words { (foreign(&line.effect)) }
            td.words {
                @if let Some(advice) = &line.advice { (foreign(advice)) }
                (commands(line.command.as_deref()))
            }
            td.words { (commands(line.undo.as_deref())) }
        }
    }
}

/// Each command in a line of its own.
fn commands(commands: Option<&str>) -> Markup {
    html! {
        @for command in commands.into_iter().flat_map(|commands| commands.split("; ")) {
            div { code { (foreign(command)) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contend_protocol::decode;
    use contend_protocol::doctor::Examinations;

    const DOCTOR: &str = include_str!("../../../protocol/tests/formats/v1/doctor.json");

    #[test]
    fn each_examination_is_a_table_of_all_lines() {
        let kept: Examinations = decode("what the doctor found", DOCTOR).expect("the fixture is one");
        let page = section(&kept.examinations).expect("there are some").into_string();
        let lines: usize = kept.examinations.iter().map(|examination| examination.lines.len()).sum();
        assert_eq!(page.matches("<th scope=\"row\">").count(), lines, "{page}");
        for part in [
            "When the run was begun, 2026-03-18 09:15:01 UTC: <strong>usable</strong> (",
            "When the run was gone on with, 2026-03-18 10:15:02 UTC: <strong>unfit</strong> (",
            "<td data-v=\"0\">✗ bad</td>",
            "<td data-v=\"1\">! wary, not graded</td>",
            "<code><bdi>sudo swapoff /dev/sda2</bdi></code></div><div><code><bdi>sudo swapoff /swap.img</bdi></code>",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
        assert!(section(&[]).is_none());
    }
}
