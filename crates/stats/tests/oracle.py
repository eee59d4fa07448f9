"""Writes oracle.tsv: figures of order and fairness as numpy and scipy know them.

    python3 crates/stats/tests/oracle.py > crates/stats/tests/oracle.tsv

Columns: function, parameter, values, expected. Numbers are written with all their digits; `-` stands for none.
"""

import numpy
import scipy
from scipy.stats import binom, median_abs_deviation

RANDOM = numpy.random.default_rng(20260101)


def text(number):
    return "-" if number is None else repr(float(number))


def row(function, parameter, values, *expected):
    values = " ".join(text(value) for value in values)
    print(function, text(parameter), values, " ".join(text(number) for number in expected), sep="\t")


def interval(values, confidence):
    """The largest k for which P(k <= Binomial(n, 1/2) <= n - k) is enough."""
    values = numpy.sort(values)
    count = len(values)
    covered = [(k, 1 - 2 * binom.cdf(k - 1, count, 0.5)) for k in range(1, count // 2 + 1)]
    enough = [(k, coverage) for k, coverage in covered if coverage >= confidence]
    if not enough:
        return (None, None, None)
    k, coverage = enough[-1]
    return (values[k - 1], values[count - k], coverage)


print(f"# numpy {numpy.__version__}, scipy {scipy.__version__}: written by oracle.py")
for count in [1, 2, 3, 5, 6, 7, 10, 17, 30, 61, 100]:
    for values in [RANDOM.lognormal(4, 0.3, count), RANDOM.integers(1, 9, count).astype(float)]:
        values = values.round(6)
        row("median", None, values, numpy.median(values))
        row("mad", None, values, median_abs_deviation(values))
        for share in [0.0, 0.05, 0.25, 0.5, 0.9, 0.99, 1.0]:
            row("quantile", share, values, numpy.quantile(values, share, method="linear"))
        for confidence in [0.5, 0.9, 0.95, 0.99]:
            row("interval", confidence, values, *interval(values, confidence))
        row("jain", None, values, values.sum() ** 2 / (count * (values**2).sum()))
for count in [1074, 1075, 3000]:
    values = numpy.arange(count, dtype=float)
    row("interval of a range", 0.95, [count], *interval(values, 0.95))
