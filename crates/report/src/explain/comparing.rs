//! Words of comparisons.

use super::Entries;

pub(super) const ENTRIES: Entries = &[
    (
        "regressed",
        "\
Head is slower than base by more than the margin, and was so twice.

The whole interval of the change lies above the margin, and it did so again on
fresh pairs that were measured only to confirm it. Exit code 10.

Look at the cell alone: `contend compare` takes a part of its id as a filter. If
the change is wanted, raise the margin or say so where the change is reviewed.
",
    ),
    (
        "improved",
        "\
Head is faster than base by more than the margin, and was so twice.

The whole interval of the change lies below the margin, and it did so again on
fresh pairs. It is shown and fails nothing.
",
    ),
    (
        "unchanged",
        "\
Whatever changed is smaller than the margin.

The whole interval of the change lies inside the margin. This is more than
\"no difference was found\": a difference worth reporting is ruled out, up to the
probability that the report names. A small change inside the margin counts as
none.
",
    ),
    (
        "undecided",
        "\
The pairs that were measured do not decide.

The interval of the change reaches over the margin on one side or both. It is
neither a change nor the lack of one. The report says why measuring ended
(`looks`, `budget` or `unconfirmed`) and how many pairs would probably decide.
It passes, unless you asked to fail on it: then the exit code is 11.
",
    ),
    (
        "not-measurable",
        "\
The machine was too disturbed, so the cell has no number.

A slice counts only if its threads really ran at the same time. Disturbed slices
are measured again a few times, then the cell is given up, because a busy
neighbour makes contended code look faster. Close what else runs, or measure on
a quieter machine.
",
    ),
    (
        "wrong-result",
        "\
A contender did something wrong: its counts, sums or contents differ from what
they must be, or it panicked, or it never came back.

It has no number, because the speed of a wrong answer means nothing. Exit code
14. `contend check` runs the contenders without measuring and says more.
",
    ),
    (
        "added",
        "\
Only head has this cell, so there is nothing to compare it with.

A contender, a workload or a thread count is new. It fails nothing.
",
    ),
    (
        "removed",
        "\
Only base has this cell, so there is nothing to compare.

A contender, a workload or a thread count is gone. It fails nothing; look
whether it was meant to go.
",
    ),
    (
        "not-comparable",
        "\
Both sides have this cell, but it is not the same.

The workload was changed: a difference between two things that were asked to do
different work is no change of speed. Or it has more threads than cores, and two
processes that take turns would look to each other like a disturbed machine.
",
    ),
    (
        "looks",
        "\
Undecided although all pairs that were planned are measured.

A cell is judged at a few numbers of pairs that are fixed before, called looks;
judging after every pair would find changes that are not there. After the last
look measuring ends. A larger margin decides sooner, and so does a quieter
machine; more time does not.
",
    ),
    (
        "budget",
        "\
Undecided because the time was used up, or because you stopped it.

Cells are measured in turns, so all of them got their share of the time. The
same command with a larger --budget, or with a filter, gives each more.
",
    ),
    (
        "unconfirmed",
        "\
Undecided because fresh pairs did not show the change again.

The first pairs showed a change beyond the margin. A change is reported only if
pairs that were measured for nothing else agree. Either chance had its way, or
the change is close to the margin.
",
    ),
    (
        "margin",
        "\
The smallest change worth reporting: what you asked for (`user`) or else the
default for cells of the kind (`default`), which grows where memory is placed
anew (`scatter`); but never less than the cell's own noise floor, if that was
measured on this machine (`calibrated`).

verdict.json says of each cell which it was. A change inside the margin is
called none, however sure it is.
",
    ),
    (
        "user",
        "\
The margin of this cell is the one you asked for; its noise floor is not larger,
or was not measured.
",
    ),
    (
        "default",
        "\
The margin of this cell is the default: 2 %, or 10 % where threads contend,
because contended cells differ by more between launches of the same program.
",
    ),
    (
        "scatter",
        "\
The margin of this cell is more than the default of 2 %, because the pairs of
its first look scatter so widely that 2 % would leave it undecided.

It is at most 3 %, and only cells whose numbers depend on where their memory
lies have such a margin. `--margin` sets another.
",
    ),
    (
        "calibrated",
        "\
The margin of this cell is its own noise floor on this machine.

`contend calibrate` compares a program with itself and keeps how far the two
sides come apart. A change smaller than that cannot be told from none here.
",
    ),
    (
        "interval",
        "\
Where the true median of the change lies, but for the probability that the
report names.

It is an exact order-statistic interval over the pairs. It assumes that pairs
are independent, and nothing about how changes are distributed. It holds for all
looks of a cell together, not for all cells together.
",
    ),
    (
        "pairs",
        "\
A pair is one launch of base and one of head, alive together and taking turns of
about 1.5 ms, so both meet the same minutes of the machine.

A pair gives one change. The report counts the pairs behind the interval, and
behind a plus sign those that were measured to confirm it.
",
    ),
    (
        "two-speeds",
        "\
The pairs of this cell fall into two groups, one fast and one slow, such as
depend on where memory happens to lie or which thread comes first.

The median says little then, and may jump from one group to the other. Compare
the two speeds, and how often each was seen.
",
    ),
    (
        "control",
        "\
A cell of base that is compared with base itself, in the same way and in the
same minutes.

Nothing changed there, so a change beyond the margin is a false alarm. One false
alarm, and this machine cannot judge now: see `unfit`.
",
    ),
    (
        "no-control",
        "\
No cell of base was compared with itself, so nothing shows whether this machine
can judge now. Believe the verdicts less.
",
    ),
    (
        "unfit",
        "\
A control gave an alarm: base seemed to differ from itself. So no alarm of this
comparison can be believed, and no verdict is given. Exit code 13.

Something disturbs the machine in bursts, or moves its clock. Close what else
runs, wait, and compare again.
",
    ),
    (
        "same-bytes",
        "\
The bench executables of both sides are the same, byte for byte.

Whatever differs is the machine. As a test of the machine this is welcome;
otherwise look whether the change you mean reaches the benches at all.
",
    ),
    (
        "other-compiler",
        "\
The two sides were built by different versions of rustc.

What changed may be the compiler's doing. That is what you want to know if you
compare toolchains, and in the way otherwise.
",
    ),
    (
        "interrupted",
        "\
The comparison was stopped before its plan was done.

The cells that were decided keep their verdicts. The others are undecided, with
`budget` as the reason. Exit code 130.
",
    ),
];
