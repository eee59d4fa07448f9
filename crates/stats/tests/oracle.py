"""Writes oracle.tsv: figures of order and fairness, and p values, as numpy and scipy know them.

    python3 crates/stats/tests/oracle.py > crates/stats/tests/oracle.tsv

Columns: function, parameter, values, expected. Numbers are written with all their digits; `-` stands for none.
"""

import numpy
import scipy
from scipy.stats import binom, binomtest, false_discovery_control, fisher_exact, median_abs_deviation, norm

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
        # One worker shares with nobody.
        row("jain", None, values, values.sum() ** 2 / (count * (values**2).sum()) if count > 1 else None)
for count in [1074, 1075, 3000]:
    values = numpy.arange(count, dtype=float)
    row("interval of a range", 0.95, [count], *interval(values, 0.95))

# The level of five looks, and a stricter one, at every look.
for level in [1 - 0.05 / 5, 1 - 0.05 / 8]:
    for count in [7, 8, 9, 12, 18, 28, 40, 60, 90, 130]:
        row("interval of a range", level, [count], *interval(numpy.arange(count, dtype=float), level))
for level in [0.95, 0.99]:
    for count in [8, 12, 40, 130]:
        rank = interval(numpy.arange(1, count + 1), level)[0]
        row("half-width", level, [count], -norm.ppf((rank - 0.375) / (count + 0.25)))
for count in [1, 2, 5, 8, 12, 40, 130, 1000]:
    for shift in [0.0, 0.3, -1.0]:
        values = RANDOM.normal(shift, 1.0, count).round(1)
        above, below = int((values > 0).sum()), int((values < 0).sum())
        p = binomtest(above, above + below, 0.5).pvalue if above + below else None
        row("sign test", None, values, p)
for count in [1, 2, 5, 30]:
    for power in [1, 3]:
        p_values = RANDOM.uniform(0, 1, count) ** power
        row("benjamini-hochberg", None, p_values, *false_discovery_control(p_values, method="bh"))
    p_values = RANDOM.integers(0, 5, count) / 4
    row("benjamini-hochberg", None, p_values, *false_discovery_control(p_values, method="bh"))
TABLES = [(0, 4, 4, 4), (3, 4, 1, 4), (0, 20, 6, 20), (12, 40, 20, 40), (39, 130, 60, 130), (2, 8, 30, 130)]
TABLES.append((500, 1000, 560, 1000))
for a_count, b_count in [(8, 8), (12, 28), (40, 40), (130, 90)] * 4:
    TABLES.append((RANDOM.integers(0, a_count + 1), a_count, RANDOM.integers(0, b_count + 1), b_count))
for a_low, a_count, b_low, b_count in TABLES:
    p = fisher_exact([[a_low, a_count - a_low], [b_low, b_count - b_low]]).pvalue
    row("share test", None, [a_low, a_count, b_low, b_count], p)
