//! What the numbers mean, in short; `METHODOLOGY.md` has the whole of it.

use super::frame::scrolling;
use crate::cells::CONFIDENCE;
use contend_protocol::version::MethodVersion;
use contend_stats::margins;
use maud::{Markup, html};

/// Figures and their definitions.
const FIGURES: [(&str, &str); 11] = [
    ("window", "from the last start to the first stop of a slice: the time in which all threads ran"),
    ("time per operation", "window ÷ mean operations per thread: what one thread sees"),
    ("throughput", "operations of all threads ÷ window"),
    ("processor time (cpu)", "processor time of all threads ÷ operations of all threads"),
    ("vs best", "time over the smallest time of a contender in the same workload with as many threads"),
    (
        "mean",
        "geometric mean of “vs best” over the workloads that all contenders of a table have; it orders rows",
    ),
    ("efficiency", "throughput of n threads ÷ (n × throughput of one); not for more threads than processors"),
    (
        "min/max",
        "the least busy thread’s operations ÷ the busiest one’s; only where several threads count them",
    ),
    ("Jain", "Jain’s index of the threads’ shares, (Σx)² ÷ (n Σx²); only of several"),
    ("again", "slices that were measured again because the machine was disturbed"),
    ("others", "processor time that others took from the allowed processors while the cell was measured"),
];

/// The body of the page.
pub(super) fn body(method: MethodVersion) -> Markup {
    let percent = CONFIDENCE * 100.0;
    let (margin, contended) = (margins::ALONE * 100.0, margins::CONTENDED * 100.0);
    html! {
        h1 { "What the numbers mean" }
        @if method == MethodVersion::FOREIGN {
            p {
                strong { "Other software measured this run, in its own way." } " Of what follows only the words for times and ranks hold: its samples \
                 stand for slices, and how many threads there were is not known."
            }
        } @else {
            p { "Method version " (method.0) ". Numbers of two method versions are not compared." }
        }
        section { h2 { "Figures" } (figures()) }
        section {
            h2 { "Medians and intervals" }
            p {
                "A cell is measured in slices: windows of some milliseconds in which all its threads run. Where it was measured by one launch, its \
                 figure is the median over the slices, and the interval is the exact order-statistic interval of that median at "
                (percent) " %. It is about that launch. Memory is placed anew in each, and a hash map’s lookups alone differ by 10 to 16 %."
            }
            p {
                "Where a cell was measured by several launches, the unit is the launch: the figure is the median over the launches of each \
                 launch’s median, and the interval is about the launches. Fewer than six have none at this level; then the smallest and the \
                 largest are shown, and nobody is called slower. Contenders took turns within each launch, so they are compared within it: \
                 one is slower if the whole interval of its ratio to the best, over the launches, lies more than " (margin) " % above 1, or "
                (contended) " % where threads contend. One with fewer than six launches in common with the best stands beside the others without a rank."
            }
            p {
                "Where there was one launch, contenders whose intervals overlap the best one’s, or lie less than " (margin) " % above it, whatever the threads, share the first place. Two runs are \
                 no comparison: " code { "contend compare" } " measures both sides anew, in turns."
            }
        }
        section {
            h2 { "Why a number may be missing" }
            p {
                "A busy neighbour makes contended code look faster, because its threads no longer meet. So a slice counts only if its threads \
                 hardly waited for a core, and else it is measured again. A cell that stays disturbed is not measurable. A contender that gave a \
                 wrong result, panicked or hung has no number either, in any launch of the run."
            }
            p {
                "More threads than processors is oversubscribed: those cells are valid if others took less than 5 % of the processors, and their \
                 numbers are about the scheduler too. No line leads to them."
            }
        }
        section {
            h2 { "What is no contender" }
            p {
                "The floor is the same loop without a primitive: no row is better than it, and one close to it is not resolved. A bound, such as \
                 one map per thread, cannot be beaten and often cannot be used."
            }
        }
    }
}

fn figures() -> Markup {
    let table = html! {
        table.data {
            thead { tr { th scope="col" { "figure" } th scope="col" { "definition" } } }
            tbody { @for (name, text) in FIGURES { tr { th scope="row" { (name) } td.words { (text) } } } }
        }
    };
    scrolling("Figures", &table)
}
