//! Exit codes.

use super::Entries;

pub(super) const ENTRIES: Entries = &[
    (
        "exit-0",
        "\
Nothing to report: no regression, no wrong result, and all was measured that was
asked for. Undecided cells are allowed, unless you asked to fail on them.
",
    ),
    (
        "exit-1",
        "\
Something failed that is nobody's measurement: a build, the disk, or contend
itself. The message says what.
",
    ),
    (
        "exit-2",
        "\
The words of the call do not fit, or what it would write is there already. The
message says which, and `--help` what there is.

GNU make exits with 2 whatever its commands exit with; verdict.json keeps the
code of a comparison.
",
    ),
    (
        "exit-4",
        "\
The filter selected nothing. `contend list` prints the ids that there are.
",
    ),
    (
        "exit-10",
        "\
At least one cell regressed: head is slower than base by more than the margin,
and fresh pairs showed it again. See `regressed`.
",
    ),
    (
        "exit-11",
        "\
At least one cell is undecided, and you asked to fail on that. No cell
regressed. See `undecided`.
",
    ),
    (
        "exit-12",
        "\
What was to be compared or shown is missing or cannot be read, the two sides
have no cell in common, or one of them does not say which cells it has.
",
    ),
    (
        "exit-13",
        "\
The machine cannot measure now, or what is measured cannot be saved.

After a comparison: a control gave an alarm, see `unfit`, or no cell could be
measured, see `not-measurable`. After `contend check`: the engine does not see
costs that are known. After `contend doctor --strict`: a line is ✗. After a
bench executable: the message says which of the two.
",
    ),
    (
        "exit-14",
        "\
A contender gave a wrong result, panicked, or never came back. See
`wrong-result`.
",
    ),
    (
        "exit-101",
        "\
A panic of contend or of a bench executable itself: a mistake of ours. Please
report it, with the message.
",
    ),
    (
        "exit-130",
        "\
You interrupted it. A run and a comparison keep what was measured by then;
`bisect` and `calibrate` keep nothing.
",
    ),
];
