//! Warnings of `contend show`, which comparisons give too where they fit.

use super::Entries;

pub(super) const ENTRIES: Entries = &[
    (
        "imported",
        "\
The numbers were taken from a folder of criterion by `contend import`.

Its files do not say where, when and how they were measured, or with how many
threads: the 1 in their ids means nothing. No check of contend was made: threads
may have waited for a core. Nothing is judged by such a run.
",
    ),
    (
        "changed-tree",
        "\
The source was not that of its commit: files were changed, or not yet added.

The commit's id does not say what was measured, and nobody else can measure it
again. Commit first where the numbers are to be kept.
",
    ),
    (
        "debug-assertions",
        "\
The benches were built with debug assertions, so checks were measured too.

No number means anything. `cargo bench` builds without them, unless a profile or
a flag asks for them.
",
    ),
    (
        "other-method",
        "\
The numbers were measured by another version of the method than this build's.

The method's version is raised whenever a change moves numbers; the changelog
says how. Numbers of two methods are not comparable.
",
    ),
    (
        "newer-format",
        "\
A newer version of contend wrote these files. They were read as far as this one
understands them, and may say more. Update contend.
",
    ),
    (
        "torn-line",
        "\
The last line of a file is not whole: the process was killed while writing it.

That line is dropped; all lines before it are whole. Only what was being written
is lost.
",
    ),
    (
        "unreadable-line",
        "\
A line inside a file cannot be read, and was skipped.

A process was killed while writing it and another went on behind it, or the file
was edited or damaged. The other lines are not affected.
",
    ),
    (
        "unreadable-file",
        "\
A file beside the numbers cannot be read, and what it says is not shown. The
rest is.

It was damaged, or a newer version of contend wrote it: the warning says which.
Nothing is added to it, so whoever can read it finds it as it was.
",
    ),
    (
        "damaged-pack",
        "\
A compressed file of lines (`contend pack` made it) is damaged. What is before
the damage was read and is shown.

It was cut or changed on its way. Take it from where it was copied. Nothing is
packed into it or over it meanwhile.
",
    ),
    (
        "missing-file",
        "\
A file that belongs there is missing. The rest is shown.

It was deleted, or not copied along.
",
    ),
    (
        "notice",
        "\
Something was odd when the files were read; the warning says what. What could be
read is shown.
",
    ),
    (
        "not-pinned",
        "\
Threads were not held on their cores.

They may have moved, or shared a core for a while. Then contended code looks
faster than it is, because its threads did not meet. Linux can hold threads; a
container or a control group may forbid it.
",
    ),
    (
        "no-run-queue",
        "\
The time that threads wait for a core cannot be read on this machine.

So nothing proves that the threads of a slice ran at the same time, and slices
that a neighbour disturbed are not found out. Linux tells it in
/proc/thread-self/schedstat.
",
    ),
    (
        "virtual-machine",
        "\
The processor says that it runs under a hypervisor.

Waking a thread costs several times more than on bare metal, which decides the
rank of everything that sleeps while it waits. Neighbours on the same host may
disturb without being seen. Ranks may differ from those of bare metal.
",
    ),
    (
        "few-cores",
        "\
Nothing is known about more threads at once than the machine has processors.

Contention grows with every core, and not in proportion. Measure on a machine
like the one the code will run on.
",
    ),
    (
        "busy-start",
        "\
Something was running when the run began: the load was over a half.

Building just before counts too and is over soon. Slices that were disturbed are
measured again, so the numbers hold; a loaded machine costs time and cells.
",
    ),
    (
        "unfinished",
        "\
A bench executable did not get to the end of its cells: it was interrupted, was
killed, or still runs.

The cells it finished are saved and whole.
",
    ),
    (
        "steal",
        "\
The hypervisor gave a share of this machine's time to others.

Slices that were hit are measured again as far as it shows. Where the share is
more than a few percent, measure at another time or on another machine.
",
    ),
    (
        "oversubscribed",
        "\
More threads than the processors they may use.

They cannot all run at once, so the numbers are about the scheduler as much as
about the contender. Such cells have tables of their own and are measured in
longer slices. Do not join them by a line to the others.
",
    ),
    (
        "faulty",
        "\
A contender gave a wrong result, panicked or hung, so it has no number.

Its row says what it did. `contend show` then exits with 14. `contend check`
runs the contenders without measuring.
",
    ),
];
